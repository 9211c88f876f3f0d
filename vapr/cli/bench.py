"""`vapr bench read`: from how many px per module labels are identified."""

import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from vapr.bench import SIZES, draw_curves, run_points, tabulate
from vapr.cli.progress import progress_over
from vapr.evaluate.summary import Share


def run_bench_read(out: Path, trials: int, seed: int, jobs: int | None) -> int:
    """Write `read.json` and `read.png` and show the table; returns the exit code.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    run = run_points(trials, seed, jobs or os.cpu_count() or 1)
    made = progress_over(run, "Reading made labels", total=trials * len(SIZES))
    outcomes = [outcome for each in made for outcome in each]
    table = tabulate(outcomes, seed)
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(table, indent=1)
    (out / "read.json").write_text(text + "\n", encoding="utf-8")
    Console(highlight=False).print(as_table(table))
    draw_curves(out / "read.png", table)
    return 0


def as_table(table: dict[str, Any]) -> Table:
    """Shares named, in per cent, by px per module and reader: random, then serials."""
    readers = list(dict.fromkeys(curve["reader"] for curve in table["curves"]))
    shown = Table(
        title="Labels named of a route of 300 items, % (95 % interval); "
        "first line numbers at random, second consecutive serials",
        show_lines=True,
    )
    shown.add_column("px per module", justify="right")
    for reader in readers:
        shown.add_column(reader, justify="right")
    for px in SIZES:
        cells = [_cell(table, reader, px) for reader in readers]
        shown.add_row(f"{px:g}", *cells)
    wrong = [_wrong(table, reader) for reader in readers]
    shown.add_row("wrong; named off the route", *wrong)
    return shown


def _cell(table: dict[str, Any], reader: str, px: float) -> str:
    return "\n".join(
        _share(point)
        for curve in table["curves"]
        for point in curve["points"]
        if curve["reader"] == reader and point["px_per_module"] == px
    )


def _share(point: dict[str, Any]) -> str:
    share = Share(point["named"], point["of"])
    low, high = share.interval
    return f"{100 * (share.value or 0):.0f} ({100 * low:.0f}-{100 * high:.0f})"


def _wrong(table: dict[str, Any], reader: str) -> str:
    points = [
        point
        for curve in table["curves"]
        for point in curve["points"]
        if curve["reader"] == reader
    ]
    wrong, of = sum(p["wrong"] for p in points), sum(p["of"] for p in points)
    false, held = (sum(p[k] for p in points) for k in ("false", "not_on_route"))
    return f"{wrong} of {of}" + (f"\n{false} of {held}" if held else "")
