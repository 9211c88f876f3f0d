"""A ride being served, for tests that come over the network."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI

from tests.van_film import ROUTE, Film
from vapr.pipeline import Pipeline
from vapr.serve import Frame, ServeSettings, create_app
from vapr.serve.ride import Ride
from vapr.session import RideSettings, Session
from vapr.types import Image


class Van:
    """A film as the van's own camera; `filming` False: it gives no more frames."""

    def __init__(self, film: Film) -> None:
        self.film, self.filming = film, True

    def start(self, ride: Ride) -> Callable[[], None]:
        """Film until the returned function is called."""
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(0.1):
                if self.filming:
                    load = _loaded(self.film.picture())
                    ride.worker.offer(Frame(load, ride.clock(), "van"))

        thread = threading.Thread(target=run)
        thread.start()

        def end() -> None:
            ended.set()
            thread.join()

        return end


def _loaded(picture: Image) -> Callable[[], Image]:
    return lambda: picture


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An app on a free port of this machine; its address."""
    config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1)
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        sleep(0.02)
    try:
        yield f"localhost:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def served_van(film: Film, van: Van | None) -> Iterator[tuple[str, Session]]:
    """A made van's ride with stop 14 open, as `vapr serve` has it; and its session."""
    settings = RideSettings(background=True, reads_per_look=2)
    session = Session(film, ROUTE, settings=settings)
    session.open_stop("14", monotonic())
    starters = () if van is None else (van.start,)
    told = ServeSettings(camera=van is not None)
    app = create_app(session, Pipeline(lambda image: []), monotonic, told, starters)
    with served(app) as address:
        yield address, session
