"""Annotations become the things to train on, and views keep things where they are."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vapr.errors import InputError
from vapr.geometry import iou
from vapr.train.curves import confusion
from vapr.train.samples import Sample, Thing, load_samples
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
    rows = "0 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.2 0.1 0.2 0.3 0.1 0.3\n7 0 0 1 1\n"
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
