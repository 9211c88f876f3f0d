"""What was seen where, once its label, or all of it, is out of sight."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from vapr.route import Route
from vapr.types import Evidence, Parcel

HALF_LIFE_S = 4 * 3600.0  # even odds that it is still there; loading lasts the day
STIR = 0.85  # what is left each time something moved around its place
FORGOTTEN = 0.05
SAVE_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """One item: where it was, when, how surely it was it, how often it was stirred."""

    key: str
    where: str
    seen_s: float
    confidence: float
    stirs: int = 0
    track: int | None = None

    def belief(self, now_s: float) -> float:
        """Probability that it is still there: fades with time and with stirring."""
        unseen_s = max(now_s - self.seen_s, 0.0)
        left: float = 0.5 ** (unseen_s / HALF_LIFE_S)
        return self.confidence * STIR**self.stirs * left


class Memory:
    """The items of a route by key: at most one place each, so its size is bounded."""

    def __init__(self, route: Route, entries: Iterable[Remembered] = ()) -> None:
        self._route = route
        self._entries = {e.key: e for e in entries if e.key in route.by_key}
        self._unsaved: set[str] = set()
        self._gone: set[str] = set()
        self._saved_s: float | None = None

    def get(self, key: str) -> Remembered | None:
        """What is remembered of an item."""
        return self._entries.get(key)

    def see(self, parcels: Iterable[Parcel]) -> None:
        """Note the parcels that are surely one item and in the picture now."""
        for parcel in parcels:
            if parcel.key is None or parcel.where is None:
                continue
            before = self._entries.get(parcel.key)
            self._entries[parcel.key] = Remembered(
                parcel.key,
                parcel.where,
                parcel.last_seen_s,
                parcel.id_confidence,
                0,
                parcel.track,
            )
            moved = before is None or before.where != parcel.where
            self._unsaved.add(parcel.key)
            if moved:
                self._saved_s = None  # a new place is worth writing at once

    def stir(self, tracks: Collection[int]) -> None:
        """Something moved around the places of these tracks."""
        for key, entry in self._entries.items():
            if entry.track in tracks:
                self._entries[key] = replace(entry, stirs=entry.stirs + 1)
                self._unsaved.add(key)

    def forget(self, key: str) -> None:
        """It is known not to be there any more."""
        if self._entries.pop(key, None) is not None:
            self._unsaved.discard(key)
            self._gone.add(key)
            self._saved_s = None

    def parcels(self, now_s: float, live: Collection[str]) -> tuple[Parcel, ...]:
        """What is not in the picture now but was, as parcels without a box.

        Args:
            now_s: now.
            live: keys of items that are in the picture.
        """
        shown = []
        for entry in self._entries.values():
            belief = entry.belief(now_s)
            if entry.key not in live and belief >= FORGOTTEN:
                shown.append(self._parcel(entry, belief))
        return tuple(sorted(shown, key=lambda parcel: -parcel.last_seen_s))

    def unsaved(
        self, now_s: float
    ) -> tuple[tuple[Remembered, ...], tuple[str, ...]] | None:
        """Entries to write and keys to delete, every few seconds; None: nothing yet."""
        due = self._saved_s is None or now_s - self._saved_s >= SAVE_EVERY_S
        if not due or not (self._unsaved or self._gone):
            return None
        entries = tuple(self._entries[k] for k in self._unsaved if k in self._entries)
        gone = tuple(self._gone - self._entries.keys())
        self._unsaved, self._gone, self._saved_s = set(), set(), now_s
        return entries, gone

    def save_soon(self) -> None:
        """Whatever is unsaved is due now."""
        self._saved_s = None

    def _parcel(self, entry: Remembered, belief: float) -> Parcel:
        """No mark: out of sight there is nothing to point at, so no verdict either."""
        item = self._route.by_key[entry.key]
        cue = Evidence("memory", text=item.name)
        return Parcel(
            box=None,
            score=0.0,
            evidence=(cue,),
            key=item.key,
            id=item.name,
            stop=item.stop,
            id_confidence=belief,
            reason="hidden",
            where=entry.where,
            track=entry.track,
            last_seen_s=entry.seen_s,
        )
