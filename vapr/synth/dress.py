"""What is stuck, taped and printed on a parcel: its painted surfaces, its labels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from vapr.synth import stickers
from vapr.synth.label import LabelTexture, make_label
from vapr.synth.layouts import Layout
from vapr.synth.load import GLOSS, MATERIAL, Load, choose_layout, draw_colour, grids
from vapr.synth.manifest import Row
from vapr.synth.solid import Patch
from vapr.synth.surface import Coat, Colour, Decal
from vapr.types import Image

Rng = np.random.Generator
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Stuck:
    """A sticker or label on a patch; a label has its drawing too."""

    patch: Patch
    decal: Decal
    draw: Callable[[], LabelTexture] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A load's surfaces, its label, driver-aid sticker and other labels on it."""

    patches: tuple[Patch, ...]
    label: Stuck | None
    aid: Stuck | None
    others: tuple[Stuck, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a parcel carries, decided once for all its faces."""

    colour: Colour
    relief: float
    tape_seed: int | None
    aid_face: str
    old_face: str
    decoys: float


@dataclass(slots=True)
class _Face:
    """One face being dressed: its decals so far, and which of them count."""

    name: str
    size: Pair
    decals: list[Decal]
    label: Decal | None = None
    aid: Decal | None = None
    old: Decal | None = None


@lru_cache(maxsize=160)
def cached_label(row: Row, layout: Layout, seed: int, fonts: str) -> LabelTexture:
    """`make_label`, remembered: several pictures show the same load."""
    return make_label(row, layout, seed, fonts)


def _pixels(row: Row, layout: Layout, seed: int, fonts: str) -> Image:
    return cached_label(row, layout, seed, fonts).pixels


def _plain(colour: Colour, alpha: int) -> Image:
    out = np.empty((8, 8, 4), np.uint8)
    out[:] = (*colour, alpha)
    return out


@lru_cache(maxsize=300)
def _sticker(draw: stickers.Draw, seed: int, fonts: str) -> Image:
    return draw(np.random.default_rng(seed), fonts)


@lru_cache(maxsize=300)
def _aid_pixels(code: str, seed: int, fonts: str) -> Image:
    return stickers.aid_sticker(code, np.random.default_rng(seed), fonts)


def _spot(face: Pair, thing: Pair, angle: float, rng: Rng) -> Pair:
    """A place for a thing wholly on a face (its centre, metres)."""
    c, s = abs(np.cos(angle)), abs(np.sin(angle))
    half = np.array([thing[0] * c + thing[1] * s, thing[0] * s + thing[1] * c]) / 2
    low, high = half + 0.004, np.array(face) - half - 0.004
    middle = np.array(face) / 2
    at = np.where(low < high, rng.uniform(np.minimum(low, high), high), middle)
    if rng.random() < 0.5:
        at = middle * 0.7 + at * 0.3
    return (float(at[0]), float(at[1]))


def _apart(a: Decal, b: Decal) -> bool:
    """Whether the boxes around two decals share nothing."""
    p, q = a.corners(), b.corners()
    gap = np.maximum(p.min(axis=0) - q.max(axis=0), q.min(axis=0) - p.max(axis=0))
    return bool((gap > 0).any())


def _size_m(layout: Layout) -> Pair:
    return (layout.size_mm[0] / 1000, layout.size_mm[1] / 1000)


def _label_decal(load: Load, layout: Layout, face: Pair, rng: Rng, fonts: str) -> Decal:
    """The label on its face: mostly upright, sometimes on its side or head."""
    size = _size_m(layout)
    fits = size[0] < face[0] and size[1] < face[1]
    lies = (size[0] > size[1]) != (face[0] > face[1])
    quarter = 1 if not fits or (lies and rng.random() < 0.5) else 0
    angle = (quarter + 2 * (rng.random() < 0.35)) * np.pi / 2
    if load.kind == "tube":
        angle = np.pi / 2 * (1 + 2 * (rng.random() < 0.5)) if size[1] > size[0] else 0.0
    else:
        angle += float(rng.normal(0, 0.18 if rng.random() < 0.12 else 0.035))
    at = _spot(face, size, angle, rng)
    pixels = partial(_pixels, load.row, layout, load.seed, fonts)
    return Decal(pixels, size, at, float(angle))


_TAPES: tuple[tuple[Colour, int], ...] = (
    ((60, 105, 150), 200),
    ((110, 160, 200), 90),
    ((40, 40, 40), 245),
    ((210, 225, 230), 110),
    ((70, 120, 175), 240),
    ((235, 238, 240), 250),
    ((60, 200, 235), 245),
)


def _seam(w: float, h: float) -> Decal:
    """The dark slit where the flaps meet."""
    return Decal(partial(_plain, (40, 60, 80), 200), (w, 0.002), (w / 2, h / 2))


def _tape(face: _Face, rng: Rng) -> list[Decal]:
    """A strip of tape along the seam of the top, hanging over two sides."""
    colour, alpha = _TAPES[int(rng.integers(len(_TAPES)))]
    wide, long = float(rng.uniform(0.045, 0.08)), float(rng.uniform(0.1, 0.2))
    belt = rng.random() < 0.15
    draw = partial(_plain, colour, alpha)
    w, h = face.size
    seed = int(rng.integers(1 << 30))
    print_ = partial(_sticker, stickers.letters, seed, "")
    if face.name in ("top", "bottom") or belt:
        strip = Decal(draw, (w + 0.01, wide), (w / 2, h / 2))
        if rng.random() > 0.35:
            return [_seam(w, h), strip]
        return [strip, Decal(print_, (wide * 16, wide), (w / 2, h / 2))]
    if face.name in ("left", "right"):
        return [Decal(draw, (wide, long), (w / 2, 0.0))]
    return []


def _decoys(face: Pair, rng: Rng, fonts: str, often: float) -> list[Decal]:
    out = []
    for _ in range(int(rng.random() < often) + int(rng.random() < often / 3)):
        draw = stickers.ON_PARCELS[int(rng.integers(len(stickers.ON_PARCELS)))]
        seed = int(rng.integers(1 << 30))
        long = float(rng.uniform(0.05, 0.13)) * (2.0 if draw is stickers.brand else 1.0)
        long = min(long, face[0] * 0.8, face[1] * 1.6)
        shape = _sticker(draw, seed, fonts).shape
        size = (long, long * shape[0] / shape[1])
        angle = float(rng.choice([0, 0, 0, np.pi / 2, np.pi]) + rng.normal(0, 0.03))
        at = _spot(face, size, angle, rng)
        out.append(Decal(partial(_sticker, draw, seed, fonts), size, at, angle))
    return out


def _old_label(load: Load, face: _Face, rng: Rng, fonts: str) -> None:
    """An earlier label, struck through or half covered by a blank sticker."""
    layout = choose_layout(face.size, rng)
    if layout is None:
        return
    size = _size_m(layout)
    at = _spot(face.size, size, 0.0, rng)
    face.old = Decal(partial(_pixels, load.row, layout, load.seed + 7, fonts), size, at)
    face.decals.append(face.old)
    if rng.random() < 0.5:
        stroke = partial(_plain, (30, 25, 25), 230)
        for angle in (0.5, -0.5):
            face.decals.append(Decal(stroke, (max(size), 0.006), at, angle))
        return
    cover = (size[0] * rng.uniform(0.8, 1.0), size[1] * rng.uniform(0.4, 0.7))
    shade = int(rng.integers(215, 255))
    paper = partial(_plain, (shade, shade, shade), 255)
    face.decals.append(Decal(paper, cover, at, 0.05))


def _aid_sticker(load: Load, face: _Face, rng: Rng, fonts: str) -> None:
    """The driver-aid sticker, beside the label if both are on this face."""
    long = min(float(rng.uniform(0.05, 0.125)), max(face.size) * 0.8)
    pixels = partial(_aid_pixels, load.row.sort_code, load.seed, fonts)
    angle = float(rng.choice([0, 0, np.pi / 2, np.pi]) + rng.normal(0, 0.04))
    shape = pixels().shape
    size = (long, long * shape[0] / shape[1])
    for _ in range(8):
        decal = Decal(pixels, size, _spot(face.size, size, angle, rng), angle)
        if face.label is None or _apart(decal, face.label):
            face.aid = decal
            face.decals.append(decal)
            return


def _plan(load: Load, names: tuple[str, ...], rng: Rng) -> _Plan:
    limp = load.kind == "poly_bag"
    shown = [n for n in names if n != "bottom"]
    aid = shown[int(rng.integers(len(shown)))] if rng.random() < 0.55 else ""
    old = "top" if rng.random() < 0.04 and load.face != "top" else ""
    taped = load.kind == "box" and rng.random() < 0.8
    return _Plan(
        colour=draw_colour(load.kind, rng),
        relief=float(rng.exponential(0.045) + 0.01) if limp else 0.03,
        tape_seed=int(rng.integers(1 << 30)) if taped else None,
        aid_face=aid,
        old_face=old,
        decoys=0.5 if load.kind == "box" else 0.15,
    )


def _dressed(load: Load, plan: _Plan, face: _Face, rng: Rng, fonts: str) -> None:
    """Fills a face's decals, from the lowest to the topmost."""
    if load.kind == "tube" and face.name != "top":
        return
    if plan.tape_seed is not None:
        face.decals += _tape(face, np.random.default_rng(plan.tape_seed))
    face.decals += _decoys(face.size, rng, fonts, plan.decoys)
    if face.name == plan.old_face:
        _old_label(load, face, rng, fonts)
    if face.name == load.face and load.layout is not None:
        face.label = _label_decal(load, load.layout, face.size, rng, fonts)
        face.decals.append(face.label)
    if face.name == plan.aid_face and min(face.size) > 0.06:
        _aid_sticker(load, face, rng, fonts)


def build(load: Load, owner: int, fonts: str = "") -> Built:
    """The surfaces of a load where it lies, painted; deterministic by its seed.

    `owner` is the index the surfaces carry; `fonts` a folder of font files or "".
    """
    rng = np.random.default_rng([load.seed, 505])
    faces = grids(load)
    plan = _plan(load, tuple(faces), rng)
    patches: list[Patch] = []
    label: Stuck | None = None
    aid: Stuck | None = None
    others: list[Stuck] = []
    for number, (name, (grid, size)) in enumerate(faces.items()):
        face = _Face(name, size, [])
        _dressed(load, plan, face, rng, fonts)
        coat = Coat(
            MATERIAL[load.kind],
            plan.colour,
            size,
            load.seed * 8 + number,
            tuple(face.decals),
            plan.relief,
        )
        gloss = GLOSS.get(load.kind, 0.05)
        printed = bool(face.decals)
        patch = Patch(load.pose.apply(grid), coat, size, owner, gloss, printed)
        patches.append(patch)
        if face.label and load.layout:
            draw = partial(cached_label, load.row, load.layout, load.seed, fonts)
            label = Stuck(patch, face.label, draw)
        aid = Stuck(patch, face.aid) if face.aid else aid
        others += [Stuck(patch, face.old)] if face.old else []
    return Built(tuple(patches), label, aid, tuple(others))
