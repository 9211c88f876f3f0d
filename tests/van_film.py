"""A made van for tests of a ride: parcels on a wall, a camera, truth without models."""

from collections import deque
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from threading import Event
from weakref import ReferenceType, ref

import cv2
import numpy as np

from vapr.match import group_detections
from vapr.pipeline import Found
from vapr.read import Reading
from vapr.read.decode import Barcode
from vapr.route import Route, Stop
from vapr.types import Detection, Evidence, Image, Item, Quad

SIZE = (640, 360)

ROUTE = Route(
    (
        Stop(
            "14",
            (Item("A1", "14", "NUMBER-A1"), Item("A2", "14", "NUMBER-A2")),
            lat_deg=48.0,
            lon_deg=11.0,
        ),
        Stop("15", (Item("B1", "15", "NUMBER-B1"),), lat_deg=48.0, lon_deg=11.01),
        Stop("16", (Item("C1", "16", "NUMBER-C1"),)),
    )
)


@dataclass
class Box:
    """A parcel of the film: where its top left corner is in the van, px."""

    key: str
    at: tuple[int, int]
    size: tuple[int, int] = (100, 80)
    label: bool = True

    @property
    def color(self) -> tuple[int, int, int]:
        seed = sum(map(ord, self.key))
        return (60 + seed % 40, 110 + seed * 3 % 50, 150 + seed * 7 % 60)


@dataclass
class Film:
    """A van that is filmed. It is also the stages of a pipeline, from its own truth.

    Change `boxes`, `camera`, `blind` between frames; count `reads`.
    """

    boxes: list[Box]
    camera: tuple[int, int] = (0, 0)
    size: tuple[int, int] = SIZE
    blind: set[str] = field(default_factory=set)  # parcels the detector misses
    faceless: bool = False  # it misses all labels
    person: tuple[int, int, int, int] | None = None  # x1 y1 x2 y2 in the picture
    llr: float = 25.0
    reads: list[str] = field(default_factory=list)
    frame: int = 0
    finding: Event | None = None  # finding waits for it
    reading: Event | None = None  # and reading for this
    shot: "deque[tuple[ReferenceType[Image], Film]]" = field(
        default_factory=lambda: deque(maxlen=500)
    )

    def __post_init__(self) -> None:
        rng = np.random.default_rng(7)
        coarse = rng.integers(60, 190, (60, 110, 3)).astype(np.uint8)
        self.wall = cv2.resize(coarse, (1760, 960), interpolation=cv2.INTER_CUBIC)

    def picture(self) -> Image:
        """The next frame, with a little noise."""
        self.frame += 1
        now = copy(self)
        now.boxes = [replace(box) for box in self.boxes]
        image = now._rendered()
        self.shot.append((ref(image), now))
        return image

    def _then(self, image: Image) -> "Film":
        """The van as it was in a picture: finding and reading may come much later."""
        return next((then for shot, then in list(self.shot) if shot() is image), self)

    def _rendered(self) -> Image:
        van = self.wall.copy()
        for box in self.boxes:
            (x, y), (w, h) = box.at, box.size
            van[y : y + h, x : x + w] = box.color
            cv2.rectangle(van, (x, y), (x + w - 1, y + h - 1), (40, 60, 80), 2)
            if box.label:
                x1, y1, x2, y2 = _label(box)
                van[y1:y2, x1:x2] = 235
                for i, letter in enumerate(box.key * 3):
                    a = x1 + 4 + i * 6
                    van[y1 + 5 : y2 - 5, a : a + 1 + ord(letter) % 4] = 20
        cx, cy = self.camera
        seen = van[cy : cy + SIZE[1], cx : cx + SIZE[0]].copy()
        if self.person is not None:
            x1, y1, x2, y2 = self.person
            seen[y1:y2, x1:x2] = (30, 25, 35)
        noise = np.random.default_rng(self.frame).normal(0, 2, seen.shape)
        seen = np.clip(seen + noise, 0, 255).astype(np.uint8)
        if self.size != SIZE:
            seen = np.asarray(cv2.resize(seen, self.size), np.uint8)
        return np.asarray(seen, np.uint8)

    def pan(self, dx: int, dy: int) -> None:
        """Turn the camera by so many px."""
        self.camera = (self.camera[0] + dx, self.camera[1] + dy)

    def find(self, image: Image, route: Route, *, loose: bool = True) -> Found:
        found = self._then(image)._detections()
        if self.finding is not None:
            self.finding.wait(30)
        return Found(group_detections(found))

    def _detections(self) -> list[Detection]:
        found: list[Detection] = []
        for box in self.boxes:
            (x, y), (w, h) = box.at, box.size
            if box.key in self.blind or not self._shown((x, y, x + w, y + h)):
                continue
            found.append(Detection("parcel", self._at((x, y, x + w, y + h)), 0.9))
            if box.label and not self.faceless:
                x1, y1, x2, y2 = self._at(_label(box))
                quad: Quad = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
                found.append(Detection("label", (x1, y1, x2, y2), 0.9, quad))
        return found

    def read(
        self,
        image: Image,
        quads: Sequence[Quad],
        route: Route,
        codes: Sequence[Barcode] = (),
    ) -> list[Reading]:
        then = self._then(image)
        if self.reading is not None:
            self.reading.wait(30)
        readings = []
        for quad in quads:
            box = min(
                then.boxes,
                key=lambda b: (
                    abs(then._at(_label(b))[0] - quad[0][0])
                    + abs(then._at(_label(b))[1] - quad[0][1])
                ),
            )
            self.reads.append(box.key)
            cue = Evidence(
                "template", "Code128", box.key, None, ((box.key, self.llr),), -8.0
            )
            readings.append(Reading((cue,), 0.4))
        return readings

    def _shown(self, place: tuple[int, int, int, int]) -> bool:
        x1, y1, x2, y2 = self._at(place)
        inside = min(x1, y1) >= 0 and x2 <= self.size[0] and y2 <= self.size[1]
        p = self.person
        free = p is None or x2 < p[0] or x1 > p[2] or y2 < p[1] or y1 > p[3]
        return inside and free

    def _at(
        self, place: tuple[int, int, int, int]
    ) -> tuple[float, float, float, float]:
        sx, sy = self.size[0] / SIZE[0], self.size[1] / SIZE[1]
        (cx, cy), (x1, y1, x2, y2) = self.camera, place
        return ((x1 - cx) * sx, (y1 - cy) * sy, (x2 - cx) * sx, (y2 - cy) * sy)


def _label(box: Box) -> tuple[int, int, int, int]:
    x, y = box.at
    return (x + 30, y + 25, x + 30 + 48, y + 25 + 34)
