"""The codes a code is most easily taken for: their symbols, row by row.

Numbers one symbol away with a right check digit, and the serials printed before and
after, as `vapr.route.rivals` gives them.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vapr.read.bars import Bars
from vapr.read.code128 import FNC1, code128_rows, code128_spans
from vapr.read.symbols import alphabet_of
from vapr.read.two_widths import symbol_values
from vapr.route.rivals import changed_within, serials

_NEAR, _FAR = 150, 600  # serials before and after

Rows = NDArray[np.intp]
"""Symbol values (n, symbols), of Code 128 without the check symbol."""


def serial_rows(bars: Bars, taken: Collection[str]) -> tuple[Rows, Rows]:
    """The serials near a code, and those farther off, but for those `taken`.

    What the route has competes as a candidate, with a place of its own.
    """
    texts, rows = _serials(bars)
    free = np.array([text not in taken for text in texts], bool)
    near = np.arange(len(texts)) < 2 * _NEAR
    return rows[free & near], rows[free & ~near]


@lru_cache(maxsize=256)
def _serials(bars: Bars) -> tuple[list[str], Rows]:
    head, number, tail = _cut(bars)
    return _alike([head + rival + tail for rival in serials(number, _FAR)], bars)


@lru_cache(maxsize=256)
def changed_rows(bars: Bars) -> Rows:
    """Numbers one symbol away, check digits recomputed.

    Most schemes have a check digit of their own, so that a second symbol changes too:
    a code that breaks it is no rival, as nobody prints it.
    """
    head, number, tail = _cut(bars)
    if bars.symbology == "Code128":
        spans = [(a - len(head), b - len(head)) for a, b in code128_spans(bars)]
    else:
        spans = [(at, at + 1) for at in range(len(number))]
    texts = changed_within(number, [span for span in spans if span[0] >= 0])
    return _alike([head + text + tail for text in texts], bars)[1]


def cells_of(rows: Rows, bars: Bars) -> NDArray[np.float64]:
    """Rows as cells (n, width) of the same kind as some bars, checks appended."""
    alphabet = alphabet_of(bars)
    if not len(rows) or alphabet is None:
        return np.empty((0, len(bars.cells)))
    if bars.symbology == "Code128":
        steps = np.maximum(np.arange(rows.shape[1]), 1)
        rows = np.column_stack([rows, rows @ steps % 103])
    return alphabet.cells(rows)


def _alike(texts: Sequence[str], bars: Bars) -> tuple[list[str], Rows]:
    """The texts that take the same form as some bars, and their symbols."""
    if bars.symbology == "Code128":
        return code128_rows(texts, bars)
    count = len(bars.values)
    found = [(text, symbol_values(text, bars.symbology)) for text in texts]
    kept = [(text, values) for text, values in found if len(values) == count > 0]
    rows = np.array([values for _, values in kept], np.intp)
    return [text for text, _ in kept], rows.reshape(len(kept), count)


def _cut(bars: Bars) -> tuple[str, str, str]:
    """What stands before the number on its code, the number, what stands after it.

    Before it may stand 420 + ZIP and FNC1; Codabar has a letter at both ends.
    """
    text = bars.text
    if bars.symbology == "Codabar":
        number = text.strip("ABCD")
        start = text.index(number)
        return text[:start], number, text[start + len(number) :]
    postal = 8 if text.startswith("420") and len(text) == 30 else 0
    start = text.rfind(FNC1) + 1 or postal
    return text[:start], text[start:], ""
