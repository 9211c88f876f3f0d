"""Reed-Solomon check words of many codes at once, over the fields matrix codes use."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint8]

QR_FIELD, DATAMATRIX_FIELD = 0x11D, 0x12D
"""Their primitive polynomials (ISO/IEC 18004 and 16022)."""


def check_words(data: Words, count: int, field: int, first: int) -> Words:
    """Check words (n, count) of data words (n, k), the highest power first.

    Args:
        data: one code a row.
        count: how many check words.
        field: the primitive polynomial of GF(256).
        first: the power of the generator's first root.
    """
    power, log = _tables(field)
    factors = log[_generator(count, field, first)]
    rest = np.zeros((len(data), count), np.uint8)
    for column in data.T:
        lead = column ^ rest[:, 0]
        rest = np.column_stack([rest[:, 1:], np.zeros(len(data), np.uint8)])
        moved = power[(log[lead][:, None] + factors) % 255]
        rest ^= np.where(lead[:, None] == 0, 0, moved).astype(np.uint8)
    return rest


@cache
def _tables(field: int) -> tuple[Words, NDArray[np.intp]]:
    """Powers of 2 in the field, and their logarithms (that of 0 is not used)."""
    power, log = np.zeros(255, np.uint8), np.zeros(256, np.intp)
    value = 1
    for exponent in range(255):
        power[exponent], log[value] = value, exponent
        value <<= 1
        value ^= field if value & 0x100 else 0
    return power, log


@cache
def _generator(count: int, field: int, first: int) -> Words:
    """The generator polynomial without its leading 1; no factor of it is 0."""
    power, log = _tables(field)
    poly = np.array([1], np.uint8)
    for root in range(first, first + count):
        moved = power[(log[poly] + root) % 255]
        poly = np.append(poly, np.uint8(0)) ^ np.append(np.uint8(0), moved)
    return poly[1:]
