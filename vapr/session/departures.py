"""Which parcels have left, from the places where they lay."""

from dataclasses import dataclass, replace

from vapr.track import Patch, PlaceView, similarity

MIN_LOOKS = 3
STEADY = 0.6  # likeness of an empty place to its last look: an arm moves, a shelf not


@dataclass(frozen=True, slots=True, eq=False)
class _Empty:
    since_s: float
    looks: int
    patch: Patch


class Departures:
    """Place views in, departures out: a place must stay empty, and the same, a while.

    Args:
        gone_s: for how long.
    """

    def __init__(self, gone_s: float) -> None:
        self._gone_s = gone_s
        self._empty: dict[int, _Empty] = {}
        self._hidden: set[int] = set()

    def is_gone(
        self, track_id: int, view: PlaceView, time_s: float, searched_s: float
    ) -> bool:
        """Whether this look at its place settles that a track's parcel left.

        Args:
            track_id: the track.
            view: what its place shows.
            time_s: now.
            searched_s: time of the frame that was searched last; it must be one in
                which the place was empty already.
        """
        if view.state != "empty" or view.patch is None:
            self._empty.pop(track_id, None)
            return False
        before = self._empty.get(track_id)
        if before is None or similarity(view.patch, before.patch) < STEADY:
            self._empty[track_id] = _Empty(time_s, 1, view.patch)
            return False
        now = replace(before, looks=before.looks + 1, patch=view.patch)
        self._empty[track_id] = now
        if now.looks < MIN_LOOKS or searched_s < now.since_s:
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

    def forget(self, track_id: int) -> None:
        """The track is in view again, or no more."""
        self._empty.pop(track_id, None)
        self._hidden.discard(track_id)
