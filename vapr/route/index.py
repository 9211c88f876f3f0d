"""Payload -> items of this route, in microseconds.

The ladder: a number of rank 2 or 3 that an item has: sure; a literal of eight
characters or more that one item has: sure; a wildcard or prefix that one item has:
likely; anything weaker: the items alone. Two sure items are a conflict.
"""

import re
import weakref
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vapr.route.codes import literal_of, normalise, pieces_of
from vapr.route.formats import FORMATS
from vapr.route.keys import Key
from vapr.route.repair import FARTHEST, distance, look_alike, nearest, readings
from vapr.route.route import Route
from vapr.types import Item

Certainty = Literal["sure", "likely"]

_SHORTEST_LITERAL = 8
_FEWEST_FIXED = 8
_FEWEST_FIXED_PREFIX = 12  # fewer name a shipper, not a parcel
_LONGEST_SPLIT = 2_000
_PADDED_LENGTHS = (12, 14, 16, 18, 20)
_MOST_ZEROS = 3
_SHORTEST_FOREIGN = 12
_SOME_NUMBERS = 0.5
_WILD = re.compile(r"[0-9A-Z?]*\?[0-9A-Z?]*|[0-9A-Z?]+\*")

_OWN_HEAD = frozenset({"dpd", *(row.scheme for row in FORMATS if row.own_head)})
_LAST_MILE = frozenset(
    {"ups-1z", "usps-impb", "amazon-tba", "fedex-12", "fedex-15"}
    | {"dpd", "auspost", "lasership", "ontrac"}
)
"""Schemes whose label is the last one a parcel gets. Parcels with others (S10, SSCC,
YunExpress, GM ..) often get a second label for the last mile."""

_SHARED_LABELS: dict[str, frozenset[str]] = {
    "usps-impb": frozenset({"ups-1z", "fedex-12", "fedex-20", "dhl-ecommerce"}),
    "ups-1z": frozenset({"usps-impb"}),
    "fedex-12": frozenset({"usps-impb", "fedex-20"}),
}
"""SurePost, Ground Economy and DHL eCommerce labels bear two carriers' numbers."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The items of the route that a payload names.

    `certainty` None with items: possible, needs a second cue. `conflict`: the payload
    names more than one item outright, so it is one of them but none is sure; several
    that are only likely become possible. `foreign`: a tracking number of
    rank 2 or more that no item with a number has; only when nothing was hit. A route
    may hold items without a number: a foreign parcel could be one of those.
    """

    items: tuple[str, ...] = ()
    certainty: Certainty | None = None
    conflict: bool = False
    foreign: str | None = None


class RouteIndex:
    """Every number of a route, ready to be asked for."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._own: dict[str, set[str]] = defaultdict(set)
        self._alike: dict[str, set[str]] = defaultdict(set)
        self._doubtful: list[tuple[str, str]] = []
        self._padded: dict[str, set[str]] = defaultdict(set)
        self._wild: list[tuple[re.Pattern[str], bool, str]] = []
        self._kinds: set[str] = set()
        known = numbered = 0
        for item in items:
            if item.tracking or item.aliases:
                numbered += 1
                known += self._add(item)
        self._knows_carriers = known > numbered * _SOME_NUMBERS

    @classmethod
    def of(cls, route: Route) -> "RouteIndex":
        """The index of a route; built once for as long as the route lives."""
        held = _INDICES.get(id(route))
        if held is None or held[0]() is not route:
            at = id(route)
            alive = weakref.ref(route, lambda _: _INDICES.pop(at, None) and None)
            held = _INDICES[at] = (alive, cls(route.items))
        return held[1]

    def find(self, payload: str, symbology: str | None = None) -> Hit:
        """The items that a barcode's payload, or a line of text, names."""
        keys = normalise(payload, symbology)
        named = self._named(key for key in keys if key.rank >= 2)
        if named:
            return _hit(named, "sure")
        lesser = [key for key in keys if key.rank < 2]
        named = self._named(k for k in lesser if len(k.value) >= _SHORTEST_LITERAL)
        named = named or self._owners(pieces_of(payload[:_LONGEST_SPLIT]))
        if named:
            return _hit(named, "sure")
        named = self._named(lesser)
        if named:
            return _hit(named, None)
        return self._vague(keys) or self._mistyped(keys) or self._foreign(keys)

    def find_read(self, text: str) -> Hit:
        """The items that a line of text read by OCR names.

        Sure: a number as it stands, with its check digit right. Likely: one that has
        no check digit or was mended place by place. Possible (certainty None): a text
        that is near one item's number. Never foreign: a misread number looks like one.
        """
        read = readings(text)
        as_read = self._owners(r.value for r in read if r.checked and not r.changes)
        if as_read:
            return _hit(as_read, "sure")
        hit = self.find(text)
        mended = set(hit.items) or self._owners(reading.value for reading in read)
        if mended:
            return _hit(mended, "likely" if hit.certainty or not hit.items else None)
        return Hit(nearest(text, self._own, self._kinds))

    def _add(self, item: Item) -> bool:
        """Enter all numbers of an item; whether one is a carrier's (rank 2 or more)."""
        known = False
        for text in dict.fromkeys((item.tracking or item.key, item.key, *item.aliases)):
            wild = _wildcard(text)
            if wild:
                self._wild.append((*wild, item.key))
                known = True
                continue
            known |= self._enter(text, item.key)
        return known

    def _enter(self, text: str, item_key: str) -> bool:
        known = False
        for key in normalise(text):
            self._exact[key.value].add(item_key)
            self._alike[look_alike(key.value)].add(item_key)
            known |= key.rank >= 2
            self._kinds.add(_kind(key))
        literal = literal_of(text)
        if literal:
            self._own[literal].add(item_key)
            self._enter_padded(literal, item_key)
        if not known and len(literal) >= _SHORTEST_LITERAL:
            self._doubtful.append((literal, item_key))
        return known

    def _enter_padded(self, literal: str, item_key: str) -> None:
        """Zeros a spreadsheet may have eaten are put back, to the lengths in use."""
        if not literal.isdigit():
            return
        for length in _PADDED_LENGTHS:
            if 0 < length - len(literal) <= _MOST_ZEROS:
                self._padded[literal.zfill(length)].add(item_key)

    def _named(self, keys: Iterable[Key]) -> set[str]:
        return self._owners(key.value for key in keys)

    def _owners(self, values: Iterable[str]) -> set[str]:
        return set().union(*(self._exact.get(value, ()) for value in values))

    def _vague(self, keys: list[Key]) -> Hit | None:
        """Wildcards and prefixes of either side, and numbers with zeros put back."""
        named: set[str] = set()
        firm = True
        for key in keys:
            named |= self._padded.get(key.value, set())
            if "?" in key.value:
                named |= self._open(key.value)
                continue
            for pattern, fixed, item in self._wild:
                if pattern.fullmatch(key.value):
                    named.add(item)
                    firm &= fixed
        return _hit(named, "likely" if firm else None) if named else None

    def _open(self, value: str) -> set[str]:
        pattern = re.compile(value.replace("?", "[0-9A-Z]"))
        found = (self._exact[key] for key in self._exact if pattern.fullmatch(key))
        return set().union(*found)

    def _mistyped(self, keys: list[Key]) -> Hit | None:
        """Items whose number a person may have typed wrong in the manifest.

        8 for B is likely: letters that look like digits do not tell two parcels apart.
        A number of no known form, an edit or two away, is possible.
        """
        values = [key.value for key in keys if key.rank >= 2]
        alike = set().union(*(self._alike.get(look_alike(v), ()) for v in values))
        if alike:
            return _hit(alike, "likely")
        near = {
            item
            for number, item in self._doubtful
            if any(distance(value, number) <= FARTHEST for value in values)
        }
        return _hit(near, None) if near else None

    def _foreign(self, keys: list[Key]) -> Hit:
        for key in keys if self._knows_carriers else ():
            if key.rank >= 2 and self._is_foreign(key):
                return Hit(foreign=key.value)
        return Hit()

    def _is_foreign(self, key: Key) -> bool:
        """A number of a kind this route has, or that could stand on no item's label.

        Bare digits (rank 2) count only with a check digit, and if long: shorter ones
        are often a telephone or an order.
        """
        if key.rank < 3 and key.scheme not in _OWN_HEAD:
            if not key.checked or len(key.value) < _SHORTEST_FOREIGN:
                return False
            return _kind(key) in self._kinds
        if _kind(key) in self._kinds:
            return True
        shared = _SHARED_LABELS.get(key.scheme, frozenset())
        return key.scheme in _LAST_MILE and not shared & self._kinds


_INDICES: dict[int, tuple["weakref.ref[Route]", RouteIndex]] = {}


def _kind(key: Key) -> str:
    """The scheme; of an SSCC also who gave it out, as shippers have their own too."""
    return key.scheme if key.scheme != "sscc" else f"sscc {key.value[-18:][:3]}"


def _hit(named: set[str], certainty: Certainty | None) -> Hit:
    several = len(named) > 1
    conflict = several and certainty == "sure"
    return Hit(tuple(sorted(named)), None if several else certainty, conflict)


def _wildcard(text: str) -> tuple[re.Pattern[str], bool] | None:
    """A pattern with `?` or a closing `*`, and whether enough of it is fixed."""
    plain = re.sub(r"[^0-9A-Z?*]", "", text.upper())
    if not _WILD.fullmatch(plain):
        return None
    fixed = len(plain.rstrip("*")) - plain.count("?")
    least = _FEWEST_FIXED_PREFIX if plain.endswith(("*", "?")) else _FEWEST_FIXED
    body = plain.replace("?", "[0-9A-Z]").replace("*", "[0-9A-Z]*")
    return re.compile(body), fixed >= least
