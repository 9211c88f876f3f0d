"""Made labels with matrix codes held against made routes: trials of their scale.

A label bears one code, print, rules and bars; it is photographed as a whole by the
camera of `vapr.calibrate.camera` and read as in a van: its corners are off, and where
the code lies is for the reader to find. What is not on the route is of the kinds of
`vapr.calibrate.trials`, and "other": a code of any text, or none at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.calibrate.camera import expose, random_shot, tilted
from vapr.calibrate.trials import Kind, Parcel, Rng, Trial, draw_route, drawn
from vapr.geometry import homography, project, quad_area, quad_sides, to_quad
from vapr.read.matrix import best_of, identify_matrix, matrix_clues
from vapr.read.matrix_book import (
    MatrixBook,
    Row,
    code_forms,
    layout_of,
    write_rows,
)
from vapr.route.matrix_payloads import matrix_codes
from vapr.route.payloads import LabelCode
from vapr.types import Image, Item, Quad

CODES: Final[tuple[tuple[Kind, int], ...]] = (
    ("present", 3),
    ("foreign", 3),
    ("shipper", 3),
    ("neighbour", 2),
    ("serial", 2),
    ("other", 3),
)
"""What every route is tried with."""
ABSENT: Final = sum(count for kind, count in CODES if kind != "present")
PX: Final = (0.35, 1.4)
"""Px per module, evenly spread in its logarithm."""
_TEXEL = 4  # texels per module
_WHITE = 217
_CORNER = 0.03  # of a label's side, by which corners are off
_QUIET = 2  # modules at least

Gray = NDArray[np.uint8]


def run_matrix_chunk(seed: int, chunk: int) -> list[Trial]:
    """The trials of one route: the same ones for the same seed and chunk."""
    rng = np.random.default_rng([seed, chunk, 2])
    route = draw_route(rng, serial=chunk % 2 == 1)
    while not _printable(route[0]):
        route = draw_route(rng, serial=chunk % 2 == 1)
    book = MatrixBook.build((p.item.key, matrix_codes(sorted_item(p))) for p in route)
    return [
        _trial(kind, route, book, rng) for kind, count in CODES for _ in range(count)
    ]


def _trial(kind: Kind, route: Sequence[Parcel], book: MatrixBook, rng: Rng) -> Trial:
    px = float(np.exp(rng.uniform(*np.log(PX))))
    parcel = drawn("foreign" if kind == "other" else kind, route, rng)
    while not _printable(parcel):
        parcel = drawn(kind, route, rng)
    modules = _other(rng) if kind == "other" else printed_matrix(parcel, rng)
    image, label = photograph_label(modules, px, rng)
    match = best_of(identify_matrix(image, label, book))
    clues = matrix_clues(match)
    right = bool(match and match.llrs and match.llrs[0][0] == parcel.item.key)
    return Trial(kind, parcel.scheme, right, px, clues)


def sorted_item(parcel: Parcel) -> Item:
    """The parcel's item with a sort code, always the same one for its number."""
    at = crc32(parcel.item.key.encode())
    zone, letter = "ABCDE"[at % 5], "XYGBE"[at // 5 % 5]
    code = f"{zone}{at // 25 % 32 + 1}.{at // 800 % 4 + 1}{letter}"
    return replace(parcel.item, sort_code=code)


def printed_matrix(parcel: Parcel, rng: Rng) -> Gray:
    """Modules of a code the parcel's label may carry, as any writer may write it."""
    codes = _printable(parcel)
    shares = np.array([code.probability for code in codes])
    code = codes[int(rng.choice(len(codes), p=shares / shares.sum()))]
    return code_modules(code, rng)


def _printable(parcel: Parcel) -> list[LabelCode]:
    return [code for code in matrix_codes(sorted_item(parcel)) if code_forms(code)]


def code_modules(code: LabelCode, rng: Rng) -> Gray:
    """One way in which a code may be written, under any mask: 0 is ink, 255 paper."""
    forms = code_forms(code)
    shares = np.array([share for _, _, share in forms])
    kind, way, _ = forms[int(rng.choice(len(forms), p=shares / shares.sum()))]
    masks, fixed = layout_of(kind)
    mask = int(rng.integers(len(masks)))
    data = write_rows(kind, [Row(code.text, way, code.text)])[0]
    signs = (data * masks[mask] + fixed[mask]).reshape(kind.rows, kind.columns)
    return np.where(signs > 0, 0, 255).astype(np.uint8)


def _other(rng: Rng) -> Gray | None:
    """A code of any text, such as a web address; in one of three labels none."""
    if rng.random() < 1 / 3:
        return None
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789./-")
    text = "".join(rng.choice(letters, int(rng.integers(6, 24))))
    symbology = ("QRCode", "DataMatrix")[int(rng.integers(2))]
    return code_modules(LabelCode(text, symbology, 1.0), rng)


def photograph_label(modules: Gray | None, px: float, rng: Rng) -> tuple[Image, Quad]:
    """A label with a code, and where it was found to lie.

    Args:
        modules: of the code; none for a label without one.
        px: px per module.
        rng: of everything else.
    """
    sheet, label, code = _sheet(modules, rng)
    shot = random_shot(rng, px)
    flat = np.asarray(tilted(label, shot))
    small = project(homography(label, to_quad(flat)), np.array(code))
    across = 21 if modules is None else float(np.sqrt(modules.size))
    scale = px * across / float(np.sqrt(quad_area(to_quad(small))))
    matrix = homography(label, to_quad(flat * scale))
    image, shift = expose(sheet, matrix, label, shot, rng)
    quad = project(matrix, np.array(label)) + shift
    reach = _CORNER * float(np.sqrt(np.prod(quad_sides(to_quad(quad)))))
    moved = quad + rng.uniform(-reach, reach, (4, 2))
    return image, to_quad(np.roll(moved, int(rng.integers(4)), axis=0))


def _sheet(modules: Gray | None, rng: Rng) -> tuple[NDArray[np.float32], Quad, Quad]:
    """A label on cardboard: reflectance, the label's corners and the code's."""
    blank = np.full((21, 21), 255, np.uint8)
    shown = blank if modules is None else modules
    code = np.repeat(np.repeat(shown, _TEXEL, axis=0), _TEXEL, axis=1)
    high, wide = code.shape
    side = float(np.sqrt(high * wide))
    width = int(max(side / rng.uniform(0.18, 0.42), wide * 1.3))
    height = int(max(width * rng.uniform(0.7, 1.6), high * 1.3))
    paper = np.full((height, width), _WHITE, np.uint8)
    ink = int(rng.integers(10, 30))
    _clutter(paper, ink, side, rng)
    quiet = int(rng.uniform(_QUIET, 5) * _TEXEL)
    x = int(rng.integers(quiet, max(width - wide - quiet, quiet + 1)))
    y = int(rng.integers(quiet, max(height - high - quiet, quiet + 1)))
    if modules is not None:
        paper[max(y - quiet, 0) : y + high + quiet, x - quiet : x + wide + quiet] = (
            _WHITE
        )
        spot = paper[y : y + high, x : x + wide]
        spot[:] = np.where(code == 0, ink, _WHITE)[: spot.shape[0], : spot.shape[1]]
    pad = max(height, width) // 3
    cardboard = int(rng.integers(40, 130))
    framed = np.pad(paper, pad, constant_values=cardboard)
    whole = np.asarray(framed, np.float32) / np.float32(_WHITE)
    label = _corners(pad, pad, width, height)
    return whole, label, _corners(pad + x, pad + y, wide, high)


def _corners(x: int, y: int, width: int, height: int) -> Quad:
    return to_quad([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _clutter(paper: Gray, ink: int, side: float, rng: Rng) -> None:
    """Print of several sizes, rules, a filled field and bars."""
    height, width = paper.shape
    for _ in range(int(rng.integers(5, 14))):
        text = "".join(rng.choice(list("0123456789ABCDEFGHIKLMNOPRSTUW  "), 18))
        at = (int(rng.integers(0, width // 2)), int(rng.integers(0, height)))
        size = float(rng.uniform(0.004, 0.02)) * side
        thick = max(round(2 * size), 1)
        cv2.putText(paper, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, thick)
    for _ in range(int(rng.integers(0, 4))):
        y = int(rng.integers(0, height))
        paper[y : y + int(rng.integers(1, 5))] = ink
    top = int(rng.integers(0, height))
    bars = np.repeat(rng.integers(0, 2, width // 2 + 1), 2)[:width]
    tall = int(rng.uniform(0.1, 0.2) * height)
    inset = int(rng.uniform(0.05, 0.2) * width)
    field = paper[top : top + tall, inset : width - inset]
    field[:] = np.where(bars[: field.shape[1]] == 1, ink, _WHITE)
    if rng.random() < 0.3:
        y = int(rng.integers(0, height))
        paper[y : y + int(0.06 * height)] = ink
