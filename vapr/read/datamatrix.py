"""Data Matrix ECC 200 as modules: many texts of one size at once (ISO/IEC 16022).

Texts are written in ASCII encodation with digits in pairs, as nearly every writer does
with tracking numbers. Sizes to 26 x 26 and the rectangular ones; one block each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vapr.read.galois import DATAMATRIX_FIELD, Words, check_words

Signs = NDArray[np.int8]
"""Modules: dark 1, light -1, and 0 where another array tells."""

GS = "\x1d"
_FNC1, _PAD = 232, 129


@dataclass(frozen=True, slots=True)
class Size:
    """A symbol's rows and columns, its codewords, and regions side by side."""

    rows: int
    columns: int
    data: int
    check: int
    regions: int = 1


SQUARE = (
    Size(10, 10, 3, 5),
    Size(12, 12, 5, 7),
    Size(14, 14, 8, 10),
    Size(16, 16, 12, 12),
    Size(18, 18, 18, 14),
    Size(20, 20, 22, 18),
    Size(22, 22, 30, 20),
    Size(24, 24, 36, 24),
    Size(26, 26, 44, 28),
)
OBLONG = (
    Size(8, 18, 5, 7),
    Size(8, 32, 10, 11, 2),
    Size(12, 26, 16, 14),
    Size(12, 36, 22, 18, 2),
    Size(16, 36, 32, 24, 2),
    Size(16, 48, 49, 28, 2),
)


def ascii_words(text: str, *, gs1: bool = False) -> list[int] | None:
    """Codewords of a text, without padding; None where it has other characters."""
    words = [_FNC1] if gs1 else []
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if len(pair) == 2 and pair.isascii() and pair.isdigit():
            words.append(130 + int(pair))
            at += 2
            continue
        value = ord(text[at])
        if value > 127:
            return None
        words.append(_FNC1 if text[at] == GS and gs1 else value + 1)
        at += 1
    return words


def sizes_for(count: int) -> list[Size]:
    """The smallest square size that holds so many codewords, and the smallest oblong.

    Writers that may choose take the one with fewer modules.
    """
    found = [
        next((size for size in sizes if size.data >= count), None)
        for sizes in (SQUARE, OBLONG)
    ]
    return [size for size in found if size is not None]


@dataclass(frozen=True, slots=True, eq=False)
class MatrixLayout:
    """What all codes of a size share: as `vapr.read.qr.QrLayout`, with one mask."""

    order: NDArray[np.intp]
    masks: Signs
    fixed: Signs


def datamatrix_signs(size: Size, texts: Sequence[Sequence[int]]) -> Signs:
    """Data modules (n, rows * columns) of texts as codewords."""
    data = np.stack([_padded(size, words) for words in texts])
    checks = check_words(data, size.check, DATAMATRIX_FIELD, 1)
    bits = np.unpackbits(np.hstack([data, checks]), axis=1).astype(np.int8)
    out = np.zeros((len(data), size.rows * size.columns), np.int8)
    out[:, datamatrix_layout(size).order] = 2 * bits - 1
    return out


def _padded(size: Size, words: Sequence[int]) -> Words:
    """Codewords filled up: the first pad as it is, the others scrambled by place."""
    out = [*words, _PAD][: size.data]
    while len(out) < size.data:
        value = _PAD + (149 * (len(out) + 1)) % 253 + 1
        out.append(value if value <= 254 else value - 254)
    return np.array(out, np.uint8)


@cache
def datamatrix_layout(size: Size) -> MatrixLayout:
    """The layout of a size."""
    fixed = np.zeros((size.rows, size.columns), np.int8)
    wide = size.columns // size.regions
    for left in range(0, size.columns, wide):
        region = fixed[:, left : left + wide]
        region[0] = np.where(np.arange(wide) % 2, -1, 1)
        region[:, -1] = np.where(np.arange(size.rows) % 2, 1, -1)
        region[:, 0] = region[-1] = 1
    inner = np.flatnonzero(fixed.ravel() == 0)
    height, width = size.rows - 2, size.columns - 2 * size.regions
    bit_of = _placement(height, width)
    count = 8 * (size.data + size.check)
    order = np.empty(count, np.intp)
    taken = (bit_of >= 0).ravel()
    order[bit_of.ravel()[taken]] = inner[taken]
    flat = fixed.ravel()
    corner = bit_of.ravel() < 0  # a fixed pattern where no codeword reaches
    flat[inner[corner]] = np.where(bit_of.ravel()[corner] == -2, 1, -1)
    masks = (flat == 0).astype(np.int8)
    return MatrixLayout(order, masks[None], flat[None].copy())


def _placement(height: int, width: int) -> NDArray[np.intp]:
    """Which bit lies in which module of the data region (Annex F of the standard).

    -1 and -2: light and dark modules of the corner that no codeword fills.
    """
    out = np.full((height, width), -9, np.intp)
    for word, spots in enumerate(_words(height, width, out)):
        for bit, (row, column) in enumerate(spots):
            out[row, column] = 8 * word + bit
    if (out == -9).any():
        out[-2:, -2:] = [[-2, -1], [-1, -2]]
    return out


Spots = list[tuple[int, int]]


def _words(height: int, width: int, out: NDArray[np.intp]) -> Iterator[Spots]:
    """Codewords in turn, along diagonals up and down, and those cut up by corners."""
    row, column = 4, 0
    while row < height or column < width:
        yield from _corners(row, column, height, width)
        while row >= 0 and column < width:
            if row < height and column >= 0 and out[row, column] == -9:
                yield _around(row, column, height, width)
            row, column = row - 2, column + 2
        row, column = row + 1, column + 3
        while row < height and column >= 0:
            if row >= 0 and column < width and out[row, column] == -9:
                yield _around(row, column, height, width)
            row, column = row + 2, column - 2
        row, column = row + 3, column + 1


def _around(row: int, column: int, height: int, width: int) -> Spots:
    """The usual shape of a codeword about its last bit, wrapped at the borders."""
    moves = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
    spots = []
    for down, right in moves:
        r, c = row + down, column + right
        if r < 0:
            r, c = r + height, c + 4 - (height + 4) % 8
        if c < 0:
            r, c = r + 4 - (width + 4) % 8, c + width
        spots.append((r, c))
    return spots


def _corners(row: int, column: int, height: int, width: int) -> Iterator[Spots]:
    """The four shapes of a codeword that lies in several corners."""
    h, w = height - 1, width - 1
    right = [(0, w - 1), (0, w)]
    if (row, column) == (height, 0):
        yield [(h, 0), (h, 1), (h, 2), *right, (1, w), (2, w), (3, w)]
    if (row, column) == (height - 2, 0) and width % 4:
        yield [(h - 2, 0), (h - 1, 0), (h, 0), (0, w - 3), (0, w - 2), *right, (1, w)]
    if (row, column) == (height - 2, 0) and width % 8 == 4:
        yield [(h - 2, 0), (h - 1, 0), (h, 0), *right, (1, w), (2, w), (3, w)]
    if (row, column) == (height + 4, 2) and not width % 8:
        top = [(0, w - 2), (0, w - 1), (0, w)]
        yield [(h, 0), (h, w), *top, (1, w - 2), (1, w - 1), (1, w)]
