"""Frames in, parcels out: tracked, read when it pays, decided over the whole scene."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_area, box_of_quad, intersection, iou
from vapr.match import decide
from vapr.pipeline import timing_of
from vapr.route import Route
from vapr.session.departures import Departures, Occupant
from vapr.session.finding import (
    Finder,
    Followed,
    Sighting,
    moved_ahead,
    moved_parcel,
    still_there,
)
from vapr.session.identities import Identities
from vapr.session.reading import Reader, Stages, Wish
from vapr.session.settings import RideSettings
from vapr.track import (
    Mark,
    Track,
    Tracker,
    Update,
    expected_box,
    still_shows,
    view_place,
)
from vapr.types import Image, Parcel, Timing

COVERED = 0.6  # share of a place under which another parcel lies
TURNED = 0.5  # overlap with what stood there from which a thing may be it, turned
COAST_S = 3.0  # a missed parcel is shown as long as its place looks as ever


@dataclass(frozen=True, slots=True)
class Percept:
    """One frame understood.

    Attributes:
        parcels: what is in the picture, with verdicts.
        gone: parcels that were in it and have left, as they were last; each
            `last_seen_s` says when its place surely still showed it.
        stirred: tracks before whose places something came.
        resting: keys of items that stand still in their places.
    """

    parcels: tuple[Parcel, ...] = ()
    gone: tuple[Parcel, ...] = ()
    stirred: tuple[int, ...] = ()
    resting: frozenset[str] = frozenset()
    timing: Timing = field(default_factory=Timing)


class Perception:
    """All that a ride knows of the picture: tracks, and what was read of each."""

    def __init__(self, stages: Stages, route: Route, settings: RideSettings) -> None:
        self._route = route
        self._tracker = Tracker()
        self._gone_s = settings.gone_s
        self._departures = Departures(settings.gone_s)
        background = settings.background
        self._finder = Finder(
            stages, route, settings.loose_every_s, background=background
        )
        self._reader = Reader(
            stages, route, settings.reads_per_look, background=background
        )
        self._known = Identities(route.items)
        self._searched_s = float("-inf")
        self._followed: list[Followed] = []  # in px of the last placed frame
        self._undecided: tuple[Parcel, ...] = ()

    def look(
        self,
        image: Image,
        time_s: float,
        stop: str | None,
        out: Collection[str],
        *,
        wait: bool = False,
    ) -> Percept:
        """Understand one frame.

        Args:
            image: BGR uint8 (H, W, 3).
            time_s: when it was taken; never before the last.
            stop: the open stop, if any.
            out: keys of items that have left the van.
            wait: search this very frame, however long that takes.
        """
        start = perf_counter()
        motion = self._tracker.step(image)
        self._carry(motion, time_s)
        sighting = self._finder.find(
            image, time_s, motion, placed=self._tracker.placed, wait=wait
        )
        detected = perf_counter()
        if sighting is None:
            update = self._tracker.unlooked()
            read, shown = perf_counter(), self._follow(image, update, time_s)
        else:
            update = self._see(sighting, image, time_s)
            read, shown = perf_counter(), self._followed
        coasting, gone, stirred = self._view_unseen(image, update, shown, time_s)
        if sighting is not None:
            self._followed = shown = [*shown, *coasting]
        self._undecided = tuple(self._known.told(one) for one in shown)
        parcels = self.decide_again(stop, out)
        for track in self._known.elsewhere(parcels):
            self._drop(track)
        gone += self._known.displaced(parcels, time_s - self._gone_s)
        self._prune(update)
        resting = frozenset(p.key for p in parcels if p.key and _rests(p, update))
        timing = timing_of(start, detected, read, perf_counter())
        return Percept(parcels, gone, stirred, resting, timing)

    def _carry(self, motion: NDArray[np.float64] | None, time_s: float) -> None:
        """What is followed moves with the camera, or is lost with it."""
        if motion is not None:
            self._followed = [
                replace(one, parcel=moved_parcel(one.parcel, motion))
                for one in self._followed
            ]
        elif self._tracker.cut:
            self._followed = []
            self._known.cut()
            self._departures.cut()
            self._reader.drop(time_s)

    def _see(self, sighting: Sighting, image: Image, time_s: float) -> Update:
        """Take in what was found; most of it is to be read."""
        pairs = still_there(sighting, image)
        marks = [_mark(now) for _, now in pairs]
        update = self._tracker.update(image, marks, time_s, keep=self._known.known())
        self._searched_s = sighting.time_s
        for track_id in update.ids:
            patch = update.tracks[track_id].patch
            self._known.watch(track_id, patch, time_s, weak=track_id in update.doubtful)
            self._departures.forget(track_id)
        then = [parcel for parcel, _ in pairs]
        chosen = self._read(sighting, then, update.ids)
        self._followed = [
            Followed(replace(now, track=track, last_seen_s=time_s), slots)
            for (_, now), track, slots in zip(pairs, update.ids, chosen, strict=True)
        ]
        return update

    def _follow(self, image: Image, update: Update, time_s: float) -> list[Followed]:
        """Of what was found last, all that still looks as it did where it must be."""
        self._known.learn(self._reader.collect())
        shown = list[Followed]()
        if not self._tracker.placed:
            return shown
        for one in self._followed:
            track = update.tracks.get(one.parcel.track or 0)
            there = None if track is None else still_shows(image, track, time_s)
            if track is None or there is None:
                self._known.interrupt(one.parcel.track or 0)
                continue
            self._known.watch(track.id, there[1], time_s, weak=False)
            if there[0] == track.box:
                self._tracker.stood(track.id, there[1], time_s)
            shown.append(moved_ahead(one, track.box, there[0], time_s))
        return shown

    def decide_again(
        self, stop: str | None, out: Collection[str]
    ) -> tuple[Parcel, ...]:
        """Verdicts on the last frame for another stop, or after a deed."""
        parcels = decide(self._undecided, self._route, stop, out)
        self._known.decided(parcels)
        return parcels

    def close(self) -> None:
        """End what runs in the background."""
        self._finder.close()
        self._reader.close()

    def _read(
        self, sighting: Sighting, parcels: Sequence[Parcel], ids: Sequence[int]
    ) -> list[tuple[int, ...]]:
        """Have the labels read that want it most; returns each parcel's slots."""
        wishes, chosen = list[Wish](), list[tuple[int, ...]]()
        image, time_s = sighting.image, sighting.time_s
        for parcel, track in zip(parcels, ids, strict=True):
            slots, wanted = self._known.wishes(image, parcel, track, time_s)
            chosen.append(slots)
            wishes += wanted
        codes = sighting.found.codes
        self._known.learn(self._reader.read(image, wishes, codes, time_s))
        return chosen

    def _view_unseen(
        self, image: Image, update: Update, shown: Sequence[Followed], time_s: float
    ) -> tuple[list[Followed], tuple[Parcel, ...], tuple[int, ...]]:
        """Known tracks not in view: still there, gone, or with something before."""
        coasting, gone, stirred = list[Followed](), list[Parcel](), list[int]()
        if update.motion is None:
            return coasting, (), ()
        seen = {one.parcel.track for one in shown}
        for track_id in (self._known.known() & update.tracks.keys()) - seen:
            track = update.tracks[track_id]
            view = view_place(image, track, time_s)
            if view.state == "there" and not view.surely and _covered(track, shown):
                view = replace(view, state="empty")  # by what came to light behind it
            if view.state == "there" and view.patch is not None:
                self._known.watch(track_id, view.patch, time_s, weak=not view.surely)
                if view.surely and time_s - track.seen_s <= COAST_S:
                    coasting.append(self._coasted(track, time_s))
            else:
                self._known.interrupt(track_id)
            if self._departures.stirred(track_id, view):
                stirred.append(track_id)
            occupant = self._occupant(track, shown, update)
            if self._departures.is_gone(
                track_id, view, time_s, self._searched_s, occupant
            ):
                gone.append(self._known.last(track_id))
                self._drop(track_id)
        return coasting, tuple(gone), tuple(stirred)

    def _occupant(
        self, track: Track, shown: Sequence[Followed], update: Update
    ) -> Occupant:
        """What was found in the place of a track since it was seen there last."""
        place, key = track.rest or track.box, self._known.last(track.id).key
        found = set[Occupant]()
        for one in shown:
            box, other = one.parcel.box, one.parcel.track or 0
            came_s = update.tracks[other].born_s
            if box is None or iou(place, box) < TURNED:
                continue
            if came_s > self._known.watched_s(track.id):
                found.add("other" if self._known.is_other(other, key) else "unknown")
        return "unknown" if "unknown" in found else "other" if found else "none"

    def _coasted(self, track: Track, time_s: float) -> Followed:
        box, score = expected_box(track, time_s), self._known.last(track.id).score
        return Followed(Parcel(box, score, track=track.id, last_seen_s=track.seen_s))

    def _drop(self, track_id: int) -> None:
        self._tracker.drop(track_id)
        self._departures.forget(track_id)
        self._known.forget(track_id)
        self._followed = [o for o in self._followed if o.parcel.track != track_id]

    def _prune(self, update: Update) -> None:
        """Forget what the tracker has forgotten, so that memory stays flat."""
        for track_id in self._known.tracks - update.tracks.keys():
            self._drop(track_id)


def _mark(parcel: Parcel) -> Mark:
    if parcel.box is None:
        raise AssertionError("a detector's parcel has a box")
    label = parcel.label
    return Mark(parcel.box, None if label is None else box_of_quad(label.quad))


def _covered(track: Track, shown: Sequence[Followed]) -> bool:
    """Whether another parcel lies where a track has its place."""
    place = track.rest or track.box
    others = (one.parcel.box for one in shown)
    return any(
        intersection(place, box) >= COVERED * box_area(place) for box in others if box
    )


def _rests(parcel: Parcel, update: Update) -> bool:
    track = update.tracks.get(parcel.track or 0)
    return track is not None and parcel.box is not None and track.rest == track.box
