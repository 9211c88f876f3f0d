"""`vapr watch`: a ride with a camera, a stream, a film or a folder of pictures."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TextIO

import cv2
import numpy as np
from rich.console import Console

from vapr.capture import Frame, LiveCamera, is_live, recorded_frames
from vapr.cli.routes import load_route
from vapr.errors import CameraError, InputError, UsageError
from vapr.media import PICTURE_SUFFIXES, save_picture
from vapr.pipeline import Pipeline
from vapr.render import draw
from vapr.route import Route
from vapr.session import Event, RideSettings, Session, load_areas
from vapr.types import Image, Scene
from vapr.wire import to_error_json, to_json

NEVER_OPENED_S = 15.0
WAIT_S = 0.25
VIDEO_SUFFIXES = {".mp4": "mp4v", ".avi": "MJPG", ".mkv": "mp4v"}

WORDS = {
    "stop_opened": "stop {stop} is open",
    "stop_closed": "stop {stop} is closed",
    "found": "found {id}",
    "all_found": "all of stop {stop} found",
    "taken": "taken: {id}",
    "untaken": "back in the van: {id}",
    "all_taken": "all of stop {stop} taken",
    "wrong_one": "WRONG ONE: {id} is for stop {stop}",
    "put_back": "put back: {id}",
    "left_behind": "LEFT BEHIND: {id}",
    "camera_lost": "camera lost ({why}); no marks until it is back",
    "camera_back": "camera is back",
}


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What `vapr watch` was asked for."""

    source: str
    manifest: Path
    stop: str | None = None
    out: Path | None = None
    json: str | None = None
    model: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    areas: Path | None = None
    journal: Path | None = None
    fps: float = 5.0
    give_up_s: float = 60.0


def run_watch(options: WatchOptions) -> int:
    """Run the command; returns 0, or 1 when pictures of a folder were refused.

    Raises:
        CameraError: a live source was lost for good.
    """
    _check_out(options.out)
    route = load_route(options.manifest, options.columns)
    stop = route.stop(options.stop).id
    areas = load_areas(options.areas) if options.areas else ()
    pipeline = Pipeline.load(options.model, options.classes or None)
    live = is_live(options.source)
    settings = RideSettings(
        areas=areas, background=live, reads_per_look=2 if live else 4
    )
    with ExitStack() as stack:
        ride = Session(pipeline, route, settings=settings, journal=options.journal)
        stack.callback(ride.close)
        shown = stack.enter_context(_outputs(options, route))
        start_s = _steady(_offset()) if live else 0.0
        if options.stop is not None or ride.state.open_stop is None:
            ride.open_stop(stop, start_s)
        watcher = _Watcher(ride, shown, options)
        if live:
            return watcher.live()
        return watcher.recorded()
    raise AssertionError("an ExitStack without suppression returns above")


class _Watcher:
    """One source through one ride."""

    def __init__(self, ride: Session, shown: "_Outputs", options: WatchOptions) -> None:
        self._ride, self._shown, self._options = ride, shown, options
        self._told = 0
        self._ages: list[float] = []

    def recorded(self) -> int:
        """A file or folder, by its own time."""
        refused = 0
        for frame in recorded_frames(Path(self._options.source), self._options.fps):
            if isinstance(frame, tuple):
                refused += 1
                self._shown.write(to_error_json(*frame))
                continue
            self._look(frame)
        return 1 if refused else 0

    def live(self) -> int:
        """A camera, until it is lost for good or somebody interrupts."""
        clock = partial(_steady, _offset())
        camera = LiveCamera(self._options.source, clock)
        seen_s, ever = clock(), False
        try:
            while True:
                frame = camera.latest(WAIT_S)
                if frame is not None:
                    self._look(frame)
                    seen_s, ever = clock(), True
                    self._ages.append(seen_s - frame.time_s)
                if self._ride.tick(clock()):
                    self._shown.scene(self._ride.scene)
                self._tell()
                limit_s = self._options.give_up_s
                limit_s = limit_s if ever else min(limit_s, NEVER_OPENED_S)
                if clock() - seen_s > limit_s:
                    raise CameraError(
                        f"camera {self._options.source} gave no picture for "
                        f"{limit_s:.0f} s"
                    )
        finally:
            camera.close()
            self._summary()

    def _look(self, frame: Frame) -> None:
        scene = self._ride.look(frame.image, frame.time_s, frame.name)
        self._shown.scene(scene, frame.image)
        self._tell()

    def _tell(self) -> None:
        for event in self._ride.events(self._told):
            self._told = event.seq
            self._shown.tell(event)

    def _summary(self) -> None:
        if self._ages:
            middle, high = np.percentile(self._ages, [50, 95]) * 1e3
            self._shown.say(
                f"{len(self._ages)} frames; age when shown: "
                f"{middle:.0f} ms median, {high:.0f} ms at the 95th percentile"
            )


class _Outputs:
    """Where scenes, marked pictures and events go."""

    def __init__(
        self, lines: TextIO | None, pictures: "_Pictures | None", route: Route
    ) -> None:
        self._lines, self._pictures, self._route = lines, pictures, route
        self._console = Console(stderr=True, highlight=False)

    def scene(self, scene: Scene, image: Image | None = None) -> None:
        self.write(to_json(scene))
        if self._pictures is not None and image is not None:
            self._pictures.add(draw(image, scene, self._route))

    def write(self, value: Mapping[str, Any]) -> None:
        if self._lines is not None:
            self._lines.write(json.dumps(value, ensure_ascii=False) + "\n")
            self._lines.flush()

    def tell(self, event: Event) -> None:
        words = WORDS[event.kind].format(
            stop=event.stop, id=event.id, why=(event.why or "").replace("_", " ")
        )
        where = f" ({event.where})" if event.where else ""
        self.say(f"{words}{where}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)


class _Pictures(Protocol):
    def add(self, image: Image) -> None: ...

    def close(self) -> None: ...


class _Film:
    """Marked frames as a video; all of the first one's size."""

    def __init__(self, path: Path, fps: float) -> None:
        self._path, self._fps = path, fps
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, image: Image) -> None:
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._size = (image.shape[1] // 2 * 2, image.shape[0] // 2 * 2)
            code = cv2.VideoWriter.fourcc(*VIDEO_SUFFIXES[self._path.suffix.lower()])
            self._writer = cv2.VideoWriter(str(self._path), code, self._fps, self._size)
            if not self._writer.isOpened():
                raise InputError(f"cannot write a video to {self._path}")
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), np.uint8)
        self._writer.write(image)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()


@dataclass(frozen=True, slots=True)
class _LastPicture:
    """The latest marked frame as a picture, written over and over."""

    path: Path

    def add(self, image: Image) -> None:
        save_picture(image, self.path)

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def _outputs(options: WatchOptions, route: Route) -> Iterator[_Outputs]:
    with ExitStack() as stack:
        lines = None
        if options.json == "-":
            lines = sys.stdout
        elif options.json is not None:
            path = Path(options.json)
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = stack.enter_context(path.open("w", encoding="utf-8"))
        pictures: _Pictures | None = None
        if options.out is not None:
            film = options.out.suffix.lower() in VIDEO_SUFFIXES
            pictures = (
                _Film(options.out, options.fps) if film else _LastPicture(options.out)
            )
            stack.callback(pictures.close)
        yield _Outputs(lines, pictures, route)


def _check_out(out: Path | None) -> None:
    known = (*VIDEO_SUFFIXES, *sorted(PICTURE_SUFFIXES))
    if out is not None and out.suffix.lower() not in known:
        raise UsageError(
            f"--out takes a video ({' '.join(VIDEO_SUFFIXES)}) or a picture "
            f"({' '.join(sorted(PICTURE_SUFFIXES))}), got {out.name!r}"
        )


def _offset() -> float:
    """What to add to the steady clock, which never jumps, for the time of day."""
    return time.time() - time.monotonic()


def _steady(offset_s: float) -> float:
    return offset_s + time.monotonic()
