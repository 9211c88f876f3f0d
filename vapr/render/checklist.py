"""What the panel says of the open stop, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vapr.render.text import drawable, short_name
from vapr.route.route import Route
from vapr.types import Scene

RowKind = Literal["found", "missing", "check", "foreign"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel: a word, then parts of which as many are shown as fit."""

    kind: RowKind
    lead: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.lead} {' · '.join(self.parts)}".strip()


def caption(scene: Scene) -> str:
    """Which stop this is about."""
    stop = scene.checklist.stop
    return "No open stop" if stop is None else f"Stop {drawable(stop)}"


def count(scene: Scene) -> str:
    """The one number a driver looks for first."""
    checklist = scene.checklist
    if checklist.stop is None:
        seen = sum(parcel.box is not None for parcel in scene)
        return f"{seen} seen"
    if not checklist.expected:
        return "nothing to take"
    return f"{len(checklist.found)} of {checklist.expected} found"


def checklist_rows(scene: Scene, route: Route | None = None) -> list[Row]:
    """At most three rows: what was found, what is missing, what else to know."""
    checklist = scene.checklist
    hints = _hints(scene)
    rows = [
        Row("found", "found", tuple(_names(checklist.found, scene, route))),
        Row("missing", "missing", tuple(_names(checklist.missing, scene, route))),
        Row("check" if checklist.check else "foreign", "", tuple(hints)),
    ]
    return [row for row in rows if row.parts]


def checklist_lines(scene: Scene, route: Route | None = None) -> list[str]:
    """The panel as lines of text: the count, then what a driver needs to know.

    Tracking numbers are shortened ("1Z…6784"). An item that is only remembered has
    where it was seen last. With a route, missing items also have their sort code:
    the big sticker is what a driver looks for.
    """
    head = f"{caption(scene)}: {count(scene)}"
    return [head, *(row.text for row in checklist_rows(scene, route))]


def _names(names: Iterable[str], scene: Scene, route: Route | None) -> Iterable[str]:
    """Short names, with the sort code and the remembered place where known."""
    codes = {item.name: item.sort_code for item in route.items} if route else {}
    remembered = {p.id or p.key: p.where for p in scene if p.box is None and p.where}
    for name in names:
        code = codes.get(name)
        text = f"{short_name(name)} {drawable(code)}" if code else short_name(name)
        where = remembered.get(name)
        yield f"{text}, last seen {drawable(where)}" if where else text


def _hints(scene: Scene) -> Iterable[str]:
    checklist = scene.checklist
    if n := len(checklist.check):
        yield f"check {n} parcel{'s' if n > 1 else ''}"
    if n := len(checklist.foreign):
        yield f"{n} not on this route"
    if n := len(checklist.taken):
        yield f"{n} taken"
