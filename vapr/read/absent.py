"""The hypothesis "none of these": how well codes that are not on the route explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.candidates import Contest
from vapr.read.fit import cells_at
from vapr.read.freeform import Quadratic, code_prior, quadratic, sum_over_codes
from vapr.read.optics import sharp_response
from vapr.read.symbols import (
    FNC1,
    Bars,
    alphabet_of,
    code128_form,
    code128_spans,
    code128_values,
    symbol_values,
)
from vapr.route.rivals import changed_within, neighbours, serials

_CORRELATED = 0.75  # of the noise of single pixels; the optics smooth it
_MISFIT = 0.01  # what the model gets wrong, share of the contrast
_SPREADS = (0.3, 0.03)  # of symbols, that differ from what the route's codes have there
# any text; one symbol changed; a near serial; one farther off
_SHARES = (0.4, 0.2, 0.3, 0.1)
_NEAR, _FAR = 150, 600  # serials before and after
_CHANGED = 64  # rivals with other places, where symbols carry no check


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """Log-likelihoods on one scale: of each candidate (m,), of an absent code.

    `residual` is the reduced chi square of the best candidate, `misfit` that of the
    best code of any text (at least 1).
    """

    candidates: Floats
    absent: float
    residual: float
    misfit: float


def weigh(contest: Contest) -> Weighing:
    """Hold the candidates against codes that are not on the route."""
    inverse = _inverse_variance(contest)
    score, cells = _quadratic(contest, inverse)
    lead = float(score.score(cells[None, :])[0])
    steps = max(float((inverse > 0).sum()) / 2, 1.0)
    residual = -2 * lead / steps
    free = _free_code(contest, score, cells)
    excess = 1.0
    if free is not None:
        # what even the best arbitrary code leaves unexplained is misfit, not evidence
        excess = max(1.0, min(-2 * free.best, -2 * lead) / steps)
        if excess > 1.2:
            inverse, score = inverse / excess, score.scaled(1 / excess)
            lead = float(score.score(cells[None, :])[0])
            free = _free_code(contest, score, cells)
    # the others keep their own fitted residual, on the best one's scale
    weight = contest.weight
    scale = float(weight @ inverse) / max(float(weight @ weight), 1e-9)
    scores = lead - 0.5 * scale * (contest.rss - contest.rss.min())
    absent = _log_absent(contest, score, cells, free, lead)
    return Weighing(scores, absent, residual, excess)


def _inverse_variance(contest: Contest) -> Floats:
    """1 / variance of each step; two steps of half a px make one observation."""
    weight = contest.weight
    floor = (_MISFIT * float(contest.lead.contrast[0])) ** 2
    variance = _CORRELATED * contest.noise / np.maximum(weight, 1e-9) + floor
    out: Floats = np.where(weight > 0, 0.5 / variance, 0.0)
    return out


def _quadratic(
    contest: Contest, inverse: Floats
) -> tuple[Quadratic, NDArray[np.float64]]:
    """The residual as a function of the cells, in reading order; the best cells."""
    best, lead, profile = contest.best, contest.lead, contest.profile
    width = best.page.width
    where, unit = cells_at(lead.place, profile.x, width)
    px = float(lead.place[0, 1] - lead.place[0, 0]) / width
    mid = np.clip(unit[0], -0.2, 1.2) - 0.5
    light = lead.light[0]
    response = sharp_response(width, px, where[0] * px, lead.blur)
    response = response * (light[2] + light[3] * mid)
    target = profile.y - light[0] - light[1] * mid
    if best.reverse:
        response = response[::-1]
    cells = best.page.cells[best.row].astype(np.float64)
    return quadratic(response, target, inverse), cells


@dataclass(frozen=True, slots=True)
class _Free:
    """Codes of any text: the log of their mean likelihood, that of the best one."""

    log_mean: float
    best: float


def _free_code(
    contest: Contest, score: Quadratic, cells: NDArray[np.float64]
) -> _Free | None:
    """None where the symbology is one the chain does not know."""
    best = contest.best
    alphabet = alphabet_of(best.page.bars[0])
    if alphabet is None:
        return None
    # the best code itself says nothing of the codes that are absent
    kin = [bars.values for i, bars in enumerate(best.page.bars) if i != best.row]
    own = best.page.bars[best.row].values
    values = np.array(kin, np.intp).reshape(-1, len(own))
    priors = [code_prior(values, alphabet, spread) for spread in _SPREADS]
    chains = [sum_over_codes(score, cells, prior, alphabet) for prior in priors]
    texts = np.array([chain.best for chain in chains], np.intp)
    likest = score.score(alphabet.cells(texts))
    means = np.array([chain.log_mean for chain in chains])
    return _Free(_log_mean(means), float(likest.max()))


def _log_absent(
    contest: Contest,
    score: Quadratic,
    cells: NDArray[np.float64],
    free: _Free | None,
    lead: float,
) -> float:
    """Codes of unknown symbologies are never told from absent ones.

    Where codes of any text already say as much as the best one, near rivals need no
    asking.
    """
    best = contest.best
    if free is None:
        return lead
    any_text = float(np.log(_SHARES[0])) + free.log_mean
    if any_text >= lead:
        return any_text
    bars = best.page.bars[best.row]
    near = _log_mean(_score_near(score, cells, _codes(_changed(bars), bars)))
    serials = [
        _log_mean(_score_near(score, cells, _codes(rows, bars)))
        for rows in _serials(bars, best.page.texts)
    ]
    rivals = np.log(_SHARES[1:]) + np.array([near, *serials])
    return float(np.logaddexp.reduce([any_text, *rivals]))


def _score_near(
    score: Quadratic, cells: NDArray[np.float64], rivals: NDArray[np.float64]
) -> Floats:
    """Log-likelihoods of rivals (m, width) that share most cells with some code's."""
    spots = np.flatnonzero((rivals != cells).any(axis=0))
    moved = rivals[:, spots] - cells[spots]
    slope = score.linear[spots] - score.gram[spots] @ cells
    bent = np.einsum("mi,mi->m", moved @ score.gram[np.ix_(spots, spots)], moved)
    out: Floats = score.score(cells[None, :])[0] + moved @ slope - 0.5 * bent
    return out


def _log_mean(scores: Floats) -> float:
    if len(scores) == 0:
        return -np.inf
    top = float(scores.max())
    return top + float(np.log(np.exp(scores - top).mean()))


def _serials(bars: Bars, taken: frozenset[str]) -> list[list[tuple[int, ...]]]:
    """Symbol values of the serials near a code, and farther off, not on the route.

    What the route has competes as a candidate, with a place of its own.
    """
    known = _serial_values(bars)
    return [
        [values for text, values in part if text not in taken]
        for part in (known[: 2 * _NEAR], known[2 * _NEAR :])
    ]


def _codes(rows: Sequence[tuple[int, ...]], bars: Bars) -> NDArray[np.float64]:
    """Symbol values, check symbol left out, as cells of the same kind as some bars."""
    alphabet = alphabet_of(bars)
    if not rows or alphabet is None:
        return np.empty((0, len(bars.cells)))
    values = np.array(rows, np.intp)
    if bars.symbology == "Code128":
        steps = np.maximum(np.arange(values.shape[1]), 1)
        values = np.column_stack([values, values @ steps % 103])
    return alphabet.cells(values)


@lru_cache(maxsize=512)
def _serial_values(bars: Bars) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The texts around a code's serial and their symbol values without check."""
    head, number = _cut_head(bars.text)
    texts = [head + rival for rival in serials(number, _FAR)]
    return tuple(
        pair for pair in zip(texts, _alike(texts, bars), strict=True) if pair[1]
    )


@lru_cache(maxsize=512)
def _changed(bars: Bars) -> list[tuple[int, ...]]:
    """Symbol values of numbers one symbol away, check digits recomputed.

    Most schemes have a check digit of their own, so that a second symbol changes too:
    a code that breaks it is no rival, as nobody prints it.
    """
    head, number = _cut_head(bars.text)
    if bars.symbology == "Code128":
        spans = [(a - len(head), b - len(head)) for a, b in code128_spans(bars)]
        texts = changed_within(number, [span for span in spans if span[0] >= 0])
    else:
        texts = list(neighbours(number, _CHANGED))
    return [row for row in _alike([head + text for text in texts], bars) if row]


def _alike(texts: Sequence[str], bars: Bars) -> list[tuple[int, ...]]:
    """Texts' symbol values in the form of some bars; none if a length differs."""
    if bars.symbology == "Code128":
        count = len(bars.values) - 1
        eager, use_c = code128_form(bars)
        found = [tuple(code128_values(t, eager=eager, use_c=use_c)) for t in texts]
    else:
        count = len(bars.values)
        found = [symbol_values(text, bars.symbology) for text in texts]
    return [values if len(values) == count else () for values in found]


def _cut_head(text: str) -> tuple[str, str]:
    """What stands in front of the number on its code (420 + ZIP, FNC1), the number."""
    postal = 8 if text.startswith("420") and len(text) == 30 else 0
    start = text.rfind(FNC1) + 1 or postal
    return text[:start], text[start:]
