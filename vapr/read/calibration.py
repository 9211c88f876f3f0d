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
_SHY = 2.0  # a lead this much smaller than the ratio still decides
_EXPLAINED = 0.65  # of the variance of a strip, by a code that is there
_CAUTION = 1.2  # nats kept back for what the made labels do not show


@dataclass(frozen=True, slots=True)
class Clues:
    """What a strip's fit says of its best item, before it is put on the scale.

    `raw` is the ratio against "none of these" (-inf: no item fits), `lead` how much
    more that is than what is said of the second item; the others as in `StripMatch`.
    """

    raw: float
    lead: float = float("inf")
    px_per_module: float = 0.0
    residual: float = 0.0
    misfit: float = 1.0
    explained: float = 1.0
    blur: float = 0.0
    contrast: float = 0.0


@dataclass(frozen=True, slots=True)
class TemplateScale:
    """How often a strip that is not on the route gets a raw ratio above some value.

    For values `raw` (rising) the share is exp(`log_share`); above the last one it
    falls by `rate` nats per unit. Fitted on `trials` strips made from `seed`.
    """

    raw: tuple[float, ...]
    log_share: tuple[float, ...]
    rate: float
    seed: int
    trials: int

    def llr(self, raw: float) -> float:
        """A raw ratio on the common scale.

        A strip that is not on the route exceeds a ratio x with a probability of about
        exp(-x), the best of all items counted. Never far below 0: strips are guesses.
        """
        share = float(np.interp(raw, self.raw, self.log_share))
        if raw > self.raw[-1]:
            share -= self.rate * (raw - self.raw[-1])
        told = -share - _CAUTION
        return float(np.clip(told, np.log(_MISLED), _CAP))


def deciding(clues: Clues) -> float:
    """The part of a raw ratio that counts.

    Items that rival each other closely are as likely rivals of an absent one; and a
    code that leaves much of its strip unexplained is not there: made strips whose
    right item came first were explained to 86 % and more.
    """
    raw = min(clues.raw, clues.lead + _SHY)
    return raw if clues.explained >= _EXPLAINED else min(raw, 0.0)


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
        raw, log_share = (tuple(map(float, facts[k])) for k in ("raw", "log_share"))
        numbers = (float(facts["rate"]), int(facts["seed"]), int(facts["trials"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path.name}: no readable scale; install vapr again"
        ) from error
    return TemplateScale(raw, log_share, *numbers)


def write_scale(path: Path, scale: TemplateScale) -> None:
    """Write a readers' file."""
    text = json.dumps({"template": asdict(scale)}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
