"""Following parcels from frame to frame: camera motion out, identities kept."""

from vapr.track.motion import CameraMotion
from vapr.track.patches import Patch, similarity, take_patch
from vapr.track.places import PlaceView, view_place
from vapr.track.tracker import Mark, Track, Tracker, Update, expected_box

__all__ = [
    "CameraMotion",
    "Mark",
    "Patch",
    "PlaceView",
    "Track",
    "Tracker",
    "Update",
    "expected_box",
    "similarity",
    "take_patch",
    "view_place",
]
