"""The part of a label that the code which names it speaks for.

Two labels that touch, or of which one hides most of the other, may be found as one. The
middle of such an outline lies on either parcel, and it is there that a mark is looked
for. The code was seen where it was seen. Bars run across most of a label, around its
middle: of an outline in which they lie aside, the part around them is kept. A square
code stands in any corner: where no bars say the same, it alone is kept.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vapr.geometry import Floats, homography, project, to_quad
from vapr.types import Evidence, Label, Parcel, Quad

NAMING = 6.9  # ln 1000: a cue that says less names nothing by itself
ASIDE = 0.1  # of the label's side: the middle of bars seldom lies farther from its own
SHORT = 0.35  # of the label's side: nine in ten tracking codes are longer
_UNIT: Quad = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def mark_parts(parcel: Parcel) -> Parcel:
    """A parcel whose labels know what part of them their codes speak for.

    A label whose bars lie in its middle, or which names nothing, stays as it is.
    """
    labels = tuple(
        _marked(label, [cue for cue in parcel.evidence if cue.label == i])
        for i, label in enumerate(parcel.labels)
    )
    whole = all(a is b for a, b in zip(labels, parcel.labels, strict=True))
    return parcel if whole else replace(parcel, labels=labels, framed=False)


def _marked(label: Label, cues: Sequence[Evidence]) -> Label:
    codes = _naming(cues)
    bars = [cue for cue in codes if not cue.is_square]
    try:
        onto, back = homography(label.quad, _UNIT), homography(_UNIT, label.quad)
    except ValueError:  # a label seen edge-on
        return label
    places = [project(onto, np.asarray(c.quad, np.float64)) for c in bars or codes]
    kept = [_about(place) if bars else _extent(place) for place in places]
    if not kept:
        return label
    low, high = np.min(kept, axis=0)[0], np.max(kept, axis=0)[1]
    if (low <= 0).all() and (high >= 1).all():
        return label
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return replace(label, part=to_quad(project(back, corners)))


def _naming(cues: Sequence[Evidence]) -> list[Evidence]:
    """The codes that say what the strongest of them says."""
    codes = [
        cue
        for cue in cues
        if cue.quad is not None
        and cue.kind != "text"
        and (cue.llr >= NAMING or cue.foreign)
    ]
    best = max(codes, key=lambda cue: cue.llr, default=None)
    return [cue for cue in codes if best and cue.id == best.id]


def _extent(place: Floats) -> Floats:
    return np.array([place.min(axis=0), place.max(axis=0)])


def _about(place: Floats) -> Floats:
    """The part, (low, high), of a label of side 1 around bars with corners `place`.

    Labels carry bars near an edge, so that only where they lie along their own axis
    counts, and of that no trifle. An outline in which they are short may be anything.
    """
    low, high = _extent(place)
    middle = np.clip((low + high) / 2, 0.0, 1.0)
    across, down = np.abs(place[1] - place[0])
    along = int(down > across)
    short = high[along] - low[along] < SHORT
    aside = abs(middle[along] - 0.5) > ASIDE
    reach = np.maximum(np.minimum(middle, 1 - middle), (high - low) / 2)
    around = np.clip([middle - reach, middle + reach], 0.0, 1.0)
    kept = np.array([[0.0, 0.0], [1.0, 1.0]])
    axes = [axis for axis in (0, 1) if short or (aside and axis == along)]
    kept[:, axes] = around[:, axes]
    return kept
