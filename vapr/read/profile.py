"""Pixels of a bar strip as scattered samples along the bar axis, and their profile.

Nothing is resampled: every pixel keeps its own place along the axis, in linear light.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats, homography, project, quad_area, quad_sides, to_quad
from vapr.types import Image, Quad

_MAX_SAMPLES = 4000
_STEPS = 11


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Pixels of a strip: `s` px along the bar axis, `t` across it, `y` linear light.

    The strip itself is thought to span 0..length and 0..height.
    """

    s: Floats
    t: Floats
    y: Floats
    length: float
    height: float

    def within(self, low: float, high: float, lean: tuple[float, float]) -> "Samples":
        """The samples that lie between two places along the leaning axis."""
        place = sheared(self, *lean)
        keep = (place > low) & (place < high)
        kept = (self.s[keep], self.t[keep], self.y[keep])
        return Samples(*kept, self.length, self.height)


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


def sample_strip(image: Image, quad: Quad, reach: float) -> Samples | None:
    """The pixels of a strip, with `reach` px beyond both its ends.

    Returns:
        None when the quad has no area or fewer than 30 pixels lie in the picture.
    """
    height = quad_sides(quad)[1]
    length = quad_area(quad) / max(height, 1e-6)  # px at right angles to the bars
    if min(length, height) < 2:
        return None
    square = to_quad([(0, 0), (length, 0), (length, height), (0, height)])
    try:
        forward, back = homography(square, quad), homography(quad, square)
    except ValueError:
        return None
    wide = [
        (-reach, 0),
        (length + reach, 0),
        (length + reach, height),
        (-reach, height),
    ]
    corners = project(forward, np.array(wide))
    x1, y1 = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    x2, y2 = np.minimum(np.ceil(corners.max(0)).astype(int), image.shape[1::-1])
    if x2 <= x1 or y2 <= y1:
        return None
    xs, ys = np.meshgrid(np.arange(x1, x2) + 0.5, np.arange(y1, y2) + 0.5)
    st = project(back, np.column_stack([xs.ravel(), ys.ravel()]))
    inside = (st[:, 0] > -reach) & (st[:, 0] < length + reach)
    inside &= (st[:, 1] > 0) & (st[:, 1] < height)
    keep = np.flatnonzero(inside)
    if len(keep) < 30:
        return None
    if len(keep) > _MAX_SAMPLES:
        keep = keep[np.random.default_rng(0).permutation(len(keep))[:_MAX_SAMPLES]]
    y = linear_light(image[y1:y2, x1:x2]).ravel()[keep].astype(np.float64)
    return Samples(st[keep, 0], st[keep, 1], y, length, height)


def sheared(samples: Samples, start: float, end: float) -> Floats:
    """Places along the axis when the bars lean by `start` and `end` px at the ends."""
    ramp = samples.s / samples.length
    lean = start + (end - start) * ramp
    out: Floats = samples.s + lean * (samples.t / samples.height - 0.5)
    return out


def _energy(place: Floats, y: Floats, low: float, step: float, count: int) -> float:
    index = np.clip(((place - low) / step).astype(np.intp), 0, count - 1)
    n = np.bincount(index, minlength=count)
    total = np.bincount(index, weights=y, minlength=count)
    return float(np.sum(total * total / np.maximum(n, 1)))


def find_lean(samples: Samples, reach: float) -> tuple[float, float]:
    """How far the bars lean at both ends, px: where the profile has most contrast."""
    y = samples.y - samples.y.mean()
    low, count = float(samples.s.min()), int(np.ptp(samples.s) / 0.5) + 1
    best, start, end = -1.0, 0.0, 0.0
    span = reach
    middle = (0.0, 0.0)
    for _ in range(2):
        tries = np.linspace(-span, span, _STEPS)
        for a in tries:
            for b in tries:
                if abs(a - b) > reach:
                    continue
                lean = (middle[0] + a, middle[1] + b)
                e = _energy(sheared(samples, *lean), y, low, 0.5, count)
                if e > best:
                    best, start, end = e, *lean
        middle = (start, end)
        span = span * 2 / (_STEPS - 1)
        if span < 0.3:
            break
    return start, end


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
