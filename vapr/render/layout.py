"""Where the marks and tags of a scene go. No pixels; positions in picture pixels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal

from vapr.geometry import center, inside, intersection
from vapr.render.text import BOLD, short_name, text_width
from vapr.types import Box, Parcel, Point, Scene

MarkKind = Literal["pick", "leave", "unknown", "check"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A round place of a mark: an O, an X, a ?, or a ? that asks to be checked."""

    kind: MarkKind
    center: Point
    radius: float

    @property
    def box(self) -> Box:
        """The square around it."""
        (x, y), r = self.center, self.radius
        return (x - r, y - r, x + r, y + r)


@dataclass(frozen=True, slots=True)
class Tag:
    """The name of a pick: its pill, and the height of its letters in pixels."""

    text: str
    box: Box
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is drawn on the picture."""

    outlines: tuple[Box, ...]
    marks: tuple[Mark, ...]
    tags: tuple[Tag, ...]


def unit(size: tuple[int, int]) -> float:
    """The height of a line of text in pixels, from the picture's (width, height).

    On a phone the picture is 65 mm wide whatever its shape, so the width decides:
    3 % of it are 2 mm there, the size of small print on a phone's screen.
    """
    return max(min(0.03 * size[0], 0.05 * size[1]), 8.0)


# Mark radii: share of the parcel's short side, then least and most, in units.
_RADII: dict[MarkKind, tuple[float, float, float]] = {
    "pick": (0.30, 0.80, 1.60),
    "check": (0.18, 0.45, 0.80),
    "leave": (0.10, 0.20, 0.36),
    "unknown": (0.12, 0.26, 0.44),
}


def arrange(scene: Scene) -> Layout:
    """Place the picks' marks, their tags, then the quiet marks beside them."""
    seen = [(i, p, _clip(p.box, scene.size)) for i, p in enumerate(scene) if p.box]
    picks = [(p, box) for _, p, box in seen if p.verdict == "pick"]
    loud: list[Mark] = []
    for parcel, box in picks:
        loud.append(_mark("pick", _places(parcel, box), box, scene.size, loud))
    pairs = zip(picks, loud, strict=True)
    outlines = [_outline(box, mark, scene.size) for (_, box), mark in pairs]
    tags = _tags([p for p, _ in picks], outlines, loud, scene.size)
    busy: list[Mark | Box] = [*loud, *outlines, *(tag.box for tag in tags)]
    quiet: list[Mark] = []
    for i, parcel, box in seen:
        if parcel.verdict != "pick":
            kind = "check" if i in scene.checklist.check else parcel.verdict
            spots = _places(parcel, box)
            quiet.append(_mark(kind, spots, box, scene.size, [*busy, *quiet]))
    return Layout(tuple(outlines), (*quiet, *loud), tuple(tags))


def _clip(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box inside the picture, at least one pixel of it."""
    w, h = size
    x1, y1 = min(max(box[0], 0.0), w - 1.0), min(max(box[1], 0.0), h - 1.0)
    x2, y2 = min(max(box[2], x1 + 1), float(w)), min(max(box[3], y1 + 1), float(h))
    return (x1, y1, x2, y2)


def _outline(box: Box, mark: Mark, size: tuple[int, int]) -> Box:
    """The parcel's box, grown where its mark would cross it."""
    x1, y1, x2, y2 = mark.box
    pad = 0.5 * mark.radius
    x1, y1, x2, y2 = x1 - pad, y1 - pad, x2 + pad, y2 + pad
    grown = (min(box[0], x1), min(box[1], y1), max(box[2], x2), max(box[3], y2))
    return _clip(grown, size)


def _mark(
    kind: MarkKind,
    places: Iterable[Point],
    box: Box,
    size: tuple[int, int],
    busy: Sequence[Mark | Box],
) -> Mark:
    """The first place on the parcel that is free, else the one with most room."""
    share, least, most = _RADII[kind]
    em = unit(size)
    side = min(box[2] - box[0], box[3] - box[1])
    radius = min(max(share * side, least * em), most * em)
    marks = [Mark(kind, _keep_inside(p, radius * 1.25, size), radius) for p in places]
    room = [min((_gap(mark, other) for other in busy), default=1.0) for mark in marks]
    free = (mark for mark, gap in zip(marks, room, strict=True) if gap > 0)
    return next(free, marks[room.index(max(room))])


def _places(parcel: Parcel, box: Box) -> Iterator[Point]:
    """The label (surely on this parcel), the middle, then eight places around it."""
    if parcel.label and inside(point := center(parcel.label.quad), box):
        yield point
    x1, y1, x2, y2 = box
    for v in (0.5, 0.2, 0.8):
        for u in (0.5, 0.2, 0.8):
            yield (x1 + u * (x2 - x1), y1 + v * (y2 - y1))


def _keep_inside(point: Point, margin: float, size: tuple[int, int]) -> Point:
    x, y = (
        min(max(p, margin), n - margin) if n > 2 * margin else n / 2
        for p, n in zip(point, size, strict=True)
    )
    return (x, y)


def _gap(mark: Mark, other: Mark | Box) -> float:
    """Free pixels between a mark and another thing; negative if they overlap."""
    x, y = mark.center
    if isinstance(other, Mark):
        apart = hypot(x - other.center[0], y - other.center[1])
        return apart - 1.2 * (mark.radius + other.radius)
    x1, y1, x2, y2 = other
    dx, dy = max(x1 - x, x - x2), max(y1 - y, y - y2)
    return hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - 1.2 * mark.radius


def _tags(
    picks: Sequence[Parcel],
    outlines: Sequence[Box],
    marks: Sequence[Mark],
    size: tuple[int, int],
) -> list[Tag]:
    """A tag for every pick that has a free place for one; the panel has them all."""
    tags: list[Tag] = []
    for i, (parcel, box) in enumerate(zip(picks, outlines, strict=True)):
        others = [*outlines[:i], *outlines[i + 1 :]]
        busy = [*others, *(mark.box for mark in marks), *(tag.box for tag in tags)]
        free = (
            tag
            for tag in _tag_places(_tag_text(parcel), box, size)
            if not any(intersection(tag.box, b) > 0 for b in busy)
        )
        if tag := next(free, None):
            tags.append(tag)
    return tags


def _tag_text(parcel: Parcel) -> str:
    if name := parcel.id or parcel.key:
        return short_name(name)
    return " or ".join(short_name(name) for name, _ in parcel.candidates[:2])


def _tag_places(text: str, box: Box, size: tuple[int, int]) -> Iterable[Tag]:
    """Around the parcel, then inside its outline; then the same a size smaller."""
    if not text:
        return
    x1, y1, x2, y2 = box
    for scale in (1.0, 0.75):
        em = round(unit(size) * scale)
        w, h, gap = text_width(text, em, BOLD) + 0.9 * em, 1.5 * em, 0.3 * em
        inner = 2 * gap
        for x, y in (
            (x1, y1 - h - gap), (x2 - w, y1 - h - gap), (x1, y2 + gap),
            (x2 - w, y2 + gap), (x2 + gap, y1), (x1 - w - gap, y1),
            (x2 + gap, y2 - h), (x1 - w - gap, y2 - h),
            (x1 + inner, y1 + inner), (x2 - w - inner, y1 + inner),
            (x1 + inner, y2 - h - inner), (x2 - w - inner, y2 - h - inner),
        ):  # fmt: skip
            if x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1]:
                yield Tag(text, (x, y, x + w, y + h), em)
