"""Train the strip networks on made labels and export them to one ONNX file.

    python vapr/train/strips.py --out models/strips.onnx

An hour or two of one core. Nothing but made labels goes in (train/strip_labels.py).
"""

import argparse
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from vapr.geometry import homography, project, to_quad
from vapr.read import strip_net as net
from vapr.train.strip_camera import Shot, make_shots
from vapr.train.strip_labels import Mark

BATCH = 32
SHOTS_A_SHARD = 1000
PEAK_RATE = 2e-3  # the highest at which batch norm and Adam stayed calm
JITTER = 0.03  # of a side, at most 1.5 times that: the detector's error and bends
CELLS = net.CANVAS // net.STRIDE
Floats = NDArray[np.float64]
Sample: TypeAlias = Callable[[Shot, np.random.Generator], tuple[Any, ...]]
Loss: TypeAlias = Callable[..., Tensor]


def block(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):  # type: ignore[misc]
    """Two convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(block(width, width), block(width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return x + self.body(x)


class Finder(nn.Module):  # type: ignore[misc]
    """(n, 1, 128, 128) -> (n, 5 kinds + 8 offsets, 32, 32)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(block(1, 16, 2, 5), block(16, 24, 2), Residual(24))
        self.down1 = nn.Sequential(block(24, 48, 2), Residual(48))
        self.down2 = nn.Sequential(block(48, 64, 2), Residual(64), Residual(64))
        self.side1, self.side2 = block(64, 48, size=1), block(48, 32, size=1)
        self.skip = block(24, 32, size=1)
        self.join1, self.join2 = block(48, 48), block(32, 32)
        self.head = nn.Sequential(block(32, 48), nn.Conv2d(48, len(net.KINDS) + 8, 1))
        nn.init.constant_(self.head[-1].bias[: len(net.KINDS)], -4.0)

    def forward(self, x: Tensor) -> Tensor:
        """Kinds as odds before the sigmoid; offsets in units of `REACH`."""
        at4 = self.stem(x)
        at8 = self.down1(at4)
        up8 = self.join1(at8 + _double(self.side1(self.down2(at8))))
        up4 = self.join2(self.skip(at4) + _double(self.side2(up8)))
        out: Tensor = self.head(up4)
        return out


class Refiner(nn.Module):  # type: ignore[misc]
    """(n, 1, 40, 128) -> (n, 4 families + 8 corner offsets)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            block(1, 16, 2, 5),
            block(16, 32, 2),
            Residual(32),
            block(32, 48, 2),
            Residual(48),
            block(48, 16, size=1),
        )
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(16 * 5 * 16, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, len(net.FAMILIES) + 8),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Families as odds before the softmax; offsets in units of `NUDGE`."""
        out: Tensor = self.head(self.body(x))
        return out


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


# What the networks should say ----------------------------------------------------


def upright(quad: Floats) -> tuple[Floats, bool]:
    """A code's corners from the canvas' top left, and whether its axis is vertical."""
    start = int(np.argmin(quad.sum(axis=1)))
    edge = quad[1] - quad[0]
    return np.roll(quad, -start, axis=0), bool(abs(edge[1]) > abs(edge[0]))


def finder_target(marks: list[tuple[str, Floats]]) -> tuple[NDArray[np.float32], ...]:
    """Heat (5, 32, 32), offsets (8, 32, 32) and their weight (32, 32) of a canvas."""
    heat = np.zeros((len(net.KINDS), CELLS, CELLS), np.float32)
    offsets = np.zeros((8, CELLS, CELLS), np.float32)
    weight = np.zeros((CELLS, CELLS), np.float32)
    ys, xs = np.mgrid[:CELLS, :CELLS] * net.STRIDE + net.STRIDE / 2
    for family, quad in marks:
        corners, vertical = upright(quad)
        kind = net.KINDS.index((family, vertical and family != "matrix"))
        cx, cy = corners.mean(axis=0)
        w, h = np.ptp(corners, axis=0)
        away = ((xs - cx) / max(0.1 * w, 3)) ** 2 + ((ys - cy) / max(0.1 * h, 3)) ** 2
        peak = np.exp(-away / 2)
        peak[np.unravel_index(np.argmax(peak), peak.shape)] = 1.0
        heat[kind] = np.maximum(heat[kind], peak)
        near = peak > np.maximum(weight, 0.2)
        weight[near] = peak[near]
        for k, (x, y) in enumerate(corners):
            offsets[2 * k][near] = (x - xs[near]) / net.REACH
            offsets[2 * k + 1][near] = (y - ys[near]) / net.REACH
    return heat, offsets, weight


def jittered(quad: Floats, rng: np.random.Generator, sigma: float) -> Floats:
    """Corners off by `sigma` of the longest side, each on its own."""
    side = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T).max()
    return np.asarray(quad + rng.normal(0, sigma * side, (4, 2)))


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def shaded(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """At times one side of a line in shadow, or lit until it clips."""
    if rng.random() > 0.3:
        return picture
    ys, xs = np.indices(picture.shape, np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * xs + np.sin(angle) * ys
    edge = rng.uniform(*np.quantile(along, (0.25, 0.75)))
    soft = np.clip((along - edge) / rng.uniform(0.5, 8) + 0.5, 0, 1)
    tone = picture * (1 + soft * (np.exp(rng.uniform(-1.1, 0.9)) - 1))
    return np.asarray(np.clip(tone, 0, 255), np.uint8)


def finder_sample(shot: Shot, rng: np.random.Generator) -> tuple[Any, ...]:
    """A label's canvas with jittered corners, turned any way, and its target."""
    label = jittered(shot.label, rng, JITTER * rng.uniform(0, 1.5))
    label = np.roll(label, int(rng.integers(4)), axis=0)
    canvas = net.label_canvas(shaded(shot.picture, rng), to_quad(label))
    back = _inverse(canvas.matrix)
    codes = [mark for mark in shot.marks if mark.family != "text"]
    marks = [(mark.family, project(back, mark.quad)) for mark in codes]
    return canvas.pixels, *finder_target(marks)


def _off(quad: Floats, rng: np.random.Generator) -> Floats:
    """A strip as the finder might give it: shifted, stretched and askew."""
    along, across = quad[1] - quad[0], quad[3] - quad[0]
    spread = 0.055 if rng.random() < 0.7 else 0.02
    ends = rng.normal(0, spread, (2, 1)) * along
    sides = rng.normal(0, 2 * spread, (2, 1)) * across
    moved = quad + ends[[0, 1, 1, 0]] + sides[[0, 0, 1, 1]]
    small = rng.normal(0, 0.4 * spread, (4, 1)) * along
    return np.asarray(moved + small + rng.normal(0, spread, (4, 1)) * across)


def _elsewhere(shot: Shot, rng: np.random.Generator) -> Floats:
    """A strip-shaped part of the label wherever it falls."""
    w, h = rng.uniform(0.25, 0.95), rng.uniform(0.06, 0.25)
    x, y = rng.uniform(0, 1 - w), rng.uniform(0, 1 - h)
    unit = to_quad([[0, 0], [1, 0], [1, 1], [0, 1]])
    turned = np.roll(shot.label, int(rng.integers(4)), axis=0)
    matrix = homography(unit, to_quad(turned))
    box = to_quad([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    return project(matrix, np.asarray(box))


def _overlap(quad: Floats, marks: list[Mark]) -> float:
    """The largest share a quad has in common with any mark of the same axis."""
    best = 0.0
    for mark in marks:
        edges = quad[1] - quad[0], mark.quad[1] - mark.quad[0]
        if abs(edges[0] @ edges[1]) < 0.7 * np.prod(np.hypot(*np.transpose(edges))):
            continue
        a, b = (np.asarray(q, np.float32) for q in (quad, mark.quad))
        shared = cv2.intersectConvexConvex(a, b)[0]
        best = max(best, shared / min(cv2.contourArea(a), cv2.contourArea(b)))
    return best


def _decoy(shot: Shot, rng: np.random.Generator) -> Floats:
    """Something a strip may be mistaken for: text, a code seen across, any place."""
    draw = rng.random()
    texts = [mark for mark in shot.marks if mark.family == "text"]
    bars = [mark for mark in shot.marks if mark.family in ("linear", "pdf417")]
    if texts and draw < 0.5:
        return _off(texts[rng.integers(len(texts))].quad, rng)
    if bars and draw < 0.65:
        return np.roll(_off(bars[rng.integers(len(bars))].quad, rng), 1, axis=0)
    return _elsewhere(shot, rng)


def refiner_sample(shot: Shot, rng: np.random.Generator) -> tuple[Any, ...]:
    """A strip canvas, its family's index, the corners' offsets and their weight."""
    codes = [mark for mark in shot.marks if mark.family != "text"]
    if rng.random() < 0.35:
        quad = _decoy(shot, rng)
        if _overlap(quad, [m for m in codes if m.family != "matrix"]) < 0.3:
            pixels = net.strip_canvas(shot.picture, to_quad(quad)).pixels
            return pixels, net.FAMILIES.index("other"), np.zeros(8, np.float32), 0.0
    mark = codes[rng.integers(len(codes))]
    turned = np.roll(mark.quad, 2 * int(rng.integers(2)), axis=0)
    guess = to_quad(_off(turned, rng))
    canvas = net.strip_canvas(shaded(shot.picture, rng), guess)
    truth = project(_inverse(canvas.matrix), turned)
    nudge = ((truth - np.array(net.STRIP_REST)) / net.NUDGE).astype(np.float32).ravel()
    return canvas.pixels, net.FAMILIES.index(mark.family), nudge, 1.0


# Fitting ------------------------------------------------------------------------


def finder_loss(out: Tensor, heat: Tensor, offsets: Tensor, weight: Tensor) -> Tensor:
    """CenterNet's focal loss on the heat, L1 on the corners near each centre."""
    odds = out[:, : len(net.KINDS)]
    p = odds.sigmoid().clamp(1e-4, 1 - 1e-4)
    sure = (heat == 1.0).float()
    hit = -(p.log() * (1 - p) ** 2 * sure).sum()
    miss = -((1 - p).log() * p**2 * (1 - heat) ** 4 * (1 - sure)).sum()
    apart = (out[:, len(net.KINDS) :] - offsets).abs().sum(1)
    corners = (apart * weight).sum() / weight.sum().clamp(min=1)
    return (hit + miss) / sure.sum().clamp(min=1) + corners


def refiner_loss(out: Tensor, family: Tensor, nudge: Tensor, weight: Tensor) -> Tensor:
    """Cross entropy on the family, L1 on the corners of what is a code."""
    kinds = len(net.FAMILIES)
    apart = (out[:, kinds:] - nudge).abs().sum(1)
    corners = (apart * weight).sum() / weight.sum().clamp(min=1)
    return F.cross_entropy(out[:, :kinds], family) + corners


def load_shots(folder: Path, shards: int) -> list[Shot]:
    """Made pictures, from the folder where an earlier run left them."""
    folder.mkdir(parents=True, exist_ok=True)
    shots: list[Shot] = []
    for shard in range(shards):
        file = folder / f"shots_{shard:03d}.pkl"
        if not file.exists():
            file.write_bytes(pickle.dumps(make_shots(SHOTS_A_SHARD, 1000 + shard)))
        shots += pickle.loads(file.read_bytes())
    return shots


def batches(
    shots: list[Shot], sample: Sample, rng: np.random.Generator
) -> Iterator[list[Tensor]]:
    """Endless batches of tensors."""
    while True:
        picks = rng.integers(len(shots), size=BATCH)
        rows = [sample(shots[i], rng) for i in picks]
        columns = [
            np.stack([np.asarray(x) for x in c]) for c in zip(*rows, strict=True)
        ]
        columns[0] = columns[0][..., None].transpose(0, 3, 1, 2)  # channels last
        yield [
            torch.from_numpy(c.astype(np.float32) if c.dtype.kind == "f" else c)
            for c in columns
        ]


def fit(
    model: nn.Module, stream: Iterator[list[Tensor]], loss: Loss, steps: int
) -> None:
    """One cycle of AdamW."""
    optimiser = torch.optim.AdamW(model.parameters(), PEAK_RATE, weight_decay=1e-3)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, steps)
    model.train().to(memory_format=torch.channels_last)  # a quarter faster on CPUs
    mean, start = 0.0, time.perf_counter()
    for step in range(steps):
        pixels, *truth = next(stream)
        cost = loss(model(pixels), *truth)
        optimiser.zero_grad()
        cost.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        rate.step()
        mean = cost.item() if step == 0 else 0.98 * mean + 0.02 * cost.item()
        if step % 100 == 0:
            spent = time.perf_counter() - start
            print(f"{step} of {steps}: loss {mean:.3f}, {spent:.0f} s", flush=True)  # noqa: T201
    model.eval()


def export(model: nn.Module, shape: tuple[int, int], file: Path) -> None:
    """An ONNX file with a free batch size."""
    torch.onnx.export(
        model,
        (torch.zeros(1, 1, *shape),),
        str(file),
        input_names=["pixels"],
        output_names=["out"],
        dynamic_axes={"pixels": {0: "n"}, "out": {0: "n"}},
        dynamo=False,
    )


def main() -> None:
    """Make, fit, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the models")
    parser.add_argument("--shots", type=Path, required=True, help="made pictures")
    parser.add_argument("--shards", type=int, default=24)
    parser.add_argument("--finder-steps", type=int, default=6000)
    parser.add_argument("--refiner-steps", type=int, default=8000)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shots = load_shots(chosen.shots, chosen.shards)
    for name, model, sample, loss, steps, shape in (
        (
            "refiner",
            Refiner(),
            refiner_sample,
            refiner_loss,
            chosen.refiner_steps,
            (net.STRIP_H, net.STRIP_W),
        ),
        (
            "finder",
            Finder(),
            finder_sample,
            finder_loss,
            chosen.finder_steps,
            (net.CANVAS, net.CANVAS),
        ),
    ):
        if steps:
            rng = np.random.default_rng(1)
            fit(model, batches(shots, sample, rng), loss, steps)
            export(model, shape, chosen.out / f"strips-{name}.onnx")


if __name__ == "__main__":
    main()
