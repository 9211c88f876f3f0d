"""Rows by stop -> the route: numbers to items, each once."""

from collections.abc import Mapping
from dataclasses import replace

from vapr.errors import ManifestError
from vapr.route.numbers import Number, is_placeholder, is_plain_number, read_numbers
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
            if is_plain_number(row.tracking) and not (row.further or row.place.pickup):
                read += 1
                if not self._seen_before(row.tracking, row):
                    items.append(_make(row.tracking, row, row.tracking))
                continue
            numbers = self._numbers(row)
            read += len(numbers)
            items += [i for n in numbers if (i := self._item(row, n))]
        if any(row.place.count is not None for row in rows):
            items += self._uncounted(rows, read)
        places = [row.place for row in rows]
        lat, lon = next((p.position for p in places if p.position), (None, None))
        address = next((p.address for p in places if p.address), "")
        window = next((p.window for p in places if p.window), None)
        return Stop(name, tuple(items), address, lat, lon, window)

    def _uncounted(self, rows: list[Row], read: int) -> list[Item]:
        """Items for the parcels that are counted beyond those that were read."""
        counts = [r.place.count for r in rows if not r.place.pickup]
        spare = counted_beyond([n for n in counts if n is not None], len(counts), read)
        if spare:
            said = f"counted are {spare} more than have a number"
            self._note("more_counted", rows[-1], said)
        return [self._unnumbered(rows[-1]) for _ in range(spare)]

    def _numbers(self, row: Row) -> list[Number | None]:
        """The numbers of a row; one None for a parcel without any."""
        if row.place.pickup:
            self._note("pickup", row, "a pickup: nothing to hand over")
            return []
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
            name = self._unique(f"stop {row.stop}, {head}…")
            return _make(name, row, None, number.aliases)
        if self._seen_before(number.key, row):
            return None
        item = _make(number.key, row, number.tracking, number.aliases)
        if number.postal_code and not item.postal_code:
            item = replace(item, postal_code=number.postal_code)
        return item

    def _seen_before(self, key: str, row: Row) -> bool:
        """Whether a number was there: one parcel on its stop, a clash elsewhere."""
        if key not in self._seen:
            self._seen[key] = (row.stop, row.at)
            return False
        stop, at = self._seen[key]
        if stop == row.stop:
            said = f"{key} again, as in {self._unit} {at}: one parcel"
            self._findings.append(Finding("noted", "merged", (at, row.at), said))
        else:
            rows = f"{self._unit} {at}: stop {stop}; {self._unit} {row.at}: stop "
            self._twice.append(f"{key} ({rows}{row.stop})")
        return True

    def _unnumbered(self, row: Row) -> Item:
        return _make(self._unique(f"stop {row.stop}, no number"), row)

    def _unique(self, name: str) -> str:
        self._names[name] = self._names.get(name, 0) + 1
        return name if self._names[name] == 1 else f"{name} ({self._names[name]})"


def _make(
    key: str, row: Row, tracking: str | None = None, aliases: tuple[str, ...] = ()
) -> Item:
    place = row.place
    return Item(
        key,
        row.stop,
        tracking,
        aliases,
        place.recipient,
        place.address,
        place.postal_code,
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


def counted_beyond(counts: list[int], rows: int, read: int) -> int:
    """How many parcels are counted beyond those read from the rows of a stop.

    Some programs repeat the stop's count on each of its rows: so it is taken where
    that leaves no fewer than were read.
    """
    if not counts:
        return 0
    repeated = rows > 1 and len(set(counts)) == 1 and counts[0] >= read
    return max((counts[0] if repeated else sum(counts)) - read, 0)
