"""Rows by stop -> the route: numbers to items, each once."""

from collections.abc import Mapping
from dataclasses import replace

from vapr.errors import ManifestError
from vapr.route.numbers import Number, is_placeholder, plain_number, read_numbers
from vapr.route.report import Finding, Kind, Unit
from vapr.route.route import Route, Stop
from vapr.route.rows import Row
from vapr.types import Item

_MOST_NAMED = 8


class RouteBuilder:
    """Builds the stops of a route; tells `findings` of every row it mends."""

    def __init__(self, unit: Unit, findings: list[Finding]) -> None:
        self._unit, self._findings = unit, findings
        self._seen: dict[str, tuple[str, int]] = {}
        self._names: dict[str, int] = {}
        self._twice: list[str] = []

    def build(self, stops: Mapping[str, list[Row]]) -> Route:
        """The route.

        Raises:
            ManifestError: a number stands on two stops; names all such rows.
        """
        route = Route(tuple(self._stop(name, rows) for name, rows in stops.items()))
        if self._twice:
            more = len(self._twice) - _MOST_NAMED
            raise ManifestError(
                "the same number stands on two stops: "
                + "; ".join(self._twice[:_MOST_NAMED])
                + (f"; and {more} more" if more > 0 else "")
                + ". Correct the stop or the number in one of the rows"
            )
        return route

    def _note(self, code: str, row: Row, reason: str) -> None:
        self._findings.append(Finding("noted", code, (row.at,), reason))

    def _stop(self, name: str, rows: list[Row]) -> Stop:
        items: list[Item] = []
        read = 0
        for row in rows:
            numbers = self._numbers(row)
            read += len(numbers)
            items += [i for n in numbers if (i := self._item(row, n))]
        if any(row.place.count is not None for row in rows):
            spare = _uncounted([r for r in rows if not r.place.pickup], read)
            if spare:
                said = f"counted are {spare} more than have a number"
                self._note("more_counted", rows[-1], said)
            items += [self._unnumbered(rows[-1]) for _ in range(spare)]
        lat, lon = next(
            (row.place.position for row in rows if row.place.position), (None, None)
        )
        return Stop(
            name,
            tuple(items),
            next((row.place.address for row in rows if row.place.address), ""),
            lat,
            lon,
            next((row.place.window for row in rows if row.place.window), None),
        )

    def _numbers(self, row: Row) -> list[Number | None]:
        """The numbers of a row; one None for a parcel without any."""
        if row.place.pickup:
            self._note("pickup", row, "a pickup: nothing to hand over")
            return []
        plain = plain_number(row.tracking)
        if plain and not row.further:
            return [plain]
        found = read_numbers(row.tracking) if row.tracking else []
        for cell in row.further:
            found = self._with_others(row, found, read_numbers(cell))
        if found:
            return list(found)
        if row.place.count == 0:
            self._note("no_parcels", row, "no number, and no parcels counted")
            return []
        self._note("no_number", row, _why_no_number(row.tracking))
        return [None]

    def _with_others(
        self, row: Row, numbers: list[Number], others: list[Number]
    ) -> list[Number]:
        """The numbers with those of another column, pair by pair, as aliases."""
        if not numbers or not others:
            return numbers or others
        if len(numbers) == len(others):
            return [_with_other(a, b) for a, b in zip(numbers, others, strict=True)]
        said = f"{len(others)} other numbers of {len(numbers)} parcels: not used"
        self._note("alias", row, said)
        return numbers

    def _item(self, row: Row, number: Number | None) -> Item | None:
        """The item of a number; None if the same stop has it already."""
        if number is None:
            return self._unnumbered(row)
        if number.code:
            kind: Kind = "repaired" if number.repaired else "noted"
            finding = Finding(kind, number.code, (row.at,), number.reason)
            self._findings.append(finding)
        if not number.key:
            head = number.aliases[0].rstrip("?")
            return _make(self._unique(f"stop {row.stop}, {head}…"), row, number)
        if number.key in self._seen:
            self._merge(number, row)
            return None
        self._seen[number.key] = (row.stop, row.at)
        return _make(number.key, row, number)

    def _merge(self, number: Number, row: Row) -> None:
        """The number again: the same parcel on its stop, a contradiction elsewhere."""
        other, at = self._seen[number.key]
        if other == row.stop:
            said = f"{number.key} again, as in {self._unit} {at}: one parcel"
            self._findings.append(Finding("noted", "merged", (at, row.at), said))
            return
        self._twice.append(
            f"{number.key} ({self._unit} {at}: stop {other}; "
            f"{self._unit} {row.at}: stop {row.stop})"
        )

    def _unnumbered(self, row: Row) -> Item:
        return _make(self._unique(f"stop {row.stop}, no number"), row)

    def _unique(self, name: str) -> str:
        self._names[name] = self._names.get(name, 0) + 1
        return name if self._names[name] == 1 else f"{name} ({self._names[name]})"


def _make(key: str, row: Row, number: Number | None = None) -> Item:
    """An item; its number is named only where all of it is left."""
    place = row.place
    return Item(
        key,
        row.stop,
        number.tracking if number and number.key else None,
        number.aliases if number else (),
        place.recipient,
        place.address,
        place.postal_code or (number.postal_code if number else ""),
        row.sort_code,
        row.at,
    )


def _with_other(number: Number, other: Number) -> Number:
    """A number with another one of the same parcel as its alias."""
    if not number.key and other.key:
        number, other = replace(number, key=other.key, tracking=other.tracking), number
    aliases = (*number.aliases, other.key, *other.aliases)
    kept = dict.fromkeys(key for key in aliases if key and key != number.key)
    return replace(number, aliases=tuple(kept))


def _why_no_number(text: str) -> str:
    if not text:
        return "no tracking number"
    if is_placeholder(text):
        return f'no tracking number ("{text[:12]}")'
    return "what stands for its tracking number is none"


def _uncounted(rows: list[Row], read: int) -> int:
    """How many parcels are counted beyond those read from the rows of a stop.

    Some programs repeat the stop's count on each of its rows: so it is taken where
    that leaves no fewer than were read.
    """
    counts = [row.place.count for row in rows if row.place.count is not None]
    if not counts:
        return 0
    repeated = len(rows) > 1 and len(set(counts)) == 1 and counts[0] >= read
    return max((counts[0] if repeated else sum(counts)) - read, 0)
