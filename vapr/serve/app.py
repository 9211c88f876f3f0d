"""The service as an ASGI app."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from vapr.pipeline import Pipeline
from vapr.serve.deeds import deeds_router
from vapr.serve.guard import Guard
from vapr.serve.live import live_router
from vapr.serve.looks import looks_router
from vapr.serve.meta import meta_router
from vapr.serve.problems import Problem, add_handlers
from vapr.serve.ride import Ride
from vapr.serve.settings import ServeSettings
from vapr.serve.worker import Clock
from vapr.session import Session

_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}
Starter = Callable[[Ride], Callable[[], None]]
_ABOUT = """One ride of a delivery van: which parcels belong to this stop.

Every refusal is a problem body (RFC 9457) with a `code`. `GET /v1/ws` is a WebSocket
of versioned messages: `scene` (acknowledge each with `{"type": "ack", "v": 1, "n": n}`
to get the next, always the newest), `events`, `state`, `beat`, `error`; send
`{"type": "frame", "v": 1, "name": "…"}` and then a JPEG to be the ride's camera.
"""


def create_app(
    session: Session,
    pipeline: Pipeline,
    clock: Clock,
    settings: ServeSettings | None = None,
    starters: tuple[Starter, ...] = (),
) -> FastAPI:
    """The service around a ride: run it with any ASGI server, one process.

    Args:
        session: the ride; nobody else may call it from now on.
        pipeline: for `POST /v1/locate`.
        clock: seconds, never going back.
        settings: who may call, and how much.
        starters: called with the ride when serving begins; each returns what ends it.
    """
    settings = settings or ServeSettings()
    ride = Ride(session, pipeline, settings, clock)

    @asynccontextmanager
    async def serving(app: FastAPI) -> AsyncIterator[None]:
        ride.start()
        enders = [start(ride) for start in starters]
        yield
        for end in enders:
            end()
        ride.worker.stop()
        session.close()

    app = FastAPI(
        title="vapr",
        version=_version(),
        description=_ABOUT,
        lifespan=serving,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name.strip("_"),
    )
    _assemble(app, ride)
    return app


def _assemble(app: FastAPI, ride: Ride) -> None:
    for make in (looks_router, deeds_router, live_router, meta_router):
        app.include_router(make(ride))
    add_handlers(app)

    @app.middleware("http")
    async def _count(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        ride.metrics.requests.labels(str(response.status_code)).inc()
        return response

    app.add_middleware(Guard, settings=ride.settings)
    _add_page(app)
    _describe_problems(app)


def _add_page(app: FastAPI) -> None:
    """The page's files by name: mounted at the root they would hide every 405."""
    folder = Path(str(files("vapr.serve") / "page"))
    paths = {path.name: path for path in folder.iterdir() if path.is_file()}

    @app.get("/", include_in_schema=False)
    async def _page() -> FileResponse:
        return FileResponse(paths["index.html"])

    @app.get("/{name}", include_in_schema=False)
    async def _file(name: str) -> FileResponse:
        if name not in paths:
            raise HTTPException(404)
        return FileResponse(paths[name], media_type=_TYPES.get(paths[name].suffix))


def _describe_problems(app: FastAPI) -> None:
    """FastAPI puts models into the schema that it finds itself: add ours."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        schema = make()
        models = schema["components"]["schemas"]
        models["Problem"] = Problem.model_json_schema()
        for name in ("Body_locate", "Body_look"):
            _describe_files(models[name]["properties"])
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_files(fields: dict[str, Any]) -> None:
    """Uploads in the words that makers of clients know."""
    for name in {"picture", "manifest"} & fields.keys():
        said = fields[name].get("description", "")
        fields[name] = {"type": "string", "format": "binary", "description": said}


def _version() -> str:
    from importlib.metadata import version

    return version("vapr")
