"""The scale of text, from made labels; and how far print is told, by its height.

Labels are drawn and photographed by `vapr.synth`, whose sensor this is, at any turn and
up to 45° aslant, and held against routes of 300 made items: their own, others, and
their own with the item changed to a parcel much like it that is not on the route.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from vapr.geometry import (
    box_of_quad,
    homography,
    quad_of_box,
    quad_sides,
    to_quad,
)
from vapr.read.text import SHOWN_ON_STICKER, read_lines, shown_on_label, weigh_lines
from vapr.read.text_book import Field, TextBook
from vapr.read.text_net import Plane, TextNets
from vapr.read.text_scale import TextScale
from vapr.synth.flat import map_for_cv2, sheet_aslant
from vapr.synth.label import make_label
from vapr.synth.layouts import LAYOUTS
from vapr.synth.manifest import Row, make_route
from vapr.synth.sensor import develop, make_sensor
from vapr.synth.stickers import aid_sticker
from vapr.types import Image, Item, Quad

ITEMS, STOPS = 300, 110
PER_ROUTE = 40  # labels of one route, before the next is made
OFF = 0.02  # share of its side by which a label's corners are off
KINDS = ("label", "sticker")
SIDES_PX = (60.0, 210.0)  # of made labels' first side
STICKER_PX = (25.0, 120.0)
CAUTION = 1.0  # nats kept back for what made labels do not show
CAP = 10.0
PARTS = {"absent": 0.5, "sibling": 0.25, "near": 0.25}  # of what is not on the route
EXTREME = 2  # of each, the largest
TELLING = 3.0  # raw ratio from which the claim matters
_SUB = 4  # rays per pixel and axis
_MARGIN = 14  # px of surroundings
_GAMMA = 2.2

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class TextTrial:
    """What one label's or sticker's print came to, raw: `true` for its own item.

    `wrong` is the best other item of its route, `absent` the best of a route it is not
    on; `sibling` is for a parcel alike but for its numbers (same recipient, same round)
    and `near` for one whose numbers differ in a digit each.
    """

    side_px: float
    true: float
    wrong: float
    absent: float
    sibling: float
    near: float


def fit_text_scale(trials: Sequence[TextTrial], seed: int) -> TextScale:
    """The steepest slope up to 1 under which absent print keeps to the scale.

    No more than exp(-x) of what is not on the route may say x or more: half of it of
    other routes, for the best of all items; a quarter each siblings and neighbours, for
    the item they are like. How rare the `EXTREME` largest of each are cannot be told.
    """
    raw, share = [], []
    for kind, part in PARTS.items():
        values = np.sort([getattr(trial, kind) for trial in trials])[:-EXTREME]
        raw.append(values)
        share.append(np.full(len(values), part / max(len(trials), 1)))
    pooled, shares = np.concatenate(raw), np.concatenate(share)
    order = np.argsort(-pooled)
    best, rare = pooled[order], -np.log(np.cumsum(shares[order]) + _unseen(trials))
    telling = best > TELLING
    limits = (CAUTION + rare[telling]) / best[telling]
    slope = min(1.0, float(limits.min())) if telling.any() else 1.0
    return TextScale(round(slope, 3), CAUTION, CAP, seed, len(trials))


def _unseen(trials: Sequence[TextTrial]) -> float:
    """The share of the extremes left out, as they may exceed whatever is kept."""
    return EXTREME * sum(PARTS.values()) / max(len(trials), 1)


def run_text_trials(
    nets: TextNets, seed: int, count: int, fonts: str = "", kind: str = "label"
) -> Iterator[TextTrial]:
    """Trials of a kind ("label", "sticker") one by one, deterministic by `seed`."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    take = _label_lines if kind == "label" else _sticker_lines
    rows: tuple[Row, ...] = ()
    other = TextBook.build(())
    for index in range(count):
        if index % PER_ROUTE == 0:
            rows = make_route(seed * 1000 + index, STOPS, ITEMS)
            other = book_of(make_route(seed * 1000 + index + 1, STOPS, ITEMS))
        at = int(rng.integers(len(rows)))
        taken = take(rows[at], nets, rng, fonts)
        told = partial(weigh_lines, taken.lines, nets.characters, shown=taken.shown)
        own = told(book=book_of(rows))
        changed = [_swapped(rows, at, f(rows[at], rng)) for f in (_sibling, _near)]
        alike = [float(told(book=book_of(each))[at]) for each in changed]
        wrong = float(np.delete(own, at).max())
        absent = float(told(book=other).max())
        yield TextTrial(taken.side_px, float(own[at]), wrong, absent, *alike)


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """A photographed print: its first side, its lines, the fields it may show."""

    side_px: float
    lines: Sequence[Plane]
    shown: Mapping[Field, float]


def _label_lines(row: Row, nets: TextNets, rng: Rng, fonts: str) -> _Taken:
    layout = LAYOUTS[int(rng.integers(len(LAYOUTS)))]
    label = make_label(row, layout, int(rng.integers(1 << 30)), fonts)
    side = float(np.exp(rng.uniform(*np.log(SIDES_PX))))
    image, quad = photograph_print(label.pixels, side, rng)
    lines = read_lines(grey_of(image), shaken(quad, rng), nets)
    return _Taken(side, lines, shown_on_label(min(quad_sides(quad))))


def _sticker_lines(row: Row, nets: TextNets, rng: Rng, fonts: str) -> _Taken:
    """A driver-aid sticker, known by the box around it."""
    side = float(np.exp(rng.uniform(*np.log(STICKER_PX))))
    image, quad = photograph_print(aid_sticker(row.sort_code, rng, fonts), side, rng)
    moved = np.array(box_of_quad(quad)) + rng.uniform(-OFF, OFF, 4) * side
    x1, y1, x2, y2 = moved.tolist()
    lines = read_lines(grey_of(image), quad_of_box((x1, y1, x2, y2)), nets)
    return _Taken(side, lines, SHOWN_ON_STICKER)


def book_of(rows: Sequence[Row]) -> TextBook:
    """The strings of a made route."""
    return TextBook.build(item_of(row) for row in rows)


def item_of(row: Row) -> Item:
    """A made row as the route's item."""
    return Item(
        row.tracking,
        row.stop,
        row.tracking,
        recipient=row.recipient,
        address=f"{row.street}, {row.town} {row.postal}",
        sort_code=row.sort_code,
    )


def _swapped(rows: Sequence[Row], at: int, row: Row) -> tuple[Row, ...]:
    return (*rows[:at], row, *rows[at + 1 :])


def _sibling(row: Row, rng: Rng) -> Row:
    """Another parcel for the same person, in the same bag."""
    bag, _, _ = row.sort_code.partition(" ")
    serial = f"{rng.integers(10**6):06d}"
    return replace(
        row,
        tracking=row.tracking[:-6] + serial,
        sort_code=f"{bag} {rng.integers(1, 1000):03d}",
    )


def _near(row: Row, rng: Rng) -> Row:
    """Another person's parcel whose numbers differ in one digit each."""
    return replace(
        row,
        tracking=_digit_changed(row.tracking, rng),
        sort_code=_digit_changed(row.sort_code, rng),
        recipient="-",
        street="-",
        town="-",
        postal="",
    )


def _digit_changed(text: str, rng: Rng) -> str:
    """One of the last three digits is another."""
    at = [i for i, c in enumerate(text) if c.isdigit()][-1 - int(rng.integers(3))]
    other = (int(text[at]) + int(rng.integers(1, 10))) % 10
    return f"{text[:at]}{other}{text[at + 1 :]}"


def shaken(quad: Quad, rng: Rng) -> Quad:
    """Corners as a detector finds them: a little off, from any of the four on."""
    reach = OFF * float(np.sqrt(np.prod(quad_sides(quad))))
    moved = np.asarray(quad) + rng.uniform(-reach, reach, (4, 2))
    return to_quad(np.roll(moved, int(rng.integers(4)), axis=0))


def photograph_print(sheet: Image, side_px: float, rng: Rng) -> tuple[Image, Quad]:
    """A printed sheet seen from anywhere in front of it, its first side of a length.

    Pixels integrate over their area; noise, curve and compression are the sensor's.

    Args:
        sheet: BGR uint8.
        side_px: mean length of its upper and lower side in the picture.
        rng: of the view, the light and the sensor.

    Returns:
        The picture and the sheet's corners.
    """
    height, width = sheet.shape[:2]
    seen = sheet_aslant(width, height, rng)
    seen *= side_px / quad_sides(to_quad(seen))[0]
    seen += _MARGIN - seen.min(axis=0) + rng.uniform(0, 1, 2)
    columns, rows = np.ceil(seen.max(axis=0) + _MARGIN).astype(int).tolist()
    shrink = min(1.0, 2 * _SUB * side_px / width)
    small = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    low, across = small.shape[:2]
    corners = to_quad([(0, 0), (across, 0), (across, low), (0, low)])
    ground = rng.uniform(0.03, 0.5) * rng.uniform(0.6, 1, 3)
    rays = cv2.warpPerspective(
        (small.astype(np.float32) / 255) ** _GAMMA,
        map_for_cv2(homography(corners, to_quad(seen * _SUB))),
        (columns * _SUB, rows * _SUB),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(*ground.tolist(), 0.0),
    )
    light = cv2.resize(rays, (columns, rows), interpolation=cv2.INTER_AREA)
    seed = int(rng.integers(1 << 30))
    sensor = make_sensor(seed, ("day", "dome", "head")[seed % 3])
    picture = develop(np.asarray(light, np.float32), sensor, seed)
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, sensor.jpeg])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8), to_quad(seen)


def grey_of(image: Image) -> Image:
    """A picture without its colours."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
