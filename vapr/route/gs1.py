"""GS1 element strings: application identifiers and their values, and Digital Links.

Source: GS1 General Specifications 24, figures 3.2-1 (identifiers) and 7.8.5-2
(predefined lengths); GS1 Digital Link URI syntax 1.2.
"""

import re

GS = "\x1d"

_IDENTIFIER_LENGTH = {
    **{f"{n:02}": 2 for n in (*range(23), 30, 37, *range(90, 100))},
    **{f"{n:02}": 3 for n in (23, 24, 25, 40, 41, 42, 71)},
    **{f"{n:02}": 4 for n in (31, 32, 33, 34, 35, 36, 39, 43, 70, 72, 80, 81, 82)},
}
_DATA_LENGTH = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "04": 16,
    "20": 2,
    "41": 13,
    **{f"{n}": 6 for n in (*range(11, 20), *range(31, 37))},
}
_LONGEST = 90
_BRACKETED = re.compile(r"\((\d{2,4})\)([^(]*)")
_LINK = re.compile(r"/(00|01|8004|8006|253|401|402|414)/([0-9A-Za-z.%-]+)")

Elements = list[tuple[str, str]]


def element_string(text: str) -> Elements:
    """The elements of a GS1 payload, FNC1 written as GS (or as "(nn)" before each).

    Stops at the first thing that is no element: what was read until there is returned.
    """
    if text.startswith("("):
        return [(ai, value.strip()) for ai, value in _BRACKETED.findall(text)]
    found: Elements = []
    at = 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        size = _IDENTIFIER_LENGTH.get(text[at : at + 2])
        if size is None:
            break
        start = at + size
        end = _end(text, text[at : at + 2], start)
        if not start < end <= len(text) or end - start > _LONGEST:
            break
        found.append((text[at:start], text[start:end]))
        at = end
    return found


def _end(text: str, head: str, start: int) -> int:
    if head in _DATA_LENGTH:
        return start + _DATA_LENGTH[head]
    end = text.find(GS, start)
    return len(text) if end < 0 else end


def digital_link(url: str) -> Elements:
    """The primary identifiers in the path of a GS1 Digital Link; else nothing."""
    return _LINK.findall(url.split("?", 1)[0])
