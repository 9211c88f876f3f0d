"""What the print on a label says about the items of the route, without reading it.

Sort and driver-aid codes, tracking numbers, recipients and streets of the route are
each scored under the recogniser's probabilities for every line of the label; what the
lines say adds up per item.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np

from vapr.geometry import (
    Floats,
    box_of_quad,
    quad_area,
    quad_of_box,
    quad_sides,
    to_quad,
)
from vapr.read.text_book import Entry, Field, TextBook
from vapr.read.text_lines import cut_line, find_lines
from vapr.read.text_net import HEIGHT, Plane, TextNets, text_nets
from vapr.read.text_scale import text_scale
from vapr.read.text_score import relate, score_strings
from vapr.route import Route
from vapr.types import Box, Evidence, Image, Item, Quad

LEGIBLE: Final[dict[Field, tuple[float, float]]] = {
    "sort": (0.0, 0.0),
    "number": (0.0, 0.0),
    "name": (70.0, 170.0),
    "address": (70.0, 170.0),
    "tracking": (90.0, 220.0),
}
"""Short side of a label, px, from which its print of a field may be read, and is."""
SHOWN: Final = 0.5
"""How often a label shows a field and its line is found, where it is legible."""
SHOWN_ON_STICKER: Final[dict[Field, float]] = {"sort": 0.8, "number": 0.8}
"""How often a driver-aid sticker does."""
SHARED: Final[tuple[Field, ...]] = ("sort", "name", "address")
MOST_SHARED: Final = 5.0
"""Nats of what several parcels have in common: a further one may be on no route. It
never decides by itself."""
TRUST: Final = 0.8
"""The recogniser is surer than it is right: its log-probabilities count this much."""
VOTERS: Final = 3
"""Of the largest lines, to tell which way up they are."""
SMALLEST_LABEL, SMALLEST_STICKER = 48.0, 18.0
"""Px, root of the area, below which even the largest print cannot be read."""
SAYS_LITTLE: Final = 0.5
MISLED: Final = 0.3
"""How often what was seen is another label's, or misread, all the same."""
MAX_RATIOS: Final = 16
AROUND: Final = 0.1
"""Of a label's length, cut from the picture around it."""


def label_text(image: Image, quad: Quad, route: Route) -> Evidence | None:
    """What the print on a label says of the route's items.

    Args:
        image: BGR uint8 (H, W, 3).
        quad: the label's corners, px, in any turn.
        route: the route whose items compete.

    Returns:
        None where nothing can be told, or text cannot be read (no extra `[ocr]`).
    """
    if quad_area(quad) < SMALLEST_LABEL**2:
        return None
    return _evidence(image, quad, route, shown_on_label(min(quad_sides(quad))))


def sticker_text(image: Image, box: Box, route: Route) -> Evidence | None:
    """The same of a driver-aid sticker known by the box around it: its sort code."""
    quad = quad_of_box(box)
    if quad_area(quad) < SMALLEST_STICKER**2:
        return None
    return _evidence(image, quad, route, SHOWN_ON_STICKER, "sticker")


def shown_on_label(short_px: float) -> dict[Field, float]:
    """How likely a label of that short side shows each field legibly."""
    return {
        field: SHOWN
        * float(np.clip((short_px - none) / max(full - none, 1.0), 0.05, 1))
        for field, (none, full) in LEGIBLE.items()
    }


def _evidence(
    image: Image,
    quad: Quad,
    route: Route,
    shown: Mapping[Field, float],
    kind: str = "label",
) -> Evidence | None:
    nets = text_nets()
    book = TextBook.of(route)
    if nets is None or not any(entry.field in shown for entry in book.entries):
        return None
    patch = _patch(image, quad)
    if patch is None:
        return None
    lines = read_lines(*patch, nets)
    raw = weigh_lines(lines, nets.characters, book, shown)
    return to_evidence(raw, route.items, quad, kind)


def _patch(image: Image, quad: Quad) -> tuple[Image, Quad] | None:
    """The grey part of a picture about a quad, and the quad in it."""
    x1, y1, x2, y2 = box_of_quad(quad)
    around = AROUND * max(x2 - x1, y2 - y1)
    left, top = (max(int(v - around), 0) for v in (x1, y1))
    part = image[
        top : max(int(y2 + around) + 1, 0), left : max(int(x2 + around) + 1, 0)
    ]
    if min(part.shape[:2]) < SMALLEST_STICKER / 2:
        return None
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), np.uint8)
    return grey, to_quad(np.asarray(quad) - (left, top))


def to_evidence(
    raw: Floats, items: Sequence[Item], quad: Quad, kind: str = "label"
) -> Evidence | None:
    """Raw ratios (items,) as evidence on the common scale; None if they say little.

    Items that share what was seen share its ratio. The evidence names a sort code,
    never a recipient.
    """
    scale = text_scale(kind)
    order = np.argsort(-raw, kind="stable")[: MAX_RATIOS + 1].tolist()
    top = scale.llr(float(raw.max(initial=0.0)))
    # of the items whose strings were not seen: the less, the more was seen
    floor = max(float(np.log(MISLED)), -max(top, 0.0) / 4)
    llrs = [max(scale.llr(float(raw[i])), floor) for i in order]
    # what more items share than can be listed is said of none of them
    shared = llrs.pop() - floor if len(llrs) > MAX_RATIOS else 0.0
    if not llrs or llrs[0] - shared < SAYS_LITTLE:
        return None
    ratios = [(items[i].key, llr - shared) for i, llr in zip(order, llrs, strict=False)]
    code = items[order[0]].sort_code or None
    return Evidence(
        kind="text", text=code, quad=quad, ratios=tuple(ratios), floor=floor
    )


def read_lines(grey: Image, quad: Quad, nets: TextNets) -> list[Plane]:
    """The recogniser's probabilities of each line of a label, which way up it may be.

    Args:
        grey: the picture, uint8 (H, W).
        quad: corners of the label or sticker, px, in any turn.
        nets: the networks.
    """
    lines = find_lines(grey, quad, nets)
    cut = [cut_line(grey, line, HEIGHT) for line in lines]
    pixels = [line for line in cut if line is not None]
    if not pixels:
        return []
    ahead = nets.read(pixels[:VOTERS])
    back = nets.read([_turned(line) for line in pixels[:VOTERS]])
    if sum(map(_clearness, back)) > sum(map(_clearness, ahead)):
        return back + nets.read([_turned(line) for line in pixels[VOTERS:]])
    return ahead + nets.read(pixels[VOTERS:])


def _turned(line: Image) -> Image:
    return np.ascontiguousarray(line[::-1, ::-1])


def _clearness(odds: Plane) -> float:
    """Characters a line shows, each by how sure it is."""
    return float((odds.max(axis=1) ** 2)[odds.argmax(axis=1) > 0].sum())


def weigh_lines(
    lines: Sequence[Plane],
    alphabet: tuple[str, ...],
    book: TextBook,
    shown: Mapping[Field, float],
) -> Floats:
    """What lines say of each item against none of them: log ratios (items,), raw.

    A field's string may stand on any of the lines, or on none that was found.

    Args:
        lines: probabilities (steps, alphabet) of each.
        alphabet: the recogniser's characters.
        book: the route's strings.
        shown: how likely each field is shown legibly; the others are not looked for.
    """
    asked = np.array([entry.field in shown for entry in book.entries], bool)
    if not lines or not asked.any():
        return np.zeros(len(book.keys))
    labels = book.labels[asked]
    readings = (relate(line, alphabet, book.characters) for line in lines)
    scores = np.stack([score_strings(reading, labels) for reading in readings])
    entries = [entry for entry in book.entries if entry.field in shown]
    nats = np.array([entry.nats for entry in entries])
    ratios = np.exp(np.minimum(TRUST * scores, 0.0) + nats).mean(axis=0)
    best = _best_of_fields(entries, ratios, len(book.keys))
    return add_fields({f: np.log(1 - shown[f] + shown[f] * best[f]) for f in best})


def _best_of_fields(
    entries: Sequence[Entry], ratios: Floats, items: int
) -> dict[Field, Floats]:
    """The largest ratio (items,) of each item's strings of a field."""
    best: dict[Field, Floats] = {}
    for entry, ratio in zip(entries, ratios.tolist(), strict=True):
        row = best.setdefault(entry.field, np.zeros(items))
        for item in entry.items:
            row[item] = max(row[item], ratio)
    return best


def add_fields(told: Mapping[Field, Floats]) -> Floats:
    """Log ratios of fields together; what parcels share counts up to `MOST_SHARED`."""
    shared = sum((told[field] for field in SHARED if field in told), start=np.zeros(1))
    own = sum((told[f] for f in told if f not in SHARED), start=np.zeros(1))
    return np.asarray(np.minimum(shared, MOST_SHARED) + own, np.float64)
