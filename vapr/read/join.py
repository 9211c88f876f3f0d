"""Two codes of one label, held against the route each by itself, as one cue.

Bars and a matrix code of one label are two prints at two places: their errors are
nearly independent, and what is not on the route does not look like the same item in
both by chance. So their ratios add. What they share is the label's outline; so a code
that lies beyond it has no say, and together they say no more than one may.
"""

from dataclasses import replace

from vapr.geometry import center, inside_quad
from vapr.types import Evidence, Quad

MOST = 14.0  # as one code at most; see `vapr.read.calibration`
TELLING = 3.0
"""A matrix code that says less is not the tracking code, or too small: no witness."""
_LISTED = 16


def join_cues(
    bars: Evidence | None, matrix: Evidence | None, label: Quad
) -> Evidence | None:
    """What the bars and the matrix code of a label say together.

    Args:
        bars: of kind "template", or none.
        matrix: likewise.
        label: the corners of the label both were found in.

    Returns:
        The stronger cue with the sums of both, where they agree the bars, which show
        more of the label; the only one that says something; None.
    """
    if matrix is None or matrix.llr < TELLING or not _inside(matrix, label):
        return bars
    if bars is None or not _inside(bars, label):
        return matrix
    first, second = sorted((bars, matrix), key=lambda cue: -cue.llr)
    keys = dict.fromkeys([*first.llrs, *second.llrs])
    sums = {key: min(_says(first, key) + _says(second, key), MOST) for key in keys}
    ratios = sorted(sums.items(), key=lambda pair: -pair[1])[:_LISTED]
    floor = first.floor + second.floor
    if bars.id == matrix.id:
        return replace(bars, ratios=tuple(ratios), floor=floor)
    text = first.text if ratios[0][0] == first.id else second.text
    return replace(first, text=text, ratios=tuple(ratios), floor=floor)


def _says(cue: Evidence, key: str) -> float:
    return cue.llrs.get(key, cue.floor)


def _inside(cue: Evidence, label: Quad) -> bool:
    return cue.quad is not None and inside_quad(center(cue.quad), label)
