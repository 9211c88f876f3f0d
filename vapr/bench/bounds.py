"""From when on a reader's answer counts: the shipped bound, and 1 in 1,000.

The product names from a ratio of 9 nats that is ln 1000 ahead of the second item. On
its scale that is far beyond what any of the absent strips of its calibration came to:
1 in 1,000 of them is exceeded at much less. How much less is read off the strips as
they were (`absent` in `readers.json`), not off a fitted tail.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from vapr.bench.answers import Answer, Said
from vapr.errors import ModelError
from vapr.read.calibration import READERS, TemplateScale
from vapr.weights import models_folder

ACCEPT: Final = 9.0
"""The ratio that names a parcel by itself."""
SURE: Final = float(np.log(1000))
"""Nats ahead of the second item."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What an answer must exceed.

    Of a strip the `score` where one is given, else the `ratio` and the lead of `ahead`
    nats; of readers that give ratios, those.
    """

    ratio: float
    ahead: float = 0.0
    score: float | None = None

    def names(self, answer: Answer, scale: TemplateScale) -> bool:
        """Whether what came first is named."""
        if answer.said is not None:
            return self.holds(answer.said, scale)
        if answer.ratio is None:
            return answer.first != "none"
        return answer.ratio > self.ratio and answer.ahead > self.ahead

    def holds(self, said: Said | None, scale: TemplateScale) -> bool:
        """Whether one look at a strip is enough."""
        if said is None:
            return False
        clues = said.clues
        if self.score is not None:
            return scale.score(clues) > self.score
        told = scale.llr(clues)
        second = max(told - clues.lead, scale.floor)
        return told > self.ratio and told - second > self.ahead


SHIPPED: Final = Bound(ACCEPT, SURE)


def bounds() -> tuple[Bound, Bound]:
    """The bound of 1 in 1,000, and the shipped one.

    Raises:
        ModelError: the installed scale has no record of its absent strips.
    """
    return Bound(SURE, score=score_exceeded_by(1 / 1000)), SHIPPED


@cache
def score_exceeded_by(share: float) -> float:
    """The score a share of the calibration's absent strips exceeds.

    Raises:
        ModelError: the installed scale has no record of them.
    """
    try:
        text = (models_folder() / READERS).read_text(encoding="utf-8")
        absent = json.loads(text)["absent"]
        strips, largest = int(absent["strips"]), [float(v) for v in absent["largest"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{READERS}: no record of absent strips; run vapr calibrate"
        ) from error
    return float(np.interp(share * strips, np.arange(len(largest)) + 1, largest))
