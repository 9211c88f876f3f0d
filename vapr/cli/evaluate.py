"""`vapr eval`: scenes against truth, as a table, JSON and one HTML page."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from vapr.cli.progress import progress_over
from vapr.evaluate import PictureOutcome, evaluate_pictures
from vapr.evaluate.html import report_page
from vapr.evaluate.summary import Group as Figures
from vapr.evaluate.summary import Share, Summary, summarise
from vapr.media import find_pictures


def run_eval(
    sources: Sequence[str],
    json_to: str | None,
    html: Path | None,
    journal: Path | None,
    workers: int | None,
) -> int:
    """Run the command; returns the exit code (1 when a picture was refused)."""
    pictures = find_pictures(sources)
    count = workers or os.cpu_count() or 1
    run = evaluate_pictures(pictures, min(count, len(pictures)), journal)
    outcomes = list(progress_over(run, "Evaluating", total=len(pictures)))
    summary = summarise(outcomes)
    Console(stderr=json_to == "-", highlight=False).print(summary_table(summary))
    if json_to is not None:
        _write_json(json_to, as_json(summary, outcomes))
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(report_page(summary, outcomes), encoding="utf-8")
        Console(stderr=True).print(f"The report is in {html}")
    return 1 if summary.refused else 0


def summary_table(summary: Summary) -> Group:
    """The accuracy table for the terminal."""
    table = Table(title="How often it is right: share (95 % interval) and counts")
    table.add_column("")
    for group in summary.groups:
        table.add_column(f"{group.name}, {group.pictures}", justify="right")
    for name, cell in FIGURES:
        table.add_row(name, *(cell(group) for group in summary.groups))
    by_px = Table(title="By px per module of the tracking code")
    for column in ("px per module", "labels found", "named"):
        by_px.add_column(column, justify="right")
    rows = zip(summary.found_by_px, summary.named_by_px, strict=True)
    for (name, found), (_, named) in rows:
        by_px.add_row(name, share_text(found), share_text(named))
    refused = [Text(f"refused: {why}", "red") for _, why in summary.refused]
    return Group(table, by_px, *refused)


def share_text(share: Share) -> str:
    """A share with its counts and interval, or a dash for a share of nothing."""
    if share.value is None:
        return "-"
    low, high = share.interval
    interval = f"({low * 100:.0f}-{high * 100:.0f})"
    return f"{share.value:.0%} {interval}\n{share.hits}/{share.total}"


def _wrong(share: Share) -> str:
    style = "[bold red]" if share.hits else ""
    return f"{style}{share.hits} of {share.total}"


FIGURES: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("parcel AP50", lambda g: f"{g.parcel_ap50:.2f} of {g.parcels}"),
    ("labels found", lambda g: share_text(g.label_recall)),
    ("false labels a picture", lambda g: f"{g.labels_false_per_picture:.2f}"),
    ("named", lambda g: share_text(g.named)),
    ("picks found", lambda g: share_text(g.pick_recall)),
    ("picks wrong", lambda g: _wrong(g.picks_wrong)),
    ("leaves wrong", lambda g: _wrong(g.leaves_wrong)),
    ("median ms", lambda g: f"{g.median_ms:.0f}"),
)


def as_json(summary: Summary, outcomes: Sequence[PictureOutcome]) -> dict[str, Any]:
    """The summary and every picture's outcome as plain values."""
    return {
        "schema": "vapr.eval/1",
        "summary": asdict(summary),
        "pictures": [outcome.model_dump(mode="json") for outcome in outcomes],
    }


def _write_json(target: str, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=1)
    if target == "-":
        Console(soft_wrap=True, highlight=False, markup=False).print(text)
    else:
        Path(target).write_text(text + "\n", encoding="utf-8")
