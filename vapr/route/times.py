"""Time windows as manifests write them -> ("08:00", "10:00")."""

import re
from datetime import UTC, datetime

_CLOCK = re.compile(r"(?:.*[T ])?(\d{1,2})[:.h](\d{2})(?::\d{2}(?:\.\d+)?)?")
_BARE_CLOCK = re.compile(r"([01]?\d|2[0-4])([0-5]\d)")
_DASHES = "-~|\\n\u2010-\u2015\u301c\uff5e"
_SPAN = re.compile(
    rf"\s*(?:[{_DASHES}]|(?<=\s)(?:to|bis|tot|à|a|do|and|until)(?=\s))\s*"
)
_LONGEST = 40
_FRACTION = re.compile(r"0?[.,](\d+)")  # of a day: a spreadsheet's number
_PARTED = re.compile(r"\s+[-/\u2010-\u2015]\s+")
_EARLIEST_MS, _LATEST_MS = 10**11, 4 * 10**12


def clock(text: str) -> str:
    """A time of day as "HH:MM"; what is not understood stays as written.

    Milliseconds since 1970 (Onfleet) become an ISO time in UTC; a fraction of a day
    (a spreadsheet's number) a time of day.
    """
    text = text.strip()[:_LONGEST]
    if part := _FRACTION.fullmatch(text):
        minutes = round(float(f"0.{part[1]}") * 24 * 60) % (24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    found = _CLOCK.fullmatch(text) or _BARE_CLOCK.fullmatch(text)
    if found:
        return f"{int(found[1]):02}:{found[2]}"
    if text.isdecimal() and len(text) <= 2 and int(text) <= 24:
        return f"{int(text):02}:00"
    if text.isdecimal() and _EARLIEST_MS < int(text) < _LATEST_MS:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        return moment.strftime("%Y-%m-%dT%H:%MZ")
    return text


def time_window(start: str, end: str, both: str = "") -> tuple[str, str] | None:
    """A window of its two cells, or of one that holds both; None when all are blank."""
    if not (start or end) and both:
        text = both.strip()[: 2 * _LONGEST]
        parts = _PARTED.split(text)  # dates have dashes of their own
        if len(parts) != 2:
            parts = [part for part in _SPAN.split(text) if part]
        start, end = (parts[0], parts[1]) if len(parts) == 2 else (both, "")
    window = (clock(start), clock(end))
    return window if any(window) else None
