"""Things on parcels and walls that are no shipping labels, and driver-aid stickers."""

from collections.abc import Callable

import cv2
import numpy as np

from vapr.synth.ink import Sheet, code_modules, font_files, load_font
from vapr.synth.words import SENDERS, TOWNS
from vapr.types import Image

Rng = np.random.Generator
Draw = Callable[[np.random.Generator, str], Image]
Colour = tuple[int, int, int]

AID_COLOURS: tuple[Colour, ...] = (
    (255, 255, 255),
    (250, 250, 240),
    (245, 245, 248),
    (255, 255, 255),
    (90, 185, 225),
    (90, 185, 225),
    (250, 220, 60),
    (140, 215, 120),
    (250, 160, 70),
    (245, 150, 190),
)


def _bold(fonts: str) -> str:
    """A heavy Latin face of the folder, or "" for the built-in one."""
    bolds = [f for f in font_files(fonts) if "Bold" in f]
    return bolds[0] if bolds else ""


def aid_sticker(code: str, rng: Rng, fonts: str = "") -> Image:
    """A driver-aid sticker, wide or nearly square: the sorting code in large print.

    The bag's code and the parcel's number in either order or beside one another, some
    with a dark band, a frame or a small matrix code.
    """
    width, height = 480, int(rng.integers(180, 420))
    sheet = Sheet.blank(width, height)
    colour = AID_COLOURS[int(rng.integers(len(AID_COLOURS)))]
    sheet.box((0, 0, width, height), fill=colour)
    bag, _, number = code.partition(" ")
    face = _bold(fonts)
    px = min(height * float(rng.uniform(0.36, 0.46)), 112)
    banded = rng.random() < 0.3
    if banded:
        sheet.box((0, 0, width, height * 0.5), fill=(15, 15, 15))
    first, second = (bag, number) if rng.random() < 0.75 else (number, bag)
    ink = 255 if banded else 0
    sheet.text((20, height * 0.05), first, load_font(face, int(px)), ink)
    sheet.text((20, height * 0.53), second, load_font(face, int(px * 0.85)))
    if rng.random() < 0.45:
        side = height * 0.36
        matrix = code_modules("DataMatrix", code)
        sheet.code(0, matrix, (460 - side, height * 0.58, 460, height * 0.58 + side))
    if rng.random() < 0.3:
        sheet.box((0, 0, width - 1, height - 1), line=6)
    return sheet.pixels()


def fragile(rng: Rng, fonts: str = "") -> Image:
    """A red or orange warning sticker."""
    sheet = Sheet.blank(360, 200)
    colour = ((205, 25, 30), (235, 90, 20), (255, 255, 255))[int(rng.integers(3))]
    sheet.box((0, 0, 360, 200), fill=colour)
    text = ("FRAGILE", "HANDLE\nWITH CARE", "GLASS", "HEAVY", "DO NOT\nSTACK")
    ink = "#c81414" if colour[1] == 255 else "white"
    word = text[int(rng.integers(len(text)))]
    sheet.text((30, 40), word, load_font(_bold(fonts), 60), ink)
    sheet.box((8, 8, 352, 192), line=3)
    return sheet.pixels()


def product(rng: Rng, fonts: str = "") -> Image:
    """A product's own sticker: an EAN with a little text. Not a shipping label."""
    wide = rng.random() < 0.5
    width, height = (420, 220) if wide else (300, 260)
    sheet = Sheet.blank(width, height, 250)
    digits = "".join(str(d) for d in rng.integers(0, 10, 12))
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    ean = digits + str(-total % 10)
    top = height * 0.35 if rng.random() < 0.6 else 16.0
    sheet.code(0, code_modules("EAN13", ean), (24, top, width * 0.75, height - 40))
    sheet.text((30, height - 36), ean, load_font("", 26))
    if top > 20:
        name = SENDERS[int(rng.integers(len(SENDERS)))]
        sheet.text((24, 14), f"{name} {rng.integers(10, 999)}", load_font("", 30))
    del fonts
    return sheet.pixels()


def clear(image: Image, opacity: float = 0.85) -> Image:
    """Makes white transparent: ink printed straight onto the surface."""
    darkest = np.minimum(np.minimum(image[..., 0], image[..., 1]), image[..., 2])
    alpha = (255 - darkest).astype(np.float32) * opacity
    return np.dstack([image, alpha.astype(np.uint8)])


def this_way_up(rng: Rng, fonts: str = "") -> Image:
    """Arrows, a glass and an umbrella in little frames, printed on the board."""
    sheet = Sheet.blank(420, 140)
    for number in range(int(rng.integers(2, 4))):
        x = 10 + number * 135
        sheet.box((x, 10, x + 115, 130), line=6)
        for side in (30, 72):
            sheet.box((x + side, 45, x + side + 12, 110), fill=(0, 0, 0))
            sheet.box((x + side - 9, 35, x + side + 21, 50), fill=(0, 0, 0))
    del fonts
    return clear(sheet.pixels())


def brand(rng: Rng, fonts: str = "") -> Image:
    """An invented brand's name printed on the board."""
    word = SENDERS[int(rng.integers(len(SENDERS)))]
    if rng.random() < 0.5:
        word = word.upper()
    sheet = Sheet.blank(640, 160)
    inks = ("black", "#2a2a50", "#2f5a30", "#8a1f1f", "#5a3a1a")
    ink = inks[int(rng.integers(len(inks)))]
    sheet.text((10, 20), word, load_font(_bold(fonts), 96), ink)
    if rng.random() < 0.3:
        sheet.box((10, 140, 600, 146), fill=(0, 0, 0))
    return clear(sheet.pixels(), float(rng.uniform(0.5, 0.95)))


def pouch(rng: Rng, fonts: str = "") -> Image:
    """A packing-list pouch: film with a coloured print, paper showing through."""
    sheet = Sheet.blank(460, 330, 235)
    colour = ((230, 90, 20), (200, 30, 30), (30, 80, 170))[int(rng.integers(3))]
    sheet.box((0, 0, 460, 70), fill=colour)
    sheet.text((20, 12), "PACKING LIST ENCLOSED", load_font(_bold(fonts), 32), 255)
    for y in range(95, 310, int(rng.integers(18, 40))):
        sheet.box((30, y, 30 + int(rng.integers(60, 380)), y + 5), fill=(150, 150, 150))
    return sheet.pixels()


def paper(rng: Rng, fonts: str = "") -> Image:
    """A sheet of paper with lines, perhaps a table: a notice or a delivery note."""
    sheet = Sheet.blank(420, 594, int(rng.integers(225, 256)))
    sheet.text(
        (40, 30), TOWNS[int(rng.integers(len(TOWNS)))], load_font(_bold(fonts), 36)
    )
    y = 100
    step = int(rng.integers(14, 30))
    table = rng.random() < 0.4
    while y < 560:
        right = 390 if table else 40 + int(rng.integers(80, 350))
        sheet.box((40, y, right, y + (2 if table else step // 3)), fill=(60, 60, 60))
        y += step
    if table:
        for x in range(40, 400, 70):
            sheet.box((x, 100, x + 2, y - step), fill=(60, 60, 60))
    return sheet.pixels()


def poster(rng: Rng, fonts: str = "") -> Image:
    """A coloured sign with large words, for walls and doors."""
    sheet = Sheet.blank(500, 360)
    colour = tuple(int(v) for v in rng.integers(20, 235, 3))
    sheet.box((0, 0, 500, 360), fill=colour)  # type: ignore[arg-type]
    words = ("SAFETY", "MAX 500 KG", "KEEP CLEAR", "LOAD HERE", "CHECK STRAPS")
    face = load_font(_bold(fonts), 64)
    sheet.text((30, 40), words[int(rng.integers(len(words)))], face, 255)
    for y in (160, 220, 280):
        sheet.box((40, y, int(rng.integers(200, 460)), y + 20), fill=(240, 240, 240))
    return sheet.pixels()


def stripes(rng: Rng, fonts: str = "") -> Image:
    """Vents, slats and hazard bands: stripes that could pass for bars."""
    sheet = Sheet.blank(400, 260, int(rng.integers(90, 256)))
    x, even = 10, rng.random() < 0.5
    dark = int(rng.integers(10, 70))
    while x < 380:
        wide = 10 if even else int(rng.integers(3, 22))
        sheet.box((x, 20, x + wide, 240), fill=(dark, dark, dark))
        x += wide + (10 if even else int(rng.integers(4, 20)))
    del fonts
    return sheet.pixels()


def keyboard(rng: Rng, fonts: str = "") -> Image:
    """Rows of keys: a handheld terminal's keyboard."""
    base = int(rng.integers(20, 60))
    sheet = Sheet.blank(520, 200, base)
    for row in range(5):
        for column in range(15):
            x, y = 12 + column * 33, 12 + row * 36
            key = int(rng.integers(60, 235)) if rng.random() < 0.1 else base + 35
            sheet.box((x, y, x + 27, y + 29), fill=(key, key, key))
    del fonts
    return sheet.pixels()


def blank(rng: Rng, fonts: str = "") -> Image:
    """A plain pale sticker with a line or two on it."""
    sheet = Sheet.blank(300, int(rng.integers(120, 300)), int(rng.integers(200, 256)))
    if rng.random() < 0.6:
        word = SENDERS[int(rng.integers(len(SENDERS)))]
        sheet.text((20, 30), word, load_font(_bold(fonts), 44))
    return sheet.pixels()


def hazard(rng: Rng, fonts: str = "") -> Image:
    """A diamond in a square: limited quantities, batteries and the like."""
    sheet = Sheet.blank(240, 240, 250)
    size, dark = 110, int(rng.integers(0, 40))
    out = sheet.pixels()
    corners = np.array([[120, 120 - size], [120 + size, 120], [120, 120 + size]])
    corners = np.vstack([corners, [[120 - size, 120]]]).astype(np.int32)
    cv2.polylines(out, [corners], True, (dark,) * 3, 10)
    for way in (-1, 1):
        point, base = 120 + way * size, 120 + way * (size - 62)
        wedge = np.array([[120, point], [182, base], [58, base]], np.int32)
        cv2.fillPoly(out, [wedge], (dark,) * 3)
    del fonts
    return out


def promotion(rng: Rng, fonts: str = "") -> Image:
    """A QR code with a slogan: an invitation, not a label."""
    sheet = Sheet.blank(300, 360, 252)
    word = SENDERS[int(rng.integers(len(SENDERS)))]
    link = f"https://example.com/{word.lower().replace(' ', '')}/{rng.integers(9999)}"
    sheet.code(0, code_modules("QRCode", link), (40, 30, 260, 250))
    sheet.text((40, 270), f"Scan {word}", load_font(_bold(fonts), 32))
    return sheet.pixels() if rng.random() < 0.5 else clear(sheet.pixels())


def letters(rng: Rng, fonts: str = "") -> Image:
    """Words repeated along a tape, printed: transparent but for the ink."""
    words = ("SECURITY SEAL", "THANK YOU", "DO NOT OPEN IF CUT", SENDERS[0].upper())
    word = words[int(rng.integers(len(words)))]
    sheet = Sheet.blank(1600, 100)
    ink = ("black", "#203a8a", "#a01818")[int(rng.integers(3))]
    x = 20.0
    while x < 1500:
        x += sheet.text((x, 14), word, load_font(_bold(fonts), 60), ink) + 60
    return clear(sheet.pixels())


ON_PARCELS = (
    fragile,
    product,
    product,
    this_way_up,
    brand,
    brand,
    pouch,
    blank,
    hazard,
    promotion,
)
"""Decoys a parcel may carry."""
ON_WALLS = (paper, poster, stripes, keyboard, paper)
"""Decoys a van may carry."""
