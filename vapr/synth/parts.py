"""Building blocks of a van's room: bars, panels, and what hangs on its walls."""

from functools import partial

import numpy as np

from vapr.synth import stickers
from vapr.synth.solid import Patch, flat
from vapr.synth.surface import Coat, Colour, Decal
from vapr.types import Image

Rng = np.random.Generator
Corner = tuple[float, float, float]
Finish = tuple[Colour, str]
"""A colour and a material."""

_GLOSS = {"metal": 0.08, "plastic": 0.3}
WALLS: tuple[Finish, ...] = (
    ((205, 212, 216), "metal"),
    ((165, 165, 160), "metal"),
    ((120, 118, 112), "metal"),
    ((175, 195, 205), "metal"),
    ((140, 180, 210), "wood"),
    ((200, 205, 210), "board"),
    ((95, 85, 80), "metal"),
)


def bar(low: Corner, high: Corner, coat: Finish, seed: int) -> list[Patch]:
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
    coat: Finish,
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


def pick_finish(rng: Rng, coats: tuple[Finish, ...]) -> Finish:
    """One of some finishes, its colour a little lighter or darker."""
    colour, material = coats[int(rng.integers(len(coats)))]
    gain = rng.uniform(0.8, 1.15)
    b, g, r = (int(np.clip(c * gain, 5, 250)) for c in colour)
    return (b, g, r), material


def _seeded(draw: stickers.Draw, seed: int, fonts: str) -> Image:
    return draw(np.random.default_rng(seed), fonts)


def notices(
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
