"""What absent strips came to at most, kept beside the scale: any bound can be read off.

The scale itself goes on beyond what was seen, by a fitted rate; these are the scores as
they were.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vapr.calibrate.trials import Trial
from vapr.read.calibration import TemplateScale

KEPT = 200
"""The largest scores that are kept: to 1 in 100 of 20,000."""


@dataclass(frozen=True, slots=True)
class AbsentTail:
    """The largest scores of `strips` that were not on their routes, falling."""

    strips: int
    largest: tuple[float, ...]

    def exceeded_by(self, share: float) -> float:
        """The score that a share of the strips exceeds, between ranks interpolated.

        The largest of all for shares below one strip, and the least kept for large
        ones.
        """
        ranks = np.arange(1, len(self.largest) + 1)
        return float(np.interp(share * self.strips, ranks, self.largest))


def absent_tail(trials: Sequence[Trial], scale: TemplateScale) -> AbsentTail:
    """The tail of the trials that are not on their routes."""
    scores = [scale.score(trial.clues) for trial in trials if not trial.present]
    largest = sorted(scores, reverse=True)[:KEPT]
    return AbsentTail(len(scores), tuple(round(score, 3) for score in largest))


def add_tail(path: Path, tail: AbsentTail) -> None:
    """Write the tail into a readers' file, beside its scale."""
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    facts["absent"] = {"strips": tail.strips, "largest": list(tail.largest)}
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
