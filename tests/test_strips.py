"""Strips in labels: where they lie, whichever way the label is turned."""

import json
import math
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from vapr.errors import ModelError
from vapr.geometry import quad_sides, to_quad
from vapr.read import strip_net
from vapr.read.strips import Strip, find_strips
from vapr.train.strip_camera import Shot, make_shots
from vapr.types import Image, Quad


@pytest.fixture(scope="module")
def shots() -> list[Shot]:
    """Made labels no network was trained on, at least 60 px long."""
    made = make_shots(90, seed=5)
    return [s for s in made if max(quad_sides(to_quad(s.label))) > 60]


def main_strip(shot: Shot) -> Quad | None:
    return next((to_quad(m.quad) for m in shot.marks if m.main), None)


def ends_off(found: Quad, true: Quad) -> float:
    """The worse end's distance along the axis, px, whichever end the code starts at."""
    f, t = (np.asarray(q, np.float64) for q in (found, true))
    ends = np.array([(t[0] + t[3]) / 2, (t[1] + t[2]) / 2])
    axis = (ends[1] - ends[0]) / math.dist(*ends)
    both = np.array([(f[0] + f[3]) / 2, (f[1] + f[2]) / 2])
    if (
        np.abs((both.mean(0) - ends.mean(0)) @ [-axis[1], axis[0]])
        > quad_sides(true)[1]
    ):
        return math.inf  # beside it
    return float(min(np.abs((b - ends) @ axis).max() for b in (both, both[::-1])))


def rank(found: list[Strip], true: Quad, within: float) -> int:
    """The place of the first strip that lies on the true one; 99 if none does."""
    hits = [ends_off(strip.quad, true) <= within for strip in found]
    return hits.index(True) if True in hits else 99


def test_the_main_strip_is_found_to_three_pixels(shots: list[Shot]) -> None:
    pairs = [(s, main_strip(s)) for s in shots]
    ranks = [
        rank(find_strips(s.picture, to_quad(s.label)), true, 3.0)
        for s, true in pairs
        if true is not None
    ]
    assert len(ranks) > 40
    assert np.mean([r < 4 for r in ranks]) >= 0.8


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_the_labels_first_corner_does_not_matter(shots: list[Shot], turn: int) -> None:
    same = []
    for shot in shots[:20]:
        upright = find_strips(shot.picture, to_quad(shot.label), limit=1)
        turned = to_quad(np.roll(shot.label, turn, axis=0))
        other = find_strips(shot.picture, turned, limit=3)
        same += [rank(other, strip.quad, 3.0) < 3 for strip in upright]
    assert np.mean(same) >= 0.85


def test_the_first_edge_runs_along_the_bars_and_clockwise(shots: list[Shot]) -> None:
    turned = 0
    for shot in shots:
        for strip in find_strips(shot.picture, to_quad(shot.label)):
            area = cv2.contourArea(np.asarray(strip.quad, np.float32), oriented=True)
            assert area > 0, "clockwise as seen"
            assert 0 <= strip.score <= 1
            assert strip.family in ("linear", "pdf417", "matrix")
            wide, high = quad_sides(strip.quad)
            turned += strip.family != "matrix" and high > 1.5 * wide
    assert turned <= 2, "strips are longer along their axis than across"


def test_families_are_told_apart(shots: list[Shot]) -> None:
    right = []
    for shot in shots:
        found = find_strips(shot.picture, to_quad(shot.label), limit=6)
        for mark in shot.marks:
            if mark.family in ("linear", "pdf417"):
                on = [f for f in found if ends_off(f.quad, to_quad(mark.quad)) < 3]
                right += [f.family == mark.family for f in on]
    assert np.mean(right) > 0.85


def test_limit_is_kept(shots: list[Shot]) -> None:
    for shot in shots[:10]:
        assert len(find_strips(shot.picture, to_quad(shot.label), limit=2)) <= 2


@pytest.mark.parametrize(
    "label",
    [
        ((10, 10), (10, 10), (10, 10), (10, 10)),
        ((10, 10), (60, 10), (110, 10), (160, 10)),
        ((10, 10), (16, 10), (16, 16), (10, 16)),
        ((math.nan, 10), (90, 10), (90, 90), (10, 90)),
        ((10, 10), (math.inf, 10), (90, 90), (10, 90)),
        ((900, 900), (990, 900), (990, 990), (900, 990)),
    ],
    ids=["point", "line", "tiny", "nan", "infinite", "outside"],
)
def test_a_label_that_is_none_has_no_strips(label: Quad) -> None:
    assert find_strips(np.full((200, 200, 3), 128, np.uint8), label) == []


@pytest.mark.parametrize("order", [(0, 2, 1, 3), (3, 2, 1, 0)])
def test_corners_that_do_not_run_clockwise_have_no_strips(
    shots: list[Shot], order: tuple[int, ...]
) -> None:
    for shot in shots[:5]:
        assert find_strips(shot.picture, to_quad(shot.label[list(order)])) == []


def test_an_even_label_has_no_strips() -> None:
    picture = np.full((200, 300, 3), 200, np.uint8)
    label = ((40.0, 30.0), (250.0, 30.0), (250.0, 170.0), (40.0, 170.0))
    assert all(s.score < 0.5 for s in find_strips(picture, label))


def test_a_label_half_out_of_the_picture_is_looked_at(shots: list[Shot]) -> None:
    for shot in shots[:10]:
        height, width = shot.picture.shape
        half: Image = shot.picture[: height // 2, : width // 2]
        for strip in find_strips(half, to_quad(shot.label)):
            assert np.isfinite(strip.quad).all()


def test_a_picture_in_colour_and_in_grey_give_the_same(shots: list[Shot]) -> None:
    shot = shots[0]
    colour = cv2.cvtColor(shot.picture, cv2.COLOR_GRAY2BGR)
    gray = find_strips(shot.picture, to_quad(shot.label))
    assert gray == find_strips(np.asarray(colour, np.uint8), to_quad(shot.label))


def test_a_missing_model_says_so() -> None:
    with pytest.raises(ModelError, match=r"strips-none\.onnx"):
        strip_net._session("strips-none.onnx")


@pytest.mark.skipif("VAPR_DATA" not in os.environ, reason="VAPR_DATA is not set")
def test_the_floor_on_path_traced_vans() -> None:
    """Tracking strips of labels that face the camera, corners as annotated."""
    ranks = []
    for file in sorted((Path(os.environ["VAPR_DATA"]) / "vans").glob("s0*/*.json")):
        picture = cv2.imread(str(file.with_suffix(".jpg")))
        for parcel in json.loads(file.read_text())["parcels"]:
            label = parcel["label"]
            if not label or not label["facing"] or label["visible"] < 0.7:
                continue
            if label["px_per_module"] < 0.2:
                continue
            true = [c["quad"] for c in label["codes"] if c["role"] == "tracking"]
            found = find_strips(np.asarray(picture), to_quad(label["quad"]))
            ranks += [rank(found, to_quad(quad), 3.0) for quad in true]
    assert len(ranks) >= 40
    assert np.mean([r < 4 for r in ranks]) >= 0.86
