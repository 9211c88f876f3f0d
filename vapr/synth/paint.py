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

_WITHIN = (-0.25, 0.25)  # of a sample, each way
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
    where: Where = np.nonzero(other)
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

    Each visible patch is painted at its own size.
    """
    seen, facets = scene.seen, scene.facets
    height, width = seen.facet.shape
    flat = seen.facet.ravel().astype(np.int16)
    order = np.argsort(flat, kind="stable")
    marks = np.searchsorted(flat[order], np.arange(len(facets.patch) + 1))
    rays = seen.rays.reshape(-1, 3)[order]
    right, down = (step.reshape(-1, 3)[order] for step in _steps(seen.rays))
    shown = np.zeros((height * width, 3), np.float32)
    first = np.searchsorted(facets.patch, np.arange(len(scene.patches) + 1))
    for number, patch in enumerate(scene.patches):
        cells = range(first[number], first[number + 1])
        part = slice(marks[cells.start], marks[cells.stop])
        if part.start == part.stop:
            continue
        size = _resolution(patch, camera, seen.scale)
        texture, bounds = patch.paint(*size), marks[cells.start :] - part.start
        views = [
            _sampled(texture, _spots(scene, cells, bounds, (looks, size)))
            for looks in _looks(rays[part], right[part], down[part], patch)
        ]
        shown[part] = views[0] if len(views) == 1 else np.mean(views, axis=0)
    out = np.empty_like(shown)
    out[order] = shown
    return out.reshape(height, width, 3)


def _steps(rays: F32) -> tuple[F32, F32]:
    """How rays (h, w, 3) change to the next sample on the right, and below."""
    right = np.diff(rays, axis=1, append=2 * rays[:, -1:] - rays[:, -2:-1])
    down = np.diff(rays, axis=0, append=2 * rays[-1:] - rays[-2:-1])
    return right, down


def _looks(rays: F32, right: F32, down: F32, patch: Patch) -> list[F32]:
    """Rays to average over: four in a sample where there may be print, else one.

    Bars are finer than pixels: looked at in one place only they alias.
    """
    if not patch.printed:
        return [rays]
    return [rays + a * right + b * down for a in _WITHIN for b in _WITHIN]


def _spots(
    scene: Scenery,
    cells: range,
    bounds: NDArray[np.intp],
    looks: tuple[F32, tuple[int, int]],
) -> F32:
    """Texel coordinates of a patch's samples: its facets `cells`, each from a bound."""
    rays, size = looks
    spots = [
        _texels(
            rays[bounds[k] : bounds[k + 1]],
            scene.seen.inverse[i],
            scene.facets.tex[i],
            size,
        )
        for k, i in enumerate(cells)
        if bounds[k] < bounds[k + 1]
    ]
    return np.concatenate(spots)


def _texels(
    rays: F32, inverse: F32, tex: NDArray[np.float64], size: tuple[int, int]
) -> F32:
    """Texel coordinates (n, 2) at which rays (n, 3) meet a facet."""
    to_texture = (tex[[1, 2, 0]] * size - [[0, 0], [0, 0], [0.5, 0.5]]).T
    matrix = np.vstack([to_texture @ inverse, inverse[2]]).astype(np.float32)
    xyw = rays @ matrix.T
    out: F32 = xyw[:, :2] / xyw[:, 2:]
    return out


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


def _sampled(texture: F32, spots: F32) -> F32:
    """Linear colours (n, 3) of a texture at texel coordinates (n, 2)."""
    count = len(spots)
    rows = -(-count // 4096)
    padded = np.zeros((2, rows * 4096), np.float32)
    padded[:, :count] = spots.T
    x, y = padded.reshape(2, rows, 4096)
    out = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out.reshape(-1, 3)[:count])
