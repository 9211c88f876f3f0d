"""JSON manifests as tables, whichever program wrote them.

Onfleet tasks, Spoke stops, Route4Me addresses, VROOM solutions, GeoJSON, and plain
arrays or lines of objects. Each stop becomes a row; nested names become paths
("destination.address.street"), which `headers.py` knows as it knows the headers of a
CSV. Lists of numbers share a cell, one a line.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vapr.errors import ManifestError
from vapr.route.headers import field_of
from vapr.route.numbers import numbers_in_text
from vapr.route.report import Finding
from vapr.route.tables import Table

Json = Any  # what json.loads gives
Flat = dict[str, str]

_LIST_NAMES = ("stops", "tasks", "addresses", "orders", "deliveries", "items", "data")
_ROUTE_NAMES = ("routes", "vehicles", "drivers", "plans", "tours", "itineraries")
_BARE_NAMES = ("data", "value", "code", "number", "text", "id")
_PLACES = ("location", "coordinates", "position", "lnglat", "coord")
_DEEPEST = 4
_VROOM_STOPS = ("job", "delivery", "pickup")


def read_json_table(text: str, encoding: str, name: str) -> Table:
    """The stops of a JSON file, one row each.

    Raises:
        ManifestError: no JSON, or none with a list of stops in it.
    """
    content = _parse(text.lstrip("\ufeff"), name)
    findings: list[Finding] = []
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        kind, entries = "GeoJSON", _geojson(content, findings)
    elif isinstance(content, dict) and _is_vroom(content):
        kind, entries = "VROOM solution", _vroom(content)
    else:
        kind, entries = "JSON", _listed(content, name)
    rows = [(at, _flatten(entry)) for at, entry in entries]
    if not rows:
        raise ManifestError(f"{name}: the {kind} holds no stops")
    header = list(dict.fromkeys(key for _, flat in rows for key in flat))
    return Table(
        [[flat.get(key, "") for key in header] for _, flat in rows],
        [at for at, _ in rows],
        kind,
        unit="entry",
        encoding=encoding,
        header=header,
        findings=tuple(findings),
    )


def _parse(text: str, name: str) -> Json:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ManifestError(f"{name}: JSON nested too deeply") from error
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines if len(lines) > 1] or _fail(
                error
            )
        except (ValueError, RecursionError):
            raise ManifestError(f"{name} is damaged JSON: {error}") from error


def _fail(error: ValueError) -> Json:
    raise error


def _geojson(
    content: Mapping[str, Json], found: list[Finding]
) -> list[tuple[int, Json]]:
    """The points of a feature collection; lines and areas are set aside."""
    entries = []
    for at, feature in enumerate(_dicts(content.get("features")), 1):
        geometry = feature.get("geometry")
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind not in (None, "Point"):
            said = f"a {kind}, not a point: no stop"
            found.append(Finding("noted", "no_point", (at,), said))
            continue
        properties = feature.get("properties")
        entry = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(geometry, dict):
            entry["location"] = geometry.get("coordinates")
        entries.append((at, entry))
    return entries


def _is_vroom(content: Mapping[str, Json]) -> bool:
    routes = _dicts(content.get("routes"))
    return bool(routes) and any("steps" in route for route in routes)


def _vroom(content: Mapping[str, Json]) -> list[tuple[int, Json]]:
    """The steps of every route, in their order; numbers stand in the descriptions."""
    entries: list[tuple[int, Json]] = []
    at = 0
    for route in _dicts(content.get("routes")):
        stop = 0
        for step in _dicts(route.get("steps")):
            at += 1
            place = step.get("type") in _VROOM_STOPS
            stop += place
            said = str(step.get("description") or "")
            entry = {
                "stop": stop if place else 0,
                "type": step.get("type"),
                "route": route.get("vehicle"),
                "location": step.get("location"),
                "tracking": [n.tracking for n in numbers_in_text(said, bare=True)],
                "recipient": _words(said),
            }
            entries.append((at, entry))
    return entries


def _words(text: str) -> str:
    """The part of a description that is no number: whose it is."""
    parts = (part.strip() for part in text.split("|"))
    return next(
        (part for part in parts if part and not numbers_in_text(part, bare=True)), ""
    )


def _listed(content: Json, name: str) -> list[tuple[int, Json]]:
    """The longest list of objects in it, those with a telling name first."""
    lists = [
        (key in _LIST_NAMES, len(entries), -depth, entries)
        for depth, key, entries in _object_lists(content)
    ]
    if not lists:
        raise ManifestError(
            f"{name}: no list of stops in this JSON; wanted is an array of objects, "
            "one a stop or a parcel"
        )
    entries = max(lists, key=lambda found: found[:3])[3]
    return [(at, e) for at, e in enumerate(entries, 1) if isinstance(e, dict)]


def _object_lists(
    content: Json, key: str = "", depth: int = 0
) -> Iterator[tuple[int, str, list[Json]]]:
    if isinstance(content, list):
        if content and sum(isinstance(e, dict) for e in content) > len(content) // 2:
            yield depth, key, content
        if key.lower() in _ROUTE_NAMES:
            yield from _of_routes(_dicts(content), depth + 1)
    elif isinstance(content, dict) and depth < _DEEPEST:
        for name, value in content.items():
            yield from _object_lists(value, name, depth + 1)


def _of_routes(
    routes: list[Mapping[str, Json]], depth: int
) -> Iterator[tuple[int, str, list[Json]]]:
    """The stops of several vans in one list, each with the name of its van."""
    for name in _LIST_NAMES:
        entries: list[Json] = []
        for number, route in enumerate(routes, 1):
            label = next((route[k] for k in ("name", "id") if route.get(k)), number)
            said = {"route": label} if len(routes) > 1 else {}
            entries += [{**said, **stop} for stop in _dicts(route.get(name))]
        if entries:
            yield depth, name, entries


def _dicts(value: Json) -> list[Mapping[str, Json]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _flatten(entry: Mapping[str, Json]) -> Flat:
    flat: Flat = {}
    for key, value in entry.items():
        _put(flat, str(key), value, 0)
    return {key: value for key, value in flat.items() if value}


def _put(flat: Flat, path: str, value: Json, depth: int) -> None:
    """One value under its path: as a cell, or as several with longer paths."""
    if depth > _DEEPEST or value is None:
        return
    last = path.rsplit(".", 1)[-1].lower()
    pair = _pair(value)
    if pair and last in _PLACES:
        flat["longitude"], flat["latitude"] = pair
    elif pair and last in ("tw", "time_window", "timewindow"):
        flat["window start"], flat["window end"] = pair
    elif isinstance(value, dict):
        _put_object(flat, path, value, depth)
    elif isinstance(value, list):
        _put_list(flat, path, value, depth)
    else:
        flat[path] = _scalar(value)


def _put_object(flat: Flat, path: str, value: Mapping[str, Json], depth: int) -> None:
    if "hour" in value and "minute" in value:
        flat[path] = f"{_scalar(value['hour'])}:{_scalar(value['minute']).zfill(2)}"
        return
    for key, inner in value.items():
        _put(flat, f"{path}.{key}", inner, depth + 1)


def _put_list(flat: Flat, path: str, values: list[Json], depth: int) -> None:
    objects = _dicts(values)
    if not objects:
        flat[path] = "\n".join(_scalar(v) for v in values if not isinstance(v, list))
    elif all("name" in o and "value" in o for o in objects):
        for o in objects:  # Onfleet's metadata
            flat[str(o["name"])] = _scalar(o["value"])
    elif any(parcels := [_numbers_of(o, _names_parcels(path)) for o in objects]):
        flat[f"{path}.tracking"] = "\n".join(n for found in parcels for n in found)
        count = sum(max(len(found), 1) for found in parcels)
        flat[f"{path}.package count"] = str(count)
    else:
        _put(flat, path, objects[0], depth + 1)


def _numbers_of(parcel: Mapping[str, Json], known: bool, depth: int = 0) -> list[str]:
    """The tracking number of a parcel; of an order, those of the parcels in it.

    Where the list is `known` to hold parcels, a bare "id" or "value" will do.
    """
    texts = {key: value for key, value in parcel.items() if _is_text(value)}
    named = [key for key in texts if _names_parcels(key, ("tracking",))]
    named += [key for key in _BARE_NAMES if key in texts and known]
    if named:
        return [_scalar(texts[named[0]])]
    found: list[str] = []
    for key, value in parcel.items() if depth < _DEEPEST else ():
        for inner in [value] if isinstance(value, dict) else _dicts(value):
            found += _numbers_of(inner, _names_parcels(key), depth + 1)
    return found


def _names_parcels(name: str, fields: tuple[str, ...] = ("tracking", "count")) -> bool:
    known = field_of(name)
    return known is not None and known[1] and known[0] in fields


def _pair(value: Json) -> tuple[str, str] | None:
    """Two plain values: [lon, lat] or [start, end]; also [[start, end]]."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list) and len(value) in (2, 3) and all(map(_is_text, value)):
        return _scalar(value[0]), _scalar(value[1])
    return None


def _is_text(value: Json) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _scalar(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return "" if value is None or isinstance(value, dict) else str(value)
