"""How many modules wide a code is, told from what it says."""

import re

EAN_MODULES = {"EAN13": 95.0, "UPCA": 95.0, "EAN8": 67.0, "UPCE": 51.0}
# modules at both ends, and per character, at a wide-to-narrow ratio of 2.5
PER_CHARACTER = {
    "Code39": (29.0, 14.5),
    "Code32": (29.0, 14.5),
    "Code93": (37.0, 9.0),
    "ITF": (8.5, 8.0),
    "Codabar": (0.0, 11.5),
}


def count_modules(symbology: str, text: str, version: str = "") -> float | None:
    """Width of a code in modules, quiet zones left out.

    Args:
        symbology: "Code128", "QRCode" ...
        text: what it says.
        version: as the decoder names it: "7" of a QR code, "22x22" of a Data Matrix.

    Returns:
        The count: exact for the EAN family and matrix codes, within a symbol or two
        for Code 128 (the sender chose the code sets), within a tenth where the
        wide-to-narrow ratio is free; None where the payload does not tell it.
    """
    if symbology in EAN_MODULES:
        return EAN_MODULES[symbology]
    if symbology == "Code128":
        return 35.0 + 11.0 * _code128_symbols(text)
    if symbology in PER_CHARACTER:
        ends, each = PER_CHARACTER[symbology]
        return ends + each * len(text)
    return _matrix_side(symbology, version)


def _code128_symbols(text: str) -> int:
    """Symbols between start and check when runs of four digits or more are paired."""
    count = len(text)
    for run in re.findall(r"\d{4,}", text):
        count -= len(run) // 2
        if len(run) < len(text):
            count += 1
    return count


def _matrix_side(symbology: str, version: str) -> float | None:
    if symbology == "QRCode" and version.isdecimal():
        return 17.0 + 4.0 * int(version)
    if symbology == "DataMatrix" and "x" in version:
        return float(version.split("x")[1])
    return 30.0 if symbology == "MaxiCode" else None
