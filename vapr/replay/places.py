"""Where parcels of a made van lie, in the words a ride would say it in."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.session import Area
from vapr.session.where import place_words
from vapr.synth import Camera, Van
from vapr.synth.load import Load
from vapr.synth.van import Shelf
from vapr.types import Box

Floats = NDArray[np.float64]
DEPTHS = ("rear", "middle", "front")  # thirds of a shelf, from the rear door on
SIDES = {-1: "left shelf", 0: "floor", 1: "right shelf"}


def shown(van: Van, camera: Camera, areas: tuple[Area, ...] = ()) -> dict[str, str]:
    """The place of each load whose middle a camera looks at, were nothing before it."""
    boxes = {load.key: _box(load, camera) for load in van.loads}
    return {
        key: place_words(box, camera.size, areas)
        for key, box in boxes.items()
        if box is not None
    }


def shelved(van: Van) -> dict[str, str]:
    """The third of the shelf on which each load lies, by its number."""
    return {load.key: _third_of(load, van) for load in van.loads}


def shelf_areas(van: Van, camera: Camera) -> tuple[Area, ...]:
    """Thirds of every shelf as a fixed camera shows them, as its owner would draw."""
    areas = []
    for shelf in van.shelves:
        marks = np.linspace(*shelf.y, len(DEPTHS) + 1)
        for depth, y in zip(DEPTHS, pairwise(marks), strict=True):
            corners = _corners(shelf.x, y, (shelf.z, shelf.z + shelf.room))
            seen = camera.project(corners)
            if not np.isnan(seen).any():
                hull = cv2.convexHull((seen / camera.size).astype(np.float32))
                outline = tuple((float(x), float(y)) for x, y in hull.reshape(-1, 2))
                areas.append(Area(f"{_name(shelf, van)}, {depth}", outline))
    return tuple(areas)


def _name(shelf: Shelf, van: Van) -> str:
    levels = sorted(other.z for other in van.shelves if other.side == shelf.side)
    if len(levels) == 1:
        return SIDES[shelf.side]
    return f"{SIDES[shelf.side]}, level {levels.index(shelf.z) + 1}"


def _third_of(load: Load, van: Van) -> str:
    x, y, z = load.pose.at

    def away(shelf: Shelf) -> tuple[bool, bool, float]:
        """What lies on a shelf lies over it, and no other is nearer below."""
        beside = not shelf.x[0] - 0.1 <= x <= shelf.x[1] + 0.1
        return beside, shelf.z > z + 0.1, abs(z - shelf.z)

    shelf = min(van.shelves, key=away)
    share = (y - shelf.y[0]) / (shelf.y[1] - shelf.y[0])
    return f"{_name(shelf, van)}, {DEPTHS[int(np.clip(share * 3, 0, 2))]}"


def _corners(*ranges: tuple[float, float]) -> Floats:
    """The eight corners (8, 3) of ranges of x, y and z."""
    return np.stack(np.meshgrid(*ranges), axis=-1).reshape(-1, 3)


def _box(load: Load, camera: Camera) -> Box | None:
    """A load's box in the picture; None where its middle is outside."""
    x, y, z = (side / 2 for side in load.size)
    corners = load.pose.apply(_corners((-x, x), (-y, y), (0.0, 2 * z)))
    seen = camera.project(corners)
    if np.isnan(seen).any():
        return None
    (x1, y1), (x2, y2) = seen.min(axis=0), seen.max(axis=0)
    middle = np.array([x1 + x2, y1 + y2]) / 2
    if (middle < 0).any() or (middle > camera.size).any():
        return None
    return (float(x1), float(y1), float(x2), float(y2))
