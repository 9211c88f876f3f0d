"""`vapr calibrate`: made strips and print against routes, and the readers' scales."""

import os
from collections.abc import Iterator
from pathlib import Path

import typer

from vapr.calibrate import describe, fit_scale, record_trials, write_card
from vapr.calibrate.matrix import ABSENT as MATRIX_ABSENT
from vapr.calibrate.matrix import run_matrix_chunk
from vapr.calibrate.matrix_card import fit_matrix_scale, write_matrix_card
from vapr.calibrate.text import KINDS, TextTrial, fit_text_scale, run_text_trials
from vapr.calibrate.trials import ABSENT
from vapr.cli.progress import progress_over
from vapr.read.text_net import TextNets, text_nets
from vapr.read.text_scale import FILE, write_text_scales

TRIALS = "readers.trials.jsonl"
MATRIX_TRIALS = "matrix.trials.jsonl"


def run_calibrate(out: Path, strips: int, seed: int, jobs: int | None) -> int:
    """Write the scale of bars, its card and its picture; returns the exit code.

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


def run_calibrate_matrix(out: Path, codes: int, seed: int, jobs: int | None) -> None:
    """Write the scale of matrix codes and its card beside it.

    Raises:
        InputError: the folder holds trials of another seed.
    """
    chunks = -(-codes // MATRIX_ABSENT)
    workers = jobs or os.cpu_count() or 1
    file = out / MATRIX_TRIALS
    run = record_trials(file, seed, chunks, workers, run_matrix_chunk)
    made = progress_over(run, "Holding matrix codes against routes", total=chunks)
    trials = [trial for chunk in made for trial in chunk]
    typer.echo(write_matrix_card(out, trials, fit_matrix_scale(trials, seed)))


def run_calibrate_text(out: Path, prints: int, seed: int, fonts: Path | None) -> None:
    """Write the scales of text beside it, where the text recogniser is installed."""
    nets = text_nets()
    if nets is None:
        typer.echo("Text: no scale fitted; it takes pip install 'vapr[ocr]'.", err=True)
        return
    scales = {
        kind: fit_text_scale(list(_prints(kind, nets, prints, seed, fonts)), seed)
        for kind in KINDS
    }
    out.mkdir(parents=True, exist_ok=True)
    write_text_scales(out / FILE, scales)
    for kind, scale in scales.items():
        typer.echo(f"Text of {kind}s: slope {scale.slope} on {scale.trials} prints.")


def _prints(
    kind: str, nets: TextNets, count: int, seed: int, fonts: Path | None
) -> Iterator[TextTrial]:
    run = run_text_trials(nets, seed, count, str(fonts or ""), kind)
    return progress_over(run, f"Reading {kind}s", total=count)
