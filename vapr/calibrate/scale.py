"""The scale of raw ratios, from trials; and the plot that shows how far it holds."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vapr.calibrate.trials import Trial, run_trials
from vapr.geometry import Floats
from vapr.read.calibration import READERS, TemplateScale, deciding, write_scale
from vapr.types import Image

_TAIL = 20  # absent strips, the largest, whose excess gives the rate
_ACCEPT = 9.0  # a ratio that match takes for certain


def calibrate_readers(out: Path, seed: int = 11, count: int = 1000) -> TemplateScale:
    """Make strips, hold them against routes, fit the scale, write it and its plot.

    Args:
        out: the folder that gets `readers.json` and `readers.png`.
        seed: of everything drawn.
        count: strips; each is tried with its item on the route and without.

    Returns:
        The scale.
    """
    trials = list(run_trials(seed, count))
    scale = fit_scale(trials, seed)
    out.mkdir(parents=True, exist_ok=True)
    write_scale(out / READERS, scale)
    cv2.imwrite(str(out / READERS.replace("json", "png")), draw_scale(trials, scale))
    return scale


def fit_scale(trials: Sequence[Trial], seed: int) -> TemplateScale:
    """How often absent strips exceed a raw ratio; beyond what was seen, exponential.

    The rate of the tail is the inverse mean excess over its start.
    """
    raw = _absent(trials)
    tail = min(_TAIL / max(len(raw), 1), 0.1)
    wanted = np.array([0.999, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05])
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


def _absent(trials: Sequence[Trial]) -> Floats:
    """What absent strips came to; items that rival each other decide nothing."""
    absent = [t for t in trials if not t.present]
    raw = np.array([deciding(t.raw, t.lead) for t in absent], np.float64)
    return np.maximum(raw, -100.0)


def draw_scale(trials: Sequence[Trial], scale: TemplateScale) -> Image:
    """False accepts by ratio, claimed and seen; beside it recall by px per module."""
    left, right = _paper("false accepts by ratio"), _paper("recall by px per module")
    absent = np.array([scale.llr(raw) for raw in _absent(trials)])
    ratios = np.linspace(0, 12, 49)
    seen = np.array([max(float((absent > r).mean()), 1e-6) for r in ratios])
    _curve(left, ratios / 12, -np.log10(np.exp(-ratios)) / 6, (160, 160, 160))
    _curve(left, ratios / 12, np.minimum(-np.log10(seen) / 6, 1), (0, 110, 220))
    present = [t for t in trials if t.present]
    px = np.array([t.px_per_module for t in present])
    taken = np.array(
        [t.right and scale.llr(deciding(t.raw, t.lead)) > _ACCEPT for t in present]
    )
    first = np.array([t.right for t in present])
    edges = np.linspace(0.14, 0.7, 9)
    bins = np.clip(np.digitize(px, edges) - 1, 0, 7)
    middle = (edges[:-1] + edges[1:]) / 2
    for values, colour in ((first, (160, 160, 160)), (taken, (60, 150, 60))):
        share = [values[bins == k].mean() if (bins == k).any() else 0 for k in range(8)]
        _curve(right, (middle - 0.14) / 0.56, 1 - np.array(share), colour)
    return np.hstack([left, right])


_SIZE, _EDGE = 420, 50


def _paper(title: str) -> Image:
    paper = np.full((_SIZE, _SIZE, 3), 255, np.uint8)
    inner = _SIZE - _EDGE
    cv2.rectangle(paper, (_EDGE, _EDGE), (inner, inner), (90, 90, 90), 1)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(
        paper, title, (_EDGE, _EDGE - 15), font, 0.55, (30, 30, 30), 1, cv2.LINE_AA
    )
    return paper


def _curve(paper: Image, x: Floats, down: Floats, colour: tuple[int, int, int]) -> None:
    """A line through points given as shares of the frame, from its top left."""
    inner = _SIZE - 2 * _EDGE
    points = np.column_stack([x, down]) * inner + _EDGE
    line = [np.round(points).astype(np.int32)]
    cv2.polylines(
        paper, line, isClosed=False, color=colour, thickness=2, lineType=cv2.LINE_AA
    )
