"""Invented tracking numbers of many schemes, with the payloads their codes carry.

The structures and check digits are those carriers publish; the numbers are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Code:
    """One code on a label: zxing-cpp format name, role on the label, payload."""

    symbology: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A tracking number as a manifest writes it, its scheme and its codes."""

    scheme: str
    tracking: str
    codes: tuple[Code, ...]


def _digits(rng: Rng, n: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, n))


def _mod10(digits: str, right: int = 3, left: int = 1) -> str:
    """Check digit mod 10 with weights `right`, `left`, ... from the right."""
    weights = [right if i % 2 == 0 else left for i in range(len(digits))]
    total = sum(int(d) * w for d, w in zip(reversed(digits), weights, strict=True))
    return str(-total % 10)


def _ups_check(body: str) -> str:
    values = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in body]
    return str(-sum(v * (1 + i % 2) for i, v in enumerate(values)) % 10)


def _mod37(text: str) -> str:
    p = 36
    for c in text:
        p = (p + _ALNUM.index(c)) % 36 or 36
        p = p * 2 % 37
    return _ALNUM[(37 - p) % 36]


def _ups(rng: Rng, postal: str) -> Number:
    account = "".join(_ALNUM[i] for i in rng.integers(0, 36, 6))
    service = ("03", "01", "02", "12", "YW")[int(rng.integers(5))]
    body = account + service + _digits(rng, 7)
    number = "1Z" + body + _ups_check(body)
    return Number(
        "ups",
        number,
        (
            Code("MaxiCode", "maxicode", f"{number} {postal}"),
            Code("Code128", "postal", "420" + postal),
            Code("Code128", "tracking", number),
        ),
    )


def _impb(rng: Rng, postal: str) -> Number:
    head = ("9400", "9205", "9361", "9270", "9405")[int(rng.integers(5))]
    body = head + _digits(rng, 17)
    number = body + _mod10(body)
    codes = [Code("Code128", "tracking", f"420{postal}{number}")]
    if rng.random() < 0.4:
        codes.append(Code("DataMatrix", "tracking2d", f"420{postal}{number}"))
    return Number("usps", number, tuple(codes))


def _fedex(rng: Rng, postal: str) -> Number:
    weights = (3, 1, 7) * 4
    while True:
        body = _digits(rng, 11)
        check = sum(int(d) * w for d, w in zip(body, weights[:11], strict=True)) % 11
        if check < 10:
            break
    number = body + str(check)
    long = f"9632{_digits(rng, 18)}{number}"
    code = number if rng.random() < 0.5 else long
    sheet = f"{number}|{postal}|{_digits(rng, 10)}"
    return Number(
        "fedex",
        number,
        (Code("PDF417", "pdf417", sheet), Code("Code128", "tracking", code)),
    )


def _amazon(rng: Rng, postal: str) -> Number:
    number = "TBA" + _digits(rng, 12)
    matrix = ("QRCode", "DataMatrix")[int(rng.integers(2))]
    return Number(
        "amazon",
        number,
        (
            Code(matrix, "tracking2d", f"{number}|{postal}"),
            Code("Code128", "tracking", number),
        ),
    )


def _dhl(rng: Rng, postal: str) -> Number:
    number = "JJD" + _digits(rng, 18)
    route = postal + _digits(rng, 9)
    return Number(
        "dhl",
        number,
        (Code("Code128", "postal", route), Code("Code128", "tracking", number)),
    )


def _dhl_paket(rng: Rng, postal: str) -> Number:
    body = "003404" + _digits(rng, 13)
    number = body + _mod10(body[2:])
    leit = postal + _digits(rng, 8)
    return Number(
        "dhl-paket",
        number,
        (Code("ITF", "postal", leit + "0"), Code("ITF", "tracking", number)),
    )


def _s10(rng: Rng, postal: str) -> Number:
    del postal
    body = _digits(rng, 8)
    total = sum(int(d) * w for d, w in zip(body, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    service = ("RR", "CP", "EE", "LX", "UA")[int(rng.integers(5))]
    country = ("DE", "GB", "JP", "FR", "CN", "SE")[int(rng.integers(6))]
    number = f"{service}{body}{check}{country}"
    return Number("s10", number, (Code("Code128", "tracking", number),))


def _gls(rng: Rng, postal: str) -> Number:
    body = _digits(rng, 11)
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(body)) + 1
    number = body + str(-total % 10)
    return Number(
        "gls",
        number,
        (
            Code("DataMatrix", "tracking2d", f"A{postal}{number}{_digits(rng, 20)}"),
            Code("ITF", "tracking", number),
        ),
    )


def _dpd(rng: Rng, postal: str) -> Number:
    number = "0" + _digits(rng, 13)
    payload = f"00{postal[:5]}{number}101276"
    return Number(
        "dpd",
        number + _mod37(number),
        (
            Code("Aztec", "tracking2d", payload),
            Code("Code128", "tracking", "%" + payload),
        ),
    )


def _yamato(rng: Rng, postal: str) -> Number:
    del postal
    body = _digits(rng, 11)
    number = body + str(int(body) % 7)
    return Number("yamato", number, (Code("Codabar", "tracking", f"A{number}A"),))


def _post39(rng: Rng, postal: str) -> Number:
    number = "GM" + _digits(rng, 12)
    return Number(
        "mail",
        number,
        (
            Code("QRCode", "tracking2d", f"{number};{postal}"),
            Code("Code39", "tracking", number),
        ),
    )


_SCHEMES: tuple[tuple[Callable[[Rng, str], Number], float], ...] = (
    (_ups, 0.16),
    (_impb, 0.17),
    (_fedex, 0.15),
    (_amazon, 0.18),
    (_dhl, 0.07),
    (_dhl_paket, 0.05),
    (_s10, 0.06),
    (_gls, 0.05),
    (_dpd, 0.05),
    (_yamato, 0.03),
    (_post39, 0.03),
)


def make_number(rng: Rng, postal: str) -> Number:
    """A number of a scheme drawn by its share on mixed routes, with its codes.

    `postal` is the recipient's five-digit postal code.
    """
    shares = np.array([share for _, share in _SCHEMES])
    make = _SCHEMES[int(rng.choice(len(_SCHEMES), p=shares / shares.sum()))][0]
    return make(rng, postal)
