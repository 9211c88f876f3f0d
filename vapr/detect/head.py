"""From the network's rows to detections: thresholds, one per thing, corner order."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_area, intersection, iou, iou_matrix, to_quad
from vapr.types import Detection, DetectionKind, Quad

Rows = NDArray[np.float32]

KINDS: tuple[DetectionKind, ...] = ("parcel", "label", "aid")
CORNER_VALUES = 12  # four times x, y, turn logit
THRESHOLDS: Mapping[str, float] = {"parcel": 0.3, "label": 0.3, "aid": 0.3}
# Boxes of one class that overlap more are one thing. Parcels stand close and hide one
# another, so theirs is the loosest.
OVERLAPS: Mapping[str, float] = {"parcel": 0.55, "label": 0.5, "aid": 0.5}
# Before a closer look. With these, and its corners' boxes afterwards, 92 made pictures
# showed 6 of 738 labels more, one false one more, and 2 doubles in place of 14.
CANDIDATES: Mapping[str, float] = {**OVERLAPS, "label": 0.6}
ONE_OF_A_KIND = 0.3  # stickers of one class lie beside each other
INSIDE = 0.85  # share of the smaller: stickers of one class do not lie in one another
SAME_STICKER = 0.6  # a label and an aid that overlap more are one: the surer one
MOST = 300  # things of one class in a picture
# Turn probability from which the corner it names is believed to be the label's own
# top left; below it quads start at the picture's top left.
TURN_SURE = 0.6


def above(rows: Rows, thresholds: Mapping[str, float]) -> Rows:
    """The rows (n, 4 + 3 + 12) where some class reaches its threshold."""
    least = np.array([thresholds[kind] for kind in KINDS], np.float32)
    return rows[(rows[:, 4:7] >= least).any(axis=1)]


def to_detections(rows: Rows, thresholds: Mapping[str, float]) -> list[Detection]:
    """Rows in picture pixels as detections, each thing once, surest first."""
    return drop_doubles(_by_kind(rows, thresholds, OVERLAPS), thresholds)


def to_candidates(rows: Rows, thresholds: Mapping[str, float]) -> list[Detection]:
    """Like `to_detections`, for a closer look: labels may still overlap each other.

    The first look is often surer of a white parcel, or of a label and what is beside
    it, than of the label. The closer one knows better, if it gets to see both.
    """
    return _surest(_by_kind(rows, thresholds, CANDIDATES), _of_two_kinds)


def _by_kind(
    rows: Rows, thresholds: Mapping[str, float], overlaps: Mapping[str, float]
) -> list[Detection]:
    found: list[Detection] = []
    for index, kind in enumerate(KINDS):
        scores = rows[:, 4 + index]
        chosen = rows[scores >= thresholds[kind]]
        for row in _one_each(chosen, 4 + index, overlaps[kind]):
            box = (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
            quad = quad_of_row(row) if kind == "label" else None
            found.append(Detection(kind, box, float(row[4 + index]), quad))
    return found


def _one_each(rows: Rows, column: int, overlap: float) -> Rows:
    """Greedy non-maximum suppression on boxes, highest score first."""
    rows = rows[np.argsort(-rows[:, column], kind="stable")][: 4 * MOST]
    same = iou_matrix(rows[:, :4], rows[:, :4]) > overlap
    keep = np.ones(len(rows), bool)
    for i in range(len(rows)):
        if keep[i]:
            keep[i + 1 :] &= ~same[i, i + 1 :]
    return rows[keep][:MOST]


def drop_doubles(
    found: Sequence[Detection], thresholds: Mapping[str, float]
) -> list[Detection]:
    """What reaches its threshold, surest first; each sticker once, of one kind."""
    return _surest([d for d in found if d.score >= thresholds[d.kind]], _one_sticker)


def _surest(
    found: Iterable[Detection], same: Callable[[Detection, Detection], bool]
) -> list[Detection]:
    """Of stickers that are the `same` the surest one; all parcels. Surest first."""
    kept: list[Detection] = []
    stickers: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        if one.kind != "parcel":
            if any(same(one, other) for other in stickers):
                continue
            stickers.append(one)
        kept.append(one)
    return kept


def _of_two_kinds(a: Detection, b: Detection) -> bool:
    """Whether one is a label and the other an aid, at one place."""
    return a.kind != b.kind and iou(a.box, b.box) > SAME_STICKER


def _one_sticker(a: Detection, b: Detection) -> bool:
    """Whether two boxes are one sticker: the same area, or one inside the other."""
    if a.kind != b.kind:
        return _of_two_kinds(a, b)
    shared = intersection(a.box, b.box)
    inside = shared > INSIDE * max(min(box_area(a.box), box_area(b.box)), 1e-9)
    return inside or iou(a.box, b.box) > ONE_OF_A_KIND


def quad_of_row(row: Rows) -> Quad:
    """The four corners of a row, clockwise, from the label's own top left if sure."""
    corners = row[-CORNER_VALUES:].reshape(4, 3)
    points, logits = corners[:, :2].astype(np.float64), corners[:, 2]
    chance = np.exp(logits - logits.max())
    chance /= chance.sum()
    first = int(chance.argmax())
    if chance[first] < TURN_SURE:
        first = int(points.sum(axis=1).argmin())
    return to_quad(np.roll(points, -first, axis=0))


def place(rows: Rows, scale: float) -> Rows:
    """Rows of a look at that scale in picture pixels."""
    out = rows.copy()
    out[:, :4] /= scale
    corners = out[:, -CORNER_VALUES:].reshape(-1, 4, 3)
    corners[..., :2] /= scale
    out[:, -CORNER_VALUES:] = corners.reshape(-1, CORNER_VALUES)
    return out
