"""Boxes that move: with the camera, or by themselves."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import project
from vapr.types import Box, Point


def box_center(box: Box) -> Point:
    """The middle of a box, px."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def shift_box(box: Box, dx: float, dy: float) -> Box:
    """A box moved by so many px."""
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def move_box(box: Box, motion: NDArray[np.float64]) -> Box:
    """A box through the camera's motion: its centre moved, its size scaled.

    The box around the moved corners would grow with every turn of the camera.
    """
    x, y = box_center(box)
    moved = project(motion, np.asarray([[x, y], [x + 1, y], [x, y + 1]], np.float64))
    scale = sqrt(abs(float(np.linalg.det(moved[1:] - moved[0])))) / 2
    (cx, cy), w, h = moved[0], (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
    return (float(cx - w), float(cy - h), float(cx + w), float(cy + h))
