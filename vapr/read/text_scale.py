"""The scale of text: what a raw ratio means, from made labels (`models/text.json`)."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from vapr.errors import ModelError
from vapr.weights import models_folder

FILE: Final = "text.json"


@dataclass(frozen=True, slots=True)
class TextScale:
    """A raw ratio on the readers' common scale: a line, cut off at `cap`.

    A label that is not on the route exceeds a ratio x for the best of all its items
    with a probability of about exp(-x). Fitted on `trials` labels made from `seed`.
    """

    slope: float
    caution: float
    cap: float
    seed: int
    trials: int

    def llr(self, raw: float) -> float:
        """A raw ratio on the common scale."""
        return min(self.slope * raw - self.caution, self.cap)


def text_scale() -> TextScale:
    """The scale that came with this installation.

    Raises:
        ModelError: it is missing or damaged.
    """
    return read_text_scale(models_folder() / FILE)


@cache
def read_text_scale(path: Path) -> TextScale:
    """The scale of a file.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        numbers = (float(facts[name]) for name in ("slope", "caution", "cap"))
        return TextScale(*numbers, int(facts["seed"]), int(facts["trials"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path.name}: no readable scale; install vapr again"
        ) from error


def write_text_scale(path: Path, scale: TextScale) -> None:
    """Write a scale's file."""
    text = json.dumps(asdict(scale), indent=1)
    path.write_text(text + "\n", encoding="utf-8")
