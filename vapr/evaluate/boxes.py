"""People's boxes as truth: COCO files and YOLO folders, however they were exported.

A picture is looked for where its annotation says, beside the annotations, and by its
name below them. Boxes may be in pixels or in shares of the picture. What cannot be
used (a row, a picture that is not there) is told as a problem; the rest counts.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image as PilImage

from vapr.detect.adopt import NAMES
from vapr.errors import InputError, UsageError
from vapr.evaluate.truth import Truth, TruthLabel, TruthParcel
from vapr.geometry import box_area, center, inside
from vapr.types import Box, Quad

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
NAME_FILES = ("classes.txt", "obj.names", "data.yaml", "dataset.yaml")
_MOST_SHARE = 1.5  # values up to this are shares: rounding takes some past 1

Kinds = Mapping[str, str]
Thing = tuple[str, Box]
"""What it is ("parcel", "label", "aid") and where, in pixels."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Pictures with what people found in them, and what could not be used."""

    pictures: tuple[tuple[Path, Truth], ...]
    problems: tuple[str, ...]


def has_boxes(source: Path) -> bool:
    """Whether a source is a COCO file, or a folder of YOLO rows."""
    if source.is_file():
        return source.suffix.lower() == ".json"
    return any(source.rglob("*.txt")) and not any(source.rglob("*.json"))


def load_boxes(source: Path, classes: Kinds | None = None) -> Boxes:
    """The annotated pictures of a source.

    Args:
        source: a COCO file, or a folder of YOLO rows beside their pictures or in
            `labels/` beside `images/`.
        classes: what the annotations call things -> "parcel", "label" or "aid";
            common names are understood without it.

    Raises:
        InputError: it is neither, or no class of it is known.
        UsageError: `classes` names something that is none of ours.
    """
    if wrong := sorted(set((classes or {}).values()) - {"parcel", "label", "aid"}):
        raise UsageError(f"classes: wanted parcel, label, aid, got {', '.join(wrong)}")
    kinds = {**NAMES, **{k.lower(): v for k, v in (classes or {}).items()}}
    if source.is_file():
        return _Coco(source, kinds).load()
    return _Yolo(source, kinds).load()


def _kinds_of(names: Mapping[Any, str], kinds: Kinds, source: str) -> dict[Any, str]:
    known = {i: kinds[n.lower()] for i, n in names.items() if n.lower() in kinds}
    if not known:
        listed = ", ".join(list(names.values())[:8])
        raise InputError(
            f"{source}: none of its classes is a parcel or label ({listed}); "
            "say which is with --classes NAME=parcel"
        )
    return known


def _truth(things: Sequence[Thing], size: tuple[int, int]) -> Truth:
    """Parcels with the labels that lie on them; a label on none stands alone."""
    boxes = sorted((b for kind, b in things if kind == "parcel"), key=box_area)
    labels: dict[int, TruthLabel] = {}
    alone = []
    for kind, box in things:
        if kind != "label":
            continue
        label = TruthLabel(quad=_corners(box))
        middle = center(label.quad)
        under = [i for i, b in enumerate(boxes) if inside(middle, b)]
        free = next((i for i in under if i not in labels), None)
        if free is None:
            alone.append(TruthParcel(label=label))
        else:
            labels[free] = label
    parcels = [TruthParcel(box=b, label=labels.get(i)) for i, b in enumerate(boxes)]
    return Truth(size=size, parcels=(*parcels, *alone))


def _corners(box: Box) -> Quad:
    x1, y1, x2, y2 = box
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def _checked(box: Sequence[float], size: tuple[int, int]) -> Box:
    """A box (x1, y1, x2, y2) within its picture.

    Raises:
        ValueError: nothing of it is, or it is no box.
    """
    x1, y1, x2, y2 = (float(v) for v in box)
    x1, y1 = max(x1, 0.0), max(y1, 0.0)
    x2, y2 = min(x2, float(size[0])), min(y2, float(size[1]))
    if not (x2 > x1 and y2 > y1):
        raise ValueError("its box is empty or outside the picture")
    return (x1, y1, x2, y2)


def _size_of(picture: Path) -> tuple[int, int]:
    """(width, height) as displayed: EXIF turns by a quarter swap them."""
    with PilImage.open(picture) as opened:
        width, height = opened.size
        turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


class _Pictures:
    """Finds pictures by the names that annotations give them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        files = (p for p in sorted(home.rglob("*")) if p.suffix.lower() in PICTURES)
        self._by_name: dict[str, Path] = {}
        for path in files:
            self._by_name.setdefault(path.name, path)

    def find(self, name: str) -> Path | None:
        """The picture of that path, absolute or not, else of that name anywhere."""
        path = Path(name.replace("\\", "/"))
        for home in (self._home, self._home / "images", self._home.parent / "images"):
            if (home / path).is_file():  # an absolute path stays itself
                return home / path
        return self._by_name.get(path.name)

    def all(self) -> list[Path]:
        """Every picture below the home, by path."""
        return sorted(self._by_name.values())


class _Coco:
    def __init__(self, file: Path, kinds: Kinds) -> None:
        self._file, self._kinds = file, kinds
        self._problems: list[str] = []

    def load(self) -> Boxes:
        try:
            data = json.loads(self._file.read_text("utf-8"))
            names = {c["id"]: str(c["name"]) for c in data["categories"]}
            images, notes = list(data["images"]), list(data["annotations"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self._file.name}: wanted COCO's images, annotations and categories"
            ) from error
        kinds = _kinds_of(names, self._kinds, self._file.name)
        found = self._pictures(images)
        things: dict[Any, list[Thing]] = {key: [] for key in found}
        for number, note in enumerate(notes):
            try:
                self._add(things, found, kinds, note)
            except (KeyError, TypeError, ValueError) as error:
                self._problems.append(f"annotation {number}: {_why(error)}")
        pictures = tuple(
            (path, _truth(things[key], size)) for key, (path, size) in found.items()
        )
        return Boxes(pictures, tuple(self._problems))

    def _pictures(self, images: list[Any]) -> dict[Any, tuple[Path, tuple[int, int]]]:
        pictures, found = _Pictures(self._file.parent), {}
        for number, image in enumerate(images):
            try:
                key, name = image["id"], str(image["file_name"])
            except (KeyError, TypeError) as error:
                self._problems.append(f"image {number}: {_why(error)}")
                continue
            path = pictures.find(name)
            try:
                if path is None:
                    raise OSError
                found[key] = (path, _size_of(path))
            except OSError:
                self._problems.append(f"{Path(name).name}: no such picture")
        return found

    @staticmethod
    def _add(
        things: dict[Any, list[Thing]],
        found: Mapping[Any, tuple[Path, tuple[int, int]]],
        kinds: Mapping[Any, str],
        note: Mapping[str, Any],
    ) -> None:
        if note["category_id"] not in kinds or note["image_id"] not in found:
            return
        size = found[note["image_id"]][1]
        x, y, w, h = (float(v) for v in note["bbox"])
        if max(x, y, w, h) <= _MOST_SHARE:
            x, y, w, h = x * size[0], y * size[1], w * size[0], h * size[1]
        box = _checked((x, y, x + w, y + h), size)
        things[note["image_id"]].append((kinds[note["category_id"]], box))


class _Yolo:
    def __init__(self, folder: Path, kinds: Kinds) -> None:
        self._folder = folder
        self._kinds = _kinds_of(_class_names(folder), kinds, folder.name)
        self._problems: list[str] = []

    def load(self) -> Boxes:
        pictures = []
        for path in _Pictures(self._folder).all():
            rows = self._rows_of(path)
            if rows is None:
                continue
            try:
                size = _size_of(path)
            except OSError:
                self._problems.append(f"{path.name}: cannot be opened")
                continue
            pictures.append((path, _truth(list(self._things(rows, size)), size)))
        if not pictures and not self._problems:
            raise InputError(f"{self._folder.name}: no pictures with YOLO rows")
        return Boxes(tuple(pictures), tuple(self._problems))

    def _rows_of(self, picture: Path) -> Path | None:
        """Beside the picture, or where `images` in its path becomes `labels`."""
        parts = list(picture.relative_to(self._folder).with_suffix(".txt").parts)
        if "images" in parts:
            parts[parts.index("images")] = "labels"
        places = (picture.with_suffix(".txt"), self._folder.joinpath(*parts))
        return next((place for place in places if place.is_file()), None)

    def _things(self, rows: Path, size: tuple[int, int]) -> Iterator[Thing]:
        text = rows.read_text("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            try:
                if line.strip() and (thing := self._thing(line.split(), size)):
                    yield thing
            except (ValueError, IndexError) as error:
                self._problems.append(f"{rows.name} line {number}: {_why(error)}")

    def _thing(self, row: list[str], size: tuple[int, int]) -> Thing | None:
        kind = self._kinds.get(int(float(row[0])))
        values = [float(v) for v in row[1:]]
        if len(values) < 4:
            raise ValueError("wanted a class and at least four numbers")
        if max(values) <= _MOST_SHARE:
            values = [v * size[i % 2] for i, v in enumerate(values)]
        if len(values) >= 6 and len(values) % 2 == 0:  # corners or an outline
            xs, ys = values[::2], values[1::2]
            box = _checked((min(xs), min(ys), max(xs), max(ys)), size)
        else:  # perhaps with a confidence behind
            x, y, w, h = values[:4]
            box = _checked((x - w / 2, y - h / 2, x + w / 2, y + h / 2), size)
        return None if kind is None else (kind, box)


def _class_names(folder: Path) -> dict[Any, str]:
    """Class names by number; without a file of them, 0 is a parcel."""
    homes = (folder, folder.parent)
    files = [f for home in homes for n in NAME_FILES if (f := home / n).is_file()]
    if not files:
        return {0: "parcel"}
    text = files[0].read_text("utf-8", errors="replace")
    if files[0].suffix == ".yaml":
        return _names_in_yaml(text) or {0: "parcel"}
    return dict(enumerate(line.strip() for line in text.splitlines() if line.strip()))


def _names_in_yaml(text: str) -> dict[Any, str]:
    """The `names` of YOLO's data.yaml: a list in brackets, by lines, or by number."""
    _, found, rest = text.partition("names:")
    if not found:
        return {}
    head = rest.lstrip(" ")
    if head.startswith("["):
        inner = head[1 : head.index("]")] if "]" in head else head[1:]
        return dict(enumerate(part.strip(" '\"\n") for part in inner.split(",")))
    names: dict[Any, str] = {}
    for line in rest.splitlines()[1:]:
        match = re.match(r"\s*(?:-|(\d+)\s*:)\s*['\"]?([^'\"#]+)", line)
        if match is None:
            break
        names[len(names) if match[1] is None else int(match[1])] = match[2].strip()
    return names


def _why(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
