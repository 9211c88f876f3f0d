"""Coarse search: all patterns of a page at all places and sizes, as products."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.codebook import Page
from vapr.read.optics import cell_response
from vapr.read.profile import Profile

_STEP = 0.5  # px
_SIGMA = 0.75  # px, aperture included
_QUIET = 6  # modules of quiet zone that are compared, at most 3 px


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """The best place of every pattern of a page, both directions: arrays (2 n,).

    Rows n.. are the patterns read from the strip's other end. `fit` is the share of
    the profile's variance that is explained.
    """

    fit: Floats
    start: Floats
    length: Floats


def quiet_zone(px_per_module: float) -> float:
    """How much white beyond a code's ends is compared, px."""
    return min(_QUIET * px_per_module, 3.0)


def _flat(places: Floats) -> Floats:
    """An orthonormal basis of what lighting may do: level and slope. (k, 2)."""
    centred = places - places.mean()
    basis = np.column_stack([np.ones_like(places), centred])
    out: Floats = basis / np.linalg.norm(basis, axis=0)
    return out


def coarse_search(page: Page, profile: Profile, length: float, reach: float) -> Coarse:
    """Correlate all patterns with the profile.

    Args:
        page: the patterns.
        profile: bars along the axis.
        length: px the code is thought to span, from 0.
        reach: px by which either end may be off.
    """
    grid = np.arange(profile.x[0], profile.x[-1], _STEP)
    values = np.interp(grid, profile.x, profile.y).astype(np.float32)
    n = len(page.cells)
    fit = np.zeros(2 * n, np.float32)
    start, size = np.zeros(2 * n), np.zeros(2 * n)
    quiet = quiet_zone(length / page.modules)
    # ends that are off by different amounts: the length is off by up to 1.5 reach
    for tried in np.arange(length - 1.5 * reach, length + 1.5 * reach + 0.1, 0.5):
        if tried < 0.5 * length:
            continue
        count = round((tried + 2 * quiet) / _STEP)
        if count + 1 > len(grid):
            continue
        places = (np.arange(count) - (count - 1) / 2) * _STEP + tried / 2
        first = _windows(grid, float(tried), count, length, reach)
        if len(first) == 0:
            continue
        window = values[first[:, None] + np.arange(count)]
        score = _scores(page, float(tried), places, window)
        best = score.argmax(axis=1)
        top = score[np.arange(2 * n), best]
        better = top > fit
        fit[better] = top[better]
        middle = grid[first] + (count - 1) / 2 * _STEP
        start[better] = (middle[best] - tried / 2)[better]
        size[better] = tried
    return Coarse(fit.astype(np.float64), start, size)


def _windows(
    grid: Floats, tried: float, count: int, length: float, reach: float
) -> NDArray[np.intp]:
    """First grid indices of the windows whose ends both stay within reach."""
    first = np.arange(len(grid) - count + 1)
    begin = grid[first] + (count - 1) / 2 * _STEP - tried / 2
    ok = (np.abs(begin) <= reach) & (np.abs(begin + tried - length) <= reach)
    return first[ok]


def _scores(
    page: Page, tried: float, places: Floats, window: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Explained share of every pattern (both directions) in every window: (2n, k)."""
    flat = _flat(places).astype(np.float32)
    response = cell_response(page.width, tried / page.width, places, _SIGMA)
    seen = page.cells @ response.astype(np.float32)
    seen = _unit_rows(seen - (seen @ flat) @ flat.T)
    window = _unit_rows(window - (window @ flat) @ flat.T)
    ahead = -(seen @ window.T)
    back = -(seen @ window[:, ::-1].T)
    both = np.maximum(np.concatenate([ahead, back]), 0)
    out: NDArray[np.float32] = both * both
    return out


def _unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    norm = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return np.asarray(rows / (norm[:, None] + 1e-9), np.float32)
