"""A manifest, as some dispatcher exported it, becomes a `Route`.

bytes ─▶ tables / spreadsheets / json_manifests ─▶ columns ─▶ rows
      ─▶ grouping ─▶ assemble ─▶ Route, with a Report of all that was done
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vapr.errors import ManifestError
from vapr.route.assemble import RouteBuilder
from vapr.route.columns import Layout, choose_layout
from vapr.route.grouping import group_rows
from vapr.route.header_row import header_score
from vapr.route.json_manifests import read_json_table
from vapr.route.report import Finding, Report, StopSummary
from vapr.route.route import Route
from vapr.route.rows import RowReader
from vapr.route.spreadsheets import read_sheet
from vapr.route.tables import Table, decode, read_text_table, refuse_foreign

_LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """A route and the report of how it was understood."""

    route: Route
    report: Report


def load_manifest(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> Manifest:
    """The route of a manifest file, and what was understood of the file.

    Args:
        path: CSV, TSV, XLSX, JSON or GeoJSON, of any dispatch program.
        columns: field -> the file's own column (its name, or its place from 1), where
            the guess is wrong: `{"tracking": "Ref 2", "stop": "Seq"}`.

    Raises:
        ManifestError: the file cannot be read or understood.
        UsageError: `columns` names a field or a column that does not exist.
        MissingExtraError: a spreadsheet, and `vapr[xlsx]` is not installed.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ManifestError(f"{path.name} is too large for a route")
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ManifestError(f"{path.name} cannot be opened: {why}") from error
    return read_manifest(data, path.name, columns)


def load_route(path: str | Path, columns: Mapping[str, str] | None = None) -> Route:
    """The route of a manifest file; see `load_manifest` for what it raises."""
    return load_manifest(path, columns).route


def read_manifest(
    data: bytes, name: str = "manifest", columns: Mapping[str, str] | None = None
) -> Manifest:
    """As `load_manifest`, of the bytes of a file; `name` is used in errors only.

    Raises:
        ManifestError: the file cannot be understood.
        UsageError: `columns` names a field or a column that does not exist.
        MissingExtraError: a spreadsheet, and `vapr[xlsx]` is not installed.
    """
    with _no_cycle_search():
        return _read(data, name, columns)


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """No garbage collection: a third of the time, and nothing here makes cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(data: bytes, name: str, columns: Mapping[str, str] | None) -> Manifest:
    table = _read_table(data, name)
    layout = choose_layout(table, columns, name)
    findings = list(table.findings)
    reader = RowReader(table, layout)
    rows = list(reader.rows())
    findings += reader.findings
    if "tracking" not in layout.columns:
        said = "no column holds tracking numbers: parcels can be known by name only"
        findings.append(Finding("noted", "no_tracking", (), said))
    if "stop" not in layout.columns:
        said = "no stop column: each address with its recipient is a stop, as they come"
        findings.append(Finding("noted", "no_stop_column", (), said))
    try:
        stops = group_rows(rows, "stop" in layout.columns, table.unit, findings)
        route = RouteBuilder(table.unit, findings).build(stops)
    except ManifestError as error:
        raise ManifestError(f"{name}: {error}") from None
    return Manifest(
        route, _report(table, layout, route, findings, (name, reader.filled))
    )


def _read_table(data: bytes, name: str) -> Table:
    refuse_foreign(data, name)
    if data.startswith(b"PK\x03\x04"):
        return read_sheet(data, name, header_score)
    text, encoding = decode(data, name, header_score)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return read_json_table(text, encoding, name)
    return read_text_table(text, encoding, name, header_score)


def _report(
    table: Table,
    layout: Layout,
    route: Route,
    findings: list[Finding],
    about: tuple[str, int],
) -> Report:
    header = layout.header_index
    return Report(
        name=about[0],
        format=table.format,
        unit=table.unit,
        rows=about[1],
        stops=tuple(
            StopSummary(
                stop.id,
                len(stop.items),
                sum(bool(i.tracking or i.aliases) for i in stop.items),
                stop.window,
                stop.lat_deg is not None,
            )
            for stop in route.stops
        ),
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.numbers[header] if header >= 0 else None,
        columns=layout.choices,
        unused=layout.unused,
        findings=tuple(sorted(findings, key=lambda f: f.rows or (0,))),
    )
