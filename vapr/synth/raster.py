"""What a camera sees of patches: depth, owner and texture coordinates per sample.

A plane seen from the eye is a homography of the ray direction: with a corner p and
edges e, f, the inverse of [e, f, p - eye] takes a direction to (u, v, 1) / distance.
That holds for any lens, so pinhole and fisheye share one path, and the third
coordinate is the z-buffer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.camera import Camera
from vapr.synth.solid import Patch

Floats = NDArray[np.float64]
F32 = NDArray[Any]  # float32 throughout

_EDGE = np.array(
    [(t, s) for t in (0.0, 1.0) for s in np.linspace(0, 1, 7)]
    + [(s, t) for t in (0.0, 1.0) for s in np.linspace(0, 1, 7)]
)

_WHOLE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
_ZERO = np.zeros(3)


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Planar pieces of patches, as arrays over n facets.

    `corner`, `u`, `v`: (n, 3); a triangle keeps u + v <= 1. `tex`: (n, 3, 2), origin
    and steps of texture coordinates. `normal`: (n, 3, 3), origin and steps.
    """

    corner: Floats
    u: Floats
    v: Floats
    tex: Floats
    normal: Floats
    triangle: NDArray[np.bool_]
    patch: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Buffers (h, w): facet index (-1 sky), 1 / distance, u and v on the facet."""

    facet: NDArray[np.int32]
    near: F32
    u: F32
    v: F32
    rays: F32
    scale: float


_Piece = tuple[Floats, Floats, Floats, Floats, Floats, bool]


def split(patches: Sequence[Patch]) -> Facets:
    """Cells of all patches as parallelograms where they are, else two triangles."""
    pieces: list[_Piece] = []
    owners: list[int] = []
    for index, patch in enumerate(patches):
        cells = list(_cells(patch))
        pieces += cells
        owners += [index] * len(cells)
    corner, u, v, tex, normal, triangle = (
        np.array(column) for column in zip(*pieces, strict=True)
    )
    return Facets(corner, u, v, tex, normal, triangle, np.array(owners, np.int32))


def _cells(patch: Patch) -> Iterator[_Piece]:
    g = patch.grid
    rows, columns = g.shape[0] - 1, g.shape[1] - 1
    if rows == columns == 1 and _even(g):
        u, v = g[0, 1] - g[0, 0], g[1, 0] - g[0, 0]
        yield g[0, 0], u, v, _WHOLE, _upright(u, v), False
        return
    n = patch.normals
    steps = np.array([[1 / columns, 0], [0, 1 / rows]])
    for i in range(rows):
        for j in range(columns):
            at = np.array([j / columns, i / rows])
            near = (slice(i, i + 2), slice(j, j + 2))
            yield from _halves(g[near], n[near], np.vstack([[at], steps]))


def _even(cell: Floats) -> bool:
    """Whether four corners (2, 2, 3) make a parallelogram, within 0.1 mm."""
    gap = cell[1, 1] - cell[0, 1] - cell[1, 0] + cell[0, 0]
    return bool(np.abs(gap).max() < 1e-4)


def _upright(u: Floats, v: Floats) -> Floats:
    """The one normal of a plane, with no steps."""
    x = v[1] * u[2] - v[2] * u[1]
    y = v[2] * u[0] - v[0] * u[2]
    z = v[0] * u[1] - v[1] * u[0]
    normal = np.array([x, y, z])
    normal /= max(float(np.sqrt(normal @ normal)), 1e-12)
    return np.array([normal, _ZERO, _ZERO])


def _halves(cell: Floats, normals: Floats, tex: Floats) -> Iterator[_Piece]:
    """A cell as one parallelogram, or as its upper left and lower right triangles."""
    (a, b), (d, c) = cell
    (na, nb), (nd, nc) = normals
    even = _even(cell)
    yield a, b - a, d - a, tex, np.array([na, nb - na, nd - na]), not even
    if not even:
        far = np.array([tex.sum(axis=0), -tex[1], -tex[2]])
        yield c, d - c, b - c, far, np.array([nc, nd - nc, nb - nc]), True


def look(facets: Facets, camera: Camera, scale: float, textured: bool = True) -> Seen:
    """Renders the facets that face the camera, nearest first, into buffers.

    Without `textured`, u and v stay empty: a shadow map needs the distance only.
    """
    rays = camera.rays(scale)
    height, width = rays.shape[:2]
    seen = Seen(
        np.full((height, width), -1, np.int32),
        np.full((height, width), 1e-3, np.float32),
        np.zeros((height, width) if textured else (0, 0), np.float32),
        np.zeros((height, width) if textured else (0, 0), np.float32),
        rays,
        scale,
    )
    eye = np.array(camera.eye)
    facing = np.cross(facets.v, facets.u)
    towards = np.einsum("ij,ij->i", facing, eye - facets.corner)
    boxes = _boxes(facets, camera, rays.shape[:2], scale)
    shown = (towards > 1e-9) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    middle = facets.corner + (facets.u + facets.v) / 2
    order = np.argsort(np.linalg.norm(middle - eye, axis=1))
    order = order[shown[order]]
    basis = np.stack([facets.u, facets.v, facets.corner - eye], axis=2)[order]
    inverse = np.linalg.inv(basis).astype(np.float32)
    for i, matrix in zip(order, inverse, strict=True):
        _draw(seen, int(i), matrix, bool(facets.triangle[i]), boxes[i])
    return seen


def _boxes(
    facets: Facets, camera: Camera, shape: tuple[int, int], scale: float
) -> NDArray[np.int64]:
    """Sample boxes (x1, y1, x2, y2) of all facets; empty where nothing can be seen."""
    points = (
        facets.corner[:, None]
        + facets.u[:, None] * _EDGE[None, :, :1]
        + facets.v[:, None] * _EDGE[None, :, 1:]
    )
    pixels = camera.project(points)
    lost = np.isnan(pixels[..., 0])
    straight = camera.bend > 0.8
    if straight and lost.any():
        pixels = np.concatenate([pixels, _clipped(facets, camera)], axis=1)
    unknown = np.isnan(pixels)
    low = np.where(unknown, np.inf, pixels).min(axis=1) * scale
    high = np.where(unknown, -np.inf, pixels).max(axis=1) * scale
    # between the samples of an edge a bent lens bows out a little
    room = 1.5 if straight else 2 + 0.06 * np.where(low < high, high - low, 0)
    low, high = low - room, high + room
    full = _reaching_round(facets, lost, straight)
    low[full], high[full] = 0, max(shape)
    limit = np.array([shape[1], shape[0]])
    corners = np.concatenate([np.floor(low), np.ceil(high)], axis=1)
    out: NDArray[np.int64] = np.clip(corners, 0, np.tile(limit, 2)).astype(np.int64)
    return out


def _reaching_round(
    facets: Facets, lost: NDArray[np.bool_], straight: bool
) -> NDArray[np.bool_]:
    """Facets that may be seen beyond their own edges: walls around the camera."""
    wide, tall = np.linalg.norm(facets.u, axis=1), np.linalg.norm(facets.v, axis=1)
    wall = np.minimum(wide, tall) > 0.5
    some, every = lost.any(axis=1), lost.all(axis=1)
    out: NDArray[np.bool_] = wall & some if straight else wall | (some & ~every)
    return out


def _clipped(facets: Facets, camera: Camera) -> Floats:
    """Where a facet's sides cross the plane just before a pinhole, in pixels."""
    a = facets.corner
    corners = np.stack([a, a + facets.u, a + facets.u + facets.v, a + facets.v], axis=1)
    here = (corners - camera.eye) @ camera.axes.T
    there = np.roll(here, -1, axis=1)
    z1, z2 = here[..., 2], there[..., 2]
    plane = 0.02
    crosses = (z1 < plane) != (z2 < plane)
    t = (plane - z1) / np.where(crosses, z2 - z1, 1)
    at = here[..., :2] + t[..., None] * (there - here)[..., :2]
    pixels = at * (camera.focal / plane) + np.array(camera.size) / 2
    out: Floats = np.where(crosses[..., None], pixels, np.nan)
    return out


def _draw(
    seen: Seen, index: int, inverse: F32, triangle: bool, box: NDArray[np.int64]
) -> None:
    x1, y1, x2, y2 = box
    rays = seen.rays[y1:y2, x1:x2]
    near = seen.near[y1:y2, x1:x2]
    q = cv2.transform(rays, inverse)
    u, v, w = q[..., 0], q[..., 1], q[..., 2]
    # u / w in 0..1 without dividing: for w > 0 that is 0 <= u <= w
    inside = (u >= 0) & (v >= 0) & (w > near)
    if triangle:
        inside &= u + v <= w
    else:
        inside &= (u <= w) & (v <= w)
    if not inside.any():
        return
    where = np.nonzero(inside)
    depth = w[where]
    near[where] = depth
    seen.facet[y1:y2, x1:x2][where] = index
    if seen.u.size:
        seen.u[y1:y2, x1:x2][where] = u[where] / depth
        seen.v[y1:y2, x1:x2][where] = v[where] / depth


def points_seen(seen: Seen, eye: Sequence[float]) -> F32:
    """The place in the van of every sample (h, w, 3); far away for the sky."""
    out: F32 = seen.rays / seen.near[..., None] + np.array(eye, np.float32)
    return out
