"""Which column of a table is what: by its header, then by what its cells look like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vapr.errors import ManifestError, UsageError
from vapr.route.header_row import find_header
from vapr.route.headers import FIELDS, OTHER, PRIVATE, field_of, fold
from vapr.route.report import ColumnChoice
from vapr.route.shapes import (
    counts_up,
    have_digits,
    share_of_numbers,
    small_numbers,
)
from vapr.route.tables import Table

_SAMPLE = 60
_MANY, _FEW = 0.6, 0.2
# A column of these names may hold tracking numbers; a phone or a ZIP may only look so.
_MAY_TRACK = (None, "order", "stop?", OTHER, "sort_code")
_GROUPING = ("stop", "address", "street", "recipient", "last_name")
ALIAS = "alias"
PUBLIC_FIELDS = tuple(
    name for name in FIELDS if name not in (PRIVATE, OTHER, "order") and "?" not in name
)


@dataclass(frozen=True)
class Layout:
    """Where the fields stand. `columns` maps a field to column indices, best first.

    `header` is empty and `header_index` -1 for a table without one. `weak_count`: the
    count column counts goods, perhaps, and says nothing of parcels that have numbers.
    """

    header: list[str]
    header_index: int
    columns: Mapping[str, tuple[int, ...]]
    choices: tuple[ColumnChoice, ...] = ()
    unused: tuple[tuple[str, str], ...] = ()
    weak_count: bool = False

    def first(self, name: str) -> int:
        """The column of a field, or -1."""
        return self.columns.get(name, (-1,))[0]


def choose_layout(
    table: Table, overrides: Mapping[str, str] | None = None, name: str = "manifest"
) -> Layout:
    """The fields of a table.

    Args:
        table: the cells.
        overrides: field -> the name of its column, or its place counted from 1.
        name: what to call the file in errors.

    Raises:
        UsageError: an override names no field or no column.
        ManifestError: no header, or nothing that could be a stop.
    """
    wanted = {_field_name(f): column for f, column in (overrides or {}).items()}
    index = -1 if table.header else find_header(table, wanted.values(), name)
    header = table.header or (table.rows[index] if index >= 0 else [])
    choosing = _Choosing(table, header, index)
    for known, column in wanted.items():
        choosing.take(known, [_column_index(column, choosing)], "you said so")
    choosing.by_header()
    choosing.tracking()
    choosing.stop()
    if not any(choosing.columns.get(known) for known in (*_GROUPING, "coordinates")):
        raise ManifestError(
            f"{name}: no column tells the stops apart (stop number, address or name); "
            f'it has: {_names(header)}. Say which: --columns "stop=NAME"'
        )
    return choosing.layout()


def _field_name(name: str) -> str:
    if name in PUBLIC_FIELDS:
        return name
    known = field_of(name)
    if known and known[0].rstrip("?") in PUBLIC_FIELDS:
        return known[0].rstrip("?")
    fields = ", ".join(PUBLIC_FIELDS)
    raise UsageError(f"--columns: {name!r} is no field; the fields are: {fields}")


def _column_index(column: str, choosing: "_Choosing") -> int:
    folded = [fold(name) for name in choosing.header]
    if column in choosing.header:
        return choosing.header.index(column)
    if fold(column) and fold(column) in folded:
        return folded.index(fold(column))
    if column.isdecimal() and 0 < int(column) <= max(choosing.width, 1):
        return int(column) - 1
    raise UsageError(
        f"--columns: no column {column!r}; there are: {_names(choosing.header)}"
    )


def _names(header: Sequence[str]) -> str:
    named = [name.strip() for name in header if name.strip()]
    return ", ".join(named[:30]) or "columns without names"


@dataclass
class _Choosing:
    """The choice in the making."""

    table: Table
    header: list[str]
    index: int
    columns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    why: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = self.table.rows[self.index + 1 :]
        self.width = max(
            len(self.header), max(map(len, self.rows[:_SAMPLE]), default=0)
        )
        self.known = [field_of(name) for name in self.header]
        for index, known in enumerate(self.known):
            if known and known[0] in ("tracking", "count", "count?"):
                self.known[index] = self.numbers_or_count(index, known)

    def numbers_or_count(self, index: int, known: tuple[str, bool]) -> tuple[str, bool]:
        """A column "Parcels" holds numbers or how many there are: its cells tell."""
        cells = self.cells(index)
        if known[0] == "tracking" and small_numbers(cells):
            return ("count", known[1])
        if known[0] != "tracking" and share_of_numbers(cells) >= _MANY:
            return ("tracking", known[1])
        return known

    def take(self, name: str, indices: list[int], why: str) -> None:
        self.columns[name] = tuple(indices)
        for index in indices:
            self.why[name, index] = why

    def taken(self) -> set[int]:
        return {index for indices in self.columns.values() for index in indices}

    def cells(self, index: int) -> list[str]:
        """A sample of the filled cells of a column."""
        step = max(len(self.rows) // (8 * _SAMPLE), 1)
        column = (row[index] for row in self.rows[::step] if index < len(row))
        return [cell for cell in column if cell.strip()]

    def named(self, name: str) -> list[int]:
        """The columns whose header names a field: filled and clear ones first."""
        taken = self.taken()
        found = [
            (not self.cells(i), not known[1], i)
            for i, known in enumerate(self.known)
            if known and known[0] == name and i not in taken
        ]
        return [index for _, _, index in sorted(found)]

    def by_header(self) -> None:
        for name in PUBLIC_FIELDS:
            if name in ("tracking", "stop") or name in self.columns:
                continue
            indices = self.named(name) or self._weak(name)
            if indices:
                several = name == "address2"
                indices = indices if several else indices[:1]
                self.take(name, indices, self._named_why(indices[0]))

    def _weak(self, name: str) -> list[int]:
        fits = _WEAK_FITS.get(name)
        return [i for i in self.named(f"{name}?") if fits and fits(self.cells(i))]

    def tracking(self) -> None:
        """The tracking column: its name, unless its cells and another's say no."""
        if "tracking" in self.columns:
            return
        shares = {i: share_of_numbers(self.cells(i)) for i in self.named("tracking")}
        order = sorted(shares, key=lambda i: (shares[i] < _MANY, not self._clear(i), i))
        if not order or shares[order[0]] < _FEW:
            looks = self._looks_like_tracking()
            if looks >= 0:
                self.columns.pop(self._field_at(looks), None)
                share = share_of_numbers(self.cells(looks))
                said = f"{share:.0%} of its cells look like tracking numbers"
                self.take("tracking", [looks, *order[:1]][:1], said)
                return
        if not order:
            return
        first, *others = order
        alike = [i for i in others if self._stem(i) == self._stem(first)]
        self.take("tracking", [first, *sorted(alike)], self._named_why(first))
        further = [i for i in others if i not in alike and shares[i] >= _MANY]
        if further:
            self.take(ALIAS, further, "another number of the same parcel")

    def _stem(self, index: int) -> str:
        """A header without its digits: "Barcode 2" and "Barcode 3" are two parcels."""
        return fold(self.header[index]).strip("0123456789")

    def _named_why(self, index: int) -> str:
        return "named so" if self._clear(index) else "its name begins so"

    def _clear(self, index: int) -> bool:
        known = self.known[index]
        return bool(known and known[1])

    def _field_at(self, index: int) -> str:
        return next((n for n, where in self.columns.items() if index in where), "")

    def _looks_like_tracking(self) -> int:
        best, best_index = _MANY, -1
        for index in range(self.width):
            known = self.known[index] if index < len(self.known) else None
            if (known[0] if known else None) in _MAY_TRACK:
                share = share_of_numbers(self.cells(index))
                if share >= best and (share > best or best_index < 0):
                    best, best_index = share, index
        return best_index

    def stop(self) -> None:
        """The stop column: its name; a vague name or none only where it counts up."""
        if "stop" in self.columns:
            return
        named = [i for i in self.named("stop") if self.cells(i)]
        if named:
            self.take("stop", named[:1], "named so")
            return
        vague = [i for i in self.named("stop?") if self._counts_stops(i)]
        if vague:
            self.take("stop", vague[:1], "named so, and it counts up")
        elif self.named("stop"):
            self.take("stop", self.named("stop")[:1], "named so, but it is blank")
        elif not any(self.columns.get(name) for name in _GROUPING):
            free = set(range(self.width)) - self.taken()
            counting = [i for i in sorted(free) if counts_up(self.cells(i))]
            if counting:
                self.take("stop", counting[:1], "it counts up like stops do")

    def _counts_stops(self, index: int) -> bool:
        """Whether a column counts up, and counts stops rather than rows."""
        if not counts_up(self.cells(index)):
            return False
        where = [self.columns[n][0] for n in _GROUPING if n in self.columns]
        numbers: dict[tuple[str, ...], set[str]] = {}
        for row in self.rows[: 8 * _SAMPLE]:
            if max([index, *where]) < len(row) and row[index].strip():
                place = tuple(row[i].strip() for i in where)
                numbers.setdefault(place, set()).add(row[index].strip())
        several = sum(len(found) > 1 for place, found in numbers.items() if any(place))
        return several <= _FEW * len(numbers)

    def layout(self) -> Layout:
        """What was chosen, for reading rows and for the report."""
        count = self.columns.get("count", (-1,))[0]
        weak = 0 <= count < len(self.known) and self.known[count] == ("count?", True)
        weak = weak and "tracking" in self.columns
        if weak:
            self.why["count", count] = "not relied on: it may count goods"
        choices = tuple(
            ColumnChoice(name, self._label(index), self.why[name, index])
            for name in (*PUBLIC_FIELDS, ALIAS)
            for index in self.columns.get(name, ())
        )
        return Layout(
            self.header, self.index, self.columns, choices, self._unused(), weak
        )

    def _label(self, index: int) -> str:
        name = self.header[index].strip() if index < len(self.header) else ""
        return name or f"column {index + 1}"

    def _unused(self) -> tuple[tuple[str, str], ...]:
        taken = self.taken()
        return tuple(
            (self._label(index), _why_unused(known))
            for index, known in enumerate(self.known)
            if index not in taken and (self.header[index].strip() or self.cells(index))
        )


def _why_unused(known: tuple[str, bool] | None) -> str:
    if known is None:
        return "not known"
    if known[0] == PRIVATE:
        return "dropped at the door"
    if known[0] == "order":
        return "an order's number, not a parcel's"
    if known[0] == OTHER:
        return "not needed"
    return "another column was taken"


_WEAK_FITS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "count": small_numbers,
    "window_start": have_digits,
    "window_end": have_digits,
}
