"""What a camera sees of facets: which one, and how near, per sample.

A plane seen from the eye is a homography of the ray direction: with a corner p and
edges e, f, the inverse of [e, f, p - eye] takes a direction to (u, v, 1) / distance.
That holds for any lens, so pinhole and fisheye share one path, and the third
coordinate is the z-buffer. Outlines are filled as polygons; the exact test on u and v
settles the samples along them, and whatever has no outline (walls around the camera).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.camera import Camera
from vapr.synth.facets import Facets

Floats = NDArray[np.float64]
F32 = NDArray[Any]  # float32 throughout
Boxes = NDArray[np.int64]

_PER_EDGE = 12
_SMALL_PX = 900
_FAR_PX = 12_000.0  # beyond it an outline is no use: fixed point runs out
_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Buffers (h, w): facet index (-1 sky), 1 / distance; rays (h, w, 3).

    `inverse` (n, 3, 3) takes a ray to (u, v, 1) / distance on each facet.
    """

    facet: NDArray[np.int32]
    near: F32
    rays: F32
    inverse: F32
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class _Outlines:
    """Per facet: its outline in samples (n, k, 2), sample boxes, whether to trust."""

    points: Floats
    boxes: Boxes
    sound: NDArray[np.bool_]


def look(facets: Facets, camera: Camera, scale: float) -> Seen:
    """Renders the facets that face the camera, nearest first, into buffers."""
    rays = camera.rays(scale)
    height, width = rays.shape[:2]
    eye = np.array(camera.eye)
    basis = np.stack([facets.u, facets.v, facets.corner - eye], axis=2)
    towards = np.einsum("ij,ij->i", np.cross(facets.v, facets.u), eye - facets.corner)
    facing = towards > 1e-9
    inverse = np.zeros((len(towards), 3, 3), np.float32)
    inverse[facing] = np.linalg.inv(basis[facing])
    seen = Seen(
        np.full((height, width), -1, np.int32),
        np.full((height, width), 1e-3, np.float32),
        rays,
        inverse,
        scale,
    )
    outlines = _outlines(facets, camera, (height, width), scale)
    boxes = outlines.boxes
    shown = facing & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    middle = facets.corner + (facets.u + facets.v) / 2
    away = np.linalg.norm(middle - eye, axis=1)
    nearest = _nearest(facets, away, towards)
    order = np.argsort(away)
    for i in order[shown[order]]:
        _draw(seen, int(i), outlines, bool(facets.triangle[i]), float(nearest[i]))
    return seen


def _nearest(facets: Facets, away: Floats, towards: Floats) -> Floats:
    """The largest 1 / distance each facet can have: it cannot pass what is nearer."""
    area = np.linalg.norm(np.cross(facets.u, facets.v), axis=1)
    radius = np.linalg.norm(np.abs(facets.u) + np.abs(facets.v), axis=1) / 2
    plane = towards / np.maximum(area, 1e-12)
    out: Floats = 1 / np.maximum(np.maximum(plane, away - radius), 1e-6)
    return out


def _rim(facets: Facets, per_edge: int) -> Floats:
    """Points (n, 4 * per_edge, 3) around each facet; a triangle's diagonal twice."""
    t = np.arange(per_edge) / per_edge
    zero, one = np.zeros(per_edge), np.ones(per_edge)
    u = np.concatenate([t, one, 1 - t, zero])
    v = np.concatenate([zero, t, one, 1 - t])
    s = np.concatenate([t, 1 - t, zero, zero])
    w = np.concatenate([zero, t, 1 - t, zero])
    u = np.where(facets.triangle[:, None], s, u)
    v = np.where(facets.triangle[:, None], w, v)
    out: Floats = (
        facets.corner[:, None]
        + facets.u[:, None] * u[..., None]
        + facets.v[:, None] * v[..., None]
    )
    return out


def _outlines(
    facets: Facets, camera: Camera, shape: tuple[int, int], scale: float
) -> _Outlines:
    """Outlines of all facets; boxes are empty where nothing can be seen."""
    straight = camera.bend > 0.8
    rim = _rim(facets, 1 if camera.bend == 1 else _PER_EDGE)
    pixels = camera.project(rim)
    lost = np.isnan(pixels[..., 0])
    points = pixels * scale - 0.5
    behind = _behind(rim, camera)
    sound = ~lost.any(axis=1) & ~behind.any(axis=1)
    sound &= ~(np.abs(np.nan_to_num(points, nan=np.inf)) > _FAR_PX).any(axis=(1, 2))
    if straight and lost.any():
        pixels = np.concatenate([pixels, _clipped(facets, camera)], axis=1)
    unknown = np.isnan(pixels)
    low = np.where(unknown, np.inf, pixels).min(axis=1) * scale
    high = np.where(unknown, -np.inf, pixels).max(axis=1) * scale
    # between the samples of an edge a bent lens bows out a little
    room = 1.5 if straight else 2 + 0.01 * np.where(low < high, high - low, 0)
    low, high = low - room, high + room
    full = _reaching_round(facets, lost | behind, straight) & ~sound
    low[full], high[full] = 0, max(shape)
    low[behind.all(axis=1)] = np.inf
    limit = np.array([shape[1], shape[0]])
    corners = np.concatenate([np.floor(low), np.ceil(high)], axis=1)
    boxes: Boxes = np.clip(corners, 0, np.tile(limit, 2)).astype(np.int64)
    return _Outlines(points, boxes, sound)


def _behind(rim: Floats, camera: Camera) -> NDArray[np.bool_]:
    """Points so far behind that an outline through them may turn inside out."""
    way = rim - camera.eye
    limit = 0.02 if camera.bend > 0.8 else -0.5 * np.linalg.norm(way, axis=-1)
    return np.asarray(way @ camera.axes[2] < limit, np.bool_)


def _reaching_round(
    facets: Facets, lost: NDArray[np.bool_], straight: bool
) -> NDArray[np.bool_]:
    """Facets that may be seen beyond their own edges: walls around the camera."""
    wide, tall = np.linalg.norm(facets.u, axis=1), np.linalg.norm(facets.v, axis=1)
    some, every = lost.any(axis=1), lost.all(axis=1)
    wall = np.minimum(wide, tall) > 0.5
    return np.asarray(wall & some if straight else some & ~every, np.bool_)


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
    seen: Seen, index: int, outlines: _Outlines, triangle: bool, nearest: float
) -> None:
    x1, y1, x2, y2 = (int(v) for v in outlines.boxes[index])
    near = seen.near[y1:y2, x1:x2]
    if nearest < cv2.minMaxLoc(near)[0]:
        return
    rays = seen.rays[y1:y2, x1:x2]
    matrix = seen.inverse[index]
    if near.size < _SMALL_PX or not outlines.sound[index]:
        w = cv2.transform(rays, matrix[2:3])
        shown = w > near
        _settle(shown, shown, rays, w, (matrix, triangle))
    else:
        outline = outlines.points[index] - (x1, y1)
        mask = np.zeros(near.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1, shift=4)
        core = cv2.erode(mask, _AROUND).view(np.bool_)
        wide = cv2.dilate(mask, _AROUND).view(np.bool_)
        w = cv2.transform(rays, matrix[2:3])
        shown = (w > near) & wide
        _settle(shown, shown & ~core, rays, w, (matrix, triangle))
    np.copyto(near, w, where=shown)
    np.copyto(seen.facet[y1:y2, x1:x2], index, where=shown)


def _settle(
    shown: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    rays: F32,
    w: F32,
    facet: tuple[F32, bool],
) -> None:
    """Takes samples out of `shown` that were asked for and lie beside the facet."""
    matrix, triangle = facet
    flat = np.flatnonzero(asked)  # far quicker than nonzero in two dimensions
    if flat.size == 0:
        return
    where = np.divmod(flat, asked.shape[1])
    u, v = matrix[:2] @ rays[where].T
    depth = w[where]
    # u / w in 0..1 without dividing: for w > 0 that is 0 <= u <= w
    inside = np.minimum(u, v) >= 0
    inside &= u + v <= depth if triangle else np.maximum(u, v) <= depth
    shown[where] = inside


def points_seen(seen: Seen, eye: Sequence[float], step: int = 1) -> F32:
    """The place in the van of every `step`th sample (h, w, 3); far away for the sky."""
    rays, near = seen.rays[::step, ::step], seen.near[::step, ::step]
    out: F32 = rays / near[..., None] + np.array(eye, np.float32)
    return out
