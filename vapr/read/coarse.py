"""Coarse search: all patterns of all pages at all places and sizes, as one product.

What a blur of 0.83 px lets through needs no more than one sample a px, and the fits
that follow reach half a px: finer samples and places cost eight times the time and
rank no better.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bend import bent
from vapr.read.codebook import Page
from vapr.read.optics import cell_response
from vapr.read.profile import Profile

_STEP = 1.0  # px, of samples
_MOVE = 0.75  # px, of tried ends
_SOFT = np.array([1.0, 2.0, 1.0])  # over the profile's steps of half a px
_SIGMA = 0.83  # px: an average lens, the aperture and what `_SOFT` adds
_QUIET = 6  # modules of quiet zone that are compared
_BEND = 0.03  # of the length; what perspective does at 45 degrees from 4 lengths
_MOST = 400  # samples of a code


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """The best place of every pattern of a page under every profile: (profiles, 2 n).

    Columns n.. are the patterns read from the strip's other end. `fit` is the share of
    the profile's variance that is explained.
    """

    page: Page
    fit: Floats
    start: Floats
    end: Floats
    bend: Floats

    def of(self, profile: int) -> "Coarse":
        """The same under one of the profiles, without the memory of the others."""
        told = (self.fit, self.start, self.end, self.bend)
        return Coarse(self.page, *(each[profile : profile + 1].copy() for each in told))


def quiet_zone(px_per_module: float) -> float:
    """How much white beyond a code's ends is compared, px."""
    return min(_QUIET * px_per_module, 3.0)


def search(
    pages: Sequence[Page], profiles: Sequence[Profile], length: float, reach: float
) -> list[Coarse]:
    """Correlate all patterns with all profiles.

    Args:
        pages: patterns; at least one page.
        profiles: of one strip, under different leans.
        length: px from the strip's start to its end.
        reach: px by which both ends may be off.
    """
    quiet = min(quiet_zone(length / page.modules) for page in pages)
    count = min(round((length + 2 * quiet) / _STEP), _MOST)
    places = (np.arange(count) + 0.5) / count * (length + 2 * quiet) - quiet
    flat = _flat(places).astype(np.float32)
    start, end, bend = _tries(length, reach)
    unit = bent(places / length, -bend[:, None])
    where = start[:, None] + unit * (end - start)[:, None]
    windows = np.stack([_windows(profile, where, flat) for profile in profiles])
    windows = np.stack([windows, windows[..., ::-1]], axis=1).reshape(-1, count)
    shape = (len(profiles), 2, len(start))
    found = []
    for page in pages:
        like = _seen(page, length, places, flat) @ windows.T
        like = like.reshape(-1, *shape)
        best = like.argmin(axis=3)  # bars are dark: the likest has the least product
        least = np.take_along_axis(like, best[..., None], axis=3)[..., 0]
        fit = np.square(np.minimum(least, 0), dtype=np.float64)
        fit, best = (
            a.transpose(1, 2, 0).reshape(len(profiles), -1) for a in (fit, best)
        )
        found.append(Coarse(page, fit, start[best], end[best], bend[best]))
    return found


def _seen(
    page: Page, length: float, places: Floats, flat: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A page's patterns as the camera sees them: unit rows without level and slope."""
    at = places.astype(np.float32)
    response = cell_response(page.width, length / page.width, at, _SIGMA)
    seen = page.cells @ response
    return _unit_rows(seen - (seen @ flat) @ flat.T)


def _windows(
    profile: Profile, where: Floats, flat: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The profile at all tried places (tries, k): unit rows as well."""
    n = profile.n + 1e-6
    soft = np.convolve(n * profile.y, _SOFT, "same") / np.convolve(n, _SOFT, "same")
    level = np.interp(where.ravel(), profile.x, soft).reshape(where.shape)
    level = level.astype(np.float32)
    return _unit_rows(level - (level @ flat) @ flat.T)


def _tries(length: float, reach: float) -> tuple[Floats, Floats, Floats]:
    """Starts, ends and bends: ends within reach, bends as seen from an angle."""
    moves = np.arange(-reach, reach + 0.01, _MOVE)
    step = max(_STEP / length, _BEND / 3)
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
