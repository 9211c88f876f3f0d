"""Is the thing that lay here still here? What a place shows when nothing is detected.

A parcel that was taken leaves its place changed and what lies around it as it was; a
person or a hand in front of it changes both.
"""

from dataclasses import dataclass
from typing import Literal

from vapr.track.patches import (
    Patch,
    is_alike,
    is_same,
    rim_similarities,
    take_patch,
)
from vapr.track.tracks import Track, expected_box, in_view
from vapr.types import Image

PlaceState = Literal["there", "empty", "hidden", "outside", "unknown"]

SAME_RIM = 0.45  # likeness of a side of its surroundings that has not changed
CHANGED_SIDES = 1  # of the four: things lean on one another


@dataclass(frozen=True, slots=True, eq=False)
class PlaceView:
    """What a place shows: whether its thing is there, and the patch to compare later.

    "unknown": the thing never stood still, so there is no place that was its own.
    `surely`: it is there beyond doubt; else another of its make may be.
    """

    state: PlaceState
    patch: Patch | None = None
    surely: bool = False


def view_place(image: Image, track: Track, time_s: float) -> PlaceView:
    """Judge the place of a track that was not detected in this frame.

    Only where the camera's motion is known: the track's boxes must be of this frame.
    """
    box = track.rest if track.rest is not None else expected_box(track, time_s)
    if not in_view(box, image):
        return PlaceView("outside")
    patch = take_patch(image, box)
    before = track.patch if track.rest_patch is None else track.rest_patch
    if is_alike(patch, before):
        return PlaceView("there", patch, is_same(patch, before))
    if track.rest is None:
        return PlaceView("unknown", patch)
    changed = sum(side < SAME_RIM for side in rim_similarities(patch, before))
    return PlaceView("empty" if changed <= CHANGED_SIDES else "hidden", patch)
