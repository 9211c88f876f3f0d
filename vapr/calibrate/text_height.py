"""How far print is told, by the height of its capitals in the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from vapr.read.text_book import Field
from vapr.read.text_net import TextNets
from vapr.synth.ink import Sheet, font_files, load_font
from vapr.synth.manifest import Row, make_route
from vapr.types import Image

HEIGHTS_PX: Final = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
PRINTS: Final = ("sort code", "tracking", "recipient")
_SHOWN: Final[dict[str, dict[Field, float]]] = {
    "sort code": {"sort": 0.8, "number": 0.8},
    "tracking": {"tracking": 0.8},
    "recipient": {"name": 0.8},
}
_FONT_PX = 60


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


def run_print_trials(
    nets: TextNets, seed: int, count: int, fonts: str = ""
) -> Iterator[PrintTrial]:
    """`count` lines of each kind and height, over 300 items; deterministic by seed."""
    rng = np.random.default_rng([seed, 2])
    rows = make_route(seed, STOPS, ITEMS)
    book = book_of(rows)
    for kind in PRINTS:
        for height in HEIGHTS_PX:
            for _ in range(count):
                at = int(rng.integers(len(rows)))
                sheet, capital = _card(_text(rows[at], kind), fonts, rng)
                side = height * sheet.shape[1] / capital
                image, quad = photograph_print(sheet, side, rng)
                lines = read_lines(grey_of(image), shaken(quad, rng), nets)
                told = weigh_lines(lines, nets.characters, book, _SHOWN[kind])
                others = [_text(r, kind) != _text(rows[at], kind) for r in rows]
                wrong = float(told[others].max())
                raw = float(told[at])
                yield PrintTrial(kind, height, raw > max(wrong, 0.0), raw, wrong)


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
