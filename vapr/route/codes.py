"""What a barcode carries -> the tracking numbers it may stand for.

The order is: symbology and AIM identifier; ISO 15434 envelope; URL (GS1 Digital Link);
the carriers' own forms; GS1 element string; the string with its blanks, dots and
dashes taken out; each piece between other separators; and always the literal.
The same function reads the cells of a manifest.
"""

import re
import unicodedata

from vapr.route import check_digits as cd
from vapr.route.envelopes import envelope_keys, form_keys
from vapr.route.gs1 import GS, Elements, digital_link, element_string
from vapr.route.keys import Key
from vapr.route.structures import bare_keys, impb_keys

__all__ = ["literal_of", "normalise", "pieces_of"]

_NOT_PLAIN = re.compile(r"[^0-9A-Z]+")
_SOFT = re.compile(r"[0-9A-Z ().\-]+")
_HARD = re.compile(r"[^0-9A-Z.\-]+")
_AIM = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
_AIM_GS1 = frozenset({"C1", "e0", "d2", "Q3", "J1"})
_AIM_SYMBOLOGY = {
    "A": "code39",
    "C": "code128",
    "E": "ean",
    "F": "codabar",
    "I": "itf",
    "L": "pdf417",
    "Q": "qrcode",
    "U": "maxicode",
    "d": "datamatrix",
    "z": "aztec",
}
_RETAIL = frozenset({"ean", "ean8", "ean13", "eanupc", "upc", "upca", "upce", "isbn"})
_SYNONYMS = {
    "i2of5": "itf",
    "interleaved2of5": "itf",
    "itf14": "itf",
    "gs1128": "code128",
    "gs1datamatrix": "datamatrix",
    "gs1qrcode": "qrcode",
    "qr": "qrcode",
    "nw7": "codabar",
    "hri": "",
    "text": "",
    "unknown": "",
}
_WRITTEN = re.compile(r"[<{](GS|RS|EOT|FNC1|CR|LF)[>}]", re.IGNORECASE)
_CONTROLS = {"GS": GS, "FNC1": GS, "RS": "\x1e", "EOT": "\x04", "CR": "\r", "LF": "\n"}
_PICTURES = str.maketrans({"\u241d": GS, "\u241e": "\x1e", "\u2404": "\x04"})
_ARTICLE = re.compile(r"[0-9A-Z]{3}(?:[0-9A-Z]{2})?\d{18}|00\d{18}")
_AUSPOST_GTIN = "9931265"
_LONGEST = 8_000
_SHORTEST_PIECE = 8


def normalise(payload: str, symbology: str | None = None) -> list[Key]:
    """The tracking keys a barcode's payload (or a manifest's cell) may stand for.

    `symbology` is the reader's name for it, in any spelling; codes of retail goods
    give only their literal. FNC1 is GS (0x1D). Best first, each value once; the
    literal text is always among them, unless it has no letter or digit at all.
    Never raises.
    """
    kind = _symbology(symbology)
    text, gs1, aim_kind = _fold(payload[:_LONGEST])
    kind = kind or aim_kind
    literal = _NOT_PLAIN.sub("", text)
    found = [] if kind in _RETAIL else _read(text, literal, kind, gs1)
    return _ranked(found, literal)


def literal_of(text: str) -> str:
    """The text in capitals, with nothing but 0-9 A-Z kept."""
    return _NOT_PLAIN.sub("", _fold(text)[0])


def pieces_of(text: str) -> list[str]:
    """The literals of what stands between separators, if they are long enough."""
    return [piece for piece in _split(_fold(text)[0]) if len(piece) >= _SHORTEST_PIECE]


def _symbology(name: str | None) -> str | None:
    if not name:
        return None
    plain = re.sub(r"[^0-9a-z]", "", name.lower())
    return _SYNONYMS.get(plain, plain) or None


def _fold(payload: str) -> tuple[str, bool, str | None]:
    """The text in capitals, whether its AIM identifier says GS1, and its symbology."""
    text = payload.strip(" \t\r\n\0")
    aim = _AIM.match(text)
    if aim:
        text = text[3:]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_PICTURES)
        text = "".join(str(unicodedata.decimal(c, c)) for c in text)
    if "<" in text or "{" in text:
        text = _WRITTEN.sub(lambda m: _CONTROLS[m[1].upper()], text)
    kind = _AIM_SYMBOLOGY.get(aim[1]) if aim else None
    return text.upper(), bool(aim and aim[1] + aim[2] in _AIM_GS1), kind


def _ranked(found: list[Key], literal: str) -> list[Key]:
    best: dict[str, Key] = {}
    for key in sorted(found, key=lambda key: -key.rank):
        best.setdefault(key.value, key)
    if literal:
        best.setdefault(literal, Key(literal))
    return list(best.values())


def _read(text: str, literal: str, kind: str | None, gs1: bool) -> list[Key]:
    if text == literal and not gs1:
        return _plain(text, kind)
    keys = envelope_keys(text) or _link(text) or form_keys(text, kind)
    if keys:
        return keys
    if gs1 or GS in text or re.match(r"\(\d{2,4}\)", text):
        keys = _gs1_keys(element_string(text))
    if not keys and _SOFT.fullmatch(text):
        keys = bare_keys(literal, kind)
    return keys or _auspost_head(text) or _pieces(text, kind)


def _plain(text: str, kind: str | None) -> list[Key]:
    """Nothing but 0-9 A-Z: the usual case, and the fast one."""
    return form_keys(text, kind) or bare_keys(text, kind) or _auspost_head(text)


def _link(text: str) -> list[Key]:
    """The SSCC of a Digital Link, which stands there without its 00."""
    if "://" not in text:
        return []
    return [
        key
        for ai, value in digital_link(text)
        if ai == "00"
        for key in _sscc(value, printed="")
    ]


def _gs1_keys(elements: Elements) -> list[Key]:
    keys: list[Key] = []
    goods = any(ai == "01" for ai, _ in elements)
    for ai, value in elements:
        if ai == "00":
            keys += _sscc(value)
        elif "91" <= ai <= "96" and len(ai) == 2:
            keys += _internal(ai, value, elements[0][1] if goods else None)
    return keys


def _sscc(value: str, printed: str = "00") -> list[Key]:
    """An SSCC as its label prints it, with its 00 or without; the other way: rank 1."""
    if not (len(value) == 18 and value.isdecimal()):
        return []
    checked = cd.GS1.holds(value)
    twin = value if printed else "00" + value
    return [
        Key(printed + value, "sscc", "sscc", 3 if checked else 2, checked),
        Key(twin, "sscc", "sscc", 1, checked),
    ]


def _internal(ai: str, value: str, gtin: str | None) -> list[Key]:
    """Identifiers 91 to 96: a carrier's own; with a GTIN only Australia Post's 91."""
    if gtin is not None:
        return _article(value) if ai == "91" and _is_auspost(gtin, value) else []
    number = ai + _NOT_PLAIN.sub("", value)
    return impb_keys(number, explicit=True) or bare_keys(number)


def _is_auspost(gtin: str, value: str) -> bool:
    return gtin.startswith(_AUSPOST_GTIN) or cd.AUSPOST.holds(value)


def _article(value: str) -> list[Key]:
    if not _ARTICLE.fullmatch(value):
        return []
    if value.startswith("00"):
        return _sscc(value[2:])
    checked = cd.AUSPOST.holds(value)
    return [Key(value, "auspost", "auspost", 3 if checked else 2, checked)]


def _auspost_head(text: str) -> list[Key]:
    """Australia Post without FNC1: 01, its GTIN, 91; other separators in its place."""
    if not text.startswith("01" + _AUSPOST_GTIN):
        return []
    return _gs1_keys(element_string(re.sub(r"[|\n\r]+", GS, text)))


def _pieces(text: str, kind: str | None) -> list[Key]:
    """Each piece on its own: the first may be any format, others need a head."""
    keys: list[Key] = []
    for place, piece in enumerate(_split(text)):
        if len(piece) >= _SHORTEST_PIECE:
            keys += bare_keys(piece, kind, own_head=place > 0)
    return keys


def _split(text: str) -> list[str]:
    """The pieces between separators, each as 0-9 A-Z; none if there is only one."""
    pieces = [_NOT_PLAIN.sub("", piece) for piece in _HARD.split(text)]
    pieces = [piece for piece in pieces if piece]
    return pieces if len(pieces) > 1 else []
