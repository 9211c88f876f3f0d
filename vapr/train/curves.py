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

from vapr.detect import OnnxDetector
from vapr.geometry import iou_matrix
from vapr.train.samples import CLASSES, Sample, Thing, load_samples
from vapr.types import Detection, Detector

Counts = NDArray[np.int64]
NOTHING = len(CLASSES)


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
    figure, axes = plt.subplots(figsize=(7, 4))
    for name in ("box", "class", "corners", "turn"):
        axes.plot([r["epoch"] for r in rows], [r[name] for r in rows], label=name)
    axes.set(xlabel="epoch", ylabel="loss, weighted", yscale="log")
    axes.legend()
    figure.savefig(target, dpi=120, bbox_inches="tight")


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
        axes.text(j, i, int(counts[i, j]), ha="center", va="center")
    figure.savefig(target, dpi=120, bbox_inches="tight")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", nargs="+", type=Path)
    a = parser.parse_args(arguments)
    draw_losses(a.run / "history.json", a.run / "curves.png")
    samples = [s for folder in a.pictures for s in load_samples(folder)]
    counts = confusion(OnnxDetector.load(a.model), samples)
    draw_confusion(counts, a.run / "confusion.png")


if __name__ == "__main__":
    main()
