"""The state of a van: its room, its shelves, and the parcels lying in it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.load import Load
from vapr.synth.manifest import Row


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
