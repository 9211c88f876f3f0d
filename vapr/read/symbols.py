"""Text to bars, in any symbology that can be identified without decoding."""

from functools import cache

from vapr.read.bars import Alphabet, Bars
from vapr.read.code128 import FNC1, code128_alphabet, code128_forms, code128_stop
from vapr.read.two_widths import TWO_WIDTHS, alphabet, codabar_digits, two_width_forms

SYMBOLOGIES = ("Code128", *TWO_WIDTHS)


def encode(text: str, symbology: str, *, gs1: bool = False) -> list[Bars]:
    """Every way carriers print a text as bars: code sets or wide-to-narrow ratios.

    Args:
        text: what a decoder would report; `FNC1` (GS) separates GS1 fields.
        symbology: one of `SYMBOLOGIES`.
        gs1: Code 128 only: FNC1 stands in front, whether or not the text shows it.

    Returns:
        The distinct patterns, the most usual first; none if the symbology cannot
        hold the text.

    Raises:
        ValueError: the symbology is not one of `SYMBOLOGIES`.
    """
    if symbology not in SYMBOLOGIES:
        raise ValueError(f"no bars for {symbology!r}; there are: {SYMBOLOGIES}")
    if not text:
        return []
    if symbology == "Code128":
        return code128_forms(FNC1 + text.lstrip(FNC1) if gs1 else text)
    return two_width_forms(text, symbology)


def alphabet_of(bars: Bars) -> Alphabet | None:
    """The alphabet some bars are written in; None where the symbols' widths differ."""
    if bars.symbology == "Code128":
        return _code128()
    if bars.symbology == "Codabar":
        return codabar_digits(bars) if bars.values else None
    return alphabet(bars.symbology, bars.wide, bars.per_module)


@cache
def _code128() -> Alphabet:
    return Alphabet(code128_alphabet(), b"", code128_stop(), 103)
