"""Where a parcel is, in words a driver understands."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vapr.errors import InputError
from vapr.types import Box, Parcel, Point

_ROWS = ("upper", "middle", "lower")
_COLUMNS = ("left", "middle", "right")


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of a fixed camera's picture: "left shelf, second level".

    `outline` is a polygon in shares of the picture's width and height, 0..1, so that
    it holds at every resolution of the camera.
    """

    name: str
    outline: tuple[Point, ...]


class _AreaFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    outline: tuple[Point, ...] = Field(min_length=3)


def load_areas(path: Path) -> tuple[Area, ...]:
    """Areas from a JSON file: `[{"name": "...", "outline": [[0, 0.5], …]}, …]`.

    Raises:
        InputError: it cannot be read or is of another form; says where.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        areas = TypeAdapter(tuple[_AreaFile, ...]).validate_python(rows)
    except OSError as error:
        raise InputError(f"{path.name}: {error.strerror or 'no such file'}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path.name}: {place}: {first['msg']}") from error
    except ValueError as error:
        raise InputError(f"{path.name} is no JSON: {error}") from error
    return tuple(Area(area.name, area.outline) for area in areas)


def place_words(box: Box, size: tuple[int, int], areas: tuple[Area, ...] = ()) -> str:
    """The area that holds the middle of a box's lower edge: where the parcel stands.

    Without areas, or outside all of them, the third of the picture it is in.

    Args:
        box: the parcel, px.
        size: width and height of the picture, px.
        areas: the smallest that holds the point is named.
    """
    foot = ((box[0] + box[2]) / 2, box[3] - (box[3] - box[1]) * 0.1)
    at = (foot[0] / size[0], foot[1] / size[1])
    holding = [area for area in areas if _holds(area, at)]
    if holding:
        return min(holding, key=_extent).name
    x, y = (box[0] + box[2]) / 2 / size[0], (box[1] + box[3]) / 2 / size[1]
    row, column = _ROWS[_third(y)], _COLUMNS[_third(x)]
    return "middle of the picture" if row == column else f"{row} {column}"


def placed(
    parcels: Iterable[Parcel], size: tuple[int, int], areas: tuple[Area, ...] = ()
) -> tuple[Parcel, ...]:
    """Parcels with where they are in words; arguments as in `place_words`."""
    return tuple(
        p if p.box is None else replace(p, where=place_words(p.box, size, areas))
        for p in parcels
    )


def _third(share: float) -> int:
    return min(max(int(share * 3), 0), 2)


def _holds(area: Area, at: Point) -> bool:
    return cv2.pointPolygonTest(_polygon(area), at, measureDist=False) >= 0


def _extent(area: Area) -> float:
    return float(cv2.contourArea(_polygon(area)))


def _polygon(area: Area) -> np.ndarray:
    return np.asarray(area.outline, np.float32).reshape(-1, 1, 2)
