"""The tracking numbers in a cell of a manifest."""

import re
from dataclasses import dataclass, replace

from vapr.route import check_digits
from vapr.route.codes import literal_of, normalise
from vapr.route.excel_damage import (
    exact_from_scientific,
    lost_digits,
    unwrap,
    zeros_restored,
)
from vapr.route.formats import COUNTRIES
from vapr.route.headers import fold
from vapr.route.keys import Key

_NOTHING = """
    n/a; none; null; nil; nan; tbd; tba; tbc; unknown; no number; no tracking; missing;
    pending; ohne; keine; kein; nv; ka; aucun; sans; ninguno; sin; geen; brak; なし;
    無し; 無; 无; 未定; ref; value; name; div0; 0; 00; 000
    """
_PLACEHOLDERS = frozenset(fold(word) for word in _NOTHING.split(";"))
_STRONG_BREAK = re.compile(r"\s*[\n\r,;|]\s*|\s+[/+&]\s+|\t")
_ANY_BREAK = re.compile(r"[\s,;/|]+")
_WORD_BREAK = re.compile(r"[\s,;/|=&?()<>\[\]]+")
_ROUTING = re.compile(r"420(\d{5}|\d{9})")
_CONTROL = re.compile(r"[\x1d\x1e]|<GS>|<RS>")
_WILDCARD = re.compile(r"[0-9A-Z?.-]+", re.IGNORECASE)
_CODE = re.compile(r"^(?=.*\d)[0-9A-Z?*_.:-]{5,}$", re.IGNORECASE)
_BARE = re.compile(r"(?=(?:[A-Z]*\d){7})[0-9A-Z-]{8,}", re.IGNORECASE)
_NOT_KEY = re.compile(r"[^0-9A-Z?]")
_KNOWN_HEAD = re.compile(r"^(1Z[0-9A-Z]{16}|9[1-5]\d{20}|[A-Z]{2}\d{9}[A-Z]{2})$")
_DPD_LENGTH = 14
_MOST_SPARE = 2
_COMMON_LENGTHS = frozenset({12, 13, 15, 18, 22})
_LONGEST = 64
_LONGEST_KEY = 40
_LONGEST_CELL = 20_000


@dataclass(frozen=True, slots=True)
class Number:
    """One tracking number: as written, its key, and what was wrong with it.

    `tracking` is without a spreadsheet's damage and the routing code before it. `key`
    is empty when only a pattern is left of it; then `aliases` hold that. `rank`
    is that of its best key (`codes.Key`). `code` and `reason` are empty where nothing
    was wrong; `repaired` says that the key is not what was written. `postal_code` is
    that of a routing code written before it (USPS 420).
    """

    tracking: str
    key: str
    aliases: tuple[str, ...] = ()
    rank: int = 0
    code: str = ""
    reason: str = ""
    repaired: bool = False
    postal_code: str = ""


def read_numbers(cell: str) -> list[Number]:
    """The numbers of a cell, in order; none if it holds no number.

    Several numbers are told apart at line breaks and separators; at blanks only where
    each piece is a tracking number by itself, so "9400 1000 0000 …" stays whole.
    """
    if len(cell) > _LONGEST_CELL:
        return []
    mended = unwrap(cell)
    if is_placeholder(mended.text):
        return []
    whole = _number(mended.text, mended.code, mended.reason)
    pieces = _ANY_BREAK.split(mended.text)
    if len(pieces) == 1:
        return [whole] if whole else []
    return _several(mended.text, pieces) or _whole_or_part(mended.text, whole)


def is_placeholder(text: str) -> bool:
    """Whether a cell says that it has nothing to say: blank, "N/A", "-", "0"."""
    if len(text) > 20 or (len(text) > 4 and text[-1:].isdecimal()):
        return not text.strip("0")
    folded = fold(text)
    return not folded or folded in _PLACEHOLDERS


def is_plain_number(cell: str) -> bool:
    """Whether a cell is one undamaged number of a common form: its own key.

    The quick way for what most cells hold; where it says no, ask `read_numbers`.
    """
    length = len(cell)
    if length not in _COMMON_LENGTHS or not cell.isascii() or not cell.isalnum():
        return False
    if length == 12:
        return cell.isdigit() and bool(cell.strip("0"))
    if length == 15:
        return cell[:3] == "TBA" and cell[3:].isdigit()
    if length == 18:
        return cell[:2] == "1Z" and cell.isupper() and check_digits.UPS.holds(cell)
    if length == 22:
        good = cell.isdigit() and "91" <= cell[:2] <= "95" and cell[-3:] != "000"
        return good and check_digits.GS1.holds(cell)
    good = cell[11:] in COUNTRIES and cell[2:11].isdigit() and cell[:2].isupper()
    return good and check_digits.S10.holds(cell)


def _several(text: str, pieces: list[str]) -> list[Number]:
    """The pieces as numbers of their own, if they are; else none."""
    numbers = [_number(piece) for piece in pieces]
    if all(number and number.rank >= 2 for number in numbers):
        return [number for number in numbers if number]
    pieces = [piece for piece in _STRONG_BREAK.split(text) if piece.strip()]
    numbers = [_number(unwrap(piece).text) for piece in pieces]
    found = [number for number in numbers if number]
    split = len(pieces) > 1 and all(
        n.rank >= 2 or n.code or _CODE.match(n.tracking) for n in found
    )
    blanks = all(n or is_placeholder(p) for p, n in zip(pieces, numbers, strict=True))
    return found if split and blanks else []


def _whole_or_part(text: str, whole: Number | None) -> list[Number]:
    """One number written with blanks; else those that stand within other words."""
    if whole and (whole.code or _CONTROL.search(text) or not whole.key):
        return [whole]
    together = normalise(literal_of(text))
    if whole and together and together[0].rank >= 2:
        return [whole]
    if numbers_in_text(text):
        return numbers_in_text(text, bare=True)  # a mistyped one among them counts too
    return [whole] if whole and whole.rank < 2 else []


def numbers_in_text(text: str, bare: bool = False) -> list[Number]:
    """Known tracking numbers that stand within other words ("Ana | 1Z999…").

    With `bare`, also words of eight characters or more that are mostly digits.
    """
    found = []
    for word in _WORD_BREAK.split(text):
        number = _number(word) if _CODE.match(word) else None
        if number and (number.rank >= 2 or (bare and _BARE.fullmatch(word))):
            found.append(number)
    return found


def _number(text: str, code: str = "", reason: str = "") -> Number | None:
    """One number of a text that holds one; None if it cannot be a number."""
    compact = re.sub(r"\s+", "", text)
    if not any(c.isdigit() for c in compact) or len(compact) > 4 * _LONGEST:
        return None
    exact = exact_from_scientific(compact)
    if exact:
        return _number(exact, "scientific", f"{compact} written out; no digit is lost")
    if "?" in compact and _WILDCARD.fullmatch(compact):
        return _wildcard(compact)
    best = _best_key(text, compact)
    lost = lost_digits(compact, best is not None and best.checked)
    if lost:
        return Number(text, "", lost.patterns, 2, lost.code, lost.reason, True)
    if best is None:
        return None
    longer = _zeros_eaten(text, best)
    if longer:
        return longer
    if best.rank >= 2:
        return _known(text, best, code, reason)
    return _unknown(text, _NOT_KEY.sub("", compact.upper()), code, reason)


def _best_key(text: str, compact: str) -> Key | None:
    """The best key of a text as it stands, else without its blanks and commas."""
    for form in dict.fromkeys((text, compact, literal_of(compact))):
        keys = normalise(form)
        if keys and keys[0].rank >= 2:
            return keys[0]
    keys = normalise(text)
    return keys[0] if keys else None


def _known(text: str, key: Key, code: str, reason: str) -> Number:
    """A number of a known form, with the routing code before it, if any, left off."""
    literal = literal_of(text)
    wrapped = len(literal) - len(key.value) > _MOST_SPARE
    name = key.value if wrapped else text
    head = literal.removesuffix(key.value)
    postal_code = head[3:] if _ROUTING.fullmatch(head) else ""
    return Number(name, key.value, (), key.rank, code, reason, bool(code), postal_code)


def _zeros_eaten(text: str, best: Key) -> Number | None:
    """The number with its leading zeros, where that makes a better one of it."""
    digits = re.sub(r"[\s.-]", "", text)
    longer = zeros_restored(digits)
    if not longer or best.rank == 3:
        return None
    key = normalise(longer)[0]
    if key.rank >= 2 and key.rank > best.rank:
        said = f"leading zeros restored: {longer}"
    elif len(longer) == _DPD_LENGTH and best.rank < 2:
        said = f"13 digits: a leading zero may be eaten; taken as {longer} too"
    else:
        return None
    return Number(longer, key.value, (digits,), 2, "zeros_eaten", said, True)


def _unknown(text: str, literal: str, code: str, reason: str) -> Number | None:
    """A number of no known form, or mistyped."""
    if not literal or len(literal) > _LONGEST_KEY or not _looks_like_code(text):
        return None
    if not code and _KNOWN_HEAD.match(literal):
        code, reason = "check_digit", f"{literal}: its check digit is wrong; mistyped?"
        return Number(text, literal, (), 0, code, reason)
    return Number(text, literal, (), 0, code, reason, bool(code))


def _looks_like_code(text: str) -> bool:
    """Whether it is a number with its blanks rather than a sentence with a number."""
    words = [word for word in text.split() if word.isalpha()]
    return len(text) <= _LONGEST and sum(map(len, words)) <= max(len(text) // 3, 4)


def _wildcard(compact: str) -> Number | None:
    """A number with open places. Open places in front are routing: they fall away."""
    pattern = _NOT_KEY.sub("", compact.upper())
    if len(pattern) > _LONGEST_KEY or sum(c != "?" for c in pattern) < 4:
        return None
    bare = pattern.lstrip("?")
    if "?" in bare:
        return Number(compact, "", (pattern,), 2)
    number = _number(bare)
    return number and replace(number, aliases=(*number.aliases, pattern))
