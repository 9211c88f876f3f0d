"""When labels are read: before the frame is shown, or beside it while frames go on."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from vapr.pipeline import Found
from vapr.read import Reading
from vapr.read.decode import Barcode
from vapr.route import Route
from vapr.session.looks import Look, Sight, stacked_on
from vapr.types import Image, Quad


class Stages(Protocol):
    """The two stages of a pipeline that a ride runs by itself; `Pipeline` has them."""

    def find(self, image: Image, route: Route, *, loose: bool = True) -> Found:
        """Parcels with their labels, nothing read of them yet."""

    def read(
        self,
        image: Image,
        quads: Sequence[Quad],
        route: Route,
        codes: Sequence[Barcode] = (),
    ) -> list[Reading]:
        """What each of these labels says."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants reading, how much, and how often it was read before.

    `looks` are those that count of the earlier ones.
    """

    urgency: float
    tries: int
    track: int
    slot: int
    sight: Sight
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read of which label of which track."""

    track: int
    slot: int
    look: Look


class Reader:
    """Wishes in, answers out: of this frame, or in the background of an earlier one.

    A label takes longer to read than a frame to look at; in the background the marks
    already known move with the picture meanwhile.
    """

    def __init__(
        self, stages: Stages, route: Route, per_look: int, *, background: bool
    ) -> None:
        self._stages, self._route, self._per_look = stages, route, per_look
        self._pool = ThreadPoolExecutor(1, "vapr-read") if background else None
        self._pending: Future[None] | None = None
        self._done: SimpleQueue[Answer] = SimpleQueue()
        self._since_s = float("-inf")

    def read(
        self,
        image: Image,
        wishes: Sequence[Wish],
        codes: Sequence[Barcode],
        time_s: float,
    ) -> list[Answer]:
        """The most urgent wishes, or in the background what has been read since."""
        wanted = sorted((w for w in wishes if w.urgency > 0), key=_rank)
        wanted = wanted[: self._per_look]
        if self._pool is None:
            return self._answer(image, wanted, codes, time_s)
        done = self.collect()
        if self._pending is None and wanted:
            job = self._pool.submit(self._tell, image, wanted, codes, time_s)
            self._pending = job
        return done

    def collect(self) -> list[Answer]:
        """What has been read in the background since."""
        if self._pending is not None and self._pending.done():
            self._pending.result()  # raises what went wrong
            self._pending = None
        done = [self._done.get() for _ in range(self._done.qsize())]
        return [answer for answer in done if answer.look.time_s >= self._since_s]

    def drop(self, time_s: float) -> None:
        """Answers still to come of pictures before this time are not wanted."""
        self._since_s = time_s

    def close(self) -> None:
        """End the background."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _tell(
        self,
        image: Image,
        wanted: Sequence[Wish],
        codes: Sequence[Barcode],
        time_s: float,
    ) -> None:
        """One label after the other: the first need not wait for the second."""
        for wish in wanted:
            for answer in self._answer(image, [wish], codes, time_s):
                self._done.put(answer)

    def _answer(
        self,
        image: Image,
        wanted: Sequence[Wish],
        codes: Sequence[Barcode],
        time_s: float,
    ) -> list[Answer]:
        quads = [wish.sight.quad for wish in wanted]
        readings = self._stages.read(image, quads, self._route, codes)
        looks = [
            stacked_on(wish.looks, Look(wish.sight, reading, time_s))
            for wish, reading in zip(wanted, readings, strict=True)
        ]
        return [
            Answer(wish.track, wish.slot, look)
            for wish, look in zip(wanted, looks, strict=True)
        ]


def _rank(wish: Wish) -> tuple[float, int, float]:
    return (-wish.urgency, wish.tries, -wish.sight.size_px)
