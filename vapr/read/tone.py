"""What a camera does to light after the lens: its tone curve, and whites burnt out.

Pictures come with an unknown tone curve on top of the standard one, and the white of a
label is often clipped. Both bend the relation between the light of a pattern and the
samples of a strip. They are found on the pattern that fits a strip best, so that all
others are judged in the same light.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.fit import find_blurs
from vapr.read.optics import Blur, blur_patterns
from vapr.read.profile import Profile, Samples, bin_profile
from vapr.read.refine import Geometry

_POWERS = (1.0, 0.8, 0.65, 0.5)  # of linear light; 1 / 2.2 is the picture as it came
_BURNT = 0.96  # of full scale
_RARE = 0.03  # share of burnt samples that may be left as they are
_WHITEST = 1.6  # of full scale; more is not believed behind a burnt sample
_LEAST = 12  # steps of a profile on which a tone is told


def find_tone(
    near: Samples, cells: NDArray[np.float32], shape: Geometry, step: float
) -> tuple[float, Blur]:
    """The power of linear light, and the blur, under which a pattern explains most.

    Args:
        near: the samples of the code and its quiet zones.
        cells: the pattern (width,).
        shape: where it lies.
        step: of profiles, px.

    Returns:
        The power and the blur; burnt steps have no say.
    """
    told = [(*_explained(toned(near, p), cells, shape, step), p) for p in _POWERS]
    _, blur, power = min(told, key=lambda one: one[0])
    return power, blur


def _explained(
    near: Samples, cells: NDArray[np.float32], shape: Geometry, step: float
) -> tuple[float, Blur]:
    """The share of the profile's variance left by the best blur, and that blur."""
    profile = bin_profile(shape.place(near), near, step)
    weight = profile.n * (profile.y < _BURNT)
    if (weight > 0).sum() < _LEAST:
        weight = profile.n
    place = np.array([[0.0, shape.end - shape.start, 0.0]])
    blur, left = find_blurs(cells[None, :], profile, weight, place)
    return left / _variance(profile, weight), blur


def _variance(profile: Profile, weight: Floats) -> float:
    apart = profile.y - np.average(profile.y, weights=weight)
    return max(float(weight @ apart**2), 1e-12)


def toned(samples: Samples, power: float) -> Samples:
    """The samples with a tone curve of that power undone."""
    return replace(samples, y=np.maximum(samples.y, 0) ** power)


def unburnt(
    samples: Samples, cells: NDArray[np.float32], shape: Geometry, blur: Blur
) -> Samples:
    """The samples with burnt ones raised to what a pattern would give there.

    A clipped sample only says "at least this"; where the pattern is brighter it agrees.
    """
    burnt = samples.y > _BURNT
    if burnt.mean() < _RARE:
        return samples
    basis = _light_basis(samples, cells, shape, blur)
    y = samples.y
    for _ in range(4):
        light = np.linalg.lstsq(basis, y, rcond=None)[0]
        y = np.where(burnt, np.clip(basis @ light, samples.y, _WHITEST), samples.y)
    return replace(samples, y=y)


def _light_basis(
    samples: Samples, cells: NDArray[np.float32], shape: Geometry, blur: Blur
) -> Floats:
    """Level, contrast and the slopes of the level along and across: (n, 4)."""
    span = shape.end - shape.start
    px = np.array([span / len(cells)])
    margin = int(np.ceil(8 / max(float(px[0]), 0.05)))
    along = shape.place(samples) / span
    seen = blur_patterns(cells[None, :], px, [blur], margin)
    value = seen.at(len(cells) * along[None, :])[0]
    across = samples.t / samples.height - 0.5
    mid = np.clip(along, -0.2, 1.2) - 0.5
    return np.column_stack([np.ones_like(mid), value, mid, across])
