"""`vapr replay`: whole routes over made vans, stop by stop, three set-ups."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vapr.cli.evaluate import after, share_text
from vapr.cli.progress import progress_over
from vapr.evaluate import Pace, run_journaled
from vapr.evaluate.markdown import (
    as_table,
    check_marks,
    share_words,
    write_between,
)
from vapr.replay.outcomes import RideOutcome, StopOutcome
from vapr.replay.report import SetupReport, report, report_page, report_rows
from vapr.replay.rides import replay_ride
from vapr.replay.routes import plan_rides
from vapr.replay.search import MODELS


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the command was asked for; see its help."""

    stops: int
    vans: int | None
    seed: int
    journal: Path | None
    json: str | None
    workers: int | None
    minutes: float | None = None
    markdown: Path | None = None


def run_replay(options: ReplayOptions) -> int:
    """Run the command; returns the exit code.

    Raises:
        InputError: the journal is none of a replay.
        UsageError: no place in the Markdown file.
    """
    if options.markdown is not None:
        check_marks(options.markdown, ["replay"])
    plans = plan_rides(options.seed, options.stops, vans=options.vans)
    workers = options.workers or os.cpu_count() or 1
    jobs = {plan.name: plan for plan in plans}
    pace = Pace(enough=after(options.minutes))
    run = run_journaled(replay_ride, jobs, workers, options.journal, RideOutcome, pace)
    rides = list(progress_over(run, "Driving", total=len(plans)))
    stops = [stop for ride in rides for stop in ride.stops]
    reports = report(stops)
    console = Console(stderr=options.json == "-", highlight=False)
    console.print(replay_table(reports))
    if options.json is not None:
        text = json.dumps(as_json(reports, stops), indent=1)
        if options.json == "-":
            Console(soft_wrap=True, highlight=False, markup=False).print(text)
        else:
            Path(options.json).write_text(text + "\n", encoding="utf-8")
    if options.markdown is not None:
        page = report_page(stops, share_words, as_table)
        write_between(options.markdown, {"replay": page})
    return 0


def replay_table(reports: tuple[SetupReport, ...]) -> Table:
    """The report for the terminal: shares, and seconds with their 95 % intervals."""
    head, *rows = report_rows(reports, share_text)
    table = Table(title="What a driver would have seen, and the search it leaves")
    for name in head:
        table.add_column(name, justify="right" if name else "left")
    for row in rows:
        table.add_row(*row)
    return table


def as_json(
    reports: tuple[SetupReport, ...], stops: list[StopOutcome]
) -> dict[str, object]:
    """Everything as plain values: the set-ups, the models of search, every stop."""
    return {
        "schema": "vapr.replay/2",
        "setups": [asdict(r) for r in reports],
        "models": [asdict(model) for model in MODELS],
        "stops": [stop.model_dump(mode="json") for stop in stops],
    }
