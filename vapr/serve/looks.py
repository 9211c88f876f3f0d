"""Pictures in, scenes out."""

import asyncio
from base64 import b64encode
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from vapr.media import encode_jpeg, open_picture
from vapr.render import draw
from vapr.route.manifest import read_manifest
from vapr.serve.live import opener
from vapr.serve.problems import describe
from vapr.serve.ride import Ride
from vapr.serve.schemas import LocateOut, LookOut
from vapr.serve.worker import Frame
from vapr.wire import to_json

Picture = Annotated[
    UploadFile, File(description="JPEG, PNG, WebP, BMP or TIFF, as a camera made it")
]
ManifestFile = Annotated[
    UploadFile | None,
    File(description="Any export of a route; left out: the ride's own"),
]
StopId = Annotated[
    str | None,
    Form(
        max_length=200,
        description="Left out: the ride's open stop, else the first",
        examples=["14"],
    ),
]
Overlay = Annotated[bool, Form(description="The marked picture as well")]
_ERRORS = describe(400, 401, 403, 409, 413, 415, 422, 429)


def looks_router(ride: Ride) -> APIRouter:
    """`/v1/locate`, `/v1/ride/look` and `/v1/ride/scene`."""
    router = APIRouter(responses=_ERRORS)

    @router.post("/v1/locate", tags=["pictures"], summary="One picture, by itself")
    async def _locate(
        picture: Picture,
        manifest: ManifestFile = None,
        stop: StopId = None,
        overlay: Overlay = False,
    ) -> LocateOut:
        data = await picture.read()
        export = None if manifest is None else await manifest.read()
        name = "manifest" if manifest is None else manifest.filename or "manifest"
        ask = partial(_locate_one, ride, data, (export, name), stop, overlay)
        return await asyncio.wrap_future(ride.worker.compute(ask))

    @router.post("/v1/ride/look", tags=["ride"], summary="The next frame of the ride")
    async def _look(picture: Picture) -> LookOut:
        data = await picture.read()
        name = (picture.filename or "")[:100]
        frame = Frame(opener(data, ride), ride.clock(), "http", name, wait=True)
        await asyncio.wrap_future(ride.worker.offer(frame))
        return _newest(ride)

    @router.get("/v1/ride/scene", tags=["ride"], summary="The newest scene")
    async def _scene() -> LookOut:
        return _newest(ride)

    return router


def _newest(ride: Ride) -> LookOut:
    scene = to_json(ride.hub.newest.scene)
    return LookOut.model_validate({**ride.hub.freshness(), "scene": scene})


def _locate_one(
    ride: Ride,
    data: bytes,
    manifest: tuple[bytes | None, str],
    stop: str | None,
    overlay: bool,
) -> LocateOut:
    export, name = manifest
    route, taken = ride.route, ride.worker.session.state.taken
    if export is not None:
        route, taken = read_manifest(export, name).route, frozenset()
    elif stop is None:
        stop = ride.worker.session.state.open_stop
    image = open_picture(data, ride.settings.max_pixels)
    scene = ride.pipeline(image, route, stop, taken=taken)
    marked = draw(image, scene, route) if overlay else None
    text = None if marked is None else b64encode(encode_jpeg(marked)).decode()
    return LocateOut.model_validate({"scene": to_json(scene), "overlay": text})
