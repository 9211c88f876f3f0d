"""Following parcels from frame to frame: camera motion out, identities kept."""

from vapr.track.boxes import move_box, shift_box
from vapr.track.matching import Mark
from vapr.track.motion import CameraMotion
from vapr.track.patches import Patch, is_alike, is_same, similarity, take_patch
from vapr.track.places import PlaceView, view_place
from vapr.track.tracker import Tracker, Update
from vapr.track.tracks import Track, expected_box, still_shows

__all__ = [
    "CameraMotion",
    "Mark",
    "Patch",
    "PlaceView",
    "Track",
    "Tracker",
    "Update",
    "expected_box",
    "is_alike",
    "is_same",
    "move_box",
    "shift_box",
    "similarity",
    "still_shows",
    "take_patch",
    "view_place",
]
