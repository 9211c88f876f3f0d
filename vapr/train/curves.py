"""Two pictures at the end of a training: the losses, and what was taken for what.

python -m vapr.train.curves runs/a models/NAME.onnx val/ [val2/ ...]
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from vapr.detect import OnnxDetector
from vapr.geometry import iou_matrix
from vapr.train.datasets import load_samples
from vapr.train.samples import CLASSES, Sample, Thing
from vapr.types import Detection, Detector

Counts = NDArray[np.int64]
NOTHING = len(CLASSES)
PARTS = ("box", "class", "corners", "turn")


def confusion(detect: Detector, samples: Iterable[Sample]) -> Counts:
    """Counts (4, 4) of true class by found class; the last of both is "nothing".

    Things are paired by overlap of boxes (IoU 0.5), whatever their class. What lies on
    a thing nobody can judge, or is of a class nobody annotated, is not counted.
    """
    counts = np.zeros((NOTHING + 1, NOTHING + 1), np.int64)
    for sample in samples:
        image = np.asarray(cv2.imread(str(sample.picture)), np.uint8)
        _count(counts, detect(image), sample)
    return counts


def _count(counts: Counts, found: Sequence[Detection], sample: Sample) -> None:
    found = [d for d in found if CLASSES.index(d.kind) not in sample.unjudged]
    overlap = iou_matrix(_boxes(sample.things), _boxes(found))
    taken: set[int] = set()
    for i, thing in enumerate(sample.things):
        best = [int(j) for j in np.argsort(-overlap[i]) if overlap[i, j] >= 0.5]
        same = [j for j in best if CLASSES.index(found[j].kind) == thing.kind]
        free = [j for j in [*same, *best] if j not in taken]
        if free:
            taken.add(free[0])
        if not thing.ignore:
            got = CLASSES.index(found[free[0]].kind) if free else NOTHING
            counts[thing.kind, got] += 1
    for j, extra in enumerate(found):
        if j not in taken:
            counts[NOTHING, CLASSES.index(extra.kind)] += 1


def _boxes(things: Sequence[Thing | Detection]) -> NDArray[np.float64]:
    return np.array([t.box for t in things], np.float64).reshape(-1, 4)


def draw_losses(history: Path, target: Path) -> None:
    """The losses of every epoch as curves."""
    import matplotlib.pyplot as plt  # comes with ultralytics

    rows = json.loads(history.read_text("utf-8"))
    figure, panels = plt.subplots(2, 2, figsize=(8, 5), sharex=True, layout="tight")
    for name, axes in zip(PARTS, panels.flat, strict=True):
        axes.plot([r["epoch"] for r in rows], [r[name] for r in rows], marker=".")
        axes.set(title=f"{name} loss")
        axes.grid(alpha=0.3)
    for axes in panels[1]:
        axes.set(xlabel="epoch")
    figure.savefig(target, dpi=110)
    plt.close(figure)


def draw_confusion(counts: Counts, target: Path) -> None:
    """The counts as a table, shaded by share of the true class."""
    import matplotlib.pyplot as plt

    names = [*CLASSES, "nothing"]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(5, 4.5))
    axes.imshow(shares, cmap="Greens", vmin=0, vmax=1)
    axes.set(xlabel="found", ylabel="true")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    for i, j in np.ndindex(*counts.shape):
        ink = "white" if shares[i, j] > 0.6 else "black"
        axes.text(j, i, str(counts[i, j]), ha="center", va="center", color=ink)
    figure.savefig(target, dpi=110, bbox_inches="tight")
    plt.close(figure)


def draw_run(run: Path, model: Path, samples: Sequence[Sample]) -> tuple[Path, Path]:
    """Both pictures of a training, in its folder; their paths."""
    losses, confused = run / "curves.png", run / "confusion.png"
    draw_losses(run / "history.json", losses)
    seen = track(samples, "judging", console=Console(stderr=True))
    draw_confusion(confusion(OnnxDetector.load(model), seen), confused)
    return losses, confused


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", nargs="+", type=Path)
    a = parser.parse_args(arguments)
    draw_run(a.run, a.model, [s for folder in a.pictures for s in load_samples(folder)])


if __name__ == "__main__":
    main()
