"""One made label held against routes by every reader, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.decoders import bare, decoded_by
from vapr.bench.limit import ideal_ratio
from vapr.bench.routes import ITEMS, others_of
from vapr.bench.strips import (
    match_strips,
    read_label_strips,
    read_strip,
    said_by,
    why_strip,
)
from vapr.bench.views import Frame, Rng, View, make_view, off, take
from vapr.read import Reading
from vapr.read.codebook import Codebook
from vapr.read.template import identify_strip, template_evidence
from vapr.route.payloads import label_codes
from vapr.route.rivals import serials
from vapr.session.looks import Look, Sight, fuse_looks, stacked_on
from vapr.synth.manifest import Row, make_route
from vapr.synth.schemes import Code
from vapr.types import Item, Quad

CORNERS = 0.03  # of a label's side, by which its corners are off
STRIP_PX = 1.5  # by which the corners of a true strip are off
FRAMES = 10
TRUE, FOUND, TEN = "true strip", "found strip", "true strip, ten frames"
IDEAL = "ideal detector"
RANDOM, SERIAL = "numbers at random", "consecutive serials"

SIZES = (0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Px per module at which every reader is tried."""
TELLING = (0.16, 0.2, 0.25, 0.3, 0.4)
"""Those where a curve rises: more labels are tried."""
FEWER = 5  # times fewer at the others
FRAMES_TO = 0.3
"""Px per module up to which ten frames are looked at: one is enough above."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one trial is made of; `frames` says that ten frames are, not one."""

    px_per_module: float
    serial: bool
    seed: int
    frames: bool

    @property
    def source(self) -> str:
        """The name of its trial."""
        kind = "serial" if self.serial else "random"
        what = "frames" if self.frames else "label"
        return f"{what} {self.px_per_module:g} {kind} {self.seed}"


def plan_points(trials: int, seed: int) -> Iterator[Point]:
    """`trials` labels of each telling size and kind of route, fewer of the others.

    Ten frames are looked at for every second of the small ones, at last.
    """
    seeds = range(10_000 * seed, 10_000 * seed + trials)
    for index, each in enumerate(seeds):
        for px in SIZES:
            if px in TELLING or index % FEWER == 0:
                yield from (Point(px, kind, each, False) for kind in (False, True))
    for each in seeds[::2]:
        for px in SIZES:
            if px <= FRAMES_TO:
                yield from (Point(px, kind, each, True) for kind in (False, True))


def run_trial(point: Point) -> LabelTrial:
    """Every reader's answer on one label; the same ones for the same point."""
    size = round(1000 * point.px_per_module)
    rng = np.random.default_rng([point.seed, size, int(point.serial)])
    row, view = _drawn(point, rng)
    own = _item(row)
    kin = _route(row, point, rng)
    book = Codebook.build((item.key, label_codes(item)) for item in (own, *kin))
    look = _ten_frames if point.frames else _one_frame
    return LabelTrial(
        source=point.source,
        group=SERIAL if point.serial else RANDOM,
        size=point.px_per_module,
        answers=tuple(look(_Trial(point, view, own.key, book), rng)),
    )


def _one_frame(trial: "_Trial", rng: Rng) -> Iterator[Answer]:
    frame = take(trial.view, 0)
    strip, label = _shaken(frame.strip, rng), off(frame.label, CORNERS, rng)
    without = trial.book.without(trial.key)
    yield _true_strip(trial, frame, strip, without)
    yield _found_strip(trial, frame, label, without)
    yield from _decoded(trial, frame, label)
    yield _ideal(trial, rng)


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A label, the key of its item, and the route with that on it."""

    point: Point
    view: View
    key: str
    book: Codebook


def _drawn(point: Point, rng: Rng) -> tuple[Row, View]:
    while True:
        for row in make_route(int(rng.integers(1 << 30)), 8, 8):
            view = make_view(row, point.px_per_module, rng)
            if view is not None and _known(row, view.code):
                return row, view


def _known(row: Row, code: Code) -> bool:
    """Whether the manifest tells what the code says; else it can be decoded only."""
    told = {(each.symbology, each.text) for each in label_codes(_item(row))}
    return (code.symbology, code.text) in told


def _route(row: Row, point: Point, rng: Rng) -> list[Item]:
    """The other items: consecutive serials, or any of which most are of the scheme."""
    if point.serial:
        near = list(serials(row.tracking, ITEMS // 2 + 20))
        kept = rng.permutation(len(near))[: ITEMS - 1]
        numbers = [replace(row, tracking=near[i]) for i in kept.tolist()]
    else:
        numbers = others_of(row, rng)
    return [_item(other) for other in numbers if other.tracking != row.tracking]


def _item(row: Row) -> Item:
    return Item(row.tracking, row.stop, row.tracking, postal_code=row.postal)


def _shaken(strip: Quad, rng: Rng) -> Quad:
    a, b, c, d = (np.array(strip) + rng.uniform(-STRIP_PX, STRIP_PX, (4, 2))).tolist()
    return ((*a,), (*b,), (*c,), (*d,))


def _true_strip(trial: _Trial, frame: Frame, strip: Quad, without: Codebook) -> Answer:
    answer = read_strip(frame.image, strip, trial.book, trial.key, TRUE)
    absent = said_by([identify_strip(frame.image, strip, without)])
    return answer.model_copy(update={"held_off": True, "absent": absent})


def _found_strip(trial: _Trial, frame: Frame, label: Quad, without: Codebook) -> Answer:
    answer, used, strips = read_label_strips(
        frame.image, label, trial.book, trial.key, FOUND
    )
    why = why_strip(used, strips, frame.strip)
    absent = said_by(match_strips(frame.image, strips, without))
    update = {"held_off": True, "absent": absent, "cause": why or answer.cause}
    return answer.model_copy(update=update)


def _ten_frames(trial: _Trial, rng: Rng) -> Iterator[Answer]:
    """As a session adds up looks of a standing parcel, each from a little elsewhere."""
    looks: list[Look] = []
    for index in range(FRAMES):
        frame = take(trial.view, index)
        strip = _shaken(frame.strip, rng)
        match = identify_strip(frame.image, strip, trial.book)
        cue = template_evidence([match], trial.book)
        sight = Sight(frame.label, float(np.sqrt(np.prod(frame.image.shape[:2]))), 1.0)
        reading = Reading(() if cue is None else (cue,), strip=match.look)
        looks.append(Look(sight, reading, float(index)))
    looks[-1] = stacked_on(looks[:-1], looks[-1])
    fused = [cue for cue in fuse_looks(looks) if cue.kind == "template"]
    if not fused or not fused[0].ratios:
        yield Answer(reader=TEN, cause="nothing fits")
        return
    cue = fused[0]
    second = cue.ratios[1][1] if len(cue.ratios) > 1 else cue.floor
    right = cue.id == trial.key
    yield Answer(
        reader=TEN,
        first="right" if right else "other",
        ratio=cue.llr,
        ahead=cue.llr - second,
        cause="" if right else "another item first",
    )


def _decoded(trial: _Trial, frame: Frame, label: Quad) -> list[Answer]:
    (said,) = bare([trial.view.code.text])
    return [
        Answer(
            reader=reader,
            first="right" if said in texts else "none",
            cause="not decoded",
        )
        for reader, texts in decoded_by(frame.image, label).items()
    ]


def _ideal(trial: _Trial, rng: Rng) -> Answer:
    px = trial.point.px_per_module
    ratio = ideal_ratio(trial.book, trial.key, trial.view.code, px, rng)
    ratio = max(ratio, -1e6)
    return Answer(
        reader=IDEAL,
        first="right",
        ratio=ratio,
        ahead=ratio,
        cause="beyond the physical limit",
    )
