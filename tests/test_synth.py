import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from typer.testing import CliRunner

from vapr.cli.app import app
from vapr.errors import UsageError
from vapr.media import open_picture
from vapr.route.codes import normalise
from vapr.route.route import Route
from vapr.synth import (
    LAYOUTS,
    Assets,
    Camera,
    Sensor,
    Van,
    load_assets,
    load_layouts,
    make_camera,
    make_label,
    make_lighting,
    make_pictures,
    make_ride,
    make_route,
    make_van,
    render,
)
from vapr.synth.dress import build
from vapr.synth.facets import split
from vapr.synth.layouts import Layout
from vapr.synth.raster import look as look_at
from vapr.synth.shell import shell
from vapr.synth.space import Room, block_of
from vapr.synth.surface import Coat
from vapr.types import Image

CLEAN = Sensor(blur=0.3, electrons=50_000, denoise=0, vignette=0)


@pytest.fixture(scope="module")
def van() -> Van:
    return make_van(3, 40)


def look(
    van: Van, name: str, size: tuple[int, int], seed: int = 1
) -> tuple[Image, dict[str, Any]]:
    camera = make_camera(van, name, size, seed)
    light = make_lighting("day", van.size, camera.eye, camera.target, seed)
    return render(van, camera, light, seed, CLEAN)


def test_same_seed_same_picture_other_seed_another(van: Van) -> None:
    first, truth = look(van, "rear", (320, 240))
    again, same = look(make_van(3, 40), "rear", (320, 240))
    other, _ = look(make_van(4, 40), "rear", (320, 240))
    assert np.array_equal(first, again)
    assert truth == same
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("bend", [1.0, 0.9, 0.5, 0.1])
def test_a_ray_of_a_pixel_comes_back_to_that_pixel(bend: float) -> None:
    camera = Camera((0.2, -1, 1), (0.5, 2, 0.4), (64, 48), 100, 7, bend)
    places = camera.rays(1.0).astype(np.float64) * 2.5 + camera.eye
    x, y = np.meshgrid(np.arange(64) + 0.5, np.arange(48) + 0.5)
    assert np.abs(camera.project(places) - np.dstack([x, y])).max() < 1e-3


@pytest.mark.parametrize("bend", [1.0, 0.9, 0.3])
def test_filled_outlines_show_what_every_ray_by_itself_meets(
    bend: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    van = make_van(5, 30)
    patches = shell(van) + [p for x in van.loads for p in build(x, 0).patches]
    camera = Camera((0.7, -0.2, 1.3), (0.8, 2, 0.6), (400, 300), 100, 5, bend)
    filled = look_at(split(patches), camera, 1.0)
    monkeypatch.setattr("vapr.synth.raster._SMALL_PX", 1e9)
    exact = look_at(split(patches), camera, 1.0)
    assert (filled.facet >= 0).mean() > 0.9
    assert (filled.facet != exact.facet).mean() < 3e-4  # slivers at the frame


def test_codes_are_where_the_truth_says_and_hold_the_tracking_number() -> None:
    van = make_van(3, 40)
    read = 0
    boxes = [x for x in van.loads if x.kind == "box" and x.layout]
    for load in [x for x in boxes if x.face == "top"][:3]:
        alone = van.without({x.key for x in van.loads} - {load.key})
        label = build(alone.loads[0], 0).label
        assert label is not None
        at = np.array(label.decal.at) / label.patch.size
        place = label.patch.point(float(at[0]), float(at[1]))
        eye = np.add(place, [0.03, -0.05, 0.2])
        camera = Camera((*eye,), (*place,), (1280, 400), 50, 4, 1.0, "close")
        light = make_lighting("dome", van.size, camera.eye, camera.target, 1)
        picture, truth = render(alone, camera, light, 1, CLEAN)
        for code in truth["parcels"][0]["label"]["codes"]:
            found = zxingcpp.read_barcodes(straight(picture, code["quad"]))
            assert [x.text for x in found] in ([code["text"]], [])
            read += bool(found)
    assert read >= 2


def straight(picture: Image, quad: list[list[float]]) -> Image:
    corners = np.array([[20, 20], [620, 20], [620, 220], [20, 220]], np.float32)
    turn = cv2.getPerspectiveTransform(np.array(quad, np.float32), corners)
    return np.asarray(cv2.warpPerspective(picture, turn, (640, 240)), np.uint8)


def test_taking_a_parcel_leaves_the_others_and_lets_the_upper_ones_down(
    van: Van,
) -> None:
    upper = next(x for x in van.loads if x.support and x.in_manifest)
    lower = upper.support
    assert lower is not None
    after = van.without([lower])
    assert {x.key for x in after.loads} == {x.key for x in van.loads} - {lower}
    now = {x.key: x for x in after.loads}
    assert now[upper.key].pose.at[2] < upper.pose.at[2]
    for load in van.loads:
        if load.support is None and load.key != lower:
            assert now[load.key] == load


def stacks_of(van: Van) -> list[set[str]]:
    """Keys of what lies on one another: limp parcels in a stack may sag."""
    stacks: dict[str, set[str]] = {}
    for load in van.loads:
        stacks[load.key] = stacks.get(load.support or "", set())
        stacks[load.key].add(load.key)
    return [stacks[load.key] for load in van.loads]


def deepest(van: Van) -> float:
    """How deep (m) any parcel reaches into one of another stack."""
    room = Room.of([block_of(load) for load in van.loads])
    stacks = stacks_of(van)
    return max(
        room.depth(block_of(load), [i for i, s in enumerate(stacks) if s is stacks[n]])
        for n, load in enumerate(van.loads)
    )


@pytest.mark.parametrize(("seed", "items", "full"), [(1, 90, False), (2, 290, True)])
def test_no_two_parcels_are_in_the_same_place_ever(
    seed: int, items: int, full: bool
) -> None:
    van = make_van(seed, items, full=full)
    assert len(van.loads) > items * 0.5
    later = van.without([x.key for x in van.loads[::3]])
    for moment in (van, van.shifted(1), later, later.shifted(2).shifted(3)):
        assert deepest(moment) < 0.01


def test_what_lay_on_taken_parcels_comes_down_at_each_taking() -> None:
    van = make_van(6, 290, full=True)
    lower = {load.key: load.support or "" for load in van.loads}
    came_down = []
    for top, middle in lower.items():
        if not lower.get(middle):
            continue  # lies on the floor, or on what does
        after = van.without([middle])
        heights = [
            next(x for x in each.loads if x.key == top).pose.at[2]
            for each in (van, after, after.without([lower[middle]]))
        ]
        came_down.append(heights[0] > heights[1] > heights[2])
    assert len(came_down) > 5
    assert np.mean(came_down) > 0.7  # some come to lie on what sticks out below


def test_a_drive_moves_the_load_a_little_and_keeps_its_numbers(van: Van) -> None:
    moved = van.shifted(5)
    assert [x.key for x in moved.loads] == [x.key for x in van.loads]
    ways = [
        np.subtract(a.pose.at, b.pose.at)
        for a, b in zip(moved.loads, van.loads, strict=True)
    ]
    assert 0.001 < np.abs(ways).max() < 0.3
    assert moved == van.shifted(5) != van.shifted(6)


def test_a_label_hidden_by_another_parcel_is_shown_once_that_is_taken() -> None:
    van = make_van(3, 60)
    _, truth = look(van, "rear", (640, 480))
    hidden = [
        p["id"]
        for p in truth["parcels"]
        if p["label"] and p["label"]["visible"] < 0.6 and not p["truncated"]
    ]
    assert hidden
    alone = van.without({x.key for x in van.loads} - set(hidden))
    _, later = look(alone, "rear", (640, 480))
    shown = {p["id"]: p["label"]["visible"] for p in later["parcels"] if p["label"]}
    before = {p["id"]: p["label"]["visible"] for p in truth["parcels"] if p["label"]}
    assert all(shown[key] >= before[key] - 0.02 for key in hidden if key in shown)
    assert sum(shown.get(key, 0) > before[key] + 0.2 for key in hidden) >= 1


def test_boxes_hold_what_is_visible_and_verdicts_follow_the_stop(van: Van) -> None:
    _, truth = look(van, "bulkhead", (640, 480))
    stops = {x.key: x.row.stop for x in van.loads if x.in_manifest}
    assert len(truth["parcels"]) > 5
    for parcel in truth["parcels"]:
        x1, y1, x2, y2 = parcel["box"]
        assert 0 <= x1 < x2 <= 640
        assert 0 <= y1 < y2 <= 480
        pick = parcel["in_manifest"] and stops[parcel["id"]] == truth["stop"]
        assert parcel["verdict"] == ("pick" if pick else "leave")
    assert json.dumps(truth)


def test_payloads_of_every_scheme_give_the_manifests_number() -> None:
    rows = make_route(7, 150, 400)
    assert len({row.scheme for row in rows}) >= 10
    for row in rows:
        wanted = {key.value for key in normalise(row.tracking)}
        for code in row.codes:
            if code.role == "tracking":
                found = {key.value for key in normalise(code.text, code.symbology)}
                assert wanted & found, (row.scheme, code.text, row.tracking)


def test_a_route_is_written_as_a_route_is_read(tmp_path: Path) -> None:
    make_pictures(tmp_path, 1, 5, (160, 120))
    route = Route.load(tmp_path / "route-0000.csv")
    truth = json.loads((tmp_path / "00000.json").read_text())
    assert truth["manifest"] == "route-0000.csv"
    known = {item.tracking for item in route.items}
    assert {p["id"] for p in truth["parcels"] if p["in_manifest"]} <= known


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda x: x.name)
def test_every_layout_shows_the_tracking_number_as_a_readable_code(
    layout: Layout,
) -> None:
    row = make_route(2, 3, 9)[1]
    label = make_label(row, layout, 11)
    assert label.pixels.shape == make_label(row, layout, 11).pixels.shape
    texts = [code.text for code, _ in label.codes if code.role == "tracking"]
    found = [x.text for x in zxingcpp.read_barcodes(label.pixels)]
    assert texts
    assert set(texts) <= set(found)


def test_an_interrupted_run_goes_on_and_wrong_counts_are_refused(
    tmp_path: Path,
) -> None:
    make_pictures(tmp_path, 2, 1, (160, 120))
    first = (tmp_path / "00000.jpg").read_bytes()
    (tmp_path / "00001.json").unlink()
    paths = make_pictures(tmp_path, 2, 1, (160, 120))
    assert [p.name for p in paths] == ["00000.jpg", "00001.jpg"]
    assert (tmp_path / "00000.jpg").read_bytes() == first
    assert (tmp_path / "00001.json").exists()
    with pytest.raises(UsageError):
        make_pictures(tmp_path, 0, 1)


def test_two_processes_make_what_one_makes(tmp_path: Path) -> None:
    one = make_pictures(tmp_path / "one", 6, 4, (64, 48))
    two = make_pictures(tmp_path / "two", 6, 4, (64, 48), 2)
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


def test_a_ride_keeps_its_numbers_while_the_load_shrinks(tmp_path: Path) -> None:
    paths = make_ride(tmp_path, 2, 2, (240, 136))
    assert [p.name for p in paths][:2] == ["000_bulkhead.jpg", "000_rear.jpg"]
    truths = [json.loads(p.with_suffix(".json").read_text()) for p in paths]
    events = json.loads((tmp_path / "ride.json").read_text())
    taken = {e["key"] for e in events if e["event"] == "take"}
    opened = [e["stop"] for e in events if e["event"] == "open_stop"]
    assert opened == [t["stop"] for t in truths[::2]]
    gone = {e["key"] for e in events if e["event"] == "take" and e["stop"] == opened[0]}
    seen_later = {p["id"] for t in truths[2:] for p in t["parcels"]}
    seen_first = {p["id"] for p in truths[0]["parcels"]}
    assert gone
    assert not gone & seen_later
    assert len(seen_first & seen_later) > 3
    numbers = {item.tracking for item in Route.load(tmp_path / "route.csv").items}
    assert taken <= numbers


def test_own_layouts_and_photographs_are_used(tmp_path: Path) -> None:
    own = [{"name": "tag", "size_mm": [60, 60], "columns": [[1, [["tracking", 1]]]]}]
    path = tmp_path / "layouts.json"
    path.write_text(json.dumps(own))
    assert load_layouts(path)[0].size_mm == (60, 60)
    folder = tmp_path / "photos"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((30, 40, 3), (0, 200, 0), np.uint8))
    assets = load_assets(None, path, folder)
    van = replace(make_van(2, 4, assets), loads=())
    picture, _ = look(van, "rear", (160, 120))
    assert (picture[..., 1] > picture[..., 2].astype(int) + 30).mean() > 0.9
    assert all(
        x.layout is None or x.layout.name == "tag" for x in make_van(2, 9, assets).loads
    )


def test_the_command_makes_pictures_and_names_a_wrong_size(tmp_path: Path) -> None:
    out = tmp_path / "made"
    made = CliRunner().invoke(
        app, ["synth", str(out), "--count", "1", "--size", "64x48"]
    )
    assert made.exit_code == 0
    assert open_picture(out / "00000.jpg").shape == (48, 64, 3)
    wrong = CliRunner().invoke(app, ["synth", str(out), "--size", "64"])
    assert isinstance(wrong.exception, UsageError)


def test_wrong_layouts_and_folders_are_named(tmp_path: Path) -> None:
    path = tmp_path / "layouts.json"
    path.write_text('[{"name": "x", "size_mm": [1, 2], "columns": [[1, [["no", 1]]]]}]')
    with pytest.raises(UsageError, match="no label block 'no'"):
        load_layouts(path)
    path.write_text("{")
    with pytest.raises(UsageError, match="layouts"):
        load_layouts(path)
    with pytest.raises(UsageError, match="no such folder"):
        load_assets(tmp_path / "none")
    assert Assets().layouts == LAYOUTS


@pytest.mark.parametrize("seed", range(4))
def test_a_deep_fold_is_dark_and_no_hole_in_the_light(seed: int) -> None:
    light = Coat("poly", (90, 120, 160), (0.3, 0.2), seed, relief=0.6)(120, 80)
    assert np.isfinite(light).all()
    assert light.min() >= 0
    assert light.max() <= 1
