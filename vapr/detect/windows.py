"""The picture as the network takes it: shrunk and padded, twice.

A picture is never enlarged. It is looked at as a whole at half the `long_side`, where
near parcels have the size the network was trained with, and at `long_side` for far
labels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.errors import UsageError
from vapr.types import Image

STRIDE = 32
GREY = 114  # the padding the network was trained with
COARSE_FROM = 0.625  # times long_side: beyond it a second, coarser look pays
Size = tuple[int, int]  # (width, height), px


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


def plan_looks(width: int, height: int, long_side: int) -> list[Size]:
    """The sizes at which a picture of this size is looked at, coarsest first."""
    longest = max(width, height)
    twice = longest > COARSE_FROM * long_side
    sides = [long_side / 2, long_side] if twice else [longest]
    scales = [min(1.0, side / longest) for side in sides]
    return [(max(round(width * s), 1), max(round(height * s), 1)) for s in scales]


def shrink(image: Image, size: Size) -> Image:
    """The picture at that size, averaged over areas; itself if it has it already."""
    if size == image.shape[1::-1]:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def to_input(image: Image) -> NDArray[np.float32]:
    """The picture as the network's input.

    Returns:
        (1, 3, h, w), RGB 0..1, padded below and right to multiples of STRIDE.
    """
    height, width = image.shape[:2]
    padded = np.full((_up(height), _up(width), 3), GREY, np.uint8)
    padded[:height, :width] = image
    blob = cv2.dnn.blobFromImage(padded, scalefactor=1 / 255, swapRB=True)
    return np.asarray(blob, np.float32)


def _up(length: int) -> int:
    return -(-length // STRIDE) * STRIDE
