"""The hypothesis "none of these": how well codes that are not on the route explain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.candidates import Contest
from vapr.read.fit import cells_at
from vapr.read.freeform import Quadratic, code_prior, quadratic, sum_over_codes
from vapr.read.optics import sharp_response
from vapr.read.symbols import code128_bars

_CORRELATED = 3.0  # pixels that share their noise
_MISFIT = 0.02  # what the model gets wrong, share of the contrast
_SPREAD = 0.3  # of symbols, that differ from what the route's codes have there
_FREE, _NEAR = 0.6, 0.4  # absent codes with any text; with one symbol changed


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """Log-likelihoods on one scale: of each candidate (m,), of an absent code.

    `residual` is the reduced chi square of the best candidate.
    """

    candidates: Floats
    absent: float
    residual: float


def weigh(contest: Contest) -> Weighing:
    """Hold the candidates against codes that are not on the route."""
    inverse = _inverse_variance(contest)
    score, cells = _quadratic(contest, inverse)
    lead = float(score.score(cells[None, :])[0])
    # the others keep their own fitted residual, on the best one's scale
    weight = contest.weight
    scale = float(weight @ inverse) / max(float(weight @ weight), 1e-9)
    scores = lead - 0.5 * scale * (contest.rss - contest.rss.min())
    steps = max(float((inverse > 0).sum()) / 2, 1.0)
    return Weighing(scores, _log_absent(contest, score, cells), -2 * lead / steps)


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


def _log_absent(
    contest: Contest, score: Quadratic, cells: NDArray[np.float64]
) -> float:
    best = contest.best
    if best.page.symbology != "Code128":
        return float(score.score(cells[None, :])[0])
    values = np.array([bars.values for bars in best.page.bars], np.intp)
    free = sum_over_codes(score, cells, code_prior(values, _SPREAD)).log_mean
    near = score.score(_neighbours(best.page.bars[best.row].values))
    top = float(near.max())
    near_mean = top + float(np.log(np.exp(near - top).mean()))
    return float(np.logaddexp(free + np.log(_FREE), near_mean + np.log(_NEAR)))


def _neighbours(values: tuple[int, ...]) -> NDArray[np.float64]:
    """Codes one data symbol away from some values, check symbol recomputed."""
    data = values[:-1]
    rows = [
        code128_bars((*data[:k], v, *data[k + 1 :])).cells
        for k in range(1, len(data))
        for v in range(100)
        if v != data[k]
    ]
    cells = np.frombuffer(b"".join(rows), np.uint8)
    return cells.reshape(len(rows), -1).astype(np.float64)
