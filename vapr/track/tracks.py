"""One thing followed: where it is, where it lies, what it looks like."""

from dataclasses import dataclass, replace
from math import hypot, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import box_area, intersection
from vapr.track.boxes import box_center, move_box, shift_box
from vapr.track.patches import Patch, is_same, take_patch
from vapr.types import Box, Image

State = Literal["tentative", "confirmed", "lost"]

CONFIRM_S = 0.15  # seen over this span, and twice at least: no flicker of a detector
LOST_S = 0.6  # not found for so long: its own motion says no more where it is
REST_S = 0.5  # standing in its place for so long: that is where it lies
REST_SPEED = 0.4  # of its own size per second, above which a thing is being moved
VELOCITY_GAIN = 0.4  # of a new look upon the smoothed velocity: boxes jitter
IN_VIEW = 0.9  # share of a place that must lie within the picture to judge it


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


def seen_again(
    track: Track, box: Box, label: Box | None, patch: Patch, time_s: float
) -> Track:
    """The track with one more look at it."""
    velocity = _velocity(track, box, time_s)
    size = sqrt(max(box_area(box), 1.0))
    moving = hypot(*velocity) > REST_SPEED * size
    moved_s = time_s if moving else track.moved_s
    confirmed = track.state != "tentative" or time_s - track.born_s >= CONFIRM_S
    track = replace(
        track,
        box=box,
        label=label,
        patch=patch,
        seen_s=time_s,
        state="confirmed" if confirmed else "tentative",
        looks=track.looks + 1,
        velocity=velocity,
        moved_s=moved_s,
    )
    return at_rest(track, patch, time_s)


def at_rest(track: Track, patch: Patch, time_s: float) -> Track:
    """The track with its box as its place, once it has stood there long enough."""
    if time_s - track.moved_s < REST_S:
        return track
    return replace(track, rest=track.box, rest_patch=patch)


def adrift(track: Track) -> Track:
    """After a cut nobody knows where in the picture its place is."""
    return replace(track, state="lost", velocity=(0.0, 0.0), rest=None)


def moved_track(track: Track, motion: NDArray[np.float64]) -> Track:
    """The track in px of the next frame, after the camera's motion (3, 3)."""
    return replace(
        track,
        box=move_box(track.box, motion),
        label=None if track.label is None else move_box(track.label, motion),
        rest=None if track.rest is None else move_box(track.rest, motion),
    )


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
