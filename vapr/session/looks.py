"""Adding up what several looks at one label say, without counting one look twice.

Looks at the same label err alike: the same print, the same crease, the same camera.
Two looks whose errors correlate by r are worth 2 / (1 + r) independent ones; so many
looks at r approach 1 / r of them, however many there are. That is the cap: a hundred
frames of a standing camera say hardly more than one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

from vapr.geometry import center
from vapr.read import Reading
from vapr.types import Evidence, Quad

ALIKE = 0.95  # correlation of two looks from the very same position
APART = 0.5  # of two looks that lie otherwise on the sensor's grid, or at another size
MOVED_PX = 0.2  # by which a label must have moved on the grid for that
KEPT_LOOKS = 6
COARSE = 0.7  # looks at less than this share of the best one's size say no more
MAX_RATIOS = 16
CONTRADICTS = 10.0  # llr of a look that names another item than all looks before


@dataclass(frozen=True, slots=True)
class Sight:
    """How well a label is seen in one frame: its corners, size in px, sharpness."""

    quad: Quad
    size_px: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a label, and how well the label was seen."""

    sight: Sight
    reading: Reading
    time_s: float


def add_look(looks: tuple[Look, ...], look: Look) -> tuple[Look, ...]:
    """The looks worth keeping with one more.

    The largest are kept; never by what they say, or the lucky ones would add up.
    """
    best = max(old.sight.size_px for old in (*looks, look))
    good = [old for old in looks if old.sight.size_px >= COARSE * best]
    if look.sight.size_px < COARSE * best:
        return tuple(good)
    good.sort(key=lambda old: -old.sight.size_px)
    return (*good[: KEPT_LOOKS - 1], look)


def contradicts(looks: Sequence[Look], look: Look, *, doubtful: bool) -> bool:
    """Whether a look says that this is no longer the label it was.

    A decoded code does that when it names another item than all looks before; when
    in doubt, any telling look does.
    """
    named, before = _named(look), {_named(old) for old in looks} - {None}
    decoded = any(cue.kind == "barcode" and cue.ratios for cue in look.reading.evidence)
    other = named is not None and bool(before) and named not in before
    return other and (decoded or doubtful)


def fuse_looks(looks: Sequence[Look]) -> tuple[Evidence, ...]:
    """What all looks say together: each code decoded, and one cue of every other kind.

    A decoded code is worth its best look: reading it again proves nothing new.
    """
    decoded: dict[tuple[str | None, str | None], Evidence] = {}
    others: dict[str, list[tuple[Sight, Evidence]]] = {}
    for look in looks:
        for cue in look.reading.evidence:
            if cue.kind != "barcode":
                others.setdefault(cue.kind, []).append((look.sight, cue))
                continue
            known = decoded.get((cue.symbology, cue.text))
            if known is None or cue.llr >= known.llr:
                decoded[cue.symbology, cue.text] = cue
    fused = [_fuse(cues) for cues in others.values()]
    return tuple(sorted((*decoded.values(), *fused), key=lambda cue: -cue.llr))


def look_weights(sights: Sequence[Sight]) -> list[float]:
    """The share of each look that is new: 1 for one, r-correlated ones share."""
    return [
        1.0 / (1.0 + sum(_correlation(a, b) for j, b in enumerate(sights) if j != i))
        for i, a in enumerate(sights)
    ]


def is_new_view(sight: Sight, sights: Sequence[Sight]) -> bool:
    """Whether a label lies otherwise on the sensor's grid than in all those."""
    return all(_correlation(sight, other) < ALIKE for other in sights)


def _correlation(a: Sight, b: Sight) -> float:
    (ax, ay), (bx, by) = center(a.quad), center(b.quad)
    moved = hypot(ax - bx, ay - by) >= MOVED_PX
    other_size = abs(a.size_px - b.size_px) >= 0.02 * b.size_px
    return APART if moved or other_size else ALIKE


def _fuse(cues: Sequence[tuple[Sight, Evidence]]) -> Evidence:
    """The weighted sum of cues of one kind; what a cue does not list has its floor."""
    if len(cues) == 1:
        return cues[0][1]
    weights = look_weights([sight for sight, _ in cues])
    keys = {key for _, cue in cues for key, _ in cue.ratios}
    floor = sum(w * cue.floor for w, (_, cue) in zip(weights, cues, strict=True))
    sums = dict.fromkeys(keys, 0.0)
    for weight, (_, cue) in zip(weights, cues, strict=True):
        said = cue.llrs
        for key in keys:
            sums[key] += weight * said.get(key, cue.floor)
    ratios = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_RATIOS]
    latest = cues[-1][1]
    best = (
        next((c for _, c in cues if c.id == ratios[0][0]), latest) if ratios else latest
    )
    return replace(latest, text=best.text, ratios=tuple(ratios), floor=floor)


def _named(look: Look) -> str | None:
    """The item a look names by itself, if any."""
    best = max(look.reading.evidence, key=lambda cue: cue.llr, default=None)
    if best is None or best.llr < CONTRADICTS:
        return None
    return best.id
