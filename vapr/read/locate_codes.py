"""Where bar codes may lie in a picture without labels: patches of parallel edges.

A strip of bars is the one thing in a van whose edges, over some width, all run the
same way. The structure tensor says so without knowing the strip's direction (Bigun and
Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987).
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_of_quad, iou, to_quad
from vapr.types import Image, Quad

Tensor = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
Patch = tuple[float, Quad]

LARGEST_SIDE, SMALLEST_SIDE = 2000, 500
"""Long sides, px, of the finest and coarsest picture in which strips are looked for."""
CELL = 4
"""Side, px, of the cells over which edges are summed."""
WINDOW = 5
"""Cells on a side of the patch whose edges must agree: some bars of a far strip."""
COHERENCE = 0.4
"""Least share of the edge energy that runs one way: bars give 0.7, PDF417 half that,
print on paper 0.1-0.4."""
LEAST_ASPECT = 0.6
"""Least length of a strip across its bars, as a share of the bars' own length."""
LEAST_CONTRAST = 6.0
"""Edges weaker than this, grey levels, are noise."""
DIRECTIONS = 12
"""Directions looked at, each with its neighbours': a strip never falls between."""


def locate_strips(grey: Image, most: int = 24) -> list[Quad]:
    """Rectangles around patches of parallel edges, strongest first.

    Args:
        grey: uint8 (H, W).
        most: how many to return at most.

    Returns:
        Quads whose first side runs across the bars: straightened, the bars stand
        upright. They may overlap where the direction is in doubt.
    """
    found: list[Patch] = []
    for small in _pyramid(grey):
        scale = small.shape[1] / grey.shape[1]
        for strength, quad in _patches(small):
            outline = to_quad(np.asarray(quad) / scale)
            found.append((strength / scale**2, outline))
    found.sort(key=lambda patch: -patch[0])
    return list(islice(_distinct(quad for _, quad in found), most))


def _pyramid(grey: Image) -> Iterator[Image]:
    """The picture at one size or more, each half the one before."""
    height, width = grey.shape
    scale = min(1.0, LARGEST_SIDE / max(height, width))
    while True:
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        if scale < 1:
            grey = np.asarray(
                cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8
            )
        yield grey
        scale /= 2
        if max(height, width) * scale < SMALLEST_SIDE:
            return


def _patches(grey: Image) -> Iterator[Patch]:
    """Connected patches of edges that run one way, each with its strength."""
    if min(grey.shape) < CELL * WINDOW:
        return
    tensor = _orientation(grey)
    energy, double_cos, double_sin = tensor
    strong = energy > max(float(energy.mean()) / 2, (16 * LEAST_CONTRAST) ** 2)
    for direction in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
        along = double_cos * np.cos(direction) + double_sin * np.sin(direction)
        mask = strong & (along > COHERENCE * energy)
        yield from _rectangles(mask.astype(np.uint8), tensor)


def _orientation(grey: Image) -> Tensor:
    """Edge energy and its double-angle vector per cell, averaged over the window."""
    gx = cv2.Scharr(grey, cv2.CV_32F, 1, 0)
    gy = cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    cells = (grey.shape[1] // CELL, grey.shape[0] // CELL)
    xx, yy, xy = (
        cv2.blur(cv2.resize(g, cells, interpolation=cv2.INTER_AREA), (WINDOW, WINDOW))
        for g in (gx * gx, gy * gy, gx * gy)
    )
    return xx + yy, xx - yy, 2 * xy


def _rectangles(mask: Image, tensor: Tensor) -> Iterator[Patch]:
    """Connected parts of a mask of cells that are large enough."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if area < WINDOW * WINDOW or max(w, h) < 2 * WINDOW:
            continue
        inner = slice(y, y + h), slice(x, x + w)
        ys, xs = np.nonzero(labels[inner] == i)
        energy, cos, sin = (t[inner][ys, xs] for t in tensor)
        angle = 0.5 * float(np.arctan2(sin.sum(), cos.sum()))
        points = (np.column_stack([xs + x, ys + y]) + 0.5) * CELL
        quad = _rectangle(points, angle)
        if quad is not None:
            yield float(np.sqrt(energy).sum()), quad


def _rectangle(points: NDArray[np.floating], angle: float) -> Quad | None:
    """The rectangle at `angle` around points, widened across the bars.

    None for what is longer along the edges than a code is: the edge of a box, a shelf.
    """
    u = np.array([np.cos(angle), np.sin(angle)])
    v = np.array([-u[1], u[0]])
    few = len(points) // 200
    (u0, u1), (v0, v1) = (np.sort(points @ axis)[[few, -1 - few]] for axis in (u, v))
    if u1 - u0 < LEAST_ASPECT * (v1 - v0):
        return None
    # the mask ends half a window inside or outside; quiet zones want room beside
    pad = CELL * WINDOW / 2 + 0.08 * (u1 - u0)
    u0, u1 = u0 - pad, u1 + pad
    return to_quad([a * u + b * v for a, b in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))])


def _distinct(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Drop rectangles that repeat an earlier one (neighbouring directions do)."""
    kept: list[tuple[Quad, float]] = []
    for quad in quads:
        angle = _angle(quad)
        box = box_of_quad(quad)
        if not any(
            iou(box, box_of_quad(other)) > 0.7 and abs(np.sin(angle - turned)) < 0.07
            for other, turned in kept
        ):
            kept.append((quad, angle))
            yield quad


def _angle(quad: Quad) -> float:
    (x1, y1), (x2, y2) = quad[:2]
    return float(np.arctan2(y2 - y1, x2 - x1))
