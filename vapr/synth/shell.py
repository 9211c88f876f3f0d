"""The van itself as patches: walls, ribs, floor, roof and shelves."""

from functools import partial

import numpy as np

from vapr.synth.clutter import equipment, outside, straps
from vapr.synth.parts import WALLS, Finish, bar, notices, panel, pick_finish
from vapr.synth.solid import Patch
from vapr.synth.surface import Decal
from vapr.synth.van import Van
from vapr.types import Image

Rng = np.random.Generator

_SHELVES: tuple[Finish, ...] = (
    ((85, 75, 70), "metal"),
    ((110, 105, 100), "metal"),
    ((60, 95, 135), "wood"),
    ((150, 185, 210), "wood"),
    ((185, 185, 185), "metal"),
    ((70, 62, 55), "metal"),
    ((150, 120, 70), "metal"),
)
_FLOORS: tuple[Finish, ...] = (
    ((40, 38, 36), "rubber"),
    ((70, 66, 62), "rubber"),
    ((80, 110, 140), "wood"),
    ((130, 130, 125), "metal"),
)


def _glass(shade: int) -> Image:
    out = np.full((40, 60, 3), shade, np.uint8)
    out[8:30, 10:40] = min(shade + 200, 255)
    return out


def _door(rng: Rng, w: float, h: float) -> list[Decal]:
    """A door in the bulkhead with two sunken panels, each its own shade of grey."""
    middle = w / 2 + float(rng.normal(0, 0.15))
    parts = [(middle, h * 0.52, 0.7, h * 0.94)]
    parts += [(middle + dx, h * 0.7, 0.22, h * 0.36) for dx in (-0.17, 0.17)]
    out = []
    for x, y, wide, tall in parts:
        shade = int(rng.integers(60, 225))
        rim = partial(_grey, max(shade - 45, 5))
        out.append(Decal(rim, (wide + 0.012, tall + 0.012), (x, y)))
        out.append(Decal(partial(_grey, shade), (wide, tall), (x, y)))
    return out


def _grey(shade: int) -> Image:
    return np.full((4, 4, 3), shade, np.uint8)


def _bulkhead(van: Van, rng: Rng) -> list[Patch]:
    w, length, h = van.size
    decals = _door(rng, w, h) if rng.random() < 0.5 else []
    if rng.random() < 0.5:
        at = (w / 2 + float(rng.normal(0, 0.2)), h * 0.3)
        draw = partial(_glass, int(rng.integers(5, 90)))
        decals.append(Decal(draw, (0.5, 0.35), at))
    decals += notices(rng, (w, h), van.assets.fonts, int(rng.integers(0, 5)))
    corners = ((0.0, length, h), (w, length, h), (w, length, 0.0), (0.0, length, 0.0))
    return [panel(corners, pick_finish(rng, WALLS), van.seed, tuple(decals))]


def _walls(van: Van, rng: Rng) -> list[Patch]:
    w, length, h = van.size
    wall = pick_finish(rng, WALLS)
    lit = notices(rng, (length, h), van.assets.fonts, int(rng.integers(0, 3)))
    roof = pick_finish(rng, WALLS)
    left = ((0.0, 0.0, h), (0.0, length, h), (0.0, length, 0.0), (0.0, 0.0, 0.0))
    right = ((w, length, h), (w, 0.0, h), (w, 0.0, 0.0), (w, length, 0.0))
    top = ((0.0, 0.0, h), (w, 0.0, h), (w, length, h), (0.0, length, h))
    floor = ((0.0, length, 0.0), (w, length, 0.0), (w, 0.0, 0.0), (0.0, 0.0, 0.0))
    out = [
        panel(left, wall, van.seed + 1, lit),
        panel(right, wall, van.seed + 2),
        panel(top, roof, van.seed + 3),
        panel(floor, pick_finish(rng, _FLOORS), van.seed + 4),
    ]
    return out + _ribs(van, rng, wall)


def _ribs(van: Van, rng: Rng, wall: Finish) -> list[Patch]:
    w, length, h = van.size
    style = rng.random()
    if style < 0.15:
        return []
    out: list[Patch] = []
    step = float(rng.uniform(0.35, 0.8)) if style < 0.85 else 0.12
    wide = float(rng.uniform(0.04, 0.09)) if style < 0.85 else 0.04
    deep = float(rng.uniform(0.02, 0.05))
    rail = [float(z) for z in rng.uniform(0.2, h, int(rng.integers(0, 4)))]
    for x1, x2 in ((0.0, deep), (w - deep, w)):
        for y in np.arange(step / 2, length, step):
            out += bar((x1, float(y), 0), (x2, float(y) + wide, h), wall, van.seed)
        for z in rail:
            out += bar(
                (x1, 0, z),
                (x2 * 0.95 if x1 == 0 else x2, length, z + wide),
                wall,
                van.seed,
            )
    return out


def _shelving(van: Van, rng: Rng) -> list[Patch]:
    coat = pick_finish(rng, _SHELVES)
    post = pick_finish(rng, _SHELVES)
    thick = float(rng.uniform(0.02, 0.05))
    lip = float(rng.choice([0.0, 0.02, 0.05, 0.09], p=[0.45, 0.15, 0.2, 0.2]))
    out: list[Patch] = []
    tops: dict[int, float] = {}
    for shelf in van.shelves:
        if shelf.side == 0 or shelf.z < 0.05:
            continue
        tops[shelf.side] = max(tops.get(shelf.side, 0.0), shelf.z)
        (x1, x2), (y1, y2) = shelf.x, shelf.y
        out += bar((x1, y1, shelf.z - thick), (x2, y2, shelf.z), coat, van.seed + 9)
        if lip:
            edge = x2 if shelf.side < 0 else x1
            low = (edge - 0.012, y1, shelf.z - thick - 0.02)
            out += bar(low, (edge + 0.012, y2, shelf.z + lip), coat, van.seed + 11)
    full = rng.random() < 0.4
    for shelf in van.shelves:
        if shelf.side == 0 or shelf.z > 0.05 or shelf.side not in tops:
            continue
        edge = shelf.x[1] if shelf.side < 0 else shelf.x[0]
        top = van.size[2] if full else tops[shelf.side] + float(rng.uniform(0.0, 0.4))
        for y in np.linspace(shelf.y[0], shelf.y[1], int(rng.integers(2, 5))):
            low = (edge - 0.02, float(y) - 0.02, 0.0)
            out += bar(low, (edge + 0.02, float(y) + 0.02, top), post, van.seed + 13)
    return out


def shell(van: Van, door: str = "open") -> list[Patch]:
    """Everything in the picture that is no parcel; `door` is "open" or "closed"."""
    rng = np.random.default_rng([van.seed, 808])
    parts = [_bulkhead(van, rng), _walls(van, rng), _shelving(van, rng)]
    parts += [straps(van, rng), equipment(van, rng), outside(van, rng, door)]
    return [patch for part in parts for patch in part]
