"""Item -> the payloads and symbols its label may carry, each with how sure that is.

The probabilities are estimates from labels and specifications seen (the sources are
those of `formats` and `structures`), not counts; they order the candidates and serve
as priors. What depends on things no manifest tells (the head of FedEx's 34 digits, the
services of DPD, the inside of a MaxiCode or PDF417) is listed only where it is known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from vapr.route import check_digits as cd
from vapr.route.codes import literal_of, normalise
from vapr.route.formats import formats_of
from vapr.route.gs1 import GS
from vapr.types import Item

Role = Literal["tracking", "routing"]

_AUSPOST_HEAD = "0199312650999998" + "91"
_DPD_GERMANY = "276"
_DPD_SERVICES = (("101", 0.3), ("327", 0.3), ("332", 0.05), ("136", 0.05))
_SECOND_SCHEME = 0.3


@dataclass(frozen=True, slots=True)
class LabelCode:
    """One symbol a label may bear.

    `text` is the exact content, FNC1 inside as GS (0x1D); `gs1` says that the symbol
    opens with FNC1, which the text leaves out. `probability` is that of this very text
    in this symbology on the item's label; texts of one symbology and role exclude each
    other. A `routing` code is shared by all parcels of one postal code.
    """

    text: str
    symbology: str
    probability: float
    gs1: bool = False
    role: Role = "tracking"


def label_codes(item: Item) -> list[LabelCode]:
    """The codes the item's label may carry, likeliest first; none without a number.

    An alias that carries the item's number (the payload of its barcode, from a
    manifest that has both) comes first.
    """
    if not item.tracking or "?" in item.tracking or "*" in item.tracking:
        return []
    number = literal_of(item.tracking)
    postal = _zip(item.postal_code)
    codes = [
        code for alias in item.aliases for code in _of_alias(alias, number, postal)
    ]
    known = 0.2 if codes else 1.0
    for code in _of_number(number, postal):
        codes.append(replace(code, probability=code.probability * known))
    return _merged(codes)


def _merged(codes: list[LabelCode]) -> list[LabelCode]:
    """Each code once; those of one symbology and role share a probability of 1."""
    best: dict[tuple[str, str, bool], LabelCode] = {}
    for code in sorted(codes, key=lambda code: -code.probability):
        best.setdefault((code.text, code.symbology, code.gs1), code)
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for code in best.values():
        sums[code.symbology, code.role] += code.probability
    shared = [
        replace(
            code,
            probability=code.probability / max(1.0, sums[code.symbology, code.role]),
        )
        for code in best.values()
    ]
    return sorted(shared, key=lambda code: -code.probability)


def _zip(postal_code: str) -> str:
    digits = literal_of(postal_code)
    return digits if digits.isdigit() and len(digits) in (5, 9) else ""


def _of_alias(alias: str, number: str, postal: str) -> list[LabelCode]:
    """What an alias tells when it is a payload that carries the item's number."""
    payload = literal_of(alias)
    if "?" in alias or "*" in alias or payload == number:
        return []
    if number not in {key.value for key in normalise(alias)}:
        return []
    if payload.startswith("420") and payload.endswith(number):
        return list(_impb(number, payload[3 : -len(number)] or postal))
    return [LabelCode(payload, "Code128", 0.9)] if len(payload) > len(number) else []


def _of_number(number: str, postal: str) -> Iterator[LabelCode]:
    """By every format the number fits: the carrier is a hint, never a filter."""
    rows = list(formats_of(number))
    schemes = list(dict.fromkeys(row.scheme for row in rows))
    if number.startswith("JJD"):
        schemes = ["jd-piece"]
    if number.isdigit() and len(number) == 14:
        schemes.insert(0, "dpd")
    for place, scheme in enumerate(schemes):
        share = _SECOND_SCHEME if place else 1.0
        for code in _SCHEMES.get(scheme, _plain)(number, postal):
            yield replace(code, probability=code.probability * share)
    if not schemes:
        yield from _unknown(number, postal)
    elif not any(row.own_head for row in rows):
        yield LabelCode(number, "Code128", 0.4)


def _plain(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.9)
    yield LabelCode(number, "Code39", 0.03)
    yield LabelCode(number, "QRCode", 0.1)
    yield LabelCode(number, "DataMatrix", 0.1)


def _unknown(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.7)
    yield LabelCode(number, "Code39", 0.1)
    yield LabelCode(number, "QRCode", 0.2)
    if number.isdigit() and len(number) % 2 == 0:
        yield LabelCode(number, "ITF", 0.1)
    if number.isdigit() and len(number) == 11:
        yield LabelCode(number + cd.gls_digit(number), "ITF", 0.2)


def _impb(number: str, postal: str) -> Iterator[LabelCode]:
    """GS1-128: 420 with ZIP (or ZIP+4), then the number; FNC1 is sometimes left out."""
    if postal:
        yield LabelCode(f"420{postal[:5]}{GS}{number}", "Code128", 0.6, True)
        yield LabelCode(f"420{postal[:5]}{number}", "Code128", 0.15)
    if len(postal) == 9:
        yield LabelCode(f"420{postal}{GS}{number}", "Code128", 0.4, True)
        yield LabelCode(f"420{postal}{number}", "Code128", 0.1)
    rest = 0.1 if postal else 0.25
    yield LabelCode(number, "Code128", rest, True)
    yield LabelCode(number, "Code128", rest)
    matrix = f"420{postal}{GS}{number}" if postal else number
    yield LabelCode(matrix, "DataMatrix", 0.1, True)


def _ground_economy(number: str, postal: str) -> Iterator[LabelCode]:
    yield from _impb("92" + number, postal)
    yield LabelCode(number, "Code128", 0.1)


def _usps_20(number: str, postal: str) -> Iterator[LabelCode]:
    if cd.USPS_LEGACY.holds(number):
        yield from _impb("91" + number, postal)
    yield LabelCode(number, "Code128", 0.4)


def _ups(number: str, postal: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.98)
    yield LabelCode(number, "QRCode", 0.03)
    if postal:
        yield LabelCode(f"420{postal[:5]}", "Code128", 0.5, True, "routing")
        yield LabelCode(f"420{postal[:5]}", "Code128", 0.2, False, "routing")
    if len(postal) == 9:
        yield LabelCode(f"420{postal}", "Code128", 0.5, True, "routing")


def _amazon(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.95)
    yield LabelCode(number, "QRCode", 0.4)
    yield LabelCode(number, "DataMatrix", 0.1)


def _fedex(number: str, _: str) -> Iterator[LabelCode]:
    """Most FedEx labels carry 34 digits whose head only their payload would tell."""
    yield LabelCode(number, "Code128", 0.4)
    yield LabelCode(number, "QRCode", 0.05)
    yield LabelCode(number, "DataMatrix", 0.05)


def _sscc(number: str, _: str) -> Iterator[LabelCode]:
    full = number if len(number) == 20 else "00" + number
    yield LabelCode(full, "Code128", 0.7, True)
    yield LabelCode(full, "ITF", 0.25)
    yield LabelCode(full, "Code128", 0.05)
    yield LabelCode(full, "DataMatrix", 0.2, True)


def _s10(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.9)
    yield LabelCode(number, "Code39", 0.1)
    yield LabelCode(number, "DataMatrix", 0.1)


def _jd_piece(number: str, _: str) -> Iterator[LabelCode]:
    """Labels print JD and carry JJD."""
    tail = number.removeprefix("JJD").removeprefix("JD")
    yield LabelCode("JJD" + tail, "Code128", 0.9)
    yield LabelCode("JD" + tail, "Code128", 0.05)
    yield LabelCode("JJD" + tail, "DataMatrix", 0.1)


def _dhl_ecommerce(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "Code128", 0.7)
    yield LabelCode(number, "Code39", 0.25)
    yield LabelCode(number, "QRCode", 0.1)


def _auspost(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(_AUSPOST_HEAD + number, "Code128", 0.8, True)
    yield LabelCode(number, "Code128", 0.1)


def _dpd(number: str, postal: str) -> Iterator[LabelCode]:
    """The service and the country are guesses: Classic and B2C, within Germany."""
    body = number[:14]
    if len(postal) == 5:
        for service, probability in _DPD_SERVICES:
            text = f"%{postal:0>7}{body}{service}{_DPD_GERMANY}"
            yield LabelCode(text, "Code128", probability)
    yield LabelCode(body, "Code128", 0.05)
    yield LabelCode(number, "Code128", 0.05)


def _gls(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "ITF", 0.6)
    yield LabelCode(number, "Code128", 0.3)


def _yamato(number: str, _: str) -> Iterator[LabelCode]:
    """NW-7 between start and stop letters; A is usual."""
    for letter, probability in (("A", 0.75), ("D", 0.1), ("B", 0.05), ("C", 0.05)):
        yield LabelCode(letter + number + letter, "Codabar", probability)


def _identcode(number: str, _: str) -> Iterator[LabelCode]:
    yield LabelCode(number, "ITF", 0.9)


def _jd(number: str, _: str) -> Iterator[LabelCode]:
    """The package code of the only parcel of a waybill; others count on."""
    yield LabelCode(f"{number}-1-1-", "Code128", 0.6)
    yield LabelCode(number, "Code128", 0.3)


_SCHEMES: dict[str, Callable[[str, str], Iterator[LabelCode]]] = {
    "ups-1z": _ups,
    "usps-impb": _impb,
    "fedex-20": _ground_economy,
    "usps-20": _usps_20,
    "fedex-12": _fedex,
    "fedex-15": _fedex,
    "purolator": _fedex,
    "amazon-tba": _amazon,
    "sscc": _sscc,
    "s10": _s10,
    "jd-piece": _jd_piece,
    "dhl-ecommerce": _dhl_ecommerce,
    "auspost": _auspost,
    "dpd": _dpd,
    "gls": _gls,
    "yamato": _yamato,
    "dhl-identcode": _identcode,
    "jd": _jd,
}

payloads = label_codes
