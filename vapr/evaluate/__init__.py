"""Scenes against the truth beside their pictures: counts, rates, intervals.

`run.py` takes pictures through a pipeline, `judge.py` holds what comes out against the
truth, `summary.py` adds up, `html.py` and `markdown.py` show it.
"""

from vapr.evaluate.boxes import has_boxes, load_boxes
from vapr.evaluate.journal import Pace, keep, read_journal, run_journaled
from vapr.evaluate.judge import judge
from vapr.evaluate.outcomes import LabelOutcome, PictureOutcome
from vapr.evaluate.padding import pad_route
from vapr.evaluate.run import (
    EvalSettings,
    default_pipeline,
    described,
    evaluate_boxes,
    evaluate_image,
    evaluate_picture,
    evaluate_pictures,
)
from vapr.evaluate.score import ParcelOutcome, score_scene
from vapr.evaluate.truth import Truth, load_truth

__all__ = [
    "EvalSettings",
    "LabelOutcome",
    "Pace",
    "ParcelOutcome",
    "PictureOutcome",
    "Truth",
    "default_pipeline",
    "described",
    "evaluate_boxes",
    "evaluate_image",
    "evaluate_picture",
    "evaluate_pictures",
    "has_boxes",
    "judge",
    "keep",
    "load_boxes",
    "load_truth",
    "pad_route",
    "read_journal",
    "run_journaled",
    "score_scene",
]
