"""Bars as rows of cells, and the alphabets they are written in.

A cell is 1 for bar and 0 for space. Where wide elements are not a whole number of
modules (a ratio of 2.5) two cells make a module.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bars:
    """One text as bars: `cells` is a row of 0 and 1, without quiet zones.

    `values` are the symbols' values in order: for Code 128 start, data and check, for
    ITF the pairs of digits, for Code 39 the places in its alphabet, for Codabar the
    digits between its letters (none if there is anything else). A module is
    `per_module` cells wide, a wide element `wide` cells.
    """

    symbology: str
    text: str
    cells: bytes
    values: tuple[int, ...] = ()
    per_module: int = 1
    wide: int = 0

    @property
    def modules(self) -> float:
        """The width of the code in modules."""
        return len(self.cells) / self.per_module


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """A code as `head`, symbols of one width, `tail`: all in cells.

    `table` (values, width) holds the symbols' cells; the first `free` of them may stand
    anywhere.
    """

    table: NDArray[np.uint8]
    head: bytes
    tail: bytes
    free: int

    def cells(self, values: NDArray[np.intp]) -> NDArray[np.float64]:
        """Codes of given values (n, symbols) as cells (n, width)."""
        body = self.table[values].reshape(len(values), -1)
        ends = (np.frombuffer(end, np.uint8) for end in (self.head, self.tail))
        head, tail = (np.tile(end, (len(values), 1)) for end in ends)
        return np.hstack([head, body, tail]).astype(np.float64)


def runs(widths: str) -> bytes:
    """Run widths ("212222", bar first) as cells."""
    return b"".join(bytes([1 - i % 2]) * int(width) for i, width in enumerate(widths))


@lru_cache(maxsize=2048)
def two_widths(bits: str, wide: int, narrow: int) -> bytes:
    """Alternating bars and spaces, wide where the bit is 1."""
    return b"".join(
        bytes([1 - i % 2]) * (wide if bit == "1" else narrow)
        for i, bit in enumerate(bits)
    )
