"""Made strips held against made routes: the trials a calibration is fitted on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vapr.calibrate.camera import photograph, random_shot
from vapr.geometry import to_quad
from vapr.read.codebook import Codebook
from vapr.read.symbols import SYMBOLOGIES, Bars, encode
from vapr.read.template import StripMatch, identify_strip
from vapr.route.payloads import LabelCode, payloads
from vapr.route.rivals import serials
from vapr.synth.schemes import make_number
from vapr.types import Item, Quad

_ITEMS = 300  # of a route
_POOL = 4000
_CORNER = 2.0  # px by which corners may be off

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Trial:
    """One strip held against one route.

    `present` says whether the route had the strip's item, `right` whether it came
    first, `raw` what was said of the first one (-inf: nothing), `lead` how much more
    that was than what was said of the second.
    """

    present: bool
    right: bool
    raw: float
    lead: float
    px_per_module: float
    residual: float
    explained: float


@dataclass(frozen=True, slots=True)
class _Parcel:
    item: Item
    scheme: str
    codes: tuple[LabelCode, ...]


def run_trials(seed: int, count: int) -> Iterator[Trial]:
    """Trials of `count` strips, each with its item on the route once, without it twice.

    Routes are the scheme's numbers at random or the serials around the strip's own.
    """
    rng = np.random.default_rng(seed)
    pool = [_parcel(rng) for _ in range(_POOL)]
    pool = [parcel for parcel in pool if _printable(parcel)]
    for turn in range(count):
        own = pool[int(rng.integers(len(pool)))]
        routes = [_mixed_route(own, pool, rng), _serial_route(own, rng)]
        px = float(np.exp(rng.uniform(np.log(0.14), np.log(0.7))))
        image, quad = photograph(_printed(own, rng), random_shot(rng, px), rng)
        quad = _off(quad, rng)
        for route in ([own, *routes[turn % 2][1:]], *routes):
            book = Codebook.build((p.item.key, p.codes) for p in route)
            match = identify_strip(image, quad, book)
            yield _trial(match, own.item.key, route[:1] == [own], px)


def _trial(match: StripMatch, key: str, present: bool, px: float) -> Trial:
    first, raw = match.llrs[0] if match.llrs else ("", -np.inf)
    lead = raw - match.llrs[1][1] if len(match.llrs) > 1 else np.inf
    facts = (px, match.residual, match.explained)
    return Trial(present, first == key, raw, lead, *facts)


def _parcel(rng: Rng) -> _Parcel:
    postal = f"{int(rng.integers(500, 99950)):05d}"
    number = make_number(rng, postal)
    return _of(number.tracking, number.scheme, postal)


def _of(tracking: str, scheme: str, postal: str) -> _Parcel:
    item = Item(key=tracking, stop="1", tracking=tracking, postal_code=postal)
    return _Parcel(item, scheme, tuple(payloads(item)))


def _linear(parcel: _Parcel) -> list[LabelCode]:
    return [
        code
        for code in parcel.codes
        if code.role == "tracking" and code.symbology in SYMBOLOGIES
    ]


def _printable(parcel: _Parcel) -> bool:
    return any(encode(c.text, c.symbology, gs1=c.gs1) for c in _linear(parcel))


def _printed(parcel: _Parcel, rng: Rng) -> Bars:
    """One of the codes the parcel's label may carry, by its probability."""
    codes = [c for c in _linear(parcel) if encode(c.text, c.symbology, gs1=c.gs1)]
    shares = np.array([code.probability for code in codes])
    code = codes[int(rng.choice(len(codes), p=shares / shares.sum()))]
    forms = encode(code.text, code.symbology, gs1=code.gs1)
    return forms[0] if rng.random() < 0.9 else forms[min(1, len(forms) - 1)]


def _mixed_route(own: _Parcel, pool: list[_Parcel], rng: Rng) -> list[_Parcel]:
    """The scheme's other parcels, filled up with those of other schemes."""
    kin = [p for p in pool if p.scheme == own.scheme and p.item.key != own.item.key]
    rest = [p for p in pool if p.scheme != own.scheme]
    rng.shuffle(kin)
    rng.shuffle(rest)
    return [*kin[:_ITEMS], *rest[: max(0, _ITEMS - len(kin))]]


def _serial_route(own: _Parcel, rng: Rng) -> list[_Parcel]:
    near = list(serials(own.item.tracking or "", _ITEMS // 2 + 20))
    rng.shuffle(near)
    postal = own.item.postal_code
    return [_of(number, own.scheme, postal) for number in near[:_ITEMS]]


def _off(quad: Quad, rng: Rng) -> Quad:
    """Corners as a strip finder gives them: a little off, either way round."""
    corners = np.array(quad) + rng.uniform(-1, 1, (4, 2)) * rng.uniform(0, _CORNER)
    return to_quad(np.roll(corners, 2, axis=0) if rng.random() < 0.5 else corners)
