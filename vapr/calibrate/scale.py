"""The scale of raw ratios, from trials; and what it does to the trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vapr.calibrate.trials import Kind, Trial
from vapr.evaluate.summary import Share
from vapr.read.calibration import TemplateScale, lead_of, size_of

ACCEPT = 9.0
"""A ratio from which one look names a parcel."""
BANDS = (0.14, 0.18, 0.22, 0.27, 0.34, 0.45, 0.7)
"""Px per module between which recall is counted."""
_TAIL = 20  # absent strips, the largest, whose excess gives the rate
_OPEN, _CLEAR = 1.0, 20.0  # raw ratios between which a score has something to add
_FEW = 30  # strips
_SHARES = (0.999, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


def fit_scale(trials: Sequence[Trial], seed: int) -> TemplateScale:
    """What makes a score, and how often absent strips exceed it.

    Beyond what was seen the share falls exponentially: the rate of the tail is the
    inverse mean excess over its start.
    """
    lead, px = fit_weights(trials)
    blank = TemplateScale(lead, px, (0.0,), (0.0,), 1.0, seed, 0)
    scores = np.array([blank.score(t.clues) for t in trials if not t.present])
    tail = min(_TAIL / max(len(scores), 1), 0.1)
    wanted = np.array(_SHARES)
    shares = np.append(wanted[wanted > tail], tail)
    knots = np.quantile(scores, 1 - shares)
    excess = scores[scores > knots[-1]] - knots[-1]
    rate = 1 / max(float(excess.mean()), 0.2)
    keep = np.append(np.diff(knots) > 1e-6, True)
    return TemplateScale(
        lead=lead,
        px=px,
        scores=tuple(round(float(v), 4) for v in knots[keep]),
        log_share=tuple(round(float(v), 4) for v in np.log(shares[keep])),
        rate=round(float(rate), 4),
        seed=seed,
        trials=len(scores),
    )


def fit_weights(trials: Sequence[Trial]) -> tuple[float, float]:
    """What a nat of lead and one of px per module weigh against one of raw ratio.

    By logistic regression of strips whose right item came first against absent ones,
    where the raw ratio leaves it open; 0 where strips of either kind are too few.
    """
    open_ = [t for t in trials if t.clues.raw > _OPEN and (t.right or not t.present)]
    rows = [
        (min(t.clues.raw, _CLEAR), lead_of(t.clues), size_of(t.clues), 1.0)
        for t in open_
    ]
    x, y = np.array(rows).reshape(-1, 4), np.array([float(t.present) for t in open_])
    if min(y.sum(), (1 - y).sum()) < _FEW:
        return 0.0, 0.0
    weights = np.zeros(4)
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        bend = (x * (p * (1 - p))[:, None]).T @ x + 0.1 * np.eye(4)
        weights += np.linalg.solve(bend, x.T @ (y - p) - 0.1 * weights)
    _, lead, px, _ = (weights / max(weights[0], 0.2)).tolist()
    return round(float(np.clip(lead, 0, 0.5)), 3), round(float(np.clip(px, -5, 0)), 3)


@dataclass(frozen=True, slots=True)
class Recall:
    """Strips of some px per module that are on the route: right, and accepted so."""

    low: float
    high: float
    first: Share
    accepted: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scale does: recall, false accepts by kind, and under another's scale.

    `misnamed` are strips on the route that were accepted as another item, `held_out`
    false accepts of either half of the strips under a scale fitted on the other half.
    """

    recall: tuple[Recall, ...]
    misnamed: Share
    false: tuple[tuple[Kind, Share], ...]
    held_out: Share
    largest: float


def count_figures(trials: Sequence[Trial], scale: TemplateScale) -> Figures:
    """Count recall and false accepts at `ACCEPT`."""
    present = [t for t in trials if t.present]
    absent = [t for t in trials if not t.present]
    kinds = sorted({t.kind for t in absent})
    by_kind = [(kind, [t for t in absent if t.kind == kind]) for kind in kinds]
    wrong = [t for t in present if not t.right]
    return Figures(
        recall=tuple(
            _recall(present, scale, low, high) for low, high in pairwise(BANDS)
        ),
        misnamed=Share(len(accepted(wrong, scale)), len(present)),
        false=tuple(
            (kind, Share(len(accepted(some, scale)), len(some)))
            for kind, some in by_kind
        ),
        held_out=_held_out(trials, scale.seed),
        largest=max(scale.score(trial.clues) for trial in absent),
    )


def accepted(trials: Sequence[Trial], scale: TemplateScale) -> list[Trial]:
    """The strips whose best item a scale accepts."""
    return [trial for trial in trials if scale.llr(trial.clues) > ACCEPT]


def _recall(
    present: Sequence[Trial], scale: TemplateScale, low: float, high: float
) -> Recall:
    some = [t for t in present if low <= t.px < high]
    right = [t for t in some if t.right]
    first = Share(len(right), len(some))
    return Recall(low, high, first, Share(len(accepted(right, scale)), len(some)))


def _held_out(trials: Sequence[Trial], seed: int) -> Share:
    halves = (trials[0::2], trials[1::2])
    hits = 0
    for fitted, judged in (halves, halves[::-1]):
        absent = [trial for trial in judged if not trial.present]
        hits += len(accepted(absent, fit_scale(fitted, seed)))
    return Share(hits, sum(not trial.present for trial in trials))
