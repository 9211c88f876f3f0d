"""What is known of every track: what was read of it, what it was, what it became."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vapr.match import mark_codes
from vapr.match.beliefs import combined_llrs
from vapr.session.belief import (
    Belief,
    after_match,
    described,
    evidence_of,
    learn,
    place_labels,
    sight_of,
    urgency,
)
from vapr.session.finding import Followed
from vapr.session.reading import Answer, Wish
from vapr.track import Patch
from vapr.types import Image, Item, Parcel

AGAINST = 6.0  # llr by which another item must fit better than the one in question


class Identities:
    """Beliefs by track, and what was decided of each when last beyond doubt.

    Args:
        items: all of the route.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._beliefs: dict[int, Belief] = {}
        self._last: dict[int, Parcel] = {}  # as decided when last beyond doubt
        self._watched_s: dict[int, float] = {}  # when its place last showed a track
        self._interrupted: set[int] = set()  # what did not look as before since
        # Another thing is in their place, seen to be since the time given
        self._displaced: dict[str, tuple[Parcel, float]] = {}

    @property
    def tracks(self) -> set[int]:
        """All tracks of which anything is known."""
        return set(self._beliefs)

    def known(self) -> set[int]:
        """Tracks worth keeping while out of sight: those that are known to be one."""
        return {i for i, p in self._last.items() if p.key or p.verdict == "pick"}

    def is_settled(self, track: int) -> bool:
        """Whether a track is known to be one thing, of this route or not."""
        last = self._last.get(track)
        return last is not None and (last.key is not None or last.foreign)

    def is_other(self, track: int, key: str | None) -> bool:
        """Whether a track is not this item: it is known, or its label says so."""
        if self.is_settled(track):
            return True
        belief = self._beliefs[track]
        cues = evidence_of(belief, range(len(belief.slots)))
        said = combined_llrs(cues, self._items)
        its = [
            llr for llr, item in zip(said, self._items, strict=True) if item.key == key
        ]
        return bool(its) and float(said.max()) - its[0] >= AGAINST

    def last(self, track: int) -> Parcel:
        """A known track's parcel, as it was when last beyond doubt and seen then."""
        return replace(self._last[track], last_seen_s=self._beliefs[track].sure_s)

    def watched_s(self, track: int) -> float:
        """When the place of a track last showed it."""
        return self._watched_s[track]

    def watch(self, track: int, patch: Patch, time_s: float, *, weak: bool) -> None:
        """A track is in view: it may have become another thing since it was last."""
        self._beliefs[track] = after_match(
            self._beliefs.get(track, Belief()),
            patch,
            weak=weak or track in self._interrupted,
            time_s=time_s,
            unwatched_s=time_s - self._watched_s.get(track, time_s),
        )
        self._interrupted.discard(track)
        self._watched_s[track] = time_s

    def interrupt(self, track: int) -> None:
        """The place of a track does not look as it did."""
        self._interrupted.add(track)

    def cut(self) -> None:
        """The picture began anew: nobody watched what happened meanwhile."""
        self._interrupted |= self._beliefs.keys()
        self._displaced.clear()

    def wishes(
        self, image: Image, parcel: Parcel, track: int, time_s: float
    ) -> tuple[tuple[int, ...], list[Wish]]:
        """Which slot each label of a parcel is, and how much each wants reading."""
        belief = self._beliefs[track]
        slots, chosen = place_labels(belief, parcel)
        self._beliefs[track] = replace(belief, slots=slots)
        settled, doubtful = self.is_settled(track), belief.doubtful
        wishes = []
        for label, index in zip(parcel.labels, chosen, strict=True):
            slot, sight = slots[index], sight_of(image, label.quad)
            worth = urgency(slot, sight, time_s, settled=settled, doubtful=doubtful)
            wishes.append(Wish(worth, slot.tries, track, index, sight, slot.looks))
        return chosen, wishes

    def learn(self, answers: Iterable[Answer]) -> None:
        """What was read of labels; some prove to be another thing than they were."""
        for answer in answers:
            last, belief = self._last.get(answer.track), self._beliefs.get(answer.track)
            if belief is None:
                continue
            key = None if last is None else last.key
            now = learn(belief, answer.slot, answer.look, key)
            if key and now.became_s != belief.became_s:
                self._displaced[key] = (self.last(answer.track), answer.look.time_s)
            self._beliefs[answer.track] = now

    def told(self, one: Followed) -> Parcel:
        """A parcel with all that is known of it."""
        belief = self._beliefs[one.parcel.track or 0]
        labels = tuple(
            described(label, belief.slots[slot])
            for label, slot in zip(one.parcel.labels, one.slots, strict=True)
        )
        evidence = evidence_of(belief, one.slots, labels)
        told = mark_codes(replace(one.parcel, labels=labels, evidence=evidence))
        if labels:
            belief = replace(belief, framed=told.framed)
            self._beliefs[one.parcel.track or 0] = belief
        return told

    def decided(self, parcels: Sequence[Parcel]) -> None:
        """Take note of verdicts, but for tracks in doubt or of two parcels."""
        tracks = [parcel.track for parcel in parcels]
        for parcel in parcels:
            track = parcel.track
            if track is None or tracks.count(track) != 1:
                continue
            belief = self._beliefs.get(track)
            if belief is not None and not belief.doubtful:
                self._last[track] = parcel

    def displaced(
        self, parcels: Sequence[Parcel], before_s: float
    ) -> tuple[Parcel, ...]:
        """What another thing came to light behind, and has not turned up since.

        Args:
            parcels: what is in the picture.
            before_s: only what was displaced before this time.
        """
        for parcel in parcels:
            self._displaced.pop(parcel.key or "", None)
        due = [key for key, (_, at_s) in self._displaced.items() if at_s <= before_s]
        return tuple(self._displaced.pop(key)[0] for key in due)

    def elsewhere(self, parcels: Sequence[Parcel]) -> list[int]:
        """Tracks out of view whose items are in view as others: they were moved."""
        live = {p.key: p.track for p in parcels if p.key}
        shown = {p.track for p in parcels}
        moved = []
        for track, last in list(self._last.items()):
            if live.get(last.key or "", track) == track:
                continue
            if track in shown:
                del self._last[track]
            else:
                moved.append(track)
        return moved

    def forget(self, track: int) -> None:
        """The track is no more."""
        self._beliefs.pop(track, None)
        self._last.pop(track, None)
        self._watched_s.pop(track, None)
        self._interrupted.discard(track)
