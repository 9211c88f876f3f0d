"""Which parcel of this frame is which of the last: ids that survive camera and hands.

Tracking by detection, as in SORT (Bewley et al., 2016) with its camera compensated as
in BoT-SORT (Aharon et al., 2022): tracks are moved along with the camera, then matched
by overlap and looks. A track that comes back after a while must look as it did.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.track.matching import Mark, Match, match_marks
from vapr.track.motion import CameraMotion
from vapr.track.patches import Patch, take_patch
from vapr.track.tracks import (
    LOST_S,
    Track,
    adrift,
    at_rest,
    moved_track,
    seen_again,
    still_shows,
)
from vapr.types import Image

TENTATIVE_S = 0.5  # a thing seen once and not again for so long was none
FORGET_S = 10.0  # lost for so long, and nobody wants it kept


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
            self._tracks = {i: moved_track(t, motion) for i, t in self._tracks.items()}
        elif self.cut:
            self._tracks = {i: adrift(t) for i, t in self._tracks.items()}
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
                track = seen_again(
                    self._tracks[match.track], mark.box, mark.label, patch, time_s
                )
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
        self._tracks[track_id] = at_rest(track, patch, time_s)

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
    ) -> dict[int, Match]:
        """Mark index -> its track, the best pairs first."""
        tracks = self._tracks.values()
        changed = {t.id for t in tracks if still_shows(image, t, time_s) is None}
        return match_marks(tracks, changed, marks, patches, time_s, blind=blind)

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
