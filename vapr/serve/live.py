"""The WebSocket: scenes and events out; frames, acknowledgements and deeds in."""

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from vapr.errors import VaprError
from vapr.media import open_picture
from vapr.serve.hub import Reader
from vapr.serve.ride import Ride
from vapr.serve.schemas import message
from vapr.serve.worker import Frame
from vapr.types import Image, Scene

BEAT_S = 1.0
_numbers = count(1)


class HelloIn(BaseModel):
    """What this reader wants: pictures, and the events after `after`."""

    type: Literal["hello"]
    v: Literal[1]
    pictures: bool = False
    after: int | None = Field(None, ge=0)


class AckIn(BaseModel):
    """Scene `n` has arrived: the next one may come."""

    type: Literal["ack"]
    v: Literal[1]
    n: int = Field(ge=0)


class FrameIn(BaseModel):
    """The next binary message is a picture, taken just now, of this name."""

    type: Literal["frame"]
    v: Literal[1]
    name: str = Field("", max_length=100)


_MESSAGE: TypeAdapter[HelloIn | AckIn | FrameIn] = TypeAdapter(
    Annotated[HelloIn | AckIn | FrameIn, Field(discriminator="type")]
)


class Connection:
    """One reader of the ride, which may be its camera as well."""

    def __init__(self, socket: WebSocket, ride: Ride) -> None:
        self._socket, self._ride = socket, ride
        self._reader = Reader(seq=ride.last_seq)
        self._camera = f"page-{next(_numbers)}"
        self._name = ""
        self._refusals: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Until either side goes."""
        hub, reader = self._ride.hub, self._reader
        hub.readers.add(reader)
        self._ride.metrics.readers.inc()
        sender = asyncio.create_task(self._send())
        sender.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await self._receive()
        finally:
            sender.cancel()
            hub.readers.discard(reader)
            self._ride.metrics.readers.dec()
            self._want_pictures(False)

    async def _send(self) -> None:
        reader = self._reader
        while True:
            reader.wake.clear()
            parts = [json.dumps(refusal) for refusal in self._refusals]
            self._refusals.clear()
            for part in [*parts, *self._ride.hub.next_for(reader)]:
                await self._send_one(part)
            try:
                await asyncio.wait_for(reader.wake.wait(), BEAT_S)
            except TimeoutError:
                beat = message("beat", **self._ride.hub.freshness())
                await self._send_one(json.dumps(beat))

    async def _send_one(self, part: str | bytes) -> None:
        if isinstance(part, bytes):
            await self._socket.send_bytes(part)
        else:
            await self._socket.send_text(part)

    async def _receive(self) -> None:
        while True:
            got = await self._socket.receive()
            if got["type"] == "websocket.disconnect":
                return
            if got.get("bytes") is not None:
                self._take_picture(got["bytes"])
            else:
                self._take_message(got.get("text") or "")

    def _take_message(self, text: str) -> None:
        try:
            said = _MESSAGE.validate_json(text)
        except ValidationError:
            self._refuse("invalid_message", "no message of version 1 is of this form")
            return
        if isinstance(said, HelloIn):
            self._want_pictures(said.pictures)
            if said.after is not None:
                self._catch_up(said.after)
        elif isinstance(said, AckIn):
            self._reader.acked = max(self._reader.acked, said.n)
        else:
            self._name = said.name
        self._reader.wake.set()

    def _catch_up(self, after: int) -> None:
        """Events may be too many for the hub to keep: REST has them all."""
        if not self._ride.hub.resume(self._reader, after):
            self._refuse("gap", "ask GET /v1/events for the events in between")

    def _take_picture(self, data: bytes) -> None:
        ride, name = self._ride, self._name
        try:
            frame = Frame(opener(data, ride), ride.clock(), self._camera, name)
            future = ride.worker.offer(frame)
        except VaprError as error:
            self._refuse(error.code, str(error))
            return
        told = asyncio.wrap_future(future)
        told.add_done_callback(self._frame_done)

    def _frame_done(self, told: "asyncio.Future[Scene]") -> None:
        error = None if told.cancelled() else told.exception()
        if isinstance(error, VaprError) and error.code != "superseded":
            self._refuse(error.code, str(error))

    def _refuse(self, code: str, detail: str) -> None:
        if len(self._refusals) < 20:
            self._refusals.append(
                message("error", code=code, detail=detail, frame=self._name)
            )
        self._reader.wake.set()

    def _want_pictures(self, wanted: bool) -> None:
        worker, reader = self._ride.worker, self._reader
        worker.pictures_wanted += int(wanted) - int(reader.pictures)
        reader.pictures = wanted


def opener(data: bytes, ride: Ride) -> Callable[[], Image]:
    """Opens the picture when, and only if, its turn comes."""
    return lambda: open_picture(data, ride.settings.max_pixels)


def live_router(ride: Ride) -> APIRouter:
    """`/v1/ws`."""
    router = APIRouter()

    @router.websocket("/v1/ws")
    async def _live(socket: WebSocket) -> None:
        await socket.accept()
        await Connection(socket, ride).run()

    return router
