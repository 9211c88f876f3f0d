"""The sample pictures end to end. Floors only rise; wrong picks stay at zero."""

from collections import Counter

import pytest

from vapr.cli.demo import find_samples
from vapr.evaluate import PictureOutcome, evaluate_picture
from vapr.pipeline import Pipeline
from vapr.samples import samples_folder

LABELS_FOUND = 34  # of 37 that face the camera, are 0.7 visible and 16 px wide
LABELS_NAMED = 13
PICKS_FOUND = 6  # of 7
PARCELS_FOUND = 58  # of 72
FALSE_LABELS_AT_MOST = 3


@pytest.fixture(scope="module")
def outcomes() -> list[PictureOutcome]:
    pipeline = Pipeline.load()
    pictures = [sample.picture for sample in find_samples(samples_folder())]
    return [evaluate_picture(picture, pipeline) for picture in pictures]


def test_every_picture_is_understood(outcomes: list[PictureOutcome]) -> None:
    assert len(outcomes) >= 6
    assert [o.error for o in outcomes if o.error] == []


def test_no_mark_is_wrong(outcomes: list[PictureOutcome]) -> None:
    wrong = [(o.source, m) for o in outcomes for m in o.marks if m.mark != "right"]
    assert wrong == []


def test_what_is_found_does_not_fall(outcomes: list[PictureOutcome]) -> None:
    count: Counter[str] = Counter()
    for outcome in outcomes:
        count["labels"] += sum(label.found for label in outcome.labels)
        count["named"] += sum(label.named for label in outcome.labels)
        count["picks"] += outcome.picks_named
        count["parcels"] += sum(right for _, right in outcome.parcels)
        count["false labels"] += outcome.labels_false
    assert count["labels"] >= LABELS_FOUND
    assert count["named"] >= LABELS_NAMED
    assert count["picks"] >= PICKS_FOUND
    assert count["parcels"] >= PARCELS_FOUND
    assert count["false labels"] <= FALSE_LABELS_AT_MOST


def test_where_there_is_nothing_nothing_is_marked(
    outcomes: list[PictureOutcome],
) -> None:
    nothing = [o for o in outcomes if "/nothing/" in o.source]
    assert nothing
    assert [o.marks for o in nothing] == [()] * len(nothing)
    assert sum(o.labels_false for o in nothing) == 0
