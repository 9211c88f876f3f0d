"""Which stop the van stands at, from its position."""

from collections.abc import Collection
from dataclasses import dataclass, field
from math import asin, cos, hypot, radians, sin, sqrt

from vapr.route import Route, Stop

EARTH_M = 6_371_000.0
STANDING_MPS = 1.5  # satellite positions of a standing van wander at about 1 m/s
STANDING_S = 3.0


@dataclass(frozen=True, slots=True)
class Fix:
    """One position of the van, degrees WGS 84; speed where the receiver tells it."""

    lat_deg: float
    lon_deg: float
    time_s: float
    speed_mps: float | None = None


@dataclass(slots=True)
class Standing:
    """Whether the van stands, from one fix after another."""

    _since: Fix | None = field(default=None)

    def update(self, fix: Fix) -> bool:
        """Take a fix; True once it has been standing for `STANDING_S`."""
        before = self._since
        if before is None or self._moved(before, fix) or fix.time_s < before.time_s:
            self._since = fix
            return False
        return fix.time_s - before.time_s >= STANDING_S

    @staticmethod
    def _moved(before: Fix, fix: Fix) -> bool:
        if fix.speed_mps is not None:
            return fix.speed_mps > STANDING_MPS
        elapsed_s = max(fix.time_s - before.time_s, 1.0)
        return distance_m(before, fix) > STANDING_MPS * min(elapsed_s, 10.0)


def stop_at(
    fix: Fix, route: Route, closed: Collection[str], radius_m: float
) -> Stop | None:
    """The first stop not closed yet, in driving order, within the radius.

    Neighbouring stops lie within the error of a position; the order of the route
    tells which is meant.
    """
    for stop in route:
        if stop.id in closed or stop.lat_deg is None or stop.lon_deg is None:
            continue
        if distance_m(Fix(stop.lat_deg, stop.lon_deg, 0.0), fix) <= radius_m:
            return stop
    return None


def distance_m(a: Fix, b: Fix) -> float:
    """Great-circle distance by the haversine formula."""
    la, lb = radians(a.lat_deg), radians(b.lat_deg)
    half_lat, half_lon = (lb - la) / 2, radians(b.lon_deg - a.lon_deg) / 2
    chord = hypot(sin(half_lat), sqrt(cos(la) * cos(lb)) * sin(half_lon))
    return 2 * EARTH_M * asin(min(chord, 1.0))
