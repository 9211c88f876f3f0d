"""One label held against routes by every reader, frame by frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import zxingcpp

from vapr.bench.limit import ideal_ratio
from vapr.bench.views import Frame, Rng, View, make_view, off, take
from vapr.read import Reading
from vapr.read.codebook import Codebook
from vapr.read.decode import decode_label
from vapr.read.labels import STRIPS, TOLD_LLR
from vapr.read.strips import find_strips
from vapr.read.template import StripMatch, identify_strip, template_evidence
from vapr.route.payloads import label_codes
from vapr.route.rivals import serials
from vapr.session.looks import Look, Sight, fuse_looks
from vapr.synth.manifest import Row, make_route
from vapr.synth.schemes import Code
from vapr.types import Evidence, Item, Quad

ITEMS = 300  # of a route
_POOL = 3000
ACCEPT = 9.0  # a ratio that names a parcel
CORNERS = 0.03  # of a label's side, by which its corners are off
STRIP_PX = 1.5  # by which the corners of a true strip are off
FRAMES = 10
READERS = (
    "true strip",
    "found strip",
    "true strip, ten frames",
    "zxing-cpp",
    "zxing-cpp, straightened and enlarged",
    "ideal detector",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reader made of a label: `named` right, `wrong`, or nothing; and why not.

    `false` says that it named an item when the label's own was not on the route.
    """

    reader: str
    px_per_module: float
    serial: bool
    named: bool
    wrong: bool = False
    false: bool | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """What one trial is made of; `frames` says whether ten frames are looked at."""

    px_per_module: float
    serial: bool
    seed: int
    frames: bool


def run_trial(point: Point) -> list[Outcome]:
    """Every reader's outcome on one label; the same ones for the same point."""
    rng = np.random.default_rng([point.seed, round(1000 * point.px_per_module)])
    row, view = _drawn(point, rng)
    own = _item(row)
    kin = _route(row, point, rng)
    book = Codebook.build((item.key, label_codes(item)) for item in (own, *kin))
    trial = _Trial(point, view, own.key, book, book.without(own.key))
    frame = take(view, 0)
    strip, label = _shaken(frame.strip, rng), off(frame.label, CORNERS, rng)
    outcomes = [
        _true_strip(trial, frame, strip),
        _found_strip(trial, frame, label),
        *_decoded(trial, frame, label),
        _ideal(trial, rng),
    ]
    return [*outcomes, _ten_frames(trial, rng)] if point.frames else outcomes


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A label, the key of its item, and routes with and without that."""

    point: Point
    view: View
    key: str
    book: Codebook
    without: Codebook

    def outcome(self, reader: str, named: str | None, cause: str = "") -> Outcome:
        """An outcome from the key that was named."""
        px, serial = self.point.px_per_module, self.point.serial
        right, wrong = named == self.key, named not in (None, self.key)
        return Outcome(reader, px, serial, right, wrong, cause="" if right else cause)


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
        kin = [other for other in _pool() if other.scheme == row.scheme]
        rest = [other for other in _pool() if other.scheme != row.scheme]
        numbers = [kin[i] for i in rng.permutation(len(kin))[: ITEMS // 2].tolist()]
        more = ITEMS - 1 - len(numbers)
        numbers += [rest[i] for i in rng.permutation(len(rest))[:more].tolist()]
    return [_item(other) for other in numbers if other.tracking != row.tracking]


@cache
def _pool() -> tuple[Row, ...]:
    """Items of all schemes, by their shares on mixed routes."""
    return make_route(1, 99, _POOL)


def _item(row: Row) -> Item:
    return Item(row.tracking, row.stop, row.tracking, postal_code=row.postal)


def _shaken(strip: Quad, rng: Rng) -> Quad:
    a, b, c, d = (np.array(strip) + rng.uniform(-STRIP_PX, STRIP_PX, (4, 2))).tolist()
    return ((*a,), (*b,), (*c,), (*d,))


def _true_strip(trial: _Trial, frame: Frame, strip: Quad) -> Outcome:
    matches = [identify_strip(frame.image, strip, trial.book)]
    outcome = _told(trial, "true strip", matches, trial.book)
    absent = [identify_strip(frame.image, strip, trial.without)]
    return replace(outcome, false=_accepted(absent, trial.without) is not None)


def _found_strip(trial: _Trial, frame: Frame, label: Quad) -> Outcome:
    found = find_strips(frame.image, label, limit=STRIPS)
    strips = [strip.quad for strip in found if strip.family == "linear"]
    matches = _matches(frame, strips, trial.book)
    outcome = _told(trial, "found strip", matches, trial.book)
    if not outcome.named and not any(_same(s, frame.strip) for s in strips):
        outcome = replace(outcome, cause="strip not found")
    absent = _matches(frame, strips, trial.without)
    return replace(outcome, false=_accepted(absent, trial.without) is not None)


def _matches(frame: Frame, strips: Sequence[Quad], book: Codebook) -> list[StripMatch]:
    """Of the likeliest strip, and of further ones while nothing is told."""
    matches: list[StripMatch] = []
    for strip in strips:
        matches.append(identify_strip(frame.image, strip, book))
        cue = template_evidence(matches, book)
        if cue is not None and cue.llr >= TOLD_LLR:
            break
    return matches


def _same(strip: Quad, true: Quad) -> bool:
    """Whether the ends of two strips lie within 4 px of one another, either way."""
    ends = [(np.add(q[0], q[3]) / 2, np.add(q[1], q[2]) / 2) for q in (strip, true)]
    (a, b), (c, d) = ends
    apart = min(
        max(np.hypot(*(a - c)), np.hypot(*(b - d))),
        max(np.hypot(*(a - d)), np.hypot(*(b - c))),
    )
    return bool(apart < 4)


def _told(
    trial: _Trial, reader: str, matches: Sequence[StripMatch], book: Codebook
) -> Outcome:
    named = _accepted(matches, book)
    best = max(matches, key=lambda m: m.llrs[0][1] if m.llrs else -np.inf, default=None)
    if best is None or not best.llrs:
        cause = "nothing fits"
    elif best.llrs[0][0] != trial.key:
        cause = "another item first"
    else:
        cause = "right item first, too little for sure"
    return trial.outcome(reader, named, cause)


def _accepted(matches: Sequence[StripMatch], book: Codebook) -> str | None:
    return _named(template_evidence(matches, book))


def _named(cue: Evidence | None) -> str | None:
    """The item a cue names: far enough ahead of none of these, and of the second."""
    if cue is None or cue.llr <= ACCEPT:
        return None
    second = cue.ratios[1][1] if len(cue.ratios) > 1 else cue.floor
    return cue.id if cue.llr - second > np.log(1000) else None


def _ten_frames(trial: _Trial, rng: Rng) -> Outcome:
    """As a session adds up looks of a standing parcel, each from a little elsewhere."""
    looks = []
    for index in range(FRAMES):
        frame = take(trial.view, index)
        strip = _shaken(frame.strip, rng)
        matches = [identify_strip(frame.image, strip, trial.book)]
        cue = template_evidence(matches, trial.book)
        sight = Sight(frame.label, float(np.sqrt(np.prod(frame.image.shape[:2]))), 1.0)
        looks.append(Look(sight, Reading(() if cue is None else (cue,)), float(index)))
    fused = [cue for cue in fuse_looks(looks) if cue.kind == "template"]
    named = _named(fused[0]) if fused else None
    return trial.outcome("true strip, ten frames", named, "too little for sure")


def _decoded(trial: _Trial, frame: Frame, label: Quad) -> list[Outcome]:
    said = trial.view.code.text
    plain = {code.text for code in zxingcpp.read_barcodes(frame.image)}
    straight = {code.text for code in decode_label(frame.image, label)}
    return [
        trial.outcome(reader, trial.key if said in texts else None, "not decoded")
        for reader, texts in (
            ("zxing-cpp", plain),
            ("zxing-cpp, straightened and enlarged", straight),
        )
    ]


def _ideal(trial: _Trial, rng: Rng) -> Outcome:
    code, px = trial.view.code, trial.point.px_per_module
    ratio = ideal_ratio(trial.book, trial.key, code, px, rng)
    named = trial.key if ratio > ACCEPT else None
    return trial.outcome("ideal detector", named, "beyond the physical limit")
