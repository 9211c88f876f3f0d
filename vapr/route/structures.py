"""Bare strings of 0-9 A-Z: numbers by their format, and payloads that carry a number.

`CARRIED` is the table of payloads that hold the number people know at fixed places.
A structure that is guessed must have its check digit; a head of its own need not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vapr.route import check_digits as cd
from vapr.route.check_digits import CheckDigit
from vapr.route.formats import Format, formats_of
from vapr.route.keys import Key

IMPB = re.compile(r"9[1-5](?:\d{18}|\d{20}|\d{24}|\d{28})")
_ROUTING = re.compile(r"420(?:\d{5}|\d{9})|421\d{5,12}")
_LONGEST_ROUTING = 12
_CODABAR = re.compile(r"[ABCD](\d{8,16})[ABCD]")

DPD_COUNTRIES = frozenset(
    re.findall(
        "...",
        "008020031040051056070100112191196203208233246250268276292300336348352372380"
        "398428438440442470492498499528578616620642643674688703705724752756792804807"
        "826831832833",
    )
)
"""ISO 3166-1 numeric codes a DPD label may end in (Europe)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A payload, as a pattern whose first group is the number people know.

    `explicit`: the head says enough, so a wrong check digit of the number only costs
    rank; otherwise it must be right. `rank` is that of a key whose check digit is.
    """

    carrier: str
    scheme: str
    payload: str
    check: CheckDigit | None
    source: str
    explicit: bool = False
    rank: int = 3


CARRIED: tuple[Carried, ...] = (
    Carried("fedex", "fedex-12", r"96[23]2\d{18}(\d{12})", cd.FEDEX, "tnd fedex_gsn"),
    Carried(
        "fedex",
        "fedex-12",
        r"96(?![23]2)\d{20}(\d{12})",
        cd.FEDEX,
        "production labels (public test of a label scanner)",
        explicit=True,
    ),
    Carried("fedex", "fedex-12", r"10\d{20}(\d{12})", cd.FEDEX, "tnd fedex_34"),
    Carried("purolator", "purolator", r"\d{11}(33\d{10})\d{11}", cd.LUHN, "PackageX"),
    Carried(
        "purolator",
        "purolator",
        r"183080109\d{6}(\d{9})\d{10}",
        None,
        "PackageX",
        explicit=True,
    ),
    Carried("fedex", "fedex-12", r"\d{22}(\d{12})", cd.FEDEX, "tnd fedex_34", rank=2),
    Carried("fedex", "fedex-12", r"3\d{15}(\d{12})\d{4}", cd.FEDEX, "tnd fedex_astra"),
    Carried(
        "fedex",
        "fedex-12",
        r"(\d{12})0[2-6]\d\d",
        cd.FEDEX,
        "Express: number and form id (itdida-issues#58; COMMON_2D)",
        rank=2,
    ),
    Carried("fedex", "fedex-15", r"96\d{5}(\d{15})", cd.GS1, "tnd fedex_ground_96"),
    Carried("usps", "usps-impb", r"(9[1-5]\d{20})\d{5}", cd.GS1, "number, then ZIP"),
    Carried("usps", "usps-impb", r"(9[1-5]\d{20})\d{9}", cd.GS1, "number, then ZIP+4"),
    Carried(
        "canada-post",
        "canada-post",
        r"\d[A-Z][0-9A-Z]{5}(\d{16})\d{5}",
        cd.GS1,
        "PackageX: digit, postal code, number, five digits",
    ),
    Carried("sscc", "sscc", r"C1(00\d{18})", cd.GS1, "PackageX: AIM without bracket"),
)
_CARRIED = tuple((re.compile(row.payload), row) for row in CARRIED)
_CARRIED_LENGTHS = frozenset({16, 22, 27, 28, 31, 32, 34})


def bare_keys(
    number: str, symbology: str | None = None, own_head: bool = False
) -> list[Key]:
    """The keys a string of 0-9 A-Z stands for, best first; without its literal.

    `own_head` asks only for formats that begin with characters of their own, as for a
    piece of a longer text.
    """
    if number.startswith("JJD"):
        number = number[1:]
    if not number.strip("0") or _ROUTING.fullmatch(number):
        return []
    keys = [] if own_head else _structures(number, symbology)
    if keys:
        return keys
    for row in formats_of(number, symbology):
        if row.own_head or not own_head:
            keys += _format_keys(number, row)
    return keys


def _structures(number: str, symbology: str | None) -> list[Key]:
    if number.startswith(("420", "C1420")) and len(number) > _LONGEST_ROUTING:
        found = list(_behind_zip(number.removeprefix("C1")))
        if found:
            return found
    if len(number) in _CARRIED_LENGTHS:
        found = list(_carried(number))
        if found:
            return found
    if len(number) in (27, 28) and number[21:27].isdigit():
        return dpd_keys(number)
    match = _CODABAR.fullmatch(number)
    if match and symbology in (None, "codabar"):
        return bare_keys(match[1], "codabar") or [Key(match[1], None, "codabar", 1)]
    return []


def dpd_keys(text: str, explicit: bool = False) -> list[Key]:
    """The parcel number of a DPD barcode: zip 7, number 14, service 3, country 3.

    Guessed, it must end in a right check character, or be digits and end in the number
    of a country DPD serves.
    """
    number = text[7:21]
    if len(text) == 28 and cd.MOD37.holds(text):
        return [Key(number, "dpd", "dpd", 3, True)]
    if explicit or (text.isdigit() and text[24:] in DPD_COUNTRIES):
        return [Key(number, "dpd", "dpd", 2)]
    return []


def _carried(number: str) -> Iterator[Key]:
    for pattern, row in _CARRIED:
        match = pattern.fullmatch(number)
        if not match:
            continue
        inner = match[1]
        if row.check and row.check.holds(inner):
            yield Key(inner, row.carrier, row.scheme, row.rank, True)
        elif row.explicit:
            yield Key(inner, row.carrier, row.scheme, 2)


def _behind_zip(number: str) -> Iterator[Key]:
    """IMpb behind 420 and a ZIP whose end nothing marks: ZIP+4 first, then ZIP.

    Other splits are taken only when neither is possible; all need the check digit.
    """
    found = False
    for at in (12, 8):
        for key in impb_keys(number[at:]):
            found = True
            yield key
    for length in () if found else (22, 26):
        if len(number) > length + 3:
            yield from impb_keys(number[-length:])


def impb_keys(number: str, explicit: bool = False) -> list[Key]:
    """A USPS Intelligent Mail package barcode, and its 20-digit FedEx equivalent."""
    if not IMPB.fullmatch(number):
        return []
    checked = cd.GS1.holds(number)
    if not (checked or explicit):
        return []
    key = Key(number, "usps", "usps-impb", 3 if checked else 2, checked)
    return [key, *_equivalents(number, "usps-impb", checked)]


def _format_keys(number: str, row: Format) -> list[Key]:
    value = number[:14] if row.scheme == "dpd" else number
    key = Key(value, row.carrier, row.scheme, row.rank, row.check is not None)
    return [key, *_equivalents(number, row.scheme, key.checked)]


def _equivalents(number: str, scheme: str, checked: bool) -> list[Key]:
    """Other ways to write a number: rank 1."""
    match scheme:
        case "usps-impb" if number.startswith("9261") and len(number) == 22:
            other = Key(number[2:], "fedex", "fedex-20", 1, checked)
        case "usps-impb" if number.startswith("91") and len(number) == 22:
            other = Key(number[2:], "usps", "usps-20", 1, checked)
        case "fedex-20":
            other = Key("92" + number, "usps", "usps-impb", 1, checked)
        case "usps-20" if cd.USPS_LEGACY.holds(number):
            other = Key("91" + number, "usps", "usps-impb", 1, checked)
        case "sscc":
            twin = number[2:] if len(number) == 20 else "00" + number
            other = Key(twin, None, "sscc", 1, checked)
        case "gls":
            other = Key(number[:11], "gls", "gls", 1, checked)
        case "startrack":
            other = Key(number[:12], "startrack", "startrack", 1)
        case _:
            return []
    return [other]
