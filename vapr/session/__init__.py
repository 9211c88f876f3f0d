"""A whole ride: frames and deeds in, scenes and events out; it remembers."""

from vapr.session.events import Event, EventKind, RideState
from vapr.session.position import Fix
from vapr.session.ride import Session
from vapr.session.settings import RideSettings
from vapr.session.where import Area, load_areas

__all__ = [
    "Area",
    "Event",
    "EventKind",
    "Fix",
    "RideSettings",
    "RideState",
    "Session",
    "load_areas",
]
