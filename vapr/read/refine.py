"""Refine a strip's geometry on its pixels, given the pattern that fits it best.

Gauss-Newton over start, end, bend and the lean of the bars at both ends, on request a
warp as well, with the light (level over the area, contrast along the strip) solved for
in the same step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bend import bent, bent_slopes, waves
from vapr.read.optics import Blur, Blurred, blur_patterns
from vapr.read.profile import Samples

_PRIOR = (3.0, 3.0, 0.02, 3.0, 3.0)  # standard deviations: px, px, share, px, px
_WARP = 0.01  # standard deviation of the first wave of a warp, share of the length
_ENOUGH = 2000  # samples
_LIMIT = np.array([0.7, 0.7, 0.01, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where a code lies: start and end px, bend, lean at start and end px, waves."""

    start: float
    end: float
    bend: float
    lean: tuple[float, float]
    warp: tuple[float, ...] = ()

    def place(self, samples: Samples) -> Floats:
        """Where each sample lies along the code, px from its start, unbent."""
        span = self.end - self.start
        ramp = samples.s / samples.length
        lean = self.lean[0] + (self.lean[1] - self.lean[0]) * ramp
        unit = (
            samples.s + lean * (samples.t / samples.height - 0.5) - self.start
        ) / span
        along = bent(unit, self.bend)
        if self.warp:
            along = along + waves(unit, len(self.warp))[0] @ np.array(self.warp)
        out: Floats = along * span
        return out


def refine_geometry(
    samples: Samples,
    cells: NDArray[np.float32],
    first: Geometry,
    blur: Blur,
    rounds: int = 3,
    warped: int = 0,
) -> tuple[Geometry, Floats]:
    """The geometry that explains the pixels best, and the residuals of the pixels.

    With a warp of so many waves, if any.
    """
    width = len(cells)
    px = np.array([(first.end - first.start) / width])
    margin = int(np.ceil(6 / max(float(px[0]), 0.05)))
    samples = samples.thinned(_ENOUGH)
    table = blur_patterns(cells[None, :], px, [blur], margin)
    warp = first.warp or (0.0,) * warped
    start = np.array([first.start, first.end, first.bend, *first.lean, *warp])
    p = start
    for _ in range(rounds):
        p = _step(samples, table, width, p, start)
    return _geometry(p), _linearise(samples, table, width, p).residual


def _geometry(p: Floats) -> Geometry:
    a, b, bend, lean_a, lean_b, *warp = (float(v) for v in p)
    return Geometry(a, b, bend, (lean_a, lean_b), tuple(warp))


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """The model around one geometry: residual (n,), jacobian (n, 5 + waves + 6)."""

    residual: Floats
    jacobian: Floats
    ridge: Floats
    light: Floats


def _linearise(samples: Samples, table: Blurred, width: int, p: Floats) -> _Linear:
    span = p[1] - p[0]
    ramp = samples.s / samples.length
    across = samples.t / samples.height - 0.5
    unit = (samples.s + (p[3] + (p[4] - p[3]) * ramp) * across - p[0]) / span
    warps, turns = waves(unit, len(p) - 5)
    where = width * (bent(unit, float(p[2])) + warps @ p[5:])
    value, slope = (a[0] for a in table.with_slopes(where[None, :]))
    mid = np.clip(unit, -0.2, 1.2) - 0.5
    one = np.ones_like(mid)
    basis = np.column_stack([one, mid, across, value, value * mid, value * across])
    ridge = len(mid) * np.diag([0.0, 1, 1, 0, 1, 1]) * 1e-3 + 1e-9 * np.eye(6)
    light = np.linalg.solve(basis.T @ basis + ridge, basis.T @ samples.y)
    steep = (light[3] + light[4] * mid + light[5] * across) * slope * width
    by_unit, by_bend = bent_slopes(unit, float(p[2]))
    by_unit = steep * (by_unit + turns @ p[5:]) / span
    moves = [
        by_unit * (unit - 1),
        by_unit * -unit,
        steep * by_bend,
        by_unit * (1 - ramp) * across,
        by_unit * ramp * across,
    ]
    jacobian = np.column_stack([*moves, steep[:, None] * warps, basis])
    return _Linear(samples.y - basis @ light, jacobian, ridge, light)


def _step(
    samples: Samples, table: Blurred, width: int, p: Floats, start: Floats
) -> Floats:
    """One damped Gauss-Newton step, kept near where it started."""
    linear = _linearise(samples, table, width, p)
    gram = linear.jacobian.T @ linear.jacobian
    right = linear.jacobian.T @ linear.residual
    count = len(p)
    spread = np.array([*_PRIOR, *_WARP / _order(p) ** 1.5])
    limit = np.array([*_LIMIT, *0.5 * _WARP / _order(p)])
    prior = (float(linear.residual.var()) + 1e-12) / np.square(spread)
    gram[range(count), range(count)] += prior
    right[:5] -= prior[:5] * (p - start)[:5]
    right[5:count] -= prior[5:] * p[5:]  # paper lies flat if nothing tells otherwise
    gram[count:, count:] += linear.ridge
    right[count:] -= linear.ridge @ linear.light
    gram += np.diag(1e-3 * np.diag(gram) + 1e-12)
    moved = p + np.clip(np.linalg.solve(gram, right)[:count], -limit, limit)
    moved[1] = max(moved[1], moved[0] + 2)
    out: Floats = moved
    return out


def _order(p: Floats) -> Floats:
    """How often each wave of a warp goes up and down, of the first one's."""
    return np.arange(1, len(p) - 4, dtype=np.float64)
