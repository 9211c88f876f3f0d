"""Break a camera in every way, over and over: marks withdrawn, and back in time.

    python tests/endurance/break_camera.py --times 20

A made van is filmed by a capturing process as a camera would be. Between good spells
the camera is killed (its process), hangs in `read()`, goes black, or changes its size.
Told for each fault: the longest time until the marks were withdrawn (2 s allowed; a
resized picture keeps them) and until there were marks again (20 s allowed).
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.van_film import ROUTE, SIZE, Box, Film
from vapr.capture import LiveCamera
from vapr.session import Session
from vapr.types import Image

FAULTS = ("killed", "hanging", "frozen", "black", "resized")
GONE_S, BACK_S = 2.0, 20.0
BOXES = [Box("A1", (60, 60)), Box("B1", (450, 60)), Box("C1", (60, 220))]


class FaultyCamera:
    """Films the made van; a file says what is wrong with it at the moment."""

    def __init__(self, order: Path) -> None:
        self._order, self._film = order, Film(list(BOXES))
        self._stuck = self._film.picture()

    def read(self) -> tuple[bool, Image]:
        """The next frame, some 20 a second."""
        time.sleep(0.05)
        order = self._order.read_text()
        if order == "hanging":
            time.sleep(3600)
        if order == "frozen":
            return True, self._stuck
        self._film.size = (960, 540) if order == "resized" else SIZE
        self._stuck = self._film.picture()
        return True, self._stuck if order != "black" else np.zeros_like(self._stuck)


def open_faulty(source: str) -> FaultyCamera:
    """The opener; `source` is the file with the order."""
    return FaultyCamera(Path(source))


class Ride:
    """A session fed by the camera, as `vapr watch` feeds it."""

    def __init__(self, order: Path) -> None:
        self.order = order
        self.order.write_text("")
        self.camera = LiveCamera(str(order), time.monotonic, open_faulty)
        self.session = Session(Film(list(BOXES)), ROUTE)
        self.session.open_stop("14", time.monotonic())

    def until(self, reached: Callable[[], bool], limit_s: float) -> float:
        """Run until it is so; the seconds that took."""
        start_s = time.monotonic()
        while not reached():
            frame = self.camera.latest(0.1)
            if frame is not None:
                self.session.look(frame.image, frame.time_s)
            self.session.tick(time.monotonic())
            if time.monotonic() - start_s > limit_s:
                break
        return time.monotonic() - start_s

    def marked(self) -> bool:
        """Whether the pick is shown."""
        return any(p.verdict == "pick" for p in self.session.scene)

    def kill_capture(self) -> None:
        """End the capturing process as the system would, short of memory."""
        process = self.camera._process
        if process is not None and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)


def try_fault(ride: Ride, fault: str, limit_s: float) -> tuple[float, float]:
    """Seconds until the marks were withdrawn, and from mending until they are back."""
    ride.until(lambda: ride.marked() and ride.session.scene.size == SIZE, 60)
    if fault == "killed":
        ride.kill_capture()
        start_s = time.monotonic()
        withdrawn_s = ride.until(lambda: not ride.marked(), limit_s + 0.5)
        if ride.marked() and time.monotonic() - ride.session.scene.time_s < limit_s:
            withdrawn_s = 0.0  # it was back before the marks had grown old
        return withdrawn_s, time.monotonic() - start_s + ride.until(ride.marked, 90)
    ride.order.write_text(fault)
    if fault == "resized":
        gone_s = ride.until(lambda: ride.session.scene.size != SIZE, limit_s + 3)
        back_s = ride.until(ride.marked, 90)
        ride.order.write_text("")
        return 0.0, gone_s + back_s
    withdrawn_s = ride.until(lambda: not ride.marked(), limit_s + 3)
    ride.order.write_text("")
    return withdrawn_s, ride.until(ride.marked, 90)


def main() -> int:
    """Run it; 1 when marks stayed over 2 s or came back after more than 20 s."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument(
        "--slack", type=float, default=1.0, help="how much longer it may take"
    )
    told = parser.parse_args()
    times, gone_s = told.times, GONE_S * told.slack
    bad = False
    with TemporaryDirectory() as folder:
        ride = Ride(Path(folder) / "order")
        for fault in FAULTS:
            spans = [try_fault(ride, fault, gone_s) for _ in range(times)]
            withdrawn_s, back_s = (max(column) for column in zip(*spans, strict=True))
            bad |= withdrawn_s > gone_s or back_s > BACK_S * told.slack
            sys.stdout.write(
                f"{fault:8} {times} times: marks withdrawn within {withdrawn_s:.2f} s, "
                f"back within {back_s:.2f} s\n"
            )
            sys.stdout.flush()
        ride.camera.close()
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
