"""The route and what its barcodes may say. No pixels here."""

from vapr.route.route import Route, Stop

__all__ = ["Route", "Stop"]
