"""Refine a strip's geometry on its pixels, given the pattern that fits it best.

Gauss-Newton over start, end, bend and the lean of the bars at both ends, with the
light (level over the area, contrast along the strip) solved for in the same step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bend import bent, bent_slopes
from vapr.read.optics import Blur, Blurred, blur_patterns
from vapr.read.profile import Samples

_PRIOR = (3.0, 3.0, 0.02, 3.0, 3.0)  # standard deviations: px, px, share, px, px
_ENOUGH = 2000  # samples
_LIMIT = np.array([0.7, 0.7, 0.01, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where a code lies: start and end px, bend, lean at start and end px."""

    start: float
    end: float
    bend: float
    lean: tuple[float, float]

    def place(self, samples: Samples) -> Floats:
        """Where each sample lies along the code, px from its start, unbent."""
        span = self.end - self.start
        ramp = samples.s / samples.length
        lean = self.lean[0] + (self.lean[1] - self.lean[0]) * ramp
        unit = (
            samples.s + lean * (samples.t / samples.height - 0.5) - self.start
        ) / span
        out: Floats = bent(unit, self.bend) * span
        return out


def pattern_at(
    samples: Samples, cells: NDArray[np.float32], shape: Geometry, blur: Blur
) -> tuple[Floats, Floats, Floats]:
    """A pattern (width,) at samples: its light, and where they lie, each (n,).

    Places are 0 in the middle: of the code along it, a little beyond -0.5 and 0.5 in
    the quiet zones, and of the strip across it.
    """
    span = shape.end - shape.start
    px = np.array([span / len(cells)])
    margin = int(np.ceil(8 / max(float(px[0]), 0.05)))
    along = shape.place(samples) / span
    seen = blur_patterns(cells[None, :], px, [blur], margin)
    value = seen.at(len(cells) * along[None, :])[0]
    across = samples.t / samples.height - 0.5
    return value, np.clip(along, -0.2, 1.2) - 0.5, across


def refine_geometry(
    samples: Samples,
    cells: NDArray[np.float32],
    first: Geometry,
    blur: Blur,
    rounds: int = 3,
) -> tuple[Geometry, Floats]:
    """The geometry that explains the pixels best, and the residuals of the pixels."""
    width = len(cells)
    px = np.array([(first.end - first.start) / width])
    margin = int(np.ceil(6 / max(float(px[0]), 0.05)))
    samples = samples.thinned(_ENOUGH)
    table = blur_patterns(cells[None, :], px, [blur], margin)
    start = np.array([first.start, first.end, first.bend, *first.lean])
    p = start
    for _ in range(rounds):
        p = _step(samples, table, width, p, start)
    return _geometry(p), _linearise(samples, table, width, p).residual


def _geometry(p: Floats) -> Geometry:
    a, b, bend, lean_a, lean_b = (float(v) for v in p)
    return Geometry(a, b, bend, (lean_a, lean_b))


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """The model around one geometry: residual (n,), jacobian (n, 5 + 6), ridge."""

    residual: Floats
    jacobian: Floats
    ridge: Floats
    light: Floats


def _linearise(samples: Samples, table: Blurred, width: int, p: Floats) -> _Linear:
    span = p[1] - p[0]
    ramp = samples.s / samples.length
    across = samples.t / samples.height - 0.5
    unit = (samples.s + (p[3] + (p[4] - p[3]) * ramp) * across - p[0]) / span
    where = width * bent(unit, float(p[2]))
    value, slope = (a[0] for a in table.with_slopes(where[None, :]))
    mid = np.clip(unit, -0.2, 1.2) - 0.5
    one = np.ones_like(mid)
    basis = np.column_stack([one, mid, across, value, value * mid, value * across])
    ridge = len(mid) * np.diag([0.0, 1, 1, 0, 1, 1]) * 1e-3 + 1e-9 * np.eye(6)
    light = np.linalg.solve(basis.T @ basis + ridge, basis.T @ samples.y)
    steep = (light[3] + light[4] * mid + light[5] * across) * slope * width
    by_unit, by_bend = bent_slopes(unit, float(p[2]))
    by_unit = steep * by_unit / span
    moves = [
        by_unit * (unit - 1),
        by_unit * -unit,
        steep * by_bend,
        by_unit * (1 - ramp) * across,
        by_unit * ramp * across,
    ]
    jacobian = np.column_stack([*moves, basis])
    return _Linear(samples.y - basis @ light, jacobian, ridge, light)


def _step(
    samples: Samples, table: Blurred, width: int, p: Floats, start: Floats
) -> Floats:
    """One damped Gauss-Newton step, kept near where it started."""
    linear = _linearise(samples, table, width, p)
    gram = linear.jacobian.T @ linear.jacobian
    right = linear.jacobian.T @ linear.residual
    prior = (float(linear.residual.var()) + 1e-12) / np.square(_PRIOR)
    gram[range(5), range(5)] += prior
    right[:5] -= prior * (p - start)
    gram[5:, 5:] += linear.ridge
    right[5:] -= linear.ridge @ linear.light
    gram += np.diag(1e-3 * np.diag(gram) + 1e-12)
    moved = p + np.clip(np.linalg.solve(gram, right)[:5], -_LIMIT, _LIMIT)
    moved[1] = max(moved[1], moved[0] + 2)
    out: Floats = moved
    return out
