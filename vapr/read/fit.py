"""Least-squares fit of a few patterns to a profile: place, size, bend, light, blur.

Gauss-Newton on the place with the light (level and contrast, both with a slope along
the strip) solved for in the same step. Batched: all patterns of one width at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bend import bent, bent_slopes
from vapr.read.optics import BLURS, Blur, Blurred, blur_patterns
from vapr.read.profile import Profile

_BEND = 0.02  # standard deviation of the bend, share of the code's length
_DAMPING = 1e-3
_BETWEEN = (0.88, 0.92, 0.96, 1.0, 1.04, 1.08, 1.12)  # of a blur of the grid
_LIMIT = np.array([1.0, 1.0, 0.02])  # of a step: px, px, share


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fits of m patterns: `place` (m, 3) start px, end px, bend; `light` (m, 4).

    `rss` (m,) is the weighted residual sum, `contrast` (m,) white minus black.
    """

    place: Floats
    light: Floats
    rss: Floats
    blur: Blur

    @property
    def contrast(self) -> Floats:
        """White minus black, in linear light; negative if the code were inverted."""
        out: Floats = -self.light[:, 2]
        return out


def cells_at(place: Floats, x: Floats, width: int) -> tuple[Floats, Floats]:
    """Cells from the code's start at `x` px, and the unit coordinate: (m, n) each."""
    start, end, bend = place[:, :1], place[:, 1:2], place[:, 2:]
    unit = (x[None, :] - start) / (end - start)
    return width * bent(unit, bend), unit


def fit_patterns(
    cells: NDArray[np.float32],
    profile: Profile,
    weight: Floats,
    place: Floats,
    blur: Blur,
    rounds: int = 4,
) -> Fits:
    """Fit patterns (m, width) from first places (m, 3); weights (n,) 1 / variance."""
    inside = weight > 0
    near = Profile(profile.x[inside], profile.y[inside], profile.n, profile.step)
    weight, width = weight[inside], cells.shape[1]
    table = _table(cells, place, [blur] * len(cells))
    for _ in range(rounds):
        place = _step(table, near, weight, place, width, _DAMPING)
    light, rss = solve_light(table, near, weight, place, width)
    return Fits(place, light, rss, blur)


def _table(cells: NDArray[np.float32], place: Floats, blurs: Sequence[Blur]) -> Blurred:
    px = (place[:, 1] - place[:, 0]) / cells.shape[1]
    margin = int(np.ceil(4 / max(float(px.min()), 0.05)))
    return blur_patterns(cells, px, blurs, margin)


def _set_basis(out: Floats, value: Floats, unit: Floats) -> None:
    """Level, its slope, contrast and its slope: the last four columns (m, n, ...)."""
    mid = np.clip(unit, -0.2, 1.2) - 0.5
    out[..., -4] = 1.0
    out[..., -3] = mid
    out[..., -2] = value
    np.multiply(value, mid, out=out[..., -1])


def _ridge(weight: Floats) -> Floats:
    """Weak prior that keeps slopes of level and contrast small."""
    scale = float(weight.sum()) * 1e-3
    out: Floats = np.diag([0.0, scale, 0.0, scale])
    return out


def _solve(basis: Floats, y: Floats, weight: Floats) -> Floats:
    weighted = (basis * weight[:, None]).transpose(0, 2, 1)
    gram = weighted @ basis + _ridge(weight) + 1e-12 * np.eye(4)
    light = np.linalg.solve(gram, (weighted @ y)[:, :, None])[:, :, 0]
    return np.asarray(light, np.float64)


def solve_light(
    table: Blurred, profile: Profile, weight: Floats, place: Floats, width: int
) -> tuple[Floats, Floats]:
    """The best light (m, 4) for patterns at given places, and its residuals (m,)."""
    where, unit = cells_at(place, profile.x, width)
    basis = np.empty((*unit.shape, 4))
    _set_basis(basis, table.at(where), unit)
    light = _solve(basis, profile.y, weight)
    model = (basis @ light[:, :, None])[:, :, 0]
    return light, np.square(profile.y - model) @ weight


def light_basis(
    cells: NDArray[np.float32], profile: Profile, place: Floats, blur: Blur
) -> Floats:
    """Level, its slope, a pattern (1, width) at a place (1, 3), its slope: (n, 4)."""
    where, unit = cells_at(place, profile.x, cells.shape[1])
    basis = np.empty((*unit.shape, 4))
    _set_basis(basis, _table(cells, place, [blur]).at(where), unit)
    out: Floats = basis[0]
    return out


def _step(
    table: Blurred,
    profile: Profile,
    weight: Floats,
    place: Floats,
    width: int,
    damping: float,
) -> Floats:
    where, unit = cells_at(place, profile.x, width)
    value, slope = table.with_slopes(where)
    jacobian = np.empty((*unit.shape, 7))
    _set_basis(jacobian, value, unit)
    basis = jacobian[..., 3:]
    light = _solve(basis, profile.y, weight)
    span = (place[:, 1] - place[:, 0])[:, None]
    gain = light[:, 2:3] + light[:, 3:4] * (unit - 0.5)
    steep = gain * slope * width
    by_unit, by_bend = bent_slopes(unit, place[:, 2:])
    by_unit = steep * by_unit / span
    jacobian[..., 0] = by_unit * (unit - 1)
    jacobian[..., 1] = -by_unit * unit
    jacobian[..., 2] = steep * by_bend
    residual = profile.y - (basis @ light[:, :, None])[:, :, 0]
    weighted = (jacobian * weight[:, None]).transpose(0, 2, 1)
    gram = weighted @ jacobian
    right = (weighted @ residual[:, :, None])[:, :, 0]
    noise = np.maximum(np.square(residual) @ weight / len(weight), 1e-12)
    gram[:, 2, 2] += noise / _BEND**2
    right[:, 2] -= noise * place[:, 2] / _BEND**2
    gram[:, 3:, 3:] += _ridge(weight)
    right[:, 3:] -= light @ _ridge(weight)
    diagonal = np.einsum("mpp->mp", gram)
    diagonal += damping * diagonal + 1e-12
    move = np.linalg.solve(gram, right[:, :, None])[:, :3, 0]
    moved: Floats = place + np.clip(move, -_LIMIT, _LIMIT)
    moved[:, 1] = np.maximum(moved[:, 1], moved[:, 0] + 2)
    return moved


def find_blurs(
    cells: NDArray[np.float32],
    profile: Profile,
    weight: Floats,
    place: Floats,
    drift: float = 0.0,
) -> tuple[Blur, float]:
    """The best blur for a pattern (1, width) at a place (1, 3), and its residual sum.

    The best of a grid, then between its neighbours: a blur off by a tenth leaves as
    much unexplained as the noise of a good picture. Its drift is given.
    """
    tried = [replace(blur, drift=drift) for blur in BLURS]
    left = _blur_residuals(cells, (profile, weight, place), tried)
    first = tried[int(left.argmin())]
    near = [replace(first, sigma=first.sigma * by) for by in _BETWEEN]
    finer = _blur_residuals(cells, (profile, weight, place), near)
    best = int(finer.argmin())
    return near[best], float(finer[best])


def _blur_residuals(
    cells: NDArray[np.float32],
    seen: tuple[Profile, Floats, Floats],
    blurs: Sequence[Blur],
) -> Floats:
    """Residual sums of a pattern at a place of a weighted profile under blurs."""
    profile, weight, place = seen
    count = len(blurs)
    cells, place = np.repeat(cells, count, axis=0), np.repeat(place, count, axis=0)
    table = _table(cells, place, blurs)
    return solve_light(table, profile, weight, place, cells.shape[1])[1]
