"""The checklist, on a strip of its own below the picture so that it hides nothing."""

import cv2

from vapr.render.checklist import Row, RowKind, caption, checklist_rows, count
from vapr.render.layout import Mark, MarkKind
from vapr.render.marks import draw_mark
from vapr.render.palette import FAINT, GREEN, PANEL, TRACK, WHITE, Color
from vapr.render.text import BOLD, REGULAR, shorten, text_width, write
from vapr.route.route import Route
from vapr.types import Image, Scene

_ICONS: dict[RowKind, MarkKind] = {
    "found": "pick",
    "check": "check",
    "foreign": "leave",
}
_SPLIT = 0.36  # the count's share of the width


def strip_height(em: float) -> int:
    """Pixels the strip adds; the same for every scene, so frames stay of one size."""
    return round(4.6 * em)


def draw_panel(strip: Image, scene: Scene, route: Route | None, em: float) -> None:
    """Fill the strip: a bar of what is done, the count, up to three rows."""
    strip[:] = PANEL
    _draw_bar(strip, scene, em)
    _draw_count(strip, scene, em)
    rows = checklist_rows(scene, route)
    pitch = 1.3 * em
    y = (strip.shape[0] + 0.25 * em) / 2 - pitch * (len(rows) - 1) / 2
    for row in rows:
        _draw_row(strip, row, y, em)
        y += pitch


def _done(scene: Scene) -> bool:
    checklist = scene.checklist
    return bool(checklist.expected) and not checklist.missing


def _draw_bar(strip: Image, scene: Scene, em: float) -> None:
    """A bar of all expected items: green as far as they are found or taken."""
    checklist = scene.checklist
    n, width, thick = checklist.expected, strip.shape[1], max(round(0.22 * em), 2)
    done = len({*checklist.found, *checklist.taken})
    strip[:thick] = TRACK
    if n:
        strip[:thick, : round(done * width / n)] = GREEN
    if n * thick < width / 2:
        for i in range(1, n):
            x = round(i * width / n)
            strip[:thick, x - thick // 2 : x + 1] = PANEL


def _draw_count(strip: Image, scene: Scene, em: float) -> None:
    room = _SPLIT * strip.shape[1] - 1.4 * em
    small, big = round(0.85 * em), round(1.7 * em)
    text = count(scene)
    while big > small and text_width(text, big, BOLD) > room:
        big -= 1
    color = GREEN if _done(scene) else WHITE
    title = shorten(caption(scene), room, small)
    write(strip, title, (em, 1.25 * em), small, FAINT, REGULAR)
    write(strip, text, (em, 2.95 * em), big, color, BOLD)


def _draw_row(strip: Image, row: Row, y: float, em: float) -> None:
    x = _SPLIT * strip.shape[1] + em
    if icon := _ICONS.get(row.kind):
        radius = {"pick": 0.34, "check": 0.42, "leave": 0.26}[icon] * em
        draw_mark(strip, Mark(icon, (x, y), radius))
    else:
        at, radius = (round(x), round(y)), round(0.34 * em)
        cv2.circle(strip, at, radius, FAINT, max(round(0.08 * em), 1), cv2.LINE_AA)
    color: Color = WHITE if row.kind in ("missing", "check") else FAINT
    left = x + 0.9 * em
    room = strip.shape[1] - left - 0.6 * em
    size = round(0.9 * em)
    if text_width(row.text, size) > room:
        size = round(0.75 * em)
    text = _fit(row, room, size)
    write(strip, text, (left, y), size, color, REGULAR)


def _fit(row: Row, width: float, size: int) -> str:
    """As many parts as fit, and how many more there are."""
    if text_width(row.text, size) <= width:
        return row.text
    for n in range(len(row.parts) - 1, 0, -1):
        text = Row(row.kind, row.lead, row.parts[:n]).text
        text += f" +{len(row.parts) - n} more"
        if text_width(text, size) <= width:
            return text
    return shorten(row.text, width, size)
