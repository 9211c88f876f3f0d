"""What was understood of a manifest, told so that a person can check it.

No recipient's name and no address ever enters a report: only column names, row
numbers, stop ids and tracking numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["refused", "repaired", "noted"]
Unit: TypeAlias = Literal["line", "row", "entry"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know about some rows.

    `kind` is "refused" (the row is not on the route), "repaired" (it is, but not as
    written) or "noted". `code` is the reason in one word for programs. `rows` count
    from 1: lines of a text file, rows of a sheet, entries of a JSON list; empty when
    it concerns the whole file.
    """

    kind: Kind
    code: str
    rows: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Which column was taken for a field, and why."""

    field: str
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class StopSummary:
    """One stop of the route: how many items, how many of them have a number."""

    id: str
    items: int
    numbered: int
    window: tuple[str, str] | None = None
    located: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was understood of one manifest.

    `unit` says what row numbers count; `rows` is how many rows below the header held
    anything; `numbered` how many items have a tracking number. `unused` are (column,
    why) for columns nothing was taken from.
    """

    name: str
    format: str
    unit: Unit
    rows: int
    stops: tuple[StopSummary, ...]
    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None
    columns: tuple[ColumnChoice, ...] = ()
    unused: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def items(self) -> int:
        """How many items the route has."""
        return sum(stop.items for stop in self.stops)

    @property
    def numbered(self) -> int:
        """How many items have a tracking number."""
        return sum(stop.numbered for stop in self.stops)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """The rows that are not on the route."""
        return tuple(f for f in self.findings if f.kind == "refused")

    @property
    def repaired(self) -> tuple[Finding, ...]:
        """The rows that are on the route, but not as they were written."""
        return tuple(f for f in self.findings if f.kind == "repaired")

    @property
    def counts(self) -> dict[str, int]:
        """Kind of finding -> how many rows it concerns (the file itself counts 1)."""
        found: Counter[str] = Counter()
        for finding in self.findings:
            found[finding.kind] += max(len(finding.rows), 1)
        return {kind: found[kind] for kind in ("refused", "repaired", "noted")}


def row_list(rows: Iterable[int], most: int = 12) -> str:
    """Row numbers for a person: "3, 5-9, 12 and 40 more"."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    names = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:most]]
    rest = sum(b - a + 1 for a, b in runs[most:])
    return ", ".join(names) + (f" and {rest} more" if rest else "")
