"""What a place in a picture looks like, small enough to keep and quick to compare.

Two patches are compared by structural similarity (Wang et al., 2004) taken over the
whole patch: brightness, contrast and pattern at once.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.types import Box, Image

Patch: TypeAlias = NDArray[np.float32]
"""BGR, shape (SIDE, SIDE, 3): the thing in the middle, its surroundings around it."""

INNER = 24  # px of a patch's side that hold the thing itself
RIM = 7  # px of its surroundings on every side
SIDE = INNER + 2 * RIM
ALIKE = 0.55  # likeness from which a thing may be the one that was there before
SAME = 0.8  # and from which it is: a place that did not change keeps 0.97 and more
SHIFT = 2  # px of a patch by which two may lie apart: boxes jitter
_LUMINANCE = (0.02 * 255) ** 2
_CONTRAST = (0.04 * 255) ** 2


def take_patch(image: Image, box: Box) -> Patch:
    """The patch of a box and its surroundings; edges continue beyond the picture."""
    x1, y1, x2, y2 = box
    across, down = max(x2 - x1, 2.0) / INNER, max(y2 - y1, 2.0) / INNER
    corner = (x1 - RIM * across, y1 - RIM * down)
    step = max(int(min(across, down)), 1)
    # Every step-th pixel is averaged first, as INTER_AREA would, or fine print flickers
    region, origin = _region(image, corner, (SIDE * across, SIDE * down), step)
    matrix = np.asarray(
        [
            [across / step, 0, (corner[0] - origin[0] + across / 2) / step - 0.5],
            [0, down / step, (corner[1] - origin[1] + down / 2) / step - 0.5],
        ],
        np.float64,
    )
    patch = cv2.warpAffine(
        region,
        matrix,
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(patch, np.float32)


def similarity(a: Patch, b: Patch) -> float:
    """How alike the things in the middle of two patches are: 1 the same, 0 nothing."""
    inner = _cut(b, 0, 0)
    low, high = RIM - SHIFT, RIM + INNER + SHIFT
    errors = cv2.matchTemplate(
        np.ascontiguousarray(a[low:high, low:high]), inner, cv2.TM_SQDIFF
    )
    dy, dx = np.unravel_index(int(np.argmin(errors)), errors.shape)
    return _ssim(_cut(a, int(dy) - SHIFT, int(dx) - SHIFT), inner)


def is_alike(a: Patch, b: Patch) -> bool:
    """Whether two patches may show the same thing."""
    return similarity(a, b) >= ALIKE


def is_same(a: Patch, b: Patch) -> bool:
    """Whether two patches, not long one after the other, show the same thing."""
    return similarity(a, b) >= SAME


def rim_similarities(a: Patch, b: Patch) -> tuple[float, float, float, float]:
    """How alike the surroundings are: above, right, below, left."""
    low, high = RIM + INNER, SIDE
    sides = (
        np.s_[:RIM, :],
        np.s_[:, low:high],
        np.s_[low:high, :],
        np.s_[:, :RIM],
    )
    above, right, below, left = (_ssim(a[side], b[side]) for side in sides)
    return above, right, below, left


def _cut(patch: Patch, dy: int, dx: int) -> Patch:
    top, left = RIM + dy, RIM + dx
    return np.ascontiguousarray(patch[top : top + INNER, left : left + INNER])


def _ssim(a: Patch, b: Patch) -> float:
    axes = (0, 1)
    mean_a, mean_b = a.mean(axes), b.mean(axes)
    var_a, var_b = a.var(axes), b.var(axes)
    both = ((a - mean_a) * (b - mean_b)).mean(axes)
    light = (2 * mean_a * mean_b + _LUMINANCE) / (mean_a**2 + mean_b**2 + _LUMINANCE)
    form = (2 * both + _CONTRAST) / (var_a + var_b + _CONTRAST)
    return float((light * form).mean())


def _region(
    image: Image, corner: tuple[float, float], size: tuple[float, float], step: int
) -> tuple[Image, tuple[float, float]]:
    """The part of the picture around a patch, shrunk by `step`, and its corner, px."""
    height, width = image.shape[:2]
    x1 = int(np.clip(corner[0] - step, 0, width - step))
    y1 = int(np.clip(corner[1] - step, 0, height - step))
    x2 = int(np.clip(corner[0] + size[0] + 2 * step, x1 + step, width))
    y2 = int(np.clip(corner[1] + size[1] + 2 * step, y1 + step, height))
    region = image[y1:y2, x1:x2]
    columns, rows = max((x2 - x1) // step, 1), max((y2 - y1) // step, 1)
    region = region[: rows * step, : columns * step]
    if step > 1:
        shrunk = cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA)
        region = np.asarray(shrunk, np.uint8)
    return region, (float(x1), float(y1))
