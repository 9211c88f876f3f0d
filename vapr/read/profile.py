"""Pixels of a bar strip as scattered samples along the bar axis, and their profile.

Nothing is resampled: every pixel keeps its own place along the axis, in linear light.
"""

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.types import Image, Quad

ENOUGH = 30  # samples below which nothing is to be told
_MAX_SAMPLES = 4000
_IN_VIEW = 0.5  # least share of a strip that lies in the picture
_FOR_LEAN = 1200
_STEPS = 11
_EVEN = 0.35  # of the height: standard deviation of the local mean
_FINE = (-0.6, -0.3, 0.0, 0.3, 0.6)
_RIM_PX = 1.5  # at both ends of the bars: what lies beyond them blurs in
_WITHIN = 0.4  # least share of a strip's height that is looked at


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Pixels of a strip: `s` px along the bar axis, `t` across it, `y` linear light.

    The strip itself is thought to span 0..length and 0..height, its bars to lean by
    `lean` px at both ends.
    """

    s: Floats
    t: Floats
    y: Floats
    length: float
    height: float
    lean: tuple[float, float]

    def thinned(self, count: int) -> "Samples":
        """At most `count` of the samples; they come in random order."""
        kept = (self.s[:count], self.t[:count], self.y[:count])
        return Samples(*kept, self.length, self.height, self.lean)

    def lit(self, y: Floats) -> "Samples":
        """The same places in another light."""
        return replace(self, y=y)

    def within(self, low: float, high: float, lean: tuple[float, float]) -> "Samples":
        """The samples that lie between two places along the leaning axis."""
        place = sheared(self, *lean)
        keep = (place > low) & (place < high)
        kept = (self.s[keep], self.t[keep], self.y[keep])
        return Samples(*kept, self.length, self.height, self.lean)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Means of the samples in equal steps along the axis.

    `x` is where the samples of a step lie on average, px; `y` their mean; `n` how
    many they are (0: `x` and `y` are interpolated).
    """

    x: Floats
    y: Floats
    n: Floats
    step: float


@cache
def _linear_table() -> NDArray[np.float32]:
    v = np.arange(256) / 255
    lin = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return lin.astype(np.float32)


def linear_light(image: Image) -> NDArray[np.float32]:
    """Luminance in linear light, 0..1, of a BGR picture (IEC 61966-2-1)."""
    linear = cv2.LUT(image, _linear_table())
    weights = np.array([[0.0722, 0.7152, 0.2126]], np.float32)
    grey = cv2.transform(linear, weights).reshape(image.shape[:2])
    return np.asarray(grey, np.float32)


def sample_strip(
    image: Image, quad: Quad, reach: float, *, even: bool = False
) -> Samples | None:
    """The pixels of a strip, with `reach` px beyond both its ends.

    The frame is affine: corners a px off would make a perspective of their own. With
    `even` the light is divided by its local mean, which takes shadows out.

    Returns:
        None when the quad has no area, or too little of it lies in the picture.
    """
    frame = _frame(quad)
    if frame is None:
        return None
    corners = np.array(quad)
    x1, y1 = np.maximum(np.floor(corners.min(0) - reach).astype(int), 0)
    limit = np.array(image.shape[1::-1])
    x2, y2 = np.minimum(np.ceil(corners.max(0) + reach).astype(int), limit)
    if x2 <= x1 or y2 <= y1:
        return None
    xs, ys = np.meshgrid(np.arange(x1, x2) + 0.5, np.arange(y1, y2) + 0.5)
    points = np.column_stack([xs.ravel(), ys.ravel()])
    s = (points - frame.left) @ frame.across
    ramp = s / frame.length
    t = (points - frame.left - ramp[:, None] * (frame.right - frame.left)) @ frame.along
    half = 0.5 * (frame.heights[0] + ramp * (frame.heights[1] - frame.heights[0]))
    half = np.maximum(half - _RIM_PX, _WITHIN * half)
    inside = (s > -reach) & (s < frame.length + reach) & (np.abs(t) < half)
    keep = np.flatnonzero(inside)
    height = sum(frame.heights) / 2
    looked_at = frame.length * max(height - 2 * _RIM_PX, _WITHIN * height)
    between = int((inside & (s > 0) & (s < frame.length)).sum())
    if len(keep) < ENOUGH or between < _IN_VIEW * looked_at:
        return None
    keep = np.random.default_rng(0).permutation(keep)[:_MAX_SAMPLES]
    light = linear_light(image[y1:y2, x1:x2])
    if even:
        light = light / (cv2.GaussianBlur(light, (0, 0), max(_EVEN * height, 2)) + 1e-3)
    y = np.asarray(light, np.float64).ravel()[keep]
    return Samples(s[keep], t[keep] + height / 2, y, frame.length, height, frame.lean)


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Middles of a strip's ends, unit vectors along and across the bars, sizes."""

    left: Floats
    right: Floats
    along: Floats
    across: Floats
    length: float
    heights: tuple[float, float]
    lean: tuple[float, float]


def _frame(quad: Quad) -> _Frame | None:
    q = np.array(quad)
    sides = np.array([q[3] - q[0], q[2] - q[1]])
    left, right = (q[0] + q[3]) / 2, (q[1] + q[2]) / 2
    along = sides.sum(axis=0)
    height = float(np.hypot(*along)) / 2
    if height < 2:
        return None
    along = along / (2 * height)
    across = np.array([along[1], -along[0]])
    length = float((right - left) @ across)
    if length < 0:
        across, length = -across, -length
    heights = sides @ along
    if length < 2 or heights.min() < 0.3 * height:
        return None
    off = -(sides @ across) * height / heights
    sizes = (float(heights[0]), float(heights[1]))
    lean = (float(off[0]), float(off[1]))
    return _Frame(left, right, along, across, length, sizes, lean)


def sheared(samples: Samples, start: float, end: float) -> Floats:
    """Places along the axis when the bars lean by `start` and `end` px at the ends."""
    ramp = samples.s / samples.length
    lean = start + (end - start) * ramp
    out: Floats = samples.s + lean * (samples.t / samples.height - 0.5)
    return out


def find_leans(
    samples: Samples, reach: float, count: int = 1
) -> list[tuple[float, float]]:
    """How far the bars may lean at both ends, px, the likeliest first.

    Where the lean is right the profile of the strip has most contrast.
    """
    inner = samples.within(0, samples.length, samples.lean).thinned(_FOR_LEAN)
    if len(inner.y) < 10:
        return [samples.lean]
    across = inner.t / inner.height - 0.5
    basis = np.column_stack([np.ones_like(across), inner.s / inner.length, across])
    y = inner.y - basis @ np.linalg.lstsq(basis, inner.y, rcond=None)[0]
    flat = Samples(inner.s, inner.t, y, inner.length, inner.height, inner.lean)
    tries = np.linspace(-reach, reach, _STEPS)
    pairs = np.array([(a, b) for a in tries for b in tries if abs(a - b) <= reach])
    pairs += np.array(samples.lean)
    energy = _energies(flat, pairs)
    step = float(tries[1] - tries[0])
    found: list[tuple[float, float]] = []
    for i in np.argsort(-energy).tolist():
        first = pairs[i]
        if all(np.abs(first - other).max() > 1.5 * step for other in found):
            fine = np.array([(a, b) for a in _FINE for b in _FINE]) * step + first
            best = fine[int(_energies(flat, fine).argmax())]
            found.append((float(best[0]), float(best[1])))
        if len(found) == count:
            break
    return found


def _energies(samples: Samples, leans: Floats) -> Floats:
    """The profile's energy for each pair of leans (k, 2): shape (k,)."""
    margin = float(np.abs(leans).max())
    count = int((samples.length + 2 * margin) / 0.5) + 2
    ramp, across = samples.s / samples.length, samples.t / samples.height - 0.5
    lean = leans[:, :1] + (leans[:, 1:] - leans[:, :1]) * ramp
    place = samples.s + lean * across + margin
    index = np.clip((place / 0.5).astype(np.intp), 0, count - 1)
    index += np.arange(len(leans))[:, None] * count
    size = len(leans) * count
    n = np.bincount(index.ravel(), minlength=size)
    weights = np.tile(samples.y, len(leans))
    total = np.bincount(index.ravel(), weights=weights, minlength=size)
    energy: Floats = total * total / np.maximum(n, 1)
    out: Floats = energy.reshape(len(leans), count).sum(axis=1)
    return out


def bin_profile(
    place: Floats, samples: Samples, step: float, weight: Floats | None = None
) -> Profile:
    """The profile of samples at `place` px along the axis, in steps of `step` px."""
    low = float(place.min())
    count = int(np.ptp(place) / step) + 1
    index = np.clip(((place - low) / step).astype(np.intp), 0, count - 1)
    w = np.ones_like(place) if weight is None else weight
    n = np.bincount(index, weights=w, minlength=count)
    full = n > 1e-9
    x = low + (np.arange(count) + 0.5) * step
    y = np.zeros(count)
    x[full] = np.bincount(index, weights=w * place, minlength=count)[full] / n[full]
    y[full] = np.bincount(index, weights=w * samples.y, minlength=count)[full] / n[full]
    y = np.asarray(np.interp(x, x[full], y[full]), np.float64)
    return Profile(np.asarray(x, np.float64), y, n.astype(np.float64), step)
