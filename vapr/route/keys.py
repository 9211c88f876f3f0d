"""What a barcode's payload says: tracking keys, best first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One number a payload may stand for.

    `value` is written in 0-9 A-Z, with `?` for a place the payload leaves open.
    `scheme` names a row of `formats.FORMATS`, or "literal" for the text itself;
    `carrier_hint` is for people and never a filter. `checked` says that a check digit
    was there and was right.

    `rank` 3: an explicit field or a structure whose check digit is right; 2: a
    structure; 1: a number of equal meaning (a master number, a tail, another way to
    write it); 0: the literal text.
    """

    value: str
    carrier_hint: str | None = None
    scheme: str = "literal"
    rank: int = 0
    checked: bool = False
