"""The scale of raw ratios, from trials; and what it does to the trials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vapr.calibrate.trials import Kind, Trial
from vapr.evaluate.summary import Share
from vapr.geometry import Floats
from vapr.read.calibration import TemplateScale, deciding

ACCEPT = 9.0
"""A ratio from which one look names a parcel."""
BANDS = (0.14, 0.18, 0.22, 0.27, 0.34, 0.45, 0.7)
"""Px per module between which recall is counted."""
_TAIL = 20  # absent strips, the largest, whose excess gives the rate
_SHARES = (0.999, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


def fit_scale(trials: Iterable[Trial], seed: int) -> TemplateScale:
    """How often absent strips exceed a raw ratio; beyond what was seen, exponential.

    The rate of the tail is the inverse mean excess over its start.
    """
    raw = decisive([trial for trial in trials if not trial.present])
    tail = min(_TAIL / max(len(raw), 1), 0.1)
    wanted = np.array(_SHARES)
    shares = np.append(wanted[wanted > tail], tail)
    knots = np.quantile(raw, 1 - shares)
    excess = raw[raw > knots[-1]] - knots[-1]
    rate = 1 / max(float(excess.mean()), 0.2)
    keep = np.append(np.diff(knots) > 1e-6, True)
    return TemplateScale(
        raw=tuple(round(float(v), 4) for v in knots[keep]),
        log_share=tuple(round(float(v), 4) for v in np.log(shares[keep])),
        rate=round(float(rate), 4),
        seed=seed,
        trials=len(raw),
    )


def decisive(trials: Sequence[Trial]) -> Floats:
    """What strips came to (n,); items that rival each other decide nothing."""
    raw = [deciding(trial.clues) for trial in trials]
    return np.maximum(np.array(raw, np.float64), -100.0)


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
        held_out=_held_out(absent, scale.seed),
        largest=float(decisive(absent).max()),
    )


def accepted(trials: Sequence[Trial], scale: TemplateScale) -> list[Trial]:
    """The strips whose best item a scale accepts."""
    raws = decisive(trials)
    told = zip(trials, raws, strict=True)
    return [trial for trial, raw in told if scale.llr(float(raw)) > ACCEPT]


def _recall(
    present: Sequence[Trial], scale: TemplateScale, low: float, high: float
) -> Recall:
    some = [t for t in present if low <= t.px < high]
    right = [t for t in some if t.right]
    first = Share(len(right), len(some))
    return Recall(low, high, first, Share(len(accepted(right, scale)), len(some)))


def _held_out(absent: Sequence[Trial], seed: int) -> Share:
    halves = (absent[0::2], absent[1::2])
    hits = 0
    for fitted, judged in (halves, halves[::-1]):
        hits += len(accepted(judged, fit_scale(fitted, seed)))
    return Share(hits, len(absent))
