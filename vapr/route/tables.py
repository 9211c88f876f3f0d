"""The bytes of a file as a table of cells: encoding, delimiter, quotes.

What is written between the delimiters is kept as it is; what the columns mean is
decided elsewhere (`columns.py`).
"""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from vapr.errors import ManifestError
from vapr.route.report import Finding, Unit

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

HeaderScore = Callable[[list[str]], int]
"""How many cells of a row are known as column headers."""

_MAGIC = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "a gzip archive",
}
_MARKUP = ("<!doctype", "<html", "<table", "<?xml")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Office programs of a region write its old code page. The first wins a tie.
_CODE_PAGES = ("cp1252", "cp932", "gb18030", "cp1250", "latin-1")
_SAMPLE_ROWS = 60
_MOST_STRAY = 50


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row, and the number each row has in its file (from 1).

    `header` is set when the format itself names its columns (JSON).
    """

    rows: list[list[str]]
    numbers: list[int]
    format: str
    unit: Unit = "line"
    encoding: str = ""
    delimiter: str = ""
    header: list[str] | None = None
    findings: tuple[Finding, ...] = ()


def refuse_foreign(data: bytes, name: str) -> None:
    """Raise what to do with a file that is no table at all.

    Raises:
        ManifestError: it is empty, a PDF, a picture, an old Excel file.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ManifestError(f"{name} is empty")
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise ManifestError(
                f"{name} is {what}, not a table: export the route as CSV, XLSX or JSON"
            )


def decode(data: bytes, name: str, score: HeaderScore) -> tuple[str, str]:
    """(text, encoding): by its mark, as UTF-8, else by what makes headers readable.

    Raises:
        ManifestError: no text in any encoding.
    """
    encoding = _marked_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ManifestError(
                f"{name} begins as {encoding} but is damaged at byte {error.start}"
            ) from error
        text, encoding = _from_code_page(data, score)
    if "\x00" in text:
        raise ManifestError(f"{name} is not a text file: it holds zero bytes")
    if text.lstrip()[:9].lower().startswith(_MARKUP):
        raise ManifestError(
            f"{name} is a web page or XML, whatever its name says: open it in a "
            "spreadsheet and save it as CSV or XLSX"
        )
    return text, encoding


def _marked_encoding(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:400]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    return "utf-8"


def _from_code_page(data: bytes, score: HeaderScore) -> tuple[str, str]:
    readings = []
    for rank, encoding in enumerate(_CODE_PAGES):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        known = max(score(row) for row in _sniff(text[:20_000], score)[1])
        readings.append((-known, rank, text, encoding))
    _, _, text, encoding = min(readings)
    # The two differ in 0x80-0x9F only; say the simpler name where nobody can tell.
    if encoding == "cp1252" and not any(0x80 <= byte < 0xA0 for byte in data):
        encoding = "latin-1"
    return text, encoding


def read_text_table(text: str, encoding: str, name: str, score: HeaderScore) -> Table:
    """Delimited text as a table; honours a `sep=` line.

    A line whose quotation marks do not pair is split without regard to them, and
    reported; the lines after it are not lost.

    Raises:
        ManifestError: a quotation mark swallows rows, or many do not pair.
    """
    body, first_line, delimiter = _separator_line(text)
    if not delimiter:
        delimiter = _sniff(body[:60_000], score)[0]
    lines = list(io.StringIO(body, newline=""))
    rows, starts, stray = _parse(lines, delimiter, name)
    numbers = [start + first_line for start in starts]
    _refuse_swallowed(rows, numbers, delimiter, name)
    reason = "a quotation mark does not pair; read as if it were not there"
    return Table(
        rows,
        numbers,
        "TSV" if delimiter == "\t" else "CSV",
        encoding=encoding,
        delimiter=DELIMITERS[delimiter],
        findings=tuple(
            Finding("repaired", "stray_quote", (line + first_line,), reason)
            for line, row in zip(starts, rows, strict=True)
            if line in stray and any(row)
        ),
    )


def _separator_line(text: str) -> tuple[str, int, str]:
    """(text without a `sep=;` line, number of its first line, the delimiter or "")."""
    head, _, rest = text.partition("\n")
    sign = head.strip("\r\"' ")
    if sign.lower().startswith("sep=") and sign[4:] in DELIMITERS:
        return rest, 2, sign[4:]
    return text, 1, ""


def _sniff(text: str, score: HeaderScore) -> tuple[str, list[list[str]]]:
    """(delimiter, first rows): the one that shows most headers, then most columns."""
    best: tuple[tuple[int, float, int], str, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        rows = _first_rows(text, delimiter)
        widths = Counter(len(row) for row in rows if any(row))
        width, often = max(widths.items(), key=lambda w: (w[1], w[0]), default=(1, 0))
        even = often / max(sum(widths.values()), 1) if width > 1 else 0.0
        known = max((score(row) for row in rows), default=0)
        rank = (known, round(even, 1), width)
        if best is None or rank > best[0]:
            best = (rank, delimiter, rows or [[]])
    assert best is not None
    return best[1], best[2]


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # the full reading says what is wrong
    return rows


def _parse(
    lines: list[str], delimiter: str, name: str
) -> tuple[list[list[str]], list[int], set[int]]:
    """(rows, index of the first line of each, indices of lines with stray quotes)."""
    rows: list[list[str]] = []
    starts: list[int] = []
    stray: set[int] = set()
    begin = 0
    while begin < len(lines):
        reader = csv.reader(
            islice(lines, begin, None), delimiter=delimiter, strict=True
        )
        line = begin
        try:
            for row in reader:
                rows.append(row)
                starts.append(line)
                line = begin + reader.line_num
            break
        except csv.Error as error:
            if len(stray) == _MOST_STRAY:
                raise ManifestError(
                    f"{name}, line {line + 1}: {error}; too many stray quotation marks"
                ) from error
        stray.add(line)
        starts.append(line)
        cells = lines[line].rstrip("\r\n").split(delimiter)
        rows.append([cell.strip('"') for cell in cells])
        begin = line + 1
    return rows, starts, stray


def _refuse_swallowed(
    rows: list[list[str]], numbers: list[int], delimiter: str, name: str
) -> None:
    """A cell of several lines that themselves look like rows: a stray quote."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    most = widths.most_common(1)[0][0] - 1 if widths else 0
    if not most:
        return
    for row, number in zip(rows, numbers, strict=True):
        for cell in row:
            if "\n" not in cell or cell.count(delimiter) < most:
                continue
            lines = cell.splitlines()[1:]
            like_rows = sum(line.count(delimiter) >= most for line in lines)
            if like_rows >= (1 if most > 2 else 2):
                raise ManifestError(
                    f"{name}, line {number}: a quotation mark opened here swallows "
                    f"{len(lines)} more lines; remove it or close it"
                )
