"""How often vapr is right: counting that must itself be right."""

from dataclasses import replace
from pathlib import Path

import pytest

from vapr.errors import InputError
from vapr.evaluate import Truth, judge, load_truth, score_scene
from vapr.evaluate.metrics import average_precision, match_boxes, wilson_interval
from vapr.evaluate.summary import summarise
from vapr.types import Label, Parcel, Quad, Scene

QUAD: Quad = ((20.0, 20.0), (60.0, 20.0), (60.0, 60.0), (20.0, 60.0))
FAR: Quad = ((220.0, 20.0), (260.0, 20.0), (260.0, 60.0), (220.0, 60.0))


def _truth() -> Truth:
    def parcel(
        name: str, verdict: str, box: list[int], quad: Quad
    ) -> dict[str, object]:
        label = {"quad": quad, "px_per_module": 0.4}
        return {"id": name, "verdict": verdict, "box": box, "label": label}

    return Truth.model_validate(
        {
            "stop": "1",
            "camera": "rear",
            "parcels": [
                parcel("A", "pick", [0, 0, 100, 100], QUAD),
                parcel("B", "leave", [200, 0, 300, 100], FAR),
            ],
        }
    )


def _pick(name: str, quad: Quad = QUAD) -> Parcel:
    x = quad[0][0] - 20
    return Parcel(
        (x, 0, x + 100, 100),
        labels=(Label(quad),),
        verdict="pick",
        id=name,
        confidence=1.0,
    )


def _scene(*parcels: Parcel) -> Scene:
    return Scene((400, 200), parcels)


def test_a_right_mark_is_right() -> None:
    (mark,) = score_scene(_scene(_pick("A")), _truth())
    assert (mark.mark, mark.true) == ("right", "A")


@pytest.mark.parametrize(
    "parcel",
    [
        _pick("B"),  # another id on this parcel
        _pick("A", FAR),  # the right id, on the wrong parcel
        replace(_pick("A"), verdict="leave"),
    ],
)
def test_a_wrong_mark_is_wrong(parcel: Parcel) -> None:
    (mark,) = score_scene(_scene(parcel), _truth())
    assert mark.mark == "wrong"


def test_a_mark_on_nothing_known_is_not_judged() -> None:
    stray = replace(_pick("A"), box=(300, 150, 390, 199), labels=())
    (mark,) = score_scene(_scene(stray), _truth())
    assert mark.mark == "unjudged"


def test_unknown_is_no_mark() -> None:
    assert score_scene(_scene(replace(_pick("A"), verdict="unknown")), _truth()) == []


def test_a_picture_is_counted_as_the_contract_says() -> None:
    outcome = judge(_scene(_pick("A"), _pick("A", FAR)), _truth())
    assert [label.found for label in outcome.labels] == [True, True]
    assert [label.named for label in outcome.labels] == [True, False]
    assert (outcome.picks_possible, outcome.picks_named) == (1, 1)
    (group,) = summarise([outcome]).groups
    assert group.name == "rear"
    assert (group.picks_wrong.hits, group.picks_wrong.total) == (1, 2)
    assert group.parcel_ap50 == 1.0


def test_average_precision_of_a_known_ranking() -> None:
    ranking = [(0.9, True), (0.8, False), (0.7, True)]
    assert average_precision(ranking, 2) == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert average_precision([], 3) == 0.0


def test_a_true_box_serves_once_and_ignored_ones_do_not_count() -> None:
    true, ignored = (0.0, 0.0, 10.0, 10.0), (50.0, 0.0, 60.0, 10.0)
    found = [(true, 0.9), (true, 0.8), (ignored, 0.7), ((90.0, 0.0, 95.0, 5.0), 0.6)]
    assert match_boxes(found, [true], [ignored]) == [
        (0.9, True),
        (0.8, False),
        (0.6, False),
    ]


def test_the_interval_of_nothing_wrong_is_not_nothing() -> None:
    low, high = wilson_interval(0, 3000)
    assert low == 0.0
    assert 0.001 < high < 0.0014
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_a_broken_truth_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"parcels": [{"box": [1, 2]}]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: parcels\.0\.box"):
        load_truth(path)
    with pytest.raises(InputError, match="beside"):
        load_truth(tmp_path / "none.json")


def test_only_boxes_are_required(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"parcels": [{"box": [1, 2, 30, 40]}]}', encoding="utf-8")
    assert load_truth(path).parcels[0].counts
