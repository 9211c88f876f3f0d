"""`vapr bench`: how far labels, matrix codes and print are read."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from vapr.bench.answers import LabelTrial
from vapr.bench.labels import draw_labels, labels_page, labels_table
from vapr.bench.trials import plan_points, run_trial
from vapr.cli.progress import progress_over
from vapr.evaluate.journal import run_journaled


def run_bench_read(out: Path, trials: int, seed: int, jobs: int | None) -> int:
    """Write `read.json`, `.md` and `.png` and show the tables; returns the exit code.

    What was answered is kept in `read.trials.jsonl`; a run that was cut goes on there.

    Raises:
        InputError: that file is something else.
        MissingExtraError: matplotlib is not installed.
    """
    named = [(point.source, point) for point in plan_points(trials, seed)]
    out.mkdir(parents=True, exist_ok=True)
    journal = out / "read.trials.jsonl"
    run = run_journaled(run_trial, named, workers(jobs), journal, LabelTrial)
    made = list(progress_over(run, "Reading made labels", total=len(named)))
    table = labels_table(made, seed)
    keep(out / "read", table, labels_page(table))
    draw_labels(out / "read.png", table)
    return 0


def workers(jobs: int | None) -> int:
    """How many processes."""
    return jobs or os.cpu_count() or 1


def keep(stem: Path, table: Mapping[str, Any], page: str) -> None:
    """Write a table as JSON and its page, and show that."""
    text = json.dumps(table, indent=1) + "\n"
    stem.with_suffix(".json").write_text(text, encoding="utf-8")
    stem.with_suffix(".md").write_text(page, encoding="utf-8")
    Console().print(Markdown(page))
