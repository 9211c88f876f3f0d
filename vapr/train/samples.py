"""Annotated pictures from truth files, YOLO folders or a COCO file, in one form.

A `Sample` is a picture and the things on it. Two kinds of not knowing are kept apart
from "nothing there": a thing marked `ignore` (mostly hidden, too small to judge) and
a class in `unjudged` that nobody annotated in this picture (the photographs of cartons
show labels that have no annotation). Neither is trained as background.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from vapr.errors import InputError
from vapr.geometry import box_area, box_of_quad, intersection, to_quad
from vapr.types import Box, Quad

CLASSES = ("parcel", "label", "aid")
NAMES = {"box": "parcel", "carton": "parcel", "package": "parcel", "mailer": "parcel"}
Corners = Sequence[Sequence[float]] | None
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")

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


def load_samples(source: Path) -> list[Sample]:
    """Every annotated picture of a folder or COCO file.

    A folder is read as truth files (`NAME.json` beside `NAME.jpg`), or as YOLO's
    `images/` and `labels/`; a `.json` file as COCO.

    Raises:
        InputError: nothing annotated was found.
    """
    if source.is_file():
        samples = list(_from_coco(source))
    elif (source / "images").is_dir() and (source / "labels").is_dir():
        samples = list(_from_yolo(source))
    else:
        samples = list(_from_truth(source))
    if not samples:
        raise InputError(
            f"{source.name}: no annotated pictures; wanted NAME.json truth files "
            "beside the pictures, YOLO's images/ and labels/, or a COCO .json file"
        )
    return samples


def _pictures(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in SUFFIXES)


def _size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as opened:
        return opened.size


def _clip(box: Box, size: tuple[int, int]) -> Box:
    x1, y1, x2, y2 = box
    width, height = size
    return (max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))


# -- truth files ---------------------------------------------------------------------


def _from_truth(folder: Path) -> Iterator[Sample]:
    for picture in _pictures(folder):
        truth = picture.with_suffix(".json")
        if truth.exists():
            yield sample_of_truth(picture, json.loads(truth.read_text("utf-8")))


def sample_of_truth(picture: Path, truth: dict[str, Any]) -> Sample:
    """A picture and the content of its truth file as a `Sample`."""
    width, height = truth.get("size") or _size(picture)
    size = (int(width), int(height))
    things = [t for p in truth["parcels"] for t in _of_parcel(p, size)]
    return Sample(picture, size, tuple(things))


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
    box = _clip(box_of_quad(quad), size)
    inside = box_area(box) / max(box_area(box_of_quad(quad)), 1e-9)
    low, enough = LABEL_VISIBLE
    if visible < low or box_area(box) <= 0:
        return
    unsure = visible < enough or inside < enough
    yield Thing(kind, box, quad, turned=True, ignore=unsure)


# -- YOLO folders --------------------------------------------------------------------


def _from_yolo(folder: Path) -> Iterator[Sample]:
    """YOLO boxes (class cx cy w h) or OBB (class x1 y1 ... x4 y4), shares of the size.

    `classes.txt` names the classes, one a line; without it the only class is "parcel".
    A name with a question mark ("label?") is annotated in places only: what has no
    annotation is not taken for background.
    """
    named = folder / "classes.txt"
    names = named.read_text("utf-8").split() if named.exists() else ["parcel"]
    kinds = [_kind(name.rstrip("?")) for name in names]
    sure = [_kind(name) for name in names]
    unjudged = tuple(k for k in range(len(CLASSES)) if k not in sure)
    for picture in _pictures(folder / "images"):
        size = _size(picture)
        rows = folder / "labels" / f"{picture.stem}.txt"
        text = rows.read_text("utf-8") if rows.exists() else ""
        things = [_of_row(line.split(), kinds, size) for line in text.splitlines()]
        yield Sample(picture, size, tuple(t for t in things if t), unjudged)


def _kind(name: str) -> int | None:
    name = NAMES.get(name.lower(), name.lower())
    return CLASSES.index(name) if name in CLASSES else None


def _of_row(
    row: list[str], kinds: list[int | None], size: tuple[int, int]
) -> Thing | None:
    if len(row) not in (5, 9):
        return None
    index = int(row[0])
    kind = kinds[index] if index < len(kinds) else None
    if kind is None:
        return None
    v = [float(x) * size[i % 2] for i, x in enumerate(row[1:])]
    if len(v) == 8:
        quad = to_quad([v[0:2], v[2:4], v[4:6], v[6:8]])
        return Thing(kind, _clip(box_of_quad(quad), size), quad)
    cx, cy, w, h = v
    box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
    return Thing(kind, _clip(box, size))


# -- COCO ----------------------------------------------------------------------------


def _from_coco(file: Path) -> Iterator[Sample]:
    data = json.loads(file.read_text("utf-8"))
    kinds = {c["id"]: _kind(c["name"]) for c in data["categories"]}
    unjudged = tuple(k for k in range(len(CLASSES)) if k not in kinds.values())
    things: dict[Any, list[Thing]] = defaultdict(list)
    for note in data["annotations"]:
        kind = kinds.get(note["category_id"])
        if kind is not None:
            x, y, w, h = map(float, note["bbox"])
            crowd = bool(note.get("iscrowd"))
            things[note["image_id"]].append(
                Thing(kind, (x, y, x + w, y + h), ignore=crowd)
            )
    for entry in data["images"]:
        picture = file.parent / entry["file_name"]
        size = (int(entry["width"]), int(entry["height"]))
        yield Sample(picture, size, tuple(things[entry["id"]]), unjudged)


def overlap_share(inner: Box, outer: Box) -> float:
    """The share of `inner`'s area that lies in `outer`."""
    return intersection(inner, outer) / max(box_area(inner), 1e-9)
