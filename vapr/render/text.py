"""Words on pixels, with the font that comes with OpenCV."""

import re
import unicodedata
from functools import lru_cache

import cv2
import numpy as np

from vapr.render.palette import Color
from vapr.types import Image, Point

REGULAR, BOLD = 400, 700
_ANYWHERE = (0, 0)
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def _face() -> cv2.FontFace:
    """The built-in font; a fresh handle, as one must not be shared by threads."""
    return cv2.FontFace("sans")


def _stamp(char: str) -> bytes:
    canvas = np.zeros((24, 40, 3), np.uint8)
    cv2.putText(canvas, char, (4, 18), (255, 255, 255), _face(), 16, REGULAR)
    return canvas.tobytes()


@lru_cache(maxsize=4096)
def _can_be_drawn(char: str) -> bool:
    if char == "?" or char.isspace():
        return True
    if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT:
        return False
    return _stamp(char) != _stamp("?")


def drawable(text: str) -> str:
    """The part of a text the font can show, on one line; a dash if nothing is left.

    The font has Latin, Greek, Cyrillic and Chinese characters. Others would come out
    as "?", which means something here, or (right to left) in the wrong order.
    """
    kept = "".join(char for char in text if _can_be_drawn(char))
    return " ".join(kept.split()) or "-"


def short_name(name: str) -> str:
    """A tracking number as a driver compares it: "1Z…6784". Words stay whole."""
    name = drawable(name)
    if len(name) <= 9 or " " in name:
        return name
    head = re.match(r"1Z|[A-Za-z]{2,4}|..", name)
    return f"{head.group() if head else ''}…{name[-4:]}"


def text_width(text: str, size: int, weight: int = REGULAR) -> int:
    """The width of a line in pixels; `size` is the font's height in pixels."""
    _, _, width, _ = cv2.getTextSize(_ANYWHERE, text, _ANYWHERE, _face(), size, weight)
    return int(width)


def shorten(text: str, width: float, size: int, weight: int = REGULAR) -> str:
    """The text, cut with "…" so that it is at most `width` pixels wide."""
    if text_width(text, size, weight) <= width:
        return text
    while text and text_width(text + "…", size, weight) > width:
        text = text[:-1].rstrip()
    return text + "…" if text else ""


def write(
    canvas: Image, text: str, left_middle: Point, size: int, color: Color, weight: int
) -> None:
    """Write one line; `left_middle` is its left end at half the height of capitals."""
    x, y = left_middle
    origin = (round(x), round(y + 0.35 * size))
    cv2.putText(canvas, text, origin, color, _face(), size, weight)
