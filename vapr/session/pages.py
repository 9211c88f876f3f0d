"""One ride's pages of a journal: its name there, its memory, and what is too old."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from vapr.route import Route
from vapr.session.events import Event
from vapr.session.journal import DAY_S, Journal
from vapr.session.memory import Memory

PRUNE_EVERY_S = 3600.0


class RidePages:
    """What a ride keeps, so that it goes on after a crash.

    Args:
        route: of the ride.
        path: the journal's file; None keeps everything in memory.
        ride: the ride's name in the journal; by default one made from the route.
        retention_days: what is older is deleted; None keeps it.

    Raises:
        InputError: the journal cannot be used.
    """

    def __init__(
        self,
        route: Route,
        path: Path | None,
        ride: str | None,
        retention_days: float | None,
    ) -> None:
        self._journal = Journal(path)
        self._ride = ride or _ride_name(route)
        self._days = retention_days
        self._pruned_s: float | None = None
        self.memory = Memory(route, self._journal.load_memory(self._ride))

    def append(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Write events; when this returns they are on disk, with their `seq`."""
        return self._journal.append(self._ride, events)

    def events(self, after: int = 0) -> tuple[Event, ...]:
        """The ride's events with a `seq` greater than `after`, oldest first."""
        return self._journal.events(self._ride, after)

    def save_memory(self, now_s: float) -> None:
        """Write what is remembered, every few seconds."""
        if (unsaved := self.memory.unsaved(now_s)) is not None:
            self._journal.save_memory(self._ride, *unsaved)

    def prune(self, now_s: float) -> None:
        """Delete what is too old of every ride, once an hour."""
        due = self._pruned_s is None or now_s - self._pruned_s >= PRUNE_EVERY_S
        if self._days is not None and due:
            self._journal.prune(now_s - self._days * DAY_S)
            self._pruned_s = now_s

    def close(self, now_s: float) -> None:
        """Save what is remembered and close the journal."""
        self.memory.save_soon()
        self.save_memory(now_s)
        self._journal.close()


def _ride_name(route: Route) -> str:
    """The same for the same stops and items, so that a restart finds its ride."""
    words = [f"{item.stop}\t{item.key}" for item in route.items]
    return sha256("\n".join(words).encode()).hexdigest()[:16]
