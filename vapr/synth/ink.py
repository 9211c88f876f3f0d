"""Drawing on label-like sheets: text, rules and codes, in pixels of the sheet."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from vapr.types import Image, Quad

Gray = NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=512)
def load_font(path: str, size: int) -> Font:
    """A font file at a size in pixels; "" is the one built into Pillow."""
    if path:
        return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


@lru_cache(maxsize=8)
def font_files(folder: str) -> tuple[str, ...]:
    """Font files below a folder, sorted; none for ""."""
    if not folder:
        return ()
    found = [p for p in Path(folder).rglob("*") if p.suffix.lower() in _FONT_ENDS]
    return tuple(sorted(str(p) for p in found))


_FONT_ENDS = {".ttf", ".otf", ".ttc"}


@lru_cache(maxsize=2048)
def code_modules(symbology: str, text: str) -> Gray:
    """A code at one pixel per module (or as drawn by the writer), without margins."""
    kind = getattr(zxingcpp.BarcodeFormat, symbology)
    drawn = zxingcpp.create_barcode(text, kind).to_image(
        scale=1, add_hrt=False, add_quiet_zones=False
    )
    return np.array(drawn, np.uint8)


def modules_across(symbology: str, text: str) -> int:
    """Modules along the reading axis of a code."""
    if symbology == "MaxiCode":
        return 30
    return int(code_modules(symbology, text).shape[1])


@dataclass(slots=True)
class Sheet:
    """A white sheet being drawn on; `codes` gathers (index, quad in px)."""

    picture: PilImage.Image
    codes: list[tuple[int, Quad]]

    @classmethod
    def blank(cls, width: int, height: int, shade: int = 255) -> "Sheet":
        """An empty sheet of one shade."""
        return cls(PilImage.new("RGB", (width, height), (shade,) * 3), [])

    def text(
        self, at: tuple[float, float], text: str, font: Font, fill: int | str = 0
    ) -> float:
        """Draws text with its top left at `at`; gives its width in pixels."""
        draw = ImageDraw.Draw(self.picture)
        ink = fill if isinstance(fill, str) else (fill,) * 3
        draw.text(at, text, font=font, fill=ink)
        return float(draw.textlength(text.split("\n")[0], font=font))

    def box(
        self,
        rect: tuple[float, float, float, float],
        fill: tuple[int, int, int] | None = None,
        line: int = 0,
    ) -> None:
        """A filled rectangle, or its outline of `line` pixels."""
        ImageDraw.Draw(self.picture).rectangle(
            rect, fill=fill, outline=(0, 0, 0) if line else None, width=line
        )

    def code(
        self, index: int, modules: Gray, rect: tuple[float, float, float, float]
    ) -> None:
        """Places a code drawn in modules, stretched into a rectangle."""
        x1, y1, x2, y2 = (round(v) for v in rect)
        big = cv2.resize(modules, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
        self.picture.paste(PilImage.fromarray(big), (x1, y1))
        self.codes.append((index, ((x1, y1), (x2, y1), (x2, y2), (x1, y2))))

    def pixels(self) -> Image:
        """The sheet as a BGR picture."""
        rgb = np.asarray(self.picture)
        return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
