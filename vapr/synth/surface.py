"""What surfaces look like up close: board, paper, film, metal, wood, and decals."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.tones import GAMMA, linear
from vapr.types import Image

F32 = NDArray[Any]  # float32 throughout
Colour = tuple[int, int, int]
Window = tuple[int, int, int, int]
"""A part of a surface's texture in texels: left, top, right, bottom."""
SMOOTH = 800  # px; print is drawn finer, what it lies on need not be


@dataclass(frozen=True, slots=True, eq=False)
class Decal:
    """A flat thing on a surface: BGR or BGRA pixels at a place, metres and radians.

    `draw` gives the pixels when they are wanted: most things are never seen.

    `at` is its centre from the surface's top left; `angle` turns it clockwise.
    """

    draw: Callable[[], Image]
    size: tuple[float, float]
    at: tuple[float, float]
    angle: float = 0.0

    def corners(self) -> NDArray[np.float64]:
        """Its corners on the surface (4, 2) in metres, from its own top left."""
        w, h = self.size[0] / 2, self.size[1] / 2
        return self.places(np.array([[-w, -h], [w, -h], [w, h], [-w, h]]))

    def places(self, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points given in metres from its centre, on the surface."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        out: NDArray[np.float64] = offsets @ np.array([[c, s], [-s, c]]) + self.at
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """A surface's paint: a material in a colour, with decals from first to last."""

    material: str
    colour: Colour
    size: tuple[float, float]
    seed: int
    decals: tuple[Decal, ...] = ()
    relief: float = 0.06

    def __call__(self, width: int, height: int, window: Window | None = None) -> F32:
        """The surface in linear light, (height, width, 3), or a window of it."""
        rng = np.random.default_rng([self.seed, 303])
        window = window or (0, 0, width, height)
        smooth = _smooth_size(width, height)
        part = (width, height), window
        texture = _stretched(_texture(self, rng, *smooth), *part)
        tones = [cv2.convertScaleAbs(texture, alpha=c) for c in self.colour]
        picture = linear(np.asarray(cv2.merge(tones), np.uint8))
        to_px = (width / self.size[0], height / self.size[1])
        for decal in self.decals:
            paste(picture, decal, to_px, window[:2])
        if self.material in ("poly", "padded", "envelope"):
            shade = _stretched(_wrinkles(self, rng, *smooth), *part)
            shade = cv2.pow(np.maximum(shade, 0), GAMMA)
            picture *= cv2.merge([shade, shade, shade])
            np.minimum(picture, np.float32(1), out=picture)
        return picture


def _smooth_size(width: int, height: int) -> tuple[int, int]:
    """The size at which a material is drawn: nothing of it is finer than that."""
    share = min(SMOOTH / max(width, height), 1.0)
    return max(round(width * share), 4), max(round(height * share), 4)


def _stretched(factors: F32, size: tuple[int, int], window: Window) -> F32:
    """A window of factors (h, w) stretched to a size (width, height)."""
    x1, y1, x2, y2 = window
    if factors.shape == (size[1], size[0]):
        return np.ascontiguousarray(factors[y1:y2, x1:x2])
    fx, fy = factors.shape[1] / size[0], factors.shape[0] / size[1]
    back = np.array([[fx, 0, (x1 + 0.5) * fx - 0.5], [0, fy, (y1 + 0.5) * fy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        factors, back, (x2 - x1, y2 - y1), None, flags, cv2.BORDER_REPLICATE
    )


def noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]
) -> F32:
    """Smooth noise of unit deviation: `cells` (down, across) stretched to a shape."""
    grid = rng.standard_normal((cells[0] + 3, cells[1] + 3)).astype(np.float32)
    return cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _texture(coat: Coat, rng: np.random.Generator, width: int, height: int) -> F32:
    """Brightness factors (h, w) of a material."""
    shape = (height, width)
    out = 1 + 0.02 * noise(rng, shape, (3, 4))
    if coat.material == "board":
        out += 0.008 * noise(rng, shape, (int(coat.size[1] * 200), 2))
        out += 0.012 * noise(rng, shape, (80, 80))
        edge = cv2.copyMakeBorder(
            np.ones((8, 8), np.float32), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0.0
        )
        out *= 0.94 + 0.06 * cv2.resize(edge, (width, height))
    elif coat.material == "wood":
        grain = noise(rng, shape, (int(coat.size[1] * 60) + 2, int(coat.size[0] * 3)))
        out += 0.09 * grain + 0.05 * noise(rng, shape, (30, 60))
    elif coat.material == "metal":
        out += 0.04 * noise(rng, shape, (6, 8)) + 0.015 * noise(rng, shape, (50, 50))
    elif coat.material == "rubber":
        out += 0.1 * noise(rng, shape, (300, 300)) + 0.06 * noise(rng, shape, (5, 5))
    elif coat.material == "brick":
        out += 0.05 * noise(rng, shape, (30, 6))
    return np.maximum(out, 0.05)


def _wrinkles(coat: Coat, rng: np.random.Generator, width: int, height: int) -> F32:
    """Light and shade of a limp surface: slopes of ridged noise seen from one side."""
    shape = (height, width)
    count = {"poly": (4, 5), "padded": (4, 4), "envelope": (1, 1)}[coat.material]
    stretch = rng.uniform(0.4, 2.5)
    cells = (max(int(count[0] * stretch), 1), max(int(count[1] / stretch), 1))
    folds = noise(rng, shape, cells)
    bumps = noise(rng, shape, count) - 0.4 * np.sqrt(folds * folds + 0.02)
    if coat.material == "padded":
        dots = max(int(coat.size[0] * 60), 4), max(int(coat.size[1] * 60), 4)
        bumps += 0.03 * noise(rng, shape, (dots[1], dots[0]))
    turn = rng.uniform(0, 2 * np.pi)
    slope = cv2.Sobel(bumps, cv2.CV_32F, 1, 0) * (np.cos(turn) * width)
    slope += cv2.Sobel(bumps, cv2.CV_32F, 0, 1) * (np.sin(turn) * height)
    slope /= float(slope.std()) + 1e-6
    out: F32 = (1 + coat.relief * np.clip(slope, -3, 3)).astype(np.float32)
    return out


@lru_cache(maxsize=600)
def _shrunk(draw: Callable[[], Image], level: int) -> F32:
    """A decal's light, `level` times halved: far things need no more of it."""
    finer = _whole(draw) if level == 1 else _shrunk(draw, level - 1)
    size = (max(finer.shape[1] // 2, 1), max(finer.shape[0] // 2, 1))
    return np.asarray(cv2.resize(finer, size, interpolation=cv2.INTER_AREA))


@lru_cache(maxsize=40)
def _whole(draw: Callable[[], Image]) -> F32:
    """A decal's light as it was drawn: great, so few are kept."""
    return linear(draw())


@lru_cache(maxsize=4000)
def _width(draw: Callable[[], Image]) -> int:
    return int(draw().shape[1])


def paste(
    picture: F32, decal: Decal, to_px: tuple[float, float], origin: tuple[int, int]
) -> None:
    """Draws a decal onto a surface's light in place, area-sampled.

    `to_px` is texels per metre each way, `origin` the texel the picture begins at.
    """
    height, width = picture.shape[:2]
    corners = decal.corners() * to_px - origin
    x1, y1 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    x2, y2 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, (width, height))
    if x2 <= x1 or y2 <= y1:
        return
    source = _at_size(decal, corners)
    sh, sw = source.shape[:2]
    points = np.float32([[-0.5, -0.5], [sw - 0.5, -0.5], [-0.5, sh - 0.5]])  # type: ignore[arg-type]
    goal = (corners[[0, 1, 3]] - (x1, y1) - 0.5).astype(np.float32)
    warp = cv2.getAffineTransform(np.asarray(points), goal)
    if source.shape[2] == 3:
        source = cv2.cvtColor(source, cv2.COLOR_BGR2BGRA)
    rgba = cv2.copyMakeBorder(source, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    rgba[[0, -1], :, 3] = 0
    rgba[:, [0, -1], 3] = 0
    warp[:, 2] -= warp[:, :2].sum(axis=1)
    done = cv2.warpAffine(rgba, warp, (int(x2 - x1), int(y2 - y1)))
    view = picture[y1:y2, x1:x2]
    alpha = cv2.extractChannel(done, 3)
    view += cv2.merge([alpha, alpha, alpha]) * (done[..., :3] - view)


def _at_size(decal: Decal, corners: NDArray[np.float64]) -> F32:
    """A decal's light, no larger than its corners are apart on the surface, px."""
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    target = (max(round(edges[0]), 1), max(round(edges[1]), 1))
    ratio = min(_width(decal.draw) / target[0], 64)
    level = int(np.log2(max(ratio / 2, 1)))
    source = _shrunk(decal.draw, level) if level else _whole(decal.draw)
    height, width = source.shape[:2]
    if target[0] >= width and target[1] >= height:
        return source
    small = (min(target[0], width), min(target[1], height))
    return np.asarray(cv2.resize(source, small, interpolation=cv2.INTER_AREA))
