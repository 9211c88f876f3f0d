"""Everything a served ride needs, from what the command line was told."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import uvicorn

from vapr.errors import UsageError
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.serve.app import create_app
from vapr.serve.cameras import steady_clock, van_camera
from vapr.serve.pairing import load_token, own_address, pairing_url, show_qr
from vapr.serve.settings import LOOPBACK, ServeSettings
from vapr.serve.tls import load_certificate
from vapr.session import RideSettings, Session


@dataclass(frozen=True, slots=True)
class Plan:
    """Where and how to serve.

    Attributes:
        host: address to listen on; anything but loopback needs the token.
        port: TCP port; 0 takes a free one.
        names: further names it is called by.
        tls: serve https.
        cert: certificate and key files; None makes them.
        state: folder of the token, the certificate and the journal.
        camera: the van's own, if it has one.
        stop: the stop to open.
    """

    state: Path
    host: str = "127.0.0.1"
    port: int = 8714
    names: tuple[str, ...] = ()
    tls: bool = False
    cert: tuple[Path, Path] | None = None
    camera: str | None = None
    stop: str | None = None

    @property
    def wide(self) -> bool:
        """Whether other machines can reach it."""
        return self.host not in {"localhost", "127.0.0.1", "::1"}

    @property
    def shown_host(self) -> str:
        """The name or address to go to."""
        if self.names:
            return self.names[0]
        return own_address() if self.host in {"0.0.0.0", "::"} else self.host

    @property
    def hosts(self) -> frozenset[str]:
        """All names it answers to."""
        own = {_bracketed(n.lower()) for n in (*self.names, self.shown_host)}
        return LOOPBACK | own


def serve_ride(
    pipeline: Pipeline, route: Route, ride: RideSettings, plan: Plan
) -> None:
    """Serve until interrupted.

    Raises:
        UsageError: the port is taken, or the state folder cannot be written.
        InputError: the journal there cannot be used.
    """
    clock = steady_clock()
    _make_folder(plan.state)
    token = load_token(plan.state) if plan.wide else None
    files = _certificate(plan, clock())
    settings = ServeSettings(
        plan.hosts, token, stale_s=ride.stale_s, camera=plan.camera is not None
    )
    session = Session(
        pipeline, route, settings=ride, journal=plan.state / "ride.sqlite"
    )
    if plan.stop is not None:
        session.open_stop(plan.stop, clock())
    starters = () if plan.camera is None else (van_camera(plan.camera),)
    app = create_app(session, pipeline, clock, settings, starters)
    config = uvicorn.Config(
        app,
        host=plan.host,
        port=plan.port,
        access_log=False,
        log_level="warning",
        ws_max_size=settings.max_upload_bytes,
        ssl_certfile=files[0] if files else None,
        ssl_keyfile=files[1] if files else None,
        timeout_graceful_shutdown=2,
    )
    _listen(config, plan, token)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from error


def _listen(config: uvicorn.Config, plan: Plan, token: str | None) -> None:
    try:
        listener = config.bind_socket()
    except (OSError, SystemExit) as error:
        raise UsageError(
            f"{plan.host}:{plan.port} cannot be listened on; another --port?"
        ) from error
    port = listener.getsockname()[1]
    scheme = "https" if config.ssl_certfile else "http"
    url = f"{scheme}://{_bracketed(plan.shown_host)}:{port}"
    announce(pairing_url(url, token), sys.stderr, qr=plan.wide)
    uvicorn.Server(config).run(sockets=[listener])


def announce(url: str, out: TextIO, *, qr: bool) -> None:
    """Say where the page is, and show it as a QR code to a phone."""
    out.write(f"The driver's page: {url}\n")
    if qr:
        show_qr(url, out)
        if url.startswith("http:"):
            out.write("Phones give their camera to https only: add --tls.\n")
    out.flush()


def _certificate(plan: Plan, now_s: float) -> tuple[Path, Path] | None:
    if plan.cert is not None:
        missing = [path.name for path in plan.cert if not path.exists()]
        if missing:
            raise UsageError(f"no such file: {', '.join(missing)}")
        return plan.cert
    return load_certificate(plan.state, plan.hosts, now_s) if plan.tls else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
