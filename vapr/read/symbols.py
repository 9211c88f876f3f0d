"""Text to bars: the module patterns of Code 128, ITF, Code 39 and Codabar.

A pattern is a row of cells, 1 for bar and 0 for space. Where wide elements are not a
whole number of modules (a ratio of 2.5) two cells make a module. Set A of Code 128
(control characters) is left out: no carrier prints it.
Sources: ISO/IEC 15417, 16390, 16388 and EN 798.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

FNC1 = "\x1d"
"""Stands for FNC1 in a Code 128 text, in front as between GS1 fields."""

_TABLE_128 = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212
112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131
311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321
112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114
122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
114311 411113 411311 113141 114131 311141 411131 211412 211214 211232
"""
_STOP_128 = "2331112"
_CODE_C, _CODE_B, _FNC1, _START_B, _START_C = 99, 100, 102, 104, 105
_PAIR = -1
_FORMS = ((True, True), (False, True), (True, False))  # eager, use_c
_RUN = re.compile("[0-9]+")
_CLASSES = {c: "0" if chr(c).isdigit() else "A" for c in range(32, 127)}

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


def _cells(widths: str) -> bytes:
    """Run widths ("212222", bar first) as cells."""
    return b"".join(bytes([1 - i % 2]) * int(width) for i, width in enumerate(widths))


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


def alphabet_of(bars: Bars) -> Alphabet | None:
    """The alphabet some bars are written in; None where the symbols' widths differ."""
    if bars.symbology == "Codabar":
        return _codabar_digits(bars) if bars.values else None
    return _alphabet(bars.symbology, bars.wide, bars.per_module)


def _codabar_digits(bars: Bars) -> Alphabet:
    """Digits are all of one width; the letters at the ends are those of the code."""
    wide, narrow = bars.wide, bars.per_module
    framed = _framed(bars.text)
    rows = [_two_widths(_WORDS_CODABAR[d] + "0", wide, narrow) for d in "0123456789"]
    head = _two_widths(_WORDS_CODABAR[framed[0]] + "0", wide, narrow)
    tail = _two_widths(_WORDS_CODABAR[framed[-1]], wide, narrow)
    table = np.array([np.frombuffer(row, np.uint8) for row in rows])
    return Alphabet(table, head, tail, len(table))


@cache
def _alphabet(symbology: str, wide: int, narrow: int) -> Alphabet | None:
    if symbology == "Code128":
        return Alphabet(code128_alphabet(), b"", code128_stop(), 103)
    if symbology == "ITF":
        rows = [_two_widths(_pair(v), wide, narrow) for v in range(100)]
        head = _two_widths("0000", wide, narrow)
        tail = _two_widths("100", wide, narrow)
    elif symbology == "Code39":
        *words, star = _TABLE_39.split()
        rows = [_two_widths(word + "0", wide, narrow) for word in words]
        head = _two_widths(star + "0", wide, narrow)
        tail = _two_widths(star, wide, narrow)
    else:
        return None
    table = np.array([np.frombuffer(row, np.uint8) for row in rows])
    return Alphabet(table, head, tail, len(table))


@cache
def code128_alphabet() -> NDArray[np.uint8]:
    """The symbols 0..105 of Code 128 as cells: shape (106, 11)."""
    rows = [np.frombuffer(_cells(widths), np.uint8) for widths in _TABLE_128.split()]
    return np.array(rows)


@cache
def code128_stop() -> bytes:
    """The 13 cells of the stop pattern, final bar included."""
    return _cells(_STOP_128)


def code128_check(values: tuple[int, ...]) -> int:
    """The check symbol for a start symbol and its data symbols."""
    return (values[0] + sum(i * v for i, v in enumerate(values[1:], 1))) % 103


def code128_bars(values: tuple[int, ...], text: str = "") -> Bars:
    """Bars of a start symbol and its data symbols; the check symbol is appended."""
    values = (*values, code128_check(values))
    cells = code128_alphabet()[list(values)].tobytes() + code128_stop()
    return Bars("Code128", text, cells, values)


def _digits(text: str, i: int) -> int:
    """How many digits follow one another in `text` from `i` on."""
    found = _RUN.match(text, i)
    return found.end() - i if found else 0


def code128_values(text: str, *, eager: bool = True, use_c: bool = True) -> list[int]:
    """Start and data symbols for a text: sets B and C, switched as encoders do.

    Set C starts at four or more digits (at the end too), and at six within. Of an odd
    run the first digit stays in set B, or with `eager` the last; without `use_c` all
    is in set B.
    """
    return [
        int(text[i : i + 2]) if kind == _PAIR else kind or ord(text[i]) - 32
        for kind, i in _layout(text.translate(_CLASSES), eager, use_c)
    ]


def code128_form(bars: Bars) -> tuple[bool, bool]:
    """How a code's text was put in symbols: `eager` and `use_c` of `code128_values`."""
    for eager, use_c in _FORMS:
        values = code128_values(bars.text, eager=eager, use_c=use_c)
        if tuple(values) == bars.values[:-1]:
            return eager, use_c
    return _FORMS[0]


def code128_rows(
    texts: Iterable[str], bars: Bars
) -> tuple[list[str], NDArray[np.intp]]:
    """The texts with digits where a code's text has them, and their symbols (n, k).

    They are put in symbols as that code is; the check symbol is left out.
    """
    classes = bars.text.translate(_CLASSES)
    kept = [text for text in texts if text.translate(_CLASSES) == classes]
    chars = np.frombuffer("".join(kept).encode("latin-1"), np.uint8)
    chars = chars.reshape(len(kept), len(classes)).astype(np.intp)
    layout = _layout(classes, *code128_form(bars))
    rows = np.empty((len(kept), len(layout)), np.intp)
    for k, (kind, i) in enumerate(layout):
        if kind == _PAIR:
            rows[:, k] = 10 * (chars[:, i] - 48) + chars[:, i + 1] - 48
        else:
            rows[:, k] = kind or chars[:, i] - 32
    return kept, rows


def code128_spans(bars: Bars) -> list[tuple[int, int]]:
    """The characters (from, to) of its text that each data symbol of a code holds."""
    layout = _layout(bars.text.translate(_CLASSES), *code128_form(bars))
    return [(i, i + 1 + (kind == _PAIR)) for kind, i in layout if kind in (0, _PAIR)]


@lru_cache(maxsize=1024)
def _layout(text: str, eager: bool, use_c: bool) -> tuple[tuple[int, int], ...]:
    """Which symbols hold a text: (fixed value, 0 or `_PAIR`, place in the text).

    It depends on where digits stand only, so that a route's numbers share it.
    """
    head = _digits(text.lstrip(FNC1), 0)
    in_c = use_c and (head >= 4 or (head == 2 and len(text.lstrip(FNC1)) == 2))
    symbols = [(_START_C if in_c else _START_B, 0)]
    i = 0
    while i < len(text):
        run = _digits(text, i)
        if text[i] == FNC1:
            symbols.append((_FNC1, i))
            i += 1
        elif in_c and run >= 2:
            symbols.append((_PAIR, i))
            i += 2
        elif in_c:
            symbols.append((_CODE_B, i))
            in_c = False
        elif use_c and _worth_c(text, i, run) and (eager or run % 2 == 0):
            symbols.append((_CODE_C, i))
            in_c = True
        else:
            symbols.append((0, i))
            i += 1
    return tuple(symbols)


def _worth_c(text: str, i: int, run: int) -> bool:
    ends = i + run == len(text)
    return run >= 6 or (run >= 4 and ends)


def _code128(text: str) -> list[Bars]:
    forms = [code128_values(text, eager=e, use_c=c) for e, c in _FORMS]
    unique = dict.fromkeys(tuple(values) for values in forms)
    return [code128_bars(values, text) for values in unique]


@lru_cache(maxsize=2048)
def _two_widths(bits: str, wide: int, narrow: int) -> bytes:
    """Alternating bars and spaces, wide where the bit is 1."""
    return b"".join(
        bytes([1 - i % 2]) * (wide if bit == "1" else narrow)
        for i, bit in enumerate(bits)
    )


@cache
def _pair(value: int) -> str:
    """Two digits of ITF interleaved: bars from the first, spaces from the second."""
    table = _TABLE_ITF.split()
    return "".join(
        x + y for x, y in zip(table[value // 10], table[value % 10], strict=True)
    )


def _itf(text: str, wide: int, narrow: int) -> bytes:
    pairs = (_pair(int(text[i : i + 2])) for i in range(0, len(text), 2))
    return b"".join(_two_widths(p, wide, narrow) for p in ("0000", *pairs, "100"))


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
    gapped = [_two_widths(word + "0", wide, narrow) for word in before]
    return b"".join([*gapped, _two_widths(last, wide, narrow)])


_WORDS_39 = dict(zip(_CHARS_39, _TABLE_39.split(), strict=True))
_WORDS_CODABAR = dict(zip(_CHARS_CODABAR, _TABLE_CODABAR.split(), strict=True))
_RATIOS = ((3, 1, 1), (5, 2, 2), (2, 1, 1))  # wide, narrow, cells per module
_TWO_WIDTH = {"ITF": _itf, "Code39": _code39, "Codabar": _codabar}
SYMBOLOGIES = ("Code128", *_TWO_WIDTH)


def _encodable(text: str, symbology: str) -> bool:
    if symbology == "ITF":
        return len(text) % 2 == 0 and text.isascii() and text.isdigit()
    if symbology == "Code39":
        return all(char in _CHARS_39[:-1] for char in text)
    if symbology == "Codabar":
        framed = len(text) > 1 and text[0] in "ABCD" and text[-1] in "ABCD"
        inner = text[1:-1] if framed else text
        return all(char in _CHARS_CODABAR[:-4] for char in inner)
    return all(char == FNC1 or 32 <= ord(char) < 127 for char in text)


def symbol_values(text: str, symbology: str) -> tuple[int, ...]:
    """The values of a text's symbols but for Code 128, as in `Bars`; else none."""
    if not text or not _encodable(text, symbology):
        return ()
    if symbology == "ITF":
        return tuple(int(text[i : i + 2]) for i in range(0, len(text), 2))
    if symbology == "Code39":
        return tuple(_CHARS_39.index(char) for char in text)
    digits = _framed(text)[1:-1] if symbology == "Codabar" else ""
    return tuple(map(int, digits)) if digits.isdigit() else ()


def encode(text: str, symbology: str, *, gs1: bool = False) -> list[Bars]:
    """Every way carriers print a text as bars: code sets or wide-to-narrow ratios.

    Args:
        text: what a decoder would report; `FNC1` (GS) separates GS1 fields.
        symbology: one of `SYMBOLOGIES`.
        gs1: Code 128 only: FNC1 stands in front, whether or not the text shows it.

    Returns:
        The distinct patterns, the most usual first; none if the symbology cannot
        hold the text.

    Raises:
        ValueError: the symbology is not one of `SYMBOLOGIES`.
    """
    if symbology not in SYMBOLOGIES:
        raise ValueError(f"no bars for {symbology!r}; there are: {SYMBOLOGIES}")
    if not text or not _encodable(text, symbology):
        return []
    if symbology == "Code128":
        return _code128(FNC1 + text.lstrip(FNC1) if gs1 else text)
    make, values = _TWO_WIDTH[symbology], symbol_values(text, symbology)
    return [
        Bars(symbology, text, make(text, wide, narrow), values, per, wide)
        for wide, narrow, per in _RATIOS
    ]
