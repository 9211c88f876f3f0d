"""Frames from anything: a camera, a stream, a video file, a folder of pictures.

A live source is read in a process of its own that hands over the newest frame only:
a driver that hangs in `read()` hangs there, is ended and started anew. Imports little,
so that the process is quickly there again.
"""

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Protocol, TypeAlias

import cv2
import numpy as np

from vapr.errors import CameraError, InputError, PictureError
from vapr.media import PICTURE_SUFFIXES, find_pictures, open_picture
from vapr.types import Image

MAX_BYTES = 3840 * 2160 * 3  # a frame larger than 4K is refused
OPEN_S = 10.0  # the most that opening a camera may take
HANG_S = 4.0  # without a frame for so long, it hangs
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 5.0)  # before it is opened again
PACE_S = 0.1  # between two frames of a live source: more say nothing new
STREAM_MS = 4000  # after which FFmpeg itself gives a stream up


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture and when it was taken; `name` says where from."""

    image: Image
    time_s: float
    name: str


class Capture(Protocol):
    """What OpenCV's `VideoCapture` does, as far as it is needed here."""

    def read(self) -> tuple[bool, Any]:
        """Whether there is a next frame, and the frame."""


Opener: TypeAlias = Callable[[str], Capture]
Clock: TypeAlias = Callable[[], float]


def is_live(source: str) -> bool:
    """Whether a source goes on by itself: a camera's index or device, or a stream."""
    return source.isdigit() or "://" in source or source.startswith("/dev/")


def open_capture(source: str) -> Capture:
    """Open a camera index, device or stream with OpenCV.

    Raises:
        CameraError: it cannot be opened.
    """
    if source.isdigit():
        capture = cv2.VideoCapture(int(source))
    elif "://" in source:
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            STREAM_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            STREAM_MS,
        ]
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    else:
        capture = cv2.VideoCapture(source)
    if not capture.isOpened():
        raise CameraError(f"camera {source} cannot be opened")
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


class LiveCamera:
    """The newest frame of a live source, which is opened again whenever it is lost.

    Args:
        source: see `is_live`.
        clock: what time it is; called in the capturing process as well, so it must be
            picklable, and the same in every process.
        opener: opens the source there; raises `CameraError` if it cannot.
    """

    def __init__(
        self, source: str, clock: Clock, opener: Opener = open_capture
    ) -> None:
        self._source, self._clock, self._opener = source, clock, opener
        self._context = get_context("spawn")
        self._buffer = self._context.RawArray("B", MAX_BYTES)
        self._process: Any = None
        self._connection: Connection | None = None
        self._asked = False
        self._pause = Event()
        self._failures = 0
        self._open_at_s = float("-inf")
        self._alive_s = 0.0  # when it was asked for the frame that is awaited
        self._next_s = float("-inf")  # when the next frame is due
        self._limit_s = OPEN_S

    def latest(self, wait_s: float) -> Frame | None:
        """The newest frame that was not handed over yet; None if none comes in time.

        Never waits longer than `wait_s` (but for starting a process, some ms).

        Raises:
            CameraError: the frames are larger than 4K.
        """
        now_s = self._clock()
        if self._connection is None:
            pause_s = self._open_at_s - now_s
            if pause_s > 0:
                self._pause.wait(min(pause_s, wait_s))
                return None
            self._start()
        early_s = self._next_s - now_s
        if early_s > 0:
            self._pause.wait(min(early_s, wait_s))
        frame = self._receive(max(wait_s - max(early_s, 0.0), 0.0))
        if frame is not None:
            self._next_s = self._clock() + PACE_S
        return frame

    @property
    def failures(self) -> int:
        """How often in a row opening or reading has failed."""
        return self._failures

    def close(self) -> None:
        """End the capturing process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_capture_frames,
            args=(theirs, self._buffer, self._source, self._clock, self._opener),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._connection, self._asked, self._limit_s = ours, False, OPEN_S

    def _receive(self, wait_s: float) -> Frame | None:
        connection = self._connection
        if connection is None:
            return None
        try:
            if not self._asked:
                connection.send(True)
                self._asked = True
                self._alive_s = self._clock()
            if connection.poll(wait_s):
                return self._take(connection.recv())
        except (EOFError, OSError):
            self._fail()
            return None
        if self._clock() - self._alive_s > self._limit_s:
            self._fail()
        return None

    def _take(self, answer: tuple[int, int, float] | str) -> Frame | None:
        self._asked = False
        if isinstance(answer, str):
            self._fail()
            if answer == "too_large":
                raise CameraError(f"camera {self._source} gives frames beyond 4K")
            return None
        height, width, time_s = answer
        size = height * width * 3
        pixels = np.frombuffer(self._buffer, np.uint8, count=size)
        self._failures, self._limit_s = 0, HANG_S
        return Frame(pixels.reshape(height, width, 3).copy(), time_s, self._source)

    def _fail(self) -> None:
        self.close()
        pause_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self._open_at_s = self._clock() + pause_s


class _Newest:
    """The newest frame of a capture, read in a thread without end."""

    def __init__(self, capture: Capture, clock: Clock) -> None:
        self._capture, self._clock = capture, clock
        self._changed = Condition()
        self._frame: tuple[Image, float] | None = None
        self._ended = False
        Thread(target=self._read_on, daemon=True).start()

    def wait(self) -> tuple[Image, float] | None:
        """The next frame not waited for yet; None when the source has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended)
            frame, self._frame = self._frame, None
        return frame

    def _read_on(self) -> None:
        while True:
            ok, image = self._capture.read()
            with self._changed:
                if ok and image is not None:
                    self._frame = (image, self._clock())
                else:
                    self._ended = True
                self._changed.notify()
                if self._ended:
                    return


def _capture_frames(
    connection: Connection,
    buffer: "ctypes.Array[ctypes.c_ubyte]",
    source: str,
    clock: Clock,
    opener: Opener,
) -> None:
    """The capturing process: answers each request with the newest frame."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the ride decides when it is over
    with suppress(EOFError, OSError):
        try:
            newest = _Newest(opener(source), clock)
        except CameraError:
            connection.send("closed")
            os._exit(0)
        pixels = np.ctypeslib.as_array(buffer)
        while connection.recv():
            frame = newest.wait()
            if frame is None:
                connection.send("ended")
                break
            image, time_s = frame
            if image.size > pixels.size:
                connection.send("too_large")
                break
            pixels[: image.size] = image.reshape(-1)
            connection.send((image.shape[0], image.shape[1], time_s))
    os._exit(0)  # whatever hangs in read() must not keep the process


def recorded_frames(
    source: Path, fps: float
) -> Iterator[Frame | tuple[str, PictureError]]:
    """Frames of a video file, at most `fps` per second of it, or a folder's pictures.

    Times start at 0. Of a folder each picture is a frame, 1/fps apart; one that cannot
    be opened comes as its name with the error.

    Raises:
        InputError: there is no such file, no picture in it, or it is no video.
    """
    if source.is_dir() or source.suffix.lower() in PICTURE_SUFFIXES:
        for index, path in enumerate(find_pictures([source])):
            try:
                yield Frame(open_picture(path), index / fps, path.name)
            except PictureError as error:
                yield path.name, error
        return
    if not source.exists():
        raise InputError(f"{source} is no camera, stream, video file or folder")
    yield from _video_frames(source, fps)


def _video_frames(source: Path, fps: float) -> Iterator[Frame]:
    capture = cv2.VideoCapture(str(source))
    if not capture.isOpened():
        raise InputError(f"{source.name} is not a video that can be read")
    own_fps = capture.get(cv2.CAP_PROP_FPS) or 25.0
    count, next_s, given = 0, 0.0, False
    while True:
        time_s = count / own_fps
        if not capture.grab():
            break
        count += 1
        if time_s + 1e-6 < next_s:
            continue
        ok, image = capture.retrieve()
        if ok:
            given = True
            next_s = time_s + 1 / fps
            yield Frame(
                np.asarray(image, np.uint8), time_s, f"{source.name}@{time_s:.2f}s"
            )
    capture.release()
    if not given:
        raise InputError(f"{source.name} is not a video that can be read")
