"""What became of a made ride, stop by stop: plain values, to be kept and added up."""

from pydantic import BaseModel, ConfigDict

from vapr.evaluate.outcomes import Kept

SETUPS = ("rear 1080p", "ceiling 4K", "hand-held sweep")
REAR, CEILING, SWEEP = SETUPS


def remembering(setup: str) -> str:
    """The name of a set-up that has ridden along, beside the one that looks afresh."""
    return f"{setup}, remembering"


COLUMNS = tuple(name for setup in SETUPS for name in (setup, remembering(setup)))


class Recalled(BaseModel):
    """A parcel that is due, and remembered when the van gets to its stop.

    `where` in words, last seen `age_s` ago; `there` are the keys of all that lies in
    that place now: its own among them, unless it moved.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    where: str
    age_s: float
    there: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it lies where it is remembered."""
        return self.key in self.there


class SetupOutcome(Kept):
    """What one set-up did at one stop; `source` is its name, one of `COLUMNS`.

    `found` keys were marked to be taken, `excluded` rightly left; `wrong` marks lay
    on parcels of other stops, `wrong_leaves` on the stop's own. What is due and
    was remembered before it looked is `recalled`.
    """

    found: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    wrong: int = 0
    wrong_leaves: int = 0
    recalled: tuple[Recalled, ...] = ()


class StopOutcome(BaseModel):
    """One stop: `due` keys, all `loads` in the van, those `visible` from the aisle."""

    model_config = ConfigDict(frozen=True)

    van: int
    stop: str
    number: int
    due: tuple[str, ...]
    loads: tuple[str, ...]
    visible: tuple[str, ...]
    setups: tuple[SetupOutcome, ...]


class RideOutcome(Kept):
    """The stops of one ride at which was looked, in their order."""

    stops: tuple[StopOutcome, ...]
