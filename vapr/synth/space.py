"""The space that loads take up: oriented blocks, and how deep one reaches into others.

The separating-axis test of Gottschalk, Lin and Manocha (OBBTree, 1996): two blocks are
apart if their shadows on one of fifteen axes are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vapr.synth.load import Load, grids

Floats = NDArray[np.float64]

TOUCH_M = 0.005  # so much things may share: cardboard gives


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A box in the van: its centre (3,), unit axes as rows (3, 3), half sizes (3,)."""

    centre: Floats
    axes: Floats
    half: Floats

    def moved(self, way: Floats) -> "Block":
        """The same elsewhere, `way` (3,) metres off."""
        return replace(self, centre=self.centre + way)


def block_of(load: Load) -> Block:
    """The smallest block around a load's surfaces, in its own directions."""
    points = [grid.reshape(-1, 3) for grid, _ in grids(load).values()]
    low = np.min([p.min(axis=0) for p in points], axis=0)
    high = np.max([p.max(axis=0) for p in points], axis=0)
    corners = np.vstack([(low + high) / 2, np.eye(3), np.zeros(3)])
    centre, *axes, origin = load.pose.apply(corners)
    return Block(centre, np.array(axes) - origin, (high - low) / 2)


@dataclass(slots=True)
class Room:
    """Blocks in one van, by their numbers: centres, axes, half sizes over n."""

    centre: Floats = field(default_factory=lambda: np.empty((0, 3)))
    axes: Floats = field(default_factory=lambda: np.empty((0, 3, 3)))
    half: Floats = field(default_factory=lambda: np.empty((0, 3)))

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> "Room":
        """A room with blocks in it."""
        room = cls()
        room.add(blocks)
        return room

    def add(self, blocks: Sequence[Block]) -> None:
        """Puts further blocks in, numbered on."""
        if blocks:
            self.centre = np.concatenate([self.centre, [b.centre for b in blocks]])
            self.axes = np.concatenate([self.axes, [b.axes for b in blocks]])
            self.half = np.concatenate([self.half, [b.half for b in blocks]])

    def put(self, number: int, block: Block) -> None:
        """Moves a block to where another is."""
        self.centre[number], self.axes[number] = block.centre, block.axes
        self.half[number] = block.half

    def drop(self, numbers: Sequence[int]) -> None:
        """Takes blocks out; the others keep their numbers."""
        self.centre[list(numbers)] = np.inf

    def depth(self, block: Block, but: Sequence[int] = ()) -> float:
        """How deep (m) a block reaches into any of the room, `but` some; 0 if not."""
        reach = np.abs(self.centre - block.centre)
        near = np.einsum("nij,ni->nj", np.abs(self.axes), self.half)
        near += block.half @ np.abs(block.axes)
        met = (reach < near).all(axis=1)
        met[list(but)] = False
        which = np.flatnonzero(met)
        if which.size == 0:
            return 0.0
        others = self.centre[which], self.axes[which], self.half[which]
        return max(float(_depths(block, others).max()), 0.0)


def _depths(block: Block, others: tuple[Floats, Floats, Floats]) -> Floats:
    """How deep a block reaches into each of n others (negative: how far apart)."""
    centre, axes, half = others
    ours = np.broadcast_to(block.axes, axes.shape)
    crossed = np.cross(ours[:, :, None], axes[:, None]).reshape(-1, 9, 3)
    ways = np.concatenate([ours, axes, crossed], axis=1)
    length = np.linalg.norm(ways, axis=2, keepdims=True)
    ways = ways / np.maximum(length, 1e-9)
    shadow = np.abs(ways @ block.axes.T) @ block.half
    shadow += np.einsum("nki,ni->nk", np.abs(ways @ axes.transpose(0, 2, 1)), half)
    apart = np.abs(np.einsum("nki,ni->nk", ways, centre - block.centre))
    # axes that are parallel have no product: it says nothing
    room = np.where(length[..., 0] < 1e-6, np.inf, shadow - apart)
    out: Floats = room.min(axis=1)
    return out
