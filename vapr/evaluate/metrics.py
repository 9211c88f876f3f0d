"""Average precision and honest intervals."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from vapr.geometry import iou_matrix
from vapr.types import Box

Z95 = 1.959964


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, (low, high).

    Source: E. B. Wilson, *Probable inference, the law of succession, and statistical
    inference*, JASA 22 (1927): unlike the usual one it holds at 0 and at 1.
    """
    if total == 0:
        return (0.0, 1.0)
    share, z2 = hits / total, Z95 * Z95
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    half = Z95 * spread / (1 + z2 / total)
    return (max(middle - half, 0.0), min(middle + half, 1.0))


def match_boxes(
    found: Sequence[tuple[Box, float]],
    true: Sequence[Box],
    ignored: Sequence[Box] = (),
    min_iou: float = 0.5,
) -> list[tuple[float, bool]]:
    """Which found boxes are right, highest score first; each true box serves once.

    Args:
        found: (box, score) of one picture.
        true: boxes that should be found.
        ignored: boxes that may be found: what lies on them is neither right nor wrong.
        min_iou: overlap from which a box is right.

    Returns:
        (score, right) of every found box that counts.
    """
    order = sorted(range(len(found)), key=lambda i: -found[i][1])
    boxes = np.array([found[i][0] for i in order]).reshape(-1, 4)
    overlaps = iou_matrix(boxes, np.array(true).reshape(-1, 4))
    excused = iou_matrix(boxes, np.array(ignored).reshape(-1, 4)) >= min_iou
    free = np.ones(len(true), bool)
    results = []
    for row, index in enumerate(order):
        ranked = np.where(free, overlaps[row], -1.0)
        best = int(np.argmax(ranked)) if len(true) else -1
        right = best >= 0 and ranked[best] >= min_iou
        if right:
            free[best] = False
        elif excused[row].any():
            continue
        results.append((found[index][1], bool(right)))
    return results


def average_precision(results: Sequence[tuple[float, bool]], expected: int) -> float:
    """Area under the precision-recall curve, all points (as COCO's AP at one IoU).

    Args:
        results: (score, right) of all pictures together.
        expected: how many true boxes there are.
    """
    if expected == 0 or not results:
        return 0.0
    ranked = sorted(results, key=lambda pair: -pair[0])
    right = np.cumsum([hit for _, hit in ranked])
    recall = right / expected
    precision = right / np.arange(1, len(ranked) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(np.concatenate([[0.0], recall]))
    return float((steps * envelope).sum())
