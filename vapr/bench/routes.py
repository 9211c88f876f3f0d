"""Routes that a made label is held against: half of their items of its own scheme."""

from functools import cache
from typing import Final

import numpy as np

from vapr.synth.manifest import Row, make_route

ITEMS: Final = 300  # of a route
_ALIKE: Final = ITEMS // 2  # of them of the label's own scheme, as far as there are
_POOL: Final = 3000


def others_of(row: Row, rng: np.random.Generator) -> list[Row]:
    """The other items of a row's route, half of them of its own scheme."""
    others = [other for other in _pool() if other.tracking != row.tracking]
    kin = [other for other in others if other.scheme == row.scheme]
    rest = [other for other in others if other.scheme != row.scheme]
    found = [kin[i] for i in rng.permutation(len(kin))[:_ALIKE].tolist()]
    more = ITEMS - 1 - len(found)
    return found + [rest[i] for i in rng.permutation(len(rest))[:more].tolist()]


@cache
def _pool() -> tuple[Row, ...]:
    """Items of all schemes, by their shares on mixed routes."""
    return make_route(1, 99, _POOL)
