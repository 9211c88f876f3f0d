"""Scenes against the truth beside their pictures: counts, rates, intervals."""

from vapr.evaluate.score import Mark, ParcelOutcome, score_labels, score_scene
from vapr.evaluate.truth import Truth, TruthLabel, TruthParcel, load_truth

__all__ = [
    "Mark",
    "ParcelOutcome",
    "Truth",
    "TruthLabel",
    "TruthParcel",
    "load_truth",
    "score_labels",
    "score_scene",
]
