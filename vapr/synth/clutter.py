"""What else is in and behind a van: straps, a hand truck, doors, the street."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vapr.synth.parts import WALLS, Finish, bar, notices, panel, pick_finish
from vapr.synth.solid import Patch, Pose, flat, tube_faces
from vapr.synth.surface import Coat, Colour
from vapr.synth.van import Van

Rng = np.random.Generator


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


def straps(van: Van, rng: Rng) -> list[Patch]:
    """Straps that hang from the roof, some slack."""
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


def equipment(van: Van, rng: Rng) -> list[Patch]:
    """A hand truck at the bulkhead, an extinguisher, or neither."""
    w, length, _ = van.size
    out: list[Patch] = []
    if rng.random() < 0.5:
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
    if rng.random() < 0.45:
        at = (float(rng.uniform(0.35, w - 0.25)), length - 0.09, 0.5)
        out += _extinguisher(at, float(rng.uniform(0.04, 0.07)), van.seed)
    return out


def _extinguisher(
    at: tuple[float, float, float], radius: float, seed: int
) -> list[Patch]:
    """A red bottle upright, its middle at a place, a black head upon it."""
    upright = Pose((at[0] + radius, at[1], at[2]), 0.0, 0.0, -np.pi / 2)
    out = []
    for grid, size in tube_faces(0.42, radius).values():
        coat = Coat("plastic", (35, 25, 185), size, seed)
        out.append(Patch(upright.apply(grid), coat, size, -1, 0.5))
    low = (at[0] - 0.02, at[1] - 0.02, at[2] + 0.21)
    high = (at[0] + 0.02, at[1] + 0.02, at[2] + 0.3)
    return out + bar(low, high, ((25, 25, 25), "plastic"), 4)


def outside(van: Van, rng: Rng, door: str) -> list[Patch]:
    """What stands behind the van, or its closed rear doors."""
    w, _, h = van.size
    if door == "closed":
        coat = pick_finish(rng, WALLS)
        corners = ((w, 0.0, h), (0.0, 0.0, h), (0.0, 0.0, 0.0), (w, 0.0, 0.0))
        decals = notices(rng, (w, h), van.assets.fonts, int(rng.integers(0, 3)))
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
    tones: tuple[Finish, ...] = (
        ((95, 95, 95), "rubber"),
        ((120, 135, 140), "rubber"),
        ((150, 150, 150), "metal"),
    )
    out = [panel(ground, pick_finish(rng, tones), van.seed + 22)]
    for _ in range(int(rng.integers(0, 4))):
        x, y = float(rng.uniform(-4, 6)), float(rng.uniform(-8.5, -3.5))
        colour = tuple(int(v) for v in rng.integers(30, 200, 3))
        tall = float(rng.uniform(0.8, 5.0))
        high = (x + float(rng.uniform(0.6, 4)), y + 0.5, tall)
        out += bar((x, y, low), high, (colour, "brick"), 6)  # type: ignore[arg-type]
    return out
