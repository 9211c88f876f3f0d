"""`vapr manifest check`: what was understood of a manifest, for a person or as JSON."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vapr.errors import InputError
from vapr.route.manifest import load_manifest
from vapr.route.report import Finding, Report, StopSummary, row_list

SCHEMA = "vapr.manifest-check/1"
_STYLES = {"refused": "bold red", "repaired": "yellow", "noted": "dim"}
_MARKS = {"refused": "X", "repaired": "!", "noted": "-"}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a byte-order mark",
    "utf-16-be": "UTF-16 without a byte-order mark",
    "latin-1": "Latin-1",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
}


def run_manifest_check(path: Path, columns: Mapping[str, str], as_json: bool) -> int:
    """Print what was understood; 1 if a row was refused, else 0.

    Raises:
        ManifestError: the manifest cannot be used at all.
        UsageError: `columns` names a field or a column that does not exist.
    """
    try:
        report = load_manifest(path, columns).report
    except InputError as error:
        if as_json:
            failure = {"code": error.code, "message": str(error)}
            _write({"schema": SCHEMA, "source": path.name, "error": failure})
        raise
    if as_json:
        _write(report_json(report))
    else:
        print_report(report, Console(highlight=False))
    return 1 if report.refused else 0


def _write(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "schema": SCHEMA,
        "source": report.name,
        "format": report.format,
        "encoding": report.encoding or None,
        "delimiter": report.delimiter or None,
        "unit": report.unit,
        "header_row": report.header_row,
        "rows": report.rows,
        "items": report.items,
        "numbered": report.numbered,
        "counts": report.counts,
        "columns": [
            {"field": c.field, "column": c.column, "why": c.why} for c in report.columns
        ],
        "unused": [{"column": name, "why": why} for name, why in report.unused],
        "stops": [_stop_json(stop) for stop in report.stops],
        "findings": [
            {"kind": f.kind, "code": f.code, "rows": list(f.rows), "reason": f.reason}
            for f in report.findings
        ],
    }


def _stop_json(stop: StopSummary) -> dict[str, Any]:
    return {
        "id": stop.id,
        "items": stop.items,
        "numbered": stop.numbered,
        "window": list(stop.window) if stop.window else None,
        "located": stop.located,
    }


def print_report(report: Report, console: Console) -> None:
    """Print the report: the whole, the columns, the stops, then every odd row."""
    console.print(_head(report))
    console.print(Text("\nColumns", "bold"), _columns(report))
    console.print(Text("\nItems at each stop", "bold"), _stops(report.stops))
    if report.findings:
        console.print(Text(f"\n{_found(report)}", "bold"), _findings(report))
    else:
        console.print("\nEvery row was read as it stands.")


def _head(report: Report) -> Text:
    text = Text(report.name, "bold")
    encoding = _ENCODINGS.get(report.encoding, report.encoding)
    about = [report.format, encoding, report.delimiter]
    if report.header_row:
        about.append(f"header in {report.unit} {report.header_row}")
    text.append("  " + ", ".join(filter(None, about)) + "\n", "not bold")
    text.append(f"{_some(report.rows, _plural_unit(report))} → ", "not bold")
    text.append(f"{_some(len(report.stops), 'stops')}, {_some(report.items, 'items')}")
    without = report.items - report.numbered
    if without:
        text.append(f", {without} of them without a number", "yellow")
    return text


def _plural_unit(report: Report) -> str:
    return {"line": "lines", "row": "rows", "entry": "entries"}[report.unit]


def _some(count: int, what: str) -> str:
    one = {"entries": "entry"}.get(what, what.removesuffix("s"))
    return f"{count:,} {one if count == 1 else what}"


def _columns(report: Report) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for choice in report.columns:
        table.add_row(choice.field, f'"{choice.column}"', Text(choice.why, "dim"))
    for name, why in report.unused:
        table.add_row(Text("-", "dim"), Text(f'"{name}"', "dim"), Text(why, "dim"))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _stops(stops: Iterable[StopSummary]) -> RenderableType:
    return Padding(
        Columns([_stop(stop) for stop in stops], padding=(0, 3)), (0, 0, 0, 2)
    )


def _stop(stop: StopSummary) -> Text:
    text = Text(stop.id, "bold", no_wrap=True)
    text.append(f": {stop.items}", "not bold")
    missing = stop.items - stop.numbered
    if missing:
        text.append(f" ({missing} without number)", "not bold yellow")
    if stop.window:
        text.append("  " + _window(stop.window), "not bold dim")
    return text


def _window(window: tuple[str, str]) -> str:
    """As in 08:00-10:00; a day before the time is left out."""
    start, end = (time.rpartition("T")[2] for time in window)
    if start and end:
        return f"{start}-{end}"
    return f"until {end}" if end else start


def _found(report: Report) -> str:
    said = [f"{count:,} {kind}" for kind, count in report.counts.items() if count]
    return "Rows: " + ", ".join(said)


def _findings(report: Report) -> Group:
    """Refused first, then repaired, then noted; equal reasons on one line."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for kind in _MARKS:
        for finding in report.findings:
            if finding.kind == kind:
                alike.setdefault((kind, finding.reason), []).append(finding)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, max_width=28)
    table.add_column(ratio=3)
    for (kind, reason), findings in alike.items():
        rows = sorted({row for finding in findings for row in finding.rows})
        unit = report.unit if len(rows) == 1 else _plural_unit(report)
        where = f"{unit} {row_list(rows)}" if rows else "whole file"
        table.add_row(Text(f"{_MARKS[kind]} {kind}", _STYLES[kind]), where, reason)
    return Group(Padding(table, (0, 0, 0, 2), expand=False))
