"""Pixels of a matrix code as scattered samples, and what its modules send to them.

A homography takes pixels to modules. What a module sends to a pixel is taken as the
product of what its column and its row send: exact for views without shear, and close
for others as long as a module is small beside the blur.
"""

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats, homography, project, quad_area, to_quad
from vapr.read.optics import Blur, normal_cdf
from vapr.read.profile import linear_light
from vapr.types import Image, Quad

_LARGEST = 21.0  # px, side of a code; larger ones are shrunk, they hold enough
_AROUND = 0.35  # of a code's side, taken along on all sides
_LEAST_SIDE = 5.0  # px
_IN_VIEW = 0.8  # least share of what is about a code, along each axis


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels about a code: `x`, `y` px from its middle, `light` in linear light.

    `quad` are the code's corners as proposed, in the same px; `scale` is px here per
    px of the picture, `middle` the code's middle there. `grid` are all pixels as a
    picture, `from_grid` (3, 3) takes its places to px.
    """

    x: Floats
    y: Floats
    light: Floats
    quad: Quad
    scale: float
    middle: Floats
    grid: NDArray[np.float32]
    from_grid: Floats

    def only(self, keep: NDArray[np.bool_]) -> "Pixels":
        """Some of the pixels."""
        return replace(self, x=self.x[keep], y=self.y[keep], light=self.light[keep])

    def thinned(self, count: int) -> "Pixels":
        """At most `count` of the pixels, spread evenly; the same ones every time."""
        total = len(self.x)
        if total <= count:
            return self
        keep = np.zeros(total, bool)
        keep[np.random.default_rng(0).permutation(total)[:count]] = True
        return self.only(keep)

    def toned(self, power: float) -> "Pixels":
        """The same under another tone curve."""
        light = np.maximum(self.light, 0) ** power
        grid = np.asarray(np.maximum(self.grid, 0) ** power, np.float32)
        return replace(self, light=light, grid=grid)


def is_large_enough(quad: Quad) -> bool:
    """Whether a proposed code is large enough for any code to be seen in it.

    The smallest, of 10 x 10 modules, has half a pixel to a module in 5 px.
    """
    corners = np.asarray(quad, np.float64)
    side = float(np.sqrt(quad_area(quad)))
    return bool(np.isfinite(corners).all()) and side >= _LEAST_SIDE


def see_code(image: Image, quad: Quad) -> Pixels | None:
    """The pixels about a proposed code; None where it is too small or out of view."""
    corners = np.asarray(quad, np.float64)
    side = float(np.sqrt(quad_area(quad)))
    if not is_large_enough(quad):
        return None
    cut = _cut(image, corners, _AROUND * side + 1.5)
    if cut is None:
        return None
    grid, low, high = cut
    scale = min(1.0, _LARGEST / side)
    if scale < 1:
        size = np.maximum(np.round((high - low) * scale), 4).astype(int)
        small = cv2.resize(grid, size.tolist(), interpolation=cv2.INTER_AREA)
        grid, scale = np.asarray(small, np.float32), float(np.mean(size / (high - low)))
    middle = corners.mean(axis=0)
    rows, columns = grid.shape
    grow = scale * (high - low) / (columns, rows)  # 1 but for rounding
    shift = (low - middle) * scale
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    return Pixels(
        x=x.ravel() * grow[0] + shift[0],
        y=y.ravel() * grow[1] + shift[1],
        light=np.asarray(grid, np.float64).ravel(),
        quad=to_quad((corners - middle) * scale),
        scale=scale,
        middle=middle,
        grid=grid,
        from_grid=np.array([[grow[0], 0, shift[0]], [0, grow[1], shift[1]], [0, 0, 1]]),
    )


def _cut(
    image: Image, corners: Floats, reach: float
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]] | None:
    """The light about corners (n, 2), and its first and last column and row.

    None where more than a fifth of it lies beyond the picture.
    """
    low = np.floor(corners.min(axis=0) - reach).astype(np.intp)
    high = np.ceil(corners.max(axis=0) + reach).astype(np.intp)
    inner, outer = np.maximum(low, 0), np.minimum(high, image.shape[1::-1])
    if (outer - inner < _IN_VIEW * (high - low)).any():
        return None
    part = image[inner[1] : outer[1], inner[0] : outer[0]]
    return linear_light(part), inner, outer


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """How a code lies: the (3, 3) homography from pixels to modules, and its size."""

    matrix: Floats
    rows: int
    columns: int

    @staticmethod
    def of(quad: Quad, rows: int, columns: int) -> "Pose":
        """The pose in which a code fills a quad, its top left in the first corner.

        Raises:
            ValueError: the quad has no inside.
        """
        target = ((0.0, 0.0), (columns, 0.0), (columns, rows), (0.0, rows))
        return Pose(homography(quad, to_quad(target)), rows, columns)

    def modules(self, pixels: Pixels) -> tuple[Floats, Floats, Floats]:
        """Column and row places of pixels, and the depth they were divided by."""
        points = np.column_stack([pixels.x, pixels.y, np.ones_like(pixels.x)])
        u, v, depth = (points @ self.matrix.T).T
        return u / depth, v / depth, depth

    @property
    def back(self) -> Floats:
        """The homography from modules to pixels."""
        return np.asarray(np.linalg.inv(self.matrix), np.float64)

    @property
    def quad(self) -> Quad:
        """The code's corners, px from its middle as proposed."""
        w, h = self.columns, self.rows
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64)
        return to_quad(project(self.back, corners))

    @property
    def px_per_module(self) -> float:
        """On average over both axes."""
        return float(np.sqrt(quad_area(self.quad) / (self.rows * self.columns)))

    @property
    def densities(self) -> tuple[float, float]:
        """Columns and rows per px at the code's middle."""
        u, v = self.columns / 2, self.rows / 2
        x, y = project(self.back, np.array([[u, v]]))[0]
        depth = self.matrix[2] @ (x, y, 1)
        du = (self.matrix[0, :2] - u * self.matrix[2, :2]) / depth
        dv = (self.matrix[1, :2] - v * self.matrix[2, :2]) / depth
        return float(np.hypot(*du)), float(np.hypot(*dv))


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """What columns (n, columns) and rows (n, rows) send to n pixels, and its slopes."""

    across: Floats
    down: Floats
    across_slope: Floats
    down_slope: Floats

    def pattern(self, ink: Floats) -> Floats:
        """The ink (..., rows, columns) of patterns at the pixels: (..., n)."""
        out: Floats = np.einsum(
            "...nc,nc->...n", np.matmul(self.down, ink), self.across
        )
        return out

    def slopes(self, ink: Floats) -> tuple[Floats, Floats]:
        """By how much the ink of one pattern grows along columns and rows, (n,)."""
        along = np.einsum("nc,nc->n", self.down @ ink, self.across_slope)
        upright = np.einsum("nc,nc->n", self.down_slope @ ink, self.across)
        return along, upright

    def flat(self) -> Floats:
        """What each module sends to each pixel: (n, rows * columns)."""
        out = self.down[:, :, None] * self.across[:, None, :]
        return out.reshape(len(out), -1)

    def gathered(self, values: Floats) -> Floats:
        """The same transposed, times values (n,): (rows, columns)."""
        out: Floats = (self.down * values[:, None]).T @ self.across
        return out


def send(pose: Pose, pixels: Pixels, sigma: float) -> Sent:
    """What modules in a pose send through a Gaussian blur of `sigma` px."""
    u, v, _ = pose.modules(pixels)
    wide, high = pose.densities
    across, across_slope = _steps(u, pose.columns, sigma * wide)
    down, down_slope = _steps(v, pose.rows, sigma * high)
    return Sent(across, down, across_slope, down_slope)


_FINE = 256  # entries of a table per standard deviation
_FAR = 5  # standard deviations


@cache
def _tables() -> tuple[Floats, Floats]:
    """The normal distribution and its density, finely sampled."""
    at = np.arange(-_FAR * _FINE, _FAR * _FINE + 1) / _FINE
    return normal_cdf(at), np.exp(-0.5 * at * at) / np.sqrt(2 * np.pi)


def _steps(place: Floats, count: int, sigma: float) -> tuple[Floats, Floats]:
    off = (place[:, None] - np.arange(count + 1)) * (_FINE / sigma) + _FAR * _FINE + 0.5
    index = np.clip(off, 0, 2 * _FAR * _FINE).astype(np.intp)
    steps, bells = _tables()
    step, bell = steps[index], bells[index]
    return step[:, :-1] - step[:, 1:], (bell[:, :-1] - bell[:, 1:]) / sigma


def seen(pose: Pose, pixels: Pixels, blur: Blur, ink: Floats) -> Floats:
    """Patterns (..., rows, columns) at the pixels, sharpening included: (..., n)."""
    plain = send(pose, pixels, blur.sigma).pattern(ink)
    if blur.sharpening == 0:
        return plain
    wide = send(pose, pixels, float(np.hypot(blur.sigma, 1.0))).pattern(ink)
    return (1 + blur.sharpening) * plain - blur.sharpening * wide
