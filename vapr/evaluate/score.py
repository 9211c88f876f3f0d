"""One scene against its truth."""

from dataclasses import dataclass
from typing import Literal

from vapr.evaluate.truth import Truth, TruthLabel, TruthParcel
from vapr.geometry import box_of_quad, center, inside_quad, iou, quad_sides
from vapr.route import normalise
from vapr.types import Box, Parcel, Quad, Scene, Verdict

RIGHT_IOU = 0.5
EDGE = 0.05  # of a label's side: a mark so near to it may be on it

Mark = Literal["right", "wrong", "unjudged"]


@dataclass(frozen=True, slots=True)
class ParcelOutcome:
    """What became of one mark: the verdict given, and whether the truth agrees.

    "unjudged": the mark lies on nothing the truth file knows of. `astray`: it lies on
    the right label, but its outline fits another parcel's box better, by IoU 0.5.
    """

    verdict: Verdict
    mark: Mark
    given: str | None
    true: str | None
    parcel: int
    confidence: float = 1.0
    stop: str | None = None
    astray: bool = False


def score_scene(scene: Scene, truth: Truth) -> list[ParcelOutcome]:
    """Judge every verdict of a scene that is not "unknown".

    A mark is right when the thing it lies on has this verdict in truth, and this id if
    one was given. It lies on the parcel whose label its own label is; without labels
    to compare, on the only one whose visible box it overlaps by IoU 0.5 or more.
    """
    outcomes = []
    for index, parcel in enumerate(scene.parcels):
        if parcel.verdict == "unknown" or parcel.box is None:
            continue
        on = _lies_on(parcel, truth)
        mark = _judge(parcel, on)
        true = None if on is None else on.id
        outcomes.append(
            ParcelOutcome(
                parcel.verdict,
                mark,
                parcel.id,
                true,
                index,
                parcel.confidence,
                scene.stop,
                on is not None and _astray(parcel.outline or parcel.box, on, truth),
            )
        )
    return outcomes


def labels_that_count(
    truth: Truth, min_side_px: float = 16
) -> list[tuple[TruthParcel, TruthLabel]]:
    """The labels a detector is expected to find, with their parcels (contract)."""
    return [
        (parcel, parcel.label)
        for parcel in truth.parcels
        if parcel.label is not None
        and parcel.label.counts
        and _short_side(parcel.label) >= min_side_px
    ]


def _short_side(label: TruthLabel) -> float:
    return min(quad_sides(label.quad))


def _lies_on(parcel: Parcel, truth: Truth) -> TruthParcel | None:
    if parcel.label is not None:
        on = _bears(parcel.label.mark, truth)
        if on is not None:
            return on
    box = parcel.box
    if box is None:
        return None
    fits = [p for p in truth.parcels if p.box and iou(box, p.box) >= RIGHT_IOU]
    return fits[0] if len(fits) == 1 else None


def _astray(box: Box, on: TruthParcel, truth: Truth) -> bool:
    own = 0.0 if on.box is None else iou(box, on.box)
    others = [iou(box, p.box) for p in truth.parcels if p.box and p is not on]
    return own < RIGHT_IOU <= max(others, default=0.0)


def _bears(quad: Quad, truth: Truth) -> TruthParcel | None:
    """The parcel whose label this is, old or new, or whose code: what fits best.

    Labels of what lies behind are listed too while any of them is seen. Of a label
    that is mostly hidden a code alone may be found. One that reaches over two others
    is neither's.
    """
    box, middle = _thick(box_of_quad(quad)), center(quad)
    fits = [
        (iou(box, box_of_quad(place)) * (0.2 + visible), p)
        for p in truth.parcels
        for place, visible in _places(p)
        if visible > 0 and inside_quad(middle, _grown(place))
    ]
    if fits:
        return max(fits, key=lambda pair: pair[0])[1]
    covered = [p for p in truth.parcels if p.label and _covers(quad, p.label)]
    return covered[0] if len(covered) == 1 else None


def _thick(box: Box) -> Box:
    """A mark's box: a code may be as thin as the line it was read along."""
    x1, y1, x2, y2 = box
    dx = max(0.25 * (y2 - y1) - (x2 - x1), 0.0) / 2
    dy = max(0.25 * (x2 - x1) - (y2 - y1), 0.0) / 2
    return (x1 - dx, y1 - dy, x2 + dx, y2 + dy)


def _grown(quad: Quad) -> Quad:
    """A label with the edge around it that no detector is surer of."""
    (x, y), by = center(quad), 1 + EDGE
    a, b, c, d = ((x + by * (u - x), y + by * (v - y)) for u, v in quad)
    return (a, b, c, d)


def _covers(quad: Quad, label: TruthLabel) -> bool:
    """Whether a mark's label reaches over one, with a sticker beside it, say."""
    return label.visible > 0 and inside_quad(center(label.quad), quad)


def _places(parcel: TruthParcel) -> list[tuple[Quad, float]]:
    """Where labels and codes of a parcel lie, and how much of each is visible."""
    label, others = parcel.label, parcel.other_labels
    places = [(o.quad, o.visible_fraction) for o in others if o.quad]
    if label is None:
        return places
    codes = [(code.quad, code.visible) for code in label.codes if code.quad]
    return [(label.quad, label.visible), *codes, *places]


def _judge(parcel: Parcel, on: TruthParcel | None) -> Mark:
    if on is None or on.verdict is None:
        return "unjudged"
    same_id = parcel.id is None or on.id is None or _same_number(parcel.id, on.id)
    return "right" if parcel.verdict == on.verdict and same_id else "wrong"


def _same_number(a: str, b: str) -> bool:
    """Whether two spellings name one parcel: a foreign one is named as its code is."""
    return not ({a} | _keys(a)).isdisjoint({b} | _keys(b))


def _keys(number: str) -> frozenset[str]:
    return frozenset(key.value for key in normalise(number) if key.rank >= 2)
