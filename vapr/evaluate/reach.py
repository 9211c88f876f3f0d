"""How far a camera sees: from identification by px per module to metres and pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vapr.evaluate.outcomes import LabelOutcome, PictureOutcome
from vapr.evaluate.summary import PX_BINS, PxRow, by_px

CURVE_BINS = (
    *(0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0),
    *(1.25, 1.6, 2.0, 2.5, 4.0),
)
LEAST = 15  # labels in a bin of the curve, or it is no evidence


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a camera picks enough of what it sees.

    `share` of found labels is picked from `px` per module on, by the measured curve.
    Computed from it: the `distance_m` at which this camera's labels have so many at
    `size`, and the `width_px` that would do where its labels lie (`usual_m`, median).
    """

    camera: str
    size: tuple[int, int]
    px: float | None
    share: float
    usual_m: float | None
    usual_px: float | None
    distance_m: float | None = None
    width_px: int | None = None


def px_needed(
    labels: Sequence[LabelOutcome], target: float = 0.95
) -> tuple[float, float] | None:
    """(px per module, share): from where on that share of found labels is picked.

    Where none of the sizes measured reaches it, the largest share and where it begins;
    None if there is no curve. The curve is made to rise (pool adjacent violators, Ayer
    et al. 1955) and read off between the middles of its bins.
    """
    found = [x for x in labels if x.in_manifest and x.found and x.px_per_module]
    rows = [r for r in by_px(found, CURVE_BINS) if r.picked.total >= LEAST]
    curve = _rising(rows)
    for (x1, y1), (x2, y2) in pairwise(curve):
        if y1 < target <= y2:
            return x1 + (x2 - x1) * (target - y1) / (y2 - y1), target
    if not curve:
        return None
    most = curve[-1][1]
    return next((x, min(y, target)) for x, y in curve if y >= min(most, target))


def _rising(rows: Sequence[PxRow]) -> list[tuple[float, float]]:
    """(px per module, share) of pooled bins, never falling."""
    pools: list[list[float]] = []  # hits, labels, sum of px weighted by labels
    for row in rows:
        middle = (row.low + row.high) / 2
        pools.append([row.picked.hits, row.picked.total, middle * row.picked.total])
        while len(pools) > 1 and _value(pools[-2]) > _value(pools[-1]):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [(pool[2] / pool[1], _value(pool)) for pool in pools]


def _value(pool: Sequence[float]) -> float:
    return pool[0] / pool[1]


def reach_of(
    camera: str,
    outcomes: Sequence[PictureOutcome],
    needed: tuple[float, float] | None,
) -> Reach:
    """The reach of one camera at one size, given the px per module it takes."""
    px, share = needed or (None, 0.0)
    labels = [x for o in outcomes for x in o.labels if x.px_per_module and x.distance_m]
    size = outcomes[0].size
    if not labels:
        return Reach(camera, size, px, share, None, None)
    usual_m = median(x.distance_m or 0.0 for x in labels)
    usual_px = median(x.px_per_module or 0.0 for x in labels)
    if px is None:
        return Reach(camera, size, px, share, usual_m, usual_px)
    at_one_m = median((x.px_per_module or 0) * (x.distance_m or 0) for x in labels)
    width = round(max(size) * px / usual_px)
    return Reach(camera, size, px, share, usual_m, usual_px, at_one_m / px, width)


def expected_share(
    labels: Sequence[LabelOutcome], curve: Sequence[LabelOutcome]
) -> float | None:
    """The share of labels to be picked if finding and reading lost nothing more.

    Label recall of these labels times the identification of `curve`, both by px per
    module; identification is that at true corners, where it was tried.
    """
    ours = [x for x in labels if x.in_manifest]
    named = {row.name: row.named_given for row in by_px(curve, PX_BINS)}
    total = 0.0
    for row in by_px(ours, PX_BINS):
        share = named[row.name].value
        if row.found.total and share is not None:
            total += row.found.hits * share
        elif row.found.hits:
            return None
    return total / len(ours) if ours else None
