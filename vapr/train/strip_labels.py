"""Made labels with known bar strips: what the strip network is trained on.

A sheet is a label at printer resolution (about 8 dots per mm) in random layouts: bar
strips of several symbologies and sizes, matrix codes, PDF417, text, rules, filled
headers. train/strip_camera.py photographs it. No carrier's label is copied, and none
of the pictures the project is judged on.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Floats = NDArray[np.float64]
Cell = tuple[int, int, int, int]  # x, y, width, height in dots

LINEAR = (
    ("Code128", 12, True),
    ("Code128", 22, True),
    ("Code128", 30, True),
    ("Code128", 12, False),
    ("Code128", 18, False),
    ("Code128", 8, True),
    ("ITF", 14, True),
    ("Code39", 11, False),
    ("Codabar", 12, True),
)
MATRIX = ("QRCode", "DataMatrix", "Aztec", "MaxiCode")
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Mark:
    """A code on a sheet: corner 0 -> 1 runs along the code's own axis."""

    family: str  # "linear", "pdf417", "matrix"; "text" is there to be told apart
    quad: Floats  # (4, 2) dots
    main: bool = False


@dataclass
class Sheet:
    """A label before it is photographed: 0 is ink, 255 is paper."""

    paper: Gray
    marks: list[Mark] = field(default_factory=list)


class Stock:
    """Patterns and pieces of text made once: drawing them anew would cost most."""

    def __init__(self, seed: int, count: int = 300) -> None:
        rng = np.random.default_rng(seed)
        self.linear = [_linear_pattern(rng) for _ in range(count)]
        self.matrix = [_matrix_pattern(rng) for _ in range(count // 3)]
        self.pdf417 = [_pdf417_pattern(rng) for _ in range(count // 6)]
        self.text = [_text_piece(rng) for _ in range(count)]


def _payload(rng: np.random.Generator, length: int, digits: bool) -> str:
    letters = DIGITS if digits else DIGITS * 2 + LETTERS
    return "".join(rng.choice(list(letters), length))


def _pattern(kind: str, text: str) -> Gray:
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    image = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    return np.array(image, np.uint8)


def _linear_pattern(rng: np.random.Generator) -> Gray:
    kind, length, digits = LINEAR[rng.integers(len(LINEAR))]
    text = _payload(rng, length, digits)
    if kind == "Codabar":
        text = f"A{text}B"
    return _gray(_pattern(kind, text)[0])


def _matrix_pattern(rng: np.random.Generator) -> Gray:
    kind = MATRIX[rng.integers(len(MATRIX))]
    return _pattern(kind, _payload(rng, int(rng.integers(10, 60)), False))


def _pdf417_pattern(rng: np.random.Generator) -> Gray:
    return _pattern("PDF417", _payload(rng, int(rng.integers(20, 160)), False))


def _text_piece(rng: np.random.Generator) -> Gray:
    """One line of text as a tight ink mask, 40 px high, of any weight and script."""
    words = [_payload(rng, int(rng.integers(2, 11)), bool(rng.random() < 0.3))]
    words += [_payload(rng, int(rng.integers(2, 9)), False) for _ in range(3)]
    text = " ".join(words[: int(rng.integers(1, 5))])
    face, weight = cv2.FontFace("sans"), int(rng.integers(100, 900)) << 16
    if rng.random() < 0.5:
        text = text[:1] + text[1:].lower()
    if rng.random() < 0.2:
        face = cv2.FontFace("uni")
        text = "".join(chr(int(c)) for c in rng.integers(0x4E00, 0x8000, len(text)))
    elif rng.random() < 0.15:
        face = cv2.FontFace("italic")
    ink = np.full((90, 60 * len(text) + 40), 255, np.uint8)
    cv2.putText(ink, text, (10, 60), 0, face, 40, weight)
    ys, xs = np.nonzero(ink < 128)
    if len(ys) == 0:
        return _text_piece(rng)
    piece = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = int(piece.shape[1] * 40 / piece.shape[0] * rng.uniform(0.6, 1.1))
    return _gray(cv2.resize(piece, (max(width, 8), 40), interpolation=cv2.INTER_AREA))


def _gray(pixels: object) -> Gray:
    return np.asarray(pixels, np.uint8)


# Pieces -----------------------------------------------------------------------


def draw_text(sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock) -> None:
    """Lines of text, from fine print to one bold code that fills the cell."""
    x, y, w, h = cell
    lines = 1 if rng.random() < 0.35 else int(rng.integers(2, 8))
    height = min(int(h / (1.35 * lines)), int(rng.uniform(14, 120)))
    if height < 8:
        return
    for row in range(lines):
        piece = stock.text[rng.integers(len(stock.text))]
        width = min(int(piece.shape[1] * height / 40), w)
        top = y + int(row * 1.35 * height)
        if width < 8 or top + height > y + h:
            return
        line = cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA)
        area = sheet.paper[top : top + height, x : x + width]
        np.minimum(area, line, out=area)
        if width > 2 * height:
            sheet.marks.append(Mark("text", _along((x, top, width, height), False)))


def draw_filled(
    sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock
) -> None:
    """A filled header or box with white text in it."""
    x, y, w, h = cell
    area = sheet.paper[y : y + h, x : x + w]
    draw_text(sheet, rng, (x + w // 20, y + h // 6, w * 9 // 10, h * 2 // 3), stock)
    shade = int(rng.integers(0, 150))
    area[:] = shade + ((255 - area) * (255.0 - shade) / 255).astype(np.uint8)


def draw_logo(sheet: Sheet, rng: np.random.Generator, cell: Cell) -> None:
    """A frame, disc or wedge."""
    x, y, w, h = cell
    kind, tone = rng.integers(3), int(rng.integers(0, 120))
    if kind == 0:
        width = int(rng.integers(2, 9))
        cv2.rectangle(sheet.paper, (x, y), (x + w - 1, y + h - 1), tone, width)
    elif kind == 1:
        center = (x + w // 2, y + h // 2)
        cv2.circle(sheet.paper, center, min(w, h) // 2, tone, -1)
    else:
        points = np.column_stack([x + rng.random(4) * w, y + rng.random(4) * h])
        cv2.fillConvexPoly(sheet.paper, points.astype(np.int32), tone)


def _along(cell: Cell, upright: bool) -> Floats:
    """A rectangle's corners with the first edge along x, or along y if `upright`."""
    x, y, w, h = cell
    corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)
    return np.roll(corners, -1, axis=0) if upright else corners


def _stretch(
    pattern: Gray, dots: int, rng: np.random.Generator, whole: float = 0.75
) -> Gray:
    """A module row at about `dots` wide: whole dots per module most of the time."""
    scale = dots / len(pattern)
    if scale >= 1.5 and rng.random() < whole:
        return _gray(np.repeat(pattern, int(scale)))
    index = (np.arange(dots) / scale).astype(int).clip(0, len(pattern) - 1)
    return _gray(pattern[index])


def draw_linear(
    sheet: Sheet,
    rng: np.random.Generator,
    cell: Cell,
    stock: Stock,
    main: bool = False,
) -> None:
    """A linear code, with rules and its text about it as carriers print them."""
    x, y, w, h = cell
    upright = h > w and not main
    length, across = (h, w) if upright else (w, h)
    share = rng.uniform(0.85, 1.0) if rng.random() < 0.4 else rng.uniform(0.45, 0.95)
    modules = stock.linear[rng.integers(len(stock.linear))]
    row = _stretch(modules, int(length * share), rng)
    thick = int(across * rng.uniform(0.45, 0.95))
    if len(row) < 60 or thick < 12 or len(row) > length:
        return
    place = rng.choice([0.0, 0.5, 0.5, 0.5, rng.random()])
    start = int(place * (length - len(row)))
    top = int(rng.choice([0.0, 0.5, rng.random()]) * (across - thick))
    if upright:
        sheet.paper[y + start : y + start + len(row), x + top : x + top + thick] = row[
            :, None
        ]
        spot = (x + top, y + start, thick, len(row))
    else:
        sheet.paper[y + top : y + top + thick, x + start : x + start + len(row)] = row
        spot = (x + start, y + top, len(row), thick)
        _dress(sheet, rng, cell, spot, stock)
    sheet.marks.append(Mark("linear", _along(spot, upright), main))


def _dress(
    sheet: Sheet, rng: np.random.Generator, cell: Cell, spot: Cell, stock: Stock
) -> None:
    """The number above and below a strip, and thick rules around it."""
    x, y, w, h = cell
    sx, sy, sw, sh = spot
    gap = int(rng.integers(2, 14))
    below, above = y + h - (sy + sh) - gap, sy - y - gap
    inset = int(rng.uniform(0, 0.4) * sw)
    if below > 12 and rng.random() < 0.75:
        size = min(below, int(rng.integers(14, 40)))
        room = (sx + inset, sy + sh + gap, sw - inset, min(size * 2, below))
        draw_text(sheet, rng, room, stock)
    if above > 12 and rng.random() < 0.5:
        size = min(above, int(rng.integers(14, 40)))
        draw_text(sheet, rng, (sx + inset, sy - gap - size, sw - inset, size), stock)
    if rng.random() < 0.4:
        width = int(rng.integers(3, 14))
        for line in (y, y + h - width):
            if line + width < sy - 2 or line > sy + sh + 2:
                sheet.paper[line : line + width, x : x + w] = 0


def draw_matrix(
    sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock
) -> None:
    """A square code."""
    x, y, w, h = cell
    pattern = stock.matrix[rng.integers(len(stock.matrix))]
    side = int(min(w, h) * rng.uniform(0.7, 1.0))
    if side < 40:
        return
    height = int(side * pattern.shape[0] / pattern.shape[1])
    left = x + int(rng.choice([0.0, 1.0, rng.random()]) * (w - side))
    top = y + int(rng.random() * max(h - height, 0))
    code = cv2.resize(pattern, (side, height), interpolation=cv2.INTER_NEAREST)
    area = sheet.paper[top : top + height, left : left + side]
    area[:] = code[: area.shape[0], : area.shape[1]]
    sheet.marks.append(Mark("matrix", _along((left, top, side, height), False)))


def draw_pdf417(
    sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock
) -> None:
    """A stacked code; its axis is that of its rows."""
    x, y, w, h = cell
    pattern = stock.pdf417[rng.integers(len(stock.pdf417))]
    width = int(w * rng.uniform(0.6, 1.0))
    height = min(int(width * rng.uniform(0.15, 0.5)), h)
    if width < 150 or height < 40:
        return
    left = x + int(rng.choice([0.0, 0.5, rng.random()]) * (w - width))
    top = y + int(rng.random() * (h - height))
    code = cv2.resize(pattern, (width, height), interpolation=cv2.INTER_NEAREST)
    sheet.paper[top : top + height, left : left + width] = code
    sheet.marks.append(Mark("pdf417", _along((left, top, width, height), False)))


# Sheets -----------------------------------------------------------------------


def _fill(sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock) -> None:
    """One cell with one piece; what fits follows from its shape."""
    w, h = cell[2:]
    wide, tall = w > 2.2 * h, h > 1.6 * w
    draw = rng.random() if rng.random() < 0.65 else rng.uniform(0.35, 1)
    if (tall and draw < 0.3) or (wide and draw < 0.16):
        draw_linear(sheet, rng, cell, stock)
    elif wide and h > 60 and draw < 0.34:
        draw_pdf417(sheet, rng, cell, stock)
    elif not wide and draw < 0.35:
        draw_matrix(sheet, rng, cell, stock)
    elif draw < 0.46:
        draw_filled(sheet, rng, cell, stock)
    elif draw < 0.52:
        draw_logo(sheet, rng, cell)
    elif draw < 0.92:
        draw_text(sheet, rng, cell, stock)


def _columns(rng: np.random.Generator, cell: Cell, most: int = 3) -> list[Cell]:
    x, y, w, h = cell
    count = int(rng.integers(1, most + 1))
    cuts = np.sort(rng.uniform(0.15, 0.85, count - 1)) * w
    edges = np.concatenate([[0], cuts, [w]]).astype(int)
    pad = int(rng.integers(4, 24))
    cells = []
    for a, b in pairwise(edges.tolist()):
        if b - a > 60:
            cells.append((x + int(a) + pad // 2, y, int(b - a) - pad, h))
    return cells


def _rows(rng: np.random.Generator, height: int) -> list[tuple[int, int]]:
    """(top, height) of the rows a sheet is stacked from."""
    rows, y = [], int(rng.integers(6, 40))
    while y < height - 50:
        size = int(min(rng.lognormal(np.log(0.11 * height + 20), 0.5), 0.4 * height))
        size = min(max(size, 30), height - 12 - y)
        rows.append((y, size))
        y += size + int(rng.integers(4, 26))
    return rows


def make_sheet(rng: np.random.Generator, stock: Stock) -> Sheet:
    """A label with a main bar strip and other things about it."""
    width = int(rng.choice([600, 816, 816, 1000, 1218]))
    height = int(width * np.exp(rng.uniform(np.log(0.5), np.log(1.9))))
    sheet = Sheet(np.full((height, width), 255, np.uint8))
    rows = _rows(rng, height)
    main = int(rng.integers(len(rows)))
    grown = int(rng.uniform(0, 0.12) * height)
    rows = [
        (y + grown * (k > main), s + grown * (k == main))
        for k, (y, s) in enumerate(rows)
    ]
    rows = [(y, s) for y, s in rows if y + s < height - 6]
    main = min(main, len(rows) - 1)
    margin = int(rng.integers(6, 60))
    for index, (y, size) in enumerate(rows):
        cell = (margin, y, width - 2 * margin, size)
        if index == main and size > 60 and rng.random() < 0.95:
            _main_row(sheet, rng, cell, stock)
            continue
        for part in _columns(rng, cell):
            _fill(sheet, rng, part, stock)
        if rng.random() < 0.25:
            thick = int(rng.integers(2, 12))
            sheet.paper[y + size : y + size + thick, margin : width - margin] = 0
    if rng.random() < 0.15:
        frame = (4, 4), (width - 5, height - 5)
        cv2.rectangle(sheet.paper, *frame, 0, int(rng.integers(2, 7)))
    return sheet


def _main_row(sheet: Sheet, rng: np.random.Generator, cell: Cell, stock: Stock) -> None:
    """The tracking strip: across the label, or beside something narrow."""
    x, y, w, h = cell
    if rng.random() < 0.25:
        part = int(w * rng.uniform(0.6, 0.85))
        other = (x + part + 12, y, w - part - 12, h)
        if rng.random() < 0.5:
            draw_linear(sheet, rng, (x, y, part, h), stock, main=True)
            _fill(sheet, rng, other, stock)
        else:
            other = (x, y, w - part - 12, h)
            spot = (x + w - part, y, part, h)
            draw_linear(sheet, rng, spot, stock, main=True)
            _fill(sheet, rng, other, stock)
        return
    draw_linear(sheet, rng, cell, stock, main=True)
