"""Pictures of a van, with their truth: one call from state to pixels."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.errors import PictureError
from vapr.synth.camera import Camera
from vapr.synth.dress import Built, build
from vapr.synth.light import Lighting, shade
from vapr.synth.raster import Facets, Seen, look, points_seen, split
from vapr.synth.sensor import Sensor, develop, make_sensor
from vapr.synth.shell import shell
from vapr.synth.solid import Patch
from vapr.synth.truth import Eyes, describe
from vapr.synth.van import Van
from vapr.types import Image

F32 = NDArray[Any]  # float32 throughout

_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)


def render(
    van: Van,
    camera: Camera,
    lighting: Lighting,
    seed: int,
    sensor: Sensor | None = None,
) -> tuple[Image, dict[str, Any]]:
    """One picture (BGR uint8) of a van and its truth (as in vapr's truth files).

    `seed` settles the sensor and its noise only: the load is the van's. The same
    arguments give the same picture on the same platform.
    """
    sensor = sensor or make_sensor(seed, lighting.name)
    built, patches, facets, casters = _assembled(van, lighting.door)
    scale = 1.25 if max(camera.size) <= 1000 else 1.0
    seen = look(facets, camera, scale)
    light = _lit(seen, facets, patches, (lighting, camera, casters))
    owner_of = np.array([patch.owner for patch in patches], np.int32)[facets.patch]
    owners = np.where(seen.facet >= 0, owner_of[seen.facet], -1).astype(np.int32)
    if van.assets.backdrops:
        _put_behind(light, owners < 0, van.assets.backdrops, seed)
    small = cv2.resize(light, camera.size, interpolation=cv2.INTER_AREA)
    picture = develop(small, sensor, seed)
    truth = _truth(van, built, Eyes(camera, seen, owners), lighting.name)
    return picture, truth


@lru_cache(maxsize=2)
def _assembled(van: Van, door: str) -> tuple[list[Built], list[Patch], Facets, Facets]:
    """What there is to see, and what casts shadows; kept for the next picture."""
    built = [build(load, i, van.assets.fonts) for i, load in enumerate(van.loads)]
    patches = shell(van, door)
    patches += [patch for made in built for patch in made.patches]
    casters = split([_coarse(patch) for patch in patches])
    return built, patches, split(patches), casters


def _coarse(patch: Patch) -> Patch:
    """A limp patch by its corners alone: enough to cast a shadow."""
    rows, columns = patch.grid.shape[:2]
    if rows == columns and rows > 2:
        return replace(patch, grid=patch.grid[:: rows - 1, :: columns - 1])
    return patch


def _put_behind(
    light: F32, behind: NDArray[np.bool_], backdrops: tuple[str, ...], seed: int
) -> None:
    """Puts a user's photograph, as bright as what it hides, behind the parcels."""
    path = backdrops[seed % len(backdrops)]
    photo = cv2.imread(path, cv2.IMREAD_COLOR)
    if photo is None:
        raise PictureError(f"cannot open the background picture {Path(path).name}")
    height, width = light.shape[:2]
    far = _LINEAR[cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)]
    level = float(np.median(light[behind])) if behind.any() else 1.0
    far *= level / max(float(np.median(far)), 1e-4)
    light[behind] = far[behind]


def _truth(van: Van, built: list[Built], eyes: Eyes, light: str) -> dict[str, Any]:
    camera = eyes.camera
    return {
        "stop": van.stop,
        "manifest": "route.csv",
        "camera": camera.name,
        "lighting": light,
        "size": list(camera.size),
        "hfov_deg": round(camera.hfov_deg, 2),
        "parcels": describe(van.loads, built, eyes, van.stop),
    }


def _lit(
    seen: Seen,
    facets: Facets,
    patches: list[Patch],
    view: tuple[Lighting, Camera, Facets],
) -> F32:
    """Linear light (h, w, 3) of every sample."""
    lighting, camera, casters = view
    index = np.maximum(seen.facet, 0)
    colour = _LINEAR[_colours(seen, facets, patches, camera)]
    normals = _normals(seen, facets, index)
    gloss_of = np.array([p.gloss for p in patches], np.float32)[facets.patch]
    places = points_seen(seen, camera.eye)
    diffuse, highlight = shade(
        seen, places, normals, gloss_of[index], (casters, lighting, camera)
    )
    outside = places[..., 1] < -0.05
    diffuse[outside] = np.array(lighting.sky, np.float32) * 0.5
    out = colour * diffuse + highlight
    out[seen.facet < 0] = np.array(lighting.sky, np.float32)
    return out


def _normals(seen: Seen, facets: Facets, index: NDArray[np.int32]) -> F32:
    normal = facets.normal.astype(np.float32)
    out = normal[:, 0][index]
    curved = np.abs(facets.normal[:, 1:]).max(axis=(1, 2)) > 1e-5
    where = np.nonzero(curved[index] & (seen.facet >= 0))
    i = index[where]
    bent = (
        normal[i, 0]
        + normal[i, 1] * seen.u[where][:, None]
        + normal[i, 2] * seen.v[where][:, None]
    )
    out[where] = bent / np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-6)
    result: F32 = out
    return result


def _colours(seen: Seen, facets: Facets, patches: list[Patch], camera: Camera) -> Image:
    """Painted colour of every sample: each visible patch is painted at its own size."""
    height, width = seen.facet.shape
    flat = seen.facet.ravel()
    owner = np.where(flat >= 0, facets.patch[np.maximum(flat, 0)], -1)
    order = np.argsort(owner.astype(np.int16), kind="stable")
    marks = np.searchsorted(owner[order], np.arange(len(patches) + 1))
    tex = facets.tex.astype(np.float32)
    out = np.zeros((height * width, 3), np.uint8)
    u, v = seen.u.ravel(), seen.v.ravel()
    for number, patch in enumerate(patches):
        where = order[marks[number] : marks[number + 1]]
        if where.size == 0:
            continue
        t = tex[flat[where]]
        st = t[:, 0] + t[:, 1] * u[where][:, None] + t[:, 2] * v[where][:, None]
        out[where] = _sampled(patch, st, _resolution(patch, camera, seen.scale))
    return out.reshape(height, width, 3)


def _resolution(patch: Patch, camera: Camera, scale: float) -> tuple[int, int]:
    """Texture size at which one texel is about one sample where the patch is seen."""
    pixels = camera.project(patch.grid) * scale
    wide = np.linalg.norm(np.diff(pixels, axis=1), axis=-1).sum(axis=1)
    tall = np.linalg.norm(np.diff(pixels, axis=0), axis=-1).sum(axis=0)
    # codes are resampled once more by the view: finer texels keep their contrast
    most, finer = (1800, 1.2) if patch.owner >= 0 else (900, 1.0)
    sizes = []
    for values in (wide, tall):
        values = values[~np.isnan(values)]
        value = float(values.mean()) if values.size else most
        sizes.append(int(np.clip(value * finer, 4, most)))
    return sizes[0], sizes[1]


def _sampled(patch: Patch, st: F32, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Colours (n, 3) of a patch at texture coordinates (n, 2)."""
    texture = patch.paint(*size)
    count = len(st)
    rows = -(-count // 4096)
    padded = np.zeros((rows * 4096, 2), np.float32)
    padded[:count] = st * size - 0.5
    x, y = padded[:, 0].reshape(rows, -1), padded[:, 1].reshape(rows, -1)
    out = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out.reshape(-1, 3)[:count], np.uint8)
