"""Frames in, parcels out: tracked, read when it pays, decided over the whole scene."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from vapr.geometry import box_of_quad
from vapr.match import decide
from vapr.pipeline import Found, timing_of
from vapr.route import Route
from vapr.session.belief import (
    Belief,
    Slot,
    after_match,
    described,
    evidence_of,
    learn,
    place_labels,
    sight_of,
    urgency,
)
from vapr.session.departures import Departures
from vapr.session.looks import Sight
from vapr.session.reading import Reader, Stages, Wish
from vapr.session.settings import RideSettings
from vapr.track import Mark, Track, Tracker, Update, expected_box, view_place
from vapr.types import Image, Parcel, Timing

COAST_S = 3.0  # a missed parcel is shown as long as its place looks as ever


@dataclass(frozen=True, slots=True)
class Percept:
    """One frame understood.

    Attributes:
        parcels: what is in the picture, with verdicts.
        gone: parcels that were in it and have left, as they were last.
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
        self._stages, self._route, self._settings = stages, route, settings
        self._tracker = Tracker()
        self._departures = Departures(settings.gone_s)
        self._reader = Reader(
            stages, route, settings.reads_per_look, background=settings.background
        )
        self._beliefs: dict[int, Belief] = {}
        self._last: dict[int, Parcel] = {}  # as decided last, one per track
        self._watched_s: dict[int, float] = {}  # when its place last showed a track
        self._loose_s: float | None = None
        self._undecided: tuple[Parcel, ...] = ()

    def look(
        self, image: Image, time_s: float, stop: str | None, out: Collection[str]
    ) -> Percept:
        """Understand one frame.

        Args:
            image: BGR uint8 (H, W, 3).
            time_s: when it was taken; never before the last.
            stop: the open stop, if any.
            out: keys of items that have left the van.
        """
        start = perf_counter()
        found = self._stages.find(image, self._route, loose=self._loose_due(time_s))
        detected = perf_counter()
        update = self._tracker.update(
            image, [_mark(p) for p in found.parcels], time_s, keep=self._known()
        )
        self._doubt(update, time_s)
        chosen = self._read(image, found, update, time_s)
        read = perf_counter()
        coasting, gone, stirred = self._view_unseen(image, update, time_s)
        self._undecided = (*self._seen(found, update, chosen, time_s), *coasting)
        parcels = self.decide_again(stop, out)
        self._forget_doubles(parcels, update)
        self._prune(update)
        resting = frozenset(p.key for p in parcels if p.key and _rests(p, update))
        timing = timing_of(start, detected, read, perf_counter())
        return Percept(parcels, gone, stirred, resting, timing)

    def decide_again(
        self, stop: str | None, out: Collection[str]
    ) -> tuple[Parcel, ...]:
        """Verdicts on the last frame for another stop, or after a deed."""
        parcels = decide(self._undecided, self._route, stop, out)
        tracks = [parcel.track for parcel in parcels]
        for parcel in parcels:
            if parcel.track is not None and tracks.count(parcel.track) == 1:
                self._last[parcel.track] = parcel
        return parcels

    def close(self) -> None:
        """End what runs in the background."""
        self._reader.close()

    def _loose_due(self, time_s: float) -> bool:
        last = self._loose_s
        if last is not None and time_s - last < self._settings.loose_every_s:
            return False
        self._loose_s = time_s
        return True

    def _known(self) -> set[int]:
        """Tracks worth keeping while out of sight: those that are known to be one."""
        return {i for i, p in self._last.items() if p.key or p.verdict == "pick"}

    def _doubt(self, update: Update, time_s: float) -> None:
        """Where a track may have become another thing, its looks prove nothing."""
        for track_id in update.ids:
            belief = self._beliefs.get(track_id, Belief())
            self._beliefs[track_id] = after_match(
                belief,
                update.tracks[track_id].patch,
                weak=track_id in update.doubtful,
                time_s=time_s,
                unwatched_s=time_s - self._watched_s.get(track_id, time_s),
            )
            self._watched_s[track_id] = time_s
            self._departures.forget(track_id)

    def _read(
        self, image: Image, found: Found, update: Update, time_s: float
    ) -> list[tuple[int, ...]]:
        """Have the labels read that want it most; returns each parcel's slots."""
        wishes, chosen = list[Wish](), list[tuple[int, ...]]()
        for parcel, track in zip(found.parcels, update.ids, strict=True):
            slots, places = place_labels(self._beliefs[track], parcel)
            self._beliefs[track] = replace(self._beliefs[track], slots=slots)
            chosen.append(places)
            for label, slot in zip(parcel.labels, places, strict=True):
                sight = sight_of(image, label.quad)
                worth = self._urgency(track, slots[slot], sight, time_s)
                wishes.append(Wish(worth, slots[slot].tries, track, slot, sight))
        for answer in self._reader.read(image, wishes, found.codes, time_s):
            last, belief = self._last.get(answer.track), self._beliefs.get(answer.track)
            if belief is not None:
                key = None if last is None else last.key
                self._beliefs[answer.track] = learn(
                    belief, answer.slot, answer.look, key
                )
        return chosen

    def _urgency(self, track: int, slot: Slot, sight: Sight, time_s: float) -> float:
        last = self._last.get(track)
        settled = last is not None and (last.key is not None or last.foreign)
        doubtful = self._beliefs[track].doubtful
        return urgency(slot, sight, time_s, settled=settled, doubtful=doubtful)

    def _seen(
        self,
        found: Found,
        update: Update,
        chosen: Sequence[tuple[int, ...]],
        time_s: float,
    ) -> list[Parcel]:
        parcels = []
        for parcel, track, places in zip(
            found.parcels, update.ids, chosen, strict=True
        ):
            belief = self._beliefs[track]
            labels = tuple(
                described(label, belief.slots[slot])
                for label, slot in zip(parcel.labels, places, strict=True)
            )
            evidence = evidence_of(belief, places)
            parcels.append(
                replace(
                    parcel,
                    labels=labels,
                    evidence=evidence,
                    track=track,
                    last_seen_s=time_s,
                )
            )
        return parcels

    def _view_unseen(
        self, image: Image, update: Update, time_s: float
    ) -> tuple[list[Parcel], tuple[Parcel, ...], tuple[int, ...]]:
        """Known tracks not detected: still there, gone, or with something before."""
        coasting, gone, stirred = list[Parcel](), list[Parcel](), list[int]()
        if update.motion is None:
            return coasting, (), ()
        for track_id in (self._known() & update.tracks.keys()) - set(update.ids):
            track = update.tracks[track_id]
            view = view_place(image, track, time_s)
            if view.state == "there":
                self._watched_s[track_id] = time_s
                if time_s - track.seen_s <= COAST_S:
                    coasting.append(self._coasted(track, time_s))
            if self._departures.stirred(track_id, view):
                stirred.append(track_id)
            if self._departures.is_gone(track_id, view, time_s):
                gone.append(self._last[track_id])
                self._drop(track_id)
        return coasting, tuple(gone), tuple(stirred)

    def _coasted(self, track: Track, time_s: float) -> Parcel:
        last = self._last[track.id]
        evidence = evidence_of(self._beliefs[track.id], ())
        box = expected_box(track, time_s)
        return Parcel(
            box, last.score, (), evidence, track=track.id, last_seen_s=track.seen_s
        )

    def _forget_doubles(self, parcels: Sequence[Parcel], update: Update) -> None:
        """A lost track whose item is in view elsewhere has been moved there."""
        live = {p.key for p in parcels if p.key}
        shown = {p.track for p in parcels}
        for track_id, last in list(self._last.items()):
            if track_id not in shown and last.key in live:
                self._drop(track_id)

    def _drop(self, track_id: int) -> None:
        self._tracker.drop(track_id)
        self._departures.forget(track_id)
        self._beliefs.pop(track_id, None)
        self._last.pop(track_id, None)
        self._watched_s.pop(track_id, None)

    def _prune(self, update: Update) -> None:
        """Forget what the tracker has forgotten, so that memory stays flat."""
        for track_id in self._beliefs.keys() - update.tracks.keys():
            self._drop(track_id)


def _mark(parcel: Parcel) -> Mark:
    if parcel.box is None:
        raise AssertionError("a detector's parcel has a box")
    label = parcel.label
    return Mark(parcel.box, None if label is None else box_of_quad(label.quad))


def _rests(parcel: Parcel, update: Update) -> bool:
    track = update.tracks.get(parcel.track or 0)
    return track is not None and parcel.box is not None and track.rest == track.box
