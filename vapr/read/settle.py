"""From what single looks read to what vapr says it read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import center, quad_sides, to_quad
from vapr.read.scan import Read, formats_of, scan
from vapr.read.straighten import move_quad, sharpen_bars, straighten
from vapr.types import Image, Point, Quad

LEAST_LENGTH = {"ITF": 6, "Codabar": 6, "Code39": 4, "Code93": 4, "Code128": 3}
"""Shorter payloads are fragments or chance: no carrier prints them."""
WEAK = frozenset({"ITF", "Codabar", "Code39", "Code32", "EAN13", "EAN8", "UPCE"})
"""Symbologies whose check fails to catch chance: two looks must agree."""
FRAGILE = frozenset({"ITF", "Codabar"})
"""Symbologies of which a part can look like a whole: both ends must be quiet."""
SURE_MODULE = 1.6
"""Width of a module, px, below which any linear code needs two looks: of Code 128 at
0.9-1.0 px, 1 read in 200 was wrong with a check that held."""
BLURRED_MODULE = 1.8
"""Width of a module, px, below which such a look is sharpened."""
LOOKS_AGAIN = (3.0, 4.0, 2.2, 5.0)
"""Px per module of the looks that are taken where a weak code was read once."""
SURROUNDINGS = 0.8
"""Taken along by them, as a share of each side: of a part, they show the whole."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A read and the number of looks that gave it."""

    read: Read
    looks: int = 1


def settle(grey: Image, looks: Sequence[Sequence[Read]]) -> list[Read]:
    """What several looks at one picture agree on.

    Strong symbologies stand as read. Weak ones (no check, or one digit, or a linear
    code with narrow modules) need a second
    look with the same text, taken here where need be, and those of which a part can
    look like a whole need quiet ends. Of two texts at one place the one read more
    often stands, and neither on a tie.

    Args:
        grey: uint8 (H, W), the picture all quads refer to.
        looks: the reads of each look.

    Returns:
        One `Read` per code.
    """
    claims = [c for c in gather(looks) if _is_plausible(grey, c.read)]
    claims = [_look_again(grey, claim) for claim in claims]
    claims = [c for c in claims if c.looks > 1 or not _is_weak(c.read)]
    return [c.read for c in claims if not _is_outvoted(c, claims)]


def gather(looks: Iterable[Iterable[Read]]) -> list[Claim]:
    """Equal reads at one place as one claim, with the number of looks that gave it."""
    claims: list[Claim] = []
    for look in looks:
        before = len(claims)
        for read in look:
            same = (
                i for i, claim in enumerate(claims) if _is_same_code(claim.read, read)
            )
            i = next(same, None)
            if i is None:
                claims.append(Claim(read))
            elif i < before:
                claims[i] = replace(claims[i], looks=claims[i].looks + 1)
    return claims


def _is_same_code(a: Read, b: Read) -> bool:
    if (a.text, a.symbology) != (b.text, b.symbology):
        return False
    reach = 0.5 * max(*quad_sides(a.quad), *quad_sides(b.quad))
    return float(np.hypot(*np.subtract(center(a.quad), center(b.quad)))) < reach


def _is_plausible(grey: Image, read: Read) -> bool:
    if len(read.text) < LEAST_LENGTH.get(read.symbology, 1):
        return False
    return read.symbology not in FRAGILE or has_quiet_ends(grey, read)


def has_quiet_ends(grey: Image, read: Read) -> bool:
    """Whether no bar follows within five modules of either end of a linear code."""
    start, end = _axis(read.quad)
    module = (end - start) / (read.modules or 100.0)
    inside = _samples(grey, start, end, 200)
    middle = (float(inside.max()) + float(inside.min())) / 2
    beside = [
        _samples(grey, start - 5 * module, start - 1.5 * module, 12),
        _samples(grey, end + 1.5 * module, end + 5 * module, 12),
    ]
    return all(side.min() > middle for side in beside)


def _axis(quad: Quad) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The middles of the two sides at which a linear code starts and ends."""
    a, b, c, d = (np.asarray(point) for point in quad)
    return (a + d) / 2, (b + c) / 2


def _samples(
    grey: Image, start: NDArray[np.float64], end: NDArray[np.float64], count: int
) -> Image:
    """Nearest pixels on a line, those outside the picture taken as its border's."""
    steps = np.linspace(0.0, 1.0, count)[:, None]
    places = np.floor(start + steps * (end - start)).astype(int)
    height, width = grey.shape
    x = places[:, 0].clip(0, width - 1)
    y = places[:, 1].clip(0, height - 1)
    return np.asarray(grey[y, x], np.uint8)


def _look_again(grey: Image, claim: Claim) -> Claim:
    """Look more closely at the place of a weak claim, upright and with more around."""
    if _is_sure(claim):
        return claim
    place = _upright(grey, claim.read.quad)
    for wanted in LOOKS_AGAIN:
        here = _close_look(grey, place, claim.read, wanted)
        if any(_is_same_code(claim.read, read) for read in here):
            return replace(claim, looks=claim.looks + 1)
        if any(_is_same_place(claim.read, read) for read in here):
            break
    return replace(claim, looks=1)


def _close_look(grey: Image, place: Quad, read: Read, wanted: float) -> list[Read]:
    """What a look at one place says, at about the wanted px per module."""
    size = _module_width(read) or 2.0
    scale = float(np.clip(wanted / size, 0.5, 4.0))
    seen = straighten(grey, _thickened(place), scale, SURROUNDINGS)
    if seen is None:
        return []
    straight, back = seen
    if size < BLURRED_MODULE:
        straight = sharpen_bars(straight, scale, round(3 * scale))
    reads = scan(straight, formats_of(read.symbology), turned=False)
    return [replace(r, quad=move_quad(r.quad, back)) for r in reads]


def _is_sure(claim: Claim) -> bool:
    if claim.looks > 1:
        return claim.read.symbology not in FRAGILE
    return not _is_weak(claim.read)


def _is_weak(read: Read) -> bool:
    """Whether a single look at a code is not enough."""
    if read.symbology in WEAK:
        return True
    narrow = (_module_width(read) or SURE_MODULE) < SURE_MODULE
    return narrow and read.symbology in ("Code128", "Code93")


def _module_width(read: Read) -> float | None:
    """Px per module, where the symbology tells it."""
    return quad_sides(read.quad)[0] / read.modules if read.modules else None


def _upright(grey: Image, quad: Quad) -> Quad:
    """A linear code's quad, turned so that its bars stand upright in it.

    The line that read it may have crossed the bars aslant, or only some of them.
    """
    seen = straighten(grey, _thickened(quad), 1.0)
    if seen is None:
        return quad
    patch, back = seen
    gx = cv2.Scharr(patch, cv2.CV_32F, 1, 0)
    gy = cv2.Scharr(patch, cv2.CV_32F, 0, 1)
    angle = 0.5 * float(np.arctan2(2 * (gx * gy).sum(), (gx * gx - gy * gy).sum()))
    height, width = patch.shape
    half = np.array(
        [[-width, -height], [width, -height], [width, height], [-width, height]]
    )
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = half / 2 @ turn + np.array([width / 2, height / 2])
    return move_quad(to_quad(corners), back)


def _thickened(quad: Quad) -> Quad:
    """A linear code's quad, no thinner than a fifth of its length."""
    start, end = _axis(quad)
    along = end - start
    side = np.asarray(quad[3]) - np.asarray(quad[0])
    across = np.array([-along[1], along[0]])
    if side @ across < 0:
        across = -across
    if quad_sides(quad)[1] < 0.2 * float(np.hypot(*along)):
        side = 0.2 * across
    half = side / 2
    return to_quad([start - half, end - half, end + half, start + half])


def _is_outvoted(claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether another text at the same place was read as often or more often."""
    return any(
        other is not claim
        and other.read.text != claim.read.text
        and _weight(other) >= _weight(claim)
        and _is_same_place(claim.read, other.read)
        for other in claims
    )


def _weight(claim: Claim) -> int:
    return claim.looks + (0 if _is_weak(claim.read) else 2)


def _is_same_place(a: Read, b: Read) -> bool:
    quads = _thickened(a.quad), _thickened(b.quad)
    return _holds(quads[0], center(b.quad)) or _holds(quads[1], center(a.quad))


def _holds(quad: Quad, point: Point) -> bool:
    corners = np.asarray(quad)
    edges = np.roll(corners, -1, axis=0) - corners
    away = np.asarray(point) - corners
    turns = edges[:, 0] * away[:, 1] - edges[:, 1] * away[:, 0]
    return bool((turns >= 0).all() or (turns <= 0).all())
