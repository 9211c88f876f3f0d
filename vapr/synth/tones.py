"""Picture values and the light they stand for: print blurs as light, not as values."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.types import Image

F32 = NDArray[Any]  # float32 throughout

GAMMA = 2.2
LINEAR = ((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)
"""The light (0..1) that each value of a picture stands for."""


def linear(picture: Image) -> F32:
    """Pixels (h, w, 3) BGR or (h, w, 4) BGRA as linear light, all channels 0..1.

    Averaged as values, half-tones of bars would come out darker than a lens makes them.
    """
    light = cv2.LUT(np.ascontiguousarray(picture[..., :3]), LINEAR)
    if picture.shape[2] == 3:
        return light
    alpha = picture[..., 3:].astype(np.float32) / np.float32(255)
    return np.concatenate([light, alpha], axis=2)
