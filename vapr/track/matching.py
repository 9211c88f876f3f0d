"""Which mark continues which track: by overlap and by looks, the best pairs first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vapr.geometry import iou
from vapr.track.boxes import shift_box
from vapr.track.patches import ALIKE, SAME, Patch, similarity
from vapr.track.tracks import State, Track, expected_box
from vapr.types import Box

MIN_OVERLAP = 0.12  # of two boxes or of their labels, for a track seen just now
MIN_LIKENESS = 0.1
BACK_OVERLAP = 0.3  # the same, for one that was lost
BACK_LIKENESS = 0.5
BLIND_LIKENESS = 0.4  # and for any while the camera's motion is not known
WEAK = 0.5  # worth of a match below which the thing may have become another
HOPELESS = 0.4  # and below which it is no match
SAME_PLACE = 0.6  # overlap of what lies where it lay

STANDING: dict[State, float] = {"confirmed": 0.2, "tentative": 0.1, "lost": 0.0}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be followed: a parcel's box, and its first label's if it has one."""

    box: Box
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A track that a mark may continue, how well, and whether it is in doubt."""

    track: int
    worth: float
    overlap: float = 0.0
    likeness: float = 0.0
    doubtful: bool = False


def match_marks(
    tracks: Iterable[Track],
    changed: Collection[int],
    marks: Sequence[Mark],
    patches: Sequence[Patch],
    time_s: float,
    *,
    blind: bool,
) -> dict[int, Match]:
    """Mark index -> its track.

    Args:
        tracks: all of them, moved along with the camera.
        changed: ids of those that do not look as before where they should be.
        marks: what was detected.
        patches: what each mark looks like.
        time_s: now.
        blind: the camera's motion is not known.
    """
    pairs = []
    for track in tracks:
        for index, mark in enumerate(marks):
            match = _pair(track, mark, patches[index], time_s, blind=blind)
            if track.id in changed:
                match = _despite_change(match)
            if match.worth >= HOPELESS:
                rank = match.worth + STANDING[track.state]
                pairs.append((-rank, index, match))
    matches: dict[int, Match] = {}
    given = set[int]()
    for _, index, match in sorted(pairs, key=lambda p: (p[0], p[1], p[2].track)):
        if index not in matches and match.track not in given:
            matches[index] = match
            given.add(match.track)
    return matches


def _pair(
    track: Track, mark: Mark, patch: Patch, time_s: float, *, blind: bool
) -> Match:
    """How well a mark continues a track; worth nothing when it cannot."""
    lost, nothing = track.state == "lost", Match(track.id, 0.0)
    overlap = _overlap(track, mark, time_s)
    if overlap < (BACK_OVERLAP if lost else MIN_OVERLAP):
        return nothing
    known = track.rest_patch if lost else track.patch
    likeness = similarity(patch, track.patch if known is None else known)
    least = BACK_LIKENESS if lost else BLIND_LIKENESS if blind else MIN_LIKENESS
    if likeness < least:
        return nothing
    worth = 0.6 * overlap + 0.4 * likeness
    return Match(track.id, worth, overlap, likeness, blind or worth < WEAK)


def _despite_change(match: Match) -> Match:
    """Where a track was, there is something else now: is the mark it nevertheless?

    What looks like it has been moved. What lies as it did and looks much like it may
    be it. The rest was behind it, or has been put there.
    """
    if match.likeness >= SAME:
        return match
    may_be = match.likeness >= ALIKE and match.overlap >= SAME_PLACE
    return replace(match, worth=match.worth if may_be else 0.0, doubtful=True)


def _overlap(track: Track, mark: Mark, time_s: float) -> float:
    """Of the boxes or of the labels: a box is often lost where a label is not."""
    ahead = expected_box(track, time_s)
    overlap = max(iou(track.box, mark.box), iou(ahead, mark.box))
    if track.label is None or mark.label is None:
        return overlap
    dx, dy = ahead[0] - track.box[0], ahead[1] - track.box[1]
    shifted = shift_box(track.label, dx, dy)
    labels = max(iou(track.label, mark.label), iou(shifted, mark.label))
    return max(overlap, 0.9 * labels)
