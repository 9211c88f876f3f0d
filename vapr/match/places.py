"""Where codes lie: what was read beside a label is not that label's.

A detected label may reach over two that touch, or its corners may be off. The code
itself was seen where it was seen: an identity is marked there.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vapr.geometry import box_of_quad, center, homography, inside_quad, project
from vapr.match.codes import mark_codes
from vapr.match.grouping import LONE_LABEL_SCORE
from vapr.types import Evidence, Label, Parcel, Quad

STICKS_OUT = 0.015  # of a label's side; what lies on it ends well before its edge
_UNIT: Quad = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def lies_on(cue: Evidence, quad: Quad) -> bool:
    """Whether a cue's code lies on a label: what has no place of its own does.

    The place of a decoded code is its reader's, of which the middle is sure; bars were
    looked for in this very label, and must not stick out of it.
    """
    if cue.quad is None:
        return True
    if cue.kind == "barcode":
        return inside_quad(center(cue.quad), quad)
    try:
        corners = project(homography(quad, _UNIT), np.asarray(cue.quad))
    except ValueError:  # a label seen edge-on
        return False
    inside = (corners > -STICKS_OUT) & (corners < 1 + STICKS_OUT)
    return bool(inside.all())


def settle_codes(parcels: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Parcels with the codes that lie on their labels; any other code by itself.

    Marks go where codes are (see `vapr.match.codes`). A code beside its label becomes a
    parcel of its own there: whose box it is on cannot be told. Where another label lies
    there, that one speaks for itself.
    """
    settled: list[Parcel] = []
    strays: list[Parcel] = []
    quads = [label.quad for parcel in parcels for label in parcel.labels]
    for parcel in parcels:
        home = [lies_on(c, parcel.labels[c.label].quad) for c in parcel.evidence]
        pairs = list(zip(parcel.evidence, home, strict=True))
        kept = tuple(cue for cue, at_home in pairs if at_home)
        settled.append(mark_codes(replace(parcel, evidence=kept)))
        for cue, at_home in pairs:
            if not at_home and not _on_any(cue, quads):
                strays.append(_alone(parcel, cue))
    return (*settled, *_once(strays))


def _on_any(cue: Evidence, quads: Sequence[Quad]) -> bool:
    return any(lies_on(cue, quad) for quad in quads)


def _alone(parcel: Parcel, cue: Evidence) -> Parcel:
    """A parcel of which only a code was seen."""
    label = parcel.labels[cue.label]
    quad = cue.quad or label.quad
    place = Label(quad, label.score, cue.px_per_module, label.flaw)
    score = label.score * LONE_LABEL_SCORE
    alone = (replace(cue, label=0),)
    return Parcel(box_of_quad(quad), score, (place,), alone)


def _once(strays: Sequence[Parcel]) -> list[Parcel]:
    """Codes found through several labels, the strongest of those in one place."""
    kept: list[Parcel] = []
    for stray in sorted(strays, key=lambda p: -p.evidence[0].llr):
        places = [p.labels[0].quad for p in kept]
        if not any(inside_quad(center(stray.labels[0].quad), q) for q in places):
            kept.append(stray)
    return kept
