"""What the picture tells of taking and putting back, held against the stops' times."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from vapr.match import make_checklist
from vapr.route import Route
from vapr.session.events import Event, RideState, apply_event
from vapr.session.memory import Memory
from vapr.session.perception import Percept
from vapr.session.returns import Returns
from vapr.session.rules import departing, finding, returning
from vapr.types import Parcel

STOPS_KEPT = 64  # changes of the open stop; no departure is noticed later than that


class Deeds:
    """Percepts in, events to accept out.

    A departure is noticed a while after the parcel left: an empty place is watched, a
    label is read in the background. The stop that counts is the one open then.

    Args:
        route: the route.
        open_stop: the stop that is open at first.
    """

    def __init__(self, route: Route, open_stop: str | None) -> None:
        self._route = route
        self._returns = Returns()
        self._unsettled: tuple[Parcel, ...] = ()  # gone, not yet in the journal
        self._stops: deque[tuple[float, str | None]] = deque(
            [(float("-inf"), open_stop)], STOPS_KEPT
        )

    def follow(self, events: Iterable[Event]) -> None:
        """Take note of the stops that were opened and closed."""
        for event in events:
            if event.kind in ("stop_opened", "stop_closed"):
                stop = event.stop if event.kind == "stop_opened" else None
                self._stops.append((event.time_s, stop))

    def told_by(
        self, percept: Percept, state: RideState, memory: Memory, now_s: float
    ) -> list[Event]:
        """What a frame tells of parcels that left, came back, or were found."""
        self._unsettled += percept.gone
        events: list[Event] = []
        for parcel in self._unsettled:
            known = memory.get(parcel.key or "")
            parcel = replace(parcel, where=None if known is None else known.where)
            stops = self._open_since(parcel.last_seen_s)
            for event in departing(self._route, state, parcel, stops):
                state = apply_event(state, event)
                events.append(event)
        out = state.taken | state.astray
        for key in self._returns.update(out, percept.resting, now_s):
            back = next((p for p in percept.parcels if p.key == key), None)
            events += returning(state, self._route.by_key[key], "seen", back)
        stop, parcels = state.open_stop, percept.parcels
        checklist = make_checklist(parcels, self._route, stop, state.taken)
        return [*events, *finding(self._route, state, parcels, checklist)]

    def settled(self) -> tuple[Parcel, ...]:
        """All of it was accepted; the parcels that are gone by it."""
        gone, self._unsettled = self._unsettled, ()
        return gone

    def _open_since(self, time_s: float) -> frozenset[str | None]:
        """The stops that were open at this time or later; None: for a while none."""
        later = [stop for at_s, stop in self._stops if at_s > time_s]
        before = [stop for at_s, stop in self._stops if at_s <= time_s]
        return frozenset([*before[-1:], *later])
