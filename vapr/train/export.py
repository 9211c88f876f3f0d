"""Export a checkpoint of `fit.py` as ONNX, with its metadata beside it.

    python -m vapr.train.export runs/a/last.pt models/NAME.onnx --data "..."

The exported network takes (1, 3, h, w), RGB 0..1, h and w multiples of 32, and gives
(1, n, 4 + classes + 12): box x1 y1 x2 y2 and four corners of (x, y, turn logit) in
pixels of the input, class scores 0..1, one row per anchor.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from ultralytics.utils.tal import dist2bbox, make_anchors

from vapr.train.fit import build_network
from vapr.train.samples import CLASSES

log = logging.getLogger(__name__)

OPSET = 17
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
    """Write the averaged weights of a checkpoint as ONNX with free height and width."""
    network = build_network()
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(state["average"])
    network.fuse(verbose=False)
    free = {"image": {2: "height", 3: "width"}, "rows": {1: "anchors"}}
    torch.onnx.export(
        Decoded(network),
        (torch.zeros(1, 3, *EXAMPLE),),
        str(target),
        input_names=["image"],
        output_names=["rows"],
        dynamic_axes=free,
        opset_version=OPSET,
        dynamo=False,
    )


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
        "long_side": 1280,
        "licence": "AGPL-3.0",
        "data": data,
        **{key: value for key, value in more.items() if value},
    }
    text = json.dumps(facts, indent=2) + "\n"
    target.with_suffix(".json").write_text(text, "utf-8")
    return facts


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--data", default="", help="what it was trained on, one line")
    parser.add_argument("--corners", default="", help="the corner network's name")
    parser.add_argument("--least", default="{}", help="least scores, as JSON")
    a = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    export(a.checkpoint, a.target)
    log.info(
        "%s",
        describe(a.target, a.data, thresholds=json.loads(a.least), corners=a.corners),
    )


if __name__ == "__main__":
    main()
