"""The rows of a table, read by the columns that were chosen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vapr.route.addresses import join_address, postal_code_of
from vapr.route.columns import Layout
from vapr.route.numbers import is_placeholder, read_numbers
from vapr.route.report import Finding, Kind
from vapr.route.tables import Table
from vapr.route.times import time_window

_TOTAL = re.compile(
    r"\W*(?:(?:grand |sub)?total(?:e|es|s|en)?|sum(?:me|a)?|gesamt(?:summe)?|totaal|"
    r"razem|somme|insgesamt|合計|合计|总计|總計|小計|小计)\b[\W\d]*"
    r"(?:parcels|packages|stops|pakete|colis|paquetes|個)?\W*",
    re.IGNORECASE,
)
_DEPOTS = frozenset(
    {"depot", "warehouse", "lager", "hub", "start", "end", "break", "pause", "base"}
    | {"startdepot", "enddepot", "depotstart", "depotend", "almacén", "entrepôt"}
    | {"magazijn", "magazyn", "倉庫", "仓库", "デポ", "営業所"}
)
_PICKUPS = frozenset(
    {"p", "pickup", "collection", "collect", "t", "task", "abholung", "recogida"}
)
_NO_STOP_NAME = frozenset({"-", "?", "n/a", "na", "nan", "null", "none"})
_YES = frozenset({"true", "yes", "y", "1", "ja", "oui", "sí", "x"})
_PARTS = ("address2", "city", "state", "postal_code", "country")
_MOST_PARCELS = 500


@dataclass(slots=True)
class Row:
    """One row of a manifest, still as text: `at` is its number in the file."""

    at: int
    stop: str
    tracking: str
    further: tuple[str, ...]
    recipient: str
    address: str
    postal_code: str
    sort_code: str
    position: tuple[float, float] | None
    window: tuple[str, str] | None
    count: int | None
    route: str
    pickup: bool


class RowReader:
    """Reads the rows of a table; what is no stop goes to `findings`, never nowhere.

    `filled` counts the rows below the header that held anything.
    """

    def __init__(self, table: Table, layout: Layout) -> None:
        self.findings: list[Finding] = []
        self.filled = 0
        self._table, self._layout = table, layout
        self._at = {name: places[0] for name, places in layout.columns.items()}
        self._further = layout.columns.get("tracking", ())[1:]
        self._seconds = layout.columns.get("address2", ())
        self._width = len(layout.header)
        self._header = [cell.strip() for cell in layout.header]
        self._one_address = not any(name in self._at for name in (*_PARTS, "street"))
        self._pickups = self._pickups_are_rare()
        self._short_zips = self._zips_lost_zeros()

    def rows(self) -> Iterator[Row]:
        """Every row that is a stop, or a parcel of one."""
        start = self._layout.header_index + 1
        self._note_titles(start - 1)
        rows, numbers = self._table.rows, self._table.numbers
        for index in range(start, len(rows)):
            cells, at = rows[index], numbers[index]
            if not any(cells) or not any(map(str.strip, cells)):
                continue
            self.filled += 1
            if len(cells) > self._width > 0:
                cells = self._fit(cells, at)
            if cells and not self._set_aside(cells, at):
                yield self._row(cells, at)

    def _note(self, kind: Kind, code: str, at: int, reason: str) -> None:
        self.findings.append(Finding(kind, code, (at,), reason))

    def _note_titles(self, before: int) -> None:
        for index in range(before):
            if any(map(str.strip, self._table.rows[index])):
                at = self._table.numbers[index]
                self._note("noted", "title", at, "stands above the table; not read")

    def _get(self, name: str, cells: list[str]) -> str:
        index = self._at.get(name, -1)
        return cells[index].strip() if 0 <= index < len(cells) else ""

    def _fit(self, cells: list[str], at: int) -> list[str]:
        """A row with more cells than the header, mended if its number then is right."""
        spare = len(cells) - self._width
        if not any(map(str.strip, cells[self._width :])):
            return cells[: self._width]
        fields = ("address", "street", "address2", "recipient")
        for index in (self._at[name] for name in fields if name in self._at):
            joined = ", ".join(
                cell.strip() for cell in cells[index : index + spare + 1]
            )
            fitted = [*cells[:index], joined, *cells[index + spare + 1 :]]
            number = self._get("tracking", fitted)
            if "tracking" not in self._at or any(
                n.rank >= 2 for n in read_numbers(number)
            ):
                said = f"{spare} more cells than columns; joined in the address or name"
                self._note("repaired", "extra_cells", at, said)
                return fitted
        said = f"{spare} more cells than columns: put text with delimiters in quotes"
        self._note("refused", "extra_cells", at, said)
        return []

    def _set_aside(self, cells: list[str], at: int) -> bool:
        """Whether a row is a total, a depot, a header again; then it is noted."""
        first = next(filter(None, map(str.strip, cells)))
        number = self._get("tracking", cells)
        if first == self._header_first and [c.strip() for c in cells] == self._header:
            self._note("noted", "header_again", at, "the header again; skipped")
        elif _TOTAL.fullmatch(first) and not self._is_parcel(cells, number):
            self._note("noted", "total", at, "a total line; skipped")
        elif self._is_depot(cells) and is_placeholder(number):
            self._note("noted", "depot", at, "a depot or a break, not a stop; skipped")
        else:
            return False
        return True

    @property
    def _header_first(self) -> str | None:
        return next(filter(None, self._header), None)

    def _is_parcel(self, cells: list[str], number: str) -> bool:
        place = self._get("address", cells) or self._get("street", cells)
        return bool(place) or any(n.rank >= 2 for n in read_numbers(number))

    def _is_depot(self, cells: list[str]) -> bool:
        if self._get("depot", cells).lower() in _YES:
            return True
        names = (self._get("recipient", cells), self._get("kind", cells))
        if any(name.lower().replace(" ", "") in _DEPOTS for name in names if name):
            return True
        count = self._get("count", cells)
        return self._get("stop", cells) == "0" and count in ("", "0")

    def _row(self, cells: list[str], at: int) -> Row:
        get = self._get
        address = self._address(cells)
        start, end = get("window_start", cells), get("window_end", cells)
        both = get("window", cells)
        return Row(
            at=at,
            stop=_stop_name(get("stop", cells)),
            tracking=get("tracking", cells),
            further=tuple(cells[i] for i in self._further if i < len(cells)),
            recipient=self._recipient(cells),
            address=address,
            postal_code=self._postal_code(cells, at) or postal_code_of(address),
            sort_code=get("sort_code", cells),
            position=self._position(cells, at),
            window=time_window(start, end, both) if start or end or both else None,
            count=self._count(cells, at),
            route=get("route", cells),
            pickup=self._pickups and self._is_pickup(cells),
        )

    def _recipient(self, cells: list[str]) -> str:
        name = self._get("recipient", cells)
        if name or "last_name" not in self._at:
            return name
        names = (self._get("first_name", cells), self._get("last_name", cells))
        return " ".join(filter(None, names))

    def _address(self, cells: list[str]) -> str:
        whole = self._get("address", cells)
        if self._one_address:
            return whole
        house, street = self._get("house", cells), self._get("street", cells)
        if house and house not in street.split():
            street = f"{house} {street}"
        parts = [whole or street, *(cells[i].strip() for i in self._seconds)]
        return join_address([*parts, *(self._get(name, cells) for name in _PARTS[1:])])

    def _postal_code(self, cells: list[str], at: int) -> str:
        code = self._get("postal_code", cells).removesuffix(".0").strip("'\"=")
        if self._short_zips and len(code) == 4 and code.isdecimal():
            self._note("repaired", "zip_zero", at, f"ZIP {code} taken as 0{code}")
            return "0" + code
        return code

    def _zips_lost_zeros(self) -> bool:
        """Whether four digits among five are ZIP codes that lost their zero."""
        sample = self._table.rows[self._layout.header_index + 1 :][:2000]
        lengths = [len(self._get("postal_code", cells)) for cells in sample]
        return lengths.count(5) > lengths.count(4) > 0

    def _position(self, cells: list[str], at: int) -> tuple[float, float] | None:
        lat, lon = self._get("lat", cells), self._get("lon", cells)
        if "coordinates" in self._at and not (lat and lon):
            lat, _, lon = self._get("coordinates", cells).strip("()[] ").partition(",")
        if not (lat and lon):
            return None
        try:
            position = _degrees(lat), _degrees(lon)
        except ValueError:
            position = (999.0, 999.0)
        if position == (0.0, 0.0):
            return None
        if abs(position[0]) <= 90 and abs(position[1]) <= 180:
            return position
        self._note("noted", "position", at, "latitude and longitude make no sense")
        return None

    def _count(self, cells: list[str], at: int) -> int | None:
        text = self._get("count", cells).removesuffix(".0")
        if not text.isdecimal() or self._layout.weak_count:
            return None
        if int(text) > _MOST_PARCELS:
            self._note("noted", "count", at, f"{text} parcels? The count is ignored")
            return None
        return int(text)

    def _is_pickup(self, cells: list[str]) -> bool:
        kind = self._get("kind", cells).lower().replace("-", "")
        return kind in _PICKUPS or self._get("pickup", cells).lower() in _YES

    def _pickups_are_rare(self) -> bool:
        """False where most rows would be pickups: then the mark means another thing."""
        if not {"kind", "pickup"} & set(self._at):
            return False
        sample = self._table.rows[self._layout.header_index + 1 :][:2000]
        return 2 * sum(map(self._is_pickup, sample)) <= len(sample)


def _stop_name(text: str) -> str:
    if text.endswith((".0", ",0")) and text[:-2].isdecimal():
        return text[:-2]
    return "" if text.lower() in _NO_STOP_NAME else text


def _degrees(text: str) -> float:
    return float(text.strip().rstrip("°").replace(",", "."))
