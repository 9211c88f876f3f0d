"""Whether a frame shows anything new: a frozen or black picture is no picture."""

import zlib

import numpy as np

from vapr.session.events import Why
from vapr.types import Image

BLACK = 10.0  # mean of 0..255 below which nothing can be seen
EVEN = 3.0  # standard deviation below which there is nothing in the picture


class Freshness:
    """Frames in; what is wrong with them out."""

    def __init__(self) -> None:
        self._last: tuple[tuple[int, ...], int] | None = None

    def flaw(self, image: Image) -> Why | None:
        """What is wrong: black, or frozen (the last frame again, to the last bit).

        A sensor's noise changes with every frame; a stuck stream repeats itself.
        """
        thin = image[::8, ::8]
        if thin.mean() < BLACK and thin.std() < EVEN:
            return "black"
        rows = np.ascontiguousarray(image[::4])
        print_ = (image.shape, zlib.crc32(rows.data))
        before, self._last = self._last, print_
        return "frozen" if before == print_ else None
