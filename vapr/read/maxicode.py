"""MaxiCode on a straightened label: found by its bullseye, cut out for the decoder.

zxing-cpp reads a MaxiCode that is upright and alone in its picture; on a label it is
neither.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.read.scan import MAXICODE, Read, scan
from vapr.types import Image, Quad

OUTER_RING = 0.146
"""Radius of the bullseye's outermost edge, as a share of the symbol's width."""
RINGS = 4
"""Outlines within one another, at least, that make a bullseye (it has six)."""
LEAST_WIDTH = 40.0
"""Symbols narrower than this, px, cannot be read."""
WIDTHS = (1.07, 1.1, 1.04, 1.14)
"""Sides of the square that is cut out, in widths of the symbol."""


def read_maxicodes(label: Image) -> list[Read]:
    """MaxiCodes of a straightened label.

    Args:
        label: uint8 (H, W), its print upright or turned by quarters.

    Returns:
        At most one `Read`, its quad the square around the symbol.
    """
    for x, y, width in find_bullseyes(label):
        for wider in WIDTHS:
            half = wider * width / 2
            x1, y1, x2, y2 = x - half, y - half, x + half, y + half
            patch = label[max(int(y1), 0) : int(y2) + 1, max(int(x1), 0) : int(x2) + 1]
            for turns in range(4):
                found = scan(np.ascontiguousarray(np.rot90(patch, turns)), MAXICODE)
                if found:
                    quad: Quad = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
                    read = found[0]
                    return [Read(read.text, "MaxiCode", read.aim, quad, 30.0 * wider)]
    return []


def find_bullseyes(label: Image) -> Iterator[tuple[float, float, float]]:
    """Centre and width of the symbol, px, around each nest of concentric outlines."""
    _, dark = cv2.threshold(label, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    outlines, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return
    parents = tree[0][:, 3]
    boxes = [cv2.boundingRect(outline) for outline in outlines]
    for i in np.flatnonzero(tree[0][:, 2] < 0):
        nest = list(_nest(int(i), parents, boxes))
        if len(nest) < RINGS:
            continue
        x, y, w, h = boxes[nest[-1]]
        width = (w + h) / 4 / OUTER_RING
        if width >= LEAST_WIDTH:
            yield x + w / 2, y + h / 2, width


def _nest(
    i: int, parents: NDArray[Any], boxes: Sequence[Sequence[int]]
) -> Iterator[int]:
    """An outline and those around it, as long as they are round and concentric."""
    x, y, w, h = boxes[i]
    middle = np.array([x + w / 2, y + h / 2])
    while i >= 0:
        x, y, w, h = boxes[i]
        off = float(np.abs(middle - (x + w / 2, y + h / 2)).max())
        if abs(w - h) > 2 + 0.15 * w or off > 1.5 + 0.04 * w:
            return
        yield i
        i = int(parents[i])
