"""The van itself as patches: walls, ribs, floor, roof, doors, shelves and clutter."""

from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vapr.synth import stickers
from vapr.synth.solid import Patch, flat
from vapr.synth.surface import Coat, Colour, Decal
from vapr.synth.van import Van
from vapr.types import Image

Rng = np.random.Generator

_GLOSS = {"metal": 0.08, "plastic": 0.3}
Corner = tuple[float, float, float]

_WALLS: tuple[tuple[Colour, str], ...] = (
    ((205, 212, 216), "metal"),
    ((165, 165, 160), "metal"),
    ((120, 118, 112), "metal"),
    ((175, 195, 205), "metal"),
    ((140, 180, 210), "wood"),
    ((200, 205, 210), "board"),
    ((95, 85, 80), "metal"),
)
_SHELVES: tuple[tuple[Colour, str], ...] = (
    ((85, 75, 70), "metal"),
    ((110, 105, 100), "metal"),
    ((60, 95, 135), "wood"),
    ((150, 185, 210), "wood"),
    ((185, 185, 185), "metal"),
    ((70, 62, 55), "metal"),
    ((150, 120, 70), "metal"),
)
_FLOORS: tuple[tuple[Colour, str], ...] = (
    ((40, 38, 36), "rubber"),
    ((70, 66, 62), "rubber"),
    ((80, 110, 140), "wood"),
    ((130, 130, 125), "metal"),
)


def bar(low: Corner, high: Corner, coat: tuple[Colour, str], seed: int) -> list[Patch]:
    """A block between two corners, all six faces painted alike."""
    x1, y1, z1 = low
    x2, y2, z2 = high
    t = [(x1, y2, z2), (x2, y2, z2), (x2, y1, z2), (x1, y1, z2)]
    b = [(x1, y2, z1), (x2, y2, z1), (x2, y1, z1), (x1, y1, z1)]
    sides = (
        (t[0], t[1], t[2], t[3]),
        (t[3], t[2], b[2], b[3]),
        (t[2], t[1], b[1], b[2]),
        (t[1], t[0], b[0], b[1]),
        (t[0], t[3], b[3], b[0]),
        (b[3], b[2], b[1], b[0]),
    )
    return [panel(side, coat, seed + i) for i, side in enumerate(sides)]


def panel(
    corners: tuple[Corner, Corner, Corner, Corner],
    coat: tuple[Colour, str],
    seed: int,
    decals: tuple[Decal, ...] = (),
) -> Patch:
    """A flat rectangle, seen from the side where the corners run clockwise."""
    c = np.array(corners)
    size = (float(np.linalg.norm(c[1] - c[0])), float(np.linalg.norm(c[3] - c[0])))
    return Patch(
        flat(c),
        Coat(coat[1], coat[0], size, seed, decals),
        size,
        -1,
        _GLOSS.get(coat[1], 0.03),
    )


def _pick(rng: Rng, coats: tuple[tuple[Colour, str], ...]) -> tuple[Colour, str]:
    colour, material = coats[int(rng.integers(len(coats)))]
    gain = rng.uniform(0.8, 1.15)
    b, g, r = (int(np.clip(c * gain, 5, 250)) for c in colour)
    return (b, g, r), material


def _seeded(draw, seed: int, fonts: str) -> Image:  # type: ignore[no-untyped-def]
    out: Image = draw(np.random.default_rng(seed), fonts)
    return out


def _notices(
    rng: Rng, size: tuple[float, float], fonts: str, count: int
) -> tuple[Decal, ...]:
    """Papers, signs, vents and the like on a wall of that size (metres)."""
    out = []
    for _ in range(count):
        draw = stickers.ON_WALLS[int(rng.integers(len(stickers.ON_WALLS)))]
        seed = int(rng.integers(1 << 30))
        shape = draw(np.random.default_rng(seed), fonts).shape
        wide = float(rng.uniform(0.12, 0.35))
        tall = wide * shape[0] / shape[1]
        at = (
            float(rng.uniform(0.1, 0.9) * size[0]),
            float(rng.uniform(0.15, 0.75) * size[1]),
        )
        angle = float(rng.normal(0, 0.02))
        out.append(Decal(partial(_seeded, draw, seed, fonts), (wide, tall), at, angle))
    return tuple(out)


def _glass(shade: int) -> Image:
    out = np.full((40, 60, 3), shade, np.uint8)
    out[8:30, 10:40] = min(shade + 200, 255)
    return out


def _bulkhead(van: Van, rng: Rng) -> list[Patch]:
    w, length, h = van.size
    decals: list[Decal] = []
    if rng.random() < 0.5:
        at = (w / 2 + float(rng.normal(0, 0.2)), h * 0.3)
        draw = partial(_glass, int(rng.integers(5, 90)))
        decals.append(Decal(draw, (0.5, 0.35), at))
    decals += _notices(rng, (w, h), van.assets.fonts, int(rng.integers(0, 4)))
    corners = ((0.0, length, h), (w, length, h), (w, length, 0.0), (0.0, length, 0.0))
    return [panel(corners, _pick(rng, _WALLS), van.seed, tuple(decals))]


def _walls(van: Van, rng: Rng) -> list[Patch]:
    w, length, h = van.size
    wall = _pick(rng, _WALLS)
    lit = _notices(rng, (length, h), van.assets.fonts, int(rng.integers(0, 3)))
    roof = _pick(rng, _WALLS)
    left = ((0.0, 0.0, h), (0.0, length, h), (0.0, length, 0.0), (0.0, 0.0, 0.0))
    right = ((w, length, h), (w, 0.0, h), (w, 0.0, 0.0), (w, length, 0.0))
    top = ((0.0, 0.0, h), (w, 0.0, h), (w, length, h), (0.0, length, h))
    floor = ((0.0, length, 0.0), (w, length, 0.0), (w, 0.0, 0.0), (0.0, 0.0, 0.0))
    out = [
        panel(left, wall, van.seed + 1, lit),
        panel(right, wall, van.seed + 2),
        panel(top, roof, van.seed + 3),
        panel(floor, _pick(rng, _FLOORS), van.seed + 4),
    ]
    return out + _ribs(van, rng, wall)


def _ribs(van: Van, rng: Rng, wall: tuple[Colour, str]) -> list[Patch]:
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
    coat = _pick(rng, _SHELVES)
    post = _pick(rng, _SHELVES)
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


def _ribbon(
    points: NDArray[np.float64], wide: float, colour: Colour, seed: int
) -> list[Patch]:
    """A strap along points, its flat side across x, seen from both sides."""
    out = []
    step = np.array([wide / 2, wide / 4, 0.0])
    for a, b in pairwise(points):
        corners = np.array([a - step, a + step, b + step, b - step])
        size = (wide, float(np.linalg.norm(b - a)))
        coat = Coat("poly", colour, size, seed)
        out.append(Patch(flat(corners), coat, size, -1, 0.1))
        out.append(Patch(flat(corners[[1, 0, 3, 2]]), coat, size, -1, 0.1))
    return out


def _straps(van: Van, rng: Rng) -> list[Patch]:
    w, length, h = van.size
    out: list[Patch] = []
    colours: tuple[Colour, ...] = (
        (20, 20, 20),
        (20, 80, 235),
        (200, 60, 30),
        (60, 190, 230),
    )
    for _ in range(int(rng.choice([0, 1, 2, 4], p=[0.4, 0.3, 0.2, 0.1]))):
        side = rng.random() < 0.5
        x = float(rng.uniform(0.3, 0.62)) if side else w - float(rng.uniform(0.3, 0.62))
        y = float(rng.uniform(0.1, length - 0.3))
        t = np.linspace(0, 1, 7)
        lean = float(rng.normal(0, 0.3))
        points = np.stack(
            [
                x + 0.05 * np.sin(t * 3 + lean) + rng.normal(0, 0.008, 7),
                y + lean * t,
                h * 0.95 * (1 - t) + 0.1 * t,
            ],
            axis=1,
        )
        colour = colours[int(rng.integers(len(colours)))]
        out += _ribbon(points, float(rng.uniform(0.02, 0.05)), colour, van.seed)
    return out


def _clutter(van: Van, rng: Rng) -> list[Patch]:
    """A hand truck at the bulkhead, an extinguisher, a crate: seldom all of them."""
    w, length, _ = van.size
    out: list[Patch] = []
    if rng.random() < 0.35:
        colour: Colour = ((40, 30, 200), (200, 80, 20), (40, 40, 40))[
            int(rng.integers(3))
        ]
        x, y = w / 2 + float(rng.normal(0, 0.15)), length - 0.12
        coat = (colour, "plastic")
        for dx in (-0.2, 0.2):
            out += bar(
                (x + dx - 0.014, y, 0.1), (x + dx + 0.014, y + 0.03, 1.2), coat, 1
            )
        for z in (0.3, 0.6, 0.9, 1.18):
            out += bar((x - 0.2, y, z), (x + 0.2, y + 0.025, z + 0.025), coat, 2)
        out += bar(
            (x - 0.22, y - 0.2, 0.01), (x + 0.22, y, 0.03), ((60, 60, 60), "metal"), 3
        )
    if rng.random() < 0.25:
        x = float(rng.uniform(0.3, w - 0.3))
        low = (x, length - 0.14, 0.3)
        out += bar(low, (x + 0.12, length - 0.02, 0.75), ((30, 20, 190), "plastic"), 4)
    return out


def _outside(van: Van, rng: Rng, door: str) -> list[Patch]:
    """What stands behind the van, or its closed rear doors."""
    w, _, h = van.size
    if door == "closed":
        coat = _pick(rng, _WALLS)
        corners = ((w, 0.0, h), (0.0, 0.0, h), (0.0, 0.0, 0.0), (w, 0.0, 0.0))
        decals = _notices(rng, (w, h), van.assets.fonts, int(rng.integers(0, 3)))
        doors = [panel(corners, coat, van.seed + 21, decals)]
        middle = ((35, 35, 35), "plastic")
        return doors + bar((w / 2 - 0.02, 0, 0), (w / 2 + 0.02, 0.03, h), middle, 5)
    far, low = -9.0, -0.55
    ground = (
        (-9.0, -0.02, low),
        (11.0, -0.02, low),
        (11.0, far, low),
        (-9.0, far, low),
    )
    tones: tuple[tuple[Colour, str], ...] = (
        ((95, 95, 95), "rubber"),
        ((120, 135, 140), "rubber"),
        ((150, 150, 150), "metal"),
    )
    out = [panel(ground, _pick(rng, tones), van.seed + 22)]
    for _ in range(int(rng.integers(0, 4))):
        x, y = float(rng.uniform(-4, 6)), float(rng.uniform(-8.5, -3.5))
        colour = tuple(int(v) for v in rng.integers(30, 200, 3))
        tall = float(rng.uniform(0.8, 5.0))
        high = (x + float(rng.uniform(0.6, 4)), y + 0.5, tall)
        out += bar((x, y, low), high, (colour, "brick"), 6)  # type: ignore[arg-type]
    return out


def shell(van: Van, door: str = "open") -> list[Patch]:
    """Everything in the picture that is no parcel; `door` is "open" or "closed"."""
    rng = np.random.default_rng([van.seed, 808])
    parts = [_bulkhead(van, rng), _walls(van, rng), _shelving(van, rng)]
    parts += [_straps(van, rng), _clutter(van, rng), _outside(van, rng, door)]
    return [patch for part in parts for patch in part]
