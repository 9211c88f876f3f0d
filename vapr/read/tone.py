"""What a camera does to light after the lens: its tone curve, and whites burnt out.

Pictures come with an unknown tone curve on top of the standard one, and the white of a
label is often clipped. Both bend the relation between the light of a pattern and the
samples of a strip. They are found on the pattern that fits a strip best, so that all
others are judged in the same light.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.fit import find_blurs, light_basis
from vapr.read.optics import Blur
from vapr.read.profile import Samples, bin_profile
from vapr.read.refine import Geometry, pattern_at

_POWERS = (1.0, 0.8, 0.65, 0.5)  # of linear light; 1 / 2.2 is the picture as it came
_SHAPES = (0.0, 0.2, 0.4, 0.6, 0.8)  # strengths of an S-shaped curve
_BURNT = 0.96  # of full scale
_RARE = 0.03  # share of burnt samples that may be left as they are
_WHITEST = 1.6  # of full scale; more is not believed behind a burnt sample
_LEAST = 12  # steps of a profile on which a tone is told
_GAMMA = 2.2
_CURVE = np.linspace(0, 1, 257)


@dataclass(frozen=True, slots=True)
class Tone:
    """What is undone: an S-shaped curve of some strength, then a power of light."""

    power: float = 1.0
    shape: float = 0.0

    def undone(self, light: Floats) -> Floats:
        """Linear light as it was before the camera's own curve."""
        y = np.maximum(light, 0)
        if self.shape:
            bent = _CURVE + self.shape * (_CURVE**2 * (3 - 2 * _CURVE) - _CURVE)
            told = np.minimum(y, 1) ** (1 / _GAMMA)
            y = np.where(y < 1, np.interp(told, bent, _CURVE) ** _GAMMA, y)
        out: Floats = y**self.power
        return out


_TONES = tuple(Tone(power, shape) for power in _POWERS for shape in _SHAPES)


def find_tone(
    near: Samples, cells: NDArray[np.float32], shape: Geometry, step: float
) -> tuple[Tone, Blur]:
    """The tone curve and the blur under which a pattern explains most, in turn.

    Args:
        near: the samples of the code and its quiet zones.
        cells: the pattern (width,).
        shape: where it lies.
        step: of profiles, px.

    Returns:
        Tone and blur; burnt steps have no say.
    """
    profile = bin_profile(shape.place(near), near, step)
    weight = profile.n * (profile.y < _BURNT)
    if (weight > 0).sum() < _LEAST:
        weight = profile.n
    place = np.array([[0.0, shape.end - shape.start, 0.0]])
    tone, drift = Tone(), 4 * shape.bend
    blur, _ = find_blurs(cells[None, :], profile, weight, place, drift)
    lights = np.column_stack([one.undone(profile.y) for one in _TONES])
    for _ in range(2):
        basis = light_basis(cells[None, :], profile, place, blur)
        best = int(_left(lights, basis, weight).argmin())
        tone, toned_profile = _TONES[best], replace(profile, y=lights[:, best])
        blur, _ = find_blurs(cells[None, :], toned_profile, weight, place, drift)
    return tone, blur


def _left(lights: Floats, basis: Floats, weight: Floats) -> Floats:
    """The share of its variance that a basis (n, 4) leaves of each profile (n, k)."""
    root = np.sqrt(weight)[:, None]
    told = np.linalg.lstsq(basis * root, lights * root, rcond=None)[0]
    apart = lights - np.average(lights, axis=0, weights=weight)
    total = np.maximum(weight @ apart**2, 1e-12)
    out: Floats = weight @ (lights - basis @ told) ** 2 / total
    return out


def toned(samples: Samples, tone: Tone) -> Samples:
    """The samples with a tone curve undone."""
    return replace(samples, y=tone.undone(samples.y))


def burnt_share(samples: Samples) -> float:
    """The share of a strip's samples, 0 to 1, that are burnt out."""
    s, t = samples.s, samples.t
    inside = (s > 0) & (s < samples.length) & (t > 0) & (t < samples.height)
    return float((samples.y[inside] > _BURNT).mean()) if inside.any() else 0.0


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
    value, mid, across = pattern_at(samples, cells, shape, blur)
    return np.column_stack([np.ones_like(mid), value, mid, across])
