"""Flat made codes, turned by any angle, with the corners they then have."""

from collections.abc import Callable

import cv2
import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat as Format

from vapr.geometry import to_quad
from vapr.types import Image, Quad

FINE = 4  # pixels drawn per pixel of the picture
PAPER, TABLE = 250, 110
MATRIX = (Format.QRCode, Format.DataMatrix, Format.Aztec, Format.PDF417)
ALPHABET = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"))


def digits(seed: int, count: int) -> str:
    return "".join(map(str, np.random.default_rng(seed).integers(0, 10, count)))


def mixed(seed: int, count: int) -> str:
    return "".join(np.random.default_rng(seed).choice(ALPHABET, count))


def _code_128(seed: int) -> str:
    forms = ("1Z" + mixed(seed, 16), digits(seed, 22), "TBA" + digits(seed, 12))
    return forms[seed % 3]


SYMBOLOGIES: dict[str, tuple[Format, Callable[[int], str]]] = {
    "Code128": (Format.Code128, _code_128),
    "Code39": (Format.Code39, lambda seed: mixed(seed, 10)),
    "ITF": (Format.ITF, lambda seed: digits(seed, 14)),
    "QRCode": (Format.QRCode, lambda seed: mixed(seed, 28)),
    "DataMatrix": (Format.DataMatrix, lambda seed: mixed(seed, 26)),
    "PDF417": (Format.PDF417, lambda seed: mixed(seed, 50)),
    "Code93": (Format.Code93, lambda seed: mixed(seed, 12)),
    "Codabar": (Format.Codabar, lambda seed: "A" + digits(seed, 12) + "A"),
    "Aztec": (Format.Aztec, lambda seed: mixed(seed, 30)),
}


def code_modules(symbology: str, text: str, height: int = 40) -> Image:
    """A code with its quiet zone and white paper around, one pixel per module."""
    format_ = SYMBOLOGIES[symbology][0]
    code = zxingcpp.create_barcode(text, format_)
    drawn = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True)
    cells = np.asarray(drawn, np.uint8)
    if format_ not in MATRIX:
        cells = np.repeat(cells[cells.shape[0] // 2][None], height, axis=0)
    return np.where(np.pad(cells, 6, constant_values=255) > 127, PAPER, 5).astype(
        np.uint8
    )


def turned(cells: Image, px_per_module: float, degrees: float) -> tuple[Image, Quad]:
    """A flat label lying turned on a grey table, and its four corners in px."""
    zoom = max(round(px_per_module * FINE), 1)
    fine = px_per_module * FINE / zoom
    big = np.kron(cells, np.ones((zoom, zoom), np.uint8))
    height, width = big.shape
    side = FINE * int(np.hypot(height, width) * fine / FINE + 12)
    matrix = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, fine)
    matrix[:, 2] += side / 2 - width / 2, side / 2 - height / 2
    table = np.full((side, side), TABLE, np.uint8)
    picture = cv2.warpAffine(
        big, matrix, (side, side), dst=table, borderMode=cv2.BORDER_TRANSPARENT
    )
    small = cv2.resize(
        picture, (side // FINE, side // FINE), interpolation=cv2.INTER_AREA
    )
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    placed = (corners @ matrix[:, :2].T + matrix[:, 2] + 0.5) / FINE
    return np.asarray(small, np.uint8), to_quad(placed)
