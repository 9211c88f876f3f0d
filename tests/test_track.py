"""Following: the camera's motion told from that of what it films."""

import cv2
import numpy as np
import pytest

from vapr.geometry import project
from vapr.track import CameraMotion
from vapr.types import Image

SIZE = (640, 360)


def texture(seed: int, width: int, height: int) -> Image:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 220, (height // 12, width // 12, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height)), np.uint8)


def frame(at: int, person: int | None = None) -> Image:
    """The van from `at` px to the right; a person stands at `person` px from the left,
    and hides three fifths of it."""
    seen = texture(1, 1200, 360)[:, at : at + SIZE[0]].copy()
    if person is not None:
        seen[:, person : person + 390] = texture(2, 390, 360)
    return seen


def test_a_turning_camera_is_followed() -> None:
    camera = CameraMotion()
    assert camera.step(frame(100)) is None
    maps = [camera.step(frame(100 + 8 * i)) for i in range(1, 6)]
    place = np.asarray([[300.0, 200.0]])
    for motion in maps:
        assert motion is not None
        assert project(motion, place)[0] == pytest.approx((292, 200), abs=1)


def test_a_camera_stands_though_most_of_its_picture_walks() -> None:
    camera = CameraMotion()
    camera.step(frame(100, 40))
    for i in range(1, 6):
        motion = camera.step(frame(100, 40 + 7 * i))
        assert motion is not None
        assert np.allclose(motion, np.eye(3))


def test_a_cut_is_no_motion_and_the_next_frame_starts_anew() -> None:
    camera = CameraMotion()
    camera.step(frame(100))
    maps = [camera.step(texture(3, *SIZE)) for _ in range(9)]
    assert maps[0] is None
    assert maps[-1] is not None
    assert np.allclose(maps[-1], np.eye(3))
