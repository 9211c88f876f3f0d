"""Train the detector: parcels, shipping labels with their corners, driver-aid stickers.

    python -m vapr.train.fit --start yolo26n.pt --out runs/a made/ cartons/

Sources are folders of truth files, YOLO data sets or COCO files (`datasets.py`);
`DIR*2` counts twice as much as `DIR` when an epoch's pictures are drawn. They are read
again before every epoch, so pictures may still be in the making. Every epoch leaves
`last.pt`; the same command again goes on from there. `vapr train` is this script with
a default start, the export and two pictures at the end.
"""

import argparse
import json
import logging
import math
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from torch import Tensor
from ultralytics.nn.tasks import PoseModel, yaml_model_load

from vapr.errors import InputError, ModelError, UsageError
from vapr.train.datasets import load_samples
from vapr.train.precision import forward, has_fast_bfloat16, lay_out
from vapr.train.quadloss import QuadLoss
from vapr.train.samples import CLASSES, Sample
from vapr.train.views import View, random_view

log = logging.getLogger(__name__)

Rows = Sequence[Sequence[Any]]  # per picture, per thing: values

# The network: YOLO26n with a pose head of four corners of (x, y, is the top left).
# Only its one-to-many branch: with few steps the detached one-to-one branch lags, it
# costs a sixth of the training, and the non-maximum suppression it saves is cheap.
NETWORK = "yolo26n-pose.yaml"
# Windows near native scale, three shapes of about the same area: most of a portrait,
# landscape or square picture when shrunk, an eighth of a 1080p one at native scale.
WINDOWS = ((448, 768), (768, 448), (576, 576))
BATCH = 8  # small, as one pass is all there is time for; more steps beat more pictures
RATE = 1e-3  # AdamW; 1.5e-3 was as good on the first epochs, when the head was new
RATE_END = 0.03  # of RATE, by a half cosine
WARM_UP = 60  # steps; the new head's first gradients are large
DECAY = 5e-4
AVERAGE = 0.998  # exponential moving average of the weights: what is exported
CLIP = 10.0  # gradient norm


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on and for how long.

    `sources` are (path, weight); `classes` what they call ours (`load_samples`). Of
    every `keep_back` pictures of a source one is not trained on; 0 keeps none back.
    `start` None starts from random weights.
    """

    out: Path
    sources: tuple[tuple[Path, float], ...]
    start: Path | None
    epochs: int = 20
    per_epoch: int = 800  # pictures
    seed: int = 0
    windows: tuple[tuple[int, int], ...] = WINDOWS
    classes: Mapping[str, str] = field(default_factory=dict)
    keep_back: int = 0


def build_network(start: Path | None = None) -> PoseModel:
    """The network, with the weights in `start` as far as they fit.

    `start` is a YOLO26n of any task, or a `last.pt` of this script.
    """
    layout = deepcopy(yaml_model_load(NETWORK))
    layout |= {"end2end": False, "kpt_shape": (4, 3)}
    # Built for COCO's 80 classes: all but the last layer fits the start weights.
    model = PoseModel(layout, nc=80, data_kpt_shape=(4, 3), verbose=False)
    head = model.model[-1]
    head.nc, head.no = len(CLASSES), len(CLASSES) + 4 * head.reg_max
    for branch in head.cv3:
        branch[-1] = torch.nn.Conv2d(branch[-1].in_channels, head.nc, 1)
    head.bias_init()
    model.names = dict(enumerate(CLASSES))
    model.args = {"box": 7.5, "cls": 0.5, "dfl": 1.5}
    if start is not None:
        _transfer(model, start)
    return model


def _transfer(model: PoseModel, start: Path) -> None:
    """Weights of a checkpoint of ours, or what fits of an ultralytics YOLO26n.

    Raises:
        ModelError: the file is neither.
    """
    own = model.state_dict()
    try:
        donor = torch.load(start, map_location="cpu", weights_only=False)
        if "average" in donor:
            model.load_state_dict(donor["average"])
            return
        donor = (donor.get("ema") or donor["model"]).float().state_dict()
    except Exception as error:
        raise ModelError(f"{start.name} holds no weights to start from") from error
    fits = {k: v for k, v in donor.items() if k in own and v.shape == own[k].shape}
    if len(fits) < len(own) / 2:
        raise ModelError(f"{start.name} is no YOLO26n: too little of it fits")
    model.load_state_dict(fits, strict=False)


def to_batch(views: Sequence[View]) -> tuple[Tensor, dict[str, Tensor]]:
    """Views of one size as images (b, 3, h, w), RGB 0..1, and their padded targets."""
    images = np.stack([v.image[..., ::-1].transpose(2, 0, 1) for v in views])
    taught = [[t for t in v.things if not t.ignore] for v in views]
    spared = [[t for t in v.things if t.ignore] for v in views]
    none = ((0.0, 0.0),) * 4
    columns: dict[str, tuple[Rows, int]] = {
        "boxes": ([[t.box for t in ts] for ts in taught], 4),
        "quads": ([[np.ravel(t.quad or none) for t in ts] for ts in taught], 8),
        "kinds": ([[[t.kind] for t in ts] for ts in taught], 1),
        "has_quad": ([[[t.quad is not None] for t in ts] for ts in taught], 1),
        "turned": ([[[t.turned] for t in ts] for ts in taught], 1),
        "ignored": ([[(t.kind, *t.box) for t in ts] for ts in spared], 5),
    }
    batch = {k: torch.from_numpy(_pad(rows, n)) for k, (rows, n) in columns.items()}
    batch["quads"] = batch["quads"].unflatten(2, (4, 2))
    batch["kinds"] = batch["kinds"][..., 0]
    batch["has_quad"] = batch["has_quad"][..., 0] > 0
    batch["turned"] = batch["turned"][..., 0]
    judged = [[float(k not in v.unjudged) for k in range(len(CLASSES))] for v in views]
    batch["judged"] = torch.tensor(judged)
    return torch.from_numpy(np.ascontiguousarray(images)).float() / 255, batch


def _pad(rows: Rows, width: int) -> NDArray[np.float32]:
    longest = max(1, *(len(r) for r in rows))
    out = np.zeros((len(rows), longest, width), np.float32)
    for place, row in zip(out, rows, strict=True):
        if row:
            place[: len(row)] = np.asarray(row, np.float32)
    return out


def draw_samples(plan: Plan, epoch: int) -> list[Sample]:
    """The pictures of one epoch: of every source its share, as few twice as can be."""
    rng = np.random.default_rng((plan.seed, epoch, 1))
    total = sum(weight for _, weight in plan.sources)
    drawn: list[Sample] = []
    for path, weight in plan.sources:
        samples, _ = split_samples(load_samples(path, plan.classes), plan.keep_back)
        wanted = round(plan.per_epoch * weight / total)
        rounds = -(-wanted // len(samples))
        order = np.concatenate([rng.permutation(len(samples)) for _ in range(rounds)])
        drawn += [samples[i] for i in order[:wanted]]
    return drawn


def split_samples(
    samples: Sequence[Sample], keep_back: int
) -> tuple[list[Sample], list[Sample]]:
    """Samples to train on, and one of every `keep_back` to judge by."""
    if not keep_back:
        return list(samples), []
    numbered = list(enumerate(samples, 1))
    kept = [sample for i, sample in numbered if i % keep_back == 0]
    return [sample for i, sample in numbered if i % keep_back], kept


def batches(
    samples: Sequence[Sample], plan: Plan, epoch: int
) -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """One epoch of shuffled batches, read by a thread while the network trains."""
    rng = np.random.default_rng((plan.seed, epoch))
    order = rng.permutation(len(samples))
    chunks = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]

    def read(chosen: NDArray[np.int64], seed: int) -> tuple[Tensor, dict[str, Tensor]]:
        own = np.random.default_rng(seed)
        size = plan.windows[own.integers(len(plan.windows))]
        return to_batch([_view(samples[k], size, own) for k in chosen])

    with ThreadPoolExecutor(1) as pool:
        seeds = rng.integers(2**31, size=len(chunks)).tolist()
        ahead = deque(
            pool.submit(read, c, s) for c, s in zip(chunks[:3], seeds[:3], strict=True)
        )
        for chunk, seed in zip(chunks[3:], seeds[3:], strict=True):
            yield ahead.popleft().result()
            ahead.append(pool.submit(read, chunk, seed))
        while ahead:
            yield ahead.popleft().result()


def _view(sample: Sample, size: tuple[int, int], rng: np.random.Generator) -> View:
    image = cv2.imread(str(sample.picture))
    if image is None:
        raise InputError(f"{sample.picture.name}: not a picture OpenCV can read")
    return random_view(np.asarray(image, np.uint8), sample, size, rng)


class Trainer:
    """The model, its average, the optimiser and the epoch reached; saved as one."""

    def __init__(self, plan: Plan, steps: int) -> None:
        self.plan, self.steps, self.epoch, self.step = plan, steps, 0, 0
        self.fast = has_fast_bfloat16()
        self.model = lay_out(build_network(plan.start), fast=self.fast)
        self.average = deepcopy(self.model).eval()
        self.loss = QuadLoss(self.model)
        self.optimiser = torch.optim.AdamW(_groups(self.model), lr=RATE)
        self.history: list[dict[str, float]] = []
        if self.last.exists():
            self._resume()

    @property
    def last(self) -> Path:
        """The checkpoint."""
        return self.plan.out / "last.pt"

    def _resume(self) -> None:
        try:
            state = torch.load(self.last, map_location="cpu", weights_only=True)
            self.model.load_state_dict(state["model"])
        except Exception as error:
            raise ModelError(
                f"{self.last} is no checkpoint to go on from; delete it or take "
                "another --out"
            ) from error
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.step = state["epoch"], state["step"]
        self.history = state["history"]

    def save(self) -> None:
        """Write `last.pt` (all that is needed to go on) and the curves."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
            "history": self.history,
        }
        partial = self.last.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.last)
        curves = self.plan.out / "history.json"
        curves.write_text(json.dumps(self.history, indent=1), "utf-8")

    def run_epoch(self, samples: Sequence[Sample]) -> dict[str, float]:
        """One pass over the samples; the mean losses, learning rate and seconds."""
        self.model.train()
        began, sums, n = time.monotonic(), torch.zeros(4), 0
        todo = batches(samples, self.plan, self.epoch)
        total = len(samples) // BATCH
        name = f"epoch {self.epoch + 1} of {self.plan.epochs}"
        for images, batch in track(todo, name, total, console=Console(stderr=True)):
            sums += self._descend(images, batch)
            n += 1
        self.epoch += 1
        names = ("box", "class", "corners", "turn")
        row = dict(zip(names, (sums / max(n, 1)).tolist(), strict=True))
        row |= {"epoch": self.epoch, "seconds": time.monotonic() - began}
        self.history.append(row)
        return row

    def _descend(self, images: Tensor, batch: dict[str, Tensor]) -> Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.step, self.steps)
        found = forward(self.model, images, fast=self.fast)
        loss, parts = self.loss(found, batch)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimiser.step()
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            pairs = zip(
                self.average.state_dict().values(),
                self.model.state_dict().values(),
                strict=True,
            )
            for mean, now in pairs:
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
        return parts


def rate_at(step: int, steps: int) -> float:
    """The learning rate: linear warm-up, then a half cosine down to RATE_END."""
    warm = min(1.0, (step + 1) / WARM_UP)
    fall = (1 + math.cos(math.pi * min(step / max(steps, 1), 1.0))) / 2
    return RATE * warm * (RATE_END + (1 - RATE_END) * fall)


def _groups(model: PoseModel) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels, none for biases and norms."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    return [
        {"params": decayed, "weight_decay": DECAY},
        {"params": rest, "weight_decay": 0},
    ]


def train(plan: Plan) -> Path:
    """Run (or go on with) a plan; returns the checkpoint, ready for `export.py`."""
    plan.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    trainer = Trainer(plan, plan.epochs * (plan.per_epoch // BATCH))
    while trainer.epoch < plan.epochs:
        row = trainer.run_epoch(draw_samples(plan, trainer.epoch))
        trainer.save()
        log.info("%s", {k: round(v, 3) for k, v in row.items()})
    return trainer.last


def parse_source(text: str) -> tuple[Path, float]:
    """`DIR` or `DIR*WEIGHT` as (path, weight).

    Raises:
        UsageError: the weight is no number above 0.
    """
    path, _, weight = text.partition("*")
    try:
        share = float(weight or 1)
    except ValueError:
        share = 0.0
    if not 0 < share < math.inf:
        raise UsageError(f"a source's weight must be above 0, got {weight!r}")
    return Path(path), share


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=parse_source)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--per-epoch", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--window", type=int, help="one square window of this size, px")
    a = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    windows = ((a.window, a.window),) if a.window else WINDOWS
    train(
        Plan(a.out, tuple(a.sources), a.start, a.epochs, a.per_epoch, a.seed, windows)
    )


if __name__ == "__main__":
    main()
