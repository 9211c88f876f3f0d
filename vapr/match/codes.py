"""The place of a mark: on the code that names a label.

Two labels that touch, or of which one hides most of the other, may be found as one. The
middle of such an outline lies on either parcel, while the code was seen where it was
seen. Where the code does not lie as codes lie on their labels, the parcel's box may be
the other one's as well.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vapr.geometry import Floats, homography, project
from vapr.types import Evidence, Label, Parcel, Quad

ASIDE = 0.1  # of the label's side: the middle of bars seldom lies farther from its own
SHORT = 0.35  # of the label's side: nine in ten tracking codes are longer
_UNIT: Quad = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def mark_codes(parcel: Parcel) -> Parcel:
    """A parcel whose labels know where the codes lie that speak for an item.

    Whether they say enough is seen later: several weak cues may. The parcel is no
    longer `framed` where a label may reach over another parcel's.
    """
    codes = [
        _telling([cue for cue in parcel.evidence if cue.label == i])
        for i in range(len(parcel.labels))
    ]
    pairs = list(zip(parcel.labels, codes, strict=True))
    labels = tuple(replace(a, code=b.quad if b else None) for a, b in pairs)
    framed = parcel.framed and all(_lies_well(a, b) for a, b in pairs if b)
    return replace(parcel, labels=labels, framed=framed)


def _telling(cues: Sequence[Evidence]) -> Evidence | None:
    """The code that says most: bars rather than a square one that says the same."""
    codes = [
        cue
        for cue in cues
        if cue.quad is not None and cue.kind != "text" and (cue.llr > 0 or cue.foreign)
    ]
    best = max(codes, key=lambda cue: cue.llr, default=None)
    alike = [cue for cue in codes if best and cue.id == best.id]
    return min(alike, key=lambda cue: cue.is_square, default=None)


def _lies_well(label: Label, code: Evidence) -> bool:
    """Whether a code lies as it would on a label that is all its own.

    Bars run across most of a label, around its middle. Labels carry them near an edge,
    so that only where they lie along their own axis counts. A square code stands in any
    corner.
    """
    if code.is_square:
        return False
    try:
        onto = homography(label.quad, _UNIT)
    except ValueError:  # a label seen edge-on: that cannot be told
        return False
    place: Floats = project(onto, np.asarray(code.quad, np.float64))
    low, high = place.min(axis=0), place.max(axis=0)
    if not np.isfinite(place).all():
        return False
    across, down = np.abs(place[1] - place[0])
    along = int(down > across)
    middle = float(np.clip((low[along] + high[along]) / 2, 0.0, 1.0))
    return bool(high[along] - low[along] >= SHORT and abs(middle - 0.5) <= ASIDE)
