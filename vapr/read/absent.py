"""The hypothesis "none of these": how well codes that are not on the route explain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.candidates import Contest
from vapr.read.codebook import Page
from vapr.read.fit import cells_at
from vapr.read.freeform import (
    Quadratic,
    code_prior,
    leave_out,
    quadratic,
    sum_over_codes,
    summed,
)
from vapr.read.near import cells_of, changed_rows, serial_rows
from vapr.read.optics import sharp_response
from vapr.read.symbols import alphabet_of

_CORRELATED = 0.75  # of the noise of single pixels; the optics smooth it
_MISFIT = 0.006  # what the model gets wrong at least, share of the contrast
_SPREADS = (0.3, 0.03)  # of symbols, that differ from what the route's codes have there
# any text, in both spreads; one symbol changed; a near serial; one farther off
_SHARES = (0.2, 0.2, 0.2, 0.3, 0.1)
_TOLERATED = 1.2  # misfit
_IDLE = 2.0  # a ratio so small says nothing anyway


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """Log-likelihoods on one scale: of each candidate (m,), of an absent code.

    `route` (n,) are those of all codes on the leader's page where that is fitted best;
    None where they were not asked. `residual` is the reduced chi square of the leader,
    `misfit` that of the best code of any text (at least 1).
    """

    candidates: Floats
    absent: float
    residual: float
    misfit: float
    route: Floats | None = None

    def told(self, contest: Contest) -> Iterator[tuple[Page, int, float]]:
        """Codes as page and row, each with its log-likelihood."""
        asked = set()
        for one, score in zip(contest.found, self.candidates.tolist(), strict=True):
            if np.isfinite(score):
                asked.add((id(one.page), one.row))
                yield one.page, one.row, score
        page = contest.best.page
        for row, score in enumerate([] if self.route is None else self.route.tolist()):
            if (id(page), row) not in asked:
                yield page, row, score


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What one look says of any cells, and of the leader (`lead`).

    `inverse` (n,) are its inverse variances, `steps` how many observations it holds.
    """

    contest: Contest
    inverse: Floats
    score: Quadratic
    lead: float

    @property
    def steps(self) -> float:
        return max(float((self.inverse > 0).sum()) / 2, 1.0)

    def scaled(self, by: float) -> "_Said":
        """The same with `by` times the inverse variance."""
        score = self.score.scaled(by)
        return _Said(self.contest, by * self.inverse, score, by * self.lead)


def weigh(
    contests: Sequence[Contest],
    shares: Sequence[float] = (1.0,),
    *,
    all_route: bool = False,
) -> Weighing:
    """Hold the candidates against codes that are not on the route.

    Args:
        contests: one for each look at a strip, with the same candidates and leader.
        shares: how much of what each look says counts.
        all_route: ask all codes on the leader's page, too.
    """
    first = contests[0]
    cells = first.best.page.cells[first.best.row].astype(np.float64)
    said = [_said(contest, cells) for contest in contests]
    free = _any_text(first, summed([one.score for one in said]), cells, _SPREADS[0])
    excess = [_excess(one, free) for one in said]
    residual = -2 * sum(one.lead for one in said) / sum(one.steps for one in said)
    factors = [
        share / (more if more > _TOLERATED else 1.0)
        for share, more in zip(shares, excess, strict=True)
    ]
    said = [one.scaled(by) for one, by in zip(said, factors, strict=True)]
    score = summed([one.score for one in said])
    if any(by != 1.0 for by in factors):
        free = _any_text(first, score, cells, _SPREADS[0])
    lead = sum(one.lead for one in said)
    # the others keep their own fitted residual, on the leader's scale
    behind = sum(_behind(one) for one in said)
    return Weighing(
        candidates=np.asarray(lead - behind, np.float64),
        absent=_log_absent(first, score, cells, free, lead),
        residual=residual,
        misfit=float(np.mean(excess)),
        route=score.score(first.best.page.cells) if all_route else None,
    )


def _said(contest: Contest, cells: NDArray[np.float64]) -> _Said:
    inverse = _inverse_variance(contest)
    score = _quadratic(contest, inverse)
    return _Said(contest, inverse, score, float(score.score(cells[None, :])[0]))


def _excess(said: _Said, free: "_Free | None") -> float:
    """What even the best arbitrary code leaves unexplained: misfit, not evidence."""
    if free is None:
        return 1.0
    best = float(said.score.score(free.cells)[0])
    return max(1.0, min(-2 * best, -2 * said.lead) / said.steps)


def _behind(said: _Said) -> Floats:
    """How far each candidate is behind the leader, each fitted as suits it best."""
    contest = said.contest
    weight = contest.weight
    scale = float(weight @ said.inverse) / max(float(weight @ weight), 1e-9)
    out: Floats = 0.5 * scale * (contest.rss - contest.rss[contest.leader])
    return out


def _inverse_variance(contest: Contest) -> Floats:
    """1 / variance of each step; two steps of half a px make one observation."""
    weight = contest.weight
    floor = (_MISFIT * float(contest.lead.contrast[0])) ** 2
    variance = _CORRELATED * contest.noise / np.maximum(weight, 1e-9) + floor
    out: Floats = np.where(weight > 0, 0.5 / variance, 0.0)
    return out


def _quadratic(contest: Contest, inverse: Floats) -> Quadratic:
    """The residual as a function of the cells, in reading order."""
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
    return quadratic(response, target, inverse)


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
