"""A made van being filled, as each parcel can be seen before others cover it.

Assumed, for nobody wrote down how vans are loaded: from the bulkhead to the rear door,
and what carries something before what it carries. A fixed camera, and one at the rear
door, look at each parcel once where it was put, before the next comes: a label that
faces down, or another parcel or a wall, they do not see. By hand each is photographed
before it is put there, its label up, from 0.3 to 0.9 m as one scans; then the one who
loads says which third of which shelf is being filled.

Only the parcels that are due at the stops of a plan are looked at: a ride looks at all
of them, each by itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from math import pi

from vapr.synth import Van
from vapr.synth.load import Load
from vapr.synth.solid import Pose

HELD_M = 1.0  # above the floor
_UP = {  # the pitch and roll that turn a face up
    "top": (0.0, 0.0),
    "bottom": (0.0, pi),
    "front": (-pi / 2, 0.0),
    "back": (pi / 2, 0.0),
    "right": (0.0, -pi / 2),
    "left": (0.0, pi / 2),
}


def filling(van: Van, watched: Collection[str]) -> Iterator[tuple[Van, Load, float]]:
    """The van when one of the watched loads was just put in, in their order.

    Gives the load with it, and the share of the loading that is done.
    """
    order = _in_order(van)
    for number, load in enumerate(order, 1):
        if load.key in watched:
            yield replace(van, loads=order[:number]), load, number / len(order)


def in_hand(van: Van, load: Load) -> Van:
    """The van with one of its loads held up in the aisle, its label up."""
    _, y, _ = load.pose.at
    held = replace(load, pose=Pose((van.size[0] / 2, y, HELD_M), 0.0, *_UP[load.face]))
    others = tuple(other for other in van.loads if other.key != load.key)
    return replace(van, loads=(*others, held))


def _in_order(van: Van) -> tuple[Load, ...]:
    by_key = {load.key: load for load in van.loads}

    def turn(load: Load) -> tuple[float, int]:
        """By the depth of the lowest of a stack, then from below."""
        above = 0
        while load.support in by_key:
            load, above = by_key[load.support], above + 1
        return -load.pose.at[1], above

    return tuple(sorted(van.loads, key=turn))
