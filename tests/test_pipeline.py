"""One picture in, one scene out."""

from types import SimpleNamespace

import numpy as np
import pytest

import vapr.pipeline
from vapr.errors import UsageError
from vapr.geometry import box_of_quad, center, inside
from vapr.pipeline import Pipeline
from vapr.read import Reading
from vapr.route import Route
from vapr.types import Detection, Evidence, Image, Quad


@pytest.fixture(scope="module")
def pipeline(parcels_picture: tuple[Image, list[Detection]]) -> Pipeline:
    return Pipeline(lambda image: parcels_picture[1])


def test_any_function_serves_as_detector(
    pipeline: Pipeline,
    parcels_picture: tuple[Image, list[Detection]],
    small_route: Route,
) -> None:
    scene = pipeline(parcels_picture[0], small_route, "14", source="a.jpg", time_s=7.0)
    by_verdict = {p.verdict: p for p in scene}
    verdicts = sorted(p.verdict for p in scene)
    assert verdicts == ["leave", "leave", "pick", "unknown"]
    assert by_verdict["pick"].id == "1Z999AA10123456784"
    assert by_verdict["unknown"].reason == "no_label"
    assert {p.id for p in scene if p.foreign} == {"1Z12345E1512345676"}
    assert scene.size == (1700, 1100)
    assert scene.time_s == 7.0
    checklist = scene.checklist
    assert (checklist.expected, checklist.found) == (2, ("1Z999AA10123456784",))
    assert checklist.missing == ("TBA303912345678",)
    assert checklist.foreign == ("1Z12345E1512345676",)


def test_the_open_stop_decides_what_to_take(
    pipeline: Pipeline,
    parcels_picture: tuple[Image, list[Detection]],
    small_route: Route,
) -> None:
    scene = pipeline(parcels_picture[0], small_route, "15")
    assert [p.id for p in scene if p.verdict == "pick"] == ["9400111899223197428490"]


def test_a_code_no_label_was_found_for_still_counts(
    parcels_picture: tuple[Image, list[Detection]], small_route: Route
) -> None:
    blind = Pipeline(lambda image: [])
    scene = blind(parcels_picture[0], small_route, "14")
    assert [p.id for p in scene if p.verdict == "pick"] == ["1Z999AA10123456784"]


def test_a_label_is_not_named_by_a_code_in_its_upright_box_only(
    parcels_picture: tuple[Image, list[Detection]], small_route: Route
) -> None:
    """A label turned by 45 degrees leaves room for its neighbours' in that box."""
    image, found = parcels_picture
    x, y = center(next(d.quad for d in found if d.quad))
    turned: Quad = (
        (x + 300, y - 50), (x + 600, y + 250), (x + 250, y + 600), (x - 50, y + 300)
    )  # fmt: skip
    beside = Detection("label", box_of_quad(turned), 0.9, turned)
    scene = Pipeline(lambda image: [beside])(image, small_route, "14")
    (pick,) = (p for p in scene if p.verdict == "pick")
    assert pick.box is not None
    assert inside((x, y), pick.box)
    assert pick.box[2] < x + 400  # the turned one reaches to x + 600


def test_a_ride_is_not_told_of_bars_beside_the_label(
    small_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what they name, nor the look at them that others would be added to."""
    label: Quad = ((10, 40), (110, 40), (110, 80), (10, 80))
    for right, kept in ((100.0, True), (130.0, False)):
        bars: Quad = ((20, 50), (right, 50), (right, 70), (20, 70))
        strip = SimpleNamespace(quad=bars)
        cue = Evidence("template", quad=bars, ratios=(("1Z999AA10123456784", 20.0),))
        told = [Reading((cue,), strip=strip)]  # type: ignore[arg-type]
        monkeypatch.setattr(vapr.pipeline, "read_labels", lambda *_, t=told, **__: t)
        image = np.zeros((100, 200, 3), np.uint8)
        (reading,) = Pipeline(lambda image: []).read(image, [label], small_route)
        assert (bool(reading.evidence), reading.strip is not None) == (kept, kept)


def test_a_picture_of_nothing_gives_an_empty_scene(small_route: Route) -> None:
    nothing = np.full((300, 400, 3), 128, np.uint8)
    scene = Pipeline(lambda image: [])(nothing, small_route)
    assert len(scene) == 0
    assert scene.stop == "14"
    assert len(scene.checklist.missing) == 2


@pytest.mark.parametrize(
    ("image", "got"),
    [
        (np.zeros((4, 4), np.uint8), r"\(4, 4\)"),
        (np.zeros((4, 4, 3), np.float32), "float32"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
        ("van.jpg", "str"),
    ],
)
def test_what_is_no_picture_is_named(
    image: Image, got: str, small_route: Route
) -> None:
    with pytest.raises(UsageError, match=got):
        Pipeline(lambda image: [])(image, small_route)


def test_an_unknown_stop_lists_the_known(small_route: Route) -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    with pytest.raises(UsageError, match="14, 15"):
        Pipeline(lambda image: [])(image, small_route, "99")
