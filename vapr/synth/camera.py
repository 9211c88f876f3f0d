"""One family of cameras, from pinhole to fisheye, in a van's coordinates.

Metres: x across from left to right, y from the rear door forward, z up. A point at
angle theta off the axis lies at r = f tan(a theta) / a: a = 1 is a pinhole, a = 0.5
stereographic, a near 0 equidistant (the families of Hughes et al. 2010).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a camera is, where it looks, and its lens. `size` is (width, height) px.

    `bend` is the a of the module's formula, in 0.05..1.
    """

    eye: Vector
    target: Vector
    size: tuple[int, int]
    hfov_deg: float = 70.0
    roll_deg: float = 0.0
    bend: float = 1.0
    name: str = "aisle"

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        half = np.radians(self.hfov_deg) / 2
        return float(self.size[0] / 2 * self.bend / np.tan(self.bend * half))

    @property
    def axes(self) -> Floats:
        """Rows: right, down and forward, unit vectors in the van."""
        return _axes(self.eye, self.target, self.roll_deg)

    def rays(self, scale: float) -> NDArray[np.float32]:
        """Unit directions (h, w, 3) of a grid of samples, `scale` per pixel."""
        width, height = (round(v * scale) for v in self.size)
        x = (np.arange(width) + 0.5) * self.size[0] / width - self.size[0] / 2
        y = (np.arange(height) + 0.5) * self.size[1] / height - self.size[1] / 2
        dx = (x / self.focal).astype(np.float32)[None, :]
        dy = (y / self.focal).astype(np.float32)[:, None]
        square = dx * dx + dy * dy
        if self.bend == 1:
            ahead = 1 / np.sqrt(square + np.float32(1))
            ratio = ahead
        else:
            r, bend = np.sqrt(square), np.float32(self.bend)
            theta = np.arctan(bend * r) / bend
            ahead, ratio = np.cos(theta), np.sin(theta) / np.maximum(r, 1e-9)
        local = np.dstack([dx * ratio, dy * ratio, ahead])
        return np.asarray(cv2.transform(local, self.axes.T), np.float32)

    def project(self, points: NDArray[Any]) -> NDArray[Any]:
        """Points (..., 3) to pixels (..., 2); NaN where no such lens can see them.

        Single precision in, single precision out.
        """
        kind: Any = np.float32 if points.dtype == np.float32 else np.float64
        eye, axes = np.array(self.eye, kind), self.axes.astype(kind)
        local: NDArray[Any] = (points.astype(kind, copy=False) - eye) @ axes.T
        side = np.hypot(local[..., 0], local[..., 1])
        theta = np.arctan2(side, local[..., 2])
        seen = theta * self.bend < np.radians(86)
        angle = np.where(seen, theta * self.bend, 0.0)
        r = self.focal * np.tan(angle) / self.bend / np.maximum(side, kind(1e-9))
        centre = np.array([v / 2 for v in self.size], kind)
        out: NDArray[Any] = np.where(
            seen[..., None], local[..., :2] * r[..., None] + centre, np.nan
        )
        return out


@lru_cache(maxsize=64)
def _axes(eye: Vector, target: Vector, roll_deg: float) -> Floats:
    forward = np.subtract(target, eye)
    forward = forward / np.linalg.norm(forward)
    up = (0.0, 0.0, 1.0) if abs(forward[2]) < 0.999 else (0.0, 1.0, 0.0)
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    return np.stack([c * right + s * down, c * down - s * right, forward])
