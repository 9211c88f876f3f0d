"""Which row of a table names its columns."""

from collections.abc import Iterable, Sequence

from vapr.errors import ManifestError
from vapr.route.headers import field_of, fold
from vapr.route.shapes import has_number, share_of_numbers
from vapr.route.tables import Table

_SEARCHED_ROWS = 40
_SAMPLE = 60
_MANY = 0.6


def header_score(row: Sequence[str]) -> int:
    """How many fields a row names, were it a header; a clear name counts double."""
    best: dict[str, int] = {}
    for cell in row:
        known = field_of(cell) if 0 < len(cell) <= 60 else None
        if known:
            best[known[0]] = max(best.get(known[0], 0), 1 + known[1])
    return sum(best.values())


def find_header(table: Table, wanted: Iterable[str], name: str) -> int:
    """The index of the header: the row that names most fields; -1 if there is none.

    Args:
        table: the cells.
        wanted: columns a person named, by name or by place (then none is needed).
        name: what to call the file in errors.

    Raises:
        ManifestError: no row is a header, and no columns were named by place.
    """
    wanted = list(wanted)
    names = {fold(column) for column in wanted if not column.isdecimal()}
    best, best_index = 0, -1
    for index, row in enumerate(table.rows[:_SEARCHED_ROWS]):
        score = header_score(row) + 4 * len(names & {fold(cell) for cell in row})
        if score > best and not (score < 5 and has_number(row)):
            best, best_index = score, index
    if best >= 3 or (best == 2 and len([c for c in table.rows[best_index] if c]) == 1):
        return best_index
    if any(column.isdecimal() for column in wanted):
        return -1
    return _unnamed_header(table, name)


def _unnamed_header(table: Table, name: str) -> int:
    """The first row, where numbers stand below it but not in it.

    Raises:
        ManifestError: there is none.
    """
    filled = [i for i, row in enumerate(table.rows) if sum(map(bool, row)) > 1]
    below = [table.rows[i] for i in filled[1:_SAMPLE]]
    numbers = sum(has_number(row) for row in below)
    if (
        below
        and numbers >= _MANY * len(below)
        and not has_number(table.rows[filled[0]])
    ):
        return filled[0]
    guess = _tracking_place(below)
    example = f"tracking={guess + 1}" if guess >= 0 else "tracking=3"
    raise ManifestError(
        f"{name}: no row was recognised as column headers. Add one (Stop, Tracking, "
        "Name, Address) or say which column is what by its place: "
        f'--columns "stop=1,{example}"'
    )


def _tracking_place(rows: list[list[str]]) -> int:
    width = max(map(len, rows), default=0)
    shares = [
        share_of_numbers(row[i] for row in rows if i < len(row)) for i in range(width)
    ]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= _MANY else -1
