"""One picture in, one Scene out. Keeps nothing between pictures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Self

import numpy as np

from vapr.detect import load_detector
from vapr.errors import UsageError
from vapr.match import (
    decide,
    group_detections,
    lies_on,
    make_checklist,
    settle_codes,
)
from vapr.read import (
    Reading,
    find_loose_codes,
    labels_of_codes,
    read_labels,
    read_sticker,
)
from vapr.read.decode import Barcode
from vapr.route import Route
from vapr.types import (
    Detector,
    Evidence,
    Image,
    Label,
    Parcel,
    Quad,
    Scene,
    Timing,
)


@dataclass(frozen=True, slots=True)
class Found:
    """Parcels with labels not yet read, and the codes decoded on the way."""

    parcels: tuple[Parcel, ...]
    codes: tuple[Barcode, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Detect, read, match: call it with a picture and a route.

    `far` switches identification of codes too small to decode; `loose` the search of
    the whole picture for codes on labels the detector missed; `text` the reading of
    print, where the extra `[ocr]` is installed.
    """

    detector: Detector
    far: bool = True
    loose: bool = True
    text: bool = True

    @classmethod
    def load(
        cls,
        detector: Detector | Path | str | None = None,
        classes: Mapping[str, str] | None = None,
        *,
        far: bool = True,
        loose: bool = True,
        text: bool = True,
    ) -> Self:
        """A pipeline with the default detector or another.

        Args:
            detector: None for the default model, its name, the path of an `.onnx` or
                ultralytics `.pt` file, or any callable `(image) -> list[Detection]`.
            classes: what a foreign model's classes are called -> "parcel", "label" or
                "aid".
            far: identify codes that are too small to decode.
            loose: search the whole picture for codes outside all found labels.
            text: read print, where `[ocr]` is installed.

        Raises:
            ModelError: the model is missing, damaged or of another kind.
            MissingExtraError: a `.pt` file without `vapr[train]`.
        """
        return cls(load_detector(detector, classes), far, loose, text)

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
        found = self.find(image, route)
        detected = perf_counter()
        quads = [label.quad for parcel in found.parcels for label in parcel.labels]
        readings = iter(self._read(image, quads, route, found.codes))
        parcels = settle_codes(
            [_enrich(p, [next(readings) for _ in p.labels]) for p in found.parcels]
        )
        parcels = tuple(self._with_sticker(image, p, route) for p in parcels)
        read = perf_counter()
        parcels = decide(parcels, route, open_stop, taken)
        parcels = tuple(replace(p, last_seen_s=time_s) for p in parcels)
        checklist = make_checklist(parcels, route, open_stop, taken)
        matched = perf_counter()
        timing = timing_of(start, detected, read, matched)
        size = (int(image.shape[1]), int(image.shape[0]))
        return Scene(size, parcels, checklist, open_stop, source, time_s, timing)

    def find(self, image: Image, route: Route, *, loose: bool = True) -> Found:
        """The first stage: parcels with their labels, nothing read of them yet.

        Args:
            image: BGR uint8, shape (H, W, 3).
            route: decides which codes outside all labels name a parcel.
            loose: search the whole picture for such codes, if the pipeline does at all.
        """
        detections = self.detector(image)
        codes = find_loose_codes(image) if self.loose and loose else []
        labels = labels_of_codes(codes, detections, route)
        return Found(group_detections([*detections, *labels]), tuple(codes))

    def read(
        self,
        image: Image,
        quads: Sequence[Quad],
        route: Route,
        codes: Sequence[Barcode] = (),
    ) -> list[Reading]:
        """The second stage: what each of these labels says; `codes` as found before.

        What turns out to lie beside a label is left out: whose it is nobody knows.
        """
        readings = self._read(image, quads, route, codes)
        return [_on_label(r, quad) for r, quad in zip(readings, quads, strict=True)]

    def _read(
        self,
        image: Image,
        quads: Sequence[Quad],
        route: Route,
        codes: Sequence[Barcode],
    ) -> list[Reading]:
        return read_labels(image, quads, route, codes, far=self.far, text=self.text)

    def _with_sticker(self, image: Image, parcel: Parcel, route: Route) -> Parcel:
        """What a parcel's driver-aid sticker adds; of several none is surely its own.

        Nor is one on what bears several labels: that may be several parcels.
        """
        alone = len(parcel.aids) == 1 and len(parcel.labels) <= 1
        if not (self.far and self.text and alone):
            return parcel
        cues = read_sticker(image, parcel.aids[0], route, parcel.evidence)
        return replace(parcel, evidence=(*parcel.evidence, *cues))


def _on_label(reading: Reading, quad: Quad) -> Reading:
    """A reading without what lies beside its label, the look at its bars included."""
    evidence = tuple(cue for cue in reading.evidence if lies_on(cue, quad))
    strip = reading.strip
    if strip is not None and not lies_on(Evidence("template", quad=strip.quad), quad):
        strip = None
    return replace(reading, evidence=evidence, strip=strip)


def timing_of(start: float, detected: float, read: float, matched: float) -> Timing:
    """From the instants at which the stages ended, in seconds."""
    marks = [start, detected, read, matched]
    spans = [(b - a) * 1e3 for a, b in pairwise(marks)]
    return Timing(spans[0], spans[1], spans[2], (matched - start) * 1e3)


def _enrich(parcel: Parcel, readings: Sequence[Reading]) -> Parcel:
    labels: list[Label] = []
    evidence: list[Evidence] = []
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
