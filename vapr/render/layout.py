"""Where the marks and tags of a scene go. No pixels; positions in picture pixels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import dist, hypot
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
    return max(min(0.03 * size[0], 0.055 * size[1]), 8.0)


# Mark radii: share of the parcel's short side, then least and most, in units.
_RADII: dict[MarkKind, tuple[float, float, float]] = {
    "pick": (0.30, 0.80, 1.60),
    "check": (0.16, 0.42, 0.62),
    "leave": (0.10, 0.20, 0.36),
    "unknown": (0.12, 0.26, 0.44),
}
_SMALLER = (1.0, 0.75, 0.55)  # sizes of a pick's mark, where it is crowded


def arrange(scene: Scene) -> Layout:
    """Place the picks' marks, their tags, then the quiet marks beside them."""
    size = scene.size
    seen = [(i, p, _clip(p.outline, size)) for i, p in enumerate(scene) if p.outline]
    picks = [(p, box) for _, p, box in seen if p.verdict == "pick"]
    loud: list[Mark] = []
    for parcel, box in picks:
        loud.append(_best(_candidates("pick", parcel, box, size), loud))
    pairs = zip(picks, loud, strict=True)
    outlines = [_outline(box, mark, size) for (_, box), mark in pairs]
    tags = _tags([p for p, _ in picks], outlines, loud, size)
    quiet: list[Mark] = []
    for i, parcel, box in seen:
        if parcel.verdict != "pick":
            kind = "check" if i in scene.checklist.check else parcel.verdict
            marks = _candidates(kind, parcel, box, size)
            quiet.append(_best(marks, [*loud, *quiet], tags, outlines))
    return Layout(tuple(outlines), (*quiet, *loud), tuple(tags))


def _clip(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box inside the picture, at least one pixel of it."""
    w, h = size
    x1, y1 = min(max(box[0], 0.0), w - 1.0), min(max(box[1], 0.0), h - 1.0)
    x2, y2 = min(max(box[2], x1 + 1), float(w)), min(max(box[3], y1 + 1), float(h))
    return (x1, y1, x2, y2)


def _outline(box: Box, mark: Mark, size: tuple[int, int]) -> Box:
    """The parcel's box, grown where its mark would cross it, off the picture's edge."""
    pad = 0.5 * mark.radius
    edge = 0.13 * unit(size)
    low, high = mark.box[:2], mark.box[2:]
    x1, y1 = (max(min(b, m - pad), edge) for b, m in zip(box[:2], low, strict=True))
    x2, y2 = (
        min(max(b, m + pad), n - edge)
        for b, m, n in zip(box[2:], high, size, strict=True)
    )
    return (x1, y1, x2, y2)


def _candidates(
    kind: MarkKind, parcel: Parcel, box: Box, size: tuple[int, int]
) -> Iterator[Mark]:
    """The places on a parcel where its mark could be, best first."""
    share, least, most = _RADII[kind]
    em = unit(size)
    side = min(box[2] - box[0], box[3] - box[1])
    radius = min(max(share * side, least * em), most * em)
    if kind == "pick" and parcel.label:  # nowhere else: beside it may be another parcel
        place = center(parcel.label.mark)
        for share in _SMALLER:
            r = share * radius
            yield Mark(kind, _keep_inside(place, r * 1.25, size), r)
        return
    for place in _places(parcel, box):
        yield Mark(kind, _keep_inside(place, radius * 1.25, size), radius)


def _best(
    marks: Iterator[Mark],
    others: Sequence[Mark],
    tags: Sequence[Tag] = (),
    outlines: Sequence[Box] = (),
) -> Mark:
    """The first mark that is clear of everything and outside of every outline.

    If there is none, the one with most room, be it inside an outline.
    """
    crowded: list[tuple[float, Mark]] = []
    for mark in marks:
        reach = 1.2 * mark.radius
        room = [dist(mark.center, o.center) - reach - 1.2 * o.radius for o in others]
        room += [_outside(mark.center, tag.box) - reach for tag in tags]
        edges = [_outside(mark.center, box) for box in outlines]
        if min([*room, *(edge - reach for edge in edges)], default=1.0) > 0:
            return mark
        crowded.append((min([*room, *(abs(edge) - reach for edge in edges)]), mark))
    return max(crowded, key=lambda scored: scored[0])[1]


def _outside(point: Point, box: Box) -> float:
    """How far a point is from a box; negative inside, by the way to its edge."""
    x, y = point
    dx, dy = max(box[0] - x, x - box[2]), max(box[1] - y, y - box[3])
    return hypot(max(dx, 0.0), max(dy, 0.0)) + min(max(dx, dy), 0.0)


def _places(parcel: Parcel, box: Box) -> Iterator[Point]:
    """The label (surely on this parcel), the middle, then places around it."""
    if parcel.label and inside(point := center(parcel.label.mark), box):
        yield point
    x1, y1, x2, y2 = box
    for v in (0.5, 0.3, 0.7, 0.1, 0.9):
        for u in (0.5, 0.3, 0.7, 0.1, 0.9):
            yield (x1 + u * (x2 - x1), y1 + v * (y2 - y1))


def _keep_inside(point: Point, margin: float, size: tuple[int, int]) -> Point:
    x, y = (
        min(max(p, margin), n - margin) if n > 2 * margin else n / 2
        for p, n in zip(point, size, strict=True)
    )
    return (x, y)


def _tags(
    picks: Sequence[Parcel],
    outlines: Sequence[Box],
    marks: Sequence[Mark],
    size: tuple[int, int],
) -> list[Tag]:
    """A tag for every pick that has a free place for one."""
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
    """Around the parcel, then inside its outline; then the same in smaller sizes."""
    if not text:
        return
    x1, y1, x2, y2 = box
    for scale in (1.0, 0.75, 0.55):
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
