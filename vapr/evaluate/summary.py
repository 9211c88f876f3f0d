"""Many outcomes as one table: counts, shares and their 95 % intervals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vapr.evaluate.metrics import average_precision, wilson_interval
from vapr.evaluate.outcomes import LabelOutcome, PictureOutcome

PX_BINS = (0.0, 0.15, 0.2, 0.3, 0.5, 0.7, 1.25, float("inf"))


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
    """The figures of a group of pictures: a camera, or all of them."""

    name: str
    pictures: int
    parcel_ap50: float
    parcels: int
    label_recall: Share
    labels_false_per_picture: float
    named: Share
    pick_recall: Share
    picks_wrong: Share
    leaves_wrong: Share
    median_ms: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything `vapr eval` says, `named_by_px` by px per module of the code."""

    groups: tuple[Group, ...]
    found_by_px: tuple[tuple[str, Share], ...]
    named_by_px: tuple[tuple[str, Share], ...]
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
    labels = [label for o in good for label in o.labels]
    return Summary(
        groups=tuple(groups),
        found_by_px=_by_px(labels, lambda label: label.found),
        named_by_px=_by_px(
            [label for label in labels if label.in_manifest], lambda label: label.named
        ),
        refused=tuple((o.source, o.error) for o in every if o.error is not None),
    )


def _group(name: str, outcomes: Sequence[PictureOutcome]) -> Group:
    labels = [label for o in outcomes for label in o.labels]
    ours = [label for label in labels if label.in_manifest]
    marks = [mark for o in outcomes for mark in o.marks]
    picks = [m for m in marks if m.verdict == "pick"]
    leaves = [m for m in marks if m.verdict == "leave"]
    parcels = [result for o in outcomes for result in o.parcels]
    expected = sum(o.parcels_expected for o in outcomes)
    return Group(
        name=name,
        pictures=len(outcomes),
        parcel_ap50=average_precision(parcels, expected),
        parcels=expected,
        label_recall=Share(sum(label.found for label in labels), len(labels)),
        labels_false_per_picture=sum(o.labels_false for o in outcomes)
        / max(len(outcomes), 1),
        named=Share(sum(label.named for label in ours), len(ours)),
        pick_recall=Share(
            sum(o.picks_named for o in outcomes),
            sum(o.picks_possible for o in outcomes),
        ),
        picks_wrong=Share(sum(m.mark == "wrong" for m in picks), len(picks)),
        leaves_wrong=Share(sum(m.mark == "wrong" for m in leaves), len(leaves)),
        median_ms=median([o.total_ms for o in outcomes]) if outcomes else 0.0,
    )


def _by_px(
    labels: Sequence[LabelOutcome], hit: Callable[[LabelOutcome], bool]
) -> tuple[tuple[str, Share], ...]:
    rows = []
    for low, high in pairwise(PX_BINS):
        inside = [x for x in labels if low <= (x.px_per_module or 0) < high]
        name = f"{low:g}-{high:g}" if high < PX_BINS[-1] else f"{low:g} and more"
        rows.append((name, Share(sum(hit(x) for x in inside), len(inside))))
    return tuple(rows)
