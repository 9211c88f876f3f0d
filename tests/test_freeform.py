"""The sum over all codes of a symbology, against every code written out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bars import Alphabet, Bars
from vapr.read.freeform import Quadratic, code_prior, quadratic, sum_over_codes
from vapr.read.optics import cell_response
from vapr.read.symbols import alphabet_of, encode

NOISE = 0.02


def seen(
    bars: Bars, px_per_cell: float, blur: float, seed: int
) -> tuple[Quadratic, Alphabet]:
    """The likelihood of cells, given a noisy look at some bars."""
    rng = np.random.default_rng(seed)
    cells = np.frombuffer(bars.cells, np.uint8).astype(np.float64)
    places = np.arange(-3.0, len(cells) * px_per_cell + 3) + rng.uniform()
    response = -cell_response(len(cells), px_per_cell, places, blur)
    light = cells @ response + NOISE * rng.normal(size=len(places))
    alphabet = alphabet_of(bars)
    assert alphabet is not None
    weight = np.full(len(places), 1 / NOISE**2)
    return quadratic(response, light, weight), alphabet


def every_pair(log_prior: Floats) -> tuple[NDArray[np.intp], Floats]:
    """All codes of two symbols as values, and their log probabilities."""
    first, second = np.meshgrid(np.arange(100), np.arange(100), indexing="ij")
    values = np.stack([first.ravel(), second.ravel()], axis=1)
    odds: Floats = log_prior[0, values[:, 0]] + log_prior[1, values[:, 1]]
    return values, odds


@pytest.mark.parametrize(
    ("px_per_cell", "blur"), [(0.5, 0.6), (0.2, 0.7), (0.2, 1.3), (0.12, 1.0)]
)
def test_the_sum_is_that_of_all_codes_however_far_blur_reaches(
    px_per_cell: float, blur: float
) -> None:
    bars = encode("3904", "ITF")[0]
    score, alphabet = seen(bars, px_per_cell, blur, seed=3)
    prior = code_prior(np.array([bars.values]), alphabet, 0.3)
    values, odds = every_pair(prior)
    said = score.score(alphabet.cells(values)) + odds
    chain = sum_over_codes(score, prior, alphabet)
    assert chain.log_mean == pytest.approx(np.logaddexp.reduce(said), abs=0.2)
    assert chain.best == tuple(values[int(said.argmax())])


@pytest.mark.parametrize("blur", [0.66, 1.0, 1.3])
def test_no_more_is_said_for_any_text_than_its_best_code_allows(blur: float) -> None:
    # seen so small, symbols blur into those after the next
    bars = encode("1Z999AA10123456784", "Code128")[0]
    score, alphabet = seen(bars, 0.16, blur, seed=5)
    prior = code_prior(np.array([bars.values]), alphabet, 0.3)
    chain = sum_over_codes(score, prior, alphabet)
    own = score.score(alphabet.cells(np.array([bars.values])))[0]
    best = score.score(alphabet.cells(np.array([chain.best])))[0]
    assert own - 1 < best < own + 20
    assert chain.log_mean < best
