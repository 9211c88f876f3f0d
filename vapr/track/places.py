"""Is the thing that lay here still here? What a place shows when nothing is detected.

A parcel that was taken leaves its place changed and what lies around it as it was; a
person or a hand in front of it changes both.
"""

from dataclasses import dataclass
from typing import Literal

from vapr.geometry import box_area, intersection
from vapr.track.patches import (
    Patch,
    rim_similarities,
    similarity,
    take_patch,
)
from vapr.track.tracker import Track, expected_box
from vapr.types import Box, Image

PlaceState = Literal["there", "empty", "hidden", "outside", "unknown"]

IN_VIEW = 0.9  # share of a place that must lie within the picture to judge it
THERE = 0.55  # likeness to what it was, from which the thing is still there
SAME_RIM = 0.45  # likeness of a side of its surroundings that has not changed
CHANGED_SIDES = 1  # of the four: things lean on one another


@dataclass(frozen=True, slots=True, eq=False)
class PlaceView:
    """What a place shows: whether its thing is there, and the patch to compare later.

    "unknown": the thing never stood still, so there is no place that was its own.
    """

    state: PlaceState
    patch: Patch | None = None


def view_place(image: Image, track: Track, time_s: float) -> PlaceView:
    """Judge the place of a track that was not detected in this frame.

    Only where the camera's motion is known: the track's boxes must be of this frame.
    """
    box = track.rest if track.rest is not None else expected_box(track, time_s)
    if not _in_view(box, image):
        return PlaceView("outside")
    patch = take_patch(image, box)
    before = track.patch if track.rest_patch is None else track.rest_patch
    if similarity(patch, before) >= THERE:
        return PlaceView("there", patch)
    if track.rest is None:
        return PlaceView("unknown", patch)
    changed = sum(side < SAME_RIM for side in rim_similarities(patch, before))
    return PlaceView("empty" if changed <= CHANGED_SIDES else "hidden", patch)


def _in_view(box: Box, image: Image) -> bool:
    frame = (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
    area = box_area(box)
    return area > 0 and intersection(box, frame) >= IN_VIEW * area
