"""How far print is told, by the height of its capitals in the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from vapr.calibrate.text import (
    ITEMS,
    STOPS,
    book_of,
    grey_of,
    photograph_print,
    shaken,
)
from vapr.read.text import read_lines, weigh_lines
from vapr.read.text_book import Field, TextBook
from vapr.read.text_net import TextNets
from vapr.synth.ink import Sheet, font_files, load_font
from vapr.synth.manifest import Row, make_route
from vapr.types import Image

HEIGHTS_PX: Final = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 14.0)
PRINTS: Final = ("sort code", "tracking", "recipient")
_SHOWN: Final[dict[str, dict[Field, float]]] = {
    "sort code": {"sort": 0.8, "number": 0.8},
    "tracking": {"tracking": 0.8},
    "recipient": {"name": 0.8},
}
_FONT_PX = 60
_MANY = 10_000  # trials of a seed


@dataclass(frozen=True, slots=True)
class PrintTrial:
    """One line of print: what it is, how high, and what it came to.

    `first` is whether its own item came first of all (items that bear the same tie),
    `raw` its raw ratio and `wrong` that of the best item that bears another.
    """

    kind: str
    height_px: float
    first: bool
    raw: float
    wrong: float


@dataclass(frozen=True, slots=True)
class PrintPoint:
    """What one trial is made of: a line of print of some height."""

    kind: str
    height_px: float
    seed: int

    @property
    def source(self) -> str:
        """The name of its trial."""
        return f"print {self.kind} {self.height_px:g} {self.seed}"


def plan_prints(trials: int, seed: int) -> Iterator[PrintPoint]:
    """`trials` lines of each kind and height."""
    for trial in range(trials):
        for kind in PRINTS:
            for height in HEIGHTS_PX:
                yield PrintPoint(kind, height, _MANY * seed + trial)


def run_print(point: PrintPoint, nets: TextNets, fonts: str = "") -> PrintTrial:
    """One line of print held against 300 items; the same for the same point."""
    kind, height = point.kind, point.height_px
    drawn = [point.seed, PRINTS.index(kind), round(10 * height)]
    rng = np.random.default_rng(drawn)
    rows, book = _route(point.seed // _MANY)
    at = int(rng.integers(len(rows)))
    sheet, capital = _card(_text(rows[at], kind), fonts, rng)
    side = height * sheet.shape[1] / capital
    image, quad = photograph_print(sheet, side, rng)
    lines = read_lines(grey_of(image), shaken(quad, rng), nets)
    told = weigh_lines(lines, nets.characters, book, _SHOWN[kind])
    others = [_text(row, kind) != _text(rows[at], kind) for row in rows]
    wrong = float(told[others].max())
    raw = float(told[at])
    return PrintTrial(kind, height, raw > max(wrong, 0.0), raw, wrong)


@cache
def _route(seed: int) -> tuple[tuple[Row, ...], TextBook]:
    rows = make_route(seed, STOPS, ITEMS)
    return rows, book_of(rows)


def _text(row: Row, kind: str) -> str:
    of_kind = {
        "sort code": row.sort_code,
        "tracking": row.tracking,
        "recipient": row.recipient,
    }
    return of_kind[kind]


def _card(text: str, fonts: str, rng: np.random.Generator) -> tuple[Image, float]:
    """A paper with one line of print; and the height of its capitals, px."""
    files = [f for f in font_files(fonts) if "CJK" not in f and "Arabic" not in f]
    face = files[int(rng.integers(len(files)))] if files else ""
    font = load_font(face, _FONT_PX)
    right = font.getbbox("H" + text)[2]
    sheet = Sheet.blank(int(right + 1.5 * _FONT_PX), int(2.4 * _FONT_PX))
    sheet.text((_FONT_PX * 0.6, _FONT_PX * 0.6), text, font)
    box = font.getbbox("H")
    return sheet.pixels(), float(box[3] - box[1])
