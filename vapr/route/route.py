"""The route: stops in order, each with the items the driver hands over there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vapr.errors import UsageError
from vapr.types import Item


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: its items, where it is (degrees, WGS 84) and when it is wanted."""

    id: str
    items: tuple[Item, ...] = ()
    address: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    window: tuple[str, str] | None = None


@dataclass(frozen=True)
class Route:
    """Stops in driving order. Item keys are unique on the route."""

    stops: tuple[Stop, ...]

    @classmethod
    def load(
        cls, path: str | Path, columns: Mapping[str, str] | None = None
    ) -> "Route":
        """The route of any export the manifest rooms understand.

        Args:
            path: CSV, TSV, XLSX, JSON or GeoJSON.
            columns: field -> the file's own column, where the guess is wrong:
                `{"tracking": "Ref 2", "stop": "Seq"}`.

        Raises:
            ManifestError: the file cannot be understood; names rows and what to do.
        """
        from vapr.route.manifest import load_route  # it builds upon this module

        return load_route(path, columns)

    def __iter__(self) -> Iterator[Stop]:
        return iter(self.stops)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item of the route, in stop order."""
        return tuple(item for stop in self.stops for item in stop.items)

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """Item key -> item."""
        return {item.key: item for item in self.items}

    def stop(self, stop_id: str | None = None) -> Stop:
        """The stop of that id; the first one when none is named.

        Raises:
            UsageError: the route has no such stop; the message lists what it has.
        """
        if stop_id is None and self.stops:
            return self.stops[0]
        for stop in self.stops:
            if stop.id == stop_id:
                return stop
        known = ", ".join(stop.id for stop in self.stops[:12])
        more = " …" if len(self.stops) > 12 else ""
        raise UsageError(f"no stop {stop_id!r} on this route; it has: {known}{more}")
