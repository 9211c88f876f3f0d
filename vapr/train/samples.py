"""Annotated pictures in one form, and how truth files become it.

A `Sample` is a picture and the things on it. Two kinds of not knowing are kept apart
from "nothing there": a thing marked `ignore` (mostly hidden, too small to judge) and
a class in `unjudged` that nobody annotated in this picture (the photographs of cartons
show labels that have no annotation). Neither is trained as background.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from vapr.errors import InputError
from vapr.geometry import box_area, box_of_quad, intersection, to_quad
from vapr.types import Box, Quad

CLASSES = ("parcel", "label", "aid")
Corners = Sequence[Sequence[float]] | None
ORIENTATION, QUARTERS = 0x0112, (5, 6, 7, 8)  # EXIF: turned by a quarter

# Below the first share of visible area a thing is background, below the second nobody
# can tell, above it the detector should find it.
PARCEL_VISIBLE = (0.08, 0.2)
LABEL_VISIBLE = (0.1, 0.5)


@dataclass(frozen=True, slots=True)
class Thing:
    """One annotated thing; `turned` says whether the quad starts at its own top left.

    `kind` indexes `CLASSES`. `ignore` things are neither positives nor background.
    """

    kind: int
    box: Box
    quad: Quad | None = None
    turned: bool = False
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, its (width, height), its things, and the classes nobody annotated."""

    picture: Path
    size: tuple[int, int]
    things: tuple[Thing, ...] = ()
    unjudged: tuple[int, ...] = ()


def clip_box(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box inside a picture of (width, height)."""
    x1, y1, x2, y2 = box
    width, height = size
    return (max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))


def sample_of_truth(picture: Path) -> Sample:
    """A picture and its truth file (`NAME.json` beside it) as a `Sample`.

    Raises:
        InputError: the truth file is not one.
    """
    file = picture.with_suffix(".json")
    try:
        truth = json.loads(file.read_text("utf-8"))
        width, height = truth.get("size") or size_of(picture)
        size = (int(width), int(height))
        things = [t for p in truth["parcels"] for t in _of_parcel(p, size)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file.name} is not a truth file of vapr") from error
    return Sample(picture, size, tuple(things))


def size_of(picture: Path) -> tuple[int, int]:
    """(width, height) of a picture file as it is displayed.

    Raises:
        InputError: it is no picture.
    """
    try:
        with Image.open(picture) as opened:
            width, height = opened.size
            turned = opened.getexif().get(ORIENTATION, 1) in QUARTERS
    except OSError as error:
        raise InputError(f"{picture.name}: missing, or not a picture") from error
    return (height, width) if turned else (width, height)


def _of_parcel(parcel: dict[str, Any], size: tuple[int, int]) -> Iterator[Thing]:
    if parcel.get("box"):
        low, enough = PARCEL_VISIBLE
        visible = float(parcel.get("visible", 1.0))
        x1, y1, x2, y2 = map(float, parcel["box"])
        if visible >= low:
            yield Thing(0, (x1, y1, x2, y2), ignore=visible < enough)
    if label := parcel.get("label"):
        seen = float(label.get("visible", 1.0)) if label.get("facing", True) else 0.0
        yield from _of_quad(1, label["quad"], seen, size)
    if sticker := parcel.get("driver_aid_sticker"):
        yield from _of_quad(2, sticker["quad"], _seen(sticker), size)
    for other in parcel.get("other_labels", ()):  # old ones: right or wrong to find
        seen = min(_seen(other), LABEL_VISIBLE[1] - 0.01)
        yield from _of_quad(1, other["quad"], seen, size)


def _seen(sticker: dict[str, Any]) -> float:
    return float(sticker.get("visible_fraction", sticker.get("visible", 1.0)))


def _of_quad(
    kind: int, corners: Corners, visible: float, size: tuple[int, int]
) -> Iterator[Thing]:
    if corners is None or any(corner is None for corner in corners):
        return  # behind the camera
    quad = to_quad(corners)
    box = clip_box(box_of_quad(quad), size)
    inside = box_area(box) / max(box_area(box_of_quad(quad)), 1e-9)
    low, enough = LABEL_VISIBLE
    if visible < low or box_area(box) <= 0:
        return
    unsure = visible < enough or inside < enough
    yield Thing(kind, box, quad, turned=True, ignore=unsure)


def overlap_share(inner: Box, outer: Box) -> float:
    """The share of `inner`'s area that lies in `outer`."""
    return intersection(inner, outer) / max(box_area(inner), 1e-9)
