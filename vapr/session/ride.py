"""One ride: the open stop, what is in view, what was taken; all of it journalled."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import RLock

from vapr.errors import UsageError
from vapr.match import make_checklist
from vapr.pipeline import check_image
from vapr.route import Route
from vapr.session.deeds import Deeds
from vapr.session.events import By, Event, RideState, Why, apply_event
from vapr.session.freshness import CameraWatch
from vapr.session.pages import RidePages
from vapr.session.perception import Percept, Perception
from vapr.session.position import Fix, Standing, stop_at
from vapr.session.reading import Stages
from vapr.session.rules import (
    closing,
    find_item,
    next_stop,
    opening,
    returning,
    taking,
    with_consequences,
)
from vapr.session.settings import RideSettings
from vapr.session.where import placed
from vapr.types import Image, Scene


class Session:
    """A ride with a camera: pictures and deeds in, scenes and events out.

    Times are seconds of one clock of the caller's, never going back; with a journal
    on disk, one that goes on over restarts (such as `time.time()`), or nothing in it
    would ever grow old. Calls from several threads wait for one another.

    Args:
        pipeline: finds and reads; see `vapr.Pipeline`.
        route: the route.
        settings: how the ride behaves.
        journal: file in which the ride is kept, so that it goes on after a crash;
            None keeps it in memory.
        ride: name of the ride in the journal; by default one made from the route.

    Raises:
        InputError: the journal cannot be used.
    """

    def __init__(
        self,
        pipeline: Stages,
        route: Route,
        *,
        settings: RideSettings | None = None,
        journal: Path | str | None = None,
        ride: str | None = None,
    ) -> None:
        self.route = route
        self._settings = settings or RideSettings()
        self._eyes = Perception(pipeline, route, self._settings)
        path = None if journal is None else Path(journal)
        self._pages = RidePages(route, path, ride, self._settings.retention_days)
        self._memory = self._pages.memory
        self._state = RideState()
        for event in self._pages.events():
            self._state = apply_event(self._state, event)
        self._deeds = Deeds(route, self._state.open_stop)
        self._standing = Standing()
        self._camera = CameraWatch(self._settings.stale_s)
        self._percept = Percept()
        self._scene = Scene((0, 0))
        self._now_s: float | None = None
        self._lock = RLock()
        self._show()

    @property
    def state(self) -> RideState:
        """The open stop, stops closed, items taken and astray."""
        return self._state

    @property
    def scene(self) -> Scene:
        """The latest scene; without marks once its picture is too old to trust."""
        return self._scene

    @property
    def next_stop(self) -> str | None:
        """Id of the stop that comes next, None when all are closed."""
        return next_stop(self.route, self._state, self._state.open_stop)

    def look(
        self, image: Image, time_s: float, source: str = "", *, wait: bool = False
    ) -> Scene:
        """One frame: follow, read, decide, and note what left or came back.

        Args:
            image: BGR uint8 (H, W, 3).
            time_s: when it was taken.
            source: what to call the frame.
            wait: find what is in this very frame, though `RideSettings.background`
                would have it follow what was found in an earlier one.

        Returns:
            The scene. A frame that is black, or the last one over again, shows
            nothing new: it brings no marks back and keeps none alive.

        Raises:
            UsageError: the picture is no such array, or older than the last one.
            InputError: the journal cannot be written; nothing was accepted then.
        """
        check_image(image)
        with self._lock:
            if self._scene.size != (0, 0) and time_s < self._scene.time_s:
                raise UsageError(
                    f"a frame of {time_s:.3f} s came after one of "
                    f"{self._scene.time_s:.3f} s; frames go forward in time"
                )
            flaw = self._camera.flaw(image, time_s, self._clock(time_s))
            size = (int(image.shape[1]), int(image.shape[0]))
            if flaw is not None:
                self._scene = replace(
                    self._scene, size=size, source=source, time_s=time_s
                )
                return self._nothing_new(time_s, flaw)
            stop = self._state.open_stop
            frame = Scene(size, (), stop=stop, source=source, time_s=time_s)
            return self._see(image, frame, wait=wait)

    def open_stop(self, stop: str, time_s: float | None = None) -> tuple[Event, ...]:
        """Want the parcels of this stop from now on; closes the one that was open.

        Raises:
            UsageError: the route has no such stop.
        """
        with self._lock:
            return self._open(stop, self._clock(time_s), "said")

    def close_stop(self, time_s: float | None = None) -> tuple[Event, ...]:
        """The open stop is done. Warns of each parcel of it that is still in view."""
        with self._lock:
            now_s = self._clock(time_s)
            return self._commit(self._closing_events("said"), now_s)

    def take(self, key: str, time_s: float | None = None) -> tuple[Event, ...]:
        """This item leaves the van, says the app. Another stop's is a warning.

        Args:
            key: the item's key, or its number as the manifest writes it.
            time_s: when; the ride's latest time when left out.

        Returns:
            What was accepted, on disk by now; empty if it was taken before.

        Raises:
            UsageError: the route has no such item.
        """
        with self._lock:
            now_s = self._clock(time_s)
            item = find_item(self.route, key)
            return self._commit(taking(self._state, item, "said"), now_s)

    def untake(self, key: str, time_s: float | None = None) -> tuple[Event, ...]:
        """This item is back in the van after all, says the app.

        Raises:
            UsageError: the route has no such item.
        """
        with self._lock:
            now_s = self._clock(time_s)
            item = find_item(self.route, key)
            return self._commit(returning(self._state, item, "said"), now_s)

    def at(self, fix: Fix) -> tuple[Event, ...]:
        """The van's position: standing near a stop that is not done opens it."""
        with self._lock:
            now_s = self._clock(fix.time_s)
            if not self._standing.update(fix):
                return ()
            radius_m = self._settings.radius_m
            stop = stop_at(fix, self.route, self._state.closed, radius_m)
            if stop is None:
                return ()
            return self._open(stop.id, now_s, "position")

    def tick(self, now_s: float) -> tuple[Event, ...]:
        """Time goes by. Call it some four times a second, frames or not.

        Returns:
            `camera_lost` when the last good frame has grown too old just now.
        """
        with self._lock:
            now_s = self._clock(now_s)
            self._pages.prune(now_s)
            events = self._commit(self._camera_events(now_s), now_s)
            self._pages.save_memory(now_s)
            self._show()
            return events

    def lose_camera(self, now_s: float) -> tuple[Event, ...]:
        """The camera is known to be gone: withdraw its marks at once."""
        with self._lock:
            now_s = self._clock(now_s)
            if self._camera.lost:
                return ()
            self._percept = Percept()
            return self._commit(self._camera.lose("closed"), now_s)

    def events(self, after: int = 0) -> tuple[Event, ...]:
        """All events of this ride with a `seq` greater than `after`, oldest first."""
        with self._lock:
            return self._pages.events(after)

    def close(self) -> None:
        """Save what is remembered and close the journal."""
        with self._lock:
            self._pages.close(self._now_s or 0.0)
            self._eyes.close()

    def _see(self, image: Image, frame: Scene, *, wait: bool) -> Scene:
        time_s = frame.time_s
        percept = self._eyes.look(image, time_s, frame.stop, self._out(), wait=wait)
        parcels = placed(percept.parcels, frame.size, self._settings.areas)
        self._percept = replace(percept, parcels=parcels)
        back = self._camera.good(time_s)
        self._scene = frame
        told = self._deeds.told_by(
            self._percept, self._state, self._memory, self._now_s or 0.0
        )
        self._commit([*back, *told], time_s)
        self._note()
        self._show()
        self._pages.save_memory(time_s)
        return self._scene

    def _note(self) -> None:
        self._memory.see(self._percept.parcels)
        self._memory.stir(self._percept.stirred)
        for parcel in self._deeds.settled():
            if parcel.key is not None:
                self._memory.forget(parcel.key)

    def _nothing_new(self, time_s: float, flaw: Why) -> Scene:
        if flaw == "black":
            self._percept = Percept()
        events = self._camera_events(time_s)
        self._show()
        self._commit(events, time_s)
        return self._scene

    def _camera_events(self, now_s: float) -> list[Event]:
        if not self._camera.overdue(now_s):
            return []
        self._percept = Percept()
        return self._camera.lose()

    def _open(self, stop: str, now_s: float, by: By) -> tuple[Event, ...]:
        events = opening(self.route, self._state, stop, by)
        if events:
            events = [*self._closing_events(by), *events]
        return self._commit(events, now_s)

    def _closing_events(self, by: By) -> list[Event]:
        percept = self._percept
        parcels, resting = percept.parcels, percept.resting
        return closing(self.route, self._state, parcels, resting, by)

    def _commit(self, events: Iterable[Event], now_s: float) -> tuple[Event, ...]:
        """Accept events: on disk first, then in effect, then shown."""
        done, state = with_consequences(self.route, self._state, events, self._settings)
        if not done:
            return ()
        stamped = [replace(event, time_s=now_s) for event in done]
        written = self._pages.append(stamped)
        self._state = state
        self._deeds.follow(written)
        for event in written:
            if event.kind in ("taken", "wrong_one") and event.key:
                self._memory.forget(event.key)
        self._redecide()
        return written

    def _redecide(self) -> None:
        """Marks follow a deed at once, not with the next frame."""
        if self._percept.parcels:
            size, areas = self._scene.size, self._settings.areas
            parcels = self._eyes.decide_again(self._state.open_stop, self._out())
            self._percept = replace(self._percept, parcels=placed(parcels, size, areas))
        self._show()

    def _show(self) -> None:
        """The scene from what is in the picture, and behind it what is remembered."""
        live, stop = self._percept.parcels, self._state.open_stop
        keys = {p.key for p in live if p.key} | self._out()
        remembered = self._memory.parcels(self._now_s or 0.0, keys)
        taken = self._state.taken
        self._scene = replace(
            self._scene,
            parcels=(*live, *remembered),
            checklist=make_checklist(live, self.route, stop, taken),
            stop=stop,
            timing_ms=self._percept.timing,
        )

    def _out(self) -> frozenset[str]:
        return self._state.taken | self._state.astray

    def _clock(self, time_s: float | None) -> float:
        """The ride's time: the latest it was told."""
        if time_s is not None:
            self._now_s = max(time_s, self._now_s or time_s)
        return self._now_s or 0.0
