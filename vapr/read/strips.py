"""Where the bar strips lie in a label, how they are turned, and what they may be.

Two small networks (read/strip_net.py): one looks at the whole label and proposes codes,
one looks at each proposal and moves its corners. Both were trained on made labels down
to 0.1 px per module, where single bars cannot be seen any more: there a strip is a grey
patch of the right shape in the right surroundings.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats, box_of_quad, iou, project, quad_area, to_quad
from vapr.read import strip_net as net
from vapr.types import Image, Quad

FAINTEST = 0.06  # the finder's odds below which a peak is noise
PROPOSALS = 6  # looked at by the refiner; labels carry at most about six codes
SAME = 0.45  # share of overlap from which two proposals are one code
SMALLEST_PX = 12.0  # a label's area must exceed the square of this
_FAVOUR = np.array([3.0, 1.0, 1.0])  # a linear code taken for another would be lost
_REST = np.asarray(net.STRIP_REST)


@dataclass(frozen=True, slots=True)
class Strip:
    """A code found in a label, corners in pixels of the picture.

    `quad` runs clockwise and its first edge along the code's axis, the direction in
    which bars alternate; which end the code starts at is not known. `family` is
    "linear", "pdf417" or "matrix"; `score`, 0..1, is how likely it is one of these.
    """

    quad: Quad
    family: str
    score: float


def find_strips(image: Image, label: Quad, *, limit: int = 4) -> list[Strip]:
    """The codes in a label, likeliest to be the tracking strip first.

    Args:
        image: the picture, BGR or grey.
        label: the label's corners, clockwise, from any of them; 3-4 % off is fine.
        limit: how many to return at most.

    Returns:
        Strips, linear ones before others; empty for a label without area, outside the
        picture, or without a code.
    """
    return settle_strips(image, propose_strips(image, label), limit)


def propose_strips(image: Image, label: Quad) -> list[Strip]:
    """All codes in a label, looked at once; `settle_strips` makes strips of them.

    Args:
        image: the picture, BGR or grey.
        label: the label's corners, clockwise, from any of them; 3-4 % off is fine.
    """
    if not _usable(image, label):
        return []
    try:
        canvas = net.label_canvas(image, label)
    except ValueError:
        return []
    return _distinct(_refine(image, _propose(canvas)))


def settle_strips(image: Image, proposals: list[Strip], limit: int) -> list[Strip]:
    """The likeliest `limit` proposals looked at once more, as `find_strips` does."""
    return _distinct(_refine(image, proposals[:limit]))


def _usable(image: Image, label: Quad) -> bool:
    corners = np.asarray(label, np.float64)
    if not np.isfinite(corners).all() or min(image.shape[:2]) < 2:
        return False
    x1, y1, x2, y2 = box_of_quad(label)
    height, width = image.shape[:2]
    seen = x2 > 1 and y2 > 1 and x1 < width - 1 and y1 < height - 1
    return seen and _convex(corners) and quad_area(label) > SMALLEST_PX**2


def _convex(corners: Floats) -> bool:
    """Whether four corners (4, 2) run clockwise without a dent."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners.tolist()
    turns = (
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx),
        (cx - bx) * (dy - cy) - (cy - by) * (dx - cx),
        (dx - cx) * (ay - dy) - (dy - cy) * (ax - dx),
        (ax - dx) * (by - ay) - (ay - dy) * (bx - ax),
    )
    return bool(min(turns) > 0)


def _propose(canvas: net.Canvas) -> list[Strip]:
    """The finder's peaks as strips in the picture."""
    heat, offsets = (out[0] for out in net.look_at_labels([canvas]))
    strips = []
    for kind, row, column in _peaks(heat):
        cell = (np.array([column, row]) + 0.5) * net.STRIDE
        corners = offsets[:, row, column].reshape(4, 2).astype(np.float64) + cell
        family, upright = net.KINDS[kind]
        if not _convex(corners):
            continue
        along = np.roll(corners, -1, axis=0) if upright else corners
        quad = project(canvas.matrix, along)
        strips.append(Strip(to_quad(quad), family, float(heat[kind, row, column])))
    return strips


def _peaks(heat: NDArray[np.float32]) -> list[tuple[int, int, int]]:
    """(kind, row, column) of local maxima over all kinds, best first."""
    best = heat.max(axis=0)
    rows, columns = best.shape
    framed = np.pad(best, 1)
    around = [framed[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    tops = np.argwhere((best >= np.max(around, axis=0)) & (best > FAINTEST))
    order = sorted(tops.tolist(), key=lambda at: -best[at[0], at[1]])
    return [(int(heat[:, y, x].argmax()), y, x) for y, x in order[:PROPOSALS]]


def _refine(image: Image, strips: list[Strip]) -> list[Strip]:
    """Each strip with its corners moved and its family named by the refiner."""
    looked = []
    for strip in strips:
        with suppress(ValueError):
            looked.append((strip, net.strip_canvas(image, strip.quad)))
    if not looked:
        return []
    likely, moves = net.look_at_strips([canvas for _, canvas in looked])
    refined = []
    for (strip, canvas), odds, move in zip(looked, likely, moves, strict=True):
        corners = _REST + move
        if _convex(corners):
            quad = to_quad(project(canvas.matrix, corners))
            family = net.FAMILIES[int((odds[:3] * _FAVOUR).argmax())]
            refined.append(Strip(quad, family, strip.score * float(1 - odds[3])))
    return refined


def _rank(strip: Strip) -> float:
    """Linear codes first, and among them the large: tracking outgrows postal."""
    first = 1.0 if strip.family == "linear" else 0.2
    return first * strip.score**2 * quad_area(strip.quad)


def _distinct(strips: list[Strip]) -> list[Strip]:
    """The strips, best first, without those that repeat a better one."""
    kept: list[Strip] = []
    for strip in sorted(strips, key=_rank, reverse=True):
        box = box_of_quad(strip.quad)
        if all(iou(box, box_of_quad(other.quad)) < SAME for other in kept):
            kept.append(strip)
    return kept
