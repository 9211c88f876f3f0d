"""Whole routes over made vans, and the search they leave."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vapr.cli.replay import ReplayOptions, run_replay
from vapr.errors import UsageError
from vapr.evaluate.markdown import marks_of
from vapr.evaluate.outcomes import PictureOutcome
from vapr.media import save_picture
from vapr.pipeline import Pipeline
from vapr.replay import held_out, routes, shots
from vapr.replay.held_out import ShotSettings, evaluate_shot
from vapr.replay.report import marked_seconds, report
from vapr.replay.routes import SETUPS, SetupOutcome, StopOutcome, Visit, sample_visits
from vapr.replay.search import SORTED, UNSORTED, Heap, eye_seconds, mean_interval
from vapr.replay.shots import LOADS, Shot, held_out_shots, picture_of, van_of
from vapr.replay.walks import evaluate_walk, look_on
from vapr.synth import make_van, sweep_cameras
from vapr.types import Detection, Image


def _blind(image: Image) -> list[Detection]:
    return []


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eyes that find nothing: what is made and counted is tested without reading."""
    pipeline = Pipeline(_blind, loose=False)
    for room in (held_out, routes):
        monkeypatch.setattr(room, "default_pipeline", lambda **_: pipeline)


def _stop(
    first: Sequence[str] = (), swept: Sequence[str] = (), left: Sequence[str] = ()
) -> StopOutcome:
    """Two parcels due among 12, of which 6 can be seen; A can, B cannot."""
    loads = ("A", "B", *(f"x{i}" for i in range(10)))
    setups = (
        SetupOutcome(source=SETUPS[0], found=tuple(first), excluded=tuple(left)),
        SetupOutcome(source=SETUPS[1]),
        SetupOutcome(source=SETUPS[2], found=tuple(swept)),
    )
    return StopOutcome(
        source="replay 0/000",
        van=0,
        stop="1",
        number=0,
        due=("A", "B"),
        loads=loads,
        visible=("A", "x0", "x1", "x2", "x3", "x4"),
        setups=setups,
    )


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


def test_stops_are_counted_at_once_later_or_never() -> None:
    stops = [_stop(("A", "B")), _stop(("A",), ("B",)), _stop(("A",)), _stop()]
    rear, ceiling, sweep = report(stops)
    assert (rear.at_once.hits, rear.second.hits, rear.never.hits) == (1, 1, 2)
    assert (rear.items.hits, rear.items_second.hits) == (4, 5)
    assert (ceiling.at_once.hits, sweep.items.hits) == (0, 1)
    assert [s.model for s in rear.seconds][:2] == ["unsorted load", SORTED.name]
    eye, marks = rear.seconds[0].by_eye, rear.seconds[0].with_marks
    assert rear.seconds[0].saved[0] == pytest.approx(eye[0] - marks[0])
    assert marks[1] < marks[0] < marks[2]


def test_the_replay_writes_its_part_of_the_readme(tmp_path: Path) -> None:
    journal, page = tmp_path / "j.jsonl", tmp_path / "README.md"
    kept = _stop(("A",)).model_copy(update={"source": "replay 0/075"})
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


def test_visits_go_from_the_full_van_to_the_last_parcels() -> None:
    visits = sample_visits(5, 30, vans=3)
    assert sorted(v.number for v in visits) == list(range(2, 150, 5))
    early = sorted(v.number for v in visits[:8])
    assert max(b - a for a, b in pairwise([0, *early, 150])) < 40
    assert {v.seed for v in visits} == {5, 6, 7}
    assert len({v.name for v in visits}) == 30
    assert len({v.seed for v in sample_visits(5, 30)}) == 30


@pytest.mark.usefixtures("blind")
def test_a_visit_knows_what_is_due_gone_and_visible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "HD", (96, 54))
    monkeypatch.setattr(routes, "UHD", (96, 54))
    outcome = routes.replay_visit(Visit(3, 140))
    van, route = routes._start(3)
    gone = {item.key for stop in route.stops[:140] for item in stop.items}
    assert len(gone) >= 140
    assert not gone & set(outcome.loads)
    assert set(outcome.due) == {i.key for i in route.stops[140].items} & {
        x.key for x in van.loads
    }
    assert set(outcome.visible) <= set(outcome.loads)
    assert [s.source for s in outcome.setups] == list(SETUPS)
    assert StopOutcome.model_validate_json(outcome.model_dump_json()) == outcome


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
