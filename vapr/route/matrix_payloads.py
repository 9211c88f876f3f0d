"""Item -> what a QR code or Data Matrix on its label may say, letter by letter.

Many such codes hold the number alone; others hold it first and then what the manifest
has of the parcel too: its postal code, its sort code, in either order. Fields that no
manifest tells make the check words unforeseeable, and such a code is only decoded.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from vapr.route.codes import literal_of
from vapr.route.gs1 import GS
from vapr.route.payloads import LabelCode, label_codes
from vapr.types import Item

SYMBOLOGIES: Final = ("QRCode", "DataMatrix")
_SEPARATORS = ("|", ";")
_JOINED = 0.4  # of the codes that begin with the number: they hold more than that


def matrix_codes(item: Item) -> list[LabelCode]:
    """The matrix codes the item's label may carry, all of them tracking codes."""
    plain = [
        code
        for code in label_codes(item)
        if code.symbology in SYMBOLOGIES and code.role == "tracking"
    ]
    number = literal_of(item.tracking or "")
    tails = list(dict.fromkeys(_tails(item)))
    codes = []
    for code in plain:
        joined = tails if code.text == number and not code.gs1 else []
        share = _JOINED / len(joined) if joined else 0.0
        rest = 1 - _JOINED if joined else 1.0
        codes.append(replace(code, probability=rest * code.probability))
        codes += [
            replace(code, text=number + tail, probability=share * code.probability)
            for tail in joined
        ]
        if code.gs1:
            without = code.text.replace(GS, "")
            codes.append(LabelCode(without, code.symbology, 0.5 * code.probability))
    return codes


def _tails(item: Item) -> Iterator[str]:
    """What may follow the number: fields of the manifest, as they are written there."""
    postal = item.postal_code.strip()
    sort = item.sort_code.split()[0] if item.sort_code.strip() else ""
    if postal:
        yield postal
    for separator in _SEPARATORS:
        for fields in ((postal,), (sort,), (sort, postal), (postal, sort)):
            if all(fields):
                yield "".join(separator + field for field in fields)
