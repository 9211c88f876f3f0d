"""Anything that detects in the place of vapr's own detector."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vapr.detect.head import KINDS
from vapr.detect.onnx_detector import OnnxDetector
from vapr.detect.windows import check_image
from vapr.errors import MissingExtraError, ModelError, UsageError
from vapr.geometry import box_of_quad, quad_of_box, to_quad
from vapr.types import Detection, DetectionKind, Detector, Image

Floats = NDArray[np.float64]

OPENVINO = "openvino:"
# What other people's models call our classes; anything else is left out.
NAMES: dict[str, DetectionKind] = {
    "parcel": "parcel",
    "package": "parcel",
    "box": "parcel",
    "carton": "parcel",
    "mailer": "parcel",
    "label": "label",
    "shipping label": "label",
    "shipping_label": "label",
    "aid": "aid",
}


def load_detector(
    spec: Detector | str | Path | None = None,
    classes: Mapping[str, str] | None = None,
) -> Detector:
    """A detector from whatever the user has.

    Args:
        spec: None (vapr's own), a model's name, a path to a vapr .onnx file, either
            after "openvino:" (needs `vapr[openvino]`), a path to an ultralytics .pt
            file, or any callable `(image) -> list[Detection]`.
        classes: what a .pt model's classes are called -> "parcel", "label" or "aid";
            common names are understood without it.

    Raises:
        ModelError: the model is missing or damaged, or knows none of our classes.
        MissingExtraError: a .pt file needs `vapr[train]`, OpenVINO its extra.
        UsageError: `spec` is none of these.
    """
    if callable(spec):
        return spec
    if spec is None or isinstance(spec, str | Path):
        if spec is not None and Path(spec).suffix == ".pt":
            return _load_ultralytics(Path(spec), _kinds(classes or {}))
        if isinstance(spec, str) and spec.startswith(OPENVINO):
            name = spec.removeprefix(OPENVINO) or None
            return OnnxDetector.load(name, runtime="openvino")
        return OnnxDetector.load(spec)
    raise UsageError(
        "detector: wanted a model's name, a path to .onnx or .pt, or a callable, "
        f"got {type(spec).__name__}"
    )


def _kinds(classes: Mapping[str, str]) -> dict[str, DetectionKind]:
    wanted: dict[str, DetectionKind] = {kind: kind for kind in KINDS}
    if wrong := set(classes.values()) - set(wanted):
        raise UsageError(
            f"classes: wanted {', '.join(KINDS)}, got {', '.join(sorted(wrong))}"
        )
    return NAMES | {name.lower(): wanted[kind] for name, kind in classes.items()}


def _load_ultralytics(path: Path, known: Mapping[str, DetectionKind]) -> Detector:
    """A user's own YOLO (boxes, OBB or pose with four corners) as a detector."""
    if not path.is_file():
        raise ModelError(f"no model file {path}")
    try:
        from ultralytics import YOLO
    except ImportError as error:
        raise MissingExtraError("running a .pt model", "train") from error
    try:
        model: Any = YOLO(str(path))
        names: dict[int, str] = model.names
    except Exception as error:
        raise ModelError(f"{path.name} is not a model ultralytics can open") from error
    kinds = {i: known[n.lower()] for i, n in names.items() if n.lower() in known}
    if not kinds:
        has = ", ".join(sorted(set(names.values()))[:8])
        raise ModelError(
            f"{path.name} knows none of parcel, label, aid; its classes: {has}"
        )
    return adopt_results(lambda image: model(image, verbose=False)[0], kinds)


def adopt_results(
    predict: Callable[[Image], Any], kinds: dict[int, DetectionKind]
) -> Detector:
    """A detector from a function that gives ultralytics results.

    Args:
        predict: image -> a result with `boxes` (and `keypoints`) or `obb`.
        kinds: class index -> what it is for us; classes not in it are left out.
    """

    def detect(image: Image) -> list[Detection]:
        result = predict(check_image(image))
        found = result.obb if getattr(result, "obb", None) is not None else result.boxes
        if found is None or not len(found):
            return []
        quads = _quads(result)
        rows = zip(found.xyxy, found.conf, found.cls, strict=True)
        out = []
        for i, (xyxy, score, index) in enumerate(rows):
            kind = kinds.get(int(index))
            if kind is None:
                continue
            x1, y1, x2, y2 = (float(v) for v in xyxy)
            quad = to_quad(quads[i]) if quads is not None else None
            if kind == "label" and quad is None:
                quad = quad_of_box((x1, y1, x2, y2))
            box = box_of_quad(quad) if kind == "label" and quad else (x1, y1, x2, y2)
            out.append(
                Detection(kind, box, float(score), quad if kind == "label" else None)
            )
        return sorted(out, key=lambda d: -d.score)

    return detect


def _quads(result: object) -> Floats | None:
    """Corners (n, 4, 2), clockwise from the picture's top left, if there are any."""
    obb = getattr(result, "obb", None)
    points = getattr(result, "keypoints", None)
    if obb is not None:
        quads = np.asarray(obb.xyxyxyxy, np.float64)
    elif points is not None and np.asarray(points.xy).shape[1:] == (4, 2):
        quads = np.asarray(points.xy, np.float64)
    else:
        return None
    return np.stack([clockwise(q) for q in quads])


def clockwise(quad: Floats) -> Floats:
    """The same corners in clockwise order (as seen), from the picture's top left."""
    around = quad - quad.mean(axis=0)
    turned: Floats = quad[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    return np.roll(turned, -int(turned.sum(axis=1).argmin()), axis=0)
