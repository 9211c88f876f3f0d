"""What spreadsheets do to numbers, undone where it can be and told always.

A spreadsheet keeps fifteen digits of a number, drops leading zeros and shows
9400110200881234567890 as 9.40011E+21. What is lost stays open: `?` in a pattern.
"""

import re
import unicodedata
from dataclasses import dataclass

KEPT_DIGITS = 15
_SHOWN_DIGITS = 6
_MOST_DIGITS = 40

_FORMULA = re.compile(r'^=\s*"?(.*?)"?$', re.DOTALL)
_SCIENTIFIC = re.compile(r"^(\d)(?:[.,](\d+))?\s*E\+?(\d{1,2})$", re.IGNORECASE)
_ZERO_TAIL = re.compile(r"^[1-9]\d{14}0{3,}$")
_DECIMAL = re.compile(r"^\d+[.,]0+$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# The length of a number that begins with zeros, by the length of what is left of it:
# DPD 14, Canada Post 16, SSCC and DHL 20.
_LEGAL_LENGTHS = {13: 14, 15: 16, 17: 20, 18: 20, 19: 20}


@dataclass(frozen=True, slots=True)
class Mended:
    """A cell's text without its wrapping, and in words what was taken off ("")."""

    text: str
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A number of which only the head is left: the patterns it may be, and why."""

    patterns: tuple[str, ...]
    code: str
    reason: str


def unwrap(cell: str) -> Mended:
    """The text of a cell: without formula signs, apostrophes, widths, invisibles."""
    text = cell.strip()
    plainly = text.isascii() and text[:1] not in "='\"`"
    if plainly and not _DECIMAL.match(text):
        return Mended(text)
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    code, reason = "", ""
    if plain != text and any(c.isdigit() and not c.isascii() for c in text):
        code, reason = "full_width", "full-width digits made plain"
    elif len(_INVISIBLE.findall(text)):
        code, reason = "invisible", "invisible characters taken out"
    formula = _FORMULA.match(plain) if plain.startswith("=") else None
    if formula:
        plain, code, reason = formula[1], "formula_text", 'taken out of ="…"'
    if plain[:1] in ("'", "`", "\u2019") and len(plain) > 1:
        plain, code, reason = plain[1:], "apostrophe", "leading apostrophe taken off"
    plain = plain.strip().strip('"').strip()
    if _DECIMAL.match(plain) and len(plain) > 4:
        plain = re.split("[.,]", plain)[0]
        code, reason = "decimal", "decimal zeros taken off"
    return Mended(plain, code, reason)


def exact_from_scientific(text: str) -> str | None:
    """All digits of "1.23456789012E+11", where none are lost; else None."""
    parts = _SCIENTIFIC.match(text)
    if not parts:
        return None
    digits, length = parts[1] + (parts[2] or ""), int(parts[3]) + 1
    if not len(digits.rstrip("0")) <= length <= max(len(digits), _SHOWN_DIGITS):
        return None
    return digits[:length].ljust(length, "0") if length <= KEPT_DIGITS else None


def lost_digits(text: str, sound: bool) -> Lost | None:
    """What is left of a number that a spreadsheet cut, or None if it did not.

    Args:
        text: the number without blanks.
        sound: whether it is a known number with a right check digit as it stands;
            then zeros at its end are its own.
    """
    parts = _SCIENTIFIC.match(text)
    if parts and (parts[2] or "+" in text):
        return _scientific(parts[1] + (parts[2] or ""), int(parts[3]) + 1, text)
    if not sound and len(text) <= _MOST_DIGITS and _ZERO_TAIL.match(text):
        open_places = len(text) - KEPT_DIGITS
        return Lost(
            (text[:KEPT_DIGITS] + "?" * open_places,),
            "zero_tail",
            f"a spreadsheet kept the first {KEPT_DIGITS} of its {len(text)} digits and "
            "wrote zeros: the parcel can be known by those only",
        )
    return None


def _scientific(digits: str, length: int, text: str) -> Lost | None:
    if not _SHOWN_DIGITS < length <= _MOST_DIGITS:
        return None
    if len(digits) >= KEPT_DIGITS:
        heads = [digits[:KEPT_DIGITS]]
    else:
        shown = digits.ljust(_SHOWN_DIGITS, "0")
        heads = [shown]
        # The last digit shown is rounded: the number may begin one lower.
        below = str(int(shown) - 1)
        if len(below) == len(shown):
            heads.append(below)
    patterns = tuple(head[:length].ljust(length, "?") for head in heads)
    kept = len(heads[0])
    if kept == KEPT_DIGITS:
        said = f"a spreadsheet kept the first {kept} of its {length} digits: "
    else:
        said = f"a spreadsheet made it {text}, {kept} of its {length} digits: "
    return Lost(patterns, "scientific", said + "the parcel can be known by those only")


def zeros_restored(digits: str) -> str | None:
    """The legal longer form of a digit string whose leading zeros may be eaten."""
    length = _LEGAL_LENGTHS.get(len(digits))
    return digits.zfill(length) if length and digits.isdigit() else None
