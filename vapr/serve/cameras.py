"""The van's own camera, or a film in its place, as the ride's frames."""

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread

from vapr import capture
from vapr.errors import VaprError
from vapr.serve.app import Starter
from vapr.serve.ride import Ride
from vapr.serve.worker import Clock, Frame

log = logging.getLogger("vapr.serve")

VAN = "van"
WAIT_S = 0.25
FPS = 5.0
_RETRY_S = 2.0


def steady_clock() -> Clock:
    """The time of day when it is made; from then on it never jumps. Picklable."""
    return partial(_steady, time.time() - time.monotonic())


def van_camera(source: str) -> Starter:
    """What starts the van's camera when serving begins.

    Args:
        source: a camera's index, device or address; a film or a folder of pictures is
            played at its own pace, then it is lost like any camera.
    """

    def start(ride: Ride) -> Callable[[], None]:
        ended = Event()
        follow = _follow_live if capture.is_live(source) else _play
        thread = Thread(
            target=follow, args=(ride, source, ended), name="vapr-camera", daemon=True
        )
        thread.start()

        def end() -> None:
            ended.set()
            thread.join()

        return end

    return start


def _follow_live(ride: Ride, source: str, ended: Event) -> None:
    camera = capture.LiveCamera(source, ride.clock)
    try:
        while not ended.is_set():
            try:
                frame = camera.latest(WAIT_S)
            except VaprError as error:
                log.error("%s", error)
                ended.wait(_RETRY_S)
                continue
            if frame is not None:
                _offer(ride, frame, frame.time_s)
    finally:
        camera.close()


def _play(ride: Ride, source: str, ended: Event) -> None:
    start_s = ride.clock()
    try:
        for frame in _good(capture.recorded_frames(Path(source), FPS)):
            due_s = start_s + frame.time_s
            if ended.wait(max(due_s - ride.clock(), 0.0)):
                return
            _offer(ride, frame, ride.clock())
    except VaprError as error:
        log.error("%s", error)


def _good(frames: Iterator[object]) -> Iterator[capture.Frame]:
    return (frame for frame in frames if isinstance(frame, capture.Frame))


def _offer(ride: Ride, frame: capture.Frame, time_s: float) -> None:
    try:
        ride.worker.offer(Frame(lambda: frame.image, time_s, VAN))
    except VaprError as error:  # a phone films the ride just now
        log.debug("%s", error.code)


def _steady(offset_s: float) -> float:
    return offset_s + time.monotonic()
