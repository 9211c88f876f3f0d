"""What a made van is to the rest of vapr: a route, and truth."""

from collections.abc import Iterable
from typing import Any

from vapr.evaluate import Truth
from vapr.route import Route
from vapr.route.route import Stop
from vapr.synth import Row
from vapr.types import Item


def as_route(rows: Iterable[Row]) -> Route:
    """The route of made rows, stops in their order."""
    stops: dict[str, list[Item]] = {}
    for row in rows:
        item = Item(
            row.tracking,
            row.stop,
            row.tracking,
            recipient=row.recipient,
            address=f"{row.street}, {row.town} {row.postal}",
            postal_code=row.postal,
            sort_code=row.sort_code,
        )
        stops.setdefault(row.stop, []).append(item)
    return Route(tuple(Stop(stop, tuple(items)) for stop, items in stops.items()))


def as_truth(written: dict[str, Any]) -> Truth:
    """The truth of a made picture as it would be read from its file."""
    return Truth.model_validate(written)
