"""What readers said of labels: plain values, kept in a journal and judged later.

No threshold is applied here, so that a run can be judged by any, and again by another
scale (`vapr.bench.bounds`).
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from vapr.evaluate.outcomes import Kept
from vapr.read.calibration import Clues

First = Literal["right", "other", "none"]
_FAR = 1e6  # JSON knows no infinity


class Said(BaseModel):
    """What a strip's fit says of its best item, as far as a scale asks for it."""

    model_config = ConfigDict(frozen=True)

    raw: float
    lead: float
    px_per_module: float
    explained: float

    @staticmethod
    def of(clues: Clues) -> "Said":
        """The clues that count, without infinities, four places each."""
        raw, lead, px, explained = (
            round(min(max(value, -_FAR), _FAR), 4)
            for value in (
                clues.raw,
                clues.lead,
                clues.px_per_module,
                clues.explained,
            )
        )
        return Said(raw=raw, lead=lead, px_per_module=px, explained=explained)

    @property
    def clues(self) -> Clues:
        """As `vapr.read` wants them."""
        return Clues(
            self.raw,
            self.lead,
            px_per_module=self.px_per_module,
            explained=self.explained,
        )


class Answer(BaseModel):
    """One reader's answer: whether the label's own item came `first`, and how surely.

    `said` is of one look at a strip; `ratio` and `ahead` are of readers that give a
    ratio against "none of these" (and the nats ahead of the second item) at once.
    Decoders give neither. `absent` is what was said with the label's own item off the
    route (None: not tried, or nothing was said, as `held_off` tells). `cause` is what
    stands in the way where nothing is named.
    """

    model_config = ConfigDict(frozen=True)

    reader: str
    first: First = "none"
    said: Said | None = None
    ratio: float | None = None
    ahead: float = 0.0
    held_off: bool = False
    absent: Said | None = None
    cause: str = ""


class LabelTrial(Kept):
    """All readers' answers on one label; `group` tells kinds of trials apart.

    `size` is what the curve is drawn over: px per module.
    """

    group: str
    size: float
    answers: tuple[Answer, ...]
