"""Where in this frame a code lies that was read in an earlier one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vapr.geometry import homography, project, to_quad
from vapr.types import Evidence, Quad


def carried(cue: Evidence, then: Quad, now: Quad) -> Evidence:
    """A cue whose code lies in its label as it did, the label having moved.

    Between frames a label hardly turns, but which of its corners is its top left is
    told anew for each: of the four ways to lay it on itself the least turned is right.

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


def _least_turned(then: Quad, now: Quad) -> Quad:
    ways = [now[turn:] + now[:turn] for turn in range(4)]
    a, b, c, d = min(ways, key=lambda way: _distance(then, way))
    return (a, b, c, d)


def _distance(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> float:
    """Between corners, when both middles and sizes are made the same."""
    first, second = (p - p.mean(axis=0) for p in (np.asarray(a), np.asarray(b)))
    sizes = np.linalg.norm(first), np.linalg.norm(second)
    return float(np.linalg.norm(first / sizes[0] - second / sizes[1]))
