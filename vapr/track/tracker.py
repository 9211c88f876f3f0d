"""Which parcel of this frame is which of the last: ids that survive camera and hands.

Tracking by detection, as in SORT (Bewley et al., 2016) with its camera compensated as
in BoT-SORT (Aharon et al., 2022): tracks are moved along with the camera, then matched
by overlap and looks. A track that comes back after a while must look as it did.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import hypot, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_area, intersection, iou
from vapr.track.boxes import box_center, move_box, shift_box
from vapr.track.motion import CameraMotion
from vapr.track.patches import ALIKE, SAME, Patch, is_same, similarity, take_patch
from vapr.types import Box, Image

State = Literal["tentative", "confirmed", "lost"]

CONFIRM_S = 0.15  # seen over this span, and twice at least: no flicker of a detector
TENTATIVE_S = 0.5  # a thing seen once and not again for so long was none
LOST_S = 0.6  # not found for so long: its own motion says no more where it is
FORGET_S = 10.0  # lost for so long, and nobody wants it kept
REST_S = 0.5  # standing in its place for so long: that is where it lies
REST_SPEED = 0.4  # of its own size per second, above which a thing is being moved
MIN_OVERLAP = 0.12  # of two boxes or of their labels, for a track seen just now
MIN_LIKENESS = 0.1
BACK_OVERLAP = 0.3  # the same, for one that was lost
BACK_LIKENESS = 0.5
BLIND_LIKENESS = 0.4  # and for any while the camera's motion is not known
VELOCITY_GAIN = 0.4  # of a new look upon the smoothed velocity: boxes jitter
WEAK = 0.5  # worth of a match below which the thing may have become another
HOPELESS = 0.4  # and below which it is no match
SAME_PLACE = 0.6  # overlap of what lies where it lay
IN_VIEW = 0.9  # share of a place that must lie within the picture to judge it

STANDING: dict[State, float] = {"confirmed": 0.2, "tentative": 0.1, "lost": 0.0}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be followed: a parcel's box, and its first label's if it has one."""

    box: Box
    label: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One thing followed. Boxes are in px of the latest frame that could be placed.

    Attributes:
        box: where it is; while not seen, where it should be.
        velocity: of its centre against the scene, px per second.
        rest: where it stood still last; None if it never did.
        rest_patch: what that place looked like with it.
        moved_s: when it was last seen moving by itself.
    """

    id: int
    box: Box
    label: Box | None
    patch: Patch
    born_s: float
    seen_s: float
    state: State = "tentative"
    looks: int = 1
    velocity: tuple[float, float] = (0.0, 0.0)
    rest: Box | None = None
    rest_patch: Patch | None = None
    moved_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Update:
    """One frame's outcome.

    Attributes:
        ids: of each mark, in the order given.
        tracks: all of them after this frame, by id.
        motion: how the camera moved (3, 3), None where that cannot be told: then no
            place of a track that was not seen may be relied upon.
        doubtful: ids of tracks that may have become another thing with this frame.
    """

    ids: tuple[int, ...]
    tracks: dict[int, Track]
    motion: NDArray[np.float64] | None = None
    doubtful: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Match:
    track: int
    worth: float
    overlap: float = 0.0
    likeness: float = 0.0
    doubtful: bool = False


class Tracker:
    """Marks of one frame after another in, tracks out. Times are passed in."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._camera = CameraMotion()
        self._motion: NDArray[np.float64] | None = None
        self._next_id = 1

    @property
    def placed(self) -> bool:
        """Whether the next motion will start from the frame of the last step."""
        return self._camera.placed

    @property
    def cut(self) -> bool:
        """Whether the picture began anew with the last step: all places are lost."""
        return self._motion is None and self._camera.placed

    def step(self, image: Image) -> NDArray[np.float64] | None:
        """Move all tracks along with the camera; the first call for every frame.

        Returns:
            How the camera moved, as `Update.motion`.
        """
        self._motion = motion = self._camera.step(image)
        if motion is not None:
            self._tracks = {i: _moved(t, motion) for i, t in self._tracks.items()}
        elif self.cut:
            self._tracks = {i: _adrift(t) for i, t in self._tracks.items()}
        return motion

    def unlooked(self) -> Update:
        """The outcome of a frame in which nothing was searched for."""
        return Update((), dict(self._tracks), self._motion)

    def update(
        self,
        image: Image,
        marks: Sequence[Mark],
        time_s: float,
        keep: Collection[int] = (),
    ) -> Update:
        """Match what was detected with the tracks, which `step` has moved along.

        Args:
            image: the frame, BGR uint8 (H, W, 3).
            marks: what was detected in it.
            time_s: when it was taken; later than the frame before.
            keep: ids of lost tracks that are not to be forgotten with time.
        """
        blind = self._motion is None
        patches = [take_patch(image, mark.box) for mark in marks]
        matches = self._match(image, marks, patches, time_s, blind=blind)
        ids, doubtful = [], set()
        for index, (mark, patch) in enumerate(zip(marks, patches, strict=True)):
            match = matches.get(index)
            if match is None:
                track = self._begin(mark, patch, time_s)
            else:
                track = _seen(self._tracks[match.track], mark, patch, time_s)
                if match.doubtful:
                    doubtful.add(track.id)
            self._tracks[track.id] = track
            ids.append(track.id)
        self._age(time_s, set(ids), keep)
        tracks = dict(self._tracks)
        return Update(tuple(ids), tracks, self._motion, frozenset(doubtful))

    def stood(self, track_id: int, patch: Patch, time_s: float) -> None:
        """Take in that a track is where it was, in a frame nothing was searched in.

        Where searching takes long, a parcel may be taken before it is found twice:
        its place must be known by then.

        Args:
            track_id: the track, seen at its `box`.
            patch: what it looks like there.
            time_s: when the frame was taken.
        """
        track = self._tracks[track_id]
        self._tracks[track_id] = _at_rest(track, patch, time_s)

    def _begin(self, mark: Mark, patch: Patch, time_s: float) -> Track:
        track_id, self._next_id = self._next_id, self._next_id + 1
        return Track(
            track_id, mark.box, mark.label, patch, time_s, time_s, moved_s=time_s
        )

    def drop(self, track_id: int) -> None:
        """Forget a track: what it was is known to be gone, or to be another one."""
        self._tracks.pop(track_id, None)

    def _match(
        self,
        image: Image,
        marks: Sequence[Mark],
        patches: Sequence[Patch],
        time_s: float,
        *,
        blind: bool,
    ) -> dict[int, "_Match"]:
        """Mark index -> its track, the best pairs first."""
        pairs = []
        changed = {
            track.id
            for track in self._tracks.values()
            if still_shows(image, track, time_s) is None
        }
        for track in self._tracks.values():
            for index, mark in enumerate(marks):
                match = _pair(track, mark, patches[index], time_s, blind=blind)
                if track.id in changed:
                    match = _despite_change(match)
                if match.worth >= HOPELESS:
                    rank = match.worth + STANDING[track.state]
                    pairs.append((-rank, index, match))
        matches: dict[int, _Match] = {}
        given = set[int]()
        for _, index, match in sorted(pairs, key=lambda p: (p[0], p[1], p[2].track)):
            if index not in matches and match.track not in given:
                matches[index] = match
                given.add(match.track)
        return matches

    def _age(self, time_s: float, seen: set[int], keep: Collection[int]) -> None:
        for track in list(self._tracks.values()):
            unseen_s = time_s - track.seen_s
            if track.id in seen or unseen_s <= min(TENTATIVE_S, LOST_S):
                continue
            flicker = track.state == "tentative" and track.id not in keep
            if flicker or (unseen_s > FORGET_S and track.id not in keep):
                del self._tracks[track.id]
            elif unseen_s > LOST_S:
                self._tracks[track.id] = replace(track, state="lost", velocity=(0, 0))


def expected_box(track: Track, time_s: float) -> Box:
    """Where a track should be now, by its own motion as long as that says anything."""
    if track.state == "lost":
        return track.rest or track.box
    ahead_s = min(time_s - track.seen_s, LOST_S)
    return shift_box(
        track.box, track.velocity[0] * ahead_s, track.velocity[1] * ahead_s
    )


def still_shows(image: Image, track: Track, time_s: float) -> tuple[Box, Patch] | None:
    """Where a track still is, beyond doubt, and its look there; None: not as before.

    Where it was, first: a detector's box that jitters looks like motion.
    """
    for box in (track.box, expected_box(track, time_s)):
        if in_view(box, image) and is_same(
            patch := take_patch(image, box), track.patch
        ):
            return box, patch
    return None


def in_view(box: Box, image: Image) -> bool:
    """Whether enough of a place lies within the picture to judge it."""
    frame = (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
    area = box_area(box)
    return area > 0 and intersection(box, frame) >= IN_VIEW * area


def _pair(
    track: Track, mark: Mark, patch: Patch, time_s: float, *, blind: bool
) -> _Match:
    """How well a mark continues a track; worth nothing when it cannot."""
    lost, nothing = track.state == "lost", _Match(track.id, 0.0)
    overlap = _overlap(track, mark, time_s)
    if overlap < (BACK_OVERLAP if lost else MIN_OVERLAP):
        return nothing
    known = track.rest_patch if lost else track.patch
    likeness = similarity(patch, track.patch if known is None else known)
    least = BACK_LIKENESS if lost else BLIND_LIKENESS if blind else MIN_LIKENESS
    if likeness < least:
        return nothing
    worth = 0.6 * overlap + 0.4 * likeness
    return _Match(track.id, worth, overlap, likeness, blind or worth < WEAK)


def _despite_change(match: _Match) -> _Match:
    """Where a track was, there is something else now: is the mark it nevertheless?

    What looks like it has been moved. What lies as it did and looks much like it may
    be it. The rest was behind it, or has been put there.
    """
    if match.likeness >= SAME:
        return match
    may_be = match.likeness >= ALIKE and match.overlap >= SAME_PLACE
    return replace(match, worth=match.worth if may_be else 0.0, doubtful=True)


def _overlap(track: Track, mark: Mark, time_s: float) -> float:
    """Of the boxes or of the labels: a box is often lost where a label is not."""
    ahead = expected_box(track, time_s)
    overlap = max(iou(track.box, mark.box), iou(ahead, mark.box))
    if track.label is None or mark.label is None:
        return overlap
    dx, dy = ahead[0] - track.box[0], ahead[1] - track.box[1]
    shifted = shift_box(track.label, dx, dy)
    labels = max(iou(track.label, mark.label), iou(shifted, mark.label))
    return max(overlap, 0.9 * labels)


def _seen(track: Track, mark: Mark, patch: Patch, time_s: float) -> Track:
    """The track with one more look at it."""
    velocity = _velocity(track, mark.box, time_s)
    size = sqrt(max(box_area(mark.box), 1.0))
    moving = hypot(*velocity) > REST_SPEED * size
    moved_s = time_s if moving else track.moved_s
    confirmed = track.state != "tentative" or time_s - track.born_s >= CONFIRM_S
    track = replace(
        track,
        box=mark.box,
        label=mark.label,
        patch=patch,
        seen_s=time_s,
        state="confirmed" if confirmed else "tentative",
        looks=track.looks + 1,
        velocity=velocity,
        moved_s=moved_s,
    )
    return _at_rest(track, patch, time_s)


def _at_rest(track: Track, patch: Patch, time_s: float) -> Track:
    """The track with its box as its place, once it has stood there long enough."""
    if time_s - track.moved_s < REST_S:
        return track
    return replace(track, rest=track.box, rest_patch=patch)


def _velocity(track: Track, box: Box, time_s: float) -> tuple[float, float]:
    elapsed_s = time_s - track.seen_s
    if track.state == "lost" or elapsed_s <= 0:
        return (0.0, 0.0)
    (ax, ay), (bx, by) = box_center(track.box), box_center(box)
    vx, vy = track.velocity
    return (
        vx + VELOCITY_GAIN * ((bx - ax) / elapsed_s - vx),
        vy + VELOCITY_GAIN * ((by - ay) / elapsed_s - vy),
    )


def _adrift(track: Track) -> Track:
    """After a cut nobody knows where in the picture its place is."""
    return replace(track, state="lost", velocity=(0.0, 0.0), rest=None)


def _moved(track: Track, motion: NDArray[np.float64]) -> Track:
    return replace(
        track,
        box=move_box(track.box, motion),
        label=None if track.label is None else move_box(track.label, motion),
        rest=None if track.rest is None else move_box(track.rest, motion),
    )
