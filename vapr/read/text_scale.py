"""The scale of text: what a raw ratio means, from made labels (`models/text.json`)."""

import json
from collections.abc import Mapping
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

    A print that is not on the route exceeds a ratio x for the best of all its items
    with a probability of about exp(-x). Fitted on `trials` made from `seed`.
    """

    slope: float
    caution: float
    cap: float
    seed: int
    trials: int

    def llr(self, raw: float) -> float:
        """A raw ratio on the common scale."""
        return min(self.slope * raw - self.caution, self.cap)


def text_scale(kind: str) -> TextScale:
    """The scale of a "label" or "sticker" that came with this installation.

    Raises:
        ModelError: it is missing or damaged.
    """
    return read_text_scales(models_folder() / FILE)[kind]


@cache
def read_text_scales(path: Path) -> Mapping[str, TextScale]:
    """The scales of a file, by kind.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return {kind: _scale(facts[kind]) for kind in ("label", "sticker")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path.name}: no readable scale; install vapr again"
        ) from error


def _scale(facts: Mapping[str, float]) -> TextScale:
    slope, caution, cap = (float(facts[name]) for name in ("slope", "caution", "cap"))
    return TextScale(slope, caution, cap, int(facts["seed"]), int(facts["trials"]))


def write_text_scales(path: Path, scales: Mapping[str, TextScale]) -> None:
    """Write a file of scales, by kind."""
    listed = {kind: asdict(scale) for kind, scale in scales.items()}
    path.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
