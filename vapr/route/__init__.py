"""The route and what its barcodes may say. No pixels here."""

from vapr.route.codes import normalise
from vapr.route.index import Hit, RouteIndex
from vapr.route.keys import Key
from vapr.route.payloads import LabelCode, label_codes
from vapr.route.route import Route, Stop

__all__ = [
    "Hit",
    "Key",
    "LabelCode",
    "Route",
    "RouteIndex",
    "Stop",
    "label_codes",
    "normalise",
]
