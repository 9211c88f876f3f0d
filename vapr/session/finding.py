"""When parcels are searched for: in each frame, or beside the frames that go on."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import project, to_quad
from vapr.pipeline import Found
from vapr.route import Route
from vapr.session.reading import Stages
from vapr.track import is_alike, move_box, take_patch
from vapr.types import Box, Image, Label, Parcel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What was found in which frame.

    `since` maps its px to those of the frame at hand; None when they are the same.
    """

    found: Found
    image: Image
    time_s: float
    since: Floats | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A parcel found a moment ago, where it lies now; `slots` of each of its labels."""

    parcel: Parcel
    slots: tuple[int, ...] = ()


class Finder:
    """Frames in, sightings out: of this very frame, or of one a moment ago.

    Finding takes longer than a frame may wait. In the background, the camera's motion
    since the searched frame is added up, so that what was found can be placed in the
    newest one. Where the motion was lost on the way, one frame waits after all.

    Args:
        stages: finds.
        route: decides which codes outside all labels name a parcel.
        loose_every_s: how often the whole picture is searched for such codes.
        background: search beside the frames.
    """

    def __init__(
        self, stages: Stages, route: Route, loose_every_s: float, *, background: bool
    ) -> None:
        self._stages, self._route, self._loose_every_s = stages, route, loose_every_s
        self._pool = ThreadPoolExecutor(1, "vapr-find") if background else None
        self._pending: Future[Sighting] | None = None
        self._since: Floats | None = None
        self._lost = False
        self._loose_s: float | None = None

    def find(
        self,
        image: Image,
        time_s: float,
        motion: Floats | None,
        *,
        placed: bool,
        wait: bool = False,
    ) -> Sighting | None:
        """What was found since the last call, if anything.

        Args:
            image: the frame, BGR uint8 (H, W, 3).
            time_s: when it was taken.
            motion: how the camera moved since the last placed frame, where known.
            placed: whether the next motion will start from this frame.
            wait: search this frame and no other.
        """
        if self._pool is None or wait or self._lost:
            self._pending, self._lost = None, False
            return self._search(image, time_s, loose=self._loose_due(time_s))
        self._carry(motion, placed=placed)
        done = self._collect()
        if self._pending is None and placed:
            loose = self._loose_due(time_s)
            self._pending = self._pool.submit(self._search, image, time_s, loose=loose)
            self._since = np.eye(3)
        return done

    def close(self) -> None:
        """End the background."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _carry(self, motion: Floats | None, *, placed: bool) -> None:
        if motion is not None and self._since is not None:
            self._since = motion @ self._since
        elif placed and motion is None:
            self._since = None  # the frames before cannot be told from here

    def _collect(self) -> Sighting | None:
        if self._pending is None or not self._pending.done():
            return None
        done, self._pending = self._pending.result(), None
        if self._since is None:
            self._lost = True
            return None
        return replace(done, since=self._since)

    def _search(self, image: Image, time_s: float, *, loose: bool) -> Sighting:
        found = self._stages.find(image, self._route, loose=loose)
        return Sighting(found, image, time_s)

    def _loose_due(self, time_s: float) -> bool:
        last = self._loose_s
        if last is not None and time_s - last < self._loose_every_s:
            return False
        self._loose_s = time_s
        return True


def still_there(sighting: Sighting, image: Image) -> list[tuple[Parcel, Parcel]]:
    """Parcels as they were found, and as they lie in this frame.

    What does not look there as it did has been moved or covered meanwhile, and is
    left to the next search.
    """
    parcels, since = sighting.found.parcels, sighting.since
    if since is None:
        return [(parcel, parcel) for parcel in parcels]
    pairs = []
    for parcel in parcels:
        now = moved_parcel(parcel, since)
        if parcel.box is None or now.box is None:
            continue
        before = take_patch(sighting.image, parcel.box)
        if is_alike(take_patch(image, now.box), before):
            pairs.append((parcel, now))
    return pairs


def moved_parcel(parcel: Parcel, motion: Floats) -> Parcel:
    """A parcel through the camera's motion."""
    box = None if parcel.box is None else move_box(parcel.box, motion)
    labels = tuple(_moved_label(label, motion) for label in parcel.labels)
    return replace(parcel, box=box, labels=labels)


def moved_ahead(one: Followed, was: Box, now: Box, time_s: float) -> Followed:
    """What moves by itself has gone on since it was found."""
    dx, dy = now[0] - was[0], now[1] - was[1]
    shift = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])
    parcel = moved_parcel(one.parcel, shift)
    return replace(one, parcel=replace(parcel, last_seen_s=time_s))


def _moved_label(label: Label, motion: Floats) -> Label:
    corners = project(motion, np.asarray(label.quad, np.float64))
    return replace(label, quad=to_quad(corners))
