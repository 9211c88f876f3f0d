"""A whole ride: frames and deeds in, scenes and events out; it remembers."""

from vapr.session.events import By, Event, EventKind, RideState, Why
from vapr.session.position import Fix
from vapr.session.ride import Session
from vapr.session.settings import RideSettings
from vapr.session.where import Area, load_areas

__all__ = [
    "Area",
    "By",
    "Event",
    "EventKind",
    "Fix",
    "RideSettings",
    "RideState",
    "Session",
    "Why",
    "load_areas",
]
