"""Which parcels have left, from the places where they lay."""

from dataclasses import dataclass, replace
from typing import Literal

from vapr.track import Patch, PlaceView, similarity

Occupant = Literal["none", "unknown", "other"]
"""What was found in the place of a thing: nothing, something that may be it, or not."""

MIN_LOOKS = 3
STEADY = 0.6  # likeness of an empty place to its last look: an arm moves, a shelf not


@dataclass(frozen=True, slots=True, eq=False)
class _Empty:
    since_s: float
    looks: int
    patch: Patch
    occupied: bool


class Departures:
    """Place views in, departures out: a place must stay empty, and the same, a while.

    What was turned or set down again in its place has not left: a place in which
    something of its size was found is not empty until that proves to be another thing.

    Args:
        gone_s: for how long.
    """

    def __init__(self, gone_s: float) -> None:
        self._gone_s = gone_s
        self._empty: dict[int, _Empty] = {}
        self._hidden: set[int] = set()

    def is_gone(
        self,
        track_id: int,
        view: PlaceView,
        time_s: float,
        searched_s: float,
        occupant: Occupant = "none",
    ) -> bool:
        """Whether this look at its place settles that a track's parcel left.

        Args:
            track_id: the track.
            view: what its place shows.
            time_s: now.
            searched_s: time of the frame that was searched last; it must be one in
                which the place was empty already.
            occupant: what else was found there.
        """
        if view.state != "empty" or view.patch is None:
            self._empty.pop(track_id, None)
            return False
        before = self._empty.get(track_id)
        if before is None or similarity(view.patch, before.patch) < STEADY:
            occupied = occupant == "unknown"
            self._empty[track_id] = _Empty(time_s, 1, view.patch, occupied)
            return False
        occupied = before.occupied if occupant == "none" else occupant == "unknown"
        now = replace(
            before, looks=before.looks + 1, patch=view.patch, occupied=occupied
        )
        self._empty[track_id] = now
        if now.looks < MIN_LOOKS or searched_s < now.since_s or occupied:
            return False
        return time_s - now.since_s >= self._gone_s

    def stirred(self, track_id: int, view: PlaceView) -> bool:
        """Whether something has just come before a place."""
        if view.state != "hidden":
            self._hidden.discard(track_id)
            return False
        new = track_id not in self._hidden
        self._hidden.add(track_id)
        return new

    def cut(self) -> None:
        """The picture began anew: what was seen of the places says nothing now."""
        self._empty.clear()
        self._hidden.clear()

    def forget(self, track_id: int) -> None:
        """The track is in view again, or no more."""
        self._empty.pop(track_id, None)
        self._hidden.discard(track_id)
