"""From odds to verdicts: take, leave, or an honest "unknown"."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_of_quad, center, inside
from vapr.match.beliefs import distinct, item_odds
from vapr.match.codes import mark_codes
from vapr.match.grouping import split_label
from vapr.match.marginals import association_marginals
from vapr.match.reasons import reason_for
from vapr.route import Route
from vapr.types import Item, Parcel

SURE = 0.999  # at most 1 in 1,000 verdicts may be wrong (contract)
CANDIDATE = 0.05  # the least probability at which an item is named as a candidate ...
ABOVE_CHANCE = 3.0  # ... and so many times what it would have by chance alone
MAX_CANDIDATES = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Decision:
    """What every verdict of one picture is made from."""

    items: tuple[Item, ...]
    here: NDArray[np.bool_]  # which items belong to the open stop
    unnumbered: bool  # an item of the open stop has no number: any code may be its own


def decide(
    parcels: Sequence[Parcel],
    route: Route,
    stop: str | None,
    taken: Collection[str] = (),
) -> tuple[Parcel, ...]:
    """Verdicts for all parcels of a scene together.

    Args:
        parcels: parcels with labels and evidence.
        route: the whole route: what is not for this stop must be known as well.
        stop: id of the open stop; None when no stop is open (nothing is a pick).
        taken: keys of items already handed over.

    Returns:
        Parcels with verdict, ids, probabilities, candidates and reasons. A parcel
        whose labels prove to be two items comes back as two, each where its label is.
    """
    split = tuple(part for p in parcels for part in _split_by_identity(p, route, taken))
    items = route.items
    here = [item.stop == stop for item in items]
    unnumbered = any(i.stop == stop and i.tracking is None for i in items)
    decision = _Decision(items, np.asarray(here, bool), unnumbered)
    if not split:
        return ()
    marginals = association_marginals(item_odds(split, items, taken))
    return tuple(
        _verdict(parcel, row, decision)
        for parcel, row in zip(split, marginals, strict=True)
    )


def _verdict(parcel: Parcel, row: Floats, decision: _Decision) -> Parcel:
    foreign = None if decision.unnumbered else foreign_key(parcel)
    p_none = max(1.0 - float(row.sum()), 0.0)
    p_here = float(row[decision.here].sum())
    p_elsewhere = float(row[~decision.here].sum()) + (p_none if foreign else 0.0)
    parcel = _name(parcel, row, decision.items)
    if p_here >= SURE:
        stop = decision.items[int(np.argmax(row * decision.here))].stop
        return replace(parcel, verdict="pick", stop=stop, confidence=min(p_here, 1.0))
    if p_elsewhere >= SURE:
        parcel = replace(parcel, verdict="leave", confidence=min(p_elsewhere, 1.0))
        if foreign and p_none >= SURE:
            return replace(
                parcel, id=foreign, foreign=True, id_confidence=p_none, candidates=()
            )
        return parcel
    return replace(parcel, reason=reason_for(parcel, p_none))


def _name(parcel: Parcel, row: Floats, items: Sequence[Item]) -> Parcel:
    """The one item a parcel surely is, or those it may be."""
    if not len(row):
        return parcel
    order = np.argsort(-row, kind="stable")[:MAX_CANDIDATES]
    best = int(order[0])
    if row[best] >= SURE:
        item, p = items[best], min(float(row[best]), 1.0)
        return replace(
            parcel, key=item.key, id=item.name, stop=item.stop, id_confidence=p
        )
    least = max(CANDIDATE, min(ABOVE_CHANCE / len(items), 0.3))
    named = [(items[int(i)].name, float(row[i])) for i in order if row[i] >= least]
    return replace(parcel, candidates=tuple(named))


def foreign_key(parcel: Parcel) -> str | None:
    """The tracking key of a decoded payload that no item of the route has, if any.

    Never when a cue of the same parcel favours an item: a reused box bears the
    label of its last journey.
    """
    if any(cue.llr > 0 for cue in parcel.evidence):
        return None
    return next((cue.foreign for cue in parcel.evidence if cue.foreign), None)


def _split_by_identity(
    parcel: Parcel, route: Route, taken: Collection[str]
) -> tuple[Parcel, ...]:
    """One parcel per identity, when the labels of one box do not agree.

    Two boxes may have been taken for one, and a label is surely where it is. So a sure
    identity takes its own labels along, and what the others say stays with them: of
    several sure ones each is marked at its labels, of a single one the box remains.
    """
    if len(parcel.labels) < 2 or parcel.box is None:
        return (parcel,)
    identities: dict[str | None, list[int]] = {}
    for index in range(len(parcel.labels)):
        identities.setdefault(_sure_key(parcel, index, route, taken), []).append(index)
    unsure = identities.pop(None, [])
    if not identities:
        return (_by_the_telling_label(parcel),)
    for indices in identities.values():
        same = [i for i in unsure if _one_label(parcel, indices, i)]
        indices += same
        unsure = [i for i in unsure if i not in same]
    parts = [_part(parcel, indices) for indices in identities.values()]
    if len(parts) == 1:
        whole = replace(parcel, labels=parts[0].labels, evidence=parts[0].evidence)
        parts = [whole]
    return (*parts, *(_part(parcel, [index]) for index in unsure))


def _by_the_telling_label(parcel: Parcel) -> Parcel:
    """The same, believing only the label that says most: the mark goes there.

    Labels in one box may be two parcels', so what they say does not add up. What is
    remembered of labels out of view stays.
    """
    count = len(parcel.labels)
    seen = [cue for cue in parcel.evidence if cue.label < count]
    best = max(seen, key=lambda cue: cue.llr, default=None)
    if best is None or best.llr <= 0:
        return parcel
    order = [best.label, *(i for i in range(count) if i != best.label)]
    kept = tuple(
        replace(cue, label=0) if cue.label == best.label else cue
        for cue in parcel.evidence
        if cue.label == best.label or cue.label >= count
    )
    labels = tuple(parcel.labels[i] for i in order)
    return replace(parcel, labels=labels, evidence=kept)


def _one_label(parcel: Parcel, known: Sequence[int], index: int) -> bool:
    """Whether a label is one of the known ones, found twice."""
    middle = center(parcel.labels[index].quad)
    return any(inside(middle, box_of_quad(parcel.labels[i].quad)) for i in known)


def _sure_key(
    parcel: Parcel, label: int, route: Route, taken: Collection[str]
) -> str | None:
    cues = tuple(cue for cue in parcel.evidence if cue.label == label)
    if not distinct(cues):
        return None
    odds = item_odds([replace(parcel, evidence=cues)], route.items, taken)[0]
    if not len(odds):
        return None
    best = int(np.argmax(odds))
    sure = odds[best] / (1.0 + odds.sum()) >= SURE
    return route.items[best].key if sure else None


def _part(parcel: Parcel, indices: Sequence[int]) -> Parcel:
    evidence = tuple(
        replace(cue, label=indices.index(cue.label))
        for cue in parcel.evidence
        if cue.label in indices
    )
    return mark_codes(replace(split_label(parcel, indices), evidence=evidence))
