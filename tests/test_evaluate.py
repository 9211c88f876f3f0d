"""How often vapr is right: counting that must itself be right."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from vapr.errors import InputError, UsageError
from vapr.evaluate import (
    LabelOutcome,
    PictureOutcome,
    Truth,
    has_boxes,
    judge,
    load_boxes,
    load_truth,
    pad_route,
    read_journal,
    run,
    run_journaled,
    score_scene,
)
from vapr.evaluate.html import Case, report_page
from vapr.evaluate.markdown import accuracy_page, in_short, marks_of, write_between
from vapr.evaluate.metrics import average_precision, match_boxes, wilson_interval
from vapr.evaluate.reach import expected_share, px_needed, reach_of
from vapr.evaluate.stops import each_stop
from vapr.evaluate.summary import summarise
from vapr.geometry import quad_of_box
from vapr.match import decide
from vapr.pipeline import Pipeline
from vapr.replay import Shot, ShotSettings, evaluate_shot
from vapr.route import Route
from vapr.route.formats import formats_of
from vapr.route.route import Stop
from vapr.types import (
    Detection,
    Evidence,
    EvidenceKind,
    Item,
    Label,
    Parcel,
    Quad,
    Scene,
)

QUAD: Quad = ((20.0, 20.0), (60.0, 20.0), (60.0, 60.0), (20.0, 60.0))
FAR: Quad = ((220.0, 20.0), (260.0, 20.0), (260.0, 60.0), (220.0, 60.0))


def _truth() -> Truth:
    def parcel(
        name: str, verdict: str, box: list[int], quad: Quad
    ) -> dict[str, object]:
        label = {"quad": quad, "px_per_module": 0.4}
        stop = "1" if verdict == "pick" else "2"
        told = {"id": name, "stop": stop, "verdict": verdict}
        return {**told, "box": box, "label": label}

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


def test_a_number_is_the_same_with_its_data_identifier() -> None:
    truth = _truth().model_dump()
    truth["parcels"][1]["id"] = "JJD325694396475223496"
    seen = replace(_pick("JD325694396475223496", FAR), verdict="leave", foreign=True)
    (mark,) = score_scene(_scene(seen), Truth.model_validate(truth))
    assert mark.mark == "right"


def test_a_number_is_the_same_without_its_check_letter() -> None:
    truth = _truth().model_dump()
    truth["parcels"][1]["id"] = "01547159389766Z"
    seen = replace(_pick("01547159389766", FAR), verdict="leave", foreign=True)
    (mark,) = score_scene(_scene(seen), Truth.model_validate(truth))
    assert mark.mark == "right"


def test_a_code_seen_of_a_label_behind_another_is_that_label_s() -> None:
    truth = _truth().model_dump()
    hidden = truth["parcels"][0]["label"]
    code: Quad = ((20, 20), (30, 20), (30, 25), (20, 25))
    hidden["visible"], hidden["codes"] = 0.1, [{"quad": code, "visible": 0.3}]
    truth["parcels"][1]["label"] = {"quad": QUAD, "visible": 0.3}  # lies before it
    seen = _pick("A", code)
    (mark,) = score_scene(_scene(seen), Truth.model_validate(truth))
    assert (mark.mark, mark.true) == ("right", "A")


def test_an_old_label_is_its_parcel_s() -> None:
    truth = _truth().model_dump()
    truth["parcels"][0]["label"] = None  # on another side
    truth["parcels"][0]["other_labels"] = [{"quad": QUAD}]
    truth["parcels"][1]["label"] = {"quad": QUAD, "visible": 0.1}  # lies behind
    (mark,) = score_scene(_scene(_pick("A")), Truth.model_validate(truth))
    assert (mark.mark, mark.true) == ("right", "A")


def test_a_label_found_with_the_sticker_beside_it_is_that_label() -> None:
    truth = _truth().model_dump()
    (x1, y1), (x2, _), (_, y2), _ = QUAD
    wide: Quad = (
        (x1 - 2 * (x2 - x1), y1),
        (x2, y1),
        (x2, y2),
        (x1 - 2 * (x2 - x1), y2),
    )
    seen = replace(_pick("A", wide), box=(0, 0, 100, 150))  # and the parcel below
    truth["parcels"][1]["box"] = (0, 0, 100, 150)
    (mark,) = score_scene(_scene(seen), Truth.model_validate(truth))
    assert (mark.mark, mark.true) == ("right", "A")


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


def test_a_mark_a_hair_beyond_its_label_is_not_on_the_one_behind() -> None:
    front = ((100.0, 40.0), (180.0, 40.0), (180.0, 70.0), (100.0, 70.0))
    behind = ((110.0, 15.0), (190.0, 15.0), (190.0, 45.0), (110.0, 45.0))
    told = [("A", front, 1.0), ("B", behind, 0.5)]
    parcels = [
        {
            "id": name,
            "verdict": "leave",
            "box": [90, 10, 200, 80],
            "label": {"quad": quad, "visible": seen},
        }
        for name, quad, seen in told
    ]
    truth = Truth.model_validate({"parcels": parcels})
    seen = ((103.0, 12.0), (183.0, 12.0), (183.0, 67.0), (103.0, 67.0))
    mark = Parcel((90, 10, 200, 80), labels=(Label(seen),), verdict="leave", id="A")
    assert [m.mark for m in score_scene(_scene(mark), truth)] == ["right"]


def test_the_mark_is_judged_and_the_whole_label_counted() -> None:
    """Of two labels found as one, the mark goes to the one whose code was read."""
    left = ((10.0, 10.0), (60.0, 10.0), (60.0, 40.0), (10.0, 40.0))
    right = ((62.0, 10.0), (92.0, 10.0), (92.0, 40.0), (62.0, 40.0))
    facing = {"visible": 1, "facing": True}
    truth = Truth.model_validate(
        {
            "parcels": [
                {"id": i, "box": box, "verdict": v, "label": {"quad": quad, **facing}}
                for i, box, v, quad in (
                    ("A", [0, 0, 61, 50], "leave", left),
                    ("B", [61, 0, 110, 50], "pick", right),
                )
            ]
        }
    )
    both = ((10.0, 10.0), (92.0, 10.0), (92.0, 40.0), (10.0, 40.0))
    label = Label(both, code=right)
    pick = Parcel((0, 0, 110, 50), labels=(label,), verdict="pick", id="B")
    seen = _scene(pick)
    assert [m.mark for m in score_scene(seen, truth)] == ["right"]
    assert [label.found for label in judge(seen, truth).labels] == [True, False]


def test_of_two_parcels_in_one_place_without_labels_none_is_judged() -> None:
    told = {"verdict": "leave", "label": None}
    parcels = [
        {"id": "A", "box": [0, 0, 100, 100], **told},
        {"id": "B", "box": [10, 0, 110, 100], **told},
    ]
    truth = Truth.model_validate({"parcels": parcels})
    mark = Parcel((8, 0, 108, 100), labels=(Label(QUAD),), verdict="leave", id="A")
    assert [m.mark for m in score_scene(_scene(mark), truth)] == ["unjudged"]


def test_how_far_a_label_reaches_beyond_the_picture_nobody_can_tell() -> None:
    cut = ((20.0, 0.0), (60.0, 0.0), (60.0, 30.0), (20.0, 30.0))
    beyond = ((20.0, -90.0), (60.0, -90.0), (60.0, 30.0), (20.0, 30.0))
    truth = Truth.model_validate(
        {"parcels": [{"box": [0, 0, 100, 100], "label": {"quad": cut}}]}
    )
    seen = _scene(Parcel((0, 0, 100, 100), labels=(Label(beyond),)))
    assert judge(seen, truth).labels_false == 0
    beside = ((120.0, 10.0), (160.0, 10.0), (160.0, 30.0), (120.0, 30.0))
    elsewhere = _scene(Parcel((100, 0, 200, 100), labels=(Label(beside),)))
    assert judge(elsewhere, truth).labels_false == 1


def test_an_earlier_label_is_counted_apart_from_false_ones() -> None:
    old = ((60.0, 60.0), (90.0, 60.0), (90.0, 80.0), (60.0, 80.0))
    parcel = {"box": [0, 0, 100, 100], "label": {"quad": QUAD}}
    plain = Truth.model_validate({"parcels": [parcel]})
    aged = {**parcel, "other_labels": [{"quad": old}]}
    truth = Truth.model_validate({"parcels": [aged]})
    seen = _scene(Parcel((0, 0, 100, 100), labels=(Label(QUAD), Label(old))))
    at_all, apart = judge(seen, plain), judge(seen, truth)
    assert (at_all.labels_false, at_all.labels_old) == (1, 0)
    assert (apart.labels_false, apart.labels_old) == (0, 1)


ROUTE = Route(
    (
        Stop("1", (Item("A", "1", "A"),)),
        Stop("2", (Item("B", "2", "B"), Item("C", "2", "C"))),
    )
)


def _read(name: str, quad: Quad, kind: EvidenceKind = "barcode") -> Parcel:
    cue = Evidence(kind, ratios=((name, 20.0),), floor=-20.0, text=name)
    x = quad[0][0] - 20
    return Parcel((x, 0, x + 100, 100), labels=(Label(quad),), evidence=(cue,))


def test_one_reading_gives_a_pick_at_every_stop() -> None:
    truth = _truth().model_copy(update={"stop": "1"})
    b = truth.parcels[1].model_copy(update={"stop": "2"})
    a = truth.parcels[0].model_copy(update={"stop": "1"})
    truth = truth.model_copy(update={"parcels": (a, b)})
    scene = _scene(_read("A", QUAD), _read("B", FAR, "template"))
    outcome = judge(scene, truth, ROUTE)
    assert [(m.stop, m.given, m.mark) for m in outcome.picks] == [
        ("1", "A", "right"),
        ("2", "B", "right"),
    ]
    assert [m.given for m in outcome.picks_decoded] == ["A"]
    assert [label.picked for label in outcome.labels] == [True, True]
    assert [label.named_decoded for label in outcome.labels] == [True, False]
    (group,) = summarise([outcome]).groups
    assert (group.picked.hits, group.picked_decoded.hits) == (2, 1)
    assert group.leaves_wrong.total == 2  # each while the other's stop is open


def test_a_named_parcel_is_once_a_pick_and_once_a_leave() -> None:
    truth = _truth().for_stop("1")
    outcome = judge(_scene(_read("A", QUAD), _read("B", FAR)), truth, ROUTE)
    assert {(m.given, m.stop) for m in outcome.leaves} == {("A", "2"), ("B", "1")}
    stops = (*ROUTE.stops, Stop("3", (Item("D", "3", "D"),)))
    outcome = judge(_scene(_read("A", QUAD), _read("B", FAR)), truth, Route(stops))
    assert sorted(m.given or "" for m in outcome.leaves) == ["A", "B"]
    alone = judge(_scene(_read("A", QUAD)), truth, ROUTE)
    assert [(m.given, m.stop) for m in alone.leaves] == [("A", "2")]
    outcome = judge(_scene(_read("A", QUAD), _read("B", FAR)), truth, ROUTE)
    (group,) = summarise([outcome]).groups
    assert (group.picks_wrong.total, group.leaves_wrong.total) == (2, 2)


def test_no_other_stop_gives_another_pick() -> None:
    """What is left out in deciding for the stops that matter only is nothing."""
    rng = np.random.default_rng(3)
    items = [Item(f"N{i}", f"{i // 2}", f"N{i}") for i in range(12)]
    pairs = [tuple(items[i : i + 2]) for i in range(0, 12, 2)]
    route = Route(tuple(Stop(pair[0].stop, pair) for pair in pairs))
    for _ in range(20):
        parcels = []
        for x in range(0, 600, 100):
            first = int(rng.integers(12))
            names = (first, first ^ 1)  # the other one of its stop
            llrs = (rng.uniform(5, 22), rng.uniform(5, 22))
            llrs = (max(llrs), min(llrs))
            ratios = tuple(
                (f"N{n}", float(v)) for n, v in zip(names, llrs, strict=True)
            )
            cue = Evidence("template", ratios=ratios, floor=-5.0)
            label = Label(quad_of_box((x, 0, x + 50, 50)))
            box = (float(x), 0.0, x + 90.0, 90.0)
            parcels.append(Parcel(box, labels=(label,), evidence=(cue,)))
        scene = replace(_scene(*parcels), parcels=tuple(parcels))
        every = {
            (stop.id, p.id, p.box)
            for stop in route
            for p in decide(parcels, route, stop.id)
            if p.verdict == "pick"
        }
        some = {
            (s.stop, p.id, p.box)
            for s in each_stop(scene, Truth(stop="0"), route)
            for p in s.parcels
            if p.verdict == "pick"
        }
        assert some == every


def test_wrong_picks_of_one_van_are_one_van() -> None:
    wrong = judge(_scene(_read("C", FAR)), _truth(), ROUTE)
    right = judge(_scene(_read("A", QUAD)), _truth(), ROUTE)
    vans = [("v1", wrong), ("v1", wrong), ("v2", right), ("v3", right)]
    seen = [
        o.model_copy(update={"van": van, "source": f"{i}"})
        for i, (van, o) in enumerate(vans)
    ]
    (group,) = summarise(seen).groups
    assert (group.picks_wrong.hits, group.picks_wrong.total) == (2, 4)
    assert (group.vans_wrong.hits, group.vans_wrong.total) == (1, 3)


def test_an_outline_around_the_neighbour_is_counted() -> None:
    """The label is right, but the box is that of the other parcel."""
    truth = _truth()
    a, b = truth.parcels
    astray = replace(_pick("A"), box=b.box)
    assert [m.astray for m in score_scene(_scene(astray), truth)] == [True]
    own = replace(_pick("A"), box=a.box)
    assert [m.astray for m in score_scene(_scene(own), truth)] == [False]
    drawn_on_its_label = replace(astray, framed=False)
    assert [m.astray for m in score_scene(_scene(drawn_on_its_label), truth)] == [False]


def test_a_wrong_pick_at_another_stop_is_told_with_its_picture() -> None:
    scene = replace(_scene(_read("C", FAR)), source="x.jpg")
    every = summarise([judge(scene, _truth(), ROUTE)]).wrong
    told = {(source, m.verdict, m.given, m.true) for source, m in every}
    assert told == {("x.jpg", "leave", "C", "B"), ("x.jpg", "pick", "C", "B")}


def test_of_two_labels_in_one_place_the_fitting_one_is_meant() -> None:
    behind = {"quad": [[0, 0], [90, 0], [90, 90], [0, 90]], "visible": 0.02}
    hidden = {"id": "H", "verdict": "leave", "box": [0, 0, 99, 99], "label": behind}
    truth = _truth().model_dump()
    truth["parcels"] = [hidden, *truth["parcels"]]
    (mark,) = score_scene(_scene(_pick("A")), Truth.model_validate(truth))
    assert (mark.mark, mark.true) == ("right", "A")


def test_a_turned_label_is_not_taken_for_the_one_beside_its_corner() -> None:
    """Its upright box reaches over the other label; the label itself does not."""
    turned: Quad = ((10.0, 50.0), (50.0, 10.0), (60.0, 20.0), (20.0, 60.0))
    code: Quad = ((22.0, 22.0), (30.0, 22.0), (30.0, 30.0), (22.0, 30.0))
    beside = {"id": "C", "verdict": "leave", "label": {"quad": turned}}
    truth = _truth().model_dump()
    truth["parcels"] = [truth["parcels"][0], beside]
    truth["parcels"][0]["label"] = {"quad": QUAD, "visible": 0.02}
    (mark,) = score_scene(_scene(_pick("A", code)), Truth.model_validate(truth))
    assert (mark.mark, mark.true) == ("right", "A")


def test_a_padded_route_has_numbers_of_the_same_families() -> None:
    numbers = ("1ZR9108V0295876749", "9361930881886310122858", "TBA091994376456")
    items = tuple(Item(n, "1", n, sort_code="C14.2E 396") for n in numbers)
    route = pad_route(Route((Stop("1", items),)), 60)
    assert len(route.items) == len(route.by_key) == 60
    assert route.items[:3] == items
    known = {len(n): {f.scheme for f in formats_of(n)} for n in numbers}
    for item in route.items:
        assert known[len(item.key)] & {f.scheme for f in formats_of(item.key)}
    assert pad_route(route, 10) == route
    assert pad_route(Route((Stop("1", items),)), 60) == route


def test_a_journal_cut_off_in_a_line_goes_on_and_another_file_is_refused(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "j.jsonl"
    line = PictureOutcome(source="a.jpg").model_dump_json()
    journal.write_text(f'{line}\n{{"source":"b.j', encoding="utf-8")
    assert list(read_journal(journal, PictureOutcome)) == ["a.jpg"]
    jobs = {"a.jpg": Shot(1, 1, "rear")}
    look = partial(evaluate_shot, ShotSettings())
    done = run_journaled(look, jobs, 1, journal, PictureOutcome)
    assert [o.source for o in done] == ["a.jpg"]
    assert journal.read_text(encoding="utf-8") == line + "\n"
    journal.write_text("stop,tracking\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no journal"):
        read_journal(journal, PictureOutcome)


def _labels(px: float, picked: int, of: int) -> list[LabelOutcome]:
    return [
        LabelOutcome(
            px_per_module=px,
            found=True,
            named=i < picked,
            in_manifest=True,
            verdict=None,
            picked=i < picked,
            named_given=i < picked,
            distance_m=0.5 / px,
        )
        for i in range(of)
    ]


def test_the_reach_is_where_the_curve_crosses() -> None:
    labels = [*_labels(0.32, 10, 20), *_labels(0.45, 18, 20), *_labels(0.55, 20, 20)]
    needed = px_needed(labels)
    # half-way from 90 % at 0.45 to 100 % at 0.55
    assert needed == pytest.approx((0.5, 0.95))
    assert px_needed(labels[:20]) == pytest.approx((0.325, 0.5))  # the most there is
    assert px_needed(labels[:5]) is None
    outcome = PictureOutcome(source="a", size=(1920, 1080), labels=tuple(labels))
    reach = reach_of("rear", [outcome], needed)
    assert reach.distance_m == pytest.approx(1.0)
    assert reach.width_px == round(1920 * 0.5 / 0.45)
    assert expected_share(labels, labels) == pytest.approx(48 / 60)


def test_the_page_is_written_between_its_marks_only(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    begin, end = marks_of("accuracy")
    short = "\nold short\n".join(marks_of("in short"))
    path.write_text(f"{short}\n{begin}\nold\n{end}\nbelow\n", encoding="utf-8")
    seen = PictureOutcome(
        source="made 1/0/rear",
        camera="rear",
        labels=tuple(_labels(0.4, 3, 4)),
        eyes="an eye",
    )
    parts = {"accuracy": accuracy_page([seen]), "in short": in_short([seen])}
    write_between(path, parts)
    text = path.read_text(encoding="utf-8")
    first, _, second = text.partition(begin)
    assert "| px per module | 0.3-0.5 |" in first
    assert "| named | 75% |" in first
    assert second.endswith(f"{end}\nbelow\n")
    assert "75 % (30-95), 3 of 4" in second
    assert "seen by an eye" in second
    assert "old" not in text
    (tmp_path / "b.md").write_text("no marks", encoding="utf-8")
    with pytest.raises(UsageError, match="needs the lines"):
        write_between(tmp_path / "b.md", parts)


def test_the_report_says_what_was_seen_and_shows_the_worst_of_it() -> None:
    wrong = judge(_scene(_read("C", FAR)), _truth(), ROUTE)
    seen = {"source": "x.jpg", "camera": "<rear>", "van": "v1", "eyes": "an eye"}
    outcomes = [wrong.model_copy(update=seen)]
    shown: list[str] = []

    def case(source: str) -> Case:
        shown.append(source)
        return np.full((120, 160, 3), 90, np.uint8), ROUTE, None

    page = report_page(summarise(outcomes), outcomes, case)
    text = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert shown == ["x.jpg"]
    assert "1 pictures of 1 vans, seen by an eye." in text
    assert "Picks wrong: 1 of 1" in text
    assert "&lt;rear&gt;" in page
    assert "x.jpg: pick C is" in text
    assert page.count("data:image/jpeg;base64,") == 1
    assert "http" not in page  # nothing is loaded from elsewhere


def test_cameras_are_told_how_near_they_would_have_to_be() -> None:
    labels = [*_labels(0.32, 10, 20), *_labels(0.45, 18, 20), *_labels(0.55, 20, 20)]
    size = (1920, 1080)
    one = PictureOutcome(source="made 1/0/rear0-1920x1080-1", camera="rear", size=size)
    two = one.model_copy(update={"source": "made 1/1/rear0-1920x1080-1"})
    page = accuracy_page([one.model_copy(update={"labels": tuple(labels)}), two])
    assert "| its labels lie at, median | 1.1 m |" in page
    assert "for 95% of found labels picked (0.50 px per module), computed" in page
    assert "| 1.0 m, 2133 px |" in page


def _pictures(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        cv2.imwrite(str(folder / name), np.zeros((100, 200, 3), np.uint8))


def test_coco_boxes_are_found_wherever_their_pictures_lie(tmp_path: Path) -> None:
    _pictures(tmp_path / "images", "a.jpg", "b.jpg")
    coco = {
        "images": [
            {"id": 1, "file_name": "/other/machine/a.jpg"},
            {"id": 2, "file_name": "images/b.jpg"},
            {"id": 3, "file_name": "gone.jpg"},
        ],
        "categories": [
            {"id": 7, "name": "Karton"},
            {"id": 8, "name": "shipping label"},
            {"id": 9, "name": "person"},
        ],
        "annotations": [
            {"image_id": 1, "category_id": 7, "bbox": [10, 10, 80, 60]},
            {"image_id": 1, "category_id": 8, "bbox": [20, 20, 20, 10]},
            {"image_id": 1, "category_id": 9, "bbox": [0, 0, 5, 5]},
            {"image_id": 2, "category_id": 7, "bbox": [0.1, 0.2, 0.5, 0.5]},
            {"image_id": 2, "category_id": 7, "bbox": [10, 10, "x", 60]},
            {"image_id": 2, "category_id": 7, "bbox": [10, 10, 0, 0]},
        ],
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco), encoding="utf-8")
    assert has_boxes(path)
    boxes = load_boxes(path, {"karton": "parcel"})
    (a, first), (b, second) = boxes.pictures
    assert (a.name, b.name) == ("a.jpg", "b.jpg")
    assert [p.box for p in first.parcels] == [(10, 10, 90, 70)]
    assert first.parcels[0].label is not None
    assert [p.box for p in second.parcels] == [(20, 20, 120, 70)]
    assert [p.split(":")[0] for p in boxes.problems] == [
        "gone.jpg",
        "annotation 4",
        "annotation 5",
    ]
    with pytest.raises(UsageError, match="got nothing"):
        load_boxes(path, {"karton": "nothing"})
    coco["categories"] = [{"id": 7, "name": "Karton"}]
    path.write_text(json.dumps(coco), encoding="utf-8")
    with pytest.raises(InputError, match="--classes"):
        load_boxes(path)


@pytest.mark.parametrize(
    "names",
    [
        "names: [box, label]",
        "names:\n  - box\n  - label",
        "names:\n  1: label\n  0: box",
    ],
)
def test_yolo_rows_may_be_shares_or_pixels_boxes_or_corners(
    tmp_path: Path, names: str
) -> None:
    _pictures(tmp_path / "images", "a.jpg", "b.jpg", "none.jpg")
    (tmp_path / "data.yaml").write_text(f"train: images\n{names}\n", encoding="utf-8")
    (tmp_path / "labels").mkdir()
    rows = tmp_path / "labels" / "a.txt"
    rows.write_text("0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.1 0.1 0.9\n0 nonsense\n\n5 1\n")
    corners = "0 20 20 120 20 120 70 20 70\n"
    (tmp_path / "labels" / "b.txt").write_text(corners)
    assert has_boxes(tmp_path)
    boxes = load_boxes(tmp_path)
    (_, first), (_, second) = boxes.pictures
    assert [p.box for p in first.parcels] == [(50, 25, 150, 75)]
    assert first.parcels[0].label is not None
    assert [p.box for p in second.parcels] == [(20, 20, 120, 70)]
    assert [p.split(":")[0] for p in boxes.problems] == ["a.txt line 3", "a.txt line 5"]


def test_peoples_boxes_are_evaluated_and_their_problems_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pictures(tmp_path, "a.jpg")
    (tmp_path / "a.txt").write_text("0 0.25 0.5 0.4 0.8\n0 9\n")
    detector = Pipeline(lambda _: [Detection("parcel", (10, 10, 90, 90), 0.9)])
    monkeypatch.setattr(run, "default_pipeline", lambda: detector)
    monkeypatch.setattr(
        run, "run_journaled", lambda work, jobs, *_: map(work, jobs.values())
    )
    problem, outcome = run.evaluate_boxes(load_boxes(tmp_path), 1)
    assert problem.error == "a.txt line 2: wanted a class and at least four numbers"
    assert (outcome.parcels_expected, outcome.parcels) == (1, ((0.9, True),))


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


def test_a_route_of_short_numbers_is_filled_as_far_as_they_go() -> None:
    route = Route((Stop("1", (Item("A1", "1", "A1"),)),))
    assert 1 < len(pad_route(route, 300).items) <= 10
