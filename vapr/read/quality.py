"""What stands in the way of reading a label, as far as its pixels show."""

import cv2
import numpy as np

from vapr.geometry import box_of_quad, quad_sides
from vapr.types import Image, Quad, Reason

GLARE_LEVEL = 250  # of 255: the sensor is at its end
GLARE_SHARE = (
    0.45  # white paper in good light stays below; a lamp's reflection does not
)
SHARP_STEP = 0.22  # steepest step over two pixels, as share of the label's own contrast
MIN_SIDE_PX = 12  # smaller labels have no room for a verdict of their own


def label_flaw(image: Image, quad: Quad) -> Reason | None:
    """Glare or blur, if either is why this label would not read; else None.

    Blur is judged by the steepest edges the label has: print on paper steps within
    about two pixels in a sharp picture, at whatever size it is seen.
    """
    if min(quad_sides(quad)) < MIN_SIDE_PX:
        return None
    patch = _patch(image, quad)
    if patch.size == 0:
        return None
    if float((patch >= GLARE_LEVEL).mean()) > GLARE_SHARE:
        return "glare"
    low, high = np.percentile(patch, [2, 98])
    if high - low < 1:
        return "blurred"
    grey = patch.astype(np.float32)
    steps = np.abs(np.diff(grey, n=1, axis=1))
    steepest = float(np.percentile(steps, 99)) / float(high - low)
    return "blurred" if steepest < SHARP_STEP else None


def _patch(image: Image, quad: Quad) -> Image:
    x1, y1, x2, y2 = (round(v) for v in box_of_quad(quad))
    crop = image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
    if crop.size == 0:
        return np.empty((0, 0), np.uint8)
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)
