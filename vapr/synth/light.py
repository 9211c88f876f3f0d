"""Light in a van: daylight through the door, lamps, a torch, the sun; and shadows."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.camera import Camera, Vector
from vapr.synth.facets import Facets
from vapr.synth.raster import look

F32 = NDArray[Any]  # float32 throughout

Rng = np.random.Generator

LIGHTINGS = ("day", "dome", "mixed", "head", "back")


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp: place, colour (BGR, linear) with its strength, and what shape it has.

    `cone_deg` is the half angle of a torch (180: all around), along `aim`; `spread`
    softens near the lamp (metres); `shadow` whether things cast shadows from it.
    """

    at: Vector
    colour: Vector
    aim: Vector = (0.0, 0.0, -1.0)
    cone_deg: float = 180.0
    spread: float = 0.4
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Lighting:
    """The lamps, the light from everywhere and the sky's (BGR), the rear door.

    `door` is "open" or "closed".
    """

    name: str
    lamps: tuple[Lamp, ...]
    ambient: Vector
    sky: Vector = (1.2, 1.15, 1.1)
    door: str = "open"


def make_lighting(
    name: str, size: Vector, eye: Vector, aim: Vector, seed: int
) -> Lighting:
    """Lamps of a kind of light in a van of that size, seen from a camera at `eye`."""
    rng = np.random.default_rng([seed, 909])
    lamps: list[Lamp] = []
    cool = np.array([1.08, 1.0, 0.95]) * rng.normal(1, 0.03, 3)
    warm = np.array([0.72, 0.92, 1.1]) * rng.normal(1, 0.06, 3)
    fill = float(rng.uniform(0.2, 0.55))
    if name in ("day", "mixed", "back"):
        power = {"day": 2.2, "mixed": 1.3, "back": 3.0}[name]
        lamps += _daylight(cool * power, size, rng)
    if name in ("dome", "mixed"):
        lamps += _domes(warm if rng.random() < 0.5 else cool, size, rng)
    if name == "head":
        lamps.append(_torch(warm if rng.random() < 0.3 else cool, eye, aim, rng))
        fill *= 0.25
    night = name in ("dome", "head")
    sky = float(rng.uniform(0.005, 0.1) if night else rng.uniform(1.0, 3.0))
    ambient = (cool if name != "dome" else warm) * fill
    # from outside one only sees in through an open door
    shut = (
        eye[1] > 0.1 and (night or rng.random() < 0.1) and name not in ("day", "back")
    )
    door = "closed" if shut else "open"
    return Lighting(name, tuple(lamps), _v(ambient), _v(cool * sky), door)


def _daylight(colour: NDArray[Any], size: Vector, rng: Rng) -> list[Lamp]:
    """The open door as three lamps, now and then the sun through it."""
    w, _, h = size
    lamps = []
    for share in (0.2, 0.5, 0.8):
        at = (w * share, -0.35, h * float(rng.uniform(0.5, 0.8)))
        lamps.append(_lamp(at, colour / 3, 0.6, share == 0.5))
    if rng.random() < 0.3:
        sun = (w * float(rng.uniform(-1, 2)), -4.0, float(rng.uniform(3, 6)))
        lamps.append(_lamp(sun, colour * (3, 10, 12), 0.5, True))
    return lamps


def _domes(colour: NDArray[Any], size: Vector, rng: Rng) -> list[Lamp]:
    w, length, h = size
    lamps = []
    for _ in range(int(rng.integers(1, 3))):
        at = (w / 2, length * float(rng.uniform(0.2, 0.9)), h - 0.06)
        lamps.append(_lamp(at, colour * float(rng.uniform(0.5, 1.2)), 0.25, True))
    return lamps


def _torch(colour: NDArray[Any], eye: Vector, aim: Vector, rng: Rng) -> Lamp:
    at = _v(np.array(eye) + rng.normal(0, 0.05, 3))
    way = _v(np.array(aim) + rng.normal(0, 0.12, 3))
    return Lamp(at, _v(colour * 1.6), way, float(rng.uniform(22, 50)), 0.25)


def _v(values: NDArray[Any]) -> Vector:
    b, g, r = (float(x) for x in values)
    return (b, g, r)


def _lamp(at: Vector, colour: NDArray[Any], spread: float, shadow: bool) -> Lamp:
    return Lamp(at, _v(colour), spread=spread, shadow=shadow)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What is to be lit: places and unit normals (3, ...), gloss (...)."""

    places: F32
    normals: F32
    gloss: F32


@dataclass(frozen=True, slots=True, eq=False)
class Dimming:
    """Shares (...) of light that arrive: in crevices, and from each lamp."""

    crevices: F32
    shadows: tuple[F32 | None, ...]

    def at(self, where: tuple[NDArray[np.intp], ...]) -> "Dimming":
        """The same for some samples only."""
        some = tuple(None if s is None else s[where] for s in self.shadows)
        return Dimming(self.crevices[where], some)


def dim(near: F32, places: F32, lighting: Lighting, casters: Facets) -> Dimming:
    """How a grid of samples is dimmed: 1 / distance (h, w) and places (3, h, w)."""
    shadows = tuple(
        _shadow(lamp, places, casters) if lamp.shadow else None
        for lamp in lighting.lamps
    )
    return Dimming(_crevices(near), shadows)


def shade(
    samples: Samples, dimming: Dimming, lighting: Lighting, eye: Vector
) -> tuple[F32, F32]:
    """(diffuse, highlight): light on every sample, BGR linear, (3, ...)."""
    normals, crevices = samples.normals, dimming.crevices
    # the floor and the roof light what faces them: less from below
    ambient = crevices * (np.float32(0.85) + np.float32(0.15) * normals[2])
    diffuse = np.stack([ambient * np.float32(c) for c in lighting.ambient])
    highlight = np.zeros_like(diffuse)
    towards = _unit(_from(samples.places, eye))
    part = np.float32(0.6) + np.float32(0.4) * crevices
    for lamp, shadow in zip(lighting.lamps, dimming.shadows, strict=True):
        way, power = _arriving(lamp, samples.places)
        if shadow is not None:
            power *= shadow
        _add(diffuse, np.maximum(_dot(way, normals), 0) * power * part, lamp)
        if lamp.spread < 0.5:  # a door is too wide a lamp for a highlight
            gleam = _gleam(way, towards, normals)
            _add(highlight, gleam * power * samples.gloss, lamp)
    outside = samples.places[1] < -0.05
    for plane, sky in zip(diffuse, lighting.sky, strict=True):
        plane[outside] = sky * 0.5
    return diffuse, highlight


def _add(light: F32, power: F32, lamp: Lamp) -> None:
    for plane, colour in zip(light, lamp.colour, strict=True):
        plane += power * np.float32(colour)


def _dot(a: F32, b: F32) -> F32:
    out: F32 = a[0] * b[0]
    out += a[1] * b[1]
    out += a[2] * b[2]
    return out


def _from(places: F32, point: Vector) -> F32:
    """The ways (3, ...) from places to a point."""
    return np.stack(
        [np.float32(c) - plane for c, plane in zip(point, places, strict=True)]
    )


def _unit(way: F32) -> F32:
    way /= np.sqrt(_dot(way, way)) + np.float32(1e-6)
    return way


def _arriving(lamp: Lamp, places: F32) -> tuple[F32, F32]:
    """Unit directions to a lamp (3, ...), and what arrives from it (...)."""
    way = _from(places, lamp.at)
    square = _dot(way, way)
    way /= np.sqrt(square + np.float32(1e-8))
    power = 1 / (square + np.float32(lamp.spread**2))
    if lamp.cone_deg < 180:
        aim = np.subtract(lamp.aim, lamp.at)
        aim = (aim / np.linalg.norm(aim)).astype(np.float32)
        cosine = -_dot(way, aim)
        inner, outer = np.cos(np.radians((lamp.cone_deg * 0.45, lamp.cone_deg)))
        t = np.clip((cosine - outer) / (inner - outer), 0, 1)
        power = power * (t * t * (3 - 2 * t) + 0.03).astype(np.float32)
    return way, power


def _gleam(way: F32, towards: F32, normals: F32) -> F32:
    """Blinn's highlight, narrow as film's and paint's: cosine to the power of 80."""
    half = way + towards
    out = np.maximum(_dot(half, normals), 0)
    out /= np.sqrt(_dot(half, half)) + np.float32(1e-6)
    for _ in range(4):
        out *= out
    sixteenth = out.copy()
    out *= out
    out *= out
    out *= sixteenth
    out *= np.float32(1.6)
    return out


def _shadow(lamp: Lamp, places: F32, facets: Facets) -> F32:
    """1 where the lamp is seen, 0 where something stands between, soft edges.

    A shadow map (Williams 1978) from the same renderer, for places (3, h, w).
    """
    far = lamp.at[2] > 2.8 or lamp.at[1] < -2
    target = (
        (0.85, 1.2, 0.3) if far or lamp.at[1] < 0 else (lamp.at[0], lamp.at[1], 0.0)
    )
    fov = 45.0 if far else 165.0
    camera = Camera(lamp.at, target, (360, 360), fov, 0.0, 1.0 if far else 0.35)
    seen = look(facets, camera, 1.0)
    pixels = camera.project(cv2.merge(list(places)))
    pixels -= np.float32(0.5)
    pixels[np.isnan(pixels)] = -9
    x, y = cv2.split(pixels)
    near = cv2.remap(seen.near, x, y, cv2.INTER_NEAREST, borderValue=0.0)
    way = _from(places, lamp.at)
    bias = 1.02 + (0.0 if far else 0.01)
    lit = (near * np.sqrt(_dot(way, way)) <= bias).astype(np.float32)
    out: F32 = cv2.GaussianBlur(lit, (0, 0), 0.8 if far else 2.5)
    return out


def _crevices(near: F32) -> F32:
    """Darkening of what lies behind its surroundings (depth unsharp masking).

    Luft, Colditz, Deussen: Image Enhancement by Unsharp Masking the Depth Buffer, 2006.
    """
    distance = np.minimum(1 / near, 6).astype(np.float32)
    out = np.ones_like(distance)
    for share, strength in ((0.012, 0.35), (0.05, 0.4)):
        around = cv2.blur(distance, (_odd(distance.shape[1] * share * 2),) * 2)
        behind = np.clip((distance - around) / (0.25 * distance * 0.6), 0, 1)
        out *= 1 - strength * behind
    return cv2.GaussianBlur(out, (0, 0), 1.5)


def _odd(value: float) -> int:
    return max(int(value) // 2 * 2 + 1, 3)
