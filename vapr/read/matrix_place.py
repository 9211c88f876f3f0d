"""Of what size a matrix code is, how it is turned and where it ends, coarsely.

The outline is warped upright, a little larger and smaller too, and what all codes of a
size share is held against it, shifted and turned each way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats, homography, to_quad
from vapr.read.matrix_fit import Shared
from vapr.read.matrix_view import Pixels, Pose
from vapr.read.optics import cell_response

_INNER = 20  # samples across a code
_RIM = 3  # samples around it that are compared
_SHIFT = 1  # samples
_GROWN = ((1.0, 1.0), (0.93, 1.0), (1.0, 0.93), (1.08, 1.0), (1.0, 1.08), (1.07, 1.07))
_SIGMA = 0.75  # px
_LEAST = 0.25  # px per module; nothing is told below
_NOISE = 0.003  # variance of what is seen, contrast 1

Size = tuple[int, int]
Plane = NDArray[np.float32]


def place_sizes(
    pixels: Pixels, outline: Pose, shared: Mapping[Size, Shared]
) -> list[tuple[Size, Pose]]:
    """Sizes and turns where they agree best with the pixels, the best first.

    Args:
        pixels: about a code.
        outline: where it ends, of any size.
        shared: what codes of each size have in common.
    """
    side = outline.px_per_module * float(np.sqrt(outline.rows * outline.columns))
    sizes = [s for s in shared if side >= _LEAST * float(np.sqrt(s[0] * s[1]))]
    if not sizes:
        return []
    samples, poses = _canvases(pixels, outline)
    sigma = _SIGMA * _INNER / side
    expected = [_expected(shared[size], sigma) for size in sizes]
    turned = [
        (np.rot90(mean, -turn).ravel(), np.rot90(doubt, -turn).ravel())
        for mean, doubt in expected
        for turn in range(4)
    ]
    like = _likeness(samples, *(np.stack(each) for each in zip(*turned, strict=True)))
    found = []
    for column in np.argsort(-like.max(axis=0)).tolist():
        size, turn = sizes[column // 4], column % 4
        quad = np.asarray(poses[int(like[:, column].argmax())].quad)
        found.append((size, Pose.of(to_quad(np.roll(quad, -turn, axis=0)), *size)))
    return found


def _canvases(pixels: Pixels, outline: Pose) -> tuple[Plane, list[Pose]]:
    """What lies in an outline grown and moved: (tries, samples), and the poses."""
    seen, poses = [], []
    side = _INNER + 2 * _RIM
    for pose in _grown(outline):
        wide = _warped(pixels, pose)
        for down in range(2 * _SHIFT + 1):
            for right in range(2 * _SHIFT + 1):
                seen.append(wide[down : down + side, right : right + side].ravel())
                poses.append(_moved(pose, right - _SHIFT, down - _SHIFT))
    return np.stack(seen), poses


def _grown(outline: Pose) -> Iterator[Pose]:
    """The outline, and those a little larger or smaller about its middle."""
    middle = np.array(
        [[1, 0, outline.columns / 2], [0, 1, outline.rows / 2], [0, 0, 1.0]]
    )
    for across, down in _GROWN:
        grow = middle @ np.diag([across, down, 1.0]) @ np.linalg.inv(middle)
        yield replace(outline, matrix=grow @ outline.matrix)


def _warped(pixels: Pixels, pose: Pose) -> Plane:
    """The pixels upright, with room for shifts around."""
    low, high = float(_RIM + _SHIFT), float(_RIM + _SHIFT + _INNER)
    rest = to_quad([(low, low), (high, low), (high, high), (low, high)])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    warp = np.linalg.inv(half) @ homography(pose.quad, rest) @ pixels.from_grid @ half
    size = (_INNER + 2 * (_RIM + _SHIFT),) * 2
    border = cv2.BORDER_REPLICATE
    out = cv2.warpPerspective(pixels.grid, warp, size, borderMode=border)
    return np.asarray(out, np.float32)


def _moved(pose: Pose, right: int, down: int) -> Pose:
    """A pose moved by samples of the canvas."""
    across, along = pose.columns / _INNER, pose.rows / _INNER
    move = np.array([[1, 0, -right * across], [0, 1, -down * along], [0, 0, 1]])
    return replace(pose, matrix=move @ pose.matrix)


def _expected(shared: Shared, sigma: float) -> tuple[Floats, Floats]:
    """Mean ink and its variance on a canvas, blurred."""
    rows, columns = shared.mean.shape
    at = np.arange(_INNER + 2 * _RIM) + 0.5 - _RIM
    down, across = (
        cell_response(count, _INNER / count, at, sigma) for count in (rows, columns)
    )
    return down.T @ shared.mean @ across, (down**2).T @ shared.spread @ across**2


def _likeness(samples: Plane, mean: Floats, doubt: Floats) -> Floats:
    """Weighted correlations (tries, templates) of light with less ink."""
    weight = 1 / (_NOISE + doubt)
    weight /= weight.sum(axis=1, keepdims=True)
    light = (weight * mean).sum(axis=1, keepdims=True) - mean
    power = (weight * light**2).sum(axis=1)
    w, wl = weight.astype(np.float32).T, (weight * light).astype(np.float32).T
    spread = np.maximum((samples * samples) @ w - (samples @ w) ** 2, 0)
    out: Floats = (samples @ wl) / np.sqrt(spread * power + 1e-12)
    return out
