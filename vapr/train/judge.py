"""What a detector finds, held against truth; `card.py` shows it.

A set of pictures is a folder of truth files, a YOLO folder of parcels (labels are not
judged), or a text file that lists pictures without labels, one path a line.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vapr.evaluate.metrics import match_boxes
from vapr.geometry import box_area, box_of_quad, intersection, iou, quad_sides, to_quad
from vapr.train.datasets import load_samples
from vapr.types import Box, Detection, Detector, Quad

LEAST_SIDE = 16.0  # px, short side of a label that must be found
LEAST_LABEL, LEAST_PARCEL = 0.7, 0.25  # visible
SIZES = ((16, 24), (24, 40), (40, 80), (80, 10_000))
Boxes = tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TrueLabel:
    """A label that must be found, and what it may be sorted by."""

    quad: Quad
    kind: str
    camera: str
    light: str
    incidence: float

    @property
    def side(self) -> float:
        """The short side, px."""
        return min(quad_sides(self.quad))

    @property
    def size(self) -> str:
        """The class of its short side."""
        low, high = next(s for s in SIZES if s[0] <= self.side < s[1])
        return f"{low}-{high} px" if high < SIZES[-1][1] else f"{low}+ px"


@dataclass(frozen=True, slots=True)
class Case:
    """A picture and what is true of it; `None` for `labels`: nobody annotated them.

    On a `half_seen` parcel or label a find is neither right nor wrong; on a sticker
    (an aid, an old label) one taken for a label is counted apart.
    """

    picture: Path
    camera: str = ""
    parcels: Boxes = ()
    half_seen_parcels: Boxes = ()
    labels: tuple[TrueLabel, ...] | None = ()
    half_seen_labels: Boxes = ()
    stickers: Boxes = ()
    aids: Boxes = ()


@dataclass(slots=True)
class Outcome:
    """Of one or more pictures.

    `labels` are (label, corner error or None if missed, first corner right); `judged`
    counts the pictures whose labels are annotated.
    """

    pictures: int = 0
    parcels: list[tuple[float, bool]] = field(default_factory=list)
    expected: int = 0
    labels: list[tuple[TrueLabel, float | None, bool]] = field(default_factory=list)
    false: int = 0
    stickers: int = 0
    aids: int = 0
    aids_expected: int = 0
    judged: int = 0

    def add(self, other: "Outcome") -> None:
        """Count `other` in."""
        for name in (f.name for f in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def found(self) -> int:
        """Labels found."""
        return sum(error is not None for _, error, _ in self.labels)


# -- truth ---------------------------------------------------------------------------


def load_cases(source: Path) -> list[Case]:
    """The cases of a set; see the module's docstring."""
    if source.suffix == ".txt":
        lines = source.read_text("utf-8").split()
        return [Case(Path(line)) for line in lines]
    if (source / "images").is_dir():
        samples = load_samples(source)
        return [
            Case(s.picture, parcels=tuple(t.box for t in s.things), labels=None)
            for s in samples
        ]
    files = [
        p for p in sorted(source.rglob("*.json")) if p.with_suffix(".jpg").exists()
    ]
    return [_case_of_truth(file) for file in files]


def _case_of_truth(file: Path) -> Case:
    truth = json.loads(file.read_text("utf-8"))
    parcels = [p for p in truth["parcels"] if p.get("box")]
    seen = [float(p.get("visible", 1)) >= LEAST_PARCEL for p in parcels]
    boxes: list[Box] = [tuple(p["box"]) for p in parcels]
    must, may = _labels(truth)
    aids = [p["driver_aid_sticker"] for p in truth["parcels"] if _has_aid(p)]
    old = [o for p in truth["parcels"] for o in p.get("other_labels") or ()]
    clear = [_box(a) for a in aids if _clear_aid(a)]
    return Case(
        file.with_suffix(".jpg"),
        str(truth.get("camera", "")),
        tuple(b for b, ok in zip(boxes, seen, strict=True) if ok),
        tuple(b for b, ok in zip(boxes, seen, strict=True) if not ok),
        tuple(must),
        tuple(may),
        tuple(_box(s) for s in [*aids, *old] if _whole(s)),
        tuple(clear),
    )


def _labels(truth: dict[str, Any]) -> tuple[list[TrueLabel], list[Box]]:
    """The labels that must be found, and the boxes of those that may be."""
    must, may = [], []
    light, camera = str(truth.get("lighting", "")), str(truth.get("camera", ""))
    for parcel in truth["parcels"]:
        label = parcel.get("label")
        if not label or not _whole(label):
            continue
        quad = to_quad(label["quad"])
        angle = float(label.get("incidence_deg") or 0)
        true = TrueLabel(quad, str(parcel.get("kind", "")), camera, light, angle)
        facing = label.get("facing", True)
        visible = float(label.get("visible", 1)) >= LEAST_LABEL
        if facing and visible and true.side >= LEAST_SIDE:
            must.append(true)
        else:
            may.append(box_of_quad(quad))
    return must, may


def _has_aid(parcel: dict[str, Any]) -> bool:
    return _whole(parcel.get("driver_aid_sticker") or {})


def _clear_aid(aid: dict[str, Any]) -> bool:
    x1, y1, x2, y2 = _box(aid)
    visible = aid.get("visible_fraction", aid.get("visible", 1)) >= LEAST_LABEL
    return visible and min(x2 - x1, y2 - y1) >= LEAST_SIDE and min(x1, y1) >= 0


def _whole(thing: dict[str, Any]) -> bool:
    quad: list[Any] = thing.get("quad") or [None]
    return all(corner is not None for corner in quad)


def _box(thing: dict[str, Any]) -> Box:
    return box_of_quad(to_quad(thing["quad"]))


# -- judging -------------------------------------------------------------------------


def judge_case(found: Sequence[Detection], case: Case, least: float = 0.0) -> Outcome:
    """What became of one picture; labels below the score `least` are left out.

    A label is found by overlap of boxes (IoU 0.5); its corner error is the mean
    distance in mean sides of the label, after the best cyclic order.
    """
    parcels = [(d.box, d.score) for d in found if d.kind == "parcel"]
    aids = [d.box for d in found if d.kind == "aid"]
    out = Outcome(
        pictures=1,
        parcels=match_boxes(parcels, case.parcels, case.half_seen_parcels),
        expected=len(case.parcels),
        aids=sum(any(iou(a, b) >= 0.5 for b in aids) for a in case.aids),
        aids_expected=len(case.aids),
    )
    if case.labels is not None:
        out.judged = 1
        labels = [d for d in found if d.kind == "label" and d.score >= least]
        _judge_labels(sorted(labels, key=lambda d: -d.score), case, out)
    return out


def _judge_labels(found: Iterable[Detection], case: Case, out: Outcome) -> None:
    left = list(case.labels or ())
    for label in found:
        quad = label.quad
        box = label.box if quad is None else box_of_quad(quad)
        best = max(left, key=lambda t: iou(box, box_of_quad(t.quad)), default=None)
        if best is not None and iou(box, box_of_quad(best.quad)) >= 0.5:
            left.remove(best)
            out.labels.append((best, *_corner_error(quad, best.quad)))
        elif _near(box, case.stickers):
            out.stickers += 1
        else:
            known = [box_of_quad(t.quad) for t in case.labels or ()]
            out.false += not _near(box, [*known, *case.half_seen_labels])
    out.labels += [(t, None, False) for t in left]


def _near(box: Box, others: Iterable[Box]) -> bool:
    """Whether a tenth of the smaller of two boxes is shared."""
    return any(
        intersection(box, o) > 0.1 * max(min(box_area(box), box_area(o)), 1e-9)
        for o in others
    )


def _corner_error(quad: Quad | None, true: Quad) -> tuple[float, bool]:
    if quad is None:
        return 1.0, False
    corners, wanted = np.asarray(quad), np.asarray(true)
    side = np.linalg.norm(wanted - np.roll(wanted, 1, 0), axis=1).mean()
    errors = [
        np.linalg.norm(np.roll(corners, k, 0) - wanted, axis=1).mean() / side
        for k in range(4)
    ]
    return float(min(errors)), int(np.argmin(errors)) == 0


def look(
    detect: Detector, cases: Iterable[Case]
) -> Iterator[tuple[Case, list[Detection]]]:
    """Every case and what was found."""
    for case in cases:
        image = np.asarray(cv2.imread(str(case.picture)), np.uint8)
        yield case, detect(image)
