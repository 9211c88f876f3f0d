"""Train the corner network: a label's corners, turn and labelness from 64 x 64 px.

    python -m vapr.train.corners --detector models/NAME.onnx --out runs/c made/ pasted/

Views are cut around every judged label as `vapr.detect.corners` cuts them, with the
errors a detector makes; what it takes for a label and is none, driver-aid stickers
and empty places are the counter-examples. Writes `last.pt` and `corners.onnx`.
"""

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from vapr.detect import OnnxDetector
from vapr.detect.corners import (
    SIDE,
    VIEW,
    cut_view,
    frame_of_quad,
    to_blob,
)
from vapr.geometry import homography, iou_matrix, project, quad_sides, to_quad
from vapr.train.datasets import load_samples
from vapr.train.quadloss import best_order
from vapr.train.samples import Sample
from vapr.types import Box, Detector, Image, Quad

log = logging.getLogger(__name__)

VIEWS = 4  # of each label
# What a detector's quad is off, one sigma: half the views as its good ones, half as
# its bad ones. Each corner by itself, in sides of the label; the whole by a turn
# (radians), a shift (sides) and a stretch.
ERRORS = ((0.03, 0.05, 0.04, 0.05), (0.06, 0.18, 0.10, 0.14))
EMPTY = 2  # places without a label, of each picture
WIDTH = (20, 40, 56, 72, 72)
BATCH = 128
RATE = 2e-3  # AdamW, cosine to 0
CORNERS, TURN, LABEL = 10.0, 0.15, 0.5  # weights of the losses
FAINT = 0.05  # detector's score from which its mistakes are counter-examples
SMALLEST = 9.0  # px, short side of a label worth learning from


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Cut-out views (n, 64, 64, 3) uint8, quads (n, 4, 2) in px of them, what is so.

    `facts` are (n, 2): it is a label, its quad starts at its own top left.
    """

    pixels: NDArray[np.uint8]
    quads: NDArray[np.float32]
    facts: NDArray[np.float32]


def build_corner_network() -> nn.Sequential:
    """Five convolutions and two linear layers; 0.4 M parameters."""
    layers: list[nn.Module] = []
    before = 3
    for i, width in enumerate(WIDTH):
        step = 2 if i in (0, 1, 3) else 1
        layers += [
            nn.Conv2d(before, width, 3, step, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.SiLU(),
        ]
        before = width
    cells = 32 * (SIDE // 8) ** 2
    layers += [nn.Conv2d(before, 32, 1), nn.SiLU(), nn.Flatten()]
    layers += [nn.Linear(cells, 128), nn.SiLU(), nn.Linear(128, 13)]
    network = nn.Sequential(*layers)
    with torch.no_grad():  # start from the corners of a frame that fits
        network[-1].weight.mul_(0.1)
        start = [-0.35, -0.35, 0.35, -0.35, 0.35, 0.35, -0.35, 0.35]
        network[-1].bias.copy_(torch.tensor([*start, 0, 0, 0, 0, 0]))
    return network


# -- views ---------------------------------------------------------------------------


def cut_views(samples: Sequence[Sample], detect: Detector | None, seed: int) -> Views:
    """Views of all labels and of what is none, from every picture."""
    rng = np.random.default_rng(seed)
    rows = [
        row
        for sample in track(samples, "cutting views")
        for row in _of_picture(sample, detect, rng)
    ]
    pixels, quads, facts = zip(*rows, strict=True)
    return Views(
        np.stack(pixels), np.array(quads, np.float32), np.array(facts, np.float32)
    )


Row = tuple[Image, NDArray[np.float64], tuple[float, float]]


def _of_picture(
    sample: Sample, detect: Detector | None, rng: np.random.Generator
) -> Iterator[Row]:
    image = np.asarray(cv2.imread(str(sample.picture)), np.uint8)
    for thing in sample.things:
        if thing.kind != 1 or thing.quad is None or thing.ignore:
            continue
        if min(quad_sides(thing.quad)) >= SMALLEST:
            yield from _of_label(image, thing.quad, thing.turned, rng)
    for quad in _no_labels(image, sample, detect, rng):
        frame = frame_of_quad(_shaken(quad, rng, ERRORS[0]))
        yield cut_view(image, frame), np.zeros((4, 2)), (0.0, 0.0)


def _of_label(
    image: Image, quad: Quad, turned: bool, rng: np.random.Generator
) -> Iterator[Row]:
    for i in range(VIEWS):
        start = int(rng.integers(4))
        spun = to_quad(np.roll(np.asarray(quad), start, axis=0))
        frame = frame_of_quad(_shaken(spun, rng, ERRORS[i % 2]))
        try:
            inside = project(homography(frame, VIEW), np.asarray(quad))
        except ValueError:
            continue
        if np.abs(inside - SIDE / 2).max() < SIDE:
            yield cut_view(image, frame), inside, (1.0, float(turned))


def _shaken(
    quad: Quad, rng: np.random.Generator, errors: tuple[float, float, float, float]
) -> Quad:
    """The quad as a detector with these errors would give it."""
    single, turn, shift, stretch = errors
    corners = np.asarray(quad)
    side = float(np.mean(quad_sides(quad)))
    middle = corners.mean(axis=0)
    c, s = np.cos(angle := rng.normal(0, turn)), np.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.diag(np.exp(rng.normal(0, stretch, 2)))
    moved = (corners - middle) @ matrix.T + middle + rng.normal(0, shift * side, 2)
    return to_quad(moved + rng.normal(0, single * side, (4, 2)))


def _spun(box: Box, rng: np.random.Generator) -> Quad:
    """Some quad in a box, as a first look would guess where there is no label."""
    x1, y1, x2, y2 = box
    angle = rng.uniform(0, 2 * np.pi) + np.arange(4) * np.pi / 2
    radius = rng.uniform(0.7, 1.0, 4)
    x = (x1 + x2) / 2 + np.cos(angle) * radius * (x2 - x1) / 2
    y = (y1 + y2) / 2 + np.sin(angle) * radius * (y2 - y1) / 2
    return to_quad(np.column_stack([x, y]))


def _no_labels(
    image: Image, sample: Sample, detect: Detector | None, rng: np.random.Generator
) -> Iterator[Quad]:
    """Places without a label: stickers, anything, and what the detector falls for."""
    if 1 in sample.unjudged:
        return
    width, height = sample.size
    boxes: list[Box] = [t.box for t in sample.things if t.kind == 2 and not t.ignore]
    for _ in range(EMPTY):
        side = float(np.exp(rng.uniform(np.log(14), np.log(120))))
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        boxes.append((x, y, x + side, y + side * rng.uniform(0.6, 1.6)))
    places = [(box, _spun(box, rng)) for box in boxes]
    found = detect(image) if detect else []
    places += [(d.box, d.quad) for d in found if d.quad is not None]
    labels = np.array([t.box for t in sample.things if t.kind == 1]).reshape(-1, 4)
    for box, quad in places:
        if not len(labels) or iou_matrix(np.array([box]), labels).max() < 0.1:
            yield quad


# -- training ------------------------------------------------------------------------


def fit_corners(
    views: Views, epochs: int, seed: int = 0, start: Path | None = None
) -> nn.Sequential:
    """The network, trained on the views, from nothing or from a `last.pt`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_corner_network()
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    steps = epochs * (len(views.pixels) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(epochs):
        sums = torch.zeros(3)
        order = rng.permutation(len(views.pixels))
        chunks = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]
        for chunk in track(chunks, f"epoch {epoch + 1}"):
            loss, parts = corner_loss(network, views, chunk, rng)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            sums += parts
        log.info("epoch %d: %s", epoch + 1, (sums / len(chunks)).tolist())
    return network.eval()


def corner_loss(
    network: nn.Module, views: Views, chunk: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The loss of a batch, and its parts: corners, turn, label."""
    pixels, quads = views.pixels[chunk], views.quads[chunk]
    rows = network(torch.from_numpy(to_blob(list(_relit(pixels, rng)))))
    facts = torch.from_numpy(views.facts[chunk])
    label, turned = facts[:, 0], facts[:, 0] * facts[:, 1]
    error, first = best_order(
        (rows[:, :8].unflatten(1, (4, 2)) + 0.5) * SIDE, torch.from_numpy(quads)
    )
    turn = functional.cross_entropy(rows[:, 8:12], first, reduction="none")
    parts = torch.stack(
        [
            CORNERS * (error * label).sum() / label.sum().clamp(min=1),
            TURN * (turn * turned).sum() / turned.sum().clamp(min=1),
            LABEL * functional.binary_cross_entropy_with_logits(rows[:, 12], label),
        ]
    )
    return parts.sum(), parts.detach()


def _relit(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Views with other gamma, colour cast and noise."""
    n = len(pixels)
    x = pixels.astype(np.float32) / 255
    x **= rng.uniform(0.7, 1.4, (n, 1, 1, 1)).astype(np.float32)
    x *= rng.uniform(0.85, 1.15, (n, 1, 1, 3)).astype(np.float32)
    x += rng.normal(0, 0.012, x.shape).astype(np.float32)
    return np.clip(x * 255, 0, 255).astype(np.uint8)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--detector", type=Path, help="whose mistakes to learn from")
    parser.add_argument("--start", type=Path, help="a last.pt to go on from")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    a.out.mkdir(parents=True, exist_ok=True)
    detect = None
    if a.detector:
        detect = OnnxDetector.load(a.detector)
        detect.thresholds["label"] = FAINT
        detect.corners = None
    samples = [s for source in a.sources for s in load_samples(source)]
    views = cut_views(samples, detect, a.seed)
    log.info("%d views, %d of labels", len(views.facts), views.facts[:, 0].sum())
    network = fit_corners(views, a.epochs, a.seed, a.start)
    torch.save(network.state_dict(), a.out / "last.pt")
    export_corners(network, a.out / "corners.onnx")


def export_corners(network: nn.Module, target: Path) -> None:
    """Write the network as ONNX with a free number of views."""
    torch.onnx.export(
        network,
        (torch.zeros(2, 3, SIDE, SIDE),),
        str(target),
        input_names=["views"],
        output_names=["rows"],
        dynamic_axes={"views": {0: "n"}, "rows": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
