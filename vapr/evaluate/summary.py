"""Many outcomes as one table: counts, shares and their 95 % intervals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vapr.evaluate.metrics import average_precision, wilson_interval
from vapr.evaluate.outcomes import LabelOutcome, PictureOutcome
from vapr.evaluate.score import ParcelOutcome

PX_BINS = (0.0, 0.15, 0.2, 0.3, 0.5, 0.7, 1.25, float("inf"))
CLAIM_BINS = (0.0, 0.9995, 0.9999, 0.99999, 2.0)


@dataclass(frozen=True, slots=True)
class Share:
    """Hits of a total, with the 95 % interval of the share (Wilson)."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end of the 95 % interval."""
        return wilson_interval(self.hits, self.total)


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of a group of pictures: a camera, or all of them.

    `named` and `picked` are of the labels that count and are on the route: named by
    their number, and marked to be taken while their own stop is open; the shares
    ending in `_decoded` with far identification off. `picks_wrong` and `leaves_wrong`
    count marks with every stop open in turn, each parcel once; `vans_wrong` the vans
    with a wrong pick in any picture, `astray` picks whose outline is a neighbour's.
    """

    name: str
    pictures: int
    vans: int
    parcel_ap50: float
    parcels: int
    label_recall: Share
    labels_false_per_picture: float
    labels_old_per_picture: float
    named: Share
    named_decoded: Share
    picked: Share
    picked_decoded: Share
    pick_recall: Share
    picks_wrong: Share
    picks_wrong_decoded: Share
    leaves_wrong: Share
    vans_wrong: Share
    astray: Share
    median_px: float
    median_ms: float


@dataclass(frozen=True, slots=True)
class PxRow:
    """The labels of a range of px per module of the tracking code."""

    name: str
    low: float
    high: float
    found: Share
    named: Share
    named_decoded: Share
    named_given: Share
    picked: Share


@dataclass(frozen=True, slots=True)
class Claim:
    """Marks by the confidence they were given with: what was claimed, what held."""

    name: str
    claimed: float
    right: Share


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything `vapr eval` says; `wrong` tells each wrong mark and its picture."""

    groups: tuple[Group, ...]
    by_px: tuple[PxRow, ...]
    claims: tuple[Claim, ...]
    wrong: tuple[tuple[str, ParcelOutcome], ...]
    refused: tuple[tuple[str, str], ...]


def summarise(outcomes: Iterable[PictureOutcome]) -> Summary:
    """Sum outcomes up, by camera and over all, and by px per module."""
    every = sorted(outcomes, key=lambda o: o.source)
    good = [o for o in every if o.error is None]
    cameras = sorted({o.camera or "unknown camera" for o in good})
    groups = [
        _group(name, [o for o in good if (o.camera or "unknown camera") == name])
        for name in cameras
    ]
    if len(groups) != 1:
        groups.append(_group("all", good))
    marks = [(o.source, mark) for o in good for mark in _marks(o)]
    return Summary(
        groups=tuple(groups),
        by_px=by_px([label for o in good for label in o.labels]),
        claims=_claims([mark for _, mark in marks]),
        wrong=tuple((source, m) for source, m in marks if m.mark == "wrong"),
        refused=tuple((o.source, o.error) for o in every if o.error is not None),
    )


def _marks(outcome: PictureOutcome) -> list[ParcelOutcome]:
    """Each parcel once as a pick and once as a leave, at any stop where it was one."""
    leaves = outcome.leaves or tuple(m for m in outcome.marks if m.verdict == "leave")
    picks = outcome.picks or tuple(m for m in outcome.marks if m.verdict == "pick")
    return [*leaves, *picks]


def _group(name: str, outcomes: Sequence[PictureOutcome]) -> Group:
    labels = [label for o in outcomes for label in o.labels]
    ours = [label for label in labels if label.in_manifest]
    marks = [mark for o in outcomes for mark in _marks(o)]
    parcels = [result for o in outcomes for result in o.parcels]
    expected = sum(o.parcels_expected for o in outcomes)
    false = sum(o.labels_false for o in outcomes)
    old = sum(o.labels_old for o in outcomes)
    return Group(
        name=name,
        pictures=len(outcomes),
        vans=len(_vans(outcomes)),
        parcel_ap50=average_precision(parcels, expected),
        parcels=expected,
        label_recall=_share(labels, lambda x: x.found),
        labels_false_per_picture=false / max(len(outcomes), 1),
        labels_old_per_picture=old / max(len(outcomes), 1),
        named=_share(ours, lambda x: x.named),
        named_decoded=_share(ours, lambda x: x.named_decoded),
        picked=_share(ours, lambda x: x.picked),
        picked_decoded=_share(ours, lambda x: x.picked_decoded),
        pick_recall=Share(
            sum(o.picks_named for o in outcomes),
            sum(o.picks_possible for o in outcomes),
        ),
        picks_wrong=_wrong([m for m in marks if m.verdict == "pick"]),
        picks_wrong_decoded=_wrong([m for o in outcomes for m in o.picks_decoded]),
        leaves_wrong=_wrong([m for m in marks if m.verdict == "leave"]),
        vans_wrong=_vans_wrong(outcomes),
        astray=_astray([m for m in marks if m.verdict == "pick"]),
        median_px=_median([x.px_per_module for x in ours if x.px_per_module]),
        median_ms=_median([o.total_ms for o in outcomes]),
    )


def _vans(outcomes: Sequence[PictureOutcome]) -> set[str]:
    return {o.van or o.source for o in outcomes}


def _vans_wrong(outcomes: Sequence[PictureOutcome]) -> Share:
    """Of the vans with a pick, those with a wrong one."""
    picks = [(o.van or o.source, m) for o in outcomes for m in _marks(o)]
    picks = [(van, m) for van, m in picks if m.verdict == "pick"]
    wrong = {van for van, m in picks if m.mark == "wrong"}
    return Share(len(wrong), len({van for van, _ in picks}))


def _astray(picks: Sequence[ParcelOutcome]) -> Share:
    return Share(sum(m.astray for m in picks), len(picks))


def _median(values: Sequence[float]) -> float:
    return median(values) if values else 0.0


def _share(
    labels: Sequence[LabelOutcome], hit: Callable[[LabelOutcome], bool | None]
) -> Share:
    return Share(sum(bool(hit(label)) for label in labels), len(labels))


def _wrong(marks: Sequence[ParcelOutcome]) -> Share:
    return Share(sum(m.mark == "wrong" for m in marks), len(marks))


def by_px(
    labels: Sequence[LabelOutcome], bins: Sequence[float] = PX_BINS
) -> tuple[PxRow, ...]:
    """What became of labels by px per module of their tracking code."""
    return tuple(_px_row(labels, low, high) for low, high in pairwise(bins))


def _px_row(labels: Sequence[LabelOutcome], low: float, high: float) -> PxRow:
    inside = [x for x in labels if low <= (x.px_per_module or 0) < high]
    ours = [x for x in inside if x.in_manifest]
    given = [x for x in ours if x.named_given is not None]
    return PxRow(
        name=f"{low:g}-{high:g}" if high < float("inf") else f"{low:g} and more",
        low=low,
        high=high,
        found=_share(inside, lambda x: x.found),
        named=_share(ours, lambda x: x.named),
        named_decoded=_share(ours, lambda x: x.named_decoded),
        named_given=_share(given, lambda x: x.named_given or x.named),
        picked=_share(ours, lambda x: x.picked),
    )


def _claims(marks: Sequence[ParcelOutcome]) -> tuple[Claim, ...]:
    """Marks that could be judged, by how sure they were."""
    rows = []
    for low, high in pairwise(CLAIM_BINS):
        these = [m for m in marks if low <= m.confidence < high]
        these = [m for m in these if m.mark != "unjudged"]
        if these:
            claimed = sum(m.confidence for m in these) / len(these)
            right = Share(sum(m.mark == "right" for m in these), len(these))
            name = f"{low:g}-{high:g}" if high <= 1 else f"{low:g} and more"
            rows.append(Claim(name, claimed, right))
    return tuple(rows)
