"""What a detector promises, on made networks; then the shipped one on real files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from vapr.detect import OnnxDetector, load_detector
from vapr.detect.adopt import adopt_results
from vapr.detect.head import KINDS, quad_of_row
from vapr.detect.windows import STRIDE, plan_looks, to_input
from vapr.errors import MissingExtraError, ModelError, UsageError
from vapr.geometry import iou
from vapr.types import Box, Detection
from vapr.weights import DEFAULT_DETECTOR, find_model

Floats = NDArray[np.float32]
Corners = Sequence[tuple[float, float]]


def row(
    kind: str,
    score: float,
    box: Box,
    corners: Corners | None = None,
    first: int | None = None,
) -> Floats:
    """One row of the network's output."""
    scores = [score if k == kind else 0.0 for k in KINDS]
    x1, y1, x2, y2 = box
    corners = corners or [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    turn = [9.0 if i == first else 0.0 for i in range(4)]
    values = [v for (x, y), t in zip(corners, turn, strict=True) for v in (x, y, t)]
    return np.array([*box, *scores, *values], np.float32)


def finds(*rows: Floats) -> OnnxDetector:
    """A detector whose network always answers these rows."""
    answer = np.array(rows, np.float32).reshape(1, -1, 19)
    return OnnxDetector(lambda blob: answer)


def picture(width: int = 640, height: int = 480) -> NDArray[np.uint8]:
    return np.zeros((height, width, 3), np.uint8)


def test_each_thing_is_reported_once_surest_first() -> None:
    detect = finds(
        row("label", 0.6, (100, 100, 150, 180)),
        row("label", 0.9, (101, 99, 151, 181)),
        row("parcel", 0.7, (50, 50, 300, 300)),
        row("parcel", 0.1, (400, 50, 500, 300)),
    )
    found = detect(picture())
    assert [(d.kind, round(d.score, 1)) for d in found] == [
        ("label", 0.9),
        ("parcel", 0.7),
    ]


def test_parcels_that_hide_one_another_are_both_kept() -> None:
    detect = finds(
        row("parcel", 0.9, (0, 0, 100, 100)), row("parcel", 0.8, (0, 30, 100, 130))
    )
    assert len(detect(picture())) == 2


def test_a_sticker_is_a_label_or_an_aid_not_both() -> None:
    detect = finds(
        row("label", 0.5, (10, 10, 60, 60)), row("aid", 0.8, (11, 10, 61, 60))
    )
    assert [d.kind for d in detect(picture())] == ["aid"]


def test_only_labels_have_corners() -> None:
    detect = finds(
        *(row(k, 0.9, (i * 100, 0, i * 100 + 90, 90)) for i, k in enumerate(KINDS))
    )
    assert {d.kind: d.quad is not None for d in detect(picture())} == {
        "parcel": False,
        "label": True,
        "aid": False,
    }


def test_a_quad_starts_at_the_labels_own_top_left_when_that_is_sure() -> None:
    corners = [(10, 10), (50, 12), (48, 80), (9, 78)]
    sure = quad_of_row(row("label", 0.9, (9, 10, 50, 80), corners, first=2))
    assert sure[:2] == ((48.0, 80.0), (9.0, 78.0)), "clockwise from there"
    unsure = quad_of_row(row("label", 0.9, (9, 10, 50, 80), [*corners[1:], corners[0]]))
    assert unsure[0] == (10.0, 10.0)


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080), (333, 1999)])
def test_what_is_found_is_in_pixels_of_the_picture(size: tuple[int, int]) -> None:
    """The network sees a white square; the detection lies on it whatever the scale."""
    width, height = size
    image = picture(width, height)
    box = (0.25 * width, 0.5 * height, 0.25 * width + 80, 0.5 * height + 64)
    x1, y1, x2, y2 = (round(v) for v in box)
    image[y1:y2, x1:x2] = 255
    found = OnnxDetector(see_white)(image)
    assert len(found) == 1
    assert iou(found[0].box, (x1, y1, x2, y2)) > 0.85
    quad = found[0].quad
    assert quad is not None
    assert np.allclose(quad[2], (x2, y2), atol=4)


def see_white(blob: Floats) -> Floats:
    """A network that finds what is white."""
    assert blob.shape[:2] == (1, 3)
    assert blob.shape[2] % STRIDE == blob.shape[3] % STRIDE == 0
    white = np.argwhere(blob[0, 0] > 0.7)
    if white.size == 0:
        return np.zeros((1, 0, 19), np.float32)
    (y1, x1), (y2, x2) = white.min(axis=0), white.max(axis=0) + 1
    return row("label", 0.9, (float(x1), float(y1), float(x2), float(y2)))[None, None]


def test_a_far_label_of_a_4k_picture_is_found_once() -> None:
    image = picture(3840, 2160)
    image[1060:1100, 1900:1960] = 255
    found = OnnxDetector(see_white)(image)
    assert len(found) == 1
    assert iou(found[0].box, (1900, 1060, 1960, 1100)) > 0.8


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((640, 480), [640]),
        ((1920, 1080), [640, 1280]),
        ((2160, 3840), [640, 1280]),
        ((8000, 600), [640, 1280]),
    ],
)
def test_pictures_are_looked_at_twice_unless_small(
    size: tuple[int, int], sides: list[int]
) -> None:
    looks = plan_looks(*size, 1280)
    assert [max(look) for look in looks] == sides
    assert all(w / h == pytest.approx(size[0] / size[1], rel=0.02) for w, h in looks)


def test_the_input_is_rgb_from_0_to_1() -> None:
    image = picture(64, 64)
    image[..., 0] = 255  # blue
    blob = to_input(image)
    assert blob.shape == (1, 3, 64, 64)
    assert blob[0, :, 5, 5].tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("image", "got"),
    [
        (np.zeros((4, 4), np.uint8), r"shape \(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), r"shape \(4, 4, 4\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros((4, 4, 3), np.float32), "float32"),
        ("van.jpg", "str"),
    ],
)
def test_what_is_no_picture_is_refused(image: NDArray[np.uint8], got: str) -> None:
    with pytest.raises(UsageError, match=got):
        finds()(image)


def test_a_picture_with_nothing_gives_nothing() -> None:
    assert finds()(picture()) == []


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(ModelError, match=r"broken\.onnx is not an ONNX model"):
        OnnxDetector.load(path)
    with pytest.raises(ModelError, match="no model named 'nothing'"):
        load_detector("nothing")


def test_any_callable_is_a_detector() -> None:
    def mine(image: NDArray[np.uint8]) -> list[Detection]:
        return [Detection("parcel", (0, 0, 1, 1), 1.0)]

    assert load_detector(mine) is mine
    with pytest.raises(UsageError, match="got int"):
        load_detector(3)  # type: ignore[arg-type]


def test_a_pt_file_without_the_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    with pytest.raises(ModelError, match="no model file"):
        load_detector(tmp_path / "gone.pt")
    (tmp_path / "mine.pt").write_bytes(b"x")
    with pytest.raises(MissingExtraError, match=r"vapr\[train\]"):
        load_detector(tmp_path / "mine.pt")
    with pytest.raises(UsageError, match="got crate"):
        load_detector(tmp_path / "mine.pt", {"a": "crate"})


def test_openvino_without_the_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"vapr\[openvino\]"):
        load_detector(f"openvino:{DEFAULT_DETECTOR}")


def test_openvino_finds_what_onnxruntime_finds(
    parcels_picture: tuple[NDArray[np.uint8], list[Detection]],
) -> None:
    pytest.importorskip("openvino")
    image = parcels_picture[0]
    usual = load_detector()(image)
    other = load_detector("openvino:")(image)
    assert [d.kind for d in other] == [d.kind for d in usual]
    boxes, others = ([d.box for d in found] for found in (usual, other))
    assert np.allclose(boxes, others, atol=0.5)


def test_a_model_of_ones_own_takes_vaprs_corner_network(tmp_path: Path) -> None:
    own = find_model(DEFAULT_DETECTOR)
    copied = tmp_path / "mine.onnx"
    copied.write_bytes(own.path.read_bytes())
    facts = own.path.with_suffix(".json").read_text("utf-8")
    copied.with_suffix(".json").write_text(facts, "utf-8")
    assert OnnxDetector.load(copied).corners is not None


def results(**given: object) -> SimpleNamespace:
    return SimpleNamespace(**({"obb": None, "keypoints": None} | given))


class Rows(SimpleNamespace):
    def __len__(self) -> int:
        return len(self.cls)


def test_a_users_box_model_is_understood() -> None:
    boxes = Rows(
        xyxy=[[1, 2, 30, 40], [5, 5, 9, 9], [2, 2, 8, 8]],
        conf=[0.5, 0.9, 0.7],
        cls=[0, 7, 1],
    )
    detect = adopt_results(lambda _: results(boxes=boxes), {0: "parcel", 1: "label"})
    found = detect(picture())
    assert [(d.kind, d.score) for d in found] == [("label", 0.7), ("parcel", 0.5)]
    assert found[0].quad == ((2, 2), (8, 2), (8, 8), (2, 8))


def test_a_users_rotated_boxes_become_clockwise_quads() -> None:
    corners = [[[10, 0], [0, 10], [10, 20], [20, 10]]]
    obb = Rows(xyxy=[[0, 0, 20, 20]], conf=[0.8], cls=[0], xyxyxyxy=corners)
    found = adopt_results(lambda _: results(obb=obb), {0: "label"})(picture())
    quad = found[0].quad
    assert quad is not None
    assert set(quad) == {(10, 0), (20, 10), (10, 20), (0, 10)}
    start = quad.index((10.0, 0.0))
    assert quad[(start + 1) % 4] == (20, 10), "clockwise as seen"


def test_a_closer_look_corrects_corners_and_score() -> None:
    """The corner network sees views; its answer comes back in pixels of the picture."""
    image = picture()
    image[100:180, 200:260] = 255
    rough = row("label", 0.64, (196, 96, 262, 178))
    answer = np.array([rough], np.float32).reshape(1, -1, 19)
    detect = OnnxDetector(lambda blob: answer, corners=corners_of_white)
    found = detect(image)[0]
    assert found.quad is not None
    assert np.allclose(
        found.quad, [(200, 100), (260, 100), (260, 180), (200, 180)], atol=2
    )
    assert found.score > 0.85, "sure that it is a label"


def test_a_label_on_a_white_parcel_is_found_by_the_closer_look() -> None:
    """The first look takes the parcel for the label, and the label for the less sure.

    The closer one is shown both. It names only the lesser a label, and that one stays.
    """
    image = picture()
    image[100:180, 200:260] = 255
    rows = [
        row("label", 0.9, (150, 60, 400, 320)),
        row("label", 0.5, (198, 98, 262, 182)),
        row("label", 0.45, (198, 90, 262, 200)),
    ]

    def only_the_small(views: Floats) -> Floats:
        answers = corners_of_white(views)
        answers[:, 12] = np.where((views > 0).mean(axis=(1, 2, 3)) > 0.3, 9, -9)
        return answers

    answer = np.array(rows, np.float32)[None]
    found = OnnxDetector(lambda blob: answer, corners=only_the_small)(image)
    assert len(found) == 1, "once, although two candidates end there"
    assert found[0].box == pytest.approx((200, 100, 260, 180), abs=2), "of its corners"


def test_what_is_no_label_on_a_closer_look_is_dropped() -> None:
    image = picture()
    image[100:180, 200:260] = 255
    answer = np.array([row("label", 0.4, (200, 100, 260, 180))], np.float32)[None]

    def no_label(views: Floats) -> Floats:
        rows = corners_of_white(views)
        rows[:, 12] = -5
        return rows

    assert OnnxDetector(lambda blob: answer, corners=no_label)(image) == []


def test_folded_corners_are_not_believed() -> None:
    image = picture()
    answer = np.array([row("label", 0.9, (200, 100, 260, 180))], np.float32)[None]

    def folded(views: Floats) -> Floats:
        rows = np.zeros((len(views), 13), np.float32)
        rows[:, 12] = 9
        return rows

    quad = OnnxDetector(lambda blob: answer, corners=folded)(image)[0].quad
    assert quad == ((200, 100), (260, 100), (260, 180), (200, 180))


def corners_of_white(views: Floats) -> Floats:
    """A corner network that finds the white rectangle of each view."""
    rows = np.zeros((len(views), 13), np.float32)
    for out, view in zip(rows, views, strict=True):
        white = np.argwhere(view[0] > 0)
        (y1, x1), (y2, x2) = white.min(axis=0), white.max(axis=0) + 1
        quad = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)])
        out[:8] = np.ravel(quad / 64 - 0.5)
        out[12] = 9
    return rows
