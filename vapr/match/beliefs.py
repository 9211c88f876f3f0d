"""From the evidence of each parcel to odds over the route's items."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from vapr.types import Evidence, Item, Parcel

FOREIGN_PRIOR = 0.02  # share of parcels in a van that are on no row of its route
TAKEN_PRIOR = 0.02  # of an item's own prior, once it has been handed over
LLR_CAP = 40.0  # no pile of cues says more than this: they share one picture

Floats = NDArray[np.float64]


def item_odds(
    parcels: Sequence[Parcel], items: Sequence[Item], taken: Collection[str] = ()
) -> Floats:
    """Odds of each parcel being each item against being none of them: (n, m).

    The cues of a parcel add as log-likelihood ratios, capped; every item has the same
    prior, but for those already taken.
    """
    if not items:
        return np.zeros((len(parcels), 0))
    llrs = np.stack([combined_llrs(p.evidence, items) for p in parcels])
    prior = np.full(len(items), (1 - FOREIGN_PRIOR) / FOREIGN_PRIOR / len(items))
    prior[[item.key in taken for item in items]] *= TAKEN_PRIOR
    odds: Floats = prior * np.exp(llrs)
    return odds


def combined_llrs(evidence: Sequence[Evidence], items: Sequence[Item]) -> Floats:
    """What all cues of a parcel say together, per item: (m,) llrs within the cap."""
    total = np.zeros(len(items))
    index = {item.key: i for i, item in enumerate(items)}
    for cue in distinct(evidence):
        row = np.full(len(items), cue.floor)
        for key, llr in cue.ratios:
            if key in index:
                row[index[key]] = llr
        total += row
    return np.clip(total, -LLR_CAP, LLR_CAP)


def distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The cues that count: what is said twice is one witness, the strongest is kept.

    The same code is read at two scales, or printed twice on one label.
    """
    best: dict[tuple[str, str | None, str | None], Evidence] = {}
    for cue in evidence:
        witness = (cue.kind, cue.text, cue.foreign)
        if witness not in best or cue.llr > best[witness].llr:
            best[witness] = cue
    return list(best.values())
