"""Payloads with a structure of their own: ISO 15434 envelopes and the carriers' forms.

Text comes in as `codes` folded it: upper case, GS RS EOT kept.
Sources: ISO/IEC 15434; ISO/IEC 16023 figure B2 and the UPS Guide to Labeling (the
MaxiCode holds ten characters of the 1Z number); FedEx ShipService replies (COMMON_2D);
SF, JD and Purolator labels; GLS Uni-Box TechDoku (Track-ID at 33..40); DPD Parcel Label
Specification 2.4.1.
"""

import re
from collections.abc import Callable

from vapr.route import check_digits as cd
from vapr.route.keys import Key
from vapr.route.structures import bare_keys, dpd_keys

_FIELDS = re.compile(r"[\x1c-\x1e\x04\r\n]")
_UPS_FULL = re.compile(r"(?:^|[^0-9A-Z]|96)(1Z[0-9A-Z]{15}\d)(?![0-9A-Z])")
_UPS_PARTS = re.compile(
    r"(?:\x1d(\d{3})\x1d|^|\x1d|96|[^0-9A-Z])1Z([0-9A-Z]{8})\x1dUPSN\x1d([0-9A-Z]{6})"
)
_UPS_ROUTING = re.compile(r"(\d{3})\d{9}(\d{3})\[\)>")
_FEDEX_MARK = re.compile(r"FD[A-Z]{1,3}")
_SF = re.compile(r"['\"]K5['\"]\s*:\s*['\"]([0-9A-Z]{8,20})['\"]")
_PUROLATOR = re.compile(r"\bS0([12])~([0-9A-Z]{6,20})")
_JD = re.compile(r"([A-Z]{1,4}\d{8,15})-\d{1,4}-\d{1,4}-?[0-9A-Z]*")
_DPD = re.compile(r"%[0-9A-Z]{7}\d{13}[0-9A-Z]\d{6}[0-9A-Z]?")
_GLS_LENGTH = 123
_GLS_TRACK = re.compile(r"(?=.*[A-Z])[0-9A-Z]{8}")


def envelope_keys(text: str) -> list[Key]:
    """The numbers of a UPS MaxiCode, a FedEx PDF417 or another ISO 15434 message."""
    if "[)>" not in text and "\x1dUPSN" not in text:
        return []
    fields = _FIELDS.split(text.replace("[)>", "\x1e", 1))
    return _ups(text) or _fedex(fields) or _identifiers(fields)


def _ups(text: str) -> list[Key]:
    """The whole number if it is there, else the one rebuilt from its parts.

    1Z + account + the last two digits of the class of service + the eight characters.
    The class is a field, or opens or ends the fifteen digits of routing in front;
    where the check digit denies that, or no class is given, those two stay open.
    """
    full = _UPS_FULL.search(text)
    if full and cd.UPS.holds(full[1]):
        return [Key(full[1], "ups", "ups-1z", 3, True)]
    parts = _UPS_PARTS.search(text)
    if not parts:
        return []
    service, tail, account = parts.groups()
    routing = _UPS_ROUTING.match(text)
    for each in (service, *(routing.groups() if routing else ())):
        number = f"1Z{account}{(each or '')[-2:]}{tail}"
        if each and cd.UPS.holds(number):
            return [Key(number, "ups", "ups-1z", 3, True)]
    return [Key(f"1Z{account}??{tail}", "ups", "ups-1z", 2)]


def _fedex(fields: list[str]) -> list[Key]:
    """The field before the FDE or FDEG mark; 31Z repeats it, 28Z is the master."""
    marks = [i for i, field in enumerate(fields) if _FEDEX_MARK.fullmatch(field)]
    if not marks or not fields[marks[0] - 1].isdecimal():
        return []
    keys = [_fedex_number(fields[marks[0] - 1], 3)]
    for field in fields:
        if field.startswith("31Z"):
            keys += bare_keys(field[3:])
        elif field.startswith("28Z") and field[3:].isdecimal():
            keys.append(_fedex_number(field[3:], 1))
    return keys


def _fedex_number(digits: str, rank: int) -> Key:
    """Express: 12 digits and the four of the form id; Ground: the number alone."""
    if len(digits) == 16:
        digits = digits[:12]
    checked = len(digits) == 12 and cd.FEDEX.holds(digits)
    scheme = f"fedex-{len(digits)}"
    return Key(digits, "fedex", scheme, rank if checked else min(rank, 2), checked)


def _identifiers(fields: list[str]) -> list[Key]:
    """Other envelopes: a field, or what follows its data identifier, as a number."""
    keys: list[Key] = []
    for field in fields:
        bare = re.sub(r"^\d{0,3}[A-Z]", "", field)
        keys += bare_keys(field, own_head=True) or bare_keys(bare, own_head=True)
    return keys


def form_keys(text: str, symbology: str | None) -> list[Key]:
    """The carriers' own forms: SF, Purolator, JD, DPD, GLS Uni-Box."""
    for form in _FORMS:
        keys = form(text, symbology)
        if keys:
            return keys
    return []


def _sf(text: str, _: str | None) -> list[Key]:
    match = _SF.search(text) if "K5" in text else None
    return [Key(match[1], "sf", "sf", 3)] if match else []


def _purolator(text: str, _: str | None) -> list[Key]:
    """S02 is the piece; S01 the shipment it belongs to."""
    if not text.startswith("V01~"):
        return []
    pins = dict(_PUROLATOR.findall(text))
    ranks = (("2", 3), ("1", 1 if "2" in pins else 2))
    return [
        Key(pins[n], "purolator", "purolator", rank) for n, rank in ranks if n in pins
    ]


def _jd(text: str, _: str | None) -> list[Key]:
    match = _JD.fullmatch(text) if "-" in text else None
    return [Key(match[1], "jd", "jd", 2)] if match else []


def _dpd(text: str, _: str | None) -> list[Key]:
    return dpd_keys(text[1:], explicit=True) if _DPD.fullmatch(text) else []


def _gls(text: str, symbology: str | None) -> list[Key]:
    if len(text) != _GLS_LENGTH or symbology not in (None, "datamatrix"):
        return []
    track = text[33:41]
    return [Key(track, "gls", "gls-track", 2)] if _GLS_TRACK.fullmatch(track) else []


_FORMS: tuple[Callable[[str, str | None], list[Key]], ...] = (
    _sf,
    _purolator,
    _jd,
    _dpd,
    _gls,
)
