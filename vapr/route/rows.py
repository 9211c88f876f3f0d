"""The rows of a table, read by the columns that were chosen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vapr.route.columns import ALIAS, Layout
from vapr.route.numbers import is_placeholder, read_numbers
from vapr.route.places import Place, PlaceReader
from vapr.route.report import Finding, Kind
from vapr.route.tables import Table

_TOTAL = re.compile(
    r"\W*(?:(?:grand |sub)?total(?:e|es|s|en)?|sum(?:me|a)?|gesamt(?:summe)?|totaal|"
    r"razem|somme|insgesamt|合計|合计|总计|總計|小計|小计)\b[\W\d]*"
    r"(?:parcels|packages|stops|pakete|colis|paquetes|個)?\W*",
    re.IGNORECASE,
)
_NO_STOP_NAME = frozenset({"-", "?", "n/a", "na", "nan", "null", "none"})
_SAMPLE = 2000


@dataclass(slots=True)
class Row:
    """One row of a manifest: `at` is its number in the file, `tracking` still text.

    `further` are other numbers of the same parcels.
    """

    at: int
    stop: str
    tracking: str
    further: tuple[str, ...]
    sort_code: str
    place: Place


class RowReader:
    """Reads the rows of a table; what is no stop goes to `findings`, never nowhere.

    `filled` counts the rows below the header that held anything. A row is let go once
    it is read: a large table is not held twice.
    """

    def __init__(self, table: Table, layout: Layout) -> None:
        self.findings: list[Finding] = []
        self.filled = 0
        self._table, self._layout = table, layout
        self._at = {name: places[0] for name, places in layout.columns.items()}
        self._more = layout.columns.get("tracking", ())[1:]
        self._further = layout.columns.get(ALIAS, ())
        used = max((i for places in layout.columns.values() for i in places), default=0)
        self._reach = max(len(layout.header), used + 1)
        self._header = [cell.strip() for cell in layout.header]
        self._names = frozenset(self._header)
        sample = table.rows[layout.header_index + 1 :][:_SAMPLE]
        filled = [self._padded(cells) for cells in sample if any(cells)]
        self._places = PlaceReader(layout.columns, layout.weak_count, filled)

    def rows(self) -> Iterator[Row]:
        """Every row that is a stop, or a parcel of one."""
        start = self._layout.header_index + 1
        self._note_titles(start - 1)
        rows, numbers = self._table.rows, self._table.numbers
        for index in range(start, len(rows)):
            cells, at = rows[index], numbers[index]
            rows[index] = []
            first = _first_filled(cells)
            if not first:
                continue
            self.filled += 1
            if len(cells) != self._reach:
                cells = self._fit(cells, at)
            row = self._row(cells, at) if cells else None
            if row and not self._set_aside(row, first, cells):
                yield row

    def _note(self, kind: Kind, code: str, at: int, reason: str) -> None:
        self.findings.append(Finding(kind, code, (at,), reason))

    def _note_titles(self, before: int) -> None:
        for index in range(before):
            if _first_filled(self._table.rows[index]):
                at = self._table.numbers[index]
                self._note("noted", "title", at, "stands above the table; not read")

    def _padded(self, cells: list[str]) -> list[str]:
        return cells + [""] * (self._reach - len(cells))

    def _cell(self, name: str, cells: list[str]) -> str:
        index = self._at.get(name, -1)
        return cells[index].strip() if index >= 0 else ""

    def _row(self, cells: list[str], at: int) -> Row:
        place = self._places.read(cells)
        for kind, code, reason in place.notes:
            self._note(kind, code, at, reason)
        further = tuple(cells[index] for index in self._further)
        tracking = self._cell("tracking", cells)
        if self._more:
            texts = (tracking, *(cells[index].strip() for index in self._more))
            tracking = "\n".join(filter(None, texts))
        return Row(
            at,
            _stop_name(self._cell("stop", cells)),
            tracking,
            further,
            self._cell("sort_code", cells),
            place,
        )

    def _set_aside(self, row: Row, first: str, cells: list[str]) -> bool:
        """Whether a row is a total, a depot, or the header again; then it is noted."""
        if first in self._names and [c.strip() for c in cells] == self._header:
            self._note("noted", "header_again", row.at, "the header again; skipped")
        elif not first[0].isdecimal() and self._is_total(row, first):
            self._note("noted", "total", row.at, "a total line; skipped")
        elif _is_depot(row) and is_placeholder(row.tracking):
            said = "a depot or a break, not a stop; skipped"
            self._note("noted", "depot", row.at, said)
        else:
            return False
        return True

    def _is_total(self, row: Row, first: str) -> bool:
        if not _TOTAL.fullmatch(first) or row.place.address:
            return False
        return not any(n.rank >= 2 for n in read_numbers(row.tracking))

    def _fit(self, cells: list[str], at: int) -> list[str]:
        """A row of another width than the header's; empty if it cannot be read."""
        spare = len(cells) - self._reach
        if spare <= 0 or not self._header:
            return self._padded(cells)[: self._reach]
        if not any(map(str.strip, cells[self._reach :])):
            return cells[: self._reach]
        fitted = self._joined(cells, spare)
        if fitted:
            said = f"{spare} more cells than columns; joined in the address or name"
            self._note("repaired", "extra_cells", at, said)
            return fitted
        said = f"{spare} more cells than columns: put text with delimiters in quotes"
        self._note("refused", "extra_cells", at, said)
        return []

    def _joined(self, cells: list[str], spare: int) -> list[str]:
        """The cells with a text joined again, where the number then is in its place."""
        fields = ("address", "street", "address2", "recipient")
        for index in (self._at[name] for name in fields if name in self._at):
            end = index + spare + 1
            joined = ", ".join(cell.strip() for cell in cells[index:end])
            fitted = [*cells[:index], joined, *cells[end:]]
            number = self._cell("tracking", fitted)
            known = any(n.rank >= 2 for n in read_numbers(number))
            if len(fitted) == self._reach and (known or "tracking" not in self._at):
                return fitted
        return []


def _first_filled(cells: list[str]) -> str:
    """The first cell that is not blank, stripped; "" for a blank row."""
    for cell in cells:
        if cell and not cell.isspace():
            return cell.strip()
    return ""


def _stop_name(text: str) -> str:
    if text.endswith((".0", ",0")) and text[:-2].isdecimal():
        return text[:-2]
    return "" if text.lower() in _NO_STOP_NAME else text


def _is_depot(row: Row) -> bool:
    return row.place.depot or (row.stop == "0" and row.place.count in (None, 0))
