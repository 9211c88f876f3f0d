"""What each item's label says in print: the strings text is held against."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vapr.route.route import Route
from vapr.types import Item

Field = Literal["tracking", "sort", "number", "name", "address"]

SHORTEST, LONGEST = 2, 40  # characters of a string; one says nothing
NATS: Final = {
    "digit": 2.3,
    "letter": 2.0,
    "other": 4.0,
}  # a character of no known text
USUAL: Final[dict[Field, float]] = {
    "sort": 2.0,
    "number": 4.0,
    "name": 2.0,
    "address": 2.0,
}
"""Nats by which a string is rarer off the route than on it."""
MOST: Final[dict[Field, float]] = {
    "tracking": 10.0,
    "sort": 6.0,
    "number": 7.0,
    "name": 6.0,
    "address": 6.0,
}
"""Nats a string says at most. A parcel that is not on the route may well be for one of
its recipients, or come in a box that once was; hardly ever has it the same number."""

_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})
_WIDE = re.compile(r"[\u2e80-\uffef]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One string, folded (see `fold`), of one field, and whose it is.

    `items` index the route's items; `nats` is how much less likely a label that is
    none of theirs shows it.
    """

    field: Field
    text: str
    items: tuple[int, ...]
    nats: float


@dataclass(frozen=True, slots=True, eq=False)
class TextBook:
    """All strings of a route; `keys` are its items' keys in route order.

    `labels` (n, longest) holds each entry's characters as their place in `characters`
    from 1 on, -1 beyond its end.
    """

    keys: tuple[str, ...]
    entries: tuple[Entry, ...]
    characters: tuple[str, ...]
    labels: NDArray[np.intp]

    @staticmethod
    def of(route: Route) -> "TextBook":
        """The strings of a route; the same object for the same route."""
        return _of_route(route)

    @staticmethod
    def build(items: Iterable[Item]) -> "TextBook":
        """The strings of some items."""
        listed = tuple(items)
        holders: dict[tuple[Field, str], list[int]] = {}
        for index, item in enumerate(listed):
            for field, text in _strings(item):
                if SHORTEST <= len(text) <= LONGEST:
                    holders.setdefault((field, text), []).append(index)
        entries = tuple(
            Entry(
                field, text, tuple(owners), _nats(field, text, len(owners), len(listed))
            )
            for (field, text), owners in holders.items()
        )
        characters = tuple(sorted({c for entry in entries for c in entry.text}))
        keys = tuple(item.key for item in listed)
        texts = [entry.text for entry in entries]
        return TextBook(keys, entries, characters, spell(texts, characters))


def spell(texts: Sequence[str], characters: Sequence[str]) -> NDArray[np.intp]:
    """Strings (n, longest) as places of their characters from 1 on, -1 beyond."""
    at = {character: i + 1 for i, character in enumerate(characters)}
    out = np.full((len(texts), max(map(len, texts), default=0)), -1, np.intp)
    for row, text in zip(out, texts, strict=True):
        row[: len(text)] = [at[c] for c in text]
    return out


@lru_cache(maxsize=4)
def _of_route(route: Route) -> TextBook:
    return TextBook.build(route.items)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Letters and digits alone, without case, accents and look-alikes.

    Spaces and points come and go in print and are hardly seen from afar; O is 0, I and
    l are 1.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum() or c == "|").translate(_ALIKE)


def _strings(item: Item) -> list[tuple[Field, str]]:
    """(field, folded string) of an item, each once."""
    found: dict[tuple[Field, str], None] = {}
    if item.tracking:
        found["tracking", fold(item.tracking)] = None
    *zones, number = item.sort_code.split() or [""]
    for zone in zones:
        found["sort", fold(zone)] = None
    # with a single word the code names a bag or a round, not a parcel
    found["number" if zones else "sort", fold(number)] = None
    if zones:
        found["number", fold(item.sort_code)] = None
    found["name", fold(item.recipient)] = None
    for part in _lines(item.address):
        found["address", fold(part)] = None
    if item.postal_code:
        found["address", fold(item.postal_code)] = None
    return list(found)


def _lines(address: str) -> list[str]:
    """The parts of an address that stand on lines of their own."""
    parts = [part for part in re.split(r"[,;\n]", address) if part.strip()]
    if _WIDE.search(address):
        parts = [word for part in parts for word in part.split()]
    return parts


def _nats(field: Field, text: str, holders: int, items: int) -> float:
    """How much less likely a label of another parcel bears a string.

    By the string's own length; but strings of a route are drawn from few streets,
    rounds and names, so by their share on the route as well.
    """
    own = float(sum(NATS[_class(c)] for c in text))
    told = min(own, MOST[field])
    if field == "tracking":
        return told
    return min(told, float(np.log(items / holders)) + USUAL[field])


def _class(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "letter" if character.isascii() else "other"
