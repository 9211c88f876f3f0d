"""`vapr calibrate`: make strips, hold them against routes, fit the readers' scale."""

import os
from pathlib import Path

import typer

from vapr.calibrate import describe, fit_scale, record_trials, write_card
from vapr.calibrate.trials import ABSENT
from vapr.cli.progress import progress_over

TRIALS = "readers.trials.jsonl"


def run_calibrate(out: Path, strips: int, seed: int, jobs: int | None) -> int:
    """Write the scale, its card and its picture; returns the exit code.

    Raises:
        InputError: the folder holds trials of another seed.
        MissingExtraError: matplotlib is not installed.
    """
    chunks = -(-strips // ABSENT)
    workers = jobs or os.cpu_count() or 1
    run = record_trials(out / TRIALS, seed, chunks, workers)
    made = progress_over(run, "Holding strips against routes", total=chunks)
    trials = [trial for chunk in made for trial in chunk]
    scale = fit_scale(trials, seed)
    figures = write_card(out, trials, scale)
    typer.echo(describe(figures, scale))
    return 0
