"""Data sets as `Sample`s: truth files, YOLO folders, COCO files.

| source | read as |
|---|---|
| a folder of pictures with `NAME.json` beside them | truth files |
| a folder with `data.yaml`, or that file | YOLO: its `train` (or `val`) pictures |
| a folder with `images/` and `labels/` | YOLO; `classes.txt` names the classes |
| a `.json` file | COCO |

YOLO rows are boxes (class cx cy w h), rotated boxes (class x1 y1 ... x4 y4), polygons,
or, where `data.yaml` says `kpt_shape: [4, 2]` or `[4, 3]`, boxes with four corners.
Label corners teach corners; from boxes alone only boxes are learnt.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vapr.detect.adopt import NAMES, clockwise
from vapr.errors import InputError, UsageError
from vapr.geometry import box_of_quad, to_quad
from vapr.train.samples import (
    CLASSES,
    Sample,
    Thing,
    clip_box,
    sample_of_truth,
    size_of,
)
from vapr.types import Quad

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
YAML_NAMES = ("data.yaml", "dataset.yaml")
NOTHING = (
    "no annotated pictures; wanted NAME.json truth files beside the pictures, YOLO's "
    "data.yaml or images/ and labels/, or a COCO .json file"
)
Classes = Mapping[str, str]


def load_samples(
    source: Path, classes: Classes | None = None, split: str = "train"
) -> list[Sample]:
    """Every annotated picture of a source; see the module's docstring.

    Args:
        source: a folder or file.
        classes: what the data set calls its classes -> "parcel", "label" or "aid";
            common names are understood without it.
        split: "train" or "val", where the source knows of both.

    Raises:
        InputError: nothing annotated was found, or an annotation cannot be read.
        UsageError: `classes` names something that is none of ours.
    """
    if wrong := set((classes or {}).values()) - set(CLASSES):
        wanted, got = ", ".join(CLASSES), ", ".join(sorted(wrong))
        raise UsageError(f"classes: wanted {wanted}, got {got}")
    known = {**NAMES, **{k.lower(): v for k, v in (classes or {}).items()}}
    if not source.exists():
        raise InputError(f"there is no {source}")
    samples = list(_read(source, known, split))
    if not samples:
        raise InputError(f"{source.name}: {NOTHING}")
    return samples


def has_validation(source: Path) -> bool:
    """Whether a source brings pictures of its own to judge by."""
    file = _yaml_of(source)
    return file is not None and bool(_read_yaml(file).get("val"))


def _read(source: Path, known: Classes, split: str) -> Iterator[Sample]:
    if (file := _yaml_of(source)) is not None:
        return _from_yaml(file, known, split)
    if source.is_file():
        return _from_coco(source, known)
    if (source / "images").is_dir() and (source / "labels").is_dir():
        return _from_yolo(source, known)
    pictures = _pictures(source)
    return (sample_of_truth(p) for p in pictures if p.with_suffix(".json").exists())


def _pictures(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in SUFFIXES]


# -- YOLO ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rows:
    """How the rows of a YOLO data set are read: class kinds, corners after the box."""

    kinds: tuple[int | None, ...]
    unjudged: tuple[int, ...]
    corner_values: int = 0


def _from_yolo(folder: Path, known: Classes) -> Iterator[Sample]:
    """`classes.txt` names the classes, one a line; without it there are only parcels.

    A name with a question mark ("label?") is annotated in places only: what has no
    annotation is not taken for background.
    """
    named = folder / "classes.txt"
    names = ["parcel"]
    if named.exists():
        names = [n.strip() for n in named.read_text("utf-8").splitlines() if n.strip()]
    how = _rows_of(names, known, folder.name)
    for picture in _pictures(folder / "images"):
        rows = picture.relative_to(folder / "images").with_suffix(".txt")
        yield _sample_of_rows(picture, folder / "labels" / rows, how)


def _from_yaml(file: Path, known: Classes, split: str) -> Iterator[Sample]:
    data = _read_yaml(file)
    names = data.get("names") or {}
    ordered = [names[i] for i in sorted(names)] if isinstance(names, dict) else names
    shape = data.get("kpt_shape") or (0, 0)
    corners = 4 * int(shape[1]) if shape[0] == 4 else 0
    how = _rows_of([str(n) for n in ordered], known, file.name, corners)
    for picture in _listed(file, data, split):
        parts = list(picture.with_suffix(".txt").parts)
        if "images" in parts:  # YOLO's rule: the last "images" becomes "labels"
            parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
        yield _sample_of_rows(picture, Path(*parts), how)


def _yaml_of(source: Path) -> Path | None:
    if source.suffix in (".yaml", ".yml"):
        return source
    return next((f for n in YAML_NAMES if (f := source / n).is_file()), None)


def _read_yaml(file: Path) -> dict[str, Any]:
    import yaml  # comes with ultralytics

    try:
        data = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"{file.name} cannot be read as YAML") from error
    if not isinstance(data, dict) or not data.get("names"):
        raise InputError(f"{file.name}: wanted YOLO's `names` and `train`")
    return data


def _listed(file: Path, data: Mapping[str, Any], split: str) -> Iterator[Path]:
    """The pictures of a split: folders or lists of paths, as YOLO resolves them."""
    base = file.parent / str(data.get("path") or "")
    entries = data.get(split) or []
    for entry in [entries] if isinstance(entries, str) else entries:
        tries = [base / entry, file.parent / entry, file.parent / entry.lstrip("./")]
        path = next((p for p in tries if p.exists()), None)
        if path is None:
            raise InputError(f"{file.name}: {split}: there is no {entry}")
        if path.is_dir():
            yield from _pictures(path)
        else:
            lines = path.read_text("utf-8").split("\n")
            yield from (path.parent / line.strip() for line in lines if line.strip())


def _rows_of(
    names: Sequence[str], known: Classes, source: str, corner_values: int = 0
) -> _Rows:
    kinds = [_kind(name.rstrip("?"), known) for name in names]
    if not any(kind is not None for kind in kinds):
        raise InputError(
            f"{source}: none of its classes is a parcel, label or aid "
            f"({', '.join(names[:8])}); say which is with --classes NAME=parcel"
        )
    sure = {_kind(name, known) for name in names}
    unjudged = tuple(k for k in range(len(CLASSES)) if k not in sure)
    return _Rows(tuple(kinds), unjudged, corner_values)


def _kind(name: str, known: Classes) -> int | None:
    name = known.get(name.lower(), name.lower())
    return CLASSES.index(name) if name in CLASSES else None


def _sample_of_rows(picture: Path, rows: Path, how: _Rows) -> Sample:
    size = size_of(picture)
    text = rows.read_text("utf-8") if rows.exists() else ""
    things = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            thing = _thing_of_row(line.split(), how, size)
        except (ValueError, IndexError) as error:
            raise InputError(f"{rows.name} line {number}: {error}") from error
        things.append(thing)
    return Sample(picture, size, tuple(t for t in things if t), how.unjudged)


def _thing_of_row(row: list[str], how: _Rows, size: tuple[int, int]) -> Thing | None:
    if not row:
        return None
    index, values = int(float(row[0])), [float(v) for v in row[1:]]
    if not 0 <= index < len(how.kinds):
        raise ValueError(f"class {index}, but there are {len(how.kinds)}")
    kind = how.kinds[index]
    if kind is None:
        return None
    width, height = size
    if len(values) == 4 or len(values) == 4 + how.corner_values:
        cx, cy, w, h = (v * size[i % 2] for i, v in enumerate(values[:4]))
        box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
        quad = _corners(values[4:], how, size)
        return Thing(kind, clip_box(box, size), quad)
    if len(values) < 6 or len(values) % 2:
        raise ValueError(f"wanted 4 values or corners after the class, got {len(row)}")
    points = [
        (x * width, y * height) for x, y in zip(values[::2], values[1::2], strict=True)
    ]
    return _thing_of_points(kind, points, size)


def _corners(values: Sequence[float], how: _Rows, size: tuple[int, int]) -> Quad | None:
    step = how.corner_values // 4
    if not values or (step == 3 and not all(values[2::3])):
        return None
    points = [
        (values[i] * size[0], values[i + 1] * size[1])
        for i in range(0, len(values), step)
    ]
    return _quad(points)


def _quad(points: Sequence[Sequence[float]]) -> Quad:
    """Four corners in whatever order they were annotated, clockwise as seen."""
    return to_quad(clockwise(np.array(points, np.float64)))


def _thing_of_points(
    kind: int, points: Sequence[tuple[float, float]], size: tuple[int, int]
) -> Thing:
    """Four points are corners, others only an outline."""
    if len(points) == 4:
        quad = _quad(points)
        return Thing(kind, clip_box(box_of_quad(quad), size), quad)
    xs, ys = zip(*points, strict=True)
    return Thing(kind, clip_box((min(xs), min(ys), max(xs), max(ys)), size))


# -- COCO ----------------------------------------------------------------------------


def _from_coco(file: Path, known: Classes) -> Iterator[Sample]:
    try:
        data = json.loads(file.read_text("utf-8"))
        names = {c["id"]: str(c["name"]) for c in data["categories"]}
        notes, entries = data["annotations"], data["images"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file.name}: wanted COCO's images, annotations and categories"
        ) from error
    how = _rows_of(list(names.values()), known, file.name)
    kinds = dict(zip(names, how.kinds, strict=True))
    things: dict[Any, list[Thing]] = defaultdict(list)
    for note in notes:
        try:
            kind = kinds.get(note["category_id"])
            if kind is not None:
                things[note["image_id"]].append(_thing_of_note(kind, note))
        except (KeyError, TypeError, ValueError) as error:
            name = note.get("id") if isinstance(note, dict) else note
            raise InputError(f"{file.name}: annotation {name}: {error}") from error
    for entry in entries:
        picture = _find_picture(file, str(entry["file_name"]))
        found = tuple(things[entry["id"]])
        yield Sample(picture, size_of(picture), found, how.unjudged)


def _thing_of_note(kind: int, note: Mapping[str, Any]) -> Thing:
    x, y, w, h = map(float, note["bbox"])
    quad, outline = None, note.get("segmentation")
    if isinstance(outline, list) and outline and len(outline[0]) == 8:
        points = outline[0]
        quad = _quad(list(zip(points[::2], points[1::2], strict=True)))
    box = (x, y, x + w, y + h)
    return Thing(kind, box, quad, ignore=bool(note.get("iscrowd")))


def _find_picture(file: Path, name: str) -> Path:
    """Beside the COCO file, or in an `images` folder there or one folder up."""
    homes = (file.parent, file.parent / "images", file.parent.parent / "images")
    for home in (*homes, file.parent.parent):
        if (home / name).exists():
            return home / name
    raise InputError(f"{file.name}: there is no picture {name} beside it")
