"""Surfaces of things in a van: patches of vertices, with what is painted on them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Paint = Callable[[int, int, tuple[int, int, int, int]], NDArray[np.float32]]
"""`(width, height, window)` to linear light (rows, columns, 3): the window (left, top,
right, bottom) of a texture of that width and height."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A surface: vertices (rows, columns, 3), row 0 the top, seen from its front.

    `size` is (width, height) in metres; `owner` the index of the parcel it is part of,
    -1 for the van; `gloss` 0..1; `printed` where something is on it that is finer than
    its material.
    """

    grid: Floats
    paint: Paint
    size: tuple[float, float]
    owner: int = -1
    gloss: float = 0.05
    printed: bool = False

    def points(self, places: Floats) -> Floats:
        """Places (n, 2), u from the left and v from the top in 0..1, as (n, 3)."""
        rows, columns = self.grid.shape[:2]
        xy = np.asarray(places, np.float64) * (columns - 1, rows - 1)
        low = np.clip(xy.astype(int), 0, (columns - 2, rows - 2))
        fx, fy = (xy - low).T[..., None]
        j, i = low.T
        g = self.grid
        out: Floats = (
            g[i, j] * (1 - fx) * (1 - fy)
            + g[i, j + 1] * fx * (1 - fy)
            + g[i + 1, j] * (1 - fx) * fy
            + g[i + 1, j + 1] * fx * fy
        )
        return out

    def point(self, u: float, v: float) -> Floats:
        """The place at u (0..1 from the left) and v (0..1 from the top)."""
        out: Floats = self.points(np.array([[u, v]]))[0]
        return out

    @property
    def normals(self) -> Floats:
        """Unit normals (rows, columns, 3) at the vertices, out of the front."""
        across = np.gradient(self.grid, axis=1)
        down = np.gradient(self.grid, axis=0)
        normal = np.cross(down, across)
        length = np.linalg.norm(normal, axis=-1, keepdims=True)
        out: Floats = normal / np.maximum(length, 1e-12)
        return out


@dataclass(frozen=True, slots=True)
class Pose:
    """A place and a turn: base centre, yaw about z, then pitch about its own x."""

    at: tuple[float, float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def apply(self, points: Floats) -> Floats:
        """Points (..., 3) of the thing into the van."""
        c, s = np.cos(self.pitch), np.sin(self.pitch)
        x_turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        c, s = np.cos(self.roll), np.sin(self.roll)
        y_turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        z_turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        out: Floats = points @ (z_turn @ x_turn @ y_turn).T + np.array(self.at)
        return out


def flat(corners: Floats, rows: int = 2, columns: int = 2) -> Floats:
    """A grid between four corners: top left, top right, bottom right, bottom left."""
    a, b, c, d = np.asarray(corners, np.float64)
    u = np.linspace(0, 1, columns)[None, :, None]
    v = np.linspace(0, 1, rows)[:, None, None]
    out: Floats = a * (1 - u) * (1 - v) + b * u * (1 - v) + c * u * v + d * (1 - u) * v
    return out


FACES = ("top", "front", "right", "back", "left", "bottom")


def cuboid_faces(
    sx: float, sy: float, sz: float, taper: float = 0.0
) -> dict[str, tuple[Floats, tuple[float, float]]]:
    """Grids and sizes of a box's faces; base centre at the origin.

    The front looks towards -y. `taper` narrows the base by that share (totes).
    """
    x, y = sx / 2, sy / 2
    bx, by = x * (1 - taper), y * (1 - taper)
    t = np.array([[-x, y, sz], [x, y, sz], [x, -y, sz], [-x, -y, sz]])
    b = np.array([[-bx, by, 0], [bx, by, 0], [bx, -by, 0], [-bx, -by, 0]])
    n = 5 if taper else 2
    return {
        "top": (flat(t), (sx, sy)),
        "front": (flat(np.array([t[3], t[2], b[2], b[3]]), n, n), (sx, sz)),
        "right": (flat(np.array([t[2], t[1], b[1], b[2]]), n, n), (sy, sz)),
        "back": (flat(np.array([t[1], t[0], b[0], b[1]]), n, n), (sx, sz)),
        "left": (flat(np.array([t[0], t[3], b[3], b[0]]), n, n), (sy, sz)),
        "bottom": (flat(np.array([b[3], b[2], b[1], b[0]])), (sx, sy)),
    }


def pillow_faces(
    sx: float, sy: float, sz: float, bend: float, cells: int
) -> dict[str, tuple[Floats, tuple[float, float]]]:
    """Top and bottom of a bulged mailer lying on z = 0, edges closed.

    `bend` lifts two opposite edges (metres): a limp bag does not lie flat.
    """
    u = np.linspace(-1, 1, cells + 1)
    gx, gy = np.meshgrid(u, -u)
    bulge = ((1 - gx**4) * (1 - gy**4)) ** 0.6
    pull = 1 - 0.03 * (1 - np.abs(gx * gy))
    lift = bend * gx**2
    x, y = gx * sx / 2 * pull, gy * sy / 2 * pull
    top = np.stack([x, y, sz * (0.35 + 0.65 * bulge) + lift], axis=-1)
    low = np.stack([x, y, sz * (0.35 - 0.35 * bulge) + lift - 0.001], axis=-1)
    return {"top": (top, (sx, sy)), "bottom": (low[:, ::-1], (sx, sy))}


def tube_faces(
    length: float, radius: float, cells: int = 12
) -> dict[str, tuple[Floats, tuple[float, float]]]:
    """A roll lying along x on z = 0: its mantle ("top") and two ends."""
    angle = np.linspace(-np.pi, np.pi, cells + 1)[:, None]
    x = np.linspace(-length / 2, length / 2, 2)[None, :]
    y = np.broadcast_to(-np.sin(angle) * radius, (cells + 1, 2))
    z = np.broadcast_to(radius + np.cos(angle) * radius, (cells + 1, 2))
    mantle = np.stack([np.broadcast_to(x, (cells + 1, 2)), y, z], axis=-1)
    faces = {"top": (mantle, (length, 2 * np.pi * radius))}
    for name, side in (("right", 1.0), ("left", -1.0)):
        rim = np.stack(
            [np.full((cells + 1, 1), side * length / 2), y[:, :1], z[:, :1]], -1
        )
        middle = np.broadcast_to([side * length / 2, 0, radius], rim.shape)
        pair = [rim, middle] if side > 0 else [middle, rim]
        faces[name] = (np.concatenate(pair, axis=1), (2 * radius, 2 * radius))
    return faces
