"""Cameras that fail in every way, opened in the capturing process."""

import time
from pathlib import Path

import numpy as np

from vapr.errors import CameraError
from vapr.types import Image


class FakeCamera:
    """Gives a new grey level every 20 ms; after `good` frames hangs or ends."""

    def __init__(self, good: int, then: str = "hang") -> None:
        self._left, self._then = good, then

    def read(self) -> tuple[bool, Image | None]:
        time.sleep(0.02)
        if self._left <= 0:
            if self._then == "hang":
                time.sleep(3600)
            return False, None
        self._left -= 1
        return True, np.full((48, 64, 3), 40 + self._left % 200, np.uint8)


def steady(source: str) -> FakeCamera:
    return FakeCamera(100_000)


def hangs_for_good(source: str) -> FakeCamera:
    return FakeCamera(30)


def hangs_once(source: str) -> FakeCamera:
    """Hangs after ten frames; opened again, it is well."""
    return _first(source, FakeCamera(10))


def ends_once(source: str) -> FakeCamera:
    return _first(source, FakeCamera(10, "end"))


def never_opens(source: str) -> FakeCamera:
    raise CameraError("no such camera")


def _first(source: str, camera: FakeCamera) -> FakeCamera:
    """The camera at the first opening; `source` is a file that remembers it."""
    mark = Path(source)
    if mark.exists():
        return steady(source)
    mark.touch()
    return camera
