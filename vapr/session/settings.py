"""What a ride can be told beforehand."""

from dataclasses import dataclass
from typing import Literal

from vapr.session.where import Area

STALE_S = 1.5  # with what it takes to notice, marks are gone within 2 s


@dataclass(frozen=True, slots=True)
class RideSettings:
    """How a ride behaves; the defaults suit a fixed camera looking into the hold.

    Attributes:
        areas: shelf areas of a fixed camera; without them, thirds of the picture.
        advance: "command": stops are opened by the app (or by `Session.at`);
            "all_taken": the next stop opens when the last parcel was taken.
        radius_m: how near to a stop the van must stand for `Session.at` to open it.
        reads_per_look: labels read in one frame at most; the rest follow in the next.
        background: find and read beside the frames instead of before each is shown:
            for live cameras. Between two searches the marks follow the picture, and
            one whose parcel no longer looks the same is withdrawn. Off, the same
            frames always give the same scenes.
        loose_every_s: how often the whole picture is searched for codes on labels that
            the detector missed.
        stale_s: age of a frame from which its marks are withdrawn.
        gone_s: how long a place must be seen empty before its parcel counts as taken.
        retention_days: age at which journal entries are deleted; None keeps them.
    """

    areas: tuple[Area, ...] = ()
    advance: Literal["command", "all_taken"] = "command"
    radius_m: float = 60.0
    reads_per_look: int = 4
    background: bool = False
    loose_every_s: float = 1.0
    stale_s: float = STALE_S
    gone_s: float = 1.2
    retention_days: float | None = 30.0
