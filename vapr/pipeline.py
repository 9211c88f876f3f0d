"""One picture in, one Scene out. Keeps nothing between pictures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Self

import numpy as np

from vapr.detect import load_detector
from vapr.errors import UsageError
from vapr.match import decide, group_detections, make_checklist
from vapr.read import Reading, find_loose_codes, labels_of_codes, read_labels
from vapr.route import Route
from vapr.types import Detection, Detector, Image, Parcel, Scene, Timing


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Detect, read, match: call it with a picture and a route.

    `far` switches identification of codes too small to decode; `loose` the search of
    the whole picture for codes on labels the detector missed.
    """

    detector: Detector
    far: bool = True
    loose: bool = True

    @classmethod
    def load(
        cls,
        detector: Detector | Path | str | None = None,
        classes: Mapping[str, str] | None = None,
        *,
        far: bool = True,
        loose: bool = True,
    ) -> Self:
        """A pipeline with the default detector or another.

        Args:
            detector: None for the default model, its name, the path of an `.onnx` or
                ultralytics `.pt` file, or any callable `(image) -> list[Detection]`.
            classes: what a foreign model's classes are called -> "parcel", "label" or
                "aid".
            far: identify codes that are too small to decode.
            loose: search the whole picture for codes outside all found labels.

        Raises:
            ModelError: the model is missing, damaged or of another kind.
            MissingExtraError: a `.pt` file without `vapr[train]`.
        """
        return cls(load_detector(detector, classes), far, loose)

    def __call__(
        self,
        image: Image,
        route: Route,
        stop: str | None = None,
        *,
        source: str = "",
        time_s: float = 0.0,
        taken: Collection[str] = (),
    ) -> Scene:
        """What of this route is in this picture.

        Args:
            image: BGR uint8, shape (H, W, 3).
            route: the route; read its files with `Route.load`.
            stop: id of the open stop; the route's first when left out.
            source: what to call the picture.
            time_s: when it was taken, in seconds of the caller's clock.
            taken: keys of items already handed over.

        Raises:
            UsageError: the picture is no such array, or the route has no such stop.
        """
        check_image(image)
        open_stop = route.stop(stop).id
        start = perf_counter()
        detections = self.detector(image)
        detected = perf_counter()
        parcels = self._read(image, detections, route)
        read = perf_counter()
        parcels = decide(parcels, route, open_stop, taken)
        parcels = tuple(replace(p, last_seen_s=time_s) for p in parcels)
        checklist = make_checklist(parcels, route, open_stop, taken)
        matched = perf_counter()
        spans = np.diff([start, detected, read, matched]) * 1e3
        timing = Timing(*(float(ms) for ms in spans), (matched - start) * 1e3)
        size = (int(image.shape[1]), int(image.shape[0]))
        return Scene(size, parcels, checklist, open_stop, source, time_s, timing)

    def _read(
        self, image: Image, detections: Sequence[Detection], route: Route
    ) -> tuple[Parcel, ...]:
        codes = find_loose_codes(image) if self.loose else []
        loose = labels_of_codes(codes, detections, route)
        parcels = group_detections([*detections, *loose])
        quads = [label.quad for parcel in parcels for label in parcel.labels]
        readings = iter(read_labels(image, quads, route, codes, far=self.far))
        return tuple(_enrich(p, [next(readings) for _ in p.labels]) for p in parcels)


def _enrich(parcel: Parcel, readings: Sequence[Reading]) -> Parcel:
    labels, evidence = [], []
    for index, (label, reading) in enumerate(zip(parcel.labels, readings, strict=True)):
        labels.append(
            replace(label, px_per_module=reading.px_per_module, flaw=reading.flaw)
        )
        evidence.extend(replace(cue, label=index) for cue in reading.evidence)
    return replace(parcel, labels=tuple(labels), evidence=tuple(evidence))


def check_image(image: Image) -> None:
    """Refuse whatever is not a BGR uint8 picture, saying what came instead.

    Raises:
        UsageError: names the shape and type that were given.
    """
    if not isinstance(image, np.ndarray):
        raise UsageError(
            f"a picture is a numpy array (H, W, 3) of uint8, got {type(image).__name__}"
        )
    right = image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8
    if not right or 0 in image.shape:
        raise UsageError(
            "a picture is BGR uint8 of shape (H, W, 3), "
            f"got {image.dtype} of shape {tuple(image.shape)}"
        )
