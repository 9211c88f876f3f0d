"""The state of a van: its room, its shelves, and the parcels lying in it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.layouts import Layout
from vapr.synth.load import (
    KINDS,
    SHARES,
    Load,
    choose_layout,
    draw_size,
)
from vapr.synth.manifest import Row, make_route
from vapr.synth.solid import Pose

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Shelf:
    """A surface that carries: x and y ranges, height z, room above, all in metres.

    `side` is -1 at the left wall, 1 at the right, 0 on the floor between.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    z: float
    room: float
    side: int


@dataclass(frozen=True, slots=True)
class Van:
    """One van at one moment. Parcels keep their numbers; every change is a new Van.

    `size` is (width, length, height) in metres; `rows` the whole manifest, `loads`
    what lies in the van now (a few of them on no manifest); `stop` the open one.
    """

    seed: int
    size: tuple[float, float, float]
    shelves: tuple[Shelf, ...]
    loads: tuple[Load, ...]
    rows: tuple[Row, ...]
    stop: str
    assets: Assets = DEFAULT_ASSETS

    def without(self, keys: Collection[str]) -> "Van":
        """The van after those parcels were taken; what lay on them comes down."""
        taken = set(keys)
        falls: dict[str, float] = {}
        kept = []
        for load in self.loads:
            fall = falls.get(load.support or "", 0.0)
            if load.support in taken:
                support = next(x for x in self.loads if x.key == load.support)
                fall += rise(support)
            falls[load.key] = fall
            if load.key in taken:
                continue
            x, y, z = load.pose.at
            kept.append(replace(load, pose=replace(load.pose, at=(x, y, z - fall))))
        return replace(self, loads=tuple(kept))

    def shifted(self, seed: int) -> "Van":
        """The same load after a drive: stacks slid and turned a little."""
        rng = np.random.default_rng([self.seed, seed, 606])
        slides: dict[str, tuple[float, float]] = {}
        moved = []
        for load in self.loads:
            dx, dy = slides.get(load.support or "", (0.0, 0.0))
            if load.support not in slides:
                dx, dy = (float(v) for v in rng.normal(0, 0.02, 2))
            x, y, z = load.pose.at
            dx = float(np.clip(x + dx, 0.08, self.size[0] - 0.08) - x)
            dy = float(np.clip(y + dy, 0.1, self.size[1] - 0.1) - y)
            slides[load.key] = (dx, dy)
            yaw = load.pose.yaw + float(rng.normal(0, 0.06))
            pose = replace(load.pose, at=(x + dx, y + dy, z), yaw=yaw)
            moved.append(replace(load, pose=pose))
        return replace(self, loads=tuple(moved))


def rise(load: Load) -> float:
    """How much higher what lies on a load is, in metres."""
    limp = load.kind in ("poly_bag", "padded_mailer", "envelope")
    return load.size[2] * (0.75 if limp else 1.0)


def make_shelves(rng: Rng, size: tuple[float, float, float]) -> tuple[Shelf, ...]:
    """Shelves along one or both walls, and the floor between and beneath them."""
    width, length, height = size
    depth = float(rng.uniform(0.34, 0.55))
    levels = int(rng.choice([0, 1, 2, 3], p=[0.08, 0.3, 0.4, 0.22]))
    sides = (-1, 1) if rng.random() < 0.8 else ((-1,) if rng.random() < 0.5 else (1,))
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
    cursors: list[list[float]]
    loads: list[Load]

    def fill(self, rows: list[Row], foreign: set[str]) -> None:
        queue = list(rows)
        failures = 0
        while queue and failures < 60:
            number = int(self.rng.integers(len(self.shelves)))
            count = 1 + int(self.rng.random() < 0.5) + int(self.rng.random() < 0.3)
            stack = queue[:count]
            if self._stack(number, stack, foreign):
                del queue[:count]
            else:
                failures += 1

    def _stack(self, number: int, rows: list[Row], foreign: set[str]) -> bool:
        shelf, rng = self.shelves[number], self.rng
        lane = int(rng.integers(len(self.cursors[number])))
        start = self.cursors[number][lane]
        kind = str(rng.choice(KINDS, p=SHARES))
        size = self._oriented(kind, shelf)
        span = max(size[0], size[1]) if shelf.side == 0 else size[0]
        if start + span > shelf.y[1] or size[2] > shelf.room:
            return False
        lanes = len(self.cursors[number])
        deep = (shelf.x[1] - shelf.x[0]) / lanes
        middle = shelf.x[0] + deep * (lane + 0.5)
        slack = max(deep - size[1], 0.02) / 2
        x = middle + float(rng.uniform(-slack, slack))
        y = start + span / 2
        z, support, room = shelf.z, None, shelf.room
        if kind in ("poly_bag", "padded_mailer", "envelope") and rng.random() < 0.3:
            self._lean(shelf, rows, foreign, (kind, size), (x, y))
            self.cursors[number][lane] = start + span + float(rng.uniform(0, 0.08))
            return True
        for row in rows:
            if size[2] > room:
                break
            load = self._load(row, kind, size, (x, y, z), shelf, support)
            load = replace(load, in_manifest=row.tracking not in foreign)
            self.loads.append(load)
            support, z, room = row.tracking, z + rise(load), room - rise(load)
            base = size
            kind = str(rng.choice(KINDS[:4], p=np.array(SHARES[:4]) / sum(SHARES[:4])))
            size = self._oriented(kind, shelf)
            if kind == "box" and (size[0] > base[0] * 1.3 or size[1] > base[1] * 1.3):
                shrink = min(base[0] / size[0], base[1] / size[1]) * 1.1
                size = (size[0] * shrink, size[1] * shrink, size[2])
            x += float(rng.normal(0, 0.02))
            y += float(rng.normal(0, 0.02))
        gap = float(rng.exponential(0.03)) if rng.random() < 0.9 else 0.4
        self.cursors[number][lane] = start + span + gap
        return True

    def _oriented(self, kind: str, shelf: Shelf) -> tuple[float, float, float]:
        """(along the aisle, across, up): any of a box's sides may be up."""
        size = draw_size(kind, self.rng)
        if kind == "box" and self.rng.random() < 0.5:
            order = self.rng.permutation(3)
            size = (size[order[0]], size[order[1]], size[order[2]])
        deep = shelf.x[1] - shelf.x[0]
        if size[1] > deep + 0.08 and size[0] < size[1] and shelf.side:
            size = (size[1], size[0], size[2])
        return size

    def _load(
        self,
        row: Row,
        kind: str,
        size: tuple[float, float, float],
        at: tuple[float, float, float],
        shelf: Shelf,
        support: str | None,
    ) -> Load:
        rng = self.rng
        limp = kind in ("poly_bag", "padded_mailer", "envelope")
        turn = float(rng.normal(0, 0.35 if limp or shelf.side == 0 else 0.07))
        half = np.pi * (rng.random() < 0.5)
        yaw = _facing(shelf.side) + turn + half
        face = "top"
        if kind in ("box", "tote"):
            front = "back" if half else "front"
            faces = ("top", front, "left", "right", "back" if not half else "front")
            face = str(rng.choice(faces, p=[0.42, 0.34, 0.09, 0.09, 0.06]))
        elif limp and rng.random() < 0.15:
            face = "bottom"
        pitch = float(rng.normal(0, 0.03)) if limp else 0.0
        roll = float(rng.normal(0, 0.03)) if limp else 0.0
        pose = Pose(at, yaw, pitch, roll)
        return self._labelled(Load(row, kind, size, pose, self._seed(), support, face))

    def _labelled(self, load: Load) -> Load:
        sx, sy, sz = load.size
        area = {
            "top": (sx, sy),
            "bottom": (sx, sy),
            "front": (sx, sz),
            "back": (sx, sz),
            "left": (sy, sz),
            "right": (sy, sz),
        }[load.face]
        if load.kind == "tube":
            area = (sx, sz * np.pi * 0.7)
        if load.kind in ("box", "tote") and min(area) < 0.1:
            load = replace(load, face="top")
            area = (sx, sy)
        if self.rng.random() < 0.03:
            return load
        return replace(load, layout=choose_layout(area, self.rng, self.layouts))

    def _seed(self) -> int:
        return int(self.rng.integers(1 << 30))

    def _lean(
        self,
        shelf: Shelf,
        rows: list[Row],
        foreign: set[str],
        thing: tuple[str, tuple[float, float, float]],
        at: tuple[float, float],
    ) -> None:
        """Mailers standing on edge, leaning back, one before the other."""
        kind, size = thing
        rng = self.rng
        yaw = _facing(shelf.side) + float(rng.normal(0, 0.1))
        if rng.random() < 0.35:
            yaw = float(rng.choice([0, np.pi])) + float(rng.normal(0, 0.15))
        out = np.array([np.sin(yaw), -np.cos(yaw)])
        place = np.array([*at])
        for row in rows:
            pitch = float(rng.uniform(1.1, 1.45))
            z = shelf.z + size[1] / 2 * np.sin(pitch)
            if size[1] * np.sin(pitch) > shelf.room:
                pitch, z = 0.0, shelf.z
            face = "top" if rng.random() < 0.85 else "bottom"
            pose = Pose((float(place[0]), float(place[1]), float(z)), yaw, pitch)
            load = Load(row, kind, size, pose, self._seed(), None, face)
            load = replace(load, in_manifest=row.tracking not in foreign)
            self.loads.append(self._labelled(load))
            place = place + out * (size[2] + float(rng.uniform(0.005, 0.04)))
            kind = str(rng.choice(KINDS[1:4]))
            size = draw_size(kind, rng)


def make_van(
    seed: int,
    items: int | None = None,
    assets: Assets = DEFAULT_ASSETS,
) -> Van:
    """A van with about `items` parcels in it, and the manifest they belong to.

    What finds no room stays out: the manifest then names parcels that are not there.
    Deterministic by its arguments.
    """
    rng = np.random.default_rng([seed, 707])
    size = (
        float(rng.uniform(1.5, 1.95)),
        float(rng.uniform(2.0, 3.4)),
        float(rng.uniform(1.6, 2.15)),
    )
    count = items if items is not None else int(rng.integers(20, 120))
    total = count + int(rng.integers(0, count + 1))
    rows = make_route(seed, max(total * 3 // 5, 1), total)
    strangers = make_route(seed + 1_000_003, 3, max(count // 25, 1))
    shelves = make_shelves(rng, size)
    chosen = [rows[i] for i in np.sort(rng.permutation(total)[:count])]
    mixed = [*chosen, *strangers]
    mixed = [mixed[i] for i in rng.permutation(len(mixed))]
    cursors = [
        [s.y[0] + float(rng.uniform(0, 0.15)) for _ in range(2 if _wide(s) else 1)]
        for s in shelves
    ]
    stacker = _Stacker(rng, shelves, assets.layouts, cursors, [])
    stacker.fill(mixed, {row.tracking for row in strangers})
    loads = tuple(stacker.loads)
    here = [load.row.stop for load in loads if load.in_manifest]
    stop = here[int(rng.integers(len(here)))] if here else rows[0].stop
    return Van(seed, size, shelves, loads, rows, stop, assets)


def _wide(shelf: Shelf) -> bool:
    return shelf.side == 0 and shelf.x[1] - shelf.x[0] > 0.7
