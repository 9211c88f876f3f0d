"""What goes over HTTP and WebSocket beside scenes, with examples for OpenAPI."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vapr.route import Route
from vapr.serve.worker import Snapshot
from vapr.session import By, Event, EventKind, Why
from vapr.wire import SceneWire


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventOut(_Out):
    """One thing that happened; ask for those after the last `seq` you have."""

    seq: int = Field(examples=[17])
    kind: EventKind = Field(examples=["taken"])
    time_s: float = Field(examples=[1790000000.25])
    stop: str | None = Field(examples=["14"])
    key: str | None = Field(examples=["1Z999AA10123456784"])
    id: str | None = Field(examples=["1Z999AA10123456784"])
    where: str | None = Field(examples=["upper left"])
    track: int | None = Field(examples=[3])
    by: By
    why: Why | None


class EventsOut(_Out):
    """Events, oldest first; `last` is what to ask after next time."""

    events: list[EventOut]
    last: int


class StateOut(_Out):
    """Where the ride stands: ids only."""

    open_stop: str | None = Field(examples=["14"])
    next_stop: str | None = Field(examples=["15"])
    closed: list[str] = Field(examples=[["13"]])
    taken: list[str] = Field(examples=[["1Z999AA10123456784"]])
    astray: list[str] = Field(examples=[[]])


class ItemOut(_Out):
    """A parcel the route expects; no name, no address."""

    key: str = Field(examples=["1Z999AA10123456784"])
    id: str = Field(examples=["1Z999AA10123456784"])
    sort_code: str = Field(examples=["C14.2E"])


class StopOut(_Out):
    """A stop and its items."""

    id: str = Field(examples=["14"])
    address: str = Field(examples=["12 Mill Lane"])
    window: tuple[str, str] | None = Field(examples=[["09:00", "12:00"]])
    items: list[ItemOut]


class RouteOut(_Out):
    """The stops in driving order. `van_camera`: the van has a camera of its own."""

    stops: list[StopOut]
    van_camera: bool
    stale_s: float = Field(examples=[1.5])


class DeedOut(_Out):
    """What was accepted (on disk by now; empty if it was so before), and the ride."""

    events: list[EventOut]
    state: StateOut


class LookOut(_Out):
    """The newest scene. Marks may be shown for `ttl_s` more seconds, no longer."""

    live: bool
    age_s: float | None = Field(examples=[0.21])
    ttl_s: float = Field(examples=[1.29])
    scene: SceneWire


class LocateOut(_Out):
    """A scene, and the marked picture where it was asked for."""

    scene: SceneWire
    overlay: str | None = Field(
        description="JPEG, base64",
        examples=[None],
        json_schema_extra={"format": "byte"},
    )


class Health(_Out):
    """Alive. `live`: there is a picture younger than the age at which marks go."""

    status: Literal["ok"] = "ok"
    live: bool
    version: str = Field(examples=["0.1.0"])


Id = Annotated[str, Field(min_length=1, max_length=200)]


class StopIn(BaseModel):
    """Which stop."""

    stop: Id = Field(examples=["14"])


class ItemIn(BaseModel):
    """Which item: its key, or its number as the manifest writes it."""

    key: Id = Field(examples=["1Z999AA10123456784"])


class FixIn(BaseModel):
    """Where the van is, degrees WGS 84."""

    lat_deg: float = Field(ge=-90, le=90, examples=[48.13])
    lon_deg: float = Field(ge=-180, le=180, examples=[11.57])
    speed_mps: float | None = Field(None, ge=0, le=200, examples=[0.2])


class PairIn(BaseModel):
    """The token of the QR code."""

    token: str = Field(min_length=1, max_length=200, examples=["3q2-8f…"])


def events_out(events: Iterable[Event]) -> list[EventOut]:
    """Events as they go over the wire."""
    return [EventOut(**asdict(event)) for event in events]


def state_out(snapshot: Snapshot) -> StateOut:
    """A snapshot's ride."""
    state = snapshot.state
    return StateOut(
        open_stop=state.open_stop,
        next_stop=snapshot.next_stop,
        closed=sorted(state.closed),
        taken=sorted(state.taken),
        astray=sorted(state.astray),
    )


def route_out(route: Route, *, van_camera: bool, stale_s: float) -> RouteOut:
    """The route without names."""
    stops = [
        StopOut(
            id=stop.id,
            address=stop.address,
            window=stop.window,
            items=[
                ItemOut(key=i.key, id=i.name, sort_code=i.sort_code) for i in stop.items
            ],
        )
        for stop in route
    ]
    return RouteOut(stops=stops, van_camera=van_camera, stale_s=stale_s)


def message(kind: str, **fields: object) -> dict[str, Any]:
    """A message of the WebSocket, version 1."""
    return {"type": kind, "v": 1, **fields}
