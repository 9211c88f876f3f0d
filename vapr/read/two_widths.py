"""ITF, Code 39 and Codabar: bars and spaces of two widths.

Sources: ISO/IEC 16390, 16388 and EN 798.
"""

from functools import cache

import numpy as np

from vapr.read.bars import Alphabet, Bars, two_widths

_TABLE_ITF = "00110 10001 01001 11000 00101 10100 01100 00011 10010 01010"

_CHARS_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*"
_TABLE_39 = """
000110100 100100001 001100001 101100000 000110001 100110000 001110000 000100101
100100100 001100100 100001001 001001001 101001000 000011001 100011000 001011000
000001101 100001100 001001100 000011100 100000011 001000011 101000010 000010011
100010010 001010010 000000111 100000110 001000110 000010110 110000001 011000001
111000000 010010001 110010000 011010000 010000101 110000100 011000100 010101000
010100010 010001010 000101010 010010100
"""

_CHARS_CODABAR = "0123456789-$:/.+ABCD"
_TABLE_CODABAR = """
0000011 0000110 0001001 1100000 0010010 1000010 0100001 0100100 0110000 1001000
0001100 0011000 1000101 1010001 1010100 0010101 0011010 0101001 0001011 0001110
"""


def codabar_digits(bars: Bars) -> Alphabet:
    """Digits are all of one width; the letters at the ends are those of the code."""
    wide, narrow = bars.wide, bars.per_module
    framed = _framed(bars.text)
    rows = [two_widths(_WORDS_CODABAR[d] + "0", wide, narrow) for d in "0123456789"]
    head = two_widths(_WORDS_CODABAR[framed[0]] + "0", wide, narrow)
    tail = two_widths(_WORDS_CODABAR[framed[-1]], wide, narrow)
    table = np.array([np.frombuffer(row, np.uint8) for row in rows])
    return Alphabet(table, head, tail, len(table))


@cache
def alphabet(symbology: str, wide: int, narrow: int) -> Alphabet:
    """The alphabet of ITF or Code 39."""
    if symbology == "ITF":
        rows = [two_widths(_pair(v), wide, narrow) for v in range(100)]
        head = two_widths("0000", wide, narrow)
        tail = two_widths("100", wide, narrow)
    else:
        *words, star = _TABLE_39.split()
        rows = [two_widths(word + "0", wide, narrow) for word in words]
        head = two_widths(star + "0", wide, narrow)
        tail = two_widths(star, wide, narrow)
    table = np.array([np.frombuffer(row, np.uint8) for row in rows])
    return Alphabet(table, head, tail, len(table))


@cache
def _pair(value: int) -> str:
    """Two digits of ITF interleaved: bars from the first, spaces from the second."""
    table = _TABLE_ITF.split()
    return "".join(
        x + y for x, y in zip(table[value // 10], table[value % 10], strict=True)
    )


def _itf(text: str, wide: int, narrow: int) -> bytes:
    pairs = (_pair(int(text[i : i + 2])) for i in range(0, len(text), 2))
    return b"".join(two_widths(p, wide, narrow) for p in ("0000", *pairs, "100"))


def _code39(text: str, wide: int, narrow: int) -> bytes:
    words = [_WORDS_39[char] for char in f"*{text}*"]
    return _with_gaps(words, wide, narrow)


def _codabar(text: str, wide: int, narrow: int) -> bytes:
    words = [_WORDS_CODABAR[char] for char in _framed(text)]
    return _with_gaps(words, wide, narrow)


def _framed(text: str) -> str:
    """A Codabar text with its letters; A is usual."""
    return text if text[0] in "ABCD" else f"A{text}A"


def _with_gaps(words: list[str], wide: int, narrow: int) -> bytes:
    *before, last = words
    gapped = [two_widths(word + "0", wide, narrow) for word in before]
    return b"".join([*gapped, two_widths(last, wide, narrow)])


_WORDS_39 = dict(zip(_CHARS_39, _TABLE_39.split(), strict=True))
_WORDS_CODABAR = dict(zip(_CHARS_CODABAR, _TABLE_CODABAR.split(), strict=True))
_RATIOS = ((3, 1, 1), (5, 2, 2), (2, 1, 1))  # wide, narrow, cells per module
_MAKERS = {"ITF": _itf, "Code39": _code39, "Codabar": _codabar}
TWO_WIDTHS = tuple(_MAKERS)


def _encodable(text: str, symbology: str) -> bool:
    if symbology == "ITF":
        return len(text) % 2 == 0 and text.isascii() and text.isdigit()
    if symbology == "Code39":
        return all(char in _CHARS_39[:-1] for char in text)
    if symbology == "Codabar":
        framed = len(text) > 1 and text[0] in "ABCD" and text[-1] in "ABCD"
        inner = text[1:-1] if framed else text
        return all(char in _CHARS_CODABAR[:-4] for char in inner)
    return False


def symbol_values(text: str, symbology: str) -> tuple[int, ...]:
    """The values of a text's symbols, as in `Bars`; none in another symbology."""
    if not text or not _encodable(text, symbology):
        return ()
    if symbology == "ITF":
        return tuple(int(text[i : i + 2]) for i in range(0, len(text), 2))
    if symbology == "Code39":
        return tuple(_CHARS_39.index(char) for char in text)
    digits = _framed(text)[1:-1] if symbology == "Codabar" else ""
    return tuple(map(int, digits)) if digits.isdigit() else ()


def two_width_forms(text: str, symbology: str) -> list[Bars]:
    """A text at every ratio of widths that printers use, the most usual first.

    None if the symbology cannot hold the text.
    """
    if not _encodable(text, symbology):
        return []
    make, values = _MAKERS[symbology], symbol_values(text, symbology)
    return [
        Bars(symbology, text, make(text, wide, narrow), values, per, wide)
        for wide, narrow, per in _RATIOS
    ]
