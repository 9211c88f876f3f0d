"""Made shipping labels: a layout's blocks drawn for one item, with its codes.

Sheets are drawn at 8 pixels per mm, as the common printers of 203 dpi do.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from vapr.synth.blocks import BLOCKS, Pen
from vapr.synth.ink import Sheet, font_files
from vapr.synth.layouts import Layout
from vapr.synth.manifest import Row
from vapr.synth.schemes import Code
from vapr.synth.words import ARABIC_LINES, CJK_LINES
from vapr.types import Image, Quad

PX_PER_MM = 8

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class LabelTexture:
    """A drawn label: BGR pixels, size in metres, its codes with quads in pixels."""

    pixels: Image
    size_m: tuple[float, float]
    codes: tuple[tuple[Code, Quad], ...]


def _fonts(
    folder: str, rng: Rng
) -> tuple[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """(text face, bold face) and (script face or "", its lines)."""
    files = font_files(folder)
    latin = [f for f in files if "CJK" not in f and "Arabic" not in f]
    if not latin:
        return ("", ""), ("", ())
    face = latin[int(rng.integers(len(latin)))]
    bolds = [f for f in latin if "Bold" in f]
    heavy = bolds and rng.random() < 0.75
    bold = bolds[int(rng.integers(len(bolds)))] if heavy else face
    draw = rng.random()
    for mark, below, lines in (("CJK", 0.1, CJK_LINES), ("Arabic", 0.16, ARABIC_LINES)):
        script = [f for f in files if mark in f]
        if script and draw < below:
            return (face, bold), (script[0], tuple(lines))
    return (face, bold), ("", ())


def make_label(row: Row, layout: Layout, seed: int, fonts: str = "") -> LabelTexture:
    """Draws the label of an item: texture, size and the quads of its codes.

    `fonts` is a folder of font files to choose from (files with "CJK" or "Arabic" in
    their names set some recipients); "" uses the font built into Pillow.
    Deterministic by its arguments.
    """
    rng = np.random.default_rng([seed, 202])
    width, height = (round(mm * PX_PER_MM) for mm in layout.size_mm)
    sheet = Sheet.blank(width, height)
    faces, script = _fonts(fonts, rng)
    small = float(rng.uniform(0.55, 1.0))
    pen = Pen(sheet, row, rng, faces, script, list(range(len(row.codes))), small)
    ruled, line = rng.random() < 0.8, int(rng.integers(2, 9))
    margin = int(rng.integers(0, 3)) * 10
    x = float(margin)
    for share, blocks in layout.columns:
        right = x + (width - 2 * margin) * share
        y = float(margin)
        for name, part in blocks:
            end = y + (height - 2 * margin) * part
            BLOCKS[name](pen, (x, y, right, end))
            if ruled and end < height - margin - 4:
                sheet.box((x, end - line / 2, right, end + line / 2), fill=(0, 0, 0))
            y = end
        x = right
    if rng.random() < 0.35:
        sheet.box((margin, margin, width - 1 - margin, height - 1 - margin), line=3)
    codes = tuple((row.codes[index], quad) for index, quad in sheet.codes)
    size = (layout.size_mm[0] / 1000, layout.size_mm[1] / 1000)
    return LabelTexture(_worn(sheet.pixels(), rng), size, codes)


def _worn(pixels: Image, rng: Rng) -> Image:
    """Paper of its own white, ink of its own black, perhaps a few scratches."""
    paper = np.array([1.0, 1.0, 1.0]) * rng.uniform(0.9, 0.99) * rng.normal(1, 0.008, 3)
    ink = (
        float(rng.exponential(0.06)) if rng.random() < 0.85 else rng.uniform(0.2, 0.45)
    )
    table = np.arange(256) / 255 * (1 - ink) + ink
    steps = np.clip(table[:, None] * paper * 255, 0, 255).astype(np.uint8)
    out: Image = np.asarray(cv2.LUT(pixels, steps[None]), np.uint8)
    for _ in range(int(rng.integers(0, 5))):
        at = rng.uniform(0, 1, 2) * pixels.shape[1::-1]
        to = at + rng.normal(0, 60, 2)
        shade = int(rng.integers(90, 255))
        ends = [(int(x), int(y)) for x, y in (at, to)]
        cv2.line(out, ends[0], ends[1], (shade,) * 3, int(rng.integers(1, 4)))
    return out
