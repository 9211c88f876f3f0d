"""Addresses, as far as a route needs them: the same one again, and its postal code."""

import re
from collections.abc import Iterable
from functools import lru_cache

from vapr.route.headers import fold

_END = 300
_SPACED = r"(?:^|[\s,;(])"
# From the surest form to the least: the first that is found counts, its last match.
_POSTAL_FORMS = tuple(
    re.compile(_SPACED + pattern + r"(?=$|[\s,;)])", re.IGNORECASE)
    for pattern in (
        r"(\d{5}-\d{4})",  # United States, ZIP+4
        r"([A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2})",  # United Kingdom
        r"([A-CEGHJ-NPR-TVXY]\d[A-Z]\s?\d[A-Z]\d)",  # Canada
        r"(\d{4}\s[A-Z]{2})(?=\s*,|\s+[A-Z][a-z]|\s*$)",  # Netherlands
        r"〒?(\d{3}-\d{4})",  # Japan
        r"(\d{2}-\d{3})",  # Poland
        r"(\d{5}-\d{3})",  # Brazil
    )
)
_JAPANESE_MARK = re.compile(r"〒\s*(\d{3}-?\d{4})")
_FIVE = re.compile(r"(?<![\d-])(\d{5})(?![\d-])")
_FOUR = re.compile(
    r",\s*(\d{4})(?=\s+[^\W\d]+(?:[\s-][^\W\d]+)*\s*(?:,|$))|\s(\d{4})\s*$"
)
_SIX = re.compile(r"(?<!\d)(\d{6})(?!\d)\s*$")


@lru_cache(maxsize=65_536)
def postal_code_of(address: str) -> str:
    """The postal code in an address, as written; "" where none is plain to see.

    A number at the very beginning is taken for the house's.
    """
    address = address[-_END:]
    marked = _JAPANESE_MARK.search(address)
    if marked:
        return marked[1]
    for form in _POSTAL_FORMS:
        found = [m for m in form.finditer(address) if m.start(1) > 0]
        if found:
            return found[-1][1]
    five = [m[1] for m in _FIVE.finditer(address) if m.start() > 0]
    if five:
        return five[-1]
    short = _FOUR.search(address) or _SIX.search(address)
    return next(filter(None, short.groups()), "") if short else ""


@lru_cache(maxsize=65_536)
def place(address: str) -> str:
    """What two spellings of one address have in common."""
    return fold(address[:200]) if address else ""


def join_address(parts: Iterable[str]) -> str:
    """The parts of an address in one line, without what another part already says."""
    joined = ""
    for part in parts:
        if part and part not in joined:
            joined = f"{joined}, {part}" if joined else part
    return joined
