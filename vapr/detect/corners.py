"""A label's four corners, found again in two closer looks.

The detector's own corners come from features of 8 px and more. Here a small network
sees the label straightened by them at 64 x 64 px, and once more by its own answer.
Each answer is four corners, which of them is the label's own top left, and whether
this is a label at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import (
    box_of_quad,
    homography,
    project,
    quad_area,
    quad_of_box,
    to_quad,
)
from vapr.types import Detection, Image, Quad

Floats = NDArray[np.float64]
Look = Callable[[NDArray[np.float32]], NDArray[np.float32]]

SIDE = 64  # px of a view
AROUND = 1.4  # side of what is looked at, in sides of the label
LOOKS = 2
# Share of the detector's own score, as an exponent; the closer look's is the rest. Of
# 0.3, 0.5, 0.7 and 1 the best on made pictures at every number of false labels.
FIRST = 0.3
VIEW: Quad = ((0.0, 0.0), (SIDE, 0.0), (SIDE, SIDE), (0.0, SIDE))
# Turn probability from which the corner it names is believed to be the label's own
# top left; below it quads start at the picture's top left.
TURN_SURE = 0.6
LEAST_AREA = 16.0  # px^2; a smaller or folded quad is not believed


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one view: corners in its px, turn chances (4), chance that it is a label."""

    quad: Quad
    turn: tuple[float, ...]
    label: float


def frame_of_quad(quad: Quad) -> Quad:
    """The quad looked at for a label whose corners are known roughly."""
    corners = np.asarray(quad)
    middle = corners.mean(axis=0)
    return to_quad(middle + AROUND * (corners - middle))


def cut_view(image: Image, frame: Quad) -> Image:
    """What the frame shows, as SIDE x SIDE px; shrunk by area, so nothing aliases."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box_of_quad(frame)
    left, top = (int(np.clip(v - 2, 0, n - 1)) for v, n in ((x1, width), (y1, height)))
    right, low = (int(np.clip(v + 3, 1, n)) for v, n in ((x2, width), (y2, height)))
    part = image[top : max(low, top + 1), left : max(right, left + 1)]
    shrink = min(1.0, 1.5 * SIDE / max(x2 - x1, y2 - y1))
    size = [max(round(n * shrink), 1) for n in part.shape[1::-1]]
    scale = np.array(size) / part.shape[1::-1]
    if shrink < 1:
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
    inside = (np.asarray(frame) - (left, top)) * scale
    matrix = cv2.getPerspectiveTransform(
        (inside - 0.5).astype(np.float32), (np.asarray(VIEW) - 0.5).astype(np.float32)
    )
    view = cv2.warpPerspective(
        part, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(view, np.uint8)


def to_blob(views: Sequence[Image]) -> NDArray[np.float32]:
    """Views as the network's input (n, 3, SIDE, SIDE), RGB about 0, contrast evened."""
    x = np.stack(views).astype(np.float32)[..., ::-1].transpose(0, 3, 1, 2) / 255
    low = x.min(axis=(1, 2, 3), keepdims=True)
    span = x.max(axis=(1, 2, 3), keepdims=True) - low
    return np.ascontiguousarray((x - low) / np.maximum(span, 0.02) - 0.5)


def to_answers(rows: NDArray[np.float32]) -> list[Answer]:
    """The network's rows (n, 13): corners in sides of the view, turn, label logits."""
    corners = (rows[:, :8].reshape(-1, 4, 2).astype(np.float64) + 0.5) * SIDE
    chance = np.exp(rows[:, 8:12] - rows[:, 8:12].max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    label = 1 / (1 + np.exp(-rows[:, 12].astype(np.float64)))
    return [
        Answer(to_quad(c), tuple(map(float, t)), float(s))
        for c, t, s in zip(corners, chance, label, strict=True)
    ]


def refine_labels(
    image: Image, found: Sequence[Detection], look: Look
) -> list[Detection]:
    """The detections; labels with better corners, their box, a score of both looks.

    Args:
        image: the picture, BGR uint8 (H, W, 3).
        found: detections; only labels are changed.
        look: the corner network, (n, 3, 64, 64) to (n, 13).
    """
    labels = [d for d in found if d.kind == "label"]
    if not labels:
        return list(found)
    quads = [_believable(d) for d in labels]
    sure = np.ones(len(labels))
    answers: list[Answer] = []
    for _ in range(LOOKS):
        frames = [frame_of_quad(quad) for quad in quads]
        answers = to_answers(look(to_blob([cut_view(image, f) for f in frames])))
        seen = (_in_picture(a.quad, f) for a, f in zip(answers, frames, strict=True))
        quads = [
            new if _sound(new) else old for new, old in zip(seen, quads, strict=True)
        ]
        sure *= [answer.label for answer in answers]
    better = [
        replace(
            d,
            box=box_of_quad(q),
            quad=turn(q, a.turn),
            score=d.score**FIRST * float(s) ** (1 - FIRST),
        )
        for d, q, a, s in zip(labels, quads, answers, sure ** (1 / LOOKS), strict=True)
    ]
    return [*(d for d in found if d.kind != "label"), *better]


def _believable(label: Detection) -> Quad:
    """The detector's own corners, or those of its box."""
    quad = label.quad
    return quad if quad is not None and _sound(quad) else quad_of_box(label.box)


def _in_picture(quad: Quad, frame: Quad) -> Quad:
    return to_quad(project(homography(VIEW, frame), np.asarray(quad)))


def _sound(quad: Quad) -> bool:
    """Convex, clockwise, and not folded to nothing."""
    p = np.asarray(quad)
    edges = np.roll(p, -1, axis=0) - p
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    return bool((turns > 0).all()) and quad_area(quad) >= LEAST_AREA


def turn(quad: Quad, chances: Sequence[float]) -> Quad:
    """The quad from the label's own top left if sure, else from the picture's."""
    first = int(np.argmax(chances))
    if chances[first] < TURN_SURE:
        first = int(np.asarray(quad).sum(axis=1).argmin())
    return to_quad(np.roll(np.asarray(quad), -first, axis=0))
