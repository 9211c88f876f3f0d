"""Scenes against the truth beside their pictures: counts, rates, intervals."""

from vapr.evaluate.run import (
    LabelOutcome,
    PictureOutcome,
    evaluate_picture,
    evaluate_pictures,
    judge,
)
from vapr.evaluate.score import ParcelOutcome, score_scene
from vapr.evaluate.truth import Truth, load_truth

__all__ = [
    "LabelOutcome",
    "ParcelOutcome",
    "PictureOutcome",
    "Truth",
    "evaluate_picture",
    "evaluate_pictures",
    "judge",
    "load_truth",
    "score_scene",
]
