"""The colours of the marks, BGR, and how the rest of the picture is made quiet.

The three verdicts differ in lightness first (L* about 89, 72, 53), so they stay apart
in greyscale and for every kind of colour vision; hue comes second, shape on top.
"""

import cv2
import numpy as np

from vapr.types import Image

Color = tuple[int, int, int]

GREEN: Color = (110, 255, 60)
GREY: Color = (184, 178, 172)
RED: Color = (68, 64, 236)
WHITE: Color = (245, 245, 245)
INK: Color = (18, 14, 12)
PANEL: Color = (32, 26, 22)
FAINT: Color = (150, 142, 136)
TRACK: Color = (84, 74, 68)

_LUMA = np.array([0.114, 0.587, 0.299])
_SATURATION = 0.35
_BRIGHTNESS = (0.90, 0.55)  # of a black picture, of a white one


def quieten(image: Image, target: Image) -> None:
    """Write `image`, paler and darker, into `target` of the same shape.

    A dark picture is darkened less: the driver still has to see the van.
    """
    light = float(image[::16, ::16].mean()) / 255
    brightness = np.interp(light, (0, 1), _BRIGHTNESS)
    mix = np.eye(3) * _SATURATION + np.tile(_LUMA, (3, 1)) * (1 - _SATURATION)
    cv2.transform(image, (mix * brightness).astype(np.float32), dst=target)
