"""`vapr export`: a trained checkpoint as the ONNX file that vapr runs."""

from pathlib import Path

import typer

from vapr.cli.train import check_installed
from vapr.errors import InputError, UsageError


def run_export(run: Path, target: Path, data: str, *, weights: bool) -> int:
    """Write the model and its facts; returns the exit code.

    Args:
        run: the folder of `vapr train`, or its `last.pt`.
        target: the .onnx file to write; `NAME.json` goes beside it.
        data: what it was trained on, one line.
        weights: leave a `NAME.pt` to train on from as well.

    Raises:
        MissingExtraError: `vapr[train]` is not installed.
        InputError: there is no checkpoint.
        ModelError: the checkpoint is no vapr detector.
        UsageError: the target is not an .onnx file.
    """
    if target.suffix != ".onnx":
        raise UsageError(f"wanted a name that ends in .onnx, got {target.name}")
    check_installed("exporting")
    from vapr.train.export import export_as_shipped, save_weights

    checkpoint = run / "last.pt" if run.is_dir() else run
    if not checkpoint.is_file():
        raise InputError(f"there is no checkpoint {checkpoint}")
    target.parent.mkdir(parents=True, exist_ok=True)
    export_as_shipped(checkpoint, target, data)
    if weights:
        save_weights(checkpoint, target.with_suffix(".pt"))
    typer.echo(f"Use it: vapr locate … --model {target}", err=True)
    return 0
