"""Where bar codes may lie in a picture without labels: patches of parallel edges.

A strip of bars is the one thing in a van whose edges, over some width, all run the
same way. The structure tensor says so without knowing the strip's direction (Bigun and
Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987).
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_of_quad, iou, to_quad
from vapr.types import Image, Quad

Tensor = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]

WORKING_SIDE = 1000
"""Long side, px, of the picture in which strips are looked for."""
WINDOW = 15
"""Side, px, of the patch over which edges must agree: some bars of a far strip."""
COHERENCE = 0.6
"""Least share of the edge energy that runs one way: print on paper gives 0.1-0.4."""
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
    scale = min(1.0, WORKING_SIDE / max(grey.shape))
    small = grey
    if scale < 1:
        size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
        small = np.asarray(
            cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8
        )
    energy, double_cos, double_sin = _orientation(small)
    found: list[tuple[float, Quad]] = []
    for direction in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
        along = double_cos * np.cos(direction) + double_sin * np.sin(direction)
        mask = (along > COHERENCE * energy) & (energy > _least_energy(energy))
        found += _patches(mask.astype(np.uint8), (energy, double_cos, double_sin))
    found.sort(key=lambda patch: -patch[0])
    quads = [to_quad(np.asarray(quad) / scale) for _, quad in found]
    return list(_distinct(quads))[:most]


def _orientation(grey: Image) -> Tensor:
    """Edge energy and its double-angle vector, averaged over the window."""
    gx = cv2.Scharr(grey, cv2.CV_32F, 1, 0)
    gy = cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    window = (WINDOW, WINDOW)
    xx, yy = (cv2.boxFilter(g * g, -1, window) for g in (gx, gy))
    xy = cv2.boxFilter(gx * gy, -1, window)
    return xx + yy, xx - yy, 2 * xy


def _least_energy(energy: NDArray[Any]) -> float:
    """Edges weaker than this are noise: an amplitude of 6 grey levels, or the mean."""
    return max(float(energy.mean()) * 0.5, (16 * 6.0) ** 2)


def _patches(mask: Image, tensor: Tensor) -> Iterator[tuple[float, Quad]]:
    """Connected patches of a mask that are large enough, each with its strength."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if area < WINDOW * WINDOW or max(w, h) < 2 * WINDOW:
            continue
        inner = slice(y, y + h), slice(x, x + w)
        ys, xs = np.nonzero(labels[inner] == i)
        energy, cos, sin = (t[inner][ys, xs] for t in tensor)
        angle = 0.5 * float(np.arctan2(sin.sum(), cos.sum()))
        points = np.column_stack([xs + x + 0.5, ys + y + 0.5])
        yield float(np.sqrt(energy).sum()), _rectangle(points, angle)


def _rectangle(points: NDArray[np.float64], angle: float) -> Quad:
    """The rectangle at `angle` around points, widened across the bars."""
    u = np.array([np.cos(angle), np.sin(angle)])
    v = np.array([-u[1], u[0]])
    (u0, u1), (v0, v1) = (np.percentile(points @ axis, (0.5, 99.5)) for axis in (u, v))
    # the mask ends half a window inside or outside; quiet zones want room beside
    pad = WINDOW / 2 + 0.08 * (u1 - u0)
    u0, u1 = u0 - pad, u1 + pad
    corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
    return to_quad([a * u + b * v for a, b in corners])


def _distinct(quads: list[Quad]) -> Iterator[Quad]:
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
