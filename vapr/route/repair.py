"""Numbers out of text that was read by OCR.

Two things help: the characters a place may hold (a letter where only digits can be is
a misread digit), and the route (which of its numbers is near). A check digit rejects;
it never repairs: after one confusion two to seven repairs pass it.

Confusions as OCR users report them: tesseract#3487, openalpr#502, Descolada/OCR#15.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vapr.route.formats import COUNTRIES, FORMATS, Format, formats_of, places

_AS_DIGIT = dict(zip("OQDUILTJBSZGA", "0000117185264", strict=True))
_AS_LETTER = dict(
    zip("01245678", ("ODQ", "ILTJ", "Z", "A", "S", "G", "TZ", "B"), strict=True)
)
_PAIRS = frozenset(
    frozenset((a, b))
    for a, others in {
        "0": "ODQU",
        "O": "DQ",
        "D": "Q",
        "1": "ILTJ74",
        "I": "LT",
        "2": "Z",
        "3": "8",
        "4": "A",
        "5": "S6",
        "6": "G8",
        "7": "TZ",
        "8": "B",
        "9": "8",
        "V": "YU",
    }.items()
    for b in others
)
_LOOK_ALIKE = str.maketrans("OQDISBZG", "00015826")
_CONFUSION_COST = 0.5
_LONGEST = 200
FARTHEST = 1.5
_LEAD = 1.0
_REACH = FARTHEST + _LEAD
_LENGTHS = range(8, 35)
_PLACES_PER_CHANGE = 6
_TIGHTER = {"ups-1z": "1Z x{8} d{8}"}
_WORD = re.compile(r"[0-9A-Z]+")
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A number a text may have meant: how many places were changed to make it one.

    `checked` says that its check digit, as read, is right.
    """

    value: str
    scheme: str
    changes: int
    checked: bool


def readings(text: str) -> list[Reading]:
    """The numbers a line of text holds, places mended by what they may hold.

    Formats with a head of their own are looked for between any two word ends of the
    line; the others must be the whole of it and have their check digit. Those with a
    right check digit come first, then those with the fewest changes.
    """
    words = _words(text)
    found = list(_whole("".join(words)))
    for run in _runs(words):
        for row, cells in _headed(len(run)):
            found += _mended(run, row, cells)
    best: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda r: (not r.checked, r.changes)):
        best.setdefault(reading.value, reading)
    return list(best.values())


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).upper()
    return _WORD.findall(folded.replace("|", "I"))[:_MOST_WORDS]


def _runs(words: list[str]) -> set[str]:
    """Every row of neighbouring words, joined."""
    count = len(words)
    return {"".join(words[i:j]) for i in range(count) for j in range(i + 1, count + 1)}


def _whole(plain: str) -> Iterator[Reading]:
    digits = "".join(_AS_DIGIT.get(c, c) for c in plain)
    changes = sum(a != b for a, b in zip(plain, digits, strict=True))
    if changes > len(plain) // _PLACES_PER_CHANGE:
        return
    for row in formats_of(digits):
        if row.check and not row.own_head:
            yield Reading(digits, row.scheme, changes, True)


@lru_cache(maxsize=256)
def _headed(length: int) -> tuple[tuple[Format, tuple[str, ...]], ...]:
    if length not in _LENGTHS:
        return ()
    shapes = (
        (row, places(_TIGHTER.get(row.scheme, row.shape), length))
        for row in FORMATS
        if row.own_head
    )
    return tuple((row, cells) for row, cells in shapes if cells)


def _mended(text: str, row: Format, cells: tuple[str, ...]) -> Iterator[Reading]:
    """The text with every character allowed in its place, if few have to change."""
    value = ""
    changes = 0
    for character, allowed in zip(text, cells, strict=True):
        if character not in allowed:
            changes += 1
            character = _instead(character, allowed)
            if not character or changes > len(text) // _PLACES_PER_CHANGE:
                return
        value += character
    if row.scheme != "s10" or value[11:] in COUNTRIES:
        checked = row.check is not None and row.check.holds(value)
        yield Reading(value, row.scheme, changes, checked)


def _instead(character: str, allowed: str) -> str:
    others = _AS_DIGIT.get(character, "") + _AS_LETTER.get(character, "")
    return next((other for other in others if other in allowed), "")


def look_alike(number: str) -> str:
    """The number with letters that look like a digit written as that digit."""
    return number.translate(_LOOK_ALIKE)


def distance(read: str, number: str, limit: float = FARTHEST) -> float:
    """Edits between a text read and a number: a confusable pair costs half an edit.

    Above the limit any larger value may be returned.
    """
    if abs(len(read) - len(number)) > limit:
        return limit + 1
    previous = [float(j) for j in range(len(number) + 1)]
    for i, a in enumerate(read, start=1):
        row = [float(i)]
        for j, b in enumerate(number, start=1):
            change = 0.0 if a == b else _cost(a, b)
            row.append(min(previous[j - 1] + change, previous[j] + 1, row[-1] + 1))
        if min(row) > limit:
            return limit + 1
        previous = row
    return previous[-1]


def _cost(a: str, b: str) -> float:
    return _CONFUSION_COST if frozenset((a, b)) in _PAIRS else 1.0


def nearest(
    text: str, numbers: Mapping[str, Iterable[str]], schemes: Collection[str] = ()
) -> tuple[str, ...]:
    """The items whose number a misread text may have meant; mostly one or none.

    `numbers` maps numbers to item keys; `schemes` are those of the numbers (all, when
    left out). At most 1.5 edits away and a whole edit nearer than any other item's
    number. A text whose own check digit is right, by one of the schemes, is never
    bent. What comes back is possible, not more: it needs a second cue.
    """
    read = readings(text)
    if any(r.checked and (not schemes or r.scheme in schemes) for r in read):
        return ()
    texts = {*_runs(_words(text)), *(reading.value for reading in read)}
    gaps: dict[tuple[str, ...], float] = {}
    for number, items in numbers.items():
        gap = min((distance(each, number, _REACH) for each in texts), default=_REACH)
        owners = tuple(sorted(items))
        gaps[owners] = min(gap, gaps.get(owners, _REACH))
    ranked = sorted((gap, owners) for owners, gap in gaps.items())
    if not ranked or ranked[0][0] > FARTHEST:
        return ()
    rest = ranked[1][0] if len(ranked) > 1 else _REACH
    return ranked[0][1] if rest - ranked[0][0] >= _LEAD else ()
