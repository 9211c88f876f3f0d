"""XLSX workbooks as tables: the sheet that holds the route, and exact numbers.

Reading needs openpyxl, an extra: `pip install "vapr[xlsx]"`.
"""

import datetime
import importlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from vapr.errors import ManifestError, MissingExtraError
from vapr.route.excel_damage import KEPT_DIGITS
from vapr.route.report import Finding
from vapr.route.tables import HeaderScore, Table

_LARGEST_BYTES = 400_000_000
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
_ZEROS = re.compile(r"0{2,}")

Cells = list[list[str]]


def read_sheet(data: bytes, name: str, score: HeaderScore) -> Table:
    """The sheet of a workbook that looks most like a manifest.

    A formula counts for the value it had when the file was saved. A merged cell counts
    for all its cells.

    Raises:
        ManifestError: no workbook, a damaged one, or one without cells.
        MissingExtraError: openpyxl is not installed.
    """
    _refuse_other_archives(data, name)
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ImportError as error:
        raise MissingExtraError(f"{name}: reading XLSX", "xlsx") from error
    sheets = _read_sheets(data, name, openpyxl.load_workbook)
    ranked = sorted(
        sheets.items(),
        key=lambda sheet: (-_best_score(sheet[1], score), -len(sheet[1])),
    )
    if not ranked:
        raise ManifestError(f"{name}: no sheet of the workbook holds anything")
    title, cells = ranked[0]
    findings = [
        Finding(
            "noted", "other_sheet", (), f'sheet "{other}" not read: {len(rows)} rows'
        )
        for other, rows in ranked[1:]
    ]
    return Table(
        cells,
        list(range(1, len(cells) + 1)),
        f'XLSX, sheet "{title}"',
        unit="row",
        findings=tuple(findings),
    )


def _best_score(cells: Cells, score: HeaderScore) -> int:
    return max((score(row) for row in cells[:40]), default=0)


def _refuse_other_archives(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, *_UNREADABLE) as error:
        raise ManifestError(f"{name} is a damaged workbook or archive") from error
    if not any(entry.startswith("xl/") for entry in names):
        raise ManifestError(
            f"{name} is an archive or another office file, not an XLSX workbook: "
            "save the route as XLSX or CSV"
        )
    if size > _LARGEST_BYTES:
        raise ManifestError(f"{name} unpacks to {size:,} bytes: too large for a route")


def _read_sheets(data: bytes, name: str, load: Callable[..., Any]) -> dict[str, Cells]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load(io.BytesIO(data), data_only=True)
            return {
                sheet.title: rows
                for sheet in book.worksheets
                if (rows := _filled_rows(sheet))
            }
    except _UNREADABLE as error:
        raise ManifestError(
            f"{name} is a damaged or locked workbook ({type(error).__name__}): "
            "open it and save it again, or save it as CSV"
        ) from error


def _filled_rows(sheet: Any) -> Cells:  # noqa: ANN401
    merged = {
        (row, column): sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row, column in _cells_of(area)
    }
    rows = [
        [
            _text(merged.get((cell.row, cell.column), cell) if merged else cell)
            for cell in row
        ]
        for row in sheet.iter_rows()
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cells_of(area: Any) -> Iterator[tuple[int, int]]:  # noqa: ANN401
    """The cells of a merged column; a title merged across stays one cell."""
    if area.min_col == area.max_col:
        for row in range(area.min_row + 1, area.max_row + 1):
            yield row, area.min_col


def _text(cell: Any) -> str:  # noqa: ANN401
    """What a cell holds as text; numbers keep the digits they have and no others."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number_text(value, str(cell.number_format or ""))
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)


def _number_text(value: float, number_format: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if float(value).is_integer():
        if abs(value) < 10**KEPT_DIGITS:
            digits = str(int(value))
            zeros = _ZEROS.fullmatch(number_format)
            return digits.zfill(len(number_format)) if zeros else digits
        return f"{float(value):.{KEPT_DIGITS - 1}E}"
    return repr(float(value))
