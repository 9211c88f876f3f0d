"""Three ways to look into a van: from the rear door, from the ceiling, hand-held."""

from dataclasses import dataclass

from vapr.replay.loading import in_hand
from vapr.replay.outcomes import CEILING, REAR, SWEEP
from vapr.replay.places import shelved
from vapr.replay.routes import Moment
from vapr.synth import Camera, Van, close_camera, make_camera, sweep_cameras

HD, UHD = (1920, 1080), (3840, 2160)
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class View:
    """A camera, and what its picture is called: the same name shows the same place.

    Where that is `said`, the name itself is the place.
    """

    name: str
    camera: Camera
    said: bool = False


def views_at(setup: str, van: Van, seed: int, number: int) -> list[View]:
    """What a set-up shows at a stop, or at any other moment with its own number."""
    own = abs(seed * 1009 + number)
    if setup == REAR:  # held anew every time
        return [View(setup, make_camera(van, "rear", HD, own))]
    if setup == CEILING:  # screwed to the roof
        return [View(setup, make_camera(van, "bulkhead", UHD, seed))]
    cameras = sweep_cameras(van, HD, own)
    steps = len(cameras) // 2
    return [
        View(f"{SIDES[i // steps]} {min(i, 2 * steps - 1 - i) + 1}", camera)
        for i, camera in enumerate(cameras)
    ]


def views_of_loading(setup: str, moment: Moment, seed: int) -> tuple[Van, list[View]]:
    """What a set-up shows of the load that was just put in, and the van as it is then.

    By hand it is photographed before: no picture, where it has no label to be seen.
    """
    van, load = moment.van, moment.new
    if setup != SWEEP or load is None:
        return van, views_at(setup, van, seed, moment.number)
    held = in_hand(van, load)
    camera = close_camera(held, held.loads[-1], HD, seed * 1009 + abs(moment.number))
    place = shelved(van)[load.key]
    return held, [] if camera is None else [View(place, camera, said=True)]
