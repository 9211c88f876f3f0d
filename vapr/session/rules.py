"""What follows from what: the deeds of a ride as pure functions of its state."""

from collections.abc import Collection, Iterable, Sequence

from vapr.errors import UsageError
from vapr.route import Route
from vapr.session.events import By, Event, EventKind, RideState, apply_event
from vapr.session.settings import RideSettings
from vapr.types import Checklist, Item, Parcel


def find_item(route: Route, key: str) -> Item:
    """The item of a key, or of a number as the manifest writes it.

    Raises:
        UsageError: the route has no such item.
    """
    if key in route.by_key:
        return route.by_key[key]
    for item in route.items:
        if item.tracking == key:
            return item
    raise UsageError(f"no item {key!r} on this route")


def opening(route: Route, state: RideState, stop_id: str, by: By) -> list[Event]:
    """Events of opening a stop; the open one, if another, is to be closed before.

    What left the van by mistake and belongs to this stop is taken by now.
    """
    stop = route.stop(stop_id)
    if state.open_stop == stop.id:
        return []
    out = [item for item in stop.items if item.key in state.astray]
    taken = [about(item, "taken", "rule", None) for item in out]
    return [Event("stop_opened", stop=stop.id, by=by), *taken]


def closing(
    route: Route,
    state: RideState,
    parcels: Iterable[Parcel],
    resting: Iterable[str],
    by: By,
) -> list[Event]:
    """Events of closing the open stop: one warning per parcel of it still in view.

    Args:
        route: the route.
        state: the ride so far.
        parcels: what is in the picture now.
        resting: keys of those that stand in their place; one said to be taken may be
            in the driver's hands, but not on the shelf.
        by: who closed it.
    """
    if state.open_stop is None:
        return []
    standing = set(resting)
    warnings = []
    for parcel in parcels:
        item = route.by_key.get(parcel.key or "")
        if item is None or item.stop != state.open_stop or parcel.box is None:
            continue
        if item.key not in state.taken or item.key in standing:
            warnings.append(about(item, "left_behind", "seen", parcel))
    return [*warnings, Event("stop_closed", stop=state.open_stop, by=by)]


def taking(state: RideState, item: Item, by: By) -> list[Event]:
    """Events of an item leaving the van: right if its stop is open, else a warning."""
    if item.key in state.taken or item.key in state.astray:
        return []
    right = state.open_stop is None or item.stop == state.open_stop
    return [about(item, "taken" if right else "wrong_one", by, None)]


def returning(
    state: RideState, item: Item, by: By, parcel: Parcel | None = None
) -> list[Event]:
    """Events of an item being back in the van."""
    if item.key in state.taken:
        return [about(item, "untaken", by, parcel)]
    if item.key in state.astray:
        return [about(item, "put_back", by, parcel)]
    return []


def departing(
    route: Route, state: RideState, parcel: Parcel, stops: Collection[str | None]
) -> list[Event]:
    """Events of a parcel seen to have left: right if its stop may have been open then.

    Args:
        route: the route.
        state: the ride so far.
        parcel: as it was last.
        stops: all that were open since its place showed it last; with None among
            them it may have left while none was (loading), which is no mistake.
    """
    item = _departed(route, state, parcel)
    if item is None or item.key in state.taken or item.key in state.astray:
        return []
    if item.stop in stops:
        return [about(item, "taken", "seen", parcel)]
    return [] if None in stops else [about(item, "wrong_one", "seen", parcel)]


def _departed(route: Route, state: RideState, parcel: Parcel) -> Item | None:
    if parcel.key is not None:
        return route.by_key[parcel.key]
    if parcel.verdict != "pick" or parcel.stop is None:
        return None
    # Two of the same stop that cannot be told apart: one of them is gone.
    names = {name for name, _ in parcel.candidates}
    items = route.stop(parcel.stop).items
    left = [i for i in items if i.name in names and i.key not in state.taken]
    return left[0] if left else None


def finding(
    route: Route, state: RideState, parcels: Sequence[Parcel], checklist: Checklist
) -> list[Event]:
    """Events of the open stop's parcels coming into the picture."""
    if state.open_stop is None:
        return []
    events = []
    shown = {p.key: p for p in parcels if p.verdict == "pick" and p.key}
    for item in route.stop(state.open_stop).items:
        if item.name in checklist.found and item.key not in state.found:
            events.append(about(item, "found", "seen", shown.get(item.key)))
    complete = checklist.expected and not checklist.missing and checklist.found
    if complete and "all_found" not in state.told:
        events.append(Event("all_found", stop=state.open_stop))
    return events


def with_consequences(
    route: Route, state: RideState, events: Iterable[Event], settings: RideSettings
) -> tuple[tuple[Event, ...], RideState]:
    """The events with those they bring about, and the state after all of them."""
    queue, done = list(events), list[Event]()
    while queue:
        event = queue.pop(0)
        state = apply_event(state, event)
        done.append(event)
        if event.kind == "taken" and _all_taken(route, state):
            queue[:0] = _after_last(route, state, settings)
    return tuple(done), state


def next_stop(route: Route, state: RideState, after: str | None = None) -> str | None:
    """The first stop behind this one, else the first of all, that is not closed."""
    ids = [stop.id for stop in route]
    start = ids.index(after) + 1 if after in ids else 0
    left = [
        i for i in ids[start:] + ids[:start] if i not in state.closed and i != after
    ]
    return left[0] if left else None


def about(item: Item, kind: EventKind, by: By, parcel: Parcel | None) -> Event:
    """An event about one item, with what is known of the parcel."""
    where, track = (None, None) if parcel is None else (parcel.where, parcel.track)
    return Event(
        kind,
        stop=item.stop,
        key=item.key,
        id=item.name,
        where=where,
        track=track,
        by=by,
    )


def _all_taken(route: Route, state: RideState) -> bool:
    if state.open_stop is None or "all_taken" in state.told:
        return False
    return all(i.key in state.taken for i in route.stop(state.open_stop).items)


def _after_last(route: Route, state: RideState, settings: RideSettings) -> list[Event]:
    events = [Event("all_taken", stop=state.open_stop)]
    if settings.advance == "command":
        return events
    events.append(Event("stop_closed", stop=state.open_stop, by="rule"))
    following = next_stop(route, state, state.open_stop)
    if following is not None:
        events += opening(route, state, following, "rule")
    return events
