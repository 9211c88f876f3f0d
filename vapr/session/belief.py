"""What is known of one tracked parcel: its labels, the looks at them, its doubts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, sqrt

import cv2
import numpy as np

from vapr.geometry import box_of_quad, center, quad_area
from vapr.read import Reading
from vapr.session.looks import (
    Look,
    Sight,
    add_look,
    contradicts,
    fuse_looks,
    is_new_view,
)
from vapr.track import Patch, is_same
from vapr.types import Box, Evidence, Image, Label, Parcel, Point, Quad

SAME_SLOT = 0.25  # of the parcel's size: two labels lie farther apart
LARGER = 1.12  # a label this much larger, or sharper, is better seen than before
SHARPER = 1.3
TRIES = 8  # readings at about the same size, after which more say nothing new
AGAIN_S = 0.15
CHECK_S = 10.0  # a label that is settled is read again this seldom
DOUBTED_LLR = 4.0  # what evidence is worth at most while its label may be another's
SWAP_S = 1.5  # nobody puts one parcel in another's place in less

URGENT, NEW, BETTER, MORE = 4.0, 3.0, 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One label of a parcel. `at` is its place within the box, 0..1 either way."""

    at: Point
    looks: tuple[Look, ...] = ()
    tries: int = 0
    best_px: float = 0.0
    best_sharpness: float = 0.0
    read_s: float = float("-inf")


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """All that was read of one track, and whether it still may be that thing.

    Attributes:
        slots: its labels.
        doubtful: it may have become another thing; its looks prove nothing.
        unread: only reading its label can end the doubt.
        doubted_s: when doubt arose last; what was read before says nothing now.
        patch: what it looked like when it was last beyond doubt.
        sure_s: when that was.
        became_s: when it turned out to be another thing than it was.
        framed: its box was surely its own when its label was last seen.
    """

    slots: tuple[Slot, ...] = ()
    doubtful: bool = False
    unread: bool = False
    doubted_s: float = float("-inf")
    patch: Patch | None = None
    sure_s: float = float("-inf")
    became_s: float | None = None
    framed: bool = True


def sight_of(image: Image, quad: Quad) -> Sight:
    """Size (side of the square of equal area, px) and sharpness of a label.

    Sharpness is the energy of the Laplacian over the variance: of two pictures of the
    same print at the same size, the sharper has more.
    """
    x1, y1, x2, y2 = box_of_quad(quad)
    height, width = image.shape[:2]
    left, top = int(np.clip(x1, 0, width - 1)), int(np.clip(y1, 0, height - 1))
    right, bottom = int(np.clip(x2, left + 1, width)), int(np.clip(y2, top + 1, height))
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    fine = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return Sight(quad, sqrt(quad_area(quad)), fine / (float(grey.var()) + 25.0))


def place_labels(
    belief: Belief, parcel: Parcel
) -> tuple[tuple[Slot, ...], tuple[int, ...]]:
    """All slots, and which one each label of the parcel is; new ones are added."""
    slots, chosen = list(belief.slots), list[int]()
    for label in parcel.labels:
        at = _place(label, parcel.box)
        near = [
            (hypot(slot.at[0] - at[0], slot.at[1] - at[1]), i)
            for i, slot in enumerate(slots)
            if i not in chosen
        ]
        distance, index = min(near, default=(np.inf, -1))
        if distance > SAME_SLOT:
            index = len(slots)
            slots.append(Slot(at))
        slots[index] = replace(slots[index], at=at)
        chosen.append(index)
    return tuple(slots), tuple(chosen)


def urgency(
    slot: Slot, sight: Sight, time_s: float, *, settled: bool, doubtful: bool
) -> float:
    """How much a label wants reading in this frame; 0: reading says nothing new."""
    if not slot.tries:
        return NEW
    if time_s - slot.read_s < AGAIN_S:
        return 0.0
    if doubtful:
        return URGENT
    if settled:
        return MORE if time_s - slot.read_s >= CHECK_S else 0.0
    if sight.size_px >= LARGER * slot.best_px:
        return BETTER
    if sight.sharpness >= SHARPER * slot.best_sharpness:
        return BETTER
    new = is_new_view(sight, [look.sight for look in slot.looks])
    return MORE if new and slot.tries < TRIES else 0.0


def learn(belief: Belief, index: int, look: Look, taken_for: str | None) -> Belief:
    """A belief after one more reading of one of its labels.

    Args:
        belief: what is known.
        index: which slot was read.
        look: the reading.
        taken_for: key of the item that the parcel was last.
    """
    if look.time_s < belief.doubted_s or index >= len(belief.slots):
        return belief
    slots = list(belief.slots)
    doubtful, unread = belief.doubtful, belief.unread
    known = [old for slot in slots for old in slot.looks]
    known = known if doubtful else list(slots[index].looks)
    if contradicts(known, look, doubtful=doubtful):
        look = replace(look, stacked=None)  # on looks at another thing
        slots = [replace(slot, looks=()) for slot in slots]
        if doubtful:  # else it never was what it was taken for
            belief = replace(belief, became_s=look.time_s)
        doubtful = unread = False  # what it was is forgotten: nothing left to doubt
    elif doubtful and _confirms(look.reading, taken_for):
        doubtful = unread = False
    slots[index] = _with_look(slots[index], look)
    return replace(belief, slots=tuple(slots), doubtful=doubtful, unread=unread)


def _with_look(slot: Slot, look: Look) -> Slot:
    sight = look.sight
    better = sight.size_px >= LARGER * slot.best_px
    return replace(
        slot,
        looks=add_look(slot.looks, look),
        tries=1 if better else slot.tries + 1,
        best_px=max(slot.best_px, sight.size_px),
        best_sharpness=max(slot.best_sharpness, sight.sharpness),
        read_s=look.time_s,
    )


def _confirms(reading: Reading, key: str | None) -> bool:
    """Whether a reading bears out what the parcel was taken for."""
    named = {cue.id for cue in reading.evidence if cue.llr >= DOUBTED_LLR}
    return key in named if key is not None else bool(named)


def described(label: Label, slot: Slot) -> Label:
    """A label with what its last reading told of its size and of what hinders it."""
    if not slot.looks:
        return label
    last = slot.looks[-1]
    px, then = last.reading.px_per_module, last.sight.size_px
    if px is not None and then > 0:
        px *= sqrt(quad_area(label.quad)) / then
    return replace(label, px_per_module=px, flaw=last.reading.flaw)


def after_match(
    belief: Belief, patch: Patch, *, weak: bool, unwatched_s: float, time_s: float
) -> Belief:
    """A belief after its track was found in one more frame.

    A parcel of the same make may have been put in its place while nobody watched:
    after more than a moment only its label tells, however alike it looks.

    Args:
        belief: what is known.
        patch: what the track looks like now.
        weak: whether the track was hardly recognised.
        unwatched_s: for how long its place had not been seen with it.
        time_s: now.
    """
    if not belief.slots:
        return replace(belief, patch=patch, sure_s=time_s)
    swapped = unwatched_s >= SWAP_S
    if weak or swapped:
        belief = replace(belief, doubted_s=time_s)
    unread = belief.unread or swapped
    doubtful = belief.doubtful or weak or unread
    alike = belief.patch is not None and is_same(patch, belief.patch)
    if doubtful and (unread or not alike):
        return replace(belief, doubtful=True, unread=unread)
    return replace(belief, doubtful=False, patch=patch, sure_s=time_s)


def evidence_of(
    belief: Belief, chosen: Sequence[int], labels: Sequence[Label] = ()
) -> tuple[Evidence, ...]:
    """All cues of a belief: those of the labels in view, the others from memory.

    Args:
        belief: what is known.
        chosen: which slot each label of the parcel is, in the labels' order.
        labels: those labels, if their codes are to be placed in them.
    """
    evidence: list[Evidence] = []
    hidden = len(chosen)
    for index, slot in enumerate(belief.slots):
        if index in chosen:
            label = chosen.index(index)
            cues = fuse_looks(slot.looks, labels[label].quad if labels else None)
            evidence.extend(replace(cue, label=label) for cue in cues)
        else:
            cues = fuse_looks(slot.looks)
            told = [replace(c, kind="memory", label=hidden) for c in cues]
            # a label in view may be another parcel's, and the mark would go there
            evidence.extend(map(_doubted, told) if chosen else told)
            hidden += 1
    if belief.doubtful or not (chosen or belief.framed):
        evidence = [_doubted(cue) for cue in evidence]
    return tuple(evidence)


def _doubted(cue: Evidence) -> Evidence:
    """A cue that may belong to what stood here before: it no longer proves a thing."""
    ratios = tuple((key, min(llr, DOUBTED_LLR)) for key, llr in cue.ratios)
    return replace(cue, ratios=ratios, floor=max(cue.floor, 0.0), foreign=None)


def _place(label: Label, box: Box | None) -> Point:
    x, y = center(label.quad)
    if box is None:
        return (x, y)
    width, height = max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0)
    return ((x - box[0]) / width, (y - box[1]) / height)
