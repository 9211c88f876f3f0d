"""A flat sheet before a camera: where its corners come to lie, and the map there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def sheet_aslant(width: float, height: float, rng: np.random.Generator) -> Floats:
    """Corners (4, 2) of a sheet seen at any turn, up to 45° from the side and above."""
    yaw, pitch = np.deg2rad(rng.uniform(-45, 45, 2))
    roll = rng.uniform(0, 2 * np.pi)
    x, y = width / 2, height / 2
    flat = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    away = flat @ [np.sin(yaw), np.sin(pitch)] / (4 * max(width, height))
    leant = flat * [np.cos(yaw), np.cos(pitch)] / (1 + away[:, None])
    c, s = np.cos(roll), np.sin(roll)
    turned: Floats = leant @ np.array([[c, s], [-s, c]])
    return turned


def map_for_cv2(matrix: Floats) -> Floats:
    """The same map for cv2, to whom the first pixel's centre is (0, 0)."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    out: Floats = np.linalg.inv(half) @ matrix @ half
    return out
