"""The decoders others use, as they come: what they read in a picture."""

from collections.abc import Callable, Iterable
from functools import cache

import cv2
import numpy as np
import zxingcpp

from vapr.geometry import quad_sides
from vapr.read.decode import decode_label
from vapr.read.straighten import straighten
from vapr.types import Image, Quad

ZXING = "zxing-cpp"
STRAIGHT = "zxing-cpp, straightened and enlarged"
ZBAR = "zbar, also straightened and enlarged"
_ENLARGED = 700.0  # px, long side of a straightened label
_MOST = 4.0
_MARGIN = 0.06
_LEAST = 54.0  # px, long side of labels that can carry a readable code

Reader = Callable[[Image], list[str]]


def decoded_by(image: Image, label: Quad) -> dict[str, set[str]]:
    """What each decoder that is installed reads of a label: `bare` texts."""
    out = {
        ZXING: bare(read_zxing(image)),
        STRAIGHT: bare(code.text for code in decode_label(image, label)),
    }
    read = zbar()
    if read is not None:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        out[ZBAR] = bare(read(grey) + _straightened(grey, label, read))
    return out


def bare(texts: Iterable[str]) -> set[str]:
    """Texts without FNC1, which some decoders give as GS, others not at all."""
    return {text.replace("\x1d", "") for text in texts}


@cache
def zbar() -> Reader | None:
    """ZBar through pyzbar, on grey pictures; None where either is missing."""
    try:
        from pyzbar import pyzbar
    except ImportError:  # the wheel, or the C library behind it
        return None
    kinds = (
        pyzbar.ZBarSymbol.CODE128,
        pyzbar.ZBarSymbol.CODE39,
        pyzbar.ZBarSymbol.I25,
        pyzbar.ZBarSymbol.CODABAR,
        pyzbar.ZBarSymbol.QRCODE,
    )

    def read(grey: Image) -> list[str]:
        found = pyzbar.decode(grey, symbols=kinds)
        return [code.data.decode("utf-8", "replace") for code in found]

    return read


def read_zxing(image: Image) -> list[str]:
    """What a plain call of zxing-cpp reads of a picture."""
    mode = zxingcpp.TextMode.Plain
    return [code.text for code in zxingcpp.read_barcodes(image, text_mode=mode)]


def _straightened(grey: Image, label: Quad, read: Reader) -> list[str]:
    longest = max(quad_sides(label))
    if longest < _LEAST:
        return []
    enlarged = float(np.clip(_ENLARGED / longest, 1.0, _MOST))
    seen = straighten(grey, label, enlarged, _MARGIN)
    return [] if seen is None else read(seen[0])
