"""What the endpoints share: the worker, what it last told, and the settings."""

import asyncio
from collections.abc import Callable

from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.serve.hub import Hub
from vapr.serve.metrics import Metrics
from vapr.serve.settings import ServeSettings
from vapr.serve.worker import Clock, RideWorker, Snapshot
from vapr.session import Event, Session


class Ride:
    """One ride being served.

    Args:
        session: the ride; from now on called by its worker only.
        pipeline: for pictures that have nothing to do with the ride.
        settings: of the service.
        clock: see `RideWorker`.
    """

    def __init__(
        self,
        session: Session,
        pipeline: Pipeline,
        settings: ServeSettings,
        clock: Clock,
    ) -> None:
        self.pipeline, self.settings, self.clock = pipeline, settings, clock
        self.metrics = Metrics()
        self.worker = RideWorker(session, clock, self.metrics.count_frame)
        first, past = self.worker.snapshot, session.events()
        self.hub = Hub(first, past, clock, settings.stale_s)
        self.worker.listen(self.metrics.count_events)

    @property
    def route(self) -> Route:
        """The ride's route."""
        return self.worker.session.route

    @property
    def last_seq(self) -> int:
        """Of the newest event."""
        return self.worker.last_seq

    def start(self) -> None:
        """Begin; on the event loop that serves."""
        loop = asyncio.get_running_loop()

        def hand_over(snapshot: Snapshot) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.hub.publish, snapshot)

        self.worker.listen(hand_over)
        self.worker.start()

    async def do(
        self, deed: Callable[[Session, float], tuple[Event, ...]]
    ) -> tuple[Event, ...]:
        """Do something to the ride; what was accepted is on disk when this returns."""
        return await asyncio.wrap_future(self.worker.do(deed))
