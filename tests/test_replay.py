"""Whole routes over made vans, and the search they leave."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vapr.cli.replay import ReplayOptions, run_replay
from vapr.errors import UsageError
from vapr.evaluate.markdown import marks_of
from vapr.evaluate.outcomes import PictureOutcome
from vapr.geometry import box_of_quad
from vapr.media import save_picture
from vapr.pipeline import Found, Pipeline
from vapr.read import Reading
from vapr.replay import held_out, rides, setups, shots
from vapr.replay.held_out import ShotSettings, evaluate_shot
from vapr.replay.loading import filling, in_hand
from vapr.replay.outcomes import (
    COLUMNS,
    SETUPS,
    SWEEP,
    Recalled,
    RideOutcome,
    SetupOutcome,
    StopOutcome,
    remembering,
)
from vapr.replay.places import shelf_areas, shelved, shown
from vapr.replay.report import marked_seconds, report
from vapr.replay.routes import Plan, full_van, plan_rides
from vapr.replay.search import SORTED, UNSORTED, Heap, eye_seconds, mean_interval
from vapr.replay.shots import LOADS, Shot, held_out_shots, picture_of, van_of
from vapr.replay.walks import evaluate_walk, look_on
from vapr.route import Route
from vapr.synth import (
    Camera,
    Lighting,
    Sensor,
    Van,
    close_camera,
    make_camera,
    make_van,
    render,
    sweep_cameras,
)
from vapr.synth.dress import build
from vapr.types import Detection, Evidence, Image, Label, Parcel, Quad


def _blind(image: Image) -> list[Detection]:
    return []


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eyes that find nothing: what is made and counted is tested without reading."""
    pipeline = Pipeline(_blind, loose=False)
    for room in (held_out, rides):
        monkeypatch.setattr(room, "default_pipeline", lambda **_: pipeline)


def _stop(
    first: Sequence[str] = (),
    swept: Sequence[str] = (),
    left: Sequence[str] = (),
    recalled: Sequence[Recalled] = (),
) -> StopOutcome:
    """Two parcels due among 12, of which 6 can be seen; A can, B cannot."""
    loads = ("A", "B", *(f"x{i}" for i in range(10)))
    rear = SetupOutcome(source=SETUPS[0], found=tuple(first), excluded=tuple(left))
    along = {"source": remembering(SETUPS[0]), "recalled": tuple(recalled)}
    seen = {
        SETUPS[0]: rear,
        remembering(SETUPS[0]): rear.model_copy(update=along),
        SETUPS[2]: SetupOutcome(source=SETUPS[2], found=tuple(swept)),
    }
    return StopOutcome(
        van=0,
        stop="1",
        number=0,
        due=("A", "B"),
        loads=loads,
        visible=("A", "x0", "x1", "x2", "x3", "x4"),
        setups=tuple(seen.get(name, SetupOutcome(source=name)) for name in COLUMNS),
    )


def _recalled(key: str, *there: str) -> Recalled:
    return Recalled(key=key, where="floor, rear", age_s=3600.0, there=there)


def test_search_by_eye_is_the_largest_of_the_wanted_places() -> None:
    rng = np.random.default_rng(1)
    places = [rng.permutation(20)[:3].max() + 1 for _ in range(4000)]
    seen = eye_seconds(Heap(20, 0, 3, 0), UNSORTED) / UNSORTED.label_s
    assert seen == pytest.approx(float(np.mean(places)), rel=0.02)
    hidden = eye_seconds(Heap(20, 30, 1, 1), UNSORTED)
    assert hidden == pytest.approx(20 * 0.8 + 15.5 * 3.0)
    assert eye_seconds(Heap(20, 30, 1, 1), SORTED) < hidden / 4


def test_marks_shorten_the_search_and_what_is_red_is_passed_over() -> None:
    nothing = marked_seconds(_stop(), SETUPS[0], UNSORTED)
    passed = marked_seconds(_stop(left=("x0", "x1", "x2")), SETUPS[0], UNSORTED)
    half = marked_seconds(_stop(first=("B",)), SETUPS[0], UNSORTED)
    both = marked_seconds(_stop(first=("A", "B")), SETUPS[0], UNSORTED)
    assert nothing > passed > half > both
    assert both == UNSORTED.glance_s + 2 * UNSORTED.step_s
    swept = marked_seconds(_stop(first=("A",), swept=("B",)), SETUPS[0], UNSORTED)
    assert swept == both + UNSORTED.sweep_s + UNSORTED.glance_s


def test_a_remembered_place_shortens_the_search_and_a_wrong_one_prolongs_it() -> None:
    along = remembering(SETUPS[0])
    nothing = marked_seconds(_stop(), along, UNSORTED)
    right = _stop(recalled=[_recalled("B", "B", "x7", "x8")])
    wrong = _stop(recalled=[_recalled("B", "x7", "x8")])
    assert marked_seconds(right, along, UNSORTED) < nothing
    vain = marked_seconds(wrong, along, UNSORTED) - nothing
    assert vain == pytest.approx(1.0 + 2 * 3.0)
    both = _stop(("A",), recalled=[_recalled("B", "B", "x7", "x8")])
    reached = 2.0 + 1.0 + 1.0  # a glance, and a step to either
    searched = marked_seconds(both, along, UNSORTED) - reached
    assert searched == pytest.approx(2 * 3.0)


def test_parcels_are_counted_where_they_came_to_light_first() -> None:
    stops = [_stop(("A", "B")), _stop(("A",), ("B",)), _stop(("A",)), _stop()]
    rear, _, ceiling, _, sweep, _ = report(stops)
    assert (rear.first.hits, rear.second.hits, rear.never.hits) == (4, 1, 3)
    assert (rear.at_once.hits, rear.whole.hits, rear.whole.total) == (1, 2, 4)
    assert (ceiling.at_once.hits, sweep.first.hits) == (0, 1)
    assert [s.model for s in rear.seconds][:2] == ["unsorted load", SORTED.name]
    eye, marks = rear.seconds[0].by_eye, rear.seconds[0].with_marks
    assert rear.seconds[0].saved[0] == pytest.approx(eye[0] - marks[0])
    assert marks[1] < marks[0] < marks[2]
    places = [_recalled("A", "A", "x1"), _recalled("B", "x1")]
    fresh, along, *_ = report([_stop(swept=("A", "B"), recalled=places)])
    assert (fresh.placed.hits, fresh.second.hits) == (0, 2)
    assert (along.placed.hits, along.second.hits, along.misplaced) == (1, 1, 1)


def test_the_replay_writes_its_part_of_the_readme(tmp_path: Path) -> None:
    journal, page = tmp_path / "j.jsonl", tmp_path / "README.md"
    kept = RideOutcome(source="ride 0/75", stops=(_stop(("A",)),))
    journal.write_text(kept.model_dump_json() + "\n", encoding="utf-8")
    options = ReplayOptions(1, None, 0, journal, None, 1, None, page)
    with pytest.raises(UsageError, match="replay: begin"):
        run_replay(options)
    page.write_text("\n".join(("above", *marks_of("replay"))), encoding="utf-8")
    assert run_replay(options) == 0
    text = page.read_text(encoding="utf-8")
    assert "1 stops with 2 parcels due, of 1 made vans" in text
    assert "| parcels found at first look | 50 % (9-91), 1 of 2 |" in text


def test_the_interval_of_a_mean_holds_it() -> None:
    assert mean_interval([]) == (0.0, 0.0, 0.0)
    mean, low, high = mean_interval([1.0, 2.0, 3.0, 10.0])
    assert low < mean == 4.0 < high


def test_rides_go_from_the_full_van_to_the_last_parcels() -> None:
    plans = plan_rides(5, 30)
    assert [plan.seed for plan in plans] == list(range(5, 15))
    assert sorted(n for plan in plans for n in plan.numbers) == list(range(2, 150, 5))
    for plan in plans:
        assert len(plan.numbers) == 3
        assert list(plan.numbers) == sorted(plan.numbers)
    early = sorted(n for plan in plans[:4] for n in plan.numbers)
    assert max(b - a for a, b in pairwise([0, *early, 150])) < 40
    assert len({plan.name for plan in plans}) == 10
    assert len(plan_rides(5, 30, vans=30)) == 30


def test_a_van_is_filled_from_the_bulkhead_and_from_below() -> None:
    van, _ = full_van(3)
    every = list(filling(van, {load.key for load in van.loads}))
    assert [len(part.loads) for part, _, _ in every] == list(range(1, 1 + len(every)))
    inside: set[str] = set()
    for part, load, share in every:
        assert load.support is None or load.support in inside
        inside.add(load.key)
        assert {x.key for x in part.loads} == inside
        assert share == len(inside) / len(van.loads)
    depths = [load.pose.at[1] for _, load, _ in every]
    assert min(depths[:50]) > max(depths[-50:])
    one = every[100][1].key
    assert [load.key for _, load, _ in filling(van, {one})] == [one]


def test_places_are_said_by_shelf_and_hold_while_the_load_slides() -> None:
    van, _ = full_van(3)
    places = shelved(van)
    assert {place.split(",")[0] for place in places.values()} == {
        "left shelf",
        "right shelf",
        "floor",
    }
    for load in van.loads:
        left = load.pose.at[0] < van.size[0] / 2
        assert "right" if left else "left" not in places[load.key]
        third = load.pose.at[1] / van.size[1]
        assert ("rear" in places[load.key]) or third > 0.2
    later = shelved(van.shifted(1))
    assert sum(later[key] == place for key, place in places.items()) > 0.9 * len(places)


def test_a_fixed_camera_says_the_shelf_that_it_sees() -> None:
    van, _ = full_van(3)
    camera = make_camera(van, "bulkhead", (640, 360), 3)
    areas = shelf_areas(van, camera)
    assert len({area.name for area in areas}) == len(areas) > 6
    told, true = shown(van, camera, areas), shelved(van)
    sides = [(told[key].split()[0], true[key].split()[0]) for key in told]
    said = [pair for pair in sides if pair[0] in ("left", "right")]
    assert sum(a == b for a, b in said) > 0.8 * len(said) > 50


def test_one_who_loads_holds_the_camera_before_the_label() -> None:
    van = make_van(4, 40)
    tops = [load for load in van.loads if load.face == "top" and load.layout]
    load = tops[0]
    camera = close_camera(replace(van, loads=(load,)), load, (64, 48), 1)
    assert camera is not None
    assert 0.1 < np.linalg.norm(np.subtract(camera.eye, load.pose.at)) < 1.3
    bare = replace(load, layout=None)
    assert close_camera(van, bare, (64, 48), 1) is None


class _Oracle:
    """Eyes that see every label in the picture made last, and know whose it is."""

    def __init__(self) -> None:
        self.keys: dict[Quad, str] = {}

    def find(self, image: Image, route: Route, *, loose: bool = True) -> Found:
        labels = [
            Parcel(box_of_quad(quad), 0.9, (Label(quad, 0.9),)) for quad in self.keys
        ]
        return Found(tuple(labels))

    def read(
        self, image: Image, quads: Sequence[Quad], route: Route, codes: object = ()
    ) -> list[Reading]:
        keys = [self.keys[quad] for quad in quads]
        return [
            Reading((Evidence("barcode", text=k, ratios=((k, 30.0),)),)) for k in keys
        ]


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = _Oracle()

    def seen(
        van: Van, camera: Camera, lighting: Lighting, seed: int, sensor: Sensor
    ) -> tuple[Image, dict[str, Any]]:
        image, truth = render(van, camera, lighting, seed, sensor)
        labels = [(p["id"], p["label"]) for p in truth["parcels"] if p["in_manifest"]]
        eyes.keys = {
            tuple(map(tuple, label["quad"])): key  # type: ignore[misc]
            for key, label in labels
            if label and label["facing"] and label["visible"] >= 0.7
        }
        return image, truth

    monkeypatch.setattr(rides, "render", seen)
    monkeypatch.setattr(rides, "default_pipeline", lambda: eyes)
    monkeypatch.setattr(setups, "HD", (160, 90))
    monkeypatch.setattr(setups, "UHD", (160, 90))


@pytest.mark.usefixtures("oracle")
def test_a_ride_remembers_what_was_covered_since_it_was_loaded() -> None:
    outcome = rides.replay_ride(Plan(3, (110, 135)))
    assert RideOutcome.model_validate_json(outcome.model_dump_json()) == outcome
    _, route = full_van(3)
    for stop, number in zip(outcome.stops, (110, 135), strict=True):
        gone = {item.key for s in route.stops[:number] for item in s.items}
        assert not gone & set(stop.loads)
        assert set(stop.due) == {i.key for i in route.stops[number].items}
        assert set(stop.visible) <= set(stop.loads)
        assert tuple(s.source for s in stop.setups) == COLUMNS
        for fresh, along in pairwise(stop.setups):
            if along.source == remembering(fresh.source):
                assert set(fresh.found) <= set(along.found) <= set(stop.due)
                assert not fresh.recalled
    every = [setup for stop in outcome.stops for setup in stop.setups]
    assert sum(setup.wrong for setup in every) == 0
    by_hand = [s for s in every if s.source == remembering(SWEEP)]
    recalled = [one for setup in by_hand for one in setup.recalled]
    assert len(recalled) > 0
    assert all(one.right for one in recalled)


def test_a_full_van_has_room_for_its_route() -> None:
    van = make_van(3, 300, full=True)
    assert len(van.loads) > 280
    assert len({x.row.stop for x in van.loads if x.in_manifest}) > 130
    tops = {s.z + s.room for s in van.shelves}
    for load in van.loads:
        assert load.pose.at[2] < max(tops)


def test_a_sweep_goes_along_both_sides() -> None:
    van = make_van(3, 40)
    cameras = sweep_cameras(van, (64, 48), 1)
    left = [c for c in cameras if c.target[0] < van.size[0] / 2]
    assert 3 <= len(left) == len(cameras) / 2
    places = [c.eye[1] for c in left]
    assert places == sorted(places)


def test_shots_tell_themselves_apart_and_see_a_little_of_everything_early() -> None:
    every = held_out_shots(2026, 200)
    assert len({shot.name for shot in every}) == len(every) > 500
    early = every[: len(every) // 4]
    assert {shot.van for shot in early} == set(range(50))
    assert {shot.frames for shot in early} == {1, 10}
    views = {(shot.camera, shot.size) for shot in early}
    assert len(views) == 8  # each camera at 1080p and 4K
    loads = {(shot.camera, shot.size, shot.van % len(LOADS)) for shot in every}
    assert len(loads) == 4 * len(views)  # every load before every camera
    vans = [shot.van for shot in every]
    assert vans == sorted(vans)  # all that shows one van comes in a row


@pytest.mark.usefixtures("blind")
def test_a_shot_is_judged_on_a_route_of_300_items() -> None:
    shot = Shot(5, 1, "rear", (160, 90))
    outcome = evaluate_shot(ShotSettings(), shot)
    assert (outcome.items, outcome.source, outcome.looks) == (300, shot.name, 1)
    assert outcome.parcels_expected > 3
    several = evaluate_shot(ShotSettings(), replace(shot, frames=2))
    assert isinstance(several, PictureOutcome)
    assert several.looks == 2


@pytest.mark.usefixtures("blind")
def test_a_kept_picture_gives_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = Shot(5, 1, "rear", (160, 90))
    kept = ShotSettings(tmp_path)
    made = evaluate_shot(ShotSettings(), shot)
    first = evaluate_shot(kept, shot)
    assert [p.suffix for p in sorted(tmp_path.iterdir())] == [".json", ".png"]
    monkeypatch.setattr(shots, "render", None)  # a second making would fail
    for outcome in (first, evaluate_shot(kept, shot)):
        again = outcome.model_copy(update={"total_ms": made.total_ms})
        assert again == made


def test_a_shot_is_made_again_from_its_name() -> None:
    shot = Shot(5, 1, "rear", (96, 54), 3, 2)
    _, route = van_of(5, 1)
    image, truth = picture_of(shot, 1)
    made = held_out.remake(shot.name)
    assert made is not None
    assert np.array_equal(made[0], image)
    assert (made[1], made[2]) == (route, truth.stop)
    assert held_out.remake("folder/a.jpg") is None


def test_a_walk_is_kept_and_not_walked_again(tmp_path: Path) -> None:
    _, route = van_of(5, 1)
    (tmp_path / "route.csv").write_text(
        "stop,tracking\n" + "".join(f"{i.stop},{i.key}\n" for i in route.items[:5])
    )
    frames = [tmp_path / f"{n:02d}.png" for n in range(11)]
    for path in frames:
        save_picture(np.full((48, 64, 3), 90, np.uint8), path)
        truth = {"stop": route.items[0].stop, "parcels": []}
        path.with_suffix(".json").write_text(json.dumps(truth))
    journal, eyes = tmp_path / "j.jsonl", Pipeline(_blind, loose=False)
    first = list(evaluate_walk(frames, eyes, journal=journal))
    assert [(o.looks, o.error) for o in first] == [(10, None), (11, None)]
    frames[0].unlink()
    assert list(evaluate_walk(frames, eyes, journal=journal)) == first


def test_frames_of_a_view_are_one_ride() -> None:
    van, route = van_of(5, 1)
    frames = [np.full((48, 64, 3), 90 + i, np.uint8) for i in range(3)]
    scenes = list(look_on(frames, Pipeline(_blind, loose=False), route, van.stop))
    assert [s.stop for s in scenes] == [van.stop] * 3
    assert scenes[0].time_s < scenes[1].time_s < scenes[2].time_s


@pytest.mark.parametrize("face", ["top", "bottom", "front", "back", "left", "right"])
def test_what_is_held_up_to_be_photographed_has_its_label_up(face: str) -> None:
    van = make_van(4, 40)
    load = next(
        x for x in van.loads if x.kind == "box" and x.layout and x.face == "top"
    )
    held = in_hand(van, replace(load, face=face)).loads[-1]
    label = build(held, 0).label
    assert label is not None
    assert label.patch.normals[0, 0][2] > 0.99
    assert held.pose.at[0] == van.size[0] / 2
