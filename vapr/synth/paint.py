"""The light that comes from every sample: painted colour, lit.

Paint is sampled at every sample. Light changes slowly: it is worked out for every
second sample each way and stretched between them, except along the edges of things,
where each sample is lit by itself.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.camera import Camera
from vapr.synth.facets import Facets
from vapr.synth.light import Lighting, Samples, dim, shade
from vapr.synth.raster import Seen
from vapr.synth.solid import Patch

F32 = NDArray[Any]  # float32 throughout
Where = tuple[Any, ...]  # what picks samples out of (h, w)

_COLUMNS = 4096  # cv2 maps pictures, not lists
_AROUND = np.ones((3, 3), np.uint8)
_BETWEEN = np.array([[2, 0, 0], [0, 2, 0]], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Scenery:
    """What was seen, of what, and which patch (h, w) each sample shows."""

    seen: Seen
    facets: Facets
    patches: list[Patch]
    patch_of: NDArray[np.int16]


def lit(scene: Scenery, view: tuple[Lighting, Camera, Facets]) -> F32:
    """Linear light (h, w, 3) of every sample; the last of `view` casts shadows."""
    lighting, camera, casters = view
    seen = scene.seen
    other: Where = (slice(None, None, 2), slice(None, None, 2))
    coarse = _samples(scene, other, camera)
    dimming = dim(seen.near[other], coarse.places, lighting, casters)
    diffuse, highlight = shade(coarse, dimming, lighting, camera.eye)
    colour = _colours(scene, camera)
    out = colour * _stretched(diffuse, seen.near.shape)
    out += _stretched(highlight, seen.near.shape)
    edge = _edges(scene.patch_of)
    near = dimming.at((edge[0] // 2, edge[1] // 2))
    diffuse, highlight = shade(
        _samples(scene, edge, camera), near, lighting, camera.eye
    )
    out[edge] = colour[edge] * diffuse.T + highlight.T
    out[seen.facet < 0] = np.array(lighting.sky, np.float32)
    return out


def _stretched(light: F32, shape: tuple[int, ...]) -> F32:
    """Light (3, h / 2, w / 2) as (h, w, 3): every second sample is kept as it is."""
    size = (shape[1], shape[0])
    return cv2.warpAffine(
        cv2.merge(list(light)), _BETWEEN, size, borderMode=cv2.BORDER_REPLICATE
    )


def _edges(patch_of: NDArray[np.int16]) -> Where:
    """The samples beside which another patch begins."""
    other = cv2.dilate(patch_of, _AROUND) != cv2.erode(patch_of, _AROUND)
    where: Where = np.divmod(np.flatnonzero(other), other.shape[1])
    return where


def _samples(scene: Scenery, where: Where, camera: Camera) -> Samples:
    """Where some samples lie, and the surfaces they lie on."""
    seen = scene.seen
    rays = np.ascontiguousarray(np.moveaxis(seen.rays[where], -1, 0))
    places = rays / seen.near[where]
    for plane, coordinate in zip(places, camera.eye, strict=True):
        plane += np.float32(coordinate)
    facet = np.maximum(seen.facet[where], 0)
    gloss_of = np.array([patch.gloss for patch in scene.patches], np.float32)
    gloss = gloss_of[scene.facets.patch][facet]
    return Samples(places, _normals(scene, facet, rays), gloss)


def _normals(scene: Scenery, facet: NDArray[np.int32], rays: F32) -> F32:
    """Unit normals (3, ...) of samples on facets, bent where these are."""
    normal = scene.facets.normal.astype(np.float32)
    upright = np.ascontiguousarray(normal[:, 0].T)
    out: F32 = np.stack([plane[facet] for plane in upright])
    curved = np.abs(normal[:, 1:]).max(axis=(1, 2)) > 1e-5
    where: Where = (slice(None), *np.nonzero(curved[facet]))
    i, way = facet[where[1:]], rays[where]
    u, v, w = np.einsum("nij,jn->in", scene.seen.inverse[i], way)
    w = np.maximum(w, 1e-9)
    bent = normal[i, 0].T + normal[i, 1].T * (u / w) + normal[i, 2].T * (v / w)
    bent /= np.maximum(np.sqrt((bent * bent).sum(axis=0)), 1e-6)
    out[where] = bent
    return out


def _colours(scene: Scenery, camera: Camera) -> F32:
    """Painted colour of every sample, linear (h, w, 3).

    Each visible patch is painted at its own size, as far as it is seen.
    """
    seen, facets = scene.seen, scene.facets
    order = np.argsort(seen.facet.ravel().astype(np.int16), kind="stable")
    counts = np.bincount(seen.facet.ravel() + 1, minlength=len(facets.patch) + 1)
    marks = np.cumsum(counts)
    out = np.zeros((seen.facet.size, 3), np.float32)
    first = np.searchsorted(facets.patch, np.arange(len(scene.patches) + 1))
    for number, patch in enumerate(scene.patches):
        cells = slice(first[number], first[number + 1])
        bounds = marks[cells.start : cells.stop + 1]
        where = order[bounds[0] : bounds[-1]]
        if where.size == 0:
            continue
        size = _resolution(patch, camera, seen.scale)
        steps = _steps(seen.rays, where) if patch.printed else []
        rays = [np.take(seen.rays.reshape(-1, 3), where, axis=0), *steps]
        spots = _spots(scene, cells, (rays, bounds - bounds[0]), size)
        out[where] = _sampled(patch, size, spots)
    return out.reshape(*seen.facet.shape, 3)


def _steps(rays: F32, where: NDArray[np.intp]) -> list[F32]:
    """How rays (h, w, 3) change from samples to the next on the right, and below."""
    height, width = rays.shape[:2]
    flat = rays.reshape(-1, 3)
    here = np.take(flat, where, axis=0)
    out = []
    for last, pace in (
        (where % width == width - 1, 1),
        (where >= (height - 1) * width, width),
    ):
        # at the last one: as from the one before
        step = np.take(flat, where + np.where(last, -pace, pace), axis=0)
        step -= here
        step[last] *= -1
        out.append(step)
    return out


def _spots(
    scene: Scenery,
    cells: slice,
    looks: tuple[list[F32], NDArray[np.intp]],
    size: tuple[int, int],
) -> F32:
    """Texel coordinates (2, looks, n) of a patch's samples, facet by facet.

    `looks` are rays (n, 3) with, where there may be print, their steps; and at which
    of them each facet of `cells` begins and ends. Bars are finer than samples: looked
    at in one place only they alias, so print is looked at in four.
    """
    rays, bounds = looks
    ways = np.empty((len(rays), 3, len(rays[0])), np.float32)
    tex = scene.facets.tex[cells]
    for i, inverse in enumerate(scene.seen.inverse[cells]):
        part = slice(bounds[i], bounds[i + 1])
        matrix = _to_texels(inverse, tex[i], size)
        for way, ray in zip(ways, rays, strict=True):
            np.matmul(matrix, ray[part].T, out=way[:, part])
    places = ways[0][:, None]
    if len(ways) > 1:
        both, either = (ways[1] + ways[2]) / 4, (ways[1] - ways[2]) / 4
        places = places + np.stack([-both, -either, either, both], axis=1)
    out: F32 = places[:2] / places[2]
    return out


def _to_texels(inverse: F32, tex: NDArray[np.float64], size: tuple[int, int]) -> F32:
    """The matrix (3, 3) from a ray to where it meets a facet, in texels."""
    to_texture = (tex[[1, 2, 0]] * size - [[0, 0], [0, 0], [0.5, 0.5]]).T
    return np.vstack([to_texture @ inverse, inverse[2]]).astype(np.float32)


def _resolution(patch: Patch, camera: Camera, scale: float) -> tuple[int, int]:
    """Texture size at which one texel is about one sample where the patch is seen."""
    pixels = camera.project(patch.grid) * scale
    wide = np.linalg.norm(np.diff(pixels, axis=1), axis=-1).sum(axis=1)
    tall = np.linalg.norm(np.diff(pixels, axis=0), axis=-1).sum(axis=0)
    # what carries print is looked at in four places of a sample
    most, finer = (2400, 2.0) if patch.printed else (900, 1.0)
    sizes = []
    for values in (wide, tall):
        values = values[~np.isnan(values)]
        value = float(values.mean()) if values.size else most
        sizes.append(int(np.clip(value * finer, 4, most)))
    return sizes[0], sizes[1]


def _sampled(patch: Patch, size: tuple[int, int], spots: F32) -> F32:
    """Linear colours (n, 3) of a patch at texel coordinates (2, looks, n)."""
    window = _window(spots, size)
    texture = patch.paint(*size, window)
    looks, count = spots.shape[1:]
    rows = -(-looks * count // _COLUMNS)
    padded = np.zeros((2, rows * _COLUMNS), np.float32)
    padded[:, : looks * count] = spots.reshape(2, -1)
    padded[0] -= window[0]
    padded[1] -= window[1]
    x, y = padded.reshape(2, rows, _COLUMNS)
    out = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colours = out.reshape(-1, 3)[: looks * count].reshape(looks, count, 3)
    return np.asarray(colours[0] if looks == 1 else colours.mean(axis=0))


def _window(spots: F32, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The texels that are looked at: left, top, right, bottom of a texture."""
    flat = spots.reshape(2, -1)
    limit = np.array(size)
    low = np.clip(flat.min(axis=1), 0, limit - 1).astype(int)
    high = np.clip(flat.max(axis=1), 0, limit - 1).astype(int) + 2
    (x1, y1), (x2, y2) = low, np.minimum(high, limit)
    return int(x1), int(y1), int(x2), int(y2)
