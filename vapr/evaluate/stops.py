"""One reading, decided for every stop it could matter to.

What a picture says of its labels depends on the route, never on the stop that is
open: finding and reading are not told of it. So a picture is read once and decided
anew: as many picks as there are identified parcels, each with its own stop open, and
as many leaves, each with another one open. Deciding for the stops that no parcel
could belong to would give the same leaves again and no pick.
"""

from collections.abc import Iterator
from dataclasses import replace

from vapr.evaluate.truth import Truth
from vapr.match import decide
from vapr.route import Route
from vapr.types import Parcel, Scene


def each_stop(scene: Scene, truth: Truth, route: Route) -> Iterator[Scene]:
    """The scene as it would be with each stop open that makes a difference.

    The stop of the truth file comes first, then those of items that parcels could be;
    last one that no parcel belongs to. Parcels that are only remembered stay out.
    """
    read = tuple(_undecided(p) for p in scene.parcels if p.box is not None)
    first = decide(read, route, truth.stop)
    yield replace(scene, parcels=first, stop=truth.stop)
    stop_of = {item.name: item.stop for item in route.items}
    named = [p.id for p in first] + [name for p in first for name, _ in p.candidates]
    stops = dict.fromkeys(stop_of.get(name or "") for name in named)
    other = next((s.id for s in route if s.id not in {*stops, truth.stop}), None)
    for stop in (*stops, other):
        if stop is not None and stop != truth.stop:
            yield replace(scene, parcels=decide(read, route, stop), stop=stop)


def decoded_only(scene: Scene) -> Scene:
    """The scene without what was identified from afar: decoded barcodes only."""
    parcels = tuple(
        replace(p, evidence=tuple(c for c in p.evidence if c.kind == "barcode"))
        for p in scene.parcels
    )
    return replace(scene, parcels=parcels)


def _undecided(parcel: Parcel) -> Parcel:
    return replace(
        parcel,
        verdict="unknown",
        key=None,
        id=None,
        stop=None,
        confidence=0.0,
        id_confidence=0.0,
        candidates=(),
        foreign=False,
        reason=None,
    )
