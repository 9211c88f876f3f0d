"""Export a checkpoint of `fit.py` as ONNX, with its metadata beside it.

    python -m vapr.train.export runs/a/last.pt models/NAME.onnx --data "..."

The exported network takes (1, 3, h, w), RGB 0..1, h and w multiples of 32, and gives
(1, n, 4 + classes + 12): box x1 y1 x2 y2 and four corners of (x, y, turn logit) in
pixels of the input, class scores 0..1, one row per anchor. What onnxruntime makes of
the file is held against the network itself. With `--weights` a `NAME.pt` of the same
weights is left beside it, in half precision, to train on from.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from ultralytics.utils.tal import dist2bbox, make_anchors

from vapr.detect.networks import open_network
from vapr.errors import ModelError
from vapr.train.fit import build_network
from vapr.train.samples import CLASSES
from vapr.weights import DEFAULT_DETECTOR, find_model

log = logging.getLogger(__name__)

OPSET = 17
LONG_SIDE = 1280
LICENCE = "AGPL-3.0"  # ultralytics' own, for what its code and weights train
SAME = 0.01  # differences of rounding reach a tenth of it
EXAMPLE = (736, 1280)  # (height, width) the graph is traced with


class Decoded(nn.Module):  # type: ignore[misc]
    """The network with its head's outputs as plain rows, anchors applied."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network.eval()
        self.head = network.model[-1]

    def forward(self, image: Tensor) -> Tensor:
        """Image (1, 3, h, w) to rows (1, n, 4 + classes + 12)."""
        x = image
        kept: list[Tensor] = []
        for layer in self.network.model[:-1]:
            if layer.f != -1:
                x = (
                    kept[layer.f]
                    if isinstance(layer.f, int)
                    else [x if j == -1 else kept[j] for j in layer.f]
                )
            x = layer(x)
            kept.append(x)
        raw = self.head.forward_head(
            [kept[j] for j in self.head.f], **self.head.one2many
        )
        anchors, strides = make_anchors(raw["feats"], self.head.stride, 0.5)
        box = dist2bbox(raw["boxes"].transpose(1, 2), anchors, xywh=False) * strides
        corners = raw["kpts"].transpose(1, 2).unflatten(2, (4, 3))
        xy = (corners[..., :2] + anchors[:, None]) * strides[:, None]
        rows = torch.cat((xy, corners[..., 2:]), -1).flatten(2)
        return torch.cat((box, raw["scores"].transpose(1, 2).sigmoid(), rows), 2)


def export(checkpoint: Path, target: Path) -> None:
    """Write the averaged weights of a checkpoint as ONNX with free height and width.

    Raises:
        ModelError: the checkpoint is none of `fit.py`, or the exported file gives
            other numbers than the network.
    """
    network = build_network()
    network.load_state_dict(_averaged(checkpoint))
    network.fuse(verbose=False)
    decoded = Decoded(network).eval()
    free = {"image": {2: "height", 3: "width"}, "rows": {1: "anchors"}}
    torch.onnx.export(
        decoded,
        (torch.zeros(1, 3, *EXAMPLE),),
        str(target),
        input_names=["image"],
        output_names=["rows"],
        dynamic_axes=free,
        opset_version=OPSET,
        dynamo=False,
    )
    apart = compare(decoded, target)
    if apart > SAME:
        raise ModelError(f"{target.name} is off by {apart:.3g} from the network")


def _averaged(checkpoint: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        average: dict[str, Tensor] = state["average"]
    except Exception as error:
        raise ModelError(f"{checkpoint.name} is no checkpoint of vapr") from error
    return average


def compare(network: nn.Module, file: Path) -> float:
    """The largest difference of network and ONNX file, in scores and half strides.

    Run on noise of another shape than the graph was traced with.
    """
    image = torch.rand(1, 3, 192, 320, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = network(image).numpy()
    got = open_network(file.read_bytes(), file.name)(image.numpy())
    scale = np.full(wanted.shape[-1], 16.0)
    scale[4 : 4 + len(CLASSES)] = 1.0
    return float((np.abs(got - wanted) / scale).max())


def save_weights(checkpoint: Path, target: Path) -> None:
    """Only the averaged weights, in half precision: what training on starts from."""
    average = _averaged(checkpoint)
    half = {k: v.half() if v.is_floating_point() else v for k, v in average.items()}
    torch.save({"average": half}, target)


def describe(target: Path, data: str, **more: object) -> dict[str, Any]:
    """Metadata for the file at `target`, written to `NAME.json` beside it.

    `more` are `thresholds` and `corners`, as `vapr.weights` knows them.
    """
    facts = {
        "name": target.stem,
        "file": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "classes": list(CLASSES),
        "stride": 32,
        "long_side": LONG_SIDE,
        "licence": LICENCE,
        "data": data,
        **{key: value for key, value in more.items() if value},
    }
    text = json.dumps(facts, indent=2) + "\n"
    target.with_suffix(".json").write_text(text, "utf-8")
    return facts


def export_as_shipped(checkpoint: Path, target: Path, data: str = "") -> Path:
    """Export with the least scores and the corner network of vapr's own detector."""
    own = find_model(DEFAULT_DETECTOR)
    export(checkpoint, target)
    describe(target, data, thresholds=dict(own.thresholds), corners=own.corners)
    return target


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--data", default="", help="what it was trained on, one line")
    parser.add_argument("--corners", default="", help="the corner network's name")
    parser.add_argument("--weights", action="store_true", help="leave a .pt beside it")
    parser.add_argument("--least", default="{}", help="least scores, as JSON")
    a = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    export(a.checkpoint, a.target)
    if a.weights:
        save_weights(a.checkpoint, a.target.with_suffix(".pt"))
    log.info(
        "%s",
        describe(a.target, a.data, thresholds=json.loads(a.least), corners=a.corners),
    )


if __name__ == "__main__":
    main()
