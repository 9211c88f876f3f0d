"""A manifest, as some dispatcher exported it, becomes a `Route`."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from vapr.errors import ManifestError
from vapr.route.route import Route, Stop
from vapr.types import Item


def load_route(path: str | Path, columns: Mapping[str, str] | None = None) -> Route:
    """The route of a manifest file.

    Raises:
        ManifestError: the file cannot be read or understood.
    """
    names = {
        field: field for field in ("stop", "recipient", "address", "sort_code")
    } | {"tracking": "tracking_number"}
    names |= dict(columns or {})
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{Path(path).name} cannot be read: {error}") from error
    table = csv.DictReader(io.StringIO(text))
    missing = {names["stop"], names["tracking"]} - set(table.fieldnames or ())
    if missing:
        raise ManifestError(f"{Path(path).name}: no column {', '.join(missing)}")
    stops: dict[str, list[Item]] = {}
    for row, cells in enumerate(table, 2):
        stop, number = cells[names["stop"]], cells[names["tracking"]]
        items = stops.setdefault(stop, [])
        item = Item(
            key=number.strip().upper(),
            stop=stop,
            tracking=number.strip(),
            recipient=cells.get(names["recipient"]) or "",
            address=cells.get(names["address"]) or "",
            sort_code=cells.get(names["sort_code"]) or "",
            row=row,
        )
        items.append(item)
    return Route(tuple(Stop(key, tuple(items)) for key, items in stops.items()))
