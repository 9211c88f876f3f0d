"""The strokes: each mark is drawn once wide and dark, then in its colour.

The dark rim is what keeps a mark legible on any background.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.render.layout import Mark, MarkKind, Tag
from vapr.render.palette import GREEN, GREY, INK, RED, WHITE, Color
from vapr.render.text import BOLD, write
from vapr.types import Box, Image, Point

_SHIFT = 4  # OpenCV's fixed-point coordinates: sixteenths of a pixel
# Stroke and rim widths in radii, by kind.
_STROKES: dict[MarkKind, tuple[Color, float, float]] = {
    "pick": (GREEN, 0.28, 0.10),
    "leave": (RED, 0.18, 0.14),
    "unknown": (GREY, 0.22, 0.18),
    "check": (INK, 0.16, 0.0),
}


def draw_mark(canvas: Image, mark: Mark) -> None:
    """Draw one mark."""
    color, stroke, rim = _STROKES[mark.kind]
    if mark.kind == "check":
        _disc(canvas, mark.center, mark.radius * 1.12, INK)
        _disc(canvas, mark.center, mark.radius, WHITE)
    width = max(stroke * mark.radius, 1.5)
    for ink, extra in ((INK, 2 * max(rim * mark.radius, 1.0)), (color, 0.0)):
        _shape(canvas, mark, ink, round(width + extra))


def _shape(canvas: Image, mark: Mark, color: Color, width: int) -> None:
    (x, y), r = mark.center, mark.radius
    if mark.kind == "pick":
        _circle(canvas, mark.center, r, color, width)
    elif mark.kind == "leave":
        _line(canvas, [(x - r, y - r), (x + r, y + r)], color, width)
        _line(canvas, [(x - r, y + r), (x + r, y - r)], color, width)
    else:
        size = r if mark.kind == "unknown" else 0.62 * r
        _line(canvas, _question(mark.center, size), color, width)
        _disc(canvas, (x, y + 0.95 * size), width / 2 + 0.25, color)


def _question(center: Point, r: float) -> list[Point]:
    """The hook of a question mark, from its left end round to the stem."""
    turn = np.radians(np.linspace(-170, 65, 14))
    x, y = center[0], center[1] - 0.42 * r
    hook = [(x + 0.55 * r * np.cos(t), y + 0.55 * r * np.sin(t)) for t in turn]
    return [*hook, (center[0], center[1] + 0.42 * r)]


def draw_outlines(canvas: Image, boxes: Sequence[Box], em: float) -> None:
    """Draw the picks' outlines."""
    for color, width in ((INK, 0.26), (GREEN, 0.14)):
        for box in boxes:
            _line(canvas, _round_box(box, 0.35 * em), color, max(round(width * em), 1))


def draw_tag(canvas: Image, tag: Tag) -> None:
    """Draw a name, dark on green."""
    x1, y1, _, y2 = tag.box
    outline = _fixed(_round_box(tag.box, 0.4 * tag.size))
    cv2.fillPoly(canvas, [outline], GREEN, cv2.LINE_AA, _SHIFT)
    at = (x1 + 0.45 * tag.size, (y1 + y2) / 2)
    write(canvas, tag.text, at, tag.size, INK, BOLD)


def draw_glow(canvas: Image, boxes: Sequence[Box], em: float) -> None:
    """Add soft green light along the boxes, each with less where there are many.

    It is computed small and enlarged.
    """
    h, w = canvas.shape[:2]
    scale = 4 / em
    light = tuple(round(v * min(1.0, 6 / len(boxes))) for v in GREEN)
    small = np.zeros((max(round(h * scale), 1), max(round(w * scale), 1), 3), np.uint8)
    for box in boxes:
        x1, y1, x2, y2 = (round(v * scale) for v in box)
        cv2.rectangle(small, (x1, y1), (x2, y2), light, 3)
    glow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.7), (w, h))
    cv2.add(canvas, glow, dst=canvas)


def _round_box(box: Box, radius: float) -> list[Point]:
    """A closed outline with round corners, clockwise."""
    x1, y1, x2, y2 = box
    r = min(radius, (x2 - x1) / 2, (y2 - y1) / 2)
    corners = ((x1 + r, y1 + r), (x2 - r, y1 + r), (x2 - r, y2 - r), (x1 + r, y2 - r))
    points = []
    for quarter, (x, y) in enumerate(corners):
        for t in np.radians(180 + 90 * quarter + np.linspace(0, 90, 6)):
            points.append((x + r * np.cos(t), y + r * np.sin(t)))
    return [*points, points[0]]


def _fixed(points: Sequence[Point]) -> NDArray[np.int32]:
    fixed = np.asarray(points, np.float64) - 0.5
    return np.asarray(np.rint(fixed * 2**_SHIFT), np.int32)


def _line(canvas: Image, points: list[Point], color: Color, width: int) -> None:
    cv2.polylines(canvas, [_fixed(points)], False, color, width, cv2.LINE_AA, _SHIFT)


def _circle(canvas: Image, at: Point, radius: float, color: Color, width: int) -> None:
    (x, y), r = _fixed([at])[0].tolist(), round(radius * 2**_SHIFT)
    cv2.circle(canvas, (x, y), r, color, width, cv2.LINE_AA, _SHIFT)


def _disc(canvas: Image, at: Point, radius: float, color: Color) -> None:
    _circle(canvas, at, radius, color, -1)
