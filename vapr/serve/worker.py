"""The one thread that looks: deeds first, and of all frames only the newest."""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from threading import Condition, Thread
from typing import Any, TypeVar

from vapr.errors import VaprError
from vapr.media import encode_jpeg
from vapr.serve.problems import BusyError, CameraInUseError, SupersededError
from vapr.session import Event, RideState, Session
from vapr.types import Image, Scene

log = logging.getLogger("vapr.serve")

T = TypeVar("T")
Clock = Callable[[], float]
Queue = deque[tuple["Future[Any]", Callable[[], Any]]]

TICK_S = 0.25
HELD_S = 3.0  # a camera that sent nothing for so long has given the ride free
MAX_DEEDS = 64
MAX_JOBS = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture not yet opened: most frames are overtaken by a newer one before.

    `camera` is who sent it, `name` what the sender calls it. With `wait` the answer
    is of this very frame; else marks found a moment ago follow into it.
    """

    load: Callable[[], Image]
    time_s: float
    camera: str
    name: str = ""
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ride after something happened. `n` counts up.

    `jpeg` is the picture of the scene, made only while somebody wants pictures.
    """

    n: int
    scene: Scene
    state: RideState
    next_stop: str | None
    frame: Frame | None = None
    events: tuple[Event, ...] = ()
    jpeg: bytes | None = None


Listener = Callable[[Snapshot], None]


class RideWorker:
    """Owns a session: nobody else calls it, so nothing waits behind a lock.

    Args:
        session: the ride.
        clock: seconds, never going back; over restarts as well where there is a
            journal.
        count: called with the outcome of every frame, and the seconds of a look.
    """

    def __init__(
        self,
        session: Session,
        clock: Clock,
        count: Callable[[str, float], None] = lambda outcome, seconds: None,
    ) -> None:
        self.session, self.clock = session, clock
        self.pictures_wanted = 0
        self._count = count
        self._ready = Condition()
        self._deeds: Queue = deque()
        self._jobs: Queue = deque()
        self._frame: tuple[Frame, Future[Scene]] | None = None
        self._camera, self._camera_s = "", float("-inf")
        self._listeners: list[Listener] = []
        self._running = False
        self._ticked_s = float("-inf")
        past = session.events()
        self._seq = past[-1].seq if past else 0
        self.snapshot = Snapshot(0, session.scene, session.state, session.next_stop)
        self._thread = Thread(target=self._run, name="vapr-ride", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._running = True
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done, then end; what waits is refused."""
        with self._ready:
            self._running = False
            self._ready.notify()
        self._thread.join()

    @property
    def last_seq(self) -> int:
        """Of the newest event that was told."""
        return self._seq

    def current(self) -> Snapshot:
        """The ride as it is now: it may not have been told to listeners yet."""
        session = self.session
        return replace(self.snapshot, state=session.state, next_stop=session.next_stop)

    def listen(self, listener: Listener) -> None:
        """Call this, from the worker's thread, with every new snapshot."""
        self._listeners.append(listener)

    def offer(self, frame: Frame) -> Future[Scene]:
        """Look at this frame, unless a newer one comes first.

        Raises:
            CameraInUseError: another camera has the ride.
        """
        future: Future[Scene] = Future()
        with self._ready:
            self._hold(frame)
            before, self._frame = self._frame, (frame, future)
            self._ready.notify()
        if before is not None:
            self._count("superseded", 0.0)
            _refuse(before[1], SupersededError("a newer frame came first"))
        return future

    def do(
        self, deed: Callable[[Session, float], tuple[Event, ...]]
    ) -> Future[tuple[Event, ...]]:
        """Do something to the ride, before any frame that waits.

        Raises:
            BusyError: too many are waiting.
        """
        future: Future[tuple[Event, ...]] = Future()
        work = (future, lambda: deed(self.session, self.clock()))
        self._queue(self._deeds, MAX_DEEDS, work)
        return future

    def compute(self, job: Callable[[], T]) -> Future[T]:
        """Run something heavy beside the ride, in turns with its frames.

        Raises:
            BusyError: too many are waiting.
        """
        future: Future[T] = Future()
        self._queue(self._jobs, MAX_JOBS, (future, job))
        return future

    def _queue(
        self, queue: Queue, most: int, work: tuple["Future[Any]", Callable[[], Any]]
    ) -> None:
        with self._ready:
            if len(queue) >= most:
                raise BusyError("too much is waiting already; try again in a moment")
            queue.append(work)
            self._ready.notify()

    def _hold(self, frame: Frame) -> None:
        """One ride has one camera at a time: two views would look like thefts."""
        free = frame.time_s - self._camera_s > HELD_S
        if frame.camera != self._camera:
            if not free:
                raise CameraInUseError("another camera is filming this ride just now")
            if self._camera:
                self._deeds.append((Future(), self._switch))
        self._camera, self._camera_s = frame.camera, frame.time_s

    def _switch(self) -> None:
        self.session.lose_camera(self.clock())

    def _run(self) -> None:
        while self._running:
            with self._ready:
                if not (self._deeds or self._jobs or self._frame):
                    self._ready.wait(TICK_S)
            self._turn()
        self._refuse_rest()

    def _turn(self) -> None:
        """All deeds, then one frame, then one job, then the time.

        Callers hear of it after the listeners: who asks next sees what he did.
        """
        last: Frame | None = None
        image: Image | None = None
        settle = [_attempt(*self._deeds.popleft()) for _ in range(len(self._deeds))]
        with self._ready:
            waiting, self._frame = self._frame, None
        if waiting is not None:
            last = waiting[0]
            image, answer = self._look(*waiting)
            settle.append(answer)
        ticked = self._tick()
        if settle or ticked:
            self._publish(last, image)
        for answer in settle:
            answer()
        if self._jobs:
            _attempt(*self._jobs.popleft())()

    def _look(
        self, frame: Frame, future: Future[Scene]
    ) -> tuple[Image | None, Callable[[], None]]:
        start = self.clock()
        images: list[Image] = []
        scenes: list[Scene] = []

        def look() -> Scene:
            images.append(frame.load())
            scene = self.session.look(
                images[0], frame.time_s, frame.name, wait=frame.wait
            )
            scenes.append(scene)
            return scene

        answer = _attempt(future, look)
        self._count("looked" if scenes else "refused", self.clock() - start)
        return (images[0] if scenes else None), answer

    def _tick(self) -> bool:
        now_s = self.clock()
        if now_s - self._ticked_s < TICK_S:
            return False
        self._ticked_s = now_s
        try:
            return bool(self.session.tick(now_s))
        except VaprError as error:
            log.error("the ride's clock: %s", error)
            return False

    def _publish(self, frame: Frame | None, image: Image | None) -> None:
        try:
            events = self.session.events(self._seq)
        except VaprError as error:
            log.error("events cannot be told: %s", error)
            events = ()
        self._seq = events[-1].seq if events else self._seq
        before = self.snapshot
        jpeg = before.jpeg
        if image is not None:
            jpeg = encode_jpeg(image, 80) if self.pictures_wanted else None
        self.snapshot = Snapshot(
            before.n + 1,
            self.session.scene,
            self.session.state,
            self.session.next_stop,
            before.frame if image is None else frame,
            events,
            jpeg,
        )
        for listener in self._listeners:
            listener(self.snapshot)

    def _refuse_rest(self) -> None:
        ending = BusyError("the service is ending")
        with self._ready:
            waiting, self._frame = self._frame, None
        if waiting is not None:
            _refuse(waiting[1], ending)
        for queue in (self._deeds, self._jobs):
            while queue:
                _refuse(queue.popleft()[0], ending)


def _attempt(future: "Future[Any]", work: Callable[[], Any]) -> Callable[[], None]:
    """Do it, unless the caller has gone; returns what tells him how it went."""
    if not future.set_running_or_notify_cancel():
        return lambda: None
    try:
        result = work()
    except VaprError as error:
        return partial(future.set_exception, error)
    except Exception as error:  # noqa: BLE001  one bad frame must not end a ride
        log.error("%s while working", type(error).__name__)
        return partial(future.set_exception, error)
    return partial(future.set_result, result)


def _refuse(future: "Future[Any]", error: VaprError) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)
