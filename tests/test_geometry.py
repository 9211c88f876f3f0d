"""Boxes and quads."""

import numpy as np
import pytest

from vapr.geometry import (
    box_of_quad,
    homography,
    inside_quad,
    iou,
    iou_matrix,
    project,
    quad_area,
    quad_of_box,
    quad_sides,
    to_quad,
)


def test_iou_of_known_boxes() -> None:
    assert iou((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert iou((0, 0, 1, 1), (1, 1, 2, 2)) == 0
    assert iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_the_matrix_is_the_single_one_everywhere() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 10, (2, 6, 4))
    boxes = np.concatenate(
        [corners[..., :2], corners[..., :2] + corners[..., 2:]], axis=2
    )
    got = iou_matrix(boxes[0], boxes[1])
    for i, a in enumerate(boxes[0].tolist()):
        for j, b in enumerate(boxes[1].tolist()):
            assert got[i, j] == pytest.approx(iou(tuple(a), tuple(b)))


def test_a_homography_takes_corners_to_corners_and_back() -> None:
    quad = ((10.0, 12.0), (50.0, 8.0), (55.0, 40.0), (8.0, 44.0))
    square = quad_of_box((0, 0, 1, 1))
    there = homography(square, quad)
    assert np.allclose(project(there, np.array(square)), quad)
    back = homography(quad, square)
    assert np.allclose(project(back, np.array(quad)), square, atol=1e-9)


def test_a_flat_quad_has_no_map() -> None:
    flat = ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0))
    with pytest.raises(ValueError, match="no map"):
        homography(flat, quad_of_box((0, 0, 1, 1)))


def test_sides_area_and_box_of_a_turned_square() -> None:
    diamond = ((5.0, 0.0), (10.0, 5.0), (5.0, 10.0), (0.0, 5.0))
    assert quad_area(diamond) == pytest.approx(50)
    assert quad_sides(diamond) == pytest.approx((50**0.5, 50**0.5))
    assert box_of_quad(diamond) == (0, 0, 10, 10)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_point_lies_in_a_turned_quad_either_way_round(turn: int) -> None:
    corners = ((5.0, 0.0), (10.0, 5.0), (5.0, 10.0), (0.0, 5.0))
    quad = to_quad(np.array(corners[::turn]))
    assert inside_quad((5, 5), quad)
    assert inside_quad((7.5, 2.5), quad)  # on an edge
    assert not inside_quad((1, 1), quad)  # in its upright box only
