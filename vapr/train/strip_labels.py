"""Made labels with known bar strips: what the strip network is trained on.

A sheet is a label at printer resolution (about 8 dots per mm) in random layouts: bar
strips of several symbologies and sizes, matrix codes, PDF417, text, rules, filled
headers. `photograph` turns it into the small grey picture a van camera would give.
Neither copies any carrier's label, nor the pictures the project is judged on.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

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

    family: str  # "linear", "pdf417" or "matrix"
    quad: Floats  # (4, 2) dots
    main: bool = False


@dataclass
class Sheet:
    """A label before it is photographed: 0 is ink, 255 is paper."""

    paper: Gray
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Shot:
    """A small grey picture of one label and where its codes lie, px."""

    picture: Gray
    label: Floats  # (4, 2)
    marks: tuple[Mark, ...]


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
    return _pattern(kind, text)[0]


def _matrix_pattern(rng: np.random.Generator) -> Gray:
    kind = MATRIX[rng.integers(len(MATRIX))]
    return _pattern(kind, _payload(rng, int(rng.integers(10, 60)), False))


def _pdf417_pattern(rng: np.random.Generator) -> Gray:
    return _pattern("PDF417", _payload(rng, int(rng.integers(20, 160)), False))


def _text_piece(rng: np.random.Generator) -> Gray:
    """One line of text as a tight ink mask, 40 px high."""
    words = [_payload(rng, int(rng.integers(2, 11)), bool(rng.random() < 0.3))]
    words += [_payload(rng, int(rng.integers(2, 9)), False) for _ in range(3)]
    text = " ".join(words[: int(rng.integers(1, 5))])
    if rng.random() < 0.5:
        text = text[:1] + text[1:].lower()
    font = ImageFont.load_default(34)
    canvas = PilImage.new("L", (30 * len(text) + 60, 60), 255)
    draw = ImageDraw.Draw(canvas)
    draw.text((10, 8), text, 0, font, stroke_width=int(rng.integers(0, 3)))
    if rng.random() < 0.2:  # dense scripts: several strokes in one square
        draw.text((16, 8), text[::-1], 0, font)
    ink = np.asarray(canvas)
    ys, xs = np.nonzero(ink < 128)
    piece = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = int(piece.shape[1] * 40 / piece.shape[0] * rng.uniform(0.6, 1.15))
    return cv2.resize(piece, (max(width, 8), 40), interpolation=cv2.INTER_AREA)


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
        return np.repeat(pattern, int(scale))
    index = (np.arange(dots) / scale).astype(int).clip(0, len(pattern) - 1)
    return pattern[index]


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


# Camera -----------------------------------------------------------------------


def _view(rng: np.random.Generator, size: tuple[int, int], long_px: float) -> Floats:
    """Corners (4, 2) of a sheet of `size` (w, h) seen askew, centred on 0."""
    w, h = size
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float64)
    corners /= 2 * max(w, h)
    tilt = np.deg2rad(rng.choice([rng.uniform(0, 25), rng.uniform(0, 65)]))
    axis = rng.uniform(0, 2 * np.pi)
    points = np.column_stack([corners, np.zeros(4)])
    turn = cv2.Rodrigues(tilt * np.array([np.cos(axis), np.sin(axis), 0.0]))[0]
    points = points @ turn.T
    seen = points[:, :2] / (1 + points[:, 2:] / rng.uniform(2.0, 8.0))
    roll = rng.choice(4) * np.pi / 2 + rng.normal(0, 0.25)
    if rng.random() < 0.3:
        roll = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(roll), np.sin(roll)
    return np.asarray(seen @ np.array([[c, s], [-s, c]]) * long_px)


def _noise_field(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Smooth random values of about unit size."""
    coarse = rng.normal(0, 1, (int(rng.integers(2, 7)), int(rng.integers(2, 7))))
    field = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float64)


def _background(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """What lies around a label: cardboard, plastic, edges, seams, other print."""
    ground = np.full(shape, rng.uniform(0.04, 0.7))
    for _ in range(int(rng.integers(0, 5))):
        center = rng.random(2) * shape[::-1]
        spread = rng.normal(0, max(shape) * 0.5, (4, 2))
        points = cv2.convexHull((center + spread).astype(np.int32))
        cv2.fillConvexPoly(ground, points, float(rng.uniform(0.03, 0.9)))
    return ground * (1 + 0.08 * _noise_field(rng, shape))


def _light(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Light over the patch: uneven, at times with a shadow's edge or glare."""
    light = np.exp(0.12 * _noise_field(rng, shape))
    ys, xs = np.mgrid[: shape[0], : shape[1]]
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * xs + np.sin(angle) * ys
    if rng.random() < 0.25:
        edge = rng.uniform(along.min(), along.max())
        soft = 1 / (1 + np.exp(-(along - edge) / rng.uniform(0.3, 6)))
        low = rng.uniform(0.12, 0.7)
        light *= low + (1 - low) * soft
    if rng.random() < 0.15:
        at = rng.random(2) * shape
        size = rng.uniform(0.08, 0.4) * max(shape)
        away = ((ys - at[0]) ** 2 + (xs - at[1]) ** 2) / size**2
        light += rng.uniform(0.1, 1.2) * np.exp(-away)
    return light


def _warp(
    sheet: Sheet, corners: Floats, shape: tuple[int, int], fine: int
) -> tuple[Floats, Floats]:
    """Reflectance of the sheet over black, and its coverage, by area sampling."""
    h, w = sheet.paper.shape
    reach = np.hypot(*(corners[1] - corners[0])) / w
    step = min(1.0, reach * fine * 1.5)
    size = (max(int(w * step), 8), max(int(h * step), 8))
    paper = cv2.resize(sheet.paper, size, interpolation=cv2.INTER_AREA)
    source = _along((0, 0, size[0], size[1]), False).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.asarray(corners * fine, np.float32))
    # Pixel centres lie at +0.5 in both frames; OpenCV puts them on whole numbers.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ matrix @ half
    out = (shape[1] * fine, shape[0] * fine)
    seen = cv2.warpPerspective(paper, matrix, out, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full_like(paper, 255), matrix, out)
    small = [
        cv2.resize(x, shape[::-1], interpolation=cv2.INTER_AREA) for x in (seen, mask)
    ]
    return small[0] / 255.0, small[1] / 255.0


def _cover(rng: np.random.Generator, coverage: Floats, corners: Floats) -> Floats:
    """Something lying over part of the label: less of it is seen."""
    if rng.random() > 0.15:
        return coverage
    middle, away = corners.mean(axis=0), rng.uniform(0, 2 * np.pi)
    size = np.hypot(*(corners[2] - corners[0])) / 2
    point = middle + size * rng.uniform(0.35, 0.9) * np.array(
        [np.cos(away), np.sin(away)]
    )
    turn = away + rng.normal(0, 0.4)
    out, side = (
        np.array([np.cos(turn), np.sin(turn)]),
        np.array([-np.sin(turn), np.cos(turn)]),
    )
    reach = 4 * size
    poly = np.array(
        [
            point - side * reach,
            point + side * reach,
            point + (side + out) * reach,
            point + (out - side) * reach,
        ]
    )
    mask = np.zeros(coverage.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(poly * 8).astype(np.int32), 255, cv2.LINE_AA, 3)
    return coverage * (1 - mask / 255.0)


def _sensor(rng: np.random.Generator, scene: Floats) -> Gray:
    """Lens, noise, denoising, sharpening, tone curve and JPEG of a linear scene."""
    seen = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 1.05))
    if rng.random() < 0.2:
        seen = _smear(rng, seen)
    noise = 10 ** (-rng.uniform(26, 44) / 20)
    seen = seen + rng.normal(0, 1, seen.shape) * noise * np.sqrt(0.3 + np.abs(seen))
    if rng.random() < 0.35:
        kind = np.asarray(seen, np.float32)
        seen = cv2.bilateralFilter(kind, 5, float(3 * noise), 1.2).astype(np.float64)
    tone = np.clip(seen * np.exp(rng.normal(-0.1, 0.45)), 0, 1) ** rng.uniform(0.4, 0.6)
    if rng.random() < 0.55:
        soft = cv2.GaussianBlur(tone, (0, 0), rng.uniform(0.7, 1.6))
        tone = tone + rng.uniform(0.2, 1.6) * (tone - soft)
    gray: Gray = np.clip(tone * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.85:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 97))]
        packed = cv2.imencode(".jpg", gray, quality)[1]
        gray = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return gray


def _smear(rng: np.random.Generator, seen: Floats) -> Floats:
    """Motion blur of up to three pixels."""
    kernel = np.zeros((7, 7))
    angle, length = rng.uniform(0, np.pi), rng.uniform(0.5, 1.6)
    step = np.array([np.cos(angle), np.sin(angle)]) * length
    a, b = (np.round((3 + s * step) * 16).astype(int) for s in (-1, 1))
    cv2.line(kernel, a.tolist(), b.tolist(), 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(seen, -1, kernel / kernel.sum()))


def photograph(sheet: Sheet, rng: np.random.Generator, long_px: float) -> Shot | None:
    """A picture of the sheet, `long_px` long before the tilt; None if too oblique."""
    h, w = sheet.paper.shape
    corners = _view(rng, (w, h), long_px)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    if sides.min() < 11:
        return None
    pad = 6 + 0.12 * long_px
    corners = corners - corners.min(axis=0) + pad + rng.random(2)
    across, down = np.ceil(corners.max(axis=0) + pad).astype(int)
    shape = (int(down), int(across))
    fine = 6 if long_px < 80 else 4 if long_px < 180 else 3
    seen, coverage = _warp(sheet, corners, shape, fine)
    ink, paper = rng.uniform(0.02, 0.2), rng.uniform(0.6, 0.95)
    coverage = _cover(rng, coverage, corners)
    seen = np.minimum(seen, 1.0) * (paper - ink) + ink
    ground = _background(rng, shape)
    scene = ground * (1 - coverage) + seen * coverage
    matrix = cv2.getPerspectiveTransform(
        _along((0, 0, w, h), False).astype(np.float32), corners.astype(np.float32)
    )
    marks = tuple(_seen_mark(mark, matrix) for mark in sheet.marks)
    picture = _sensor(rng, scene * _light(rng, shape))
    return Shot(picture, corners, marks)


def _seen_mark(mark: Mark, matrix: Floats) -> Mark:
    points = cv2.perspectiveTransform(mark.quad[None], matrix)[0]
    return Mark(mark.family, np.asarray(points, np.float64), mark.main)


def make_shots(count: int, seed: int) -> list[Shot]:
    """That many pictures of made labels, the same for the same seed."""
    rng = np.random.default_rng(seed)
    stock = Stock(seed)
    shots: list[Shot] = []
    while len(shots) < count:
        sheet = make_sheet(rng, stock)
        long_px = float(np.exp(rng.uniform(np.log(28), np.log(260))))
        shot = photograph(sheet, rng, long_px)
        if shot is not None and shot.marks:
            shots.append(shot)
    return shots
