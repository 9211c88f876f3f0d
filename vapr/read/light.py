"""The light on a strip, flattened by the pattern that fits it best.

Steps of a profile hold pixels from other heights of the strip each, so that light that
changes across it would be noise along it; and a glare is no slope. All codes are judged
in the same light, as with its tone (`vapr.read.tone`).
"""

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.optics import Blur
from vapr.read.profile import Samples
from vapr.read.refine import Geometry, pattern_at

_SMOOTH = 1e-3  # of the pixels: a weak prior that keeps the light even
_SHORT = 28.0  # px: along a shorter code such terms would pass for its bars
_KEPT = 4  # terms that every fit of a code has of its own: level, contrast, slopes


def flattened(
    samples: Samples, cells: NDArray[np.float32], shape: Geometry, blur: Blur
) -> Samples:
    """The samples as if level and contrast changed along the strip only, evenly.

    Args:
        samples: of a code and its quiet zones.
        cells: the pattern (width,).
        shape: where it lies.
        blur: of the picture.
    """
    basis = _light(samples, cells, shape, blur)
    ridge = np.full(basis.shape[1], _SMOOTH * len(basis))
    ridge[:2] = 0.0
    gram = basis.T @ basis + np.diag(ridge) + 1e-9 * np.eye(len(ridge))
    light = np.linalg.solve(gram, basis.T @ samples.y)
    return samples.lit(samples.y - basis[:, _KEPT:] @ light[_KEPT:])


def _light(
    samples: Samples, cells: NDArray[np.float32], shape: Geometry, blur: Blur
) -> Floats:
    """Level and contrast, their slopes, then all that is flattened: (n, terms)."""
    value, mid, across = pattern_at(samples, cells, shape, blur)
    second = 6 * mid**2 - 0.5  # Legendre's
    third = 20 * mid**3 - 3 * mid
    kept = [np.ones_like(mid), value, mid, value * mid]
    told = [across, across * mid, 6 * across**2 - 0.5, value * across]
    if shape.end - shape.start > _SHORT:
        told += [second, third, value * second]
    return np.column_stack([*kept, *told])
