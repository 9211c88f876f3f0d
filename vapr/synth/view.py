"""Likely cameras in a van: rear door, ceiling fisheye, aisle and hand-held close."""

import numpy as np

from vapr.synth.camera import Camera, Vector
from vapr.synth.dress import build
from vapr.synth.load import Load
from vapr.synth.van import Van

CAMERAS = ("rear", "bulkhead", "aisle", "close")

Rng = np.random.Generator


def make_camera(van: Van, name: str, size: tuple[int, int], seed: int) -> Camera:
    """A camera of one of `CAMERAS`, or "sweep": a phone before a shelf.

    `size` is (width, height) in pixels.
    """
    rng = np.random.default_rng([seed, 1212])
    make = {
        "rear": _rear,
        "bulkhead": _ceiling,
        "aisle": _aisle,
        "close": _close,
        "sweep": _sweep,
    }
    return make[name](van, size, rng)


def sweep_cameras(van: Van, size: tuple[int, int], seed: int) -> list[Camera]:
    """A phone carried through the aisle: both sides, step by step, from the door on.

    A picture shows 1.2 to 1.8 m of a wall: at 0.8 m a step every place is in two.
    """
    rng = np.random.default_rng([seed, 1213])
    steps = np.arange(0.4, van.size[1] - 0.1, 0.8)
    return [
        _before(van, side, float(y), size, rng)
        for side in (-1, 1)
        for y in (steps if side < 0 else steps[::-1])
    ]


def _sweep(van: Van, size: tuple[int, int], rng: Rng) -> Camera:
    side = -1 if rng.random() < 0.5 else 1
    return _before(van, side, float(rng.uniform(0.3, van.size[1] - 0.3)), size, rng)


def _before(van: Van, side: int, y: float, size: tuple[int, int], rng: Rng) -> Camera:
    """From the other side of the aisle, looking at a wall and a little down."""
    w, _, h = van.size
    x = w / 2 - side * rng.uniform(0.1, 0.3)
    eye = _vector(x, y + rng.normal(0, 0.08), rng.uniform(1.2, min(1.6, h - 0.1)))
    wall = w / 2 + side * w * 0.4
    target = _vector(wall, y + rng.normal(0, 0.1), rng.uniform(0.6, 1.0))
    roll = float(rng.normal(0, 4))
    return Camera(eye, target, size, float(rng.uniform(60, 78)), roll, 1.0, "sweep")


def _vector(x: float, y: float, z: float) -> Vector:
    return (float(x), float(y), float(z))


def _rear(van: Van, size: tuple[int, int], rng: Rng) -> Camera:
    w, length, h = van.size
    eye = _vector(
        w / 2 + rng.uniform(-0.45, 0.45),
        rng.uniform(-1.1, 0.25),
        rng.uniform(1.1, h - 0.1),
    )
    target = _vector(
        w / 2 + rng.uniform(-0.5, 0.5),
        length * rng.uniform(0.45, 1),
        rng.uniform(0.3, 1.1),
    )
    fov = float(rng.uniform(58, 95))
    return Camera(eye, target, size, fov, float(rng.normal(0, 3)), _bend(rng), "rear")


def _bend(rng: Rng) -> float:
    return float(rng.choice([1.0, 0.95, 0.88], p=[0.6, 0.2, 0.2]))


def _ceiling(van: Van, size: tuple[int, int], rng: Rng) -> Camera:
    w, length, h = van.size
    mid = rng.random() < 0.25
    y = length * rng.uniform(0.4, 0.7) if mid else length - rng.uniform(0.05, 0.35)
    eye = _vector(w / 2 + rng.uniform(-0.35, 0.35), y, h - rng.uniform(0.04, 0.2))
    down = 0.0 if mid else rng.uniform(-0.2, 0.5)
    target = _vector(
        w / 2 + rng.uniform(-0.25, 0.25),
        y - rng.uniform(0.05, 0.4) if mid else length * rng.uniform(0.1, 0.5),
        down,
    )
    fov, bend = float(rng.uniform(105, 155)), float(rng.uniform(0.08, 0.5))
    return Camera(eye, target, size, fov, float(rng.normal(0, 4)), bend, "bulkhead")


def _aisle(van: Van, size: tuple[int, int], rng: Rng) -> Camera:
    w, length, _ = van.size
    middle = w / 2
    y = rng.uniform(0.1, length - 0.2)
    eye = _vector(middle + rng.uniform(-0.2, 0.2), y, rng.uniform(0.9, 1.75))
    fov = float(rng.uniform(48, 82))
    target = _vector(rng.uniform(0.1, w - 0.1), rng.uniform(0.2, length), 0.7)
    if van.loads:
        at = van.loads[int(rng.integers(len(van.loads)))].pose.at
        target = _vector(*(np.array(at) + rng.normal(0, 0.15, 3)))
    if np.linalg.norm(np.subtract(eye, target)) < 0.5:
        eye = _vector(eye[0], eye[1] - 0.6, eye[2] + 0.3)
    return Camera(eye, target, size, fov, float(rng.normal(0, 4)), _bend(rng), "aisle")


def close_camera(
    van: Van, load: Load, size: tuple[int, int], seed: int
) -> Camera | None:
    """Held before one load's label as `make_camera` does; None if it has no room."""
    rng = np.random.default_rng([seed, 1214])
    tries = (_at_label(van, load, size, rng) for _ in range(10))
    return next((camera for camera in tries if camera is not None), None)


def _close(van: Van, size: tuple[int, int], rng: Rng) -> Camera:
    """Held before a label that faces free room, 0.25 to 0.9 m away."""
    order = rng.permutation(len(van.loads))
    for number in order[:25]:
        camera = _at_label(van, van.loads[number], size, rng)
        if camera is not None:
            return camera
    return _aisle(van, size, rng)


def _at_label(van: Van, load: Load, size: tuple[int, int], rng: Rng) -> Camera | None:
    """Before this label; None if it has none, or there is no room before it."""
    built = build(load, 0, van.assets.fonts)
    if built.label is None:
        return None
    patch = built.label.patch
    at = np.array(built.label.decal.at) / patch.size
    place = patch.point(float(at[0]), float(at[1]))
    out = patch.normals[patch.grid.shape[0] // 2, patch.grid.shape[1] // 2]
    eye = place + out * rng.uniform(0.28, 0.9) + rng.normal(0, 0.12, 3)
    inside = (eye > (0.12, -0.5, 0.1)).all() and (eye < np.array(van.size) - 0.05).all()
    if out[2] < -0.2 or not inside:
        return None
    target = place + rng.normal(0, 0.06, 3)
    fov = float(rng.uniform(42, 66))
    roll = float(rng.normal(0, 8))
    return Camera(_vector(*eye), _vector(*target), size, fov, roll, _bend(rng), "close")
