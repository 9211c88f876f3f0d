"""What happened on a ride, in the words a driver or dispatcher would use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

EventKind = Literal[
    "stop_opened",
    "stop_closed",
    "found",
    "all_found",
    "taken",
    "untaken",
    "all_taken",
    "wrong_one",
    "put_back",
    "left_behind",
    "camera_lost",
    "camera_back",
]
By = Literal["seen", "said", "position", "rule"]
Why = Literal["no_frame", "frozen", "black", "closed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ============  ==============================================================
    stop_opened   this stop's parcels are wanted from now on
    stop_closed   they are no longer
    found         a parcel of the open stop is in the picture, for the first time
    all_found     every parcel of the open stop is, or was taken
    taken         a parcel left the van while its stop was open
    untaken       it is back in the van
    all_taken     the last parcel of the open stop was taken
    wrong_one     warning: a parcel of another stop left the van
    put_back      that one is back
    left_behind   warning: the stop was closed with this parcel of it in view
    camera_lost   no picture: every mark is withdrawn; `why` says what came instead
    camera_back   there is a picture again
    ============  ==============================================================

    Attributes:
        seq: counts up by one within a journal; ask for events after the last seen.
        time_s: of the caller's clock.
        stop: the open stop; for `wrong_one` and `put_back` the parcel's own.
        key: the item's key, `id` its number as the manifest writes it.
        where: where it was, in words.
        track: of the scene's parcel that it was.
        by: whether the camera saw it, the app said it, or a position or rule did it.
    """

    kind: EventKind
    time_s: float = 0.0
    stop: str | None = None
    key: str | None = None
    id: str | None = None
    where: str | None = None
    track: int | None = None
    by: By = "seen"
    why: Why | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class RideState:
    """What the events so far add up to. The same fold serves live and after a crash.

    Attributes:
        open_stop: id of the stop whose parcels are wanted.
        closed: stops that are done.
        taken: keys handed over, or on their way to the door.
        astray: keys of another stop's parcels that left the van by mistake.
        found: keys of the open stop seen since it was opened.
        told: what needs saying only once per opened stop.
    """

    open_stop: str | None = None
    closed: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    astray: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()


def apply_event(state: RideState, event: Event) -> RideState:
    """The state after one more event."""
    key, stop = frozenset({event.key or ""}), frozenset({event.stop or ""})
    after: Mapping[str, RideState] = {
        "stop_opened": RideState(
            event.stop, state.closed - stop, state.taken, state.astray
        ),
        "stop_closed": RideState(None, state.closed | stop, state.taken, state.astray),
        "found": replace(state, found=state.found | key),
        "taken": replace(state, taken=state.taken | key, astray=state.astray - key),
        "untaken": replace(
            state, taken=state.taken - key, told=state.told - {"all_taken"}
        ),
        "wrong_one": replace(state, astray=state.astray | key),
        "put_back": replace(state, astray=state.astray - key),
        "all_found": replace(state, told=state.told | {"all_found"}),
        "all_taken": replace(state, told=state.told | {"all_taken"}),
    }
    return after.get(event.kind, state)
