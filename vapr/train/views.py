"""Training views: a window of a picture at some scale, mirrored, with changed light.

Windows are cut near native scale, because a far label of 16 px is what must be found
and shrinking the whole picture to the network's input would remove it; the network is
fully convolutional and runs on the whole picture later.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_area, box_of_quad, to_quad
from vapr.train.samples import Sample, Thing, overlap_share
from vapr.types import Box, Image

# Whole picture in the window at one end, native scale at the other.
SMALL_PICTURE_ZOOM = 1.5  # pictures no larger than the window are varied about 1
STRETCH = 0.12  # of either axis, as a logarithm: photographs of cartons overfit soonest
MIRRORED = 0.5  # text turns unreadable, but labels stay labels; their turn is not used
TURNED = 0.15  # by a quarter: parcels lie any way up under a ceiling camera
SMALLEST_SIDE = 7.0  # px; smaller things are not judged
CUT = 0.6  # a thing cut by the window below this share is not judged


@dataclass(frozen=True, slots=True)
class View:
    """What the network sees: a window, its things, the classes nobody annotated."""

    image: Image
    things: tuple[Thing, ...]
    unjudged: tuple[int, ...]


def random_view(
    image: Image, sample: Sample, size: tuple[int, int], rng: np.random.Generator
) -> View:
    """A random window of `size` (height, width) of a picture, as a `View`."""
    matrix = _window(sample, size, rng)
    mirrored = bool(np.linalg.det(matrix[:, :2]) < 0)
    things = _move(sample.things, matrix, size, mirrored=mirrored)
    picture = _light(_warp(image, matrix, size), rng)
    return View(picture, things, sample.unjudged)


def whole_view(image: Image, sample: Sample, size: tuple[int, int]) -> View:
    """The whole picture shrunk (never enlarged) into `size` (height, width)."""
    width, height = sample.size
    scale = min(size[1] / width, size[0] / height, 1.0)
    matrix = np.array([[scale, 0, 0], [0, scale, 0]], np.float64)
    things = _move(sample.things, matrix, size, mirrored=False)
    return View(_warp(image, matrix, size), things, sample.unjudged)


def _window(
    sample: Sample, size: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float64]:
    width, height = sample.size
    fit = min(size[1] / width, size[0] / height)
    low, high = sorted((min(fit, 1.0), max(1.0, fit * SMALL_PICTURE_ZOOM)))
    low = min(low, high / SMALL_PICTURE_ZOOM**2)
    scale = math.exp(rng.uniform(math.log(low), math.log(high)))
    cx, cy = _focus(sample, rng)
    x, y = (
        _offset(c * scale, n * scale, m, rng)
        for c, n, m in ((cx, width, size[1]), (cy, height, size[0]))
    )
    wide, high = np.exp(rng.uniform(-STRETCH, STRETCH, 2))
    matrix = np.array([[scale, 0, -x], [0, scale, -y], [0, 0, 1]], np.float64)
    middle = np.array([size[1], size[0]]) * (1 - wide, 1 - high) / 2
    stretch = np.array([[wide, 0, middle[0]], [0, high, middle[1]], [0, 0, 1]])
    whole: NDArray[np.float64] = _turn(size, rng) @ stretch @ matrix
    return whole[:2]


def _focus(sample: Sample, rng: np.random.Generator) -> tuple[float, float]:
    """Where to look: mostly near a label, else anywhere."""
    labels = [t.box for t in sample.things if t.kind == 1 and not t.ignore]
    if labels and rng.random() < 0.6:
        x1, y1, x2, y2 = labels[rng.integers(len(labels))]
        return (x1 + x2) / 2, (y1 + y2) / 2
    width, height = sample.size
    return rng.uniform(0, width), rng.uniform(0, height)


def _offset(
    center: float, extent: float, window: int, rng: np.random.Generator
) -> float:
    """Left (or top) of the window: about the centre, inside a picture that fills."""
    start = center - window * rng.uniform(0.2, 0.8)
    if extent <= window:
        return -rng.uniform(0, window - extent)
    return float(np.clip(start, 0, extent - window))


def _turn(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    height, width = size
    turn = np.eye(3)
    if rng.random() < MIRRORED:
        turn = np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]], np.float64)
    if height == width and rng.random() < TURNED:
        quarter = np.array([[0, -1, width], [1, 0, 0], [0, 0, 1]], np.float64)
        turn = np.linalg.matrix_power(quarter, int(rng.integers(1, 4))) @ turn
    return turn


def _warp(image: Image, matrix: NDArray[np.float64], size: tuple[int, int]) -> Image:
    """The picture through an affine map; shrunk by area first, so nothing aliases."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    m = matrix.copy()
    if scale < 0.98:
        small = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        m[:, 0] *= image.shape[1] / small[0]
        m[:, 1] *= image.shape[0] / small[1]
        image = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA))
    # Our pixel centres lie at .5, OpenCV's at .0.
    m[:, 2] += m[:, :2] @ (0.5, 0.5) - 0.5
    out = cv2.warpAffine(
        image, m, (size[1], size[0]), flags=cv2.INTER_LINEAR, borderValue=(114,) * 3
    )
    return np.asarray(out, np.uint8)


def _move(
    things: tuple[Thing, ...],
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    *,
    mirrored: bool,
) -> tuple[Thing, ...]:
    window = (0.0, 0.0, float(size[1]), float(size[0]))
    moved = (_move_one(t, matrix, window, mirrored=mirrored) for t in things)
    return tuple(t for t in moved if t is not None)


def _move_one(
    thing: Thing, matrix: NDArray[np.float64], window: Box, *, mirrored: bool
) -> Thing | None:
    x1, y1, x2, y2 = thing.box
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    full = box_of_quad(to_quad(corners @ matrix[:, :2].T + matrix[:, 2]))
    share = overlap_share(full, window)
    if share <= 0.02:
        return None
    box = (
        max(full[0], 0.0),
        max(full[1], 0.0),
        min(full[2], window[2]),
        min(full[3], window[3]),
    )
    side = min(box[2] - box[0], box[3] - box[1])
    # A large parcel cut by the window is still a parcel; a cut label has no corners.
    unsure = share < (0.25 if thing.kind == 0 else CUT) or side < SMALLEST_SIDE
    quad = thing.quad
    if quad is not None:
        points = np.asarray(quad) @ matrix[:, :2].T + matrix[:, 2]
        quad = to_quad(points[::-1] if mirrored else points)
    if box_area(box) <= 0:
        return None
    return replace(
        thing,
        box=box,
        quad=quad,
        turned=thing.turned and not mirrored,
        ignore=thing.ignore or unsure,
    )


def _light(image: Image, rng: np.random.Generator) -> Image:
    """Exposure, gamma, colour cast; sometimes grey, blur, noise, a coarse JPEG."""
    level = np.arange(256, dtype=np.float32) / 255
    level = level ** rng.uniform(0.65, 1.55) * rng.uniform(0.6, 1.35)
    table = (level[:, None] * rng.uniform(0.82, 1.18, 3)).astype(np.float32)
    x = np.asarray(cv2.LUT(image, table[None]), np.float32)
    if rng.random() < 0.12:
        x[:] = x.mean(axis=2, keepdims=True)
    if rng.random() < 0.12:
        x = np.asarray(cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.1)), np.float32)
    if rng.random() < 0.25:
        strength = np.float32(rng.uniform(0.005, 0.03))
        x += strength * rng.standard_normal(x.shape, np.float32)
    out = np.clip(x * 255, 0, 255).astype(np.uint8)
    return _compressed(out, rng) if rng.random() < 0.3 else out


def _compressed(image: Image, rng: np.random.Generator) -> Image:
    """A picture as a video or a messenger leaves it: JPEG of any quality."""
    quality = [int(cv2.IMWRITE_JPEG_QUALITY), int(rng.integers(30, 90))]
    data = cv2.imencode(".jpg", image, quality)[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
