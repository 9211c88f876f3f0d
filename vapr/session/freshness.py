"""Whether a camera still shows anything: frozen, black or late, it shows nothing."""

import zlib

import numpy as np

from vapr.session.events import Event, Why
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


class CameraWatch:
    """Frames in; tells when the last good one is too old, and when there is one again.

    Args:
        stale_s: age from which a frame is too old.
    """

    def __init__(self, stale_s: float) -> None:
        self._stale_s = stale_s
        self._freshness = Freshness()
        self._good_s: float | None = None  # time of the last good frame
        self._flaw: Why = "no_frame"
        self.lost = False

    def flaw(self, image: Image, time_s: float, now_s: float) -> Why | None:
        """What is wrong with a frame, if anything: one that comes too late is none."""
        flaw = self._freshness.flaw(image)
        flaw = "no_frame" if now_s - time_s >= self._stale_s else flaw
        if flaw is not None:
            self._flaw = flaw
            if self._good_s is None:
                self._good_s = time_s  # one that never showed a thing is lost as well
        return flaw

    def good(self, time_s: float) -> list[Event]:
        """A frame shows something: `camera_back` if none did for a while."""
        back = [Event("camera_back")] if self.lost else []
        self.lost, self._good_s, self._flaw = False, time_s, "no_frame"
        return back

    def overdue(self, now_s: float) -> bool:
        """Whether the last good frame has grown too old just now."""
        if self.lost or self._good_s is None:
            return False
        return now_s - self._good_s >= self._stale_s

    def lose(self, why: Why | None = None) -> list[Event]:
        """From now on it is lost: `camera_lost`, and why."""
        self.lost, self._flaw = True, why or self._flaw
        return [Event("camera_lost", why=self._flaw)]
