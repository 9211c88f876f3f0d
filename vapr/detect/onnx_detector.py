"""The detector that runs an exported network with onnxruntime."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vapr.detect.corners import FIRST, SIDE, refine_labels
from vapr.detect.head import (
    CORNER_VALUES,
    KINDS,
    THRESHOLDS,
    above,
    drop_doubles,
    place,
    to_candidates,
    to_detections,
)
from vapr.detect.networks import Run, Runtime, open_network
from vapr.detect.windows import (
    STRIDE,
    Size,
    check_image,
    plan_looks,
    shrink,
    to_input,
)
from vapr.errors import ModelError
from vapr.types import Detection, Image
from vapr.weights import DEFAULT_DETECTOR, Model, find_model, read_model

Floats = NDArray[np.float32]
# Px in the network beyond which a finer look leaves things to the coarser one: about
# the largest it saw in training.
LARGEST = 640.0
PROBE = (1, 3, 2 * STRIDE, 2 * STRIDE)
CORNER_PROBE = (1, 3, SIDE, SIDE)
CORNER_ROW = 13
ROW = 4 + len(KINDS) + CORNER_VALUES


class OnnxDetector:
    """Finds parcels, labels (with corners) and aid stickers in a picture.

    Label quads run clockwise from the label's own top left where the network is sure
    which corner that is, else from the picture's top left: whoever reads a label tries
    all four turns.
    """

    def __init__(
        self,
        run: Run,
        *,
        long_side: int = 1280,
        thresholds: Mapping[str, float] = THRESHOLDS,
        corners: Run | None = None,
    ) -> None:
        """A detector around a network; see `OnnxDetector.load` for the usual way.

        Args:
            run: the network, from (1, 3, h, w) RGB 0..1 to rows (1, n, 19).
            long_side: px of the picture's longer side in the network.
            thresholds: least score of each class.
            corners: the corner network (`vapr.detect.corners`); None keeps the
                corners of the first.
        """
        self.run = run
        self.corners = corners
        self.long_side = long_side
        self.plan = plan_looks
        self.thresholds = {**THRESHOLDS, **thresholds}

    @classmethod
    def load(
        cls,
        name_or_path: str | Path | None = None,
        *,
        long_side: int | None = None,
        threads: int = 0,
        runtime: Runtime = "onnxruntime",
    ) -> "OnnxDetector":
        """The detector of a model's name or an .onnx file (default: vapr's own).

        Args:
            name_or_path: a name in `models/`, or a path to an .onnx file.
            long_side: px of the picture's longer side in the network; the model's own
                if left out. Larger finds farther labels and costs its square.
            threads: of the runtime; 0 lets it choose.
            runtime: what runs the networks; "openvino" needs `vapr[openvino]`.

        Raises:
            ModelError: the model is missing, damaged or not a vapr detector.
            MissingExtraError: OpenVINO is not installed.
        """
        model = find_model(name_or_path or DEFAULT_DETECTOR)
        run = _open(model, (PROBE, ROW), threads, runtime)
        closer = None
        if model.corners:
            probe = (CORNER_PROBE, CORNER_ROW)
            closer = _open(_corners_of(model), probe, threads, runtime)
        return cls(
            run,
            long_side=long_side or model.long_side,
            thresholds=dict(model.thresholds),
            corners=closer,
        )

    @property
    def first(self) -> dict[str, float]:
        """Least scores of the first network alone.

        The closer look scores too, and a weighted geometric mean of both counts: a
        label that could still reach its threshold must reach that look.
        """
        label = self.thresholds["label"]
        least = label ** (1 / FIRST) if self.corners else label
        return self.thresholds | {"label": least}

    def __call__(self, image: Image) -> list[Detection]:
        """What is in the picture, surest first, in its pixels.

        Raises:
            UsageError: the image is not a uint8 array of shape (H, W, 3).
        """
        image = check_image(image)
        height, width = image.shape[:2]
        looks = self.plan(width, height, self.long_side)
        finest = shrink(image, looks[-1])  # the others from it: 4K is shrunk once
        parts = [self._look(finest, size, size is looks[0]) for size in looks]
        rows = place(np.concatenate(parts), _scale(looks[-1], (width, height)))
        if self.corners is None:
            found = to_detections(rows, self.thresholds)
        else:
            found = refine_labels(image, to_candidates(rows, self.first), self.corners)
            found = drop_doubles(found, self.thresholds)
        return [_within(d, width, height) for d in found]

    def _look(self, image: Image, size: Size, coarsest: bool) -> Floats:
        """Rows of one look at the picture, in its pixels."""
        rows = above(self.run(to_input(shrink(image, size)))[0], self.first)
        if not coarsest:
            rows = rows[(rows[:, 2:4] - rows[:, 0:2]).max(axis=1) < LARGEST]
        return place(rows, _scale(size, (image.shape[1], image.shape[0])))


def _scale(size: Size, of: Size) -> float:
    """How large a look is, in sizes of the picture it shows."""
    return (size[0] / of[0] + size[1] / of[1]) / 2


def _within(found: Detection, width: int, height: int) -> Detection:
    inside = np.clip(found.box, 0, (width, height, width, height))
    x1, y1, x2, y2 = map(float, inside)
    return Detection(found.kind, (x1, y1, x2, y2), found.score, found.quad)


def _corners_of(model: Model) -> Model:
    """The corner network beside a detector, or vapr's own of that name."""
    beside = model.path.parent / f"{model.corners}.onnx"
    return find_model(beside if beside.is_file() else model.corners)


def _open(
    model: Model, probe: tuple[tuple[int, ...], int], threads: int, runtime: Runtime
) -> Run:
    """The network of a model, tried on an empty input: it shows what it is.

    `probe` is the input's shape and the values of a row of the answer.
    """
    shape, values = probe
    run = open_network(read_model(model), model.path.name, threads, runtime)
    try:
        got = run(np.zeros(shape, np.float32)).shape
    except Exception as error:
        raise ModelError(
            f"{model.name} is not a vapr detector: it takes no picture"
        ) from error
    if got[-1] != values:
        raise ModelError(
            f"{model.name} is not a vapr detector: wanted rows of {values} values, "
            f"got {got}"
        )
    return run
