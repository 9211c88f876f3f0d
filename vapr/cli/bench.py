"""`vapr bench read`: from how many px per module labels are identified."""

import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from vapr.bench import SIZES, as_markdown, draw_curves, run_points, tabulate
from vapr.bench.tables import TITLE, table_rows
from vapr.cli.progress import progress_over


def run_bench_read(out: Path, trials: int, seed: int, jobs: int | None) -> int:
    """Write `read.json`, `.md` and `.png` and show the table; returns the exit code.

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
    (out / "read.md").write_text(as_markdown(table), encoding="utf-8")
    draw_curves(out / "read.png", table)
    return 0


def as_table(table: dict[str, Any]) -> Table:
    """Shares named, in per cent, by px per module and reader: random, then serials."""
    header, *rows = table_rows(table)
    shown = Table(title=TITLE, show_lines=True)
    for name in header:
        shown.add_column(name, justify="right")
    for row in rows:
        shown.add_row(*(cell.replace(" / ", "\n") for cell in row))
    return shown
