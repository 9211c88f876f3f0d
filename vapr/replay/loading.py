"""A made van being filled, as each parcel can be seen before others cover it.

Assumed, for nobody wrote down how vans are loaded: from the bulkhead to the rear door,
and what carries something before what it carries. Each parcel is looked at once where
it was put, before the next comes: by a fixed camera from where it hangs, at the rear
door from there, by hand as one scans, 0.3 to 0.9 m before its label. By hand the one
who loads says which third of which shelf is being filled. A label that was put down
first, or before another parcel or a wall, is not seen: nobody turns it for the camera.

Only the parcels that are due at the stops of a plan are looked at: a ride looks at all
of them, each by itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from vapr.synth import Van
from vapr.synth.load import Load


def filling(van: Van, watched: Collection[str]) -> Iterator[tuple[Van, Load, float]]:
    """The van when one of the watched loads was just put in, in their order.

    Gives the load with it, and the share of the loading that is done.
    """
    order = _in_order(van)
    for number, load in enumerate(order, 1):
        if load.key in watched:
            yield replace(van, loads=order[:number]), load, number / len(order)


def _in_order(van: Van) -> tuple[Load, ...]:
    by_key = {load.key: load for load in van.loads}

    def turn(load: Load) -> tuple[float, int]:
        """By the depth of the lowest of a stack, then from below."""
        above = 0
        while load.support in by_key:
            load, above = by_key[load.support], above + 1
        return -load.pose.at[1], above

    return tuple(sorted(van.loads, key=turn))
