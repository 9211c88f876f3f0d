"""The scale of raw ratios, from trials; and what it does to the trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vapr.calibrate.tail import absent_tail
from vapr.calibrate.trials import Kind, Trial
from vapr.evaluate.summary import Share
from vapr.geometry import Floats
from vapr.read.calibration import CAUTION, TemplateScale, lead_of, raw_of, size_of

ACCEPT = 9.0
"""A ratio from which one look names a parcel."""
BANDS = (0.14, 0.18, 0.22, 0.27, 0.34, 0.45, 0.7)
"""Px per module between which recall is counted."""
_TAIL = 80  # absent strips, the largest, whose excess gives the rate
Weights = Sequence[tuple[float, float]]
_WEIGHTS: Weights = tuple(
    (lead, px) for lead in (0.0, 0.05, 0.1, 0.15, 0.2) for px in (0.0, -1.0, -2.0, -3.0)
)
"""What a nat of lead and one of px per module may weigh against one of raw ratio."""
_SHARES = (0.999, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


def fit_scale(
    trials: Sequence[Trial], seed: int, tried: Weights = _WEIGHTS
) -> TemplateScale:
    """What makes a score, and how often absent strips exceed it.

    Args:
        trials: strips on their routes, and strips that are not.
        seed: they were made from.
        tried: what a nat of lead and one of px per module may weigh.
    """
    absent, present = _facts(trials, present=False), _facts(trials, present=True)
    weights = max(tried, key=lambda pair: _recall_of(pair, absent, present))
    scores = _scores(weights, absent)
    start, rate = _tail(scores)
    wanted = np.array(_SHARES)
    tail = float((scores > start).mean())
    shares = np.append(wanted[wanted > 1.2 * tail], tail)
    knots = np.append(np.quantile(scores, 1 - shares[:-1]), start)
    keep = np.append(np.diff(knots) > 1e-6, True)
    return TemplateScale(
        lead=weights[0],
        px=weights[1],
        scores=tuple(round(float(v), 4) for v in knots[keep]),
        log_share=tuple(round(float(v), 4) for v in np.log(shares[keep])),
        rate=round(rate, 4),
        seed=seed,
        trials=len(scores),
    )


def _facts(trials: Sequence[Trial], *, present: bool) -> Floats:
    """What scores are made of (3, n): raw ratios, leads, sizes of right or absent."""
    chosen = [t for t in trials if t.present == present and (t.right or not present)]
    rows = [(raw_of(t.clues), lead_of(t.clues), size_of(t.clues)) for t in chosen]
    return np.array(rows, np.float64).reshape(-1, 3).T


def _scores(weights: tuple[float, float], facts: Floats) -> Floats:
    out: Floats = facts[0] + weights[0] * facts[1] + weights[1] * facts[2]
    return out


def _recall_of(weights: tuple[float, float], absent: Floats, present: Floats) -> float:
    """The share of right strips that such a score would accept."""
    scores = _scores(weights, absent)
    start, rate = _tail(scores)
    tail = float((scores > start).mean())
    bound = start + (np.log(tail) + ACCEPT + CAUTION) / rate
    return float((_scores(weights, present) > bound).mean()) if present.size else 0.0


def _tail(scores: Floats) -> tuple[float, float]:
    """Where the tail of absent strips starts, and its rate: nats per unit.

    Beyond what was seen the share falls exponentially (no generalised Pareto tail fits
    better); the rate is the inverse mean excess over the start, and so low that no
    strip that was seen is accepted.
    """
    count = min(_TAIL, len(scores) // 10)
    ranked = np.sort(scores)
    start = float(ranked[-count - 1])
    rate = 1 / max(float((ranked[-count:] - start).mean()), 0.2)
    short = ACCEPT + CAUTION + np.log(count / len(ranked))
    return start, float(min(rate, max(short / (ranked[-1] - start + 0.02), 0.1)))


@dataclass(frozen=True, slots=True)
class Recall:
    """Strips of some px per module: those on the route, and those that are not.

    Of the first, how many were right, were `loose` (right with a score that 1 in 1,000
    absent strips exceeds) and were accepted so; of the others, how many came as far as
    `loose`.
    """

    low: float
    high: float
    first: Share
    loose: Share
    accepted: Share
    false_loose: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scale does: recall, false accepts by kind, and under another's scale.

    `misnamed` are strips on the route that were accepted as another item, `held_out`
    false accepts of either half of the strips under a scale fitted on the other half,
    `loose` the score that 1 in 1,000 absent strips exceeds.
    """

    recall: tuple[Recall, ...]
    misnamed: Share
    false: tuple[tuple[Kind, Share], ...]
    held_out: Share
    largest: float
    loose: float


def count_figures(trials: Sequence[Trial], scale: TemplateScale) -> Figures:
    """Count recall and false accepts at `ACCEPT`."""
    present = [t for t in trials if t.present]
    absent = [t for t in trials if not t.present]
    kinds = sorted({t.kind for t in absent})
    by_kind = [(kind, [t for t in absent if t.kind == kind]) for kind in kinds]
    wrong = [t for t in present if not t.right]
    tail = absent_tail(trials, scale)
    loose = tail.exceeded_by(1 / 1000)
    return Figures(
        recall=tuple(
            _recall(trials, scale, loose, (low, high)) for low, high in pairwise(BANDS)
        ),
        misnamed=Share(len(accepted(wrong, scale)), len(present)),
        false=tuple(
            (kind, Share(len(accepted(some, scale)), len(some)))
            for kind, some in by_kind
        ),
        held_out=_held_out(trials, scale.seed),
        largest=max(tail.largest),
        loose=loose,
    )


def accepted(trials: Sequence[Trial], scale: TemplateScale) -> list[Trial]:
    """The strips whose best item a scale accepts."""
    return [trial for trial in trials if scale.llr(trial.clues) > ACCEPT]


def _recall(
    trials: Sequence[Trial],
    scale: TemplateScale,
    loose: float,
    band: tuple[float, float],
) -> Recall:
    some = [t for t in trials if band[0] <= t.px < band[1]]
    absent = [t for t in some if not t.present]
    right = [t for t in some if t.right]
    total = len(some) - len(absent)
    return Recall(
        *band,
        Share(len(right), total),
        Share(_exceeding(right, scale, loose), total),
        Share(len(accepted(right, scale)), total),
        Share(_exceeding(absent, scale, loose), len(absent)),
    )


def _exceeding(trials: Sequence[Trial], scale: TemplateScale, score: float) -> int:
    return sum(scale.score(trial.clues) > score for trial in trials)


def _held_out(trials: Sequence[Trial], seed: int) -> Share:
    halves = (trials[0::2], trials[1::2])
    hits = 0
    for fitted, judged in (halves, halves[::-1]):
        absent = [trial for trial in judged if not trial.present]
        hits += len(accepted(absent, fit_scale(fitted, seed)))
    return Share(hits, sum(not trial.present for trial in trials))
