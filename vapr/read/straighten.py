"""A quadrilateral of a picture as an upright picture of its own."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import homography, project, quad_sides, to_quad
from vapr.types import Image, Quad

Floats = NDArray[np.float64]

LEAST_SIDE = 4.0
"""A quad with a mean side below this, px, holds no code."""
SHARPEN_SIGMA, SHARPEN_AMOUNT = 0.6, 3.0
"""Width, px before enlargement, and strength of unsharp masking."""
MOST_PIXELS = 6_000_000
"""A straightened picture is never larger; the scale gives way."""


def straighten(
    grey: Image,
    quad: Quad,
    scale: float = 1.0,
    margin: float = 0.0,
    scale_down: float | None = None,
) -> tuple[Image, Floats] | None:
    """The inside of a quad, its first side on top, and the way back.

    Args:
        grey: uint8 (H, W).
        quad: corners in pixels of `grey`; they may lie outside of it.
        scale: pixels of the result per pixel of the quad's mean sides, 0.5 or more
            (below, pixels would be skipped over).
        scale_down: the same from top to bottom, where it is to differ.
        margin: how much of the surroundings to take along, as a share of each side.

    Returns:
        The straightened picture, uint8, and the (3, 3) matrix from its pixels to
        those of `grey`; None for a quad without an inside: not finite, under 4 px on
        a side, folded over, or outside the picture.
    """
    if not _has_inside(quad, grey.shape):
        return None
    sides = np.array(quad_sides(quad)) * (1 + 2 * margin)
    size = sides * (scale, scale if scale_down is None else scale_down)
    size *= min(1.0, float(np.sqrt(MOST_PIXELS / size.prod())))
    width, height = (max(int(side), 1) for side in np.round(size))
    try:
        there = homography(quad, _target(width, height, margin))
        back = np.linalg.inv(there).astype(np.float64)
    except (ValueError, np.linalg.LinAlgError):
        return None
    straight = cv2.warpPerspective(
        grey,
        _between_centres(there),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(straight, np.uint8), back


def sharpen(grey: Image, scale: float) -> Image:
    """Undo some of the lens's and the sensor's blur of an enlarged picture.

    Unsharp masking, chosen by reading made codes with noise: half the Code 128 at 1.0
    px per module instead of at 1.4 (cubic enlargement alone: 1.3).

    Args:
        grey: uint8 (H, W), enlarged by `scale`.
        scale: as given to `straighten`; the blur is a matter of the first pixels.

    Returns:
        uint8 (H, W).
    """
    return _unsharp(grey, cv2.GaussianBlur(grey, (0, 0), SHARPEN_SIGMA * scale))


def sharpen_bars(grey: Image, scale: float, average: int) -> Image:
    """The same across upright bars only, which are averaged along their length.

    Args:
        grey: uint8 (H, W), enlarged by `scale` across the bars.
        scale: of the enlargement across the bars.
        average: rows over which the bars are averaged.

    Returns:
        uint8 (H, W).
    """
    grey = np.asarray(cv2.blur(grey, (1, average)), np.uint8)
    reach = 2 * round(3 * SHARPEN_SIGMA * scale) + 1
    return _unsharp(grey, cv2.GaussianBlur(grey, (reach, 1), SHARPEN_SIGMA * scale))


def _unsharp(grey: Image, blurred: NDArray[Any]) -> Image:
    amount = SHARPEN_AMOUNT
    return np.asarray(cv2.addWeighted(grey, 1 + amount, blurred, -amount, 0), np.uint8)


def move_quad(quad: Quad, matrix: Floats) -> Quad:
    """A quad through a homography (3, 3)."""
    return to_quad(project(matrix, np.asarray(quad)))


def _has_inside(quad: Quad, shape: tuple[int, ...]) -> bool:
    corners = np.asarray(quad, np.float64)
    if not np.isfinite(corners).all() or min(quad_sides(quad)) < LEAST_SIDE:
        return False
    height, width = shape[:2]
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high <= 0).any() or low[0] >= width or low[1] >= height:
        return False
    edges = np.roll(corners, -1, axis=0) - corners
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    # all turns the same way: convex; mirrored quads are allowed, codes read either way
    return bool((turns > 0).all() or (turns < 0).all())


def _target(width: int, height: int, margin: float) -> Quad:
    """Where the quad's corners come to lie, the margin around them."""
    share = margin / (1 + 2 * margin)
    x1, x2 = width * share, width * (1 - share)
    y1, y2 = height * share, height * (1 - share)
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def _between_centres(matrix: Floats) -> Floats:
    """The same map for cv2, to whom the first pixel's centre is (0, 0)."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    out: Floats = np.linalg.inv(half) @ matrix @ half
    return out
