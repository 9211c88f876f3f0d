"""The blocks labels are ruled into: what carriers' labels have in common, drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vapr.synth.ink import Font, Sheet, code_modules, load_font
from vapr.synth.manifest import Row
from vapr.synth.words import (
    CARRIERS,
    FAMILY,
    GIVEN,
    SENDERS,
    SERVICES,
    STREETS,
    TOWNS,
)

Rng = np.random.Generator
Rect = tuple[float, float, float, float]


@dataclass(slots=True)
class Pen:
    """What a block needs: the sheet, the row, the codes still to place, fonts."""

    sheet: Sheet
    row: Row
    rng: Rng
    fonts: tuple[str, str]
    script: tuple[str, tuple[str, ...]]
    left: list[int]
    size: float = 1.0

    def font(self, px: float, bold: bool = False) -> Font:
        """The text face, or the bold one, at a size in pixels."""
        return load_font(self.fonts[int(bold)], max(int(px * self.size), 6))

    def take(self, *roles: str) -> int | None:
        """The index of the next code of one of those roles; None if none is left."""
        for index in self.left:
            if self.row.codes[index].role in roles:
                self.left.remove(index)
                return index
        return None

    def pick(self, words: tuple[str, ...] | list[str]) -> str:
        """One of some words."""
        return words[int(self.rng.integers(len(words)))]


def _lines(pen: Pen, rect: Rect, lines: list[str], px: float, bold: int = -1) -> None:
    x, y = rect[0], rect[1]
    for number, line in enumerate(lines):
        if y + px > rect[3]:
            break
        pen.sheet.text((x, y), line, pen.font(px, number == bold))
        y += px * 1.18


def _inner(rect: Rect, pad: float = 14) -> Rect:
    return rect[0] + pad, rect[1] + pad / 2, rect[2] - pad, rect[3] - pad / 2


def _header(pen: Pen, rect: Rect) -> None:
    """A band with an invented carrier's name; black, coloured or plain."""
    style = int(pen.rng.integers(4))
    colour = tuple(int(v) for v in pen.rng.integers(20, 210, 3))
    fill = ((0, 0, 0), colour, None, (colour[0], 20, 20))[style]
    if fill:
        pen.sheet.box(rect, fill=fill)  # type: ignore[arg-type]
    x1, y1, x2, y2 = _inner(rect)
    ink = 0 if fill is None or (style == 1 and sum(colour) > 450) else 255
    px = (y2 - y1) * 0.6
    width = pen.sheet.text(
        (x1, y1 + px * 0.2), pen.pick(CARRIERS), pen.font(px, True), ink
    )
    if x1 + width + px * 4 < x2:
        at = (x1 + width + px, y1 + px * 0.5)
        pen.sheet.text(at, pen.pick(SERVICES), pen.font(px * 0.6), ink)


def _sender(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    name = f"{pen.pick(GIVEN)} {pen.pick(FAMILY)}"
    street = f"{pen.rng.integers(1, 900)} {pen.pick(STREETS)}"
    town = f"{pen.pick(TOWNS).upper()} {pen.rng.integers(10000, 99999)}"
    px = min((y2 - y1) / 4.6, 26)
    _lines(pen, (x1, y1, x2, y2), [pen.pick(SENDERS), name, street, town], px)
    notes = [f"{pen.rng.integers(1, 60)} LBS", f"{pen.rng.integers(1, 9)} OF 9", "REF"]
    _lines(pen, (x1 + (x2 - x1) * 0.66, y1, x2, y2), notes, px)


def _recipient(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    px = min((y2 - y1) / 4.4, 44)
    row = pen.row
    lines = [row.recipient, row.street, f"{row.town.upper()} {row.postal}"]
    pen.sheet.text(
        (x1, y1), pen.pick(["SHIP TO", "TO:", "An", "Recipient"]), pen.font(px * 0.6)
    )
    face, foreign = pen.script
    if face:
        font = load_font(face, max(int(px), 8))
        for number in range(3):
            at = (x1 + 40, y1 + px * (0.7 + 1.2 * number))
            pen.sheet.text(at, pen.pick(foreign), font)
    else:
        _lines(pen, (x1 + 40, y1 + px * 0.7, x2, y2), lines, px, 0)
    index = pen.take("tracking2d") if pen.rng.random() < 0.6 else None
    if index is not None:
        side = min((y2 - y1) * 0.9, (x2 - x1) * 0.3)
        _place(pen, index, (x2 - side, y1 + 4, x2, y1 + 4 + side))


def _place(pen: Pen, index: int, rect: Rect) -> None:
    code = pen.row.codes[index]
    pen.sheet.code(index, code_modules(code.symbology, code.text), rect)


def _bars(pen: Pen, index: int, rect: Rect) -> None:
    """A linear code at a whole number of pixels per module, as printers do."""
    code = pen.row.codes[index]
    modules = code_modules(code.symbology, code.text)
    room = rect[2] - rect[0]
    widest = max(int(room / modules.shape[1]), 1)
    scale = max(min(int(pen.rng.integers(2, 5)), widest), 1)
    width = min(modules.shape[1] * scale, room)
    x = rect[0] + (room - width) * (0.5 if pen.rng.random() < 0.7 else 0.1)
    _place(pen, index, (x, rect[1], x + width, rect[3]))


def _tracking(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    px = min((y2 - y1) * 0.15, 34)
    number = pen.row.tracking
    if pen.rng.random() < 0.5:
        number = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    above = pen.rng.random() < 0.4
    pen.sheet.text(
        (x1 + 10, y1 if above else y2 - px * 1.2), number, pen.font(px, True)
    )
    top, end = (y1 + px * 1.4, y2 - 4) if above else (y1 + 4, y2 - px * 1.5)
    index = pen.take("tracking")
    if index is not None and end - top > 12:
        _bars(pen, index, (x1 + 6, top, x2 - 6, end))


def _postal(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    index = pen.take("postal")
    if index is None:
        _footer(pen, rect)
        return
    _bars(pen, index, (x1, y1 + 2, x1 + (x2 - x1) * 0.8, y2 - 2))


def _routing(pen: Pen, rect: Rect) -> None:
    """A matrix code at the left, the routing code and a small bar code beside it."""
    x1, y1, x2, y2 = _inner(rect)
    side = y2 - y1
    index = pen.take("maxicode", "tracking2d")
    if index is not None:
        _place(pen, index, (x1, y1, x1 + side, y2))
    zone, depot = pen.rng.integers(1, 999), pen.rng.integers(1, 99)
    text = f"{pen.pick(TOWNS)[:2].upper()} {zone:03d} 9-{depot:02d}"
    pen.sheet.text((x1 + side * 1.15, y1), text, pen.font(side * 0.3, True))
    index = pen.take("postal")
    if index is not None:
        _bars(pen, index, (x1 + side * 1.15, y1 + side * 0.42, x2, y2))


def _sheet(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    index = pen.take("pdf417")
    if index is None:
        _footer(pen, rect)
        return
    _place(pen, index, (x1, y1, x1 + (x2 - x1) * 0.78, y2))
    pen.sheet.text((x2 - 110, y1), pen.row.town[:2].upper(), pen.font(60, True))


def _sort(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    bag, _, _ = pen.row.sort_code.partition(" ")
    px = min((y2 - y1) * 0.62, (x2 - x1) * 0.12)
    station = pen.pick(TOWNS)[:3].upper() + str(pen.rng.integers(1, 9))
    pen.sheet.text((x1, y1 + px * 0.2), station, pen.font(px, True))
    black = pen.rng.random() < 0.5
    left = x1 + (x2 - x1) * 0.52
    low = min(y2 - 4, y1 + px * 1.7)
    pen.sheet.box((left, y1 + 4, x2, low), fill=(0, 0, 0) if black else None, line=4)
    pen.sheet.text(
        (left + 14, y1 + px * 0.25), bag, pen.font(px * 0.85, True), 255 * black
    )


def _bag(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    _, _, number = pen.row.sort_code.partition(" ")
    px = min((y2 - y1) * 0.5, 110)
    pen.sheet.text((x2 - px * 1.9, y1 + px * 0.3), number, pen.font(px, True))
    _lines(pen, (x1, y1, x2, y2), ["CYCLE 2", f"LPN {pen.rng.integers(10**8)}"], 22)


def _matrix(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    index = pen.take("tracking2d", "maxicode")
    if index is None:
        _sort(pen, rect)
        return
    side = min(x2 - x1, y2 - y1)
    _place(pen, index, (x1, y1, x1 + side, y1 + side))


def _indicia(pen: Pen, rect: Rect) -> None:
    """A great letter in a box at the left, a postage box at the right."""
    x1, y1, x2, y2 = _inner(rect)
    side = y2 - y1
    pen.sheet.box((x1, y1, x1 + side, y2), line=4)
    letter = "PFEGM"[int(pen.rng.integers(5))]
    pen.sheet.text(
        (x1 + side * 0.2, y1 + side * 0.05), letter, pen.font(side * 0.8, True)
    )
    pen.sheet.box((x2 - side * 1.6, y1, x2, y2), line=2)
    note = [
        "POSTAGE PAID",
        f"{pen.rng.integers(1, 70)} OZ",
        f"PERMIT {pen.rng.integers(999)}",
    ]
    _lines(pen, (x2 - side * 1.5, y1 + 8, x2, y2), note, side * 0.2)


def _service(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    px = min((y2 - y1) * 0.75, 64)
    text = f"{pen.pick(CARRIERS)} {pen.pick(SERVICES)}"
    pen.sheet.text((x1 + (x2 - x1) * 0.1, y1), text, pen.font(px, True))


def _footer(pen: Pen, rect: Rect) -> None:
    x1, y1, x2, y2 = _inner(rect)
    bag, _, number = pen.row.sort_code.partition(" ")
    px = min((y2 - y1) * 0.3, 24)
    weight, day = pen.rng.uniform(0.2, 30), pen.rng.integers(1, 28)
    note = f"{weight:.1f} kg  {day}.11.2026"
    _lines(pen, (x1, y1, x2, y2), [note, f"Ref {pen.rng.integers(10**7)}"], px)
    big = min((y2 - y1) * 0.8, 80)
    pen.sheet.text((x2 - big * 2.2, y1), number or bag, pen.font(big, True))


BLOCKS: dict[str, Callable[[Pen, Rect], None]] = {
    "header": _header,
    "sender": _sender,
    "recipient": _recipient,
    "tracking": _tracking,
    "postal": _postal,
    "routing": _routing,
    "sheet": _sheet,
    "sort": _sort,
    "bag": _bag,
    "matrix": _matrix,
    "indicia": _indicia,
    "service": _service,
    "footer": _footer,
}
"""The blocks a layout may name, each drawn into a rectangle of the sheet."""
