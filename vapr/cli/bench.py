"""`vapr bench`: how far labels, matrix codes and print are read."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.labels import draw_labels, labels_page, labels_table
from vapr.bench.matrix import codes_page, codes_table, draw_codes, plan_codes, run_code
from vapr.bench.prints import READER, draw_prints, prints_page, prints_table
from vapr.bench.trials import plan_points, run_trial
from vapr.bench.vans import PictureTrial, read_picture
from vapr.bench.vans_page import vans_page, vans_table
from vapr.calibrate.text_height import PrintPoint, plan_prints, run_print
from vapr.cli.progress import progress_over
from vapr.errors import InputError, MissingExtraError
from vapr.evaluate.journal import run_journaled
from vapr.media import find_pictures
from vapr.read.text_net import text_nets
from vapr.read.text_scale import text_scale

STEM = "read"
"""Of all files of the bench."""


def run_bench_read(out: Path, trials: int, seed: int, jobs: int | None) -> int:
    """Write `read.json`, `.md` and `.png` and show the tables; returns the exit code.

    What was answered is kept in `read.trials.jsonl`; a run that was cut goes on there.

    Raises:
        InputError: that file is something else.
        MissingExtraError: matplotlib is not installed.
    """
    points = {point.source: point for point in plan_points(trials, seed)}
    stem = _stem(out, STEM)
    run = run_journaled(run_trial, points, _workers(jobs), _journal(stem), LabelTrial)
    made = list(progress_over(run, "Reading made labels", total=len(points)))
    table = labels_table(made, seed)
    _keep(stem, table, labels_page(table))
    draw_labels(stem.with_suffix(".png"), table)
    return 0


def run_bench_codes(out: Path, trials: int, seed: int, jobs: int | None) -> int:
    """Write `read-codes.json`, `.md` and `.png`; returns the exit code.

    Raises:
        InputError: the journal is something else.
        MissingExtraError: matplotlib is not installed.
    """
    points = {point.source: point for point in plan_codes(trials, seed)}
    stem = _stem(out, f"{STEM}-codes")
    run = run_journaled(run_code, points, _workers(jobs), _journal(stem), LabelTrial)
    made = list(progress_over(run, "Decoding matrix codes", total=len(points)))
    table = codes_table(made, seed)
    _keep(stem, table, codes_page(table))
    draw_codes(stem.with_suffix(".png"), table)
    return 0


def run_bench_text(
    out: Path, trials: int, seed: int, fonts: Path | None, jobs: int | None
) -> int:
    """Write `read-text.json`, `.md` and `.png`; returns the exit code.

    Raises:
        InputError: the journal is something else.
        MissingExtraError: the text recogniser or matplotlib is not installed.
    """
    if text_nets() is None:
        raise MissingExtraError("reading text", "ocr")
    points = {point.source: point for point in plan_prints(trials, seed)}
    stem = _stem(out, f"{STEM}-text")
    work = partial(_print_trial, str(fonts or ""))
    run = run_journaled(work, points, _workers(jobs), _journal(stem), LabelTrial)
    made = list(progress_over(run, "Reading print", total=len(points)))
    table = prints_table(made, seed)
    _keep(stem, table, prints_page(table))
    draw_prints(stem.with_suffix(".png"), table)
    return 0


def run_bench_vans(sources: Sequence[Path], out: Path, jobs: int | None) -> int:
    """Write `read-vans.json` and `.md` and show the tables; returns the exit code.

    Raises:
        InputError: there are no pictures with truth, or one cannot be read.
    """
    found = find_pictures(sources)
    pictures = {str(p): p for p in found if p.with_suffix(".json").exists()}
    if not pictures:
        raise InputError("no pictures with truth files beside them there")
    stem = _stem(out, f"{STEM}-vans")
    journal, workers = _journal(stem), _workers(jobs)
    run = run_journaled(read_picture, pictures, workers, journal, PictureTrial)
    made = list(progress_over(run, "Reading van pictures", total=len(pictures)))
    table = vans_table(made)
    _keep(stem, table, vans_page(table))
    return 0


def _print_trial(fonts: str, point: PrintPoint) -> LabelTrial:
    """A line of print on the readers' common scale."""
    nets = text_nets()
    if nets is None:
        raise MissingExtraError("reading text", "ocr")
    told = run_print(point, nets, fonts)
    scale = text_scale("sticker" if point.kind == "sort code" else "label")
    ratio, second = scale.llr(told.raw), scale.llr(max(told.wrong, 0.0))
    right = told.raw > told.wrong
    answer = Answer(
        reader=READER,
        first="right" if told.first else "none" if right else "other",
        ratio=ratio if right else second,
        ahead=abs(ratio - second),
    )
    return LabelTrial(
        source=point.source, group=point.kind, size=point.height_px, answers=(answer,)
    )


def _workers(jobs: int | None) -> int:
    return jobs or os.cpu_count() or 1


def _stem(out: Path, name: str) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    return out / name


def _journal(stem: Path) -> Path:
    return stem.with_suffix(".trials.jsonl")


def _keep(stem: Path, table: Mapping[str, Any], page: str) -> None:
    """Write a table as JSON and its page, and show that."""
    text = json.dumps(table, indent=1) + "\n"
    stem.with_suffix(".json").write_text(text, encoding="utf-8")
    stem.with_suffix(".md").write_text(page, encoding="utf-8")
    Console().print(Markdown(page))
