"""`vapr train`: the detector on one's own pictures, with one command."""

import logging
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vapr.detect.windows import STRIDE
from vapr.errors import MissingExtraError, ModelError, UsageError
from vapr.weights import DEFAULT_DETECTOR, models_folder

if TYPE_CHECKING:
    from vapr.train.fit import Plan
    from vapr.train.samples import Sample

KEEP_BACK = 10  # without pictures to judge by, one in so many is kept back


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What the command was asked for; `start` None: vapr's own detector."""

    sources: tuple[str, ...]
    out: Path
    val: tuple[Path, ...]
    start: Path | None
    classes: dict[str, str]
    epochs: int
    per_epoch: int
    window: int | None
    seed: int


def run_train(options: TrainOptions) -> int:
    """Train, or go on with it; export; draw the curves. Returns the exit code.

    Raises:
        MissingExtraError: `vapr[train]` is not installed.
        InputError: a data set that cannot be used.
        ModelError: weights or a checkpoint that cannot be used.
        UsageError: a window or weight that cannot be.
    """
    check_installed("training")
    from vapr.train.curves import draw_run
    from vapr.train.export import export_as_shipped
    from vapr.train.fit import train

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan, judges = _plan_of(options)
    checkpoint = train(plan)
    model = export_as_shipped(checkpoint, options.out / "detector.onnx")
    pictures = draw_run(options.out, model, judges)
    typer.echo(f"Look at {' and '.join(map(str, pictures))}", err=True)
    typer.echo(f"Use it: vapr locate … --model {model}", err=True)
    return 0


def check_installed(what: str) -> None:
    """Make sure that `vapr[train]` is there.

    Raises:
        MissingExtraError: it is not.
    """
    if any(find_spec(name) is None for name in ("torch", "ultralytics")):
        raise MissingExtraError(what, "train")


def _plan_of(options: TrainOptions) -> tuple["Plan", "list[Sample]"]:
    """What to train on, and the pictures to judge by."""
    from vapr.train.datasets import has_validation, load_samples
    from vapr.train.fit import WINDOWS, Plan, parse_source, split_samples

    o = options
    sources = tuple(parse_source(text) for text in o.sources)
    read = {path: load_samples(path, o.classes) for path, _ in sources}
    judges = [s for path in o.val for s in load_samples(path, o.classes)]
    if not o.val:
        brought = [path for path in read if has_validation(path)]
        judges = [s for path in brought for s in load_samples(path, o.classes, "val")]
    keep_back = 0 if judges else KEEP_BACK
    if keep_back:
        parts = [split_samples(samples, keep_back) for samples in read.values()]
        judges = [sample for _, kept in parts for sample in kept]
    count = sum(map(len, read.values())) - (len(judges) if keep_back else 0)
    typer.echo(f"{count} pictures to train on, {len(judges)} to judge by", err=True)
    if o.window and o.window % STRIDE:
        raise UsageError(f"--window takes a multiple of {STRIDE}, got {o.window}")
    windows = ((o.window, o.window),) if o.window else WINDOWS
    start = o.start or _own_weights()
    plan = Plan(o.out, sources, start, o.epochs, o.per_epoch, o.seed, windows)
    return replace(plan, classes=o.classes, keep_back=keep_back), judges


def _own_weights() -> Path:
    path = models_folder() / f"{DEFAULT_DETECTOR}.pt"
    if not path.is_file():
        raise ModelError(f"this installation has no {path.name}; say --start FILE.pt")
    return path
