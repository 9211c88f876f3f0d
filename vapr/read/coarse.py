"""Coarse search: all patterns of a page at all places and sizes, as one product."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.codebook import Page
from vapr.read.optics import cell_response
from vapr.read.profile import Profile

_STEP = 0.5  # px, of samples and of tried ends
_SIGMA = 0.75  # px, aperture included
_QUIET = 6  # modules of quiet zone that are compared
_BEND = 0.03  # of the length; what perspective does at 45 degrees from 4 lengths
_MOST = 400  # samples of a code


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """The best place of every pattern of a page, both directions: arrays (2 n,).

    Rows n.. are the patterns read from the strip's other end. `fit` is the share of
    the profile's variance that is explained.
    """

    fit: Floats
    start: Floats
    length: Floats
    bend: Floats


def quiet_zone(px_per_module: float) -> float:
    """How much white beyond a code's ends is compared, px."""
    return min(_QUIET * px_per_module, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """All patterns of a page and all the places where they are tried, made once.

    `seen` (n, k) are the patterns as the camera sees them, unit rows without level and
    slope (`flat`); `where` (tries, k) px along; `tries` are starts, ends, bends.
    """

    seen: NDArray[np.float32]
    flat: NDArray[np.float32]
    where: Floats
    tries: tuple[Floats, Floats, Floats]

    @staticmethod
    def of(page: Page, length: float, reach: float) -> "Search":
        """A search for codes that span about 0..length px, ends off by `reach`."""
        quiet = quiet_zone(length / page.modules)
        count = min(round((length + 2 * quiet) / _STEP), _MOST)
        places = (np.arange(count) + 0.5) / count * (length + 2 * quiet) - quiet
        flat = _flat(places).astype(np.float32)
        response = cell_response(page.width, length / page.width, places, _SIGMA)
        seen = page.cells @ response.astype(np.float32)
        start, end, bend = _tries(length, reach)
        unit = unbent(places / length, bend[:, None])
        where = start[:, None] + unit * (end - start)[:, None]
        tries = (start, end, bend)
        return Search(_unit_rows(seen - (seen @ flat) @ flat.T), flat, where, tries)

    def run(self, profile: Profile) -> Coarse:
        """Correlate all patterns with a profile."""
        under = np.interp(self.where.ravel(), profile.x, profile.y)
        level = under.reshape(self.where.shape).astype(np.float32)
        window = _unit_rows(level - (level @ self.flat) @ self.flat.T)
        ahead, back = self.seen @ window.T, self.seen @ window[:, ::-1].T
        both = np.concatenate([ahead, back])
        best = both.argmin(axis=1)  # bars are dark: the likest has the least product
        least = np.minimum(both[np.arange(len(both)), best], 0).astype(np.float64)
        start, end, bend = self.tries
        return Coarse(least**2, start[best], (end - start)[best], bend[best])


def unbent(unit: Floats, bend: Floats) -> Floats:
    """Where along an unbent code (0..1) the places of a bent one lie, to first order.

    A code's place is `unit + 4 bend unit (1 - unit)`; outside of it nothing bends.
    """
    inner = np.clip(unit, 0, 1)
    out: Floats = unit - 4 * bend * inner * (1 - inner) * (
        1 - 4 * bend * (1 - 2 * inner)
    )
    return out


def _tries(length: float, reach: float) -> tuple[Floats, Floats, Floats]:
    """Starts, ends and bends: ends within reach, bends as seen from an angle."""
    moves = np.arange(-reach, reach + 0.01, _STEP)
    step = max(2 * _STEP / length, _BEND / 3)
    bends = np.arange(-np.floor(_BEND / step), _BEND / step + 0.01) * step
    grid = np.meshgrid(moves, moves, bends, indexing="ij")
    start, end, bend = (m.ravel() for m in grid)
    likely = np.abs(end - start) <= 1.5 * reach
    likely &= end - start + length > 0.5 * length
    return start[likely], (end + length)[likely], bend[likely]


def _flat(places: Floats) -> Floats:
    """An orthonormal basis of what lighting may do: level and slope. (k, 2)."""
    centred = places - places.mean()
    basis = np.column_stack([np.ones_like(places), centred])
    out: Floats = basis / np.linalg.norm(basis, axis=0)
    return out


def _unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    norm = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return np.asarray(rows / (norm[:, None] + 1e-9), np.float32)
