"""Made vans over their routes: loaded, driven, emptied stop by stop, looked into."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from vapr.replay.loading import filling
from vapr.replay.made import as_route
from vapr.route import Route
from vapr.synth import Van, make_van
from vapr.synth.load import Load

ITEMS, STOPS = 300, 150
DRIVES_PER_SHIFT = 10  # the load has slid by a few centimetres after so many
GOLDEN = 0.6180339887498949  # its multiples fill 0..1 evenly at any time
LOADING_S, SETTING_OUT_S, PER_STOP_S = 2400.0, 900.0, 180.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One van's ride, and the stops, counted from 0, at which is looked."""

    seed: int
    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is called in a journal."""
        return f"ride {self.seed}/{'-'.join(map(str, self.numbers))}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A van at a time of its ride; `stop` is None while it is loaded.

    `number` is that of the stop on its route, below 0 while loading; `new` is what
    was just put in.
    """

    van: Van
    number: int
    time_s: float
    stop: str | None = None
    new: Load | None = None


def plan_rides(
    seed: int, stops: int, of: int = STOPS, vans: int | None = None
) -> list[Plan]:
    """Stops spread evenly over whole routes, from the full van to the last parcels.

    They are shared out to so many vans, by default three to each: those of one van
    are no independent witnesses, but the later ones remember the earlier. The order is
    such that whatever is done of it is spread, too.
    """
    spread = [of * (2 * i + 1) // (2 * stops) for i in range(stops)]
    order = sorted(range(stops), key=lambda i: i * GOLDEN % 1)
    count = min(vans or -(-stops // 3), stops)
    return [
        Plan(seed + van, tuple(sorted(spread[i] for i in order[van::count])))
        for van in range(count)
    ]


@lru_cache(maxsize=2)
def full_van(seed: int) -> tuple[Van, Route]:
    """A morning's van and its route."""
    van = make_van(seed * 100_003 + 17, ITEMS, full=True)
    return van, as_route(van.rows)


def moments_of(plan: Plan) -> Iterator[Moment]:
    """The van as it is loaded, and as it gets to each stop of the plan.

    Served parcels are gone, and every so many drives the rest has slid.
    """
    van, route = full_van(plan.seed)
    due = {item.key for n in plan.numbers for item in route.stops[n].items}
    for number, (part, load, share) in enumerate(filling(van, due)):
        yield Moment(part, -1 - number, LOADING_S * share, new=load)
    for number, stop in enumerate(route.stops[: plan.numbers[-1] + 1]):
        time_s = LOADING_S + SETTING_OUT_S + number * PER_STOP_S
        if number in plan.numbers:
            yield Moment(replace(van, stop=stop.id), number, time_s, stop.id)
        van = van.without([item.key for item in stop.items])
        if number % DRIVES_PER_SHIFT == DRIVES_PER_SHIFT - 1:
            van = van.shifted(number)
