"""Item -> the payloads and symbols its label may carry, each with how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vapr.route.codes import literal_of, normalise
from vapr.route.gs1 import GS
from vapr.types import Item

Role = Literal["tracking", "routing"]


@dataclass(frozen=True, slots=True)
class LabelCode:
    """One symbol a label may bear.

    `text` is the exact content, FNC1 inside as GS (0x1D); `gs1` says that the symbol
    opens with FNC1, which the text leaves out. `probability` is that of this very text
    in this symbology on the item's label; texts of one symbology and role exclude each
    other. A `routing` code is shared by all parcels of one postal code.
    """

    text: str
    symbology: str
    probability: float
    gs1: bool = False
    role: Role = "tracking"


def label_codes(item: Item) -> list[LabelCode]:
    """The codes the item's label may carry, likeliest first; none without a number."""
    if not item.tracking:
        return []
    keys = normalise(item.tracking)
    number = literal_of(item.tracking)
    scheme = keys[0].scheme if keys else "literal"
    codes = [*_of_scheme(scheme, number, _zip(item.postal_code))]
    best: dict[tuple[str, str, bool], LabelCode] = {}
    for code in sorted(codes, key=lambda code: -code.probability):
        best.setdefault((code.text, code.symbology, code.gs1), code)
    return list(best.values())


def _zip(postal_code: str) -> str:
    digits = literal_of(postal_code)
    return digits if digits.isdigit() and len(digits) in (5, 9) else ""


def _of_scheme(scheme: str, number: str, postal: str) -> Iterator[LabelCode]:
    if scheme == "usps-impb":
        if postal:
            yield LabelCode(f"420{postal}{GS}{number}", "Code128", 0.6, True)
            yield LabelCode(f"420{postal}{number}", "Code128", 0.2)
        yield LabelCode(number, "Code128", 0.1 if postal else 0.3, True)
        yield LabelCode(number, "Code128", 0.1 if postal else 0.3)
    else:
        yield LabelCode(number, "Code128", 0.9)


payloads = label_codes
