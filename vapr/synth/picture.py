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
from vapr.synth.facets import Facets, split
from vapr.synth.light import Lighting
from vapr.synth.paint import Scenery, lit
from vapr.synth.raster import look
from vapr.synth.sensor import Sensor, develop, make_sensor
from vapr.synth.shell import shell
from vapr.synth.solid import Patch
from vapr.synth.tones import LINEAR
from vapr.synth.truth import Eyes, describe
from vapr.synth.van import Van
from vapr.types import Image

F32 = NDArray[Any]  # float32 throughout


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
    patch_of = np.append(facets.patch, -1)[seen.facet].astype(np.int16)
    owner_of = np.array([patch.owner for patch in patches] + [-1], np.int16)
    owners = owner_of[patch_of]
    scene = Scenery(seen, facets, patches, patch_of)
    light = lit(scene, (lighting, camera, casters))
    if van.assets.backdrops:
        _put_behind(light, owners < 0, van.assets.backdrops, seed)
    if scale != 1:
        light = cv2.resize(light, camera.size, interpolation=cv2.INTER_AREA)
    picture = develop(light, sensor, seed)
    truth = _truth(van, built, Eyes(camera, seen, owners), lighting.name)
    return picture, truth


@lru_cache(maxsize=2)
def _built(van: Van) -> list[Built]:
    return [build(load, i, van.assets.fonts) for i, load in enumerate(van.loads)]


@lru_cache(maxsize=2)
def _assembled(van: Van, door: str) -> tuple[list[Built], list[Patch], Facets, Facets]:
    """What there is to see, and what casts shadows; kept for the next picture."""
    built = _built(van)
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
    far = LINEAR[cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)]
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
