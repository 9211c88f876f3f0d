"""The state of a van: its room, its shelves, and the parcels lying in it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.load import Load
from vapr.synth.manifest import Row
from vapr.synth.space import TOUCH_M, Room, block_of


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
        room = Room.of([block_of(load) for load in self.loads])
        room.drop([i for i, load in enumerate(self.loads) if load.key in taken])
        now = list(self.loads)
        for stack in _stacks(self.loads):
            fall, support = 0.0, self.loads[stack[0]].support
            for i in stack:
                if now[i].key in taken:
                    fall += rise(now[i])
                    continue
                fall = _landed(room, i, stack, (now[i], fall))
                now[i] = replace(_moved(now[i], (0, 0, -fall)), support=support)
                support = now[i].key
        return replace(self, loads=tuple(x for x in now if x.key not in taken))

    def shifted(self, seed: int) -> "Van":
        """The same load after a drive: stacks slid and turned a little."""
        rng = np.random.default_rng([self.seed, seed, 606])
        room = Room.of([block_of(load) for load in self.loads])
        moved = list(self.loads)
        for stack in _stacks(self.loads):
            lowest = self.loads[stack[0]]
            dx, dy = self._slide(lowest, rng)
            turns = rng.normal(0, 0.06, len(stack))
            for share in (1.0, 0.5, 0.25):
                tried = [
                    _moved(self.loads[i], (dx * share, dy * share, 0.0), turn * share)
                    for i, turn in zip(stack, turns, strict=True)
                ]
                blocks = [block_of(load) for load in tried]
                if max(room.depth(block, stack) for block in blocks) <= TOUCH_M:
                    for i, load, block in zip(stack, tried, blocks, strict=True):
                        moved[i] = load
                        room.put(i, block)
                    break
        return replace(self, loads=tuple(moved))

    def _slide(self, load: Load, rng: np.random.Generator) -> tuple[float, float]:
        """How far along x and y a stack slides; its lowest load stays in the van."""
        dx, dy = rng.normal(0, 0.02, 2)
        x, y, _ = load.pose.at
        dx = np.clip(x + dx, 0.08, self.size[0] - 0.08) - x
        dy = np.clip(y + dy, 0.1, self.size[1] - 0.1) - y
        return float(dx), float(dy)


def _stacks(loads: tuple[Load, ...]) -> list[list[int]]:
    """The numbers of loads that lie on one another, each stack from below."""
    stacks: list[list[int]] = []
    of: dict[str, list[int]] = {}
    for i, load in enumerate(loads):
        stack = of.get(load.support or "")
        if stack is None:
            stack = []
            stacks.append(stack)
        stack.append(i)
        of[load.key] = stack
    return stacks


def _landed(
    room: Room, number: int, stack: list[int], falling: tuple[Load, float]
) -> float:
    """How far (m) a load comes down: as it would fall, or onto what sticks out below.

    `number` is its own in the room, where it is put to lie; its stack falls with it.
    """
    load, fall = falling
    if fall == 0:
        return 0.0
    block = block_of(load)
    for share in (1.0, 0.75, 0.5, 0.25):
        down = block.moved(np.array([0.0, 0.0, -fall * share]))
        if room.depth(down, stack) <= TOUCH_M:
            room.put(number, down)
            return fall * share
    return 0.0


def _moved(load: Load, way: tuple[float, float, float], turn: float = 0.0) -> Load:
    """The load elsewhere (metres), turned by an angle (radians)."""
    x, y, z = (a + b for a, b in zip(load.pose.at, way, strict=True))
    pose = replace(load.pose, at=(x, y, z), yaw=load.pose.yaw + float(turn))
    return replace(load, pose=pose)


def rise(load: Load) -> float:
    """How much higher what lies on a load is, in metres."""
    limp = load.kind in ("poly_bag", "padded_mailer", "envelope")
    return load.size[2] * (0.75 if limp else 1.0)
