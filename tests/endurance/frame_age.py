"""How old is the frame that `vapr watch` shows? With the real detector and readers.

    python tests/endurance/ride_film.py /tmp/film --seed 9001 --stops 3
    python tests/endurance/frame_age.py /tmp/film --seconds 30

The film's first picture comes 25 times a second, 720p, from a capturing process like a
camera's. Told: the 95th percentile of the shown frames' age (300 ms allowed), what of
it was the ride's own time, and the CPU time of a look in the ride's thread.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.endurance.ride_film import Moment, frames, load_film
from vapr.capture import Clock, LiveCamera
from vapr.cli import watch
from vapr.session import Session
from vapr.types import Image, Scene

FPS = 25.0
ALLOWED_MS = 300.0


class FilmCamera:
    """A few seconds of a film over and over, at a camera's pace."""

    def __init__(self, folder: Path) -> None:
        first = load_film(folder)[0]
        short = Moment(first.name, 0.0, 2.0, first.stop)
        self._frames = [image for _, _, image in frames(folder, [short], 10)]
        self._given, self._next_s = 0, time.monotonic()

    def read(self) -> tuple[bool, Image]:
        """The next frame, when it is due."""
        self._next_s = max(self._next_s + 1 / FPS, time.monotonic() - 1 / FPS)
        time.sleep(max(self._next_s - time.monotonic(), 0))
        self._given += 1
        return True, self._frames[self._given % len(self._frames)]


def open_film(source: str) -> FilmCamera:
    """The opener; `source` is "film://" and the folder."""
    return FilmCamera(Path(source.removeprefix("film://")))


class Enough(Exception):  # noqa: N818  no error: the time is over
    """The measurement is done."""


class Measured(Session):
    """A session that notes how old a frame is when its scene is there."""

    clock: Callable[[], float]
    end_s: float
    ages: ClassVar[list[float]] = []
    looks: ClassVar[list[float]] = []

    def look(
        self, image: Image, time_s: float, source: str = "", *, wait: bool = False
    ) -> Scene:
        """One frame."""
        if type(self).clock() > self.end_s:
            raise Enough
        start = time.thread_time()
        scene = super().look(image, time_s, source, wait=wait)
        self.looks.append(time.thread_time() - start)
        self.ages.append(type(self).clock() - time_s)
        return scene


class Camera(LiveCamera):
    """The film in a camera's place."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock, open_film)
        Measured.clock = staticmethod(clock)
        Measured.end_s += clock()


def main() -> int:
    """Run it; 1 when frames were shown too late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=30.0)
    told = parser.parse_args()
    Measured.end_s = told.seconds
    vars(watch).update(Session=Measured, LiveCamera=Camera)
    with TemporaryDirectory() as scratch, suppress(Enough):
        options = watch.WatchOptions(
            f"film://{told.folder}",
            told.folder / "route.csv",
            json=str(Path(scratch) / "scenes.jsonl"),
        )
        watch.run_watch(options)
    middle, high = np.percentile(Measured.ages, [50, 95]) * 1e3
    cpu, high_cpu = np.percentile(Measured.looks, [50, 95]) * 1e3
    sys.stdout.write(
        f"{len(Measured.ages)} frames in {told.seconds:g} s: age {middle:.0f} ms "
        f"median, {high:.0f} ms at the 95th percentile; CPU of a look {cpu:.0f} ms "
        f"median, {high_cpu:.0f} ms at the 95th\n"
    )
    return int(high > ALLOWED_MS)


if __name__ == "__main__":
    sys.exit(main())
