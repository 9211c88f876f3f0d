"""The one JSON form of a scene, `vapr.scene/1`: what other programs rely on.

Names and order follow the contract; a field is added, never renamed. The JSON Schema
made from these classes lies beside this module as `scene.schema.json`.
"""

from importlib.resources import files
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from vapr.errors import VaprError
from vapr.types import Evidence, Label, Parcel, Reason, Scene, Verdict

SCHEMA: Final = "vapr.scene/1"
Numbers4 = tuple[float, float, float, float]
PointWire = tuple[float, float]
QuadWire = tuple[PointWire, PointWire, PointWire, PointWire]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceWire(_Wire):
    """One cue of one label."""

    kind: Literal["barcode", "template", "text", "memory"]
    symbology: str | None
    text: str | None
    quad: QuadWire | None
    llr: float


class LabelWire(_Wire):
    """The label that counts; `mark` is where its mark belongs, on its code."""

    quad: QuadWire
    score: float
    px_per_module: float | None
    mark: QuadWire | None = None


class ParcelWire(_Wire):
    """One parcel and its verdict; `outline` is what to draw around it."""

    id: str | None
    stop: str | None
    verdict: Verdict
    confidence: float = Field(ge=0, le=1)
    id_confidence: float = Field(ge=0, le=1)
    candidates: list[str]
    foreign: bool
    reason: Reason | None
    where: str | None
    box: Numbers4 | None
    score: float
    track: int | None
    last_seen_s: float
    label: LabelWire | None
    evidence: list[EvidenceWire]
    outline: Numbers4 | None = None


class ChecklistWire(_Wire):
    """What the driver needs to know of the open stop."""

    stop: str | None
    expected: int
    found: list[str]
    missing: list[str]
    check: list[int]
    taken: list[str]
    foreign: list[str]


class TimingWire(_Wire):
    """Wall milliseconds."""

    detect: float
    read: float
    match: float
    total: float


class SceneWire(_Wire):
    """One picture or frame."""

    version: Literal["vapr.scene/1"] = Field(SCHEMA, alias="schema")
    source: str
    size: tuple[int, int]
    time_s: float
    stop: str | None
    parcels: list[ParcelWire]
    checklist: ChecklistWire
    timing_ms: TimingWire


class ErrorBody(_Wire):
    """Why a picture was refused: a word for programs, a sentence for people."""

    code: str
    message: str


class ErrorWire(_Wire):
    """The line of a picture that could not be used."""

    version: Literal["vapr.scene/1"] = Field(SCHEMA, alias="schema")
    source: str
    error: ErrorBody


def to_json(scene: Scene) -> dict[str, Any]:
    """A scene as the contract's JSON object, of plain Python values."""
    wire = SceneWire(
        schema=SCHEMA,
        source=scene.source,
        size=scene.size,
        time_s=round(scene.time_s, 3),
        stop=scene.stop,
        parcels=[_parcel(parcel) for parcel in scene.parcels],
        checklist=_checklist(scene),
        timing_ms=TimingWire(
            detect=round(scene.timing_ms.detect, 1),
            read=round(scene.timing_ms.read, 1),
            match=round(scene.timing_ms.match, 1),
            total=round(scene.timing_ms.total, 1),
        ),
    )
    return wire.model_dump(mode="json", by_alias=True)


def to_error_json(source: str, error: VaprError) -> dict[str, Any]:
    """The line that stands for a picture that was refused."""
    body = ErrorBody(code=error.code, message=str(error))
    wire = ErrorWire(schema=SCHEMA, source=source, error=body)
    return wire.model_dump(mode="json", by_alias=True)


def json_schema() -> str:
    """The JSON Schema of a line (scene or error), as shipped with the package."""
    return files("vapr").joinpath("scene.schema.json").read_text(encoding="utf-8")


def _checklist(scene: Scene) -> ChecklistWire:
    checklist = scene.checklist
    return ChecklistWire(
        stop=checklist.stop,
        expected=checklist.expected,
        found=list(checklist.found),
        missing=list(checklist.missing),
        check=list(checklist.check),
        taken=list(checklist.taken),
        foreign=list(checklist.foreign),
    )


def _parcel(parcel: Parcel) -> ParcelWire:
    return ParcelWire(
        id=parcel.id,
        stop=parcel.stop,
        verdict=parcel.verdict,
        confidence=_probability(parcel.confidence),
        id_confidence=_probability(parcel.id_confidence),
        candidates=[name for name, _ in parcel.candidates],
        foreign=parcel.foreign,
        reason=parcel.reason,
        where=parcel.where,
        box=None if parcel.box is None else _rounded4(parcel.box),
        outline=None if parcel.outline is None else _rounded4(parcel.outline),
        score=round(parcel.score, 4),
        track=parcel.track,
        last_seen_s=round(parcel.last_seen_s, 3),
        label=None if parcel.label is None else _label(parcel.label),
        evidence=[_evidence(evidence) for evidence in parcel.evidence],
    )


def _label(label: Label) -> LabelWire:
    px = label.px_per_module
    return LabelWire(
        quad=_quad(label.quad),
        score=round(label.score, 4),
        px_per_module=None if px is None else round(px, 3),
        mark=_quad(label.mark),
    )


def _evidence(evidence: Evidence) -> EvidenceWire:
    return EvidenceWire(
        kind=evidence.kind,
        symbology=evidence.symbology,
        text=evidence.text,
        quad=None if evidence.quad is None else _quad(evidence.quad),
        llr=round(evidence.llr, 2),
    )


def _probability(value: float) -> float:
    return min(max(round(value, 6), 0.0), 1.0)


def _rounded4(box: Numbers4) -> Numbers4:
    x1, y1, x2, y2 = (round(v, 1) for v in box)
    return (x1, y1, x2, y2)


def _quad(quad: QuadWire) -> QuadWire:
    a, b, c, d = ((round(x, 1), round(y, 1)) for x, y in quad)
    return (a, b, c, d)
