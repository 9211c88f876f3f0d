"""One ride as a service: the driver's page, HTTP and WebSocket around a Session."""

from vapr.serve.app import create_app
from vapr.serve.settings import ServeSettings
from vapr.serve.worker import Frame, RideWorker

__all__ = ["Frame", "RideWorker", "ServeSettings", "create_app"]
