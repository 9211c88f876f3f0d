"""Where the text lines of a label or sticker lie, and their pixels, upright."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vapr.geometry import Floats, project, quad_sides, to_quad
from vapr.read.straighten import straighten
from vapr.read.text_net import Plane, TextNets
from vapr.types import Image, Quad

CANVAS_AREA = 90_000.0  # px a label gets for the search at most: 90 ms
MOST_ENLARGED = 2.5
MARGIN = 0.03  # of the label's sides looked at around it: corners are off
FAINTEST = 0.2  # probability from which a pixel belongs to a line's core
UNCLIP = 1.6  # a line is wider than its core by this share of area over outline
LOWEST_PX = 4.5  # height of a line, px of the picture, below which nothing is read
SLIMMEST = 0.9  # width over height of a line, at least
MOST_LINES = 9
STRAIGHT_DEG = 6.0  # lines leaning less are those of a label straightened well


@dataclass(frozen=True, slots=True)
class Line:
    """A text line: its corners in the picture, the first edge along the text.

    Whether it reads from the first corner or from the third is not known. `height_px`
    is the mean height in the picture.
    """

    quad: Quad
    height_px: float


def find_lines(grey: Image, label: Quad, nets: TextNets) -> list[Line]:
    """The text lines of a label or sticker, the largest first.

    Method: the finder marks cores of lines (Liao et al. 2020, "Real-time Scene Text
    Detection with Differentiable Binarization"), which are boxed along the lean and
    axis most of them share, and widened.

    Args:
        grey: the picture, uint8 (H, W).
        label: corners, px; all four turns will do.
        nets: the networks.
    """
    area = float(np.prod(quad_sides(label)))
    if area <= 0 or not np.isfinite(area):
        return []
    scale = min(MOST_ENLARGED, float(np.sqrt(CANVAS_AREA / area)))
    canvas = _canvas(grey, label, scale)
    if canvas is None:
        return []
    pixels, back = canvas
    cores = _cores(nets.find(pixels))
    quads = [to_quad(project(back, corners)) for corners in _boxes(cores)]
    lines = [Line(quad, quad_sides(quad)[1]) for quad in quads]
    seen = [line for line in lines if line.height_px >= LOWEST_PX]
    return sorted(seen, key=lambda line: -line.height_px)[:MOST_LINES]


def _canvas(grey: Image, label: Quad, scale: float) -> tuple[Image, Floats] | None:
    """The label upright at a scale, shrunk by area; with the way back."""
    kept = max(scale, 1.0)
    found = straighten(grey, label, kept, MARGIN)
    if found is None or scale >= 1.0:
        return found
    pixels, back = found
    size = [max(round(n * scale), 8) for n in pixels.shape[1::-1]]
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    grown = np.diag([pixels.shape[1] / size[0], pixels.shape[0] / size[1], 1.0])
    return small, np.asarray(back @ grown, np.float64)


def _cores(odds: Plane) -> list[Floats]:
    """The outlines (n, 2) of cores, px of the canvas."""
    found, _ = cv2.findContours(
        (odds > FAINTEST).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    outlines = [np.asarray(c, np.float64).reshape(-1, 2) + 0.5 for c in found]
    return [outline for outline in outlines if len(outline) >= 4]


def _boxes(cores: Sequence[Floats]) -> list[Floats]:
    """Corners (4, 2) of each line: along the common lean, first edge along the text."""
    if not cores:
        return []
    angle = _lean(cores)
    turn = _rotation(angle)
    spans = (
        [(c @ turn).min(axis=0) for c in cores],
        [(c @ turn).max(axis=0) for c in cores],
    )
    low, high = np.stack(spans[0]) - 0.5, np.stack(spans[1]) + 0.5
    size = high - low
    sizes = size[:, 0] - size[:, 1]
    upright = float((sizes * size.max(axis=1)).sum()) < 0  # lines run down the canvas
    grow = UNCLIP * size.prod(axis=1) / (2 * size.sum(axis=1))
    low, high = low - grow[:, None], high + grow[:, None]
    boxes = []
    for (x1, y1), (x2, y2) in zip(low, high, strict=True):
        corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
        long, tall = (y2 - y1, x2 - x1) if upright else (x2 - x1, y2 - y1)
        if long >= SLIMMEST * tall:
            boxes.append(np.roll(corners, -int(upright), axis=0) @ turn.T)
    return boxes


def _lean(cores: Sequence[Floats]) -> float:
    """The angle, radians within 45° of 0, most lines share; 0 for a slight one."""
    angles, weights = [], []
    for core in cores:
        _, (width, height), angle = cv2.minAreaRect(core.astype(np.float32))
        angles.append((angle + 45) % 90 - 45)
        weights.append(abs(width - height))
    order = np.argsort(angles)
    reached = np.cumsum(np.asarray(weights)[order])
    middle = angles[int(order[int(np.searchsorted(reached, reached[-1] / 2))])]
    return 0.0 if abs(middle) < STRAIGHT_DEG else float(np.deg2rad(middle))


def _rotation(angle: float) -> Floats:
    """Points (n, 2) times this are turned by `-angle`."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def cut_line(grey: Image, line: Line, height: int) -> Image | None:
    """A line's pixels, upright if its first corner is its top left.

    Args:
        grey: the picture, uint8 (H, W).
        line: as found.
        height: px the line is to be made, or more where the picture has more.
    """
    scale = max(height / max(line.height_px, 1.0), 1.0)
    found = straighten(grey, line.quad, scale)
    return None if found is None else found[0]
