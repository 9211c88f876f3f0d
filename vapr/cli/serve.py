"""`vapr serve`: one ride, its page and its service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from vapr.cli.routes import load_route
from vapr.errors import MissingExtraError, UsageError
from vapr.pipeline import Pipeline
from vapr.session import RideSettings, load_areas

_NEEDED = (
    *("cryptography", "fastapi", "uvicorn", "multipart"),
    *("prometheus_client", "segno"),
)


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `vapr serve` was asked for."""

    manifest: Path
    state: Path
    stop: str | None = None
    camera: str | None = None
    host: str = "127.0.0.1"
    port: int = 8714
    names: tuple[str, ...] = ()
    tls: bool = False
    cert: Path | None = None
    key: Path | None = None
    model: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    areas: Path | None = None


def run_serve(options: ServeOptions) -> int:
    """Run the command until it is interrupted.

    Raises:
        MissingExtraError: `vapr[serve]` is not installed.
        UsageError: only one of --cert and --key, no such stop, or the port is taken.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("vapr serve", "serve")
    from vapr.serve.run import Plan, serve_ride

    if (options.cert is None) != (options.key is None):
        raise UsageError("--cert and --key go together")
    files = None
    if options.cert is not None and options.key is not None:
        files = (options.cert, options.key)
    route = load_route(options.manifest, options.columns)
    stop = None if options.stop is None else route.stop(options.stop).id
    areas = load_areas(options.areas) if options.areas else ()
    ride = RideSettings(areas=areas, background=True, reads_per_look=2)
    plan = Plan(
        state=options.state,
        host=options.host,
        port=options.port,
        names=options.names,
        tls=options.tls,
        cert=files,
        camera=options.camera,
        stop=stop,
    )
    pipeline = Pipeline.load(options.model, options.classes or None)
    serve_ride(pipeline, route, ride, plan)
    return 0
