"""Where in this frame a code lies that was read in an earlier one."""

from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import homography, project, to_quad
from vapr.types import Evidence, Quad

UNLIKE = 0.25  # of corners at size 1; a turn of 45 degrees from the camera makes 0.17


def carried(cue: Evidence, then: Quad, now: Quad) -> Evidence:
    """A cue whose code lies in its label as it did, the label having moved.

    Which of a label's corners is its top left is told anew for each frame: of the four
    ways to lay it on itself the least turned is right.

    Args:
        cue: what was read; one without a place stays as it is.
        then: the label's corners when it was read, px.
        now: its corners in this frame, px.
    """
    if cue.quad is None or then == now:
        return cue
    try:
        onto = homography(then, _least_turned(then, now))
    except ValueError:  # a label seen edge-on: where on it cannot be told
        return replace(cue, quad=None)
    return replace(cue, quad=to_quad(project(onto, np.asarray(cue.quad))))


def is_alike(then: Quad, now: Quad) -> bool:
    """Whether two outlines may be of one sheet: of one shape, however turned or far.

    Two labels that touch may be outlined as one in this frame and apart in another.
    """
    same = complex(np.vdot(_spread(then), _spread(_least_turned(then, now))))
    return sqrt(max(2 - 2 * abs(same), 0.0)) < UNLIKE


def _spread(quad: Quad) -> NDArray[np.complex128]:
    """Corners as complex numbers about their middle, at size 1."""
    corners = np.asarray(quad) @ np.array([1, 1j])
    corners = corners - corners.mean()
    return np.asarray(corners / max(float(np.linalg.norm(corners)), 1e-9))


def _least_turned(then: Quad, now: Quad) -> Quad:
    a, b, c, d = now
    ways: list[Quad] = [now, (b, c, d, a), (c, d, a, b), (d, a, b, c)]
    return min(ways, key=lambda way: _distance(then, way))


def _distance(a: Quad, b: Quad) -> float:
    """Between corners, when both middles and sizes are made the same."""
    return float(np.linalg.norm(_spread(a) - _spread(b)))
