"""Made strips held against made routes: the trials a calibration is fitted on.

Strips that are not on the route are of four kinds: any other number of the scheme, a
number with the same head (the same shipper), one with a symbol or two changed, and a
serial close by; check digits are right in all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from vapr.calibrate.camera import photograph, random_shot
from vapr.geometry import to_quad
from vapr.read.bars import Bars
from vapr.read.calibration import Clues
from vapr.read.codebook import Codebook, likely_forms
from vapr.read.symbols import SYMBOLOGIES, encode
from vapr.read.template import clues_of, identify_strip
from vapr.route.payloads import LabelCode, payloads
from vapr.route.rivals import neighbours, serials
from vapr.synth.schemes import make_number
from vapr.types import Item, Quad

Rng = np.random.Generator
Kind = Literal["present", "foreign", "shipper", "neighbour", "serial", "other"]

ITEMS = 300  # of a route
STRIPS: tuple[tuple[Kind, int], ...] = (
    ("present", 2),
    ("foreign", 4),
    ("shipper", 3),
    ("neighbour", 2),
    ("serial", 2),
)
"""What every route is tried with."""
ABSENT = sum(count for kind, count in STRIPS if kind != "present")
"""Strips of a route that are not on it."""
PX = (0.14, 0.7)
"""Px per module of the strips, evenly spread in its logarithm."""
_POOL = 4000
_CORNER = 2.0  # px by which corners may be off
_ASTRAY = (0.1, 6.0)  # how often a strip was found badly, and by how many px


@dataclass(frozen=True, slots=True)
class Trial:
    """One strip held against one route.

    `right` says whether the strip's item came first, `clues` what was said of the first
    one, `px` is the true size of a module in px.
    """

    kind: Kind
    scheme: str
    right: bool
    px: float
    clues: Clues

    @property
    def present(self) -> bool:
        """Whether the route had the strip's item."""
        return self.kind == "present"


@dataclass(frozen=True, slots=True)
class Parcel:
    """An item with the codes its label may carry."""

    item: Item
    scheme: str
    codes: tuple[LabelCode, ...]


def run_chunk(seed: int, chunk: int) -> list[Trial]:
    """The trials of one route: the same ones for the same seed and chunk."""
    rng = np.random.default_rng([seed, chunk])
    route = draw_route(rng, serial=chunk % 2 == 1)
    book = Codebook.build((parcel.item.key, parcel.codes) for parcel in route)
    return [
        _trial(kind, drawn(kind, route, rng), book, rng)
        for kind, count in STRIPS
        for _ in range(count)
    ]


def _trial(kind: Kind, parcel: Parcel, book: Codebook, rng: Rng) -> Trial:
    px = float(np.exp(rng.uniform(*np.log(PX))))
    image, quad = photograph(printed(parcel, rng), random_shot(rng, px), rng)
    match = identify_strip(image, shaken(quad, rng), book)
    right = bool(match.llrs) and match.llrs[0][0] == parcel.item.key
    return Trial(kind, parcel.scheme, right, px, clues_of(match))


@cache
def _pool() -> tuple[Parcel, ...]:
    """Parcels of all schemes, by their shares on mixed routes."""
    rng = np.random.default_rng(1)
    drawn = (_parcel(rng) for _ in range(_POOL))
    return tuple(parcel for parcel in drawn if _linear(parcel))


def draw_route(rng: Rng, *, serial: bool) -> list[Parcel]:
    """300 parcels of one scheme, or the next best; consecutive ones with gaps."""
    pool = _pool()
    own = pool[int(rng.integers(len(pool)))]
    if serial:
        return _serial_route(own, rng)
    kin = [parcel for parcel in pool if parcel.scheme == own.scheme]
    rest = [parcel for parcel in pool if parcel.scheme != own.scheme]
    chosen = rng.permutation(len(kin))[:ITEMS]
    filled = rng.permutation(len(rest))[: ITEMS - len(chosen)]
    return [*(kin[i] for i in chosen), *(rest[i] for i in filled)]


def _serial_route(own: Parcel, rng: Rng) -> list[Parcel]:
    near = list(serials(own.item.tracking or "", ITEMS // 2 + 30))
    kept = sorted(rng.permutation(len(near))[:ITEMS].tolist())
    return [_like(own, near[i]) for i in kept] or [own]


def drawn(kind: Kind, route: Sequence[Parcel], rng: Rng) -> Parcel:
    """A parcel of some kind: on the route, or not but likely to be taken for one."""
    near = route[0].scheme
    kin = [parcel for parcel in route if parcel.scheme == near]
    model = kin[int(rng.integers(len(kin)))]
    if kind == "present":
        return model
    taken = {parcel.item.key for parcel in route}
    rivals = [key for key in _rivals(kind, model, rng) if key not in taken]
    if not rivals:
        return _stranger(near, taken, rng)
    return _like(model, rivals[int(rng.integers(len(rivals)))])


def _rivals(kind: Kind, model: Parcel, rng: Rng) -> list[str]:
    number = model.item.tracking or ""
    if kind == "neighbour":
        return list(neighbours(number, 16, seed=int(rng.integers(1 << 30))))
    if kind == "serial":
        return list(serials(number, 12))
    return _same_head(number, rng) if kind == "shipper" else []


def _same_head(number: str, rng: Rng) -> list[str]:
    """A number whose last three to six digits, the check digit apart, are others."""
    count = int(rng.integers(3, 7))
    drawn = [
        str(rng.integers(10)) if char.isdigit() else char
        for char in number[-count - 1 :]
    ]
    return list(serials(number[: -count - 1] + "".join(drawn), 1))


def _stranger(scheme: str, taken: set[str], rng: Rng) -> Parcel:
    kin = [p for p in _pool() if p.scheme == scheme and p.item.key not in taken]
    return kin[int(rng.integers(len(kin)))] if kin else _parcel(rng)


def _parcel(rng: Rng) -> Parcel:
    postal = f"{int(rng.integers(500, 99950)):05d}"
    number = make_number(rng, postal)
    return _of(number.tracking, number.scheme, postal)


def _like(model: Parcel, number: str) -> Parcel:
    return _of(number, model.scheme, model.item.postal_code)


def _of(tracking: str, scheme: str, postal: str) -> Parcel:
    item = Item(key=tracking, stop="1", tracking=tracking, postal_code=postal)
    return Parcel(item, scheme, tuple(payloads(item)))


def _linear(parcel: Parcel) -> list[LabelCode]:
    return [
        code
        for code in parcel.codes
        if code.role == "tracking"
        and code.symbology in SYMBOLOGIES
        and encode(code.text, code.symbology, gs1=code.gs1)
    ]


def printed(parcel: Parcel, rng: Rng) -> Bars:
    """One of the codes the parcel's label may carry, by its probability."""
    codes = _linear(parcel)
    shares = np.array([code.probability for code in codes])
    code = codes[int(rng.choice(len(codes), p=shares / shares.sum()))]
    forms = likely_forms(code)
    return forms[0] if rng.random() < 0.9 else forms[min(1, len(forms) - 1)]


def shaken(quad: Quad, rng: Rng) -> Quad:
    """Corners as a strip finder gives them: a little off, either way round."""
    often, far = _ASTRAY
    off = rng.uniform(0, far if rng.random() < often else _CORNER)
    corners = np.array(quad) + rng.uniform(-1, 1, (4, 2)) * off
    return to_quad(np.roll(corners, 2, axis=0) if rng.random() < 0.5 else corners)
