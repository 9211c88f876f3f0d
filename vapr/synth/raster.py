"""What a camera sees of patches: depth, owner and texture coordinates per sample.

A plane seen from the eye is a homography of the ray direction: with a corner p and
edges e, f, the inverse of [e, f, p - eye] takes a direction to (u, v, 1) / distance.
That holds for any lens, so pinhole and fisheye share one path, and the third
coordinate is the z-buffer.
"""

from collections.abc import Sequence
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


def split(patches: Sequence[Patch]) -> Facets:
    """Cells of all patches as parallelograms where they are, else two triangles."""
    rows: list[tuple[Floats, Floats, Floats, Floats, Floats, bool, int]] = []
    for index, patch in enumerate(patches):
        _cells(rows, patch, index)
    corner, u, v, tex, normal, triangle, owner = zip(*rows, strict=True)
    return Facets(
        np.array(corner),
        np.array(u),
        np.array(v),
        np.array(tex),
        np.array(normal),
        np.array(triangle),
        np.array(owner, np.int32),
    )


def _cells(rows: list, patch: Patch, index: int) -> None:  # type: ignore[type-arg]
    g = patch.grid
    if g.shape[:2] == (2, 2):
        a, b, c, d = g[0, 0], g[0, 1], g[1, 1], g[1, 0]
        if np.abs(c - (b + d - a)).max() < 1e-4:
            u, v = b - a, d - a
            normal = np.array(
                [
                    v[1] * u[2] - v[2] * u[1],
                    v[2] * u[0] - v[0] * u[2],
                    v[0] * u[1] - v[1] * u[0],
                ]
            )
            normal /= max(float(np.sqrt(normal @ normal)), 1e-12)
            rows.append(
                (a, u, v, _WHOLE, np.array([normal, _ZERO, _ZERO]), False, index)
            )
            return
    n = patch.normals
    m, k = g.shape[0] - 1, g.shape[1] - 1
    for i in range(m):
        for j in range(k):
            a, b, c, d = g[i, j], g[i, j + 1], g[i + 1, j + 1], g[i + 1, j]
            na, nb, nc, nd = n[i, j], n[i, j + 1], n[i + 1, j + 1], n[i + 1, j]
            t0 = np.array([j / k, i / m])
            tu, tv = np.array([1 / k, 0]), np.array([0, 1 / m])
            even = np.abs(c - (b + d - a)).max() < 1e-4
            tex = np.array([t0, tu, tv])
            rows.append(
                (
                    a,
                    b - a,
                    d - a,
                    tex,
                    np.array([na, nb - na, nd - na]),
                    not even,
                    index,
                )
            )
            if not even:
                tex = np.array([t0 + tu + tv, -tu, -tv])
                turn = np.array([nc, nd - nc, nb - nc])
                rows.append((c, d - c, b - c, tex, turn, True, index))


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
    edge = _EDGE
    points = (
        facets.corner[:, None]
        + facets.u[:, None] * edge[None, :, :1]
        + facets.v[:, None] * edge[None, :, 1:]
    )
    pixels = camera.project(points) * scale
    lost = np.isnan(pixels[..., 0])
    low = np.nanmin(np.where(lost[..., None], np.inf, pixels), axis=1)
    high = np.nanmax(np.where(lost[..., None], -np.inf, pixels), axis=1)
    partly = lost.any(axis=1) & ~lost.all(axis=1)
    # a wall around a wide lens reaches beyond its own projected edges
    reach = np.maximum(np.abs(facets.u).max(axis=1), np.abs(facets.v).max(axis=1))
    wide = (reach > 0.7) & (camera.bend < 0.7) & ~lost.all(axis=1)
    low[partly | wide], high[partly | wide] = 0, max(shape)
    gone = lost.all(axis=1)
    low[gone], high[gone] = 1, 0
    limit = np.array([shape[1], shape[0]])
    x1y1 = np.clip(np.floor(low) - 1, 0, limit)
    x2y2 = np.clip(np.ceil(high) + 1, 0, limit)
    return np.concatenate([x1y1, x2y2], axis=1).astype(np.int64)


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
