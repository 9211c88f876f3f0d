"""Code 128: text to symbols to bars, in sets B and C.

Set A (control characters) is left out: no carrier prints it. Source: ISO/IEC 15417.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from vapr.read.bars import Bars, runs

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


@cache
def code128_alphabet() -> NDArray[np.uint8]:
    """The symbols 0..105 of Code 128 as cells: shape (106, 11)."""
    rows = [np.frombuffer(runs(widths), np.uint8) for widths in _TABLE_128.split()]
    return np.array(rows)


@cache
def code128_stop() -> bytes:
    """The 13 cells of the stop pattern, final bar included."""
    return runs(_STOP_128)


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


def code128_forms(text: str) -> list[Bars]:
    """A text in every way that encoders switch sets, the most usual first.

    None if it holds what sets B and C do not.
    """
    if not all(char == FNC1 or 32 <= ord(char) < 127 for char in text):
        return []
    forms = [code128_values(text, eager=e, use_c=c) for e, c in _FORMS]
    unique = dict.fromkeys(tuple(values) for values in forms)
    return [code128_bars(values, text) for values in unique]
