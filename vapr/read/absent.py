"""The hypothesis "none of these": how well codes that are not on the route explain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.candidates import Contest
from vapr.read.fit import cells_at
from vapr.read.freeform import (
    Quadratic,
    code_prior,
    leave_out,
    quadratic,
    sum_over_codes,
)
from vapr.read.near import cells_of, changed_rows, serial_rows
from vapr.read.optics import sharp_response
from vapr.read.symbols import alphabet_of

_CORRELATED = 0.75  # of the noise of single pixels; the optics smooth it
_MISFIT = 0.01  # what the model gets wrong, share of the contrast
_SPREADS = (0.3, 0.03)  # of symbols, that differ from what the route's codes have there
# any text, in both spreads; one symbol changed; a near serial; one farther off
_SHARES = (0.2, 0.2, 0.2, 0.3, 0.1)
_IDLE = 2.0  # a ratio so small says nothing anyway


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
    free = _any_text(contest, score, cells, _SPREADS[0])
    excess = 1.0
    if free is not None:
        # what even the best arbitrary code leaves unexplained is misfit, not evidence
        best = score.score(free.cells)
        excess = max(1.0, min(-2 * float(best[0]), -2 * lead) / steps)
        if excess > 1.2:
            inverse, score = inverse / excess, score.scaled(1 / excess)
            lead = float(score.score(cells[None, :])[0])
            free = _any_text(contest, score, cells, _SPREADS[0])
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


@dataclass(frozen=True, slots=True, eq=False)
class _Free:
    """Codes of any text: the log of their mean likelihood, the best one (1, width).

    The route's best code is not among them, or on routes of serials, where it is likely
    as such, it would be its own rival.
    """

    log_mean: float
    cells: Floats


def _any_text(
    contest: Contest, score: Quadratic, cells: Floats, spread: float
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
    prior = code_prior(values, alphabet, spread)
    chain = sum_over_codes(score, prior, alphabet)
    log_mean = leave_out(chain, prior, own, float(score.score(cells[None, :])[0]))
    return _Free(log_mean, alphabet.cells(np.array([chain.best], np.intp)))


def _log_absent(
    contest: Contest, score: Quadratic, cells: Floats, free: _Free | None, lead: float
) -> float:
    """Codes of unknown symbologies are never told from absent ones.

    Where codes of any text already say about as much as the best one, near rivals need
    no asking.
    """
    best = contest.best
    if free is None:
        return lead
    any_text = float(np.log(_SHARES[0])) + free.log_mean
    if any_text > lead - _IDLE:
        return any_text
    bars = best.page.bars[best.row]
    kin = _any_text(contest, score, cells, _SPREADS[1])
    means = [free.log_mean, kin.log_mean if kin else -np.inf]
    for rivals in (changed_rows(bars), *serial_rows(bars, best.page.texts)):
        means.append(_log_mean(_score_near(score, cells, cells_of(rivals, bars))))
    return float(np.logaddexp.reduce(np.log(_SHARES) + np.array(means)))


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
