"""The labels of pictures with truth files: what is lost to strips and to corners.

Every label that faces the camera is read three times: its true strip, its strips found
inside its true corners, and those found inside the corners the detector gives; beside
that by decoders, of the whole picture and of the label straightened. Routes are filled
up to 300 items with numbers of the same families.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.decoders import ZXING, bare, read_zxing
from vapr.bench.strips import (
    match_strips,
    read_label_strips,
    read_strip,
    said_by,
    why_strip,
)
from vapr.evaluate.outcomes import Kept
from vapr.evaluate.padding import pad_route
from vapr.evaluate.run import default_pipeline
from vapr.evaluate.score import labels_that_count
from vapr.evaluate.truth import TruthCode, TruthLabel, TruthParcel, load_truth
from vapr.geometry import box_of_quad, iou
from vapr.media import open_picture
from vapr.read.codebook import Codebook
from vapr.read.decode import decode_label
from vapr.read.symbols import SYMBOLOGIES
from vapr.route import Route
from vapr.types import Image, Quad

ITEMS = 300
TRUE_STRIP, TRUE_LABEL, FOUND_LABEL = "true strip", "true label", "found label"
STRAIGHT = "zxing-cpp, true label straightened"
FOREIGN = "not on the route"
_SAME = 0.5  # share of overlap from which a found label is the true one


class PictureTrial(Kept):
    """All answers on the labels of one picture.

    `left_out` counts labels that are hidden, turned away or too small to count,
    `no_strip` those that bear no linear tracking code.
    """

    labels: tuple[LabelTrial, ...]
    left_out: int
    no_strip: int


class _Case(NamedTuple):
    """A label that counts, with its strip and what is known of the picture."""

    image: Image
    book: Codebook
    key: str
    code: TruthCode
    label: TruthLabel
    strip: Quad


def read_picture(path: Path) -> PictureTrial:
    """Read all labels of a picture that has its truth and its route beside it.

    Raises:
        InputError: the picture, the truth or the route cannot be read.
    """
    truth = load_truth(path.with_suffix(".json"))
    route = Route.load(path.parent / (truth.manifest or "route.csv"))
    book = Codebook.of(pad_route(route, ITEMS))
    image = open_picture(path)
    found = default_pipeline().find(image, route, loose=False)
    quads = [label.quad for parcel in found.parcels for label in parcel.labels]
    texts = bare(read_zxing(image))
    counted = labels_that_count(truth)
    cases = [(_case(image, book, *pair), pair[0]) for pair in counted]
    labels = [
        LabelTrial(
            source=f"{path.name} {parcel.id}",
            group=truth.camera or "unknown" if parcel.in_manifest else FOREIGN,
            size=case.label.px_per_module or 0.0,
            answers=tuple(_answers(case, quads, texts)),
        )
        for case, parcel in cases
        if case is not None
    ]
    every = sum(parcel.label is not None for parcel in truth.parcels)
    return PictureTrial(
        source=str(path),
        labels=tuple(labels),
        left_out=every - len(counted),
        no_strip=len(counted) - len(labels),
    )


def _case(
    image: Image, book: Codebook, parcel: TruthParcel, label: TruthLabel
) -> _Case | None:
    for code in label.codes:
        linear = code.role == "tracking" and code.symbology in SYMBOLOGIES
        if linear and code.quad is not None:
            return _Case(image, book, parcel.id or "", code, label, code.quad)
    return None


def _answers(case: _Case, quads: Sequence[Quad], texts: set[str]) -> Iterable[Answer]:
    """What every reader says; nothing is right of a label that is not on the route."""
    without = case.book.without(case.key)
    absent = said_by(match_strips(case.image, [case.strip], without))
    given = read_strip(case.image, case.strip, case.book, case.key, TRUE_STRIP)
    yield given.model_copy(update={"held_off": True, "absent": absent})
    yield _label_answer(case, case.label.quad, TRUE_LABEL)
    yield _found_answer(case, quads)
    yield _decoder_answer(case, ZXING, lambda: texts)
    yield _decoder_answer(case, STRAIGHT, lambda: _straight(case))


def _label_answer(case: _Case, quad: Quad, reader: str) -> Answer:
    answer, used, strips = read_label_strips(
        case.image, quad, case.book, case.key, reader
    )
    why = why_strip(used, strips, case.strip)
    return answer.model_copy(update={"cause": why or answer.cause})


def _found_answer(case: _Case, quads: Sequence[Quad]) -> Answer:
    box = box_of_quad(case.label.quad)
    overlaps = [(iou(box, box_of_quad(quad)), quad) for quad in quads]
    best = max(overlaps, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < _SAME:
        return Answer(reader=FOUND_LABEL, cause="label not found")
    return _label_answer(case, best[1], FOUND_LABEL)


def _decoder_answer(case: _Case, reader: str, read: Callable[[], set[str]]) -> Answer:
    right = bare([case.code.text or ""]) <= read()
    return Answer(
        reader=reader, first="right" if right else "none", cause="not decoded"
    )


def _straight(case: _Case) -> set[str]:
    return bare(code.text for code in decode_label(case.image, case.label.quad))
