"""The physical limit: what a detector could say that knows geometry, blur and noise.

One row of pixels after another sees the same pattern, so the best there is is the mean
of the rows, as a matched filter takes it. The noise of 35 dB and a lens of 0.6 px are
given; what is not known is the item alone. The rivals are those of `vapr.read`.
"""

import numpy as np

from vapr.geometry import Floats
from vapr.read.codebook import Codebook, Page
from vapr.read.freeform import (
    Quadratic,
    code_prior,
    leave_out,
    quadratic,
    sum_over_codes,
)
from vapr.read.near import cells_of, changed_rows, serial_rows
from vapr.read.optics import cell_response
from vapr.read.symbols import alphabet_of, encode
from vapr.synth.schemes import Code

_LENS = 0.6  # px
_SNR_DB = 35.0
_HEIGHT = 0.3  # of a strip, share of its length
_SHARES = (0.4, 0.2, 0.3, 0.1)  # any text; one symbol changed; serials near, farther
_SPREAD = 0.3
_QUIET = 3.0  # px on either side

Rng = np.random.Generator


def ideal_ratio(
    book: Codebook, key: str, code: Code, px_per_module: float, rng: Rng
) -> float:
    """The ratio of an item's true code against all codes that are not on the route.

    Never more than its lead on the route's second item, so that one bound holds for
    both; minus infinity where the codebook lacks the code.
    """
    own = {bars.cells for bars in encode(code.text, code.symbology)}
    for page in book.pages:
        for row in np.flatnonzero(page.item == book.keys.index(key)).tolist():
            if page.bars[row].cells in own:
                return _ratio(page, row, px_per_module / page.per_module, rng)
    return float("-inf")


def _ratio(page: Page, row: int, px_per_cell: float, rng: Rng) -> float:
    score = _observed(page, row, px_per_cell, rng)
    said = score.score(page.cells)
    second = np.delete(said, row).max(initial=-np.inf)
    return float(said[row] - max(second, _log_absent(page, row, score)))


def _observed(page: Page, row: int, px_per_cell: float, rng: Rng) -> Quadratic:
    """The likelihood of any cells given one noisy picture of a row's pattern."""
    length = page.width * px_per_cell
    places = np.arange(-_QUIET, length + _QUIET) + rng.uniform()
    blur = float(np.hypot(_LENS, np.sqrt(1 / 12)))
    response = -cell_response(page.width, px_per_cell, places, blur)
    noise = 10 ** (-_SNR_DB / 20) / np.sqrt(max(_HEIGHT * length, 1.0))
    light = page.cells[row] @ response + noise * rng.normal(size=len(places))
    weight = np.full(len(places), 1 / noise**2)
    return quadratic(response, light, weight)


def _log_absent(page: Page, row: int, score: Quadratic) -> float:
    """The log of the mean likelihood of codes that are not on the route."""
    bars, cells = page.bars[row], page.cells[row].astype(np.float64)
    alphabet = alphabet_of(bars)
    if alphabet is None:
        return -np.inf
    kin = [other.values for i, other in enumerate(page.bars) if i != row]
    prior = code_prior(
        np.array(kin, np.intp).reshape(-1, len(bars.values)), alphabet, _SPREAD
    )
    chain = sum_over_codes(score, prior, alphabet)
    said = float(score.score(cells[None, :])[0])
    means = [leave_out(chain, prior, bars.values, said)]
    for rivals in (changed_rows(bars), *serial_rows(bars, page.texts)):
        means.append(_log_mean(score.score(cells_of(rivals, bars))))
    return float(np.logaddexp.reduce(np.log(_SHARES) + np.array(means)))


def _log_mean(scores: Floats) -> float:
    return float(np.logaddexp.reduce(scores) - np.log(max(len(scores), 1)))
