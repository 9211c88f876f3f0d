"""Truth files: `NAME.json` beside `NAME.jpg`. Only a parcel's box is required."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from vapr.errors import InputError
from vapr.types import Box, Quad, Verdict


class _Truth(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TruthCode(_Truth):
    """A code printed on a label."""

    symbology: str | None = None
    role: str | None = None
    text: str | None = None
    quad: Quad | None = None
    visible: float = 1.0
    px_per_module: float | None = None


class TruthLabel(_Truth):
    """A shipping label; `px_per_module` is that of its tracking code."""

    quad: Quad
    visible: float = 1.0
    facing: bool = True
    px_per_module: float | None = None
    codes: tuple[TruthCode, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether a detector is expected to find it (contract)."""
        return self.facing and self.visible >= 0.7


class TruthSticker(_Truth):
    """Another label on a parcel, an earlier one; `quad` None: not in the picture."""

    quad: Quad | None = None
    visible_fraction: float = 1.0


class TruthParcel(_Truth):
    """A parcel; `box` is of what is visible, None when nothing is."""

    id: str | None = None
    stop: str | None = None
    kind: str | None = None
    box: Box | None = None
    visible: float = 1.0
    in_manifest: bool = True
    verdict: Verdict | None = None
    distance_m: float | None = None
    label: TruthLabel | None = None
    other_labels: tuple[TruthSticker, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether a detector is expected to find it (contract)."""
        return self.box is not None and self.visible >= 0.25


class Truth(_Truth):
    """What is true of one picture."""

    stop: str | None = None
    manifest: str | None = None
    camera: str | None = None
    lighting: str | None = None
    size: tuple[int, int] | None = None
    parcels: tuple[TruthParcel, ...] = ()

    def for_stop(self, stop: str | None) -> "Truth":
        """The same picture with another stop open."""
        if stop == self.stop:
            return self
        parcels = tuple(
            p.model_copy(update={"verdict": _verdict_at(p, stop)}) for p in self.parcels
        )
        return self.model_copy(update={"stop": stop, "parcels": parcels})


def _verdict_at(parcel: TruthParcel, stop: str | None) -> Verdict | None:
    if parcel.id is None or (parcel.in_manifest and parcel.stop is None):
        return None
    return "pick" if parcel.in_manifest and parcel.stop == stop else "leave"


def load_truth(path: Path) -> Truth:
    """Read a truth file.

    Raises:
        InputError: it is missing, no JSON, or a value is of the wrong kind.
    """
    try:
        return Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"no truth file {path.name} beside its picture") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{path.name}: {place or 'the file'}: {first['msg']}"
        ) from error
