"""Annotations become the things to train on, and views keep things where they are."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from vapr.errors import InputError, UsageError
from vapr.geometry import iou
from vapr.train.curves import confusion
from vapr.train.datasets import has_validation, load_samples
from vapr.train.judge import judge_case, load_cases
from vapr.train.paste import write_pasted
from vapr.train.samples import Sample, Thing, size_of
from vapr.train.views import random_view, whole_view
from vapr.types import Detection, Image


def save(path: Path, size: tuple[int, int] = (200, 100)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((size[1], size[0], 3), np.uint8))
    return path


def truth(folder: Path, *parcels: object) -> tuple[Thing, ...]:
    picture = save(folder / "van.jpg")
    picture.with_suffix(".json").write_text(json.dumps({"parcels": parcels}), "utf-8")
    return load_samples(folder)[0].things


def label(visible: float = 1.0, facing: bool = True) -> dict[str, object]:
    quad = [[10, 10], [40, 12], [38, 60], [9, 58]]
    return {"quad": quad, "visible": visible, "facing": facing}


def test_truth_files_give_parcels_labels_and_aids(tmp_path: Path) -> None:
    sticker = {"quad": [[50, 50], [90, 50], [90, 70], [50, 70]], "visible_fraction": 1}
    things = truth(
        tmp_path,
        {"box": [0, 0, 100, 80], "label": label(), "driver_aid_sticker": sticker},
    )
    assert [t.kind for t in things] == [0, 1, 2]
    assert things[1].box == (9.0, 10.0, 40.0, 60.0)
    assert things[1].turned, "the label's own top left is known"
    assert not any(t.ignore for t in things)


def test_only_a_box_is_required(tmp_path: Path) -> None:
    assert len(truth(tmp_path, {"box": [0, 0, 9, 9]}, {"box": None})) == 1


@pytest.mark.parametrize(
    ("parcel", "kinds"),
    [
        ({"box": [0, 0, 99, 80], "visible": 0.15}, [(0, True)]),
        ({"box": [0, 0, 99, 80], "visible": 0.01}, []),
        ({"box": None, "label": label(visible=0.3)}, [(1, True)]),
        ({"box": None, "label": label(visible=0.02)}, []),
        ({"box": None, "label": label(facing=False)}, []),
        ({"box": None, "label": label() | {"quad": None}}, []),
    ],
)
def test_what_is_hardly_visible_is_not_judged(
    tmp_path: Path, parcel: object, kinds: list[tuple[int, bool]]
) -> None:
    assert [(t.kind, t.ignore) for t in truth(tmp_path, parcel)] == kinds


def test_old_labels_are_neither_right_nor_wrong(tmp_path: Path) -> None:
    other = {"quad": label()["quad"], "visible_fraction": 1.0}
    things = truth(tmp_path, {"box": None, "other_labels": [other]})
    assert [(t.kind, t.ignore) for t in things] == [(1, True)]


def test_yolo_boxes_and_rotated_boxes(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.jpg")
    rows = "0 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.2 0.1 0.2 0.3 0.1 0.3\n"
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text(rows, "utf-8")
    (tmp_path / "classes.txt").write_text("carton\nlabel?\n", "utf-8")
    sample = load_samples(tmp_path)[0]
    assert [t.kind for t in sample.things] == [0, 1]
    assert sample.things[0].box == pytest.approx((80, 30, 120, 70))
    assert sample.things[1].quad is not None
    assert sample.unjudged == (1, 2), "labels in places only, aids not at all"


def test_coco(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg")
    notes = {
        "images": [{"id": 5, "file_name": "a.jpg", "width": 200, "height": 100}],
        "categories": [{"id": 1, "name": "Box"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"image_id": 5, "category_id": 1, "bbox": [10, 20, 30, 40]},
            {"image_id": 5, "category_id": 2, "bbox": [0, 0, 9, 9]},
        ],
    }
    (tmp_path / "notes.json").write_text(json.dumps(notes), "utf-8")
    sample = load_samples(tmp_path / "notes.json")[0]
    assert [t.box for t in sample.things] == [(10, 20, 40, 60)]
    assert sample.unjudged == (1, 2)


def yolo(folder: Path, rows: str, yaml: str) -> Path:
    """A YOLO data set of one picture, as the tools that annotate write it."""
    save(folder / "train" / "images" / "a.jpg")
    (folder / "train" / "labels").mkdir()
    (folder / "train" / "labels" / "a.txt").write_text(rows, "utf-8")
    (folder / "data.yaml").write_text(yaml, "utf-8")
    return folder


def test_a_data_yaml_says_where_things_are_and_what_they_are_called(
    tmp_path: Path,
) -> None:
    pytest.importorskip("yaml")
    text = "train: ../train/images\nval: ../train/images\nnames: [dog, Carton]\n"
    folder = yolo(tmp_path, "1 0.5 0.5 0.2 0.4\n0 0.1 0.1 0.1 0.1\n", text)
    things = load_samples(folder)[0].things
    assert [t.box for t in things] == [pytest.approx((80, 30, 120, 70))]
    assert has_validation(folder)
    assert len(load_samples(folder / "data.yaml", split="val")) == 1


def test_four_keypoints_are_corners(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    corners = "0.1 0.1 2 0.2 0.1 2 0.2 0.3 2 0.1 0.3 2"
    text = "train: train/images\nnames: {0: label}\nkpt_shape: [4, 3]\n"
    folder = yolo(tmp_path, f"0 0.15 0.2 0.1 0.2 {corners}\n", text)
    quad = load_samples(folder)[0].things[0].quad
    assert quad is not None
    assert np.allclose(quad, [(20, 10), (40, 10), (40, 30), (20, 30)])


def test_corners_in_any_order_become_clockwise(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.jpg")
    (tmp_path / "labels").mkdir()
    row = "0 0.1 0.3 0.2 0.3 0.2 0.1 0.1 0.1\n"
    (tmp_path / "labels" / "a.txt").write_text(row, "utf-8")
    (tmp_path / "classes.txt").write_text("label\n", "utf-8")
    quad = load_samples(tmp_path)[0].things[0].quad
    assert quad is not None
    assert np.allclose(quad, [(20, 10), (40, 10), (40, 30), (20, 30)])


def test_own_names_of_classes(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.jpg")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.4\n", "utf-8")
    (tmp_path / "classes.txt").write_text("card board\n", "utf-8")
    with pytest.raises(InputError, match="--classes NAME=parcel"):
        load_samples(tmp_path)
    sample = load_samples(tmp_path, {"card board": "parcel"})[0]
    assert len(sample.things) == 1
    with pytest.raises(UsageError, match="got crate"):
        load_samples(tmp_path, {"card board": "crate"})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("3 0.5 0.5 0.2 0.4", "a.txt line 2: class 3, but there are 1"),
        ("0 0.5 0.5 0.2", "a.txt line 2: wanted 4 values"),
        ("0 0.5 0.5 0.2 wide", "a.txt line 2: could not convert"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, says: str) -> None:
    save(tmp_path / "images" / "a.jpg")
    (tmp_path / "labels").mkdir()
    rows = f"0 0.5 0.5 0.2 0.4\n{row}\n"
    (tmp_path / "labels" / "a.txt").write_text(rows, "utf-8")
    with pytest.raises(InputError, match=says):
        load_samples(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{", '{"images": []}'])
def test_a_bad_coco_or_truth_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"notes\.json: wanted COCO"):
        load_samples(tmp_path / "notes.json")
    save(tmp_path / "van.jpg").with_suffix(".json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"van\.json is not a truth file"):
        load_samples(tmp_path)


def test_a_photograph_on_its_side_is_taken_as_displayed(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (200, 100)).save(tmp_path / "van.jpg", exif=exif)
    assert size_of(tmp_path / "van.jpg") == (100, 200)


def test_coco_pictures_that_are_missing_are_named(tmp_path: Path) -> None:
    notes = {
        "images": [{"id": 5, "file_name": "gone.jpg", "width": 200, "height": 100}],
        "categories": [{"id": 1, "name": "box"}],
        "annotations": [],
    }
    (tmp_path / "notes.json").write_text(json.dumps(notes), "utf-8")
    with pytest.raises(InputError, match=r"no picture gone\.jpg"):
        load_samples(tmp_path / "notes.json")


@pytest.mark.parametrize("command", [("train", "x"), ("export", "x", "y.onnx")])
def test_without_the_extra_the_pip_line_is_said(command: tuple[str, ...]) -> None:
    code = (
        "import sys; sys.modules['ultralytics'] = None; "
        "from vapr.cli.app import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 2
    assert 'pip install "vapr[train]"' in run.stderr


def test_a_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="no annotated pictures"):
        load_samples(tmp_path)


QUAD = ((300.0, 200.0), (380.0, 210.0), (370.0, 330.0), (290.0, 320.0))
BOX = (290.0, 200.0, 380.0, 330.0)


def marked() -> tuple[Image, Sample]:
    """A white quad on black, and its annotation."""
    image = np.zeros((480, 640, 3), np.uint8)
    cv2.fillPoly(image, [np.array(QUAD, np.int32)], (255, 255, 255))
    thing = Thing(1, BOX, QUAD, turned=True)
    return image, Sample(Path("a.jpg"), (640, 480), (thing,))


@pytest.mark.parametrize("seed", range(12))
def test_a_thing_moves_with_its_pixels(seed: int) -> None:
    """Scaled, cropped, mirrored or turned: the box stays on the white quad."""
    image, sample = marked()
    view = random_view(image, sample, (416, 416), np.random.default_rng(seed))
    calm = cv2.medianBlur(view.image, 5).mean(axis=2)
    for thing in (t for t in view.things if not t.ignore):
        x, y = np.mean(np.array(thing.quad), axis=0)
        white = np.argwhere(calm > 0.8 * calm[int(y), int(x)])
        (y1, x1), (y2, x2) = white.min(axis=0), white.max(axis=0) + 1
        assert iou(thing.box, (float(x1), float(y1), float(x2), float(y2))) > 0.85
        quad = np.array(thing.quad)
        (ax, ay), (bx, by) = quad[1] - quad[0], quad[2] - quad[1]
        spin = ax * by - ay * bx
        assert spin > 0, "clockwise as seen, mirrored or not"


def test_a_whole_view_is_never_enlarged() -> None:
    image, sample = marked()
    assert whole_view(image, sample, (960, 1280)).things[0].box == pytest.approx(BOX)
    half = whole_view(image, sample, (240, 320)).things[0].box
    assert half == pytest.approx([v / 2 for v in BOX])


def test_confusion_counts_what_was_taken_for_what(tmp_path: Path) -> None:
    picture = save(tmp_path / "a.jpg")
    things = (
        Thing(0, (0, 0, 50, 50)),
        Thing(1, (60, 0, 90, 50)),
        Thing(2, (100, 0, 150, 50), ignore=True),
    )

    def detect(image: Image) -> list[Detection]:
        return [
            Detection("parcel", (1, 0, 50, 50), 0.9),
            Detection("aid", (60, 1, 90, 50), 0.8),
            Detection("aid", (100, 0, 150, 49), 0.8),
            Detection("label", (160, 0, 190, 50), 0.7),
        ]

    counts = confusion(detect, [Sample(picture, (200, 100), things)])
    expected = np.zeros((4, 4), int)
    expected[0, 0] = expected[1, 2] = expected[3, 1] = 1
    assert counts.tolist() == expected.tolist()


def test_labels_are_judged_by_overlap_and_corners(tmp_path: Path) -> None:
    """Found, missed, turned, false; on half hidden ones and stickers apart."""
    aid = {"quad": [[150, 10], [190, 10], [190, 40], [150, 40]], "visible_fraction": 1}
    far = {"quad": [[100, 10], [130, 10], [130, 40], [100, 40]], "visible": 1.0}
    hidden = {"quad": [[60, 60], [90, 60], [90, 90], [60, 90]], "visible": 0.3}
    truth(
        tmp_path,
        {"box": [0, 0, 99, 80], "kind": "box", "label": label()},
        {"box": [0, 0, 50, 80], "label": far, "driver_aid_sticker": aid},
        {"box": [0, 0, 40, 80], "label": hidden},
    )

    def found(x: float, y: float, w: float, h: float, score: float) -> Detection:
        quad = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        return Detection("label", (x, y, x + w, y + h), score, quad)

    case = load_cases(tmp_path)[0]
    outcome = judge_case(
        [
            found(9, 10, 31, 50, 0.9),  # right
            found(150, 10, 40, 30, 0.8),  # the aid sticker
            found(60, 60, 30, 30, 0.7),  # half hidden: neither
            found(10, 80, 20, 15, 0.6),  # nothing there
            found(100, 10, 30, 30, 0.2),  # right, but below the least score
        ],
        case,
        least=0.5,
    )
    assert (outcome.found, len(outcome.labels)) == (1, 2)
    assert (outcome.stickers, outcome.false) == (1, 1)
    error = outcome.labels[0][1]
    assert error is not None
    assert 0 < error < 0.05
    assert outcome.labels[0][2], "first corner right"


def test_pasted_labels_lie_where_their_annotation_says(tmp_path: Path) -> None:
    source, target = tmp_path / "cartons", tmp_path / "pasted"
    (source / "labels").mkdir(parents=True)
    for name in "abc":
        save(source / "images" / f"{name}.jpg", (400, 300))
        (source / "labels" / f"{name}.txt").write_text("0 0.5 0.5 0.9 0.9\n", "utf-8")
    write_pasted(source, target, seed=1)
    samples = load_samples(target)
    assert len(samples) == 3
    labels = [(s, t) for s in samples for t in s.things if t.kind == 1]
    assert labels
    for sample, thing in labels:
        assert 1 in sample.unjudged, (
            "labels of the photograph itself have no annotation"
        )
        image = np.asarray(cv2.imread(str(sample.picture), cv2.IMREAD_GRAYSCALE))
        inside = np.zeros_like(image)
        cv2.fillConvexPoly(inside, np.array(thing.quad).round().astype(np.int32), 1)
        assert image[inside > 0].mean() > 3 * image[inside == 0].mean() + 3
