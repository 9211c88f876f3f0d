"""The two small networks that find bar strips, and the canvases they look at.

The finder sees a whole label, warped upright to `CANVAS` px with a margin: per cell of
`STRIDE` px the odds of a code's centre for each kind, and the code's four corners
from there (as CenterNet, Zhou et al. 2019, "Objects as Points"). The refiner sees one
strip, warped to `STRIP_W` x `STRIP_H` px with a margin: what it is, and by how much its
corners are off. Both work on grey values scaled by the spread of what they see.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.errors import ModelError
from vapr.geometry import Floats, homography, project, quad_sides
from vapr.types import Image, Quad

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CANVAS: Final = 128
MARGIN: Final = 10
STRIDE: Final = 4
STRIP_W: Final = 128
STRIP_H: Final = 40
STRIP_REST: Final[Quad] = ((16.0, 8.0), (112.0, 8.0), (112.0, 32.0), (16.0, 32.0))
REACH: Final = 32.0  # canvas px per unit of the finder's corner offsets
NUDGE: Final = 8.0  # canvas px per unit of the refiner's corner offsets
SLIMMEST: Final = 0.5  # narrower labels are widened to this share of their length

# The finder's kinds: family and whether the code's axis lies along the canvas' y.
KINDS: Final = (
    ("linear", False),
    ("linear", True),
    ("pdf417", False),
    ("pdf417", True),
    ("matrix", False),
)
# The refiner's kinds; "other" is text, a rule, bars seen across, or nothing.
FAMILIES: Final = ("linear", "pdf417", "matrix", "other")

Plane = NDArray[np.float32]
_HALF: Final = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A warped piece of a picture; `matrix` takes canvas points to picture points."""

    pixels: Plane
    matrix: Floats


def label_canvas(image: Image, label: Quad) -> Canvas:
    """A label upright on a square canvas, its long side `CANVAS - 2 * MARGIN` px.

    Raises:
        ValueError: the quad has no area.
    """
    sides = quad_sides(label)
    longest = max(sides)
    room = CANVAS - 2 * MARGIN
    w, h = (room * max(side / longest, SLIMMEST) for side in sides)
    x, y = (CANVAS - w) / 2, (CANVAS - h) / 2
    target = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return _canvas(image, homography(target, label), (CANVAS, CANVAS))


def strip_canvas(image: Image, strip: Quad) -> Canvas:
    """A strip along x on a `STRIP_W` x `STRIP_H` canvas, with room around it.

    Raises:
        ValueError: the quad has no area.
    """
    w, h = STRIP_W, STRIP_H
    return _canvas(image, homography(STRIP_REST, strip), (w, h))


def _canvas(image: Image, matrix: Floats, size: tuple[int, int]) -> Canvas:
    w, h = size
    outline = project(matrix, np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64))
    patch, to_patch = _patch(image, outline, max(size))
    # Pixel centres lie at +0.5 in both frames; OpenCV puts them on whole numbers.
    sampling = np.linalg.inv(_HALF) @ to_patch @ matrix @ _HALF
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpPerspective(
        patch, sampling, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return Canvas(_scaled(np.asarray(pixels, np.float32)), matrix)


def _patch(image: Image, outline: Floats, length: int) -> tuple[Plane, Floats]:
    """The grey part of a picture about `outline`, shrunk by area if it is large.

    Returns the patch and the matrix that takes picture points to patch points.
    """
    rows, columns = image.shape[:2]
    left, top = np.clip(np.floor(outline.min(axis=0)) - 2, 0, (columns - 2, rows - 2))
    right, low = np.ceil(outline.max(axis=0)) + 2
    x0, y0 = int(left), int(top)
    x1 = int(np.clip(right, x0 + 2, columns))
    y1 = int(np.clip(low, y0 + 2, rows))
    part = image[y0:y1, x0:x1]
    gray = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY) if part.ndim == 3 else part
    edges = np.hypot(*(np.roll(outline, -1, axis=0) - outline).T)
    shrink = min(1.0, 1.25 * length / float(edges.max()))
    if shrink < 0.8:
        size = (max(round((x1 - x0) * shrink), 2), max(round((y1 - y0) * shrink), 2))
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    sx, sy = gray.shape[1] / (x1 - x0), gray.shape[0] / (y1 - y0)
    matrix = np.array([[sx, 0, -sx * x0], [0, sy, -sy * y0], [0, 0, 1]])
    return np.asarray(gray, np.float32), matrix


def _scaled(pixels: Plane) -> Plane:
    """Grey values about the median, in units of their own spread."""
    values = np.sort(pixels[::2, ::2], axis=None)
    low, middle, high = values[(np.array([0.04, 0.5, 0.96]) * len(values)).astype(int)]
    return np.asarray((pixels - middle) / max(high - low, 12.0), np.float32)


@lru_cache(maxsize=4)
def _session(name: str) -> "InferenceSession":
    """One of the networks, opened once.

    Raises:
        ModelError: the file is missing or is not a model.
    """
    import onnxruntime  # takes long to import, and not every command reads labels

    package = Path(__file__).resolve().parents[1]
    places = (package / "_data" / "models", package.parent / "models")
    file = next((p / name for p in places if (p / name).is_file()), None)
    if file is None:
        raise ModelError(f"the model {name} is missing; install vapr again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # callers spread labels over threads themselves
    try:
        return onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's errors share no other base
        raise ModelError(f"the model {name} cannot be opened: {error}") from error


def look_at_labels(canvases: list[Canvas]) -> tuple[Plane, Plane]:
    """The finder's odds (n, kinds, cells, cells) and its corner offsets, canvas px."""
    out = _run("strips-finder.onnx", canvases)
    odds, offsets = out[:, : len(KINDS)], out[:, len(KINDS) :]
    return _sigmoid(odds), offsets * REACH


def look_at_strips(canvases: list[Canvas]) -> tuple[Plane, Plane]:
    """The refiner's family odds (n, 4), summing to 1, and corner moves (n, 4, 2) px."""
    out = _run("strips-refiner.onnx", canvases)
    odds, moves = out[:, : len(FAMILIES)], out[:, len(FAMILIES) :]
    likely = np.exp(odds - odds.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely, moves.reshape(-1, 4, 2) * NUDGE


def _run(name: str, canvases: list[Canvas]) -> Plane:
    pixels = np.stack([canvas.pixels for canvas in canvases])[:, None]
    return np.asarray(_session(name).run(None, {"pixels": pixels})[0], np.float32)


def _sigmoid(x: Plane) -> Plane:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))), np.float32)
