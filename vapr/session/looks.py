"""Adding up what several looks at one label say, without counting one look twice.

Looks at the same label err alike: the same print, the same crease, the same camera.
Two looks whose errors correlate by r are worth 2 / (1 + r) independent ones; so many
looks at r approach 1 / r of them, however many there are. That is the cap: a hundred
frames of a standing camera say hardly more than one.

Bars are stacked before codes are compared (see `vapr.read.stacked`). There the errors
that change from look to look average out, and those that do not favour other codes than
the right one as well; so these looks count for more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import hypot, inf

from vapr.geometry import center, quad_sides
from vapr.read import Reading
from vapr.read.stacked import is_apart, shares_of, stack_looks
from vapr.read.template import template_evidence
from vapr.session.carry import carried, is_alike
from vapr.types import Evidence, Quad

ALIKE = 0.95  # correlation of two looks from the very same position
APART = 0.5  # of two looks that lie otherwise on the sensor's grid, or at another size
KEPT_LOOKS = 8
COARSE = 0.7  # looks at less than this share of the best one's size say no more
MAX_RATIOS = 16
SAME_PLACE = 0.1  # of a label's size: strips farther off its middle are other strips
SAME_SIZE = 0.2  # share by which the length of one and the same strip may differ
CONTRADICTS = 10.0  # llr of a look that names another item than all looks before


@dataclass(frozen=True, slots=True)
class Sight:
    """How well a label is seen in one frame: its corners, size in px, sharpness."""

    quad: Quad
    size_px: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a label, and how well the label was seen.

    `stacked` is what its bars say together with those of the looks before it.
    """

    sight: Sight
    reading: Reading
    time_s: float
    stacked: Evidence | None = field(default=None, compare=False)


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


def stacked_on(looks: Sequence[Look], look: Look) -> Look:
    """A look with what its bars say together with those of looks before it.

    Nothing where no other look shows the same strip.
    """
    strip = look.reading.strip
    alike = [old for old in looks if _same_strip(old, look)]
    if strip is None or not alike:
        return look
    shares = shares_of([one.sight.quad for one in (*alike, look)])
    strips = [old.reading.strip for old in alike if old.reading.strip is not None]
    match = stack_looks([*strips, strip], shares)
    cue = template_evidence([match], strip.codebook) if match else None
    return replace(look, stacked=cue)


def contradicts(looks: Sequence[Look], look: Look, *, doubtful: bool) -> bool:
    """Whether a look says that this is no longer the label it was.

    A decoded code does that when it names another item than all looks before; when
    in doubt, any telling look does.
    """
    named, before = _named(look), {_named(old) for old in looks} - {None}
    decoded = any(cue.kind == "barcode" and cue.ratios for cue in look.reading.evidence)
    other = named is not None and bool(before) and named not in before
    return other and (decoded or doubtful)


def fuse_looks(looks: Sequence[Look], now: Quad | None = None) -> tuple[Evidence, ...]:
    """What all looks say together: each code decoded, and one cue of every other kind.

    Their codes are placed where they lie in the label `now`, its corners in px; in one
    out of view nowhere. A look at an outline of another shape was at something else.

    Of each item bars say the more of what they add up to and what the last stack of
    them says: one holds where each look tells its item, the other where none does.

    A decoded code is worth its best look: reading it again proves nothing new.
    """
    decoded: dict[tuple[str | None, str | None], Evidence] = {}
    others: dict[str, list[tuple[Sight, Evidence]]] = {}
    if now is not None:
        looks = [look for look in looks if is_alike(look.sight.quad, now)]
    for look in looks:
        for read in look.reading.evidence:
            cue = _placed(read, look, now)
            if cue.kind != "barcode":
                others.setdefault(cue.kind, []).append((look.sight, cue))
                continue
            known = decoded.get((cue.symbology, cue.text))
            if known is None or cue.llr >= known.llr:
                decoded[cue.symbology, cue.text] = cue
    added = {kind: _fuse(cues) for kind, cues in others.items()}
    last = next((look for look in looks[::-1] if look.stacked), None)
    if last is not None and last.stacked is not None:
        stacked = _placed(last.stacked, last, now)
        added["template"] = _either(added.get("template", stacked), stacked)
    fused = added.values()
    return tuple(sorted((*decoded.values(), *fused), key=lambda cue: -cue.llr))


def _placed(cue: Evidence, look: Look, now: Quad | None) -> Evidence:
    return (
        replace(cue, quad=None) if now is None else carried(cue, look.sight.quad, now)
    )


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
    return APART if is_apart(a.quad, b.quad) else ALIKE


def _same_strip(a: Look, b: Look) -> bool:
    """Whether two looks show the same strip of their label, by place and length."""
    (far_a, long_a), (far_b, long_b) = _strip_in_label(a), _strip_in_label(b)
    alike = abs(long_a - long_b) <= SAME_SIZE * max(long_a, long_b)
    return alike and abs(far_a - far_b) <= SAME_PLACE


def _strip_in_label(look: Look) -> tuple[float, float]:
    """How far a strip lies from its label's middle, its length: shares of its size."""
    strip = look.reading.strip
    if strip is None:
        return (inf, 0.0)
    (x, y), (mid_x, mid_y) = center(strip.quad), center(look.sight.quad)
    size = max(look.sight.size_px, 1.0)
    return hypot(x - mid_x, y - mid_y) / size, quad_sides(strip.quad)[0] / size


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
    # of the look that says it best the place as well: the mark goes there
    first = ratios[0][0] if ratios else None
    best = max((c for _, c in cues), key=lambda c: (c.id == first, c.llr))
    return replace(best, ratios=tuple(ratios), floor=floor)


def _either(one: Evidence, other: Evidence) -> Evidence:
    """Of every item the more that either of two cues says."""
    told, also = one.llrs, other.llrs
    best = {
        key: max(told.get(key, one.floor), also.get(key, other.floor))
        for key in {**told, **also}
    }
    ratios = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_RATIOS]
    lead = other if other.llr > one.llr else one
    floor = max(one.floor, other.floor)
    return replace(lead, ratios=tuple(ratios), floor=floor)


def _named(look: Look) -> str | None:
    """The item a look names by itself, if any."""
    best = max(look.reading.evidence, key=lambda cue: cue.llr, default=None)
    if best is None or best.llr < CONTRADICTS:
        return None
    return best.id
