"""Parcels as things: their kinds, sizes, colours and faces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.synth.layouts import LAYOUTS, Layout
from vapr.synth.manifest import Row
from vapr.synth.solid import Pose, cuboid_faces, pillow_faces, tube_faces
from vapr.synth.surface import Colour

Rng = np.random.Generator
Size = tuple[float, float, float]
Grids = dict[str, tuple[NDArray[np.float64], tuple[float, float]]]

KINDS = ("box", "poly_bag", "padded_mailer", "envelope", "tube", "tote")
SHARES = (0.45, 0.22, 0.17, 0.1, 0.03, 0.03)

MATERIAL = {
    "box": "board",
    "poly_bag": "poly",
    "padded_mailer": "padded",
    "envelope": "envelope",
    "tube": "board",
    "tote": "plastic",
}
GLOSS = {"poly_bag": 0.6, "tote": 0.5, "padded_mailer": 0.2}


@dataclass(frozen=True, slots=True)
class Load:
    """A parcel in the van. `size` and `pose` in metres and radians in the van.

    `support` is the tracking number of the parcel it lies on; `face` the one its label
    is on, `layout` that label's ("" for none); `seed` settles all else.
    """

    row: Row
    kind: str
    size: Size
    pose: Pose
    seed: int
    support: str | None = None
    face: str = "top"
    layout: Layout | None = None
    in_manifest: bool = True

    @property
    def key(self) -> str:
        """The tracking number: what the manifest calls it."""
        return self.row.tracking


def draw_size(kind: str, rng: Rng) -> Size:
    """A likely size (metres) of a parcel of a kind, lying on its largest face."""
    if kind == "tube":
        radius = rng.uniform(0.03, 0.06)
        return (float(rng.uniform(0.35, 0.8)), float(radius * 2), float(radius * 2))
    if kind == "tote":
        return (float(rng.uniform(0.5, 0.62)), 0.4, float(rng.uniform(0.22, 0.34)))
    if kind == "box":
        a, b, c = np.sort(np.exp(rng.normal(np.log((0.36, 0.25, 0.17)), 0.33)))[::-1]
        low, high = (0.15, 0.11, 0.05), (0.65, 0.45, 0.42)
        sides = np.clip((a, b, c), low, high)
    else:
        thick = {"poly_bag": 0.045, "padded_mailer": 0.03, "envelope": 0.006}[kind]
        a = rng.uniform(0.22, 0.42)
        sides = np.array([a, a * rng.uniform(0.6, 0.85), thick * rng.uniform(0.6, 1.6)])
    return (float(sides[0]), float(sides[1]), float(sides[2]))


_BRIGHT = (
    (165, 75, 25),
    (185, 140, 215),
    (130, 125, 120),
    (45, 40, 40),
    (60, 130, 60),
    (40, 40, 190),
    (70, 170, 235),
    (200, 120, 140),
    (120, 60, 110),
)
_KRAFT, _WHITE, _VIVID, _YELLOW, _MANILA = range(5)
_COLOURS: dict[str, dict[int, float]] = {
    "box": {_KRAFT: 0.76, _WHITE: 0.14, _VIVID: 0.1},
    "poly_bag": {_WHITE: 0.42, _VIVID: 0.58},
    "padded_mailer": {_YELLOW: 0.4, _WHITE: 0.38, _KRAFT: 0.22},
    "envelope": {_MANILA: 0.35, _WHITE: 0.5, _KRAFT: 0.15},
    "tube": {_KRAFT: 0.7, _WHITE: 0.2, _VIVID: 0.1},
    "tote": {_VIVID: 1.0},
}


def draw_colour(kind: str, rng: Rng) -> Colour:
    """A likely colour of a kind, BGR 0..255."""
    shares = _COLOURS[kind]
    tone = int(rng.choice(list(shares), p=list(shares.values())))
    bright = _BRIGHT[int(rng.integers(len(_BRIGHT)))]
    base = ((95, 140, 185), (232, 232, 232), bright, (70, 150, 205), (165, 205, 228))[
        tone
    ]
    spread = 0.03 if tone == _WHITE else 0.09
    drawn = np.array(base) * rng.normal(1, spread) + rng.normal(0, 4, 3)
    b, g, r = np.clip(drawn, 15, 252)
    return (int(b), int(g), int(r))


def grids(load: Load, cells: int = 4) -> Grids:
    """The faces of a load in its own coordinates."""
    sx, sy, sz = load.size
    if load.kind == "tube":
        return tube_faces(sx, sz / 2)
    if load.kind in ("poly_bag", "padded_mailer", "envelope"):
        rng = np.random.default_rng([load.seed, 404])
        limp = {"poly_bag": 0.03, "padded_mailer": 0.015, "envelope": 0.03}[load.kind]
        bend = float(rng.uniform(-0.2, 1.0)) * limp
        if load.kind == "envelope":
            return _bent(sx, sy, sz, bend)
        return pillow_faces(sx, sy, sz, max(bend, 0.0), cells)
    return cuboid_faces(sx, sy, sz, 0.12 if load.kind == "tote" else 0.0)


def _bent(sx: float, sy: float, sz: float, bend: float) -> Grids:
    """A stiff envelope, bent along its width."""
    u = np.linspace(-1, 1, 5)
    gx, gy = np.meshgrid(u, -u)
    lift = bend * gx**2 - min(bend, 0.0)
    top = np.stack([gx * sx / 2, gy * sy / 2, lift + sz], axis=-1)
    low = np.stack([gx * sx / 2, gy * sy / 2, lift], axis=-1)
    return {"top": (top, (sx, sy)), "bottom": (low[:, ::-1], (sx, sy))}


def choose_layout(
    face: tuple[float, float], rng: Rng, layouts: tuple[Layout, ...] = LAYOUTS
) -> Layout | None:
    """A layout that fits a face of that size, 4x6 in ones four times in five."""
    room = sorted(face)
    fits = [
        x
        for x in layouts
        if min(x.size_mm) / 1000 < room[0] * 0.95 and max(x.size_mm) / 1000 < room[1]
    ]
    if not fits:
        return None
    big = [x for x in fits if min(x.size_mm) > 95]
    if big and rng.random() < 0.8:
        fits = big
    return fits[int(rng.integers(len(fits)))]
