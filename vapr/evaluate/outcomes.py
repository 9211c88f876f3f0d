"""What became of a picture and of its labels: plain values, to be kept and summed."""

from pydantic import BaseModel, ConfigDict

from vapr.evaluate.score import ParcelOutcome


class Kept(BaseModel):
    """An outcome that a journal can keep; `source` tells it from all others."""

    model_config = ConfigDict(frozen=True)

    source: str


class LabelOutcome(BaseModel):
    """One label that counts: was it found, and was its parcel named?

    `picked`: marked to be taken while its own stop is open. `named_decoded` and
    `picked_decoded`: the same with far identification off. `named_given`: named when
    its true corners are given (None: not tried).
    """

    model_config = ConfigDict(frozen=True)

    px_per_module: float | None
    found: bool
    named: bool
    in_manifest: bool
    verdict: str | None
    picked: bool = False
    named_decoded: bool = False
    picked_decoded: bool = False
    named_given: bool | None = None
    distance_m: float | None = None


class PictureOutcome(Kept):
    """What became of one picture; plain values, so that a run can be resumed.

    `marks` are those with the truth's stop open. `picks` and `leaves` are those of
    every stop of the route, each parcel once: a pick while its own stop is open, a
    leave while another is; `picks_decoded` with far identification off. `labels_old`
    are earlier labels found, which are not false. `van` names what was seen, `eyes`
    what looked.
    """

    van: str = ""
    eyes: str = ""
    camera: str | None = None
    lighting: str | None = None
    size: tuple[int, int] = (0, 0)
    items: int = 0
    looks: int = 1
    parcels: tuple[tuple[float, bool], ...] = ()
    parcels_expected: int = 0
    labels: tuple[LabelOutcome, ...] = ()
    labels_false: int = 0
    labels_old: int = 0
    marks: tuple[ParcelOutcome, ...] = ()
    picks: tuple[ParcelOutcome, ...] = ()
    leaves: tuple[ParcelOutcome, ...] = ()
    picks_decoded: tuple[ParcelOutcome, ...] = ()
    picks_possible: int = 0
    picks_named: int = 0
    total_ms: float = 0.0
    error: str | None = None
