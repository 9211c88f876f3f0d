"""Loading a made van: shelves, stacks, piles and mailers that lean on each other."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.layouts import Layout
from vapr.synth.load import KINDS, SHARES, Load, choose_layout, draw_size
from vapr.synth.manifest import Row, make_route
from vapr.synth.solid import Pose
from vapr.synth.space import TOUCH_M, Block, Room, block_of
from vapr.synth.van import Shelf, Van, rise

Rng = np.random.Generator
Size = tuple[float, float, float]
Pair = tuple[float, float]

_LIMP = ("poly_bag", "padded_mailer", "envelope")
_ASIDE_M = 0.35  # how far a stack gives way to what lies there


def make_shelves(
    rng: Rng, size: tuple[float, float, float], full: bool = False
) -> tuple[Shelf, ...]:
    """Shelves along one or both walls, and the floor between and beneath them.

    A `full` van has three or four levels along both.
    """
    width, length, height = size
    depth = float(rng.uniform(0.34, 0.55))
    levels = int(rng.choice([0, 1, 2, 3], p=[0.08, 0.3, 0.4, 0.22]))
    sides = (-1, 1) if rng.random() < 0.8 else ((-1,) if rng.random() < 0.5 else (1,))
    if full:
        depth, levels, sides = max(depth, 0.5), 2 + levels % 2, (-1, 1)
    near, far = float(rng.uniform(0.05, 0.5)), length - float(rng.uniform(0.05, 0.5))
    first = float(rng.uniform(0.15, 0.55))
    top = height * float(rng.uniform(0.55, 0.72))
    heights = np.linspace(first if levels > 1 else top * 0.8, top, max(levels, 1))
    shelves = []
    for side in sides:
        x = (0.06, 0.06 + depth) if side < 0 else (width - 0.06 - depth, width - 0.06)
        marks = [0.01, *(float(h) for h in heights[:levels])]
        for z, above in zip(marks, [*marks[1:], height - 0.1], strict=True):
            shelves.append(Shelf(x, (near, far), z, above - z - 0.05, side))
    left = 0.06 + (depth if -1 in sides else 0.0)
    right = width - 0.06 - (depth if 1 in sides else 0.0)
    shelves.append(Shelf((left, right), (0.1, length - 0.15), 0.01, height * 0.5, 0))
    return tuple(shelves)


def _facing(side: int) -> float:
    """The yaw that turns a front towards the aisle, or the rear door."""
    return {-1: np.pi / 2, 1: -np.pi / 2, 0: 0.0}[side]


@dataclass(slots=True)
class _Stacker:
    """Puts loads onto shelves: one cursor along y per shelf (two on a wide floor)."""

    rng: Rng
    shelves: tuple[Shelf, ...]
    layouts: tuple[Layout, ...]
    foreign: set[str]
    cursors: list[list[float]]
    loads: list[Load]
    room: Room
    full: bool = False

    def fill(self, rows: list[Row]) -> None:
        """Stacks rows until none is left, or nothing fits for a while."""
        queue = list(rows)
        failures = 0
        while queue and failures < (1200 if self.full else 60):
            number = int(self.rng.integers(len(self.shelves)))
            count = 1 + int(self.rng.random() < 0.5) + int(self.rng.random() < 0.3)
            count *= 3 if self.full else 1
            placed = self._stack(number, queue[:count])
            failures += placed == 0
            del queue[:placed]

    def _stack(self, number: int, rows: list[Row]) -> int:
        """A stack or a row of leaning mailers at a shelf's cursor; how many it took."""
        shelf, rng = self.shelves[number], self.rng
        lane = int(rng.integers(len(self.cursors[number])))
        start = self.cursors[number][lane]
        kind = str(rng.choice(KINDS, p=SHARES))
        size = self._oriented(kind, shelf)
        span = max(size[0], size[1]) if shelf.side == 0 else size[0]
        if start + span > shelf.y[1] or size[2] > shelf.room:
            return 0
        deep = (shelf.x[1] - shelf.x[0]) / len(self.cursors[number])
        if self.full and shelf.side and size[1] > deep + 0.02:
            return 0
        slack = max(deep - size[1], 0.02) / 2
        x = shelf.x[0] + deep * (lane + 0.5) + float(rng.uniform(-slack, slack))
        leans = kind in _LIMP and rng.random() < 0.3
        put = self._leaning if leans else self._pile
        placed = put(shelf, rows, (kind, size), (x, start + span / 2))
        aside = self._make_way(placed, min(shelf.y[1] - start - span, _ASIDE_M))
        if aside is None:
            return 0
        placed, start = [_pushed(load, (0.0, aside)) for load in placed], start + aside
        self.room.add([block_of(load) for load in placed])
        for load in placed:
            known = load.key not in self.foreign
            self.loads.append(replace(self._labelled(load), in_manifest=known))
        gap = float(rng.exponential(0.03)) if rng.random() < 0.9 else 0.4
        gap = min(gap, 0.02) if self.full else gap
        self.cursors[number][lane] = start + span + gap
        return len(placed)

    def _make_way(self, placed: list[Load], most: float) -> float | None:
        """How far along y (m) loads must go to be free of others; None: too far."""
        blocks, aside = [block_of(load) for load in placed], 0.0
        while aside <= most:
            way = np.array([0.0, aside, 0.0])
            depth = max(self.room.depth(block.moved(way)) for block in blocks)
            if depth <= TOUCH_M:
                return aside
            aside += max(depth, TOUCH_M)  # less cannot be enough
        return None

    def _pile(
        self, shelf: Shelf, rows: list[Row], first: tuple[str, Size], at: Pair
    ) -> list[Load]:
        (kind, size), (x, y), z = first, at, shelf.z
        out: list[Load] = []
        stack = Room()
        for row in rows:
            if z + size[2] > shelf.z + shelf.room:
                break
            support = out[-1].key if out else None
            pose, face = self._lying(kind, shelf, (x, y, z))
            load = Load(row, kind, size, pose, self._seed(), support, face)
            # on a bag with bent edges: up, until nothing cuts through it
            block = block_of(load)
            lift = max(stack.depth(block) - TOUCH_M, 0.0)
            stack.add([block.moved(np.array([0.0, 0.0, lift]))])
            z += lift
            out.append(replace(load, pose=replace(pose, at=(x, y, z))))
            z += rise(load)
            kind, size = self._upper(shelf, size)
            x += float(self.rng.normal(0, 0.02))
            y += float(self.rng.normal(0, 0.02))
        return out

    def _upper(self, shelf: Shelf, base: Size) -> tuple[str, Size]:
        """A kind and size for what lies on a load: boxes hardly larger than it."""
        shares = np.array(SHARES[:4]) / sum(SHARES[:4])
        kind = str(self.rng.choice(KINDS[:4], p=shares))
        size = self._oriented(kind, shelf)
        if kind == "box" and (size[0] > base[0] * 1.3 or size[1] > base[1] * 1.3):
            shrink = min(base[0] / size[0], base[1] / size[1]) * 1.1
            size = (size[0] * shrink, size[1] * shrink, size[2])
        return kind, size

    def _oriented(self, kind: str, shelf: Shelf) -> Size:
        """(along the aisle, across, up): any of a box's sides may be up."""
        size = draw_size(kind, self.rng)
        if kind == "box" and self.rng.random() < 0.5:
            order = self.rng.permutation(3)
            size = (size[order[0]], size[order[1]], size[order[2]])
        deep = shelf.x[1] - shelf.x[0]
        if size[1] > deep + 0.08 and size[0] < size[1] and shelf.side:
            size = (size[1], size[0], size[2])
        return size

    def _lying(self, kind: str, shelf: Shelf, at: Size) -> tuple[Pose, str]:
        """How a load lies, and the face that bears its label: mostly to the aisle."""
        rng = self.rng
        limp = kind in _LIMP
        half = bool(rng.random() < 0.5)
        turn = float(rng.normal(0, 0.35 if limp or shelf.side == 0 else 0.07))
        yaw = _facing(shelf.side) + turn + np.pi * half
        tilt = 0.03 if limp else 0.0
        pose = Pose(at, yaw, float(rng.normal(0, tilt)), float(rng.normal(0, tilt)))
        if limp:
            return pose, "bottom" if rng.random() < 0.15 else "top"
        if kind == "tube":
            return pose, "top"
        front, back = ("back", "front") if half else ("front", "back")
        faces = ("top", front, "left", "right", back)
        return pose, str(rng.choice(faces, p=[0.42, 0.34, 0.09, 0.09, 0.06]))

    def _labelled(self, load: Load) -> Load:
        """The load with a label layout that fits its face; 3 in 100 have no label."""
        sx, sy, sz = load.size
        area = (sx, sz) if load.face in ("front", "back") else (sx, sy)
        area = (sy, sz) if load.face in ("left", "right") else area
        if load.kind == "tube":
            area = (sx, sz * np.pi * 0.7)
        if load.kind in ("box", "tote") and min(area) < 0.1:
            load, area = replace(load, face="top"), (sx, sy)
        if self.rng.random() < 0.03:
            return load
        return replace(load, layout=choose_layout(area, self.rng, self.layouts))

    def _seed(self) -> int:
        return int(self.rng.integers(1 << 30))

    def _leaning(
        self, shelf: Shelf, rows: list[Row], first: tuple[str, Size], at: Pair
    ) -> list[Load]:
        """Mailers standing on edge, leaning back, one before the other."""
        (kind, size), rng = first, self.rng
        yaw = _facing(shelf.side) + float(rng.normal(0, 0.1))
        if rng.random() < 0.35:
            yaw = float(rng.choice([0, np.pi])) + float(rng.normal(0, 0.15))
        place, out = np.array(at), []
        ahead, group = np.array([np.sin(yaw), -np.cos(yaw)]), Room()
        for row in rows[:4]:
            pitch = float(rng.uniform(1.1, 1.45))
            if size[1] * np.sin(pitch) > shelf.room:
                pitch = 0.0
            z = shelf.z + size[1] / 2 * float(np.sin(pitch))
            face = "top" if rng.random() < 0.85 else "bottom"
            pose = Pose((float(place[0]), float(place[1]), z), yaw, pitch)
            load = Load(row, kind, size, pose, self._seed(), None, face)
            aside = _clear_of(group, block_of(load), ahead) * ahead
            load = _pushed(load, (float(aside[0]), float(aside[1])))
            out.append(load)
            group.add([block_of(load)])
            step = size[2] + float(rng.uniform(0.005, 0.04))
            place = place + aside + ahead * step
            kind = str(rng.choice(KINDS[1:4]))
            size = draw_size(kind, rng)
        return out


def _clear_of(group: Room, block: Block, ahead: NDArray[np.float64]) -> float:
    """How far (m) a block must go ahead (a way in the plane) to be free of a group."""
    far = 0.0
    while (depth := group.depth(block.moved(np.array([*ahead * far, 0.0])))) > TOUCH_M:
        far += depth
    return far


def _pushed(load: Load, way: Pair) -> Load:
    """The load a little aside, metres along x and y."""
    x, y, z = load.pose.at
    return replace(load, pose=replace(load.pose, at=(x + way[0], y + way[1], z)))


def make_van(
    seed: int,
    items: int | None = None,
    assets: Assets = DEFAULT_ASSETS,
    *,
    full: bool = False,
) -> Van:
    """A van with about `items` parcels in it, and the manifest they belong to.

    What finds no room stays out: the manifest then names parcels that are not there.
    A `full` van is large and stacked close, two deep and up to the next shelf: a
    morning's load, of which nothing stays out that has room. Its manifest names what
    is in it. Deterministic by its arguments.
    """
    rng = np.random.default_rng([seed, 707])
    size = (
        float(rng.uniform(1.5, 1.95)),
        float(rng.uniform(2.0, 3.4)),
        float(rng.uniform(1.6, 2.15)),
    )
    if full:
        size = (size[0] * 0.5 + 1.1, size[1] * 0.5 + 2.3, size[2] * 0.3 + 1.5)
    count = items if items is not None else int(rng.integers(20, 120))
    total = count + (0 if full else int(rng.integers(0, count + 1)))
    rows = make_route(seed, max(total // 2 if full else total * 3 // 5, 1), total)
    strangers = make_route(seed + 1_000_003, 3, max(count // 25, 1))
    shelves = make_shelves(rng, size, full)
    chosen = [rows[i] for i in np.sort(rng.permutation(total)[:count])]
    mixed = [*chosen, *strangers]
    mixed = [mixed[i] for i in rng.permutation(len(mixed))]
    cursors = [
        [
            s.y[0] + float(rng.uniform(0, 0.15))
            for _ in range(2 if full or _wide(s) else 1)
        ]
        for s in shelves
    ]
    foreign = {row.tracking for row in strangers}
    stacker = _Stacker(rng, shelves, assets.layouts, foreign, cursors, [], Room(), full)
    stacker.fill(mixed)
    loads = tuple(stacker.loads)
    here = [load.row.stop for load in loads if load.in_manifest]
    stop = here[int(rng.integers(len(here)))] if here else rows[0].stop
    return Van(seed, size, shelves, loads, rows, stop, assets)


def _wide(shelf: Shelf) -> bool:
    return shelf.side == 0 and shelf.x[1] - shelf.x[0] > 0.7
