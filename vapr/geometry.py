"""Pure functions on boxes and quads. Boxes are x1 y1 x2 y2, quads four corners, px."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vapr.types import Box, Point, Quad

Floats = NDArray[np.float64]


def to_quad(corners: NDArray[np.floating] | Sequence[Sequence[float]]) -> Quad:
    """Four corners of any array-like of shape (4, 2) as a `Quad` of plain floats."""
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return (a, b, c, d)


def quad_of_box(box: Box) -> Quad:
    """The corners of a box, clockwise from its top left."""
    x1, y1, x2, y2 = box
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def box_of_quad(quad: Quad) -> Box:
    """The smallest box around a quad."""
    xs, ys = zip(*quad, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def box_area(box: Box) -> float:
    """Area in square pixels; 0 for an inverted box."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def intersection(a: Box, b: Box) -> float:
    """Area shared by two boxes, in square pixels."""
    return box_area(
        (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    )


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    shared = intersection(a, b)
    union = box_area(a) + box_area(b) - shared
    return shared / union if union > 0 else 0.0


def iou_matrix(a: NDArray[np.floating], b: NDArray[np.floating]) -> Floats:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): shape (n, m)."""
    a = np.asarray(a, np.float64).reshape(-1, 4)
    b = np.asarray(b, np.float64).reshape(-1, 4)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(np.clip(x[:, 2:] - x[:, :2], 0, None), axis=1) for x in (a, b)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def center(quad: Quad) -> Point:
    """The mean of the four corners."""
    return (sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4)


def inside(point: Point, box: Box) -> bool:
    """Whether a point lies in a box, borders included."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def inside_quad(point: Point, quad: Quad) -> bool:
    """Whether a point lies in a convex quad, its edges included."""
    corners = np.asarray(quad, np.float64)
    edges = np.roll(corners, -1, axis=0) - corners
    away = np.asarray(point) - corners
    side = edges[:, 0] * away[:, 1] - edges[:, 1] * away[:, 0]
    return bool((side >= 0).all() or (side <= 0).all())


def quad_area(quad: Quad) -> float:
    """Area in square pixels by the shoelace formula."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(quad, quad[1:] + quad[:1], strict=True):
        total += x1 * y2 - x2 * y1
    return abs(total) / 2


def quad_sides(quad: Quad) -> tuple[float, float]:
    """Mean width (top, bottom) and mean height (left, right) of a quad, px."""
    p = np.asarray(quad, np.float64)
    edges = np.hypot(*(np.roll(p, -1, axis=0) - p).T)
    return float(edges[0] + edges[2]) / 2, float(edges[1] + edges[3]) / 2


def homography(source: Quad, target: Quad) -> Floats:
    """The 3 x 3 matrix that takes the corners of `source` to those of `target`.

    Raises:
        ValueError: three of the corners lie on one line.
    """
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    a = np.asarray(rows, np.float64)
    try:
        h = np.linalg.solve(a[:, :8], -a[:, 8])
    except np.linalg.LinAlgError as error:
        raise ValueError("a quad with three corners on one line has no map") from error
    return np.append(h, 1.0).reshape(3, 3)


def project(matrix: Floats, points: NDArray[np.floating]) -> Floats:
    """Points (n, 2) through a homography (3, 3): shape (n, 2)."""
    p = np.column_stack([np.asarray(points, np.float64), np.ones(len(points))])
    q = p @ matrix.T
    out: Floats = q[:, :2] / q[:, 2:]
    return out
