"""vapr: which parcels of this van belong to this stop?

    import vapr

    route = vapr.Route.load("route.csv")
    pipeline = vapr.Pipeline.load()
    scene = pipeline(image, route, stop="14")     # image: BGR uint8 (H, W, 3)
    picture = vapr.draw(image, scene)

What is public is what this module lists. Names are imported when first used, so that
`import vapr` and `vapr --help` stay light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vapr.errors import (
        CameraError,
        InputError,
        ManifestError,
        MissingExtraError,
        ModelError,
        PictureError,
        UsageError,
        VaprError,
    )
    from vapr.media import open_picture
    from vapr.pipeline import Pipeline
    from vapr.read import read_label
    from vapr.render import draw
    from vapr.route import Key, Route, Stop, normalise
    from vapr.session import RideSettings, Session
    from vapr.types import (
        Checklist,
        Detection,
        Evidence,
        Item,
        Label,
        Parcel,
        Scene,
    )
    from vapr.wire import to_json

_HOME = {
    "CameraError": "errors",
    "Checklist": "types",
    "Detection": "types",
    "Evidence": "types",
    "InputError": "errors",
    "Item": "types",
    "Key": "route",
    "Label": "types",
    "ManifestError": "errors",
    "MissingExtraError": "errors",
    "ModelError": "errors",
    "Parcel": "types",
    "PictureError": "errors",
    "Pipeline": "pipeline",
    "RideSettings": "session",
    "Route": "route",
    "Scene": "types",
    "Session": "session",
    "Stop": "route",
    "UsageError": "errors",
    "VaprError": "errors",
    "draw": "render",
    "normalise": "route",
    "open_picture": "media",
    "read_label": "read",
    "to_json": "wire",
}

__all__ = [
    "CameraError",
    "Checklist",
    "Detection",
    "Evidence",
    "InputError",
    "Item",
    "Key",
    "Label",
    "ManifestError",
    "MissingExtraError",
    "ModelError",
    "Parcel",
    "PictureError",
    "Pipeline",
    "RideSettings",
    "Route",
    "Scene",
    "Session",
    "Stop",
    "UsageError",
    "VaprError",
    "draw",
    "normalise",
    "open_picture",
    "read_label",
    "to_json",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  the type is the name's own
    if name not in _HOME:
        raise AttributeError(f"module 'vapr' has no attribute {name!r}")
    return getattr(import_module(f"vapr.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
