"""A route filled up to the length of a real one, with numbers of the same families.

Identifying one label among 30 numbers is easier than among 300. Added items are
numbers of the schemes the route has, in its own proportions, drawn anew in every place
that is free, check digits right; they stand at stops of their own.
"""

import random

from vapr.route import Route
from vapr.route.rivals import neighbours
from vapr.route.route import Stop
from vapr.types import Item

_CHANGES = 40  # one symbol each: more than any number has
PER_STOP = 2
_TRIES = 200  # in a row that gave no new number: there are hardly any left


def pad_route(route: Route, items: int) -> Route:
    """The route with items added up to `items`; longer ones stay as they are.

    Deterministic by its arguments. Items without a number are no model for others.
    Where numbers are so short that hardly any are left, fewer are added.
    """
    rng = random.Random("0 pad")
    models = [item for item in route.items if item.tracking]
    known = {item.key for item in route.items}
    added: list[Item] = []
    tries = 0
    while models and len(known) < items and tries < _TRIES:
        tries += 1
        model = models[rng.randrange(len(models))]
        number = _another(model.tracking or "", rng)
        if number is None or number in known:
            models = [m for m in models if m is not model] if number is None else models
            continue
        known.add(number)
        tries = 0
        stop = f"pad {len(added) // PER_STOP + 1}"
        code = _redrawn(model.sort_code, rng)
        added.append(Item(number, stop, number, sort_code=code))
    stops = [
        Stop(added[i].stop, tuple(added[i : i + PER_STOP]))
        for i in range(0, len(added), PER_STOP)
    ]
    return Route((*route.stops, *stops))


def _another(number: str, rng: random.Random) -> str | None:
    """Another number of the same scheme; None if it has no free places."""
    other: str | None = None
    for _ in range(_CHANGES):
        changed = next(neighbours(other or number, 1, rng.randrange(1 << 30)), None)
        if changed is None:
            return None
        other = changed
    return other


def _redrawn(code: str, rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") if c.isdigit() else c for c in code)
