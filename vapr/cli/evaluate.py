"""`vapr eval`: scenes against truth, as a table, JSON, Markdown and one HTML page."""

import json
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from vapr.cli.progress import progress_over
from vapr.errors import UsageError
from vapr.evaluate import (
    EvalSettings,
    Pace,
    PictureOutcome,
    default_pipeline,
    evaluate_boxes,
    evaluate_pictures,
    has_boxes,
    load_boxes,
    run_journaled,
)
from vapr.evaluate.html import Case, open_files, report_page
from vapr.evaluate.markdown import (
    accuracy_page,
    ap_words,
    check_marks,
    in_short,
    write_between,
)
from vapr.evaluate.summary import Group as Figures
from vapr.evaluate.summary import Share, Summary, summarise
from vapr.media import find_pictures
from vapr.replay import (
    ShotSettings,
    evaluate_shot,
    evaluate_walk,
    held_out_shots,
    remake,
)

Outcome = TypeVar("Outcome")
Outcomes = Generator[PictureOutcome]
PARTS = ("accuracy", "in short")


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """What the command was asked for; see its help."""

    sources: tuple[str, ...] = ()
    json: str | None = None
    html: Path | None = None
    markdown: Path | None = None
    journal: Path | None = None
    workers: int | None = None
    pad: int = 0
    corners: bool = False
    walk: tuple[Path, ...] = ()
    held_out: int = 0
    seed: int = 2026
    minutes: float | None = None
    pictures: Path | None = None
    text: bool = False
    classes: dict[str, str] = field(default_factory=dict)


def run_eval(options: EvalOptions) -> int:
    """Run the command; returns the exit code (1 when a picture was refused).

    Raises:
        UsageError: nothing to evaluate, or no place in the Markdown file.
        InputError: a picture's folder, an annotation file or the journal is unusable.
    """
    if options.markdown is not None:
        check_marks(options.markdown, PARTS)  # before the work, not after it
    count = options.workers or os.cpu_count() or 1
    runs, total = _runs(options, count)
    if not total:
        raise UsageError("nothing to evaluate: name pictures, --walk or --held-out")
    run = chain.from_iterable(runs)
    outcomes = list(progress_over(run, "Evaluating", total=total))
    summary = summarise(outcomes)
    Console(stderr=options.json == "-", highlight=False).print(summary_table(summary))
    if options.json is not None:
        _write_json(options.json, as_json(summary, outcomes))
    if options.html is not None:
        options.html.parent.mkdir(parents=True, exist_ok=True)
        page = report_page(summary, outcomes, _open_case, text=options.text)
        options.html.write_text(page, encoding="utf-8")
        Console(stderr=True).print(f"The report is in {options.html}", markup=False)
    if options.markdown is not None:
        pages = (accuracy_page(outcomes), in_short(outcomes))
        write_between(options.markdown, dict(zip(PARTS, pages, strict=True)))
    return 1 if summary.refused else 0


def _open_case(source: str) -> Case | None:
    return remake(source) or open_files(source)


def _runs(options: EvalOptions, workers: int) -> tuple[list[Outcomes], int]:
    """What there is to do, in turn, and how many outcomes that will give at most."""
    runs: list[Outcomes] = []
    total = 0
    settings = EvalSettings(options.pad, options.corners, options.text)
    enough = after(options.minutes)
    annotated = [s for s in options.sources if Path(s).exists() and has_boxes(Path(s))]
    for source in annotated:
        boxes = load_boxes(Path(source), options.classes)
        runs.append(
            evaluate_boxes(boxes, workers, options.journal, Pace(enough=enough))
        )
        total += len(boxes.pictures) + len(boxes.problems)
    if sources := [s for s in options.sources if s not in annotated]:
        pictures = find_pictures(sources)
        jobs = min(workers, len(pictures))
        pace = Pace(enough=enough)
        runs.append(evaluate_pictures(pictures, jobs, options.journal, settings, pace))
        total += len(pictures)
    for folder in options.walk:
        frames = find_pictures([str(folder)])
        pipeline = default_pipeline(text=options.text)
        runs.append(evaluate_walk(frames, pipeline, options.pad, options.journal))
        total += len(frames)
    if options.held_out:
        shots = {s.name: s for s in held_out_shots(options.seed, options.held_out)}
        look = partial(evaluate_shot, ShotSettings(options.pictures, options.text))
        # the van and its route are made once for all of its shots
        pace = Pace(attrgetter("van"), enough)
        runs.append(
            run_journaled(look, shots, workers, options.journal, PictureOutcome, pace)
        )
        total += len(shots)
    return runs, total


def after(minutes: float | None) -> Callable[[], bool]:
    """Whether so much time is up; what is at work then is waited for."""
    start = monotonic()
    return lambda: minutes is not None and monotonic() - start > minutes * 60


def summary_table(summary: Summary) -> Group:
    """The accuracy table for the terminal."""
    table = Table(title="How often it is right: share (95 % interval) and counts")
    table.add_column("")
    for group in summary.groups:
        pictures = "picture" if group.pictures == 1 else "pictures"
        head = f"{group.name}\n{group.pictures} {pictures}"
        table.add_column(head, justify="right")
    for name, cell in FIGURES:
        table.add_row(name, *(cell(group) for group in summary.groups))
    px = Table(title="By px per module of the tracking code")
    for column in ("px per module", "labels found", "named", "decoding alone"):
        px.add_column(column, justify="right")
    for row in (row for row in summary.by_px if row.found.total):
        shares = (row.found, row.named, row.named_decoded)
        px.add_row(row.name, *map(share_text, shares))
    claims = [
        Text(f"at confidence {c.name}: {c.right.hits} of {c.right.total} marks right")
        for c in summary.claims
    ]
    wrong = [
        Text(f"wrong: {source}: {m.verdict} {m.given} is {m.true}", "bold red")
        for source, m in summary.wrong
    ]
    refused = [Text(f"refused: {why}", "red") for _, why in summary.refused]
    return Group(table, px, *claims, *wrong, *refused)


def share_text(share: Share) -> str:
    """A share with its counts and interval, or a dash for a share of nothing."""
    if share.value is None:
        return "-"
    low, high = share.interval
    interval = f"({low * 100:.0f}-{high * 100:.0f})"
    return f"{share.value:.0%} {interval}\n{share.hits}/{share.total}"


def _wrong(share: Share) -> str:
    style = "[bold red]" if share.hits else ""
    bound = f"\n(< {share.interval[1] * 100:.2g} %)" if share.total else ""
    return f"{style}{share.hits} of {share.total}{bound}"


FIGURES: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("parcel AP50", ap_words),
    ("labels found", lambda g: share_text(g.label_recall)),
    ("false labels a picture", lambda g: f"{g.labels_false_per_picture:.2f}"),
    ("... and earlier labels found", lambda g: f"{g.labels_old_per_picture:.2f}"),
    ("named, of labels that face it", lambda g: share_text(g.named)),
    ("... decoding alone", lambda g: share_text(g.named_decoded)),
    ("picked, own stop open", lambda g: share_text(g.picked)),
    ("picks wrong", lambda g: _wrong(g.picks_wrong)),
    ("vans with a wrong pick", lambda g: _wrong(g.vans_wrong)),
    ("picks outlined on a neighbour", lambda g: _wrong(g.astray)),
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
