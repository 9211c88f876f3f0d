"""Decode bar and matrix codes: on a localised label, or anywhere in a picture.

zxing-cpp reads what is upright and large enough: of Code 128 turned by 30-60 degrees
none. So every look it takes here is at a straightened, usually enlarged picture; at
twice the size it reads half the codes at 1.25 px per module and 95 % at 1.8; more
enlargement gains nothing and below 0.9 nothing helps. Several scales are tried, since
more pixels are not always better.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vapr.geometry import box_of_quad, quad_of_box, quad_sides, to_quad
from vapr.read.locate_codes import locate_strips
from vapr.read.maxicode import read_maxicodes
from vapr.read.scan import LINEAR, MATRIX, MAXICODE, STACKED, Read, scan
from vapr.read.settle import settle
from vapr.read.straighten import Floats, move_quad, sharpen, sharpen_bars, straighten
from vapr.types import Image, Quad

LEAST_LABEL = 54.0
"""Long side, px, below which no label carries a code of 0.9 px per module: the
coarsest (a Data Matrix of 16 modules) takes a fourth of a label's side."""
LABEL_MARGIN = 0.06
"""Taken along around a label, as a share of its sides: corners are off by 1-3 %."""
LABEL_SIDE, STRIP_SIDE = 700.0, 1400.0
"""Straightened labels and strips are enlarged up to this length, px."""
MOST_ENLARGED = 4.0
"""More gains nothing."""
STRIP_AVERAGE = 3
"""Px over which a strip's bars are averaged along their length."""
LARGE_PICTURE = 700_000
"""Pixels from which on a whole picture is not enlarged."""
LEAST_TURNED = 150.0
"""Long side, px, from which on a label known only by the box around it, and not read
upright, is searched for strips at any angle."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A decoded code: what it says and where it lies.

    Attributes:
        text: the payload; GS (0x1d) stands where FNC1 separates fields.
        symbology: "Code128", "QRCode", "DataMatrix", "PDF417", "ITF" ...
        quad: its corners in pixels of the picture, from its own top left.
        px_per_module: width of a module, px, where the symbology tells it; within a
            tenth for symbologies with wide and narrow bars.
        aim: the AIM symbology identifier, such as "]C1" for GS1-128.
    """

    text: str
    symbology: str
    quad: Quad | None = None
    px_per_module: float | None = None
    aim: str = ""


def decode_label(image: Image, quad: Quad) -> list[Barcode]:
    """Decode the codes of one localised label.

    Args:
        image: uint8, BGR (H, W, 3) or grey (H, W).
        quad: the label's corners, px, in any rotation; they may be off by 5 %.

    Returns:
        One `Barcode` per code whose check holds; empty when nothing can be read, for
        a quad without an inside, and at once for a label too small to carry a code
        that could be read.
    """
    longest = max(quad_sides(quad))
    if not LEAST_LABEL <= longest < np.inf:
        return []
    grey, corner = _grey_around(image, quad)
    if grey is None:
        return []
    here = _shifted(quad, -corner)
    looks = _label_looks(grey, here, longest)
    reads = settle(grey, looks)
    if not reads and longest >= LEAST_TURNED and quad == quad_of_box(box_of_quad(quad)):
        reads = settle(grey, looks + _strip_looks(grey))
    return [_barcode(read, corner) for read in reads]


def decode_picture(image: Image) -> list[Barcode]:
    """Decode every code of a picture, wherever it lies and however it is turned.

    The picture as a whole is looked at, and every patch of parallel edges in it,
    straightened and enlarged.

    Args:
        image: uint8, BGR (H, W, 3) or grey (H, W).

    Returns:
        One `Barcode` per code whose check holds.
    """
    grey = _grey(image)
    looks = [_scan_all(grey, thorough=True) + scan(grey, MAXICODE, turned=False)]
    whole = quad_of_box((0.0, 0.0, float(grey.shape[1]), float(grey.shape[0])))
    if grey.size <= LARGE_PICTURE:
        looks.append(_look(grey, whole, 2.0))
    looks += _strip_looks(grey)
    return [_barcode(read, np.zeros(2)) for read in settle(grey, looks)]


def _label_looks(grey: Image, quad: Quad, longest: float) -> list[list[Read]]:
    """An enlarged and sharpened look, and a plain one at half its size."""
    scale = float(np.clip(LABEL_SIDE / longest, 1.0, MOST_ENLARGED))
    looks = [_look(grey, quad, scale, sharp=True)]
    return [*looks, _look(grey, quad, max(scale / 2, 0.5))]


def _look(grey: Image, quad: Quad, scale: float, *, sharp: bool = False) -> list[Read]:
    """All codes in a straightened quad, their corners back in pixels of `grey`."""
    seen = straighten(grey, quad, scale, LABEL_MARGIN)
    if seen is None:
        return []
    straight, back = seen
    if not sharp:
        return _moved(_scan_all(straight), back)
    straight = sharpen(straight, scale)
    return _moved(_scan_all(straight) + read_maxicodes(straight), back)


def _strip_looks(grey: Image) -> list[list[Read]]:
    """Linear and stacked codes in whatever looks like bars, straightened."""
    looks = []
    for strip in locate_strips(grey):
        scale = float(np.clip(STRIP_SIDE / max(quad_sides(strip)), 0.5, MOST_ENLARGED))
        seen = straighten(grey, strip, scale, scale_down=min(scale, 1.0))
        if seen is not None:
            straight = sharpen_bars(seen[0], scale, STRIP_AVERAGE)
            reads = scan(straight, LINEAR + STACKED, turned=False)
            looks.append(_moved(reads, seen[1]))
    return looks


def _scan_all(grey: Image, *, thorough: bool = False) -> list[Read]:
    return scan(grey, LINEAR + STACKED + MATRIX, thorough=thorough)


def _moved(reads: Sequence[Read], matrix: Floats) -> list[Read]:
    return [replace(read, quad=move_quad(read.quad, matrix)) for read in reads]


def _shifted(quad: Quad, by: Floats) -> Quad:
    return to_quad(np.asarray(quad) + by)


def _barcode(read: Read, corner: Floats) -> Barcode:
    quad = _shifted(read.quad, corner)
    size = None
    if read.modules:
        size = quad_sides(quad)[0] / read.modules
    return Barcode(read.text, read.symbology, quad, size, read.aim)


def _grey(image: Image) -> Image:
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def _grey_around(image: Image, quad: Quad) -> tuple[Image | None, Floats]:
    """The part of a picture around a quad, and where its corner lies in the whole."""
    reach = LABEL_MARGIN * max(quad_sides(quad)) + 2
    corners = np.asarray(quad)
    size = np.array(image.shape[1::-1])
    low = np.floor(corners.min(axis=0) - reach).clip(0, size).astype(int)
    high = np.ceil(corners.max(axis=0) + reach).clip(0, size).astype(int)
    if (high - low).min() < 1:
        return None, np.zeros(2)
    return _grey(image[low[1] : high[1], low[0] : high[0]]), low.astype(np.float64)
