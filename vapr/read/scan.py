"""One look of zxing-cpp at one grey picture, in our own terms."""

from collections.abc import Iterable
from dataclasses import dataclass

import zxingcpp
from zxingcpp import BarcodeFormat as Format

from vapr.read.modules import count_modules
from vapr.types import Image, Quad

LINEAR = (
    Format.Code128,
    Format.Code39,
    Format.Code93,
    Format.ITF,
    Format.Codabar,
    Format.EANUPC,
)
STACKED = (Format.PDF417,)
MATRIX = (Format.QRCode, Format.DataMatrix, Format.Aztec)
MAXICODE = (Format.MaxiCode,)


@dataclass(frozen=True, slots=True)
class Read:
    """A payload as one look gave it; `quad` in pixels of the picture looked at.

    `modules` is the code's width in modules, where the symbology tells it.
    """

    text: str
    symbology: str
    aim: str
    quad: Quad
    modules: float | None


def scan(
    grey: Image,
    formats: Iterable[Format],
    *,
    turned: bool = True,
    thorough: bool = False,
) -> list[Read]:
    """All codes with a valid check that one pass finds.

    Args:
        grey: uint8 (H, W), at least one pixel.
        formats: what to look for. Naming them costs 7-12 times less than leaving it
            open.
        turned: look along columns as well as along rows.
        thorough: look for light codes on dark too, and at smaller sizes.

    Returns:
        One `Read` per code; none for a picture without codes.
    """
    # never is_pure (corrupts the heap with PDF417), never to_image (divides by zero)
    found = zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(list(formats)),
        try_rotate=turned,
        try_downscale=thorough,
        try_invert=thorough,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [_read(code) for code in found if code.valid and code.text]


def formats_of(symbology: str) -> tuple[Format, ...]:
    """What to look for in order to find a code of one linear symbology again."""
    name = {"Code32": "Code39"}.get(symbology, symbology)
    return tuple(f for f in LINEAR if f.name == name) or (Format.EANUPC,)


def _read(code: zxingcpp.Barcode) -> Read:
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    a, b, c, d = ((p.x + 0.5, p.y + 0.5) for p in corners)
    name = _name(code)
    extra = code.extra
    version = str(extra.get("Version", "")) if isinstance(extra, dict) else ""
    modules = count_modules(name, code.text, version)
    return Read(code.text, name, code.symbology_identifier or "", (a, b, c, d), modules)


def _name(code: zxingcpp.Barcode) -> str:
    """The symbology; of the EAN/UPC family and Code 39's the very format."""
    exact = code.format.name
    if exact in ("EAN13", "EAN8", "UPCA", "UPCE", "Code32"):
        return str(exact)
    return str(code.symbology.name)
