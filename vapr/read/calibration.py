"""The readers' common scale: what a raw ratio means, from made labels.

Written by `vapr.calibrate` into `models/readers.json`, with its seed.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vapr.errors import ModelError
from vapr.weights import models_folder

READERS = "readers.json"
_MISLED = 0.3  # how often a strip is not the tracking code, or fits badly, all the same
_CAP = 14.0
_AHEAD = 15.0  # nats of lead that count
_SIZES = (0.1, 0.4)  # px per module between which the size counts
_WORST = -100.0
_EXPLAINED = 0.82  # of the variance of a strip, by a code that is there
CAUTION = 1.2
"""Nats kept back for what the made labels do not show."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a strip's fit says of its best item, before it is put on the scale.

    `raw` is the ratio against "none of these" (-inf: no item fits), `lead` how much
    more that is than what is said of the second item; the others as in `StripMatch`.
    """

    raw: float
    lead: float = float("inf")
    px_per_module: float = 0.25
    residual: float = 0.0
    misfit: float = 1.0
    explained: float = 1.0
    blur: float = 0.0
    contrast: float = 0.0


@dataclass(frozen=True, slots=True)
class TemplateScale:
    """How often a strip that is not on the route gets a score above some value.

    The score is the raw ratio plus `lead` for every nat of lead on the second item and
    `px` for every nat of px per module: the smaller the modules, the less often an
    absent strip comes to much. For values `scores` (rising) the share is
    exp(`log_share`); above the last one it falls by `rate` nats per unit. Fitted on
    `trials` strips made from `seed`.
    """

    lead: float
    px: float
    scores: tuple[float, ...]
    log_share: tuple[float, ...]
    rate: float
    seed: int
    trials: int

    def score(self, clues: Clues) -> float:
        """The score of a strip's best item."""
        lead, size = self.lead * lead_of(clues), self.px * size_of(clues)
        return raw_of(clues) + lead + size

    def llr(self, clues: Clues) -> float:
        """What a strip says of its best item, on the common scale.

        A strip that is not on the route exceeds a ratio x with a probability of about
        exp(-x), the best of all items counted. Never far below 0: strips are guesses.
        """
        score = self.score(clues)
        share = float(np.interp(score, self.scores, self.log_share))
        if score > self.scores[-1]:
            share -= self.rate * (score - self.scores[-1])
        told = -share - CAUTION
        return float(np.clip(told, self.floor, _CAP))

    @property
    def floor(self) -> float:
        """What a strip says at least of any item."""
        return float(np.log(_MISLED))


def raw_of(clues: Clues) -> float:
    """The raw ratio as it enters the score.

    A code that leaves much of its strip unexplained is not there: of made strips whose
    right item had a ratio beyond 9, 99 in 100 were explained to 0.93 and more, labels
    of traced vans to 0.83; every seventh absent one that came so far, to less.
    """
    raw = max(clues.raw, _WORST)
    return raw if clues.explained >= _EXPLAINED else min(raw, 0.0)


def lead_of(clues: Clues) -> float:
    """The lead as it enters the score, nats."""
    return min(max(clues.lead, 0.0), _AHEAD)


def size_of(clues: Clues) -> float:
    """The size of modules as it enters the score: log px per module against 0.25."""
    return float(np.log(np.clip(clues.px_per_module, *_SIZES) / 0.25))


def template_scale() -> TemplateScale:
    """The scale that came with this installation.

    Raises:
        ModelError: it is missing or damaged.
    """
    return read_scale(models_folder() / READERS)


@cache
def read_scale(path: Path) -> TemplateScale:
    """The scale of a readers' file.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))["template"]
        scores, shares = (tuple(map(float, facts[k])) for k in ("scores", "log_share"))
        weights = (float(facts["lead"]), float(facts["px"]))
        rate, seed, trials = facts["rate"], int(facts["seed"]), int(facts["trials"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path.name}: no readable scale; install vapr again"
        ) from error
    return TemplateScale(*weights, scores, shares, float(rate), seed, trials)


def write_scale(path: Path, scale: TemplateScale) -> None:
    """Write a readers' file."""
    text = json.dumps({"template": asdict(scale)}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
