"""Least-squares fit of a few patterns to a profile: place, size, bend, light, blur.

Gauss-Newton on the place with the light (level and contrast, both with a slope along
the strip) solved for in the same step. Batched: all patterns of one width at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.optics import Blur, Blurred, blur_patterns
from vapr.read.profile import Profile

_BEND = 0.02  # standard deviation of the bend, share of the code's length
_SLOPE = 0.25  # of contrast and level along the strip, share of the contrast
_BLURS = tuple(
    Blur(sigma, sharp)
    for sigma in (0.5, 0.65, 0.8, 1.0, 1.25, 1.6)
    for sharp in (0.0, 0.8)
)


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fits of m patterns: `place` (m, 3) start px, end px, bend; `light` (m, 4).

    `rss` (m,) is the weighted residual sum, `model` (m, n) the fitted profile and
    `contrast` (m,) white minus black.
    """

    place: Floats
    light: Floats
    rss: Floats
    model: Floats
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
    return width * (unit + 4 * bend * unit * (1 - unit)), unit


def fit_patterns(
    cells: NDArray[np.float32],
    profile: Profile,
    weight: Floats,
    place: Floats,
    blur: Blur,
    rounds: int = 4,
) -> Fits:
    """Fit patterns (m, width) from first places (m, 3); weights (n,) 1 / variance."""
    table = _table(cells, place, blur)
    damping = 1e-3
    for _ in range(rounds):
        place = _step(table, profile, weight, place, cells.shape[1], damping)
    return solve_light(table, profile, weight, place, cells.shape[1], blur)


def _table(cells: NDArray[np.float32], place: Floats, blur: Blur) -> Blurred:
    px = (place[:, 1] - place[:, 0]) / cells.shape[1]
    margin = int(np.ceil(4 / max(float(px.min()), 0.05)))
    return blur_patterns(cells, px, blur, margin)


def _basis(value: Floats, unit: Floats) -> Floats:
    one = np.ones_like(value)
    mid = np.clip(unit, -0.2, 1.2) - 0.5
    return np.stack([one, mid, value, value * mid], axis=2)


def _ridge(profile: Profile, weight: Floats) -> Floats:
    """Weak prior that keeps slopes of level and contrast small."""
    scale = float(weight.sum()) * 1e-3
    out: Floats = np.diag([0.0, scale, 0.0, scale])
    return out


def _solve(basis: Floats, profile: Profile, weight: Floats) -> Floats:
    weighted = basis * weight[None, :, None]
    gram = np.einsum("mnp,mnq->mpq", weighted, basis, optimize=True)
    right = weighted.transpose(0, 2, 1) @ profile.y
    gram = gram + _ridge(profile, weight) + 1e-12 * np.eye(4)
    out: Floats = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    return out


def solve_light(
    table: Blurred,
    profile: Profile,
    weight: Floats,
    place: Floats,
    width: int,
    blur: Blur,
) -> Fits:
    """The best light for patterns at given places."""
    where, unit = cells_at(place, profile.x, width)
    basis = _basis(table.at(where)[0], unit)
    light = _solve(basis, profile, weight)
    model = np.einsum("mnp,mp->mn", basis, light)
    rss = ((profile.y[None, :] - model) ** 2 * weight[None, :]).sum(axis=1)
    return Fits(place, light, rss, model, blur)


def _step(
    table: Blurred,
    profile: Profile,
    weight: Floats,
    place: Floats,
    width: int,
    damping: float,
) -> Floats:
    where, unit = cells_at(place, profile.x, width)
    value, slope = table.at(where)
    basis = _basis(value, unit)
    light = _solve(basis, profile, weight)
    model = np.einsum("mnp,mp->mn", basis, light)
    gain = light[:, 2:3] + light[:, 3:4] * (unit - 0.5)
    span = (place[:, 1] - place[:, 0])[:, None]
    bend = place[:, 2:]
    by_unit = gain * slope * width * (1 + 4 * bend * (1 - 2 * unit))
    by_start = by_unit * (unit - 1) / span
    by_end = by_unit * -unit / span
    by_bend = gain * slope * width * 4 * unit * (1 - unit)
    jacobian = np.concatenate(
        [np.stack([by_start, by_end, by_bend], axis=2), basis], axis=2
    )
    weighted = jacobian * weight[None, :, None]
    gram = weighted.transpose(0, 2, 1) @ jacobian
    residual = profile.y[None, :] - model
    right = np.einsum("mnp,mn->mp", weighted, residual, optimize=True)
    noise = np.maximum((residual**2 * weight).mean(axis=1), 1e-12)
    gram[:, 2, 2] += noise / _BEND**2
    right[:, 2] -= noise * place[:, 2] / _BEND**2
    gram[:, 3:, 3:] += _ridge(profile, weight)
    right[:, 3:] -= light @ _ridge(profile, weight)
    diagonal = np.einsum("mpp->mp", gram)
    gram = gram + damping * diagonal[:, :, None] * np.eye(7) + 1e-12 * np.eye(7)
    move = np.linalg.solve(gram, right[:, :, None])[:, :3, 0]
    limit = np.array([1.0, 1.0, 0.02])
    moved: Floats = place + np.clip(move, -limit, limit)
    moved[:, 1] = np.maximum(moved[:, 1], moved[:, 0] + 2)
    return moved


def find_blur(
    cells: NDArray[np.float32], profile: Profile, weight: Floats, place: Floats
) -> Blur:
    """The blur that fits best among a grid, for the best of a few patterns."""
    tried = [
        (
            solve_light(
                _table(cells, place, blur), profile, weight, place, cells.shape[1], blur
            ).rss.min(),
            i,
        )
        for i, blur in enumerate(_BLURS)
    ]
    return _BLURS[min(tried)[1]]
