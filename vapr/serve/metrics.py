"""What a dispatcher's monitoring may know: counts and times, never which parcel."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from vapr.serve.worker import Snapshot

_LOOKS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """Counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        told = "Frames by what became of them."
        self.frames = Counter("vapr_frames", told, ["outcome"], registry=own)
        told = "Time spent on a frame."
        self.looks = Histogram("vapr_look_seconds", told, registry=own, buckets=_LOOKS)
        told = "Events of the ride."
        self.events = Counter("vapr_events", told, ["kind"], registry=own)
        told = "Requests by status."
        self.requests = Counter("vapr_requests", told, ["status"], registry=own)
        self.readers = Gauge("vapr_readers", "Open WebSockets.", registry=own)
        told = "Age of the newest frame."
        self.age = Gauge("vapr_frame_age_seconds", told, registry=own)

    def count_frame(self, outcome: str, seconds: float) -> None:
        """A frame was looked at, overtaken or refused."""
        self.frames.labels(outcome).inc()
        if outcome == "looked":
            self.looks.observe(seconds)

    def count_events(self, snapshot: Snapshot) -> None:
        """What happened on the ride."""
        for event in snapshot.events:
            self.events.labels(event.kind).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)
