"""The picture as the network takes it: shrunk, padded, cut into tiles if it is large.

A picture is never enlarged. It is looked at as a whole at half the `long_side`, where
near parcels have the size the network was trained with, and at `long_side` for far
labels; a picture of more than twice that (4K) also in overlapping tiles at twice the
scale.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.errors import UsageError
from vapr.types import Box, Image

STRIDE = 32
GREY = 114  # the padding the network was trained with
COARSE_FROM = 0.625  # times long_side: beyond it a second, coarser look pays
TILES_FROM = 2.0  # times long_side: beyond it a picture is tiled
TILE = 55  # per cent of the picture: halves that share a tenth, larger than far labels


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the picture (x1, y1, x2, y2 in px) and the scale it is looked at."""

    area: tuple[int, int, int, int]
    scale: float
    whole: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the part at its scale, px."""
        x1, y1, x2, y2 = self.area
        return max(round((x2 - x1) * self.scale), 1), max(
            round((y2 - y1) * self.scale), 1
        )


def check_image(image: object) -> Image:
    """The image itself, if it is one.

    Raises:
        UsageError: it is not a uint8 array of shape (H, W, 3).
    """
    if not isinstance(image, np.ndarray):
        raise UsageError(f"image: wanted a numpy array, got {type(image).__name__}")
    bad_shape = image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape
    if bad_shape or image.dtype != np.uint8:
        got = f"{image.dtype} of shape {image.shape}"
        raise UsageError(f"image: wanted BGR uint8 of shape (H, W, 3), got {got}")
    return image


def plan_windows(width: int, height: int, long_side: int) -> list[Window]:
    """The windows through which a picture of this size is looked at."""
    longest = max(width, height)
    sides = (
        [long_side / 2, long_side] if longest > COARSE_FROM * long_side else [longest]
    )
    whole = [Window((0, 0, width, height), min(1.0, side / longest)) for side in sides]
    if longest <= TILES_FROM * long_side:
        return whole
    scale = TILES_FROM * long_side / longest
    columns, rows = (_halves(n, cut=n * scale > long_side) for n in (width, height))
    tiles = [
        Window((x1, y1, x2, y2), scale, whole=False)
        for y1, y2 in rows
        for x1, x2 in columns
    ]
    return [*whole, *tiles]


def _halves(extent: int, *, cut: bool) -> list[tuple[int, int]]:
    """Two overlapping halves, or the whole."""
    if not cut:
        return [(0, extent)]
    tile = -(-extent * TILE // 100)
    return [(0, tile), (extent - tile, extent)]


def to_input(image: Image, window: Window) -> NDArray[np.float32]:
    """The window as the network's input (1, 3, h, w), RGB 0..1, padded below, right."""
    x1, y1, x2, y2 = window.area
    part = image[y1:y2, x1:x2]
    width, height = window.size
    if (width, height) != (x2 - x1, y2 - y1):
        part = np.asarray(
            cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    shape = (_up(height), _up(width), 3)
    padded = np.full(shape, GREY, np.uint8)
    padded[:height, :width] = part
    blob = cv2.dnn.blobFromImage(padded, scalefactor=1 / 255, swapRB=True)
    return np.asarray(blob, np.float32)


def _up(length: int) -> int:
    return -(-length // STRIDE) * STRIDE


def cut_by(box: Box, window: Window, picture: tuple[int, int]) -> bool:
    """Whether a box (px of the picture) ends at a tile's edge inside the picture."""
    x1, y1, x2, y2 = window.area
    margin = 3.0 / window.scale
    return (
        (x1 > 0 and box[0] < x1 + margin)
        or (y1 > 0 and box[1] < y1 + margin)
        or (x2 < picture[0] and box[2] > x2 - margin)
        or (y2 < picture[1] and box[3] > y2 - margin)
    )
