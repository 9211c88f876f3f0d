"""The scale of matrix codes, from trials, and its card."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from vapr.calibrate.card import share_of
from vapr.calibrate.scale import ACCEPT, accepted, fit_scale
from vapr.calibrate.tail import absent_tail, add_tail
from vapr.calibrate.trials import Trial
from vapr.evaluate.summary import Share
from vapr.read.calibration import TemplateScale, write_scale
from vapr.read.matrix import MATRIX

BANDS: Final = (0.35, 0.5, 0.6, 0.7, 0.85, 1.0, 1.4)
"""Px per module between which recall is counted."""
_WEIGHTS = ((0.0, 0.0),)  # no lead: see the card
_NOTHING = -1e8  # a raw ratio below: no code was found that could be told

_INTRO = """# matrix.json: what a raw ratio of a matrix code means

`vapr.read.matrix` says how much better a QR code or Data Matrix agrees with an item of
the route than with any code that is not on it. `matrix.json` turns that raw ratio into
one that bounds false accepts, as `readers.json` does for bars: what is not on the route
exceeds a ratio x in about exp(-x) of all cases, the best of 300 items counted.
`vapr calibrate` makes this file and its figures anew.

- **Made from** labels with one such code, print, rules and bars at random places before
  the physical camera of `readers.md`; 0.35 to 1.4 px per module; the label's corners
  off by 3 %; where the code lies is found as in use. Codes in every level, version,
  mode and mask a writer may choose. No photograph and no made van was used.
- **Held against** routes of 300 items, half of them at random, half consecutive serials
  with gaps, each item with a sort code and a postal code, so that its code may say
  eleven things. What is not on the route: other numbers of the scheme, the same head
  with other last digits, one or two symbols changed, serials up to twelve away; and
  codes of any other text, or none at all.
- **The score** is the raw ratio, less 25 nats for each time that the modules are e
  times larger than 0.45 px. Codes that are there say far more when they are large; what
  is only like one hardly does: in made vans a piece of bars of 2 px a module and a QR
  code of another size at 0.95 px came to raw ratios of 20 and 17, which no absent code
  of the trials reached. The lead on the second item would name no more codes, and makes
  the tail of what is not on the route heavier.
- **Counted** are labels on which some code was found that could be told; beyond what
  was seen the share falls exponentially, and 1.2 nats are kept back.
- **Only like a code**: what explains less than 0.6 of the variance of its pixels, or is
  larger than 1.5 px per module and was not decoded, says nothing.
- **Not covered**: motion blur, strong curvature, codes partly covered; codes with
  fields that no manifest tells, which are only decoded.
"""


def is_told(trial: Trial) -> bool:
    """Whether a code was found on the label that could be told."""
    return trial.clues.raw > _NOTHING


def fit_matrix_scale(trials: Sequence[Trial], seed: int) -> TemplateScale:
    """The scale of what is told; where nothing is, nothing needs a scale."""
    return fit_scale([t for t in trials if is_told(t)], seed, _WEIGHTS)


def write_matrix_card(
    folder: Path, trials: Sequence[Trial], scale: TemplateScale
) -> str:
    """Write `matrix.json` and `matrix.md` into a folder; returns the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / MATRIX
    write_scale(file, scale)
    add_tail(file, absent_tail([t for t in trials if is_told(t)], scale))
    text = describe_matrix(trials, scale)
    file.with_suffix(".md").write_text(f"{_INTRO}\n{text}", encoding="utf-8")
    return text


def describe_matrix(trials: Sequence[Trial], scale: TemplateScale) -> str:
    """The figures as Markdown."""
    absent = [t for t in trials if not t.present]
    present = [t for t in trials if t.present]
    wrong = [t for t in present if not t.right]
    kinds = sorted({t.kind for t in absent})
    by_kind = [(kind, [t for t in absent if t.kind == kind]) for kind in kinds]
    false = ", ".join(f"{_accepted(some, scale)} {kind}" for kind, some in by_kind)
    told = [t for t in absent if is_told(t)]
    largest = max((scale.score(t.clues) for t in told), default=0.0)
    rows = [_row(present, scale, band) for band in pairwise(BANDS)]
    misnamed = Share(len(accepted(wrong, scale)), len(present))
    return "\n".join(
        [
            f"## Figures (seed {scale.seed}, one look, accepted from a ratio of "
            f"{ACCEPT:g})",
            "",
            f"Labels whose code is not on the route: {len(absent)}, of which "
            f"{len(told)} could be told. Accepted: {false}. The largest score was "
            f"{largest:.1f}. Each half judged by a scale fitted on the other: "
            f"{share_of(_held_out(trials, scale.seed))} accepted. Labels on the route, "
            f"taken for another item: {share_of(misnamed)}.",
            "",
            "| px per module | right item first | accepted |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _accepted(trials: Sequence[Trial], scale: TemplateScale) -> str:
    return share_of(Share(len(accepted(trials, scale)), len(trials)))


def _row(
    present: Sequence[Trial], scale: TemplateScale, band: tuple[float, float]
) -> str:
    some = [t for t in present if band[0] <= t.px < band[1]]
    right = [t for t in some if t.right]
    first = share_of(Share(len(right), len(some)))
    named = share_of(Share(len(accepted(right, scale)), len(some)))
    return f"| {band[0]:.2f}-{band[1]:.2f} | {first} | {named} |"


def _held_out(trials: Sequence[Trial], seed: int) -> Share:
    """False accepts of either half under a scale fitted on the other."""
    halves = (trials[0::2], trials[1::2])
    hits, count = 0, 0
    for fitted, judged in (halves, halves[::-1]):
        absent = [t for t in judged if not t.present]
        hits += len(accepted(absent, fit_matrix_scale(fitted, seed)))
        count += len(absent)
    return Share(hits, count)
