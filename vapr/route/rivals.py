"""Numbers that are not the one given, but near it: the rivals of "none of these".

A reader that says which of the route's numbers it sees needs to be asked about the
numbers it is most easily mistaken for: those a symbol or two away with a right check
digit, and the serials printed before and after it.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import product

from vapr.route.check_digits import CheckDigit
from vapr.route.codes import literal_of
from vapr.route.formats import Format, formats_of, places

_DIGITS = "0123456789"
_SERIAL_DIGITS = 7


def neighbours(number: str, count: int = 64, seed: int = 0) -> Iterator[str]:
    """Numbers of the same scheme one or two symbols away, check digits recomputed.

    The head of the scheme stays. One change comes before two. Numbers of an unknown
    scheme keep their letters; their digits change. At most `count`, each once, and
    the same ones for the same seed.
    """
    original = literal_of(number)
    row, cells = _model(original)
    check = row.check if row else None
    free = _free_places(original, cells, check)
    if not free:
        return
    rng = random.Random(f"{seed}{original}")
    seen = {original}
    for attempt in range(4 * count):
        changes = 1 if attempt < 2 * count else 2
        rival = _changed(
            original, cells, rng, rng.sample(free, min(changes, len(free)))
        )
        if check:
            rival = check.mend(rival)
        if rival not in seen and (row is None or row in formats_of(rival)):
            seen.add(rival)
            yield rival
        if len(seen) > count:
            return


def changed_within(number: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Every number of the scheme that differs within one span, check digit recomputed.

    A span (from, to) are the characters that one symbol of a code holds. The head of
    the scheme stays; a digit stays one, a letter too. Each number once.
    """
    row, cells = _model(number) if literal_of(number) == number else (None, ())
    cells = cells or tuple(_DIGITS if c in _DIGITS else c for c in number)
    check = row.check if row else None
    free = set(_free_places(number, cells, check))
    found: dict[str, None] = {}
    for start, end in spans:
        choices = [
            _kin(number[i], cells[i] if i in free else "") for i in range(start, end)
        ]
        for new in product(*choices):
            rival = number[:start] + "".join(new) + number[end:]
            found[check.mend(rival) if check else rival] = None
    found.pop(number, None)
    return list(found)


def _kin(old: str, cell: str) -> list[str]:
    """What may stand in the place of a character: itself and its like."""
    return [old, *(c for c in cell if c != old and c.isdigit() == old.isdigit())]


def serials(number: str, reach: int = 150) -> Iterator[str]:
    """The numbers `reach` serials before and after this one, nearest first.

    The serial is the last run of digits ahead of the check digit; it is counted on
    in its last seven digits and never carries into what stands before them.
    """
    original = literal_of(number)
    row, _ = _model(original)
    check = row.check if row else None
    before, _, after = check.split(original) if check else (original, "", "")
    digits = len(before) - len(before.rstrip(_DIGITS))
    digits = min(digits, _SERIAL_DIGITS)
    if not digits:
        return
    head, serial = before[:-digits], int(before[-digits:])
    for step in range(1, reach + 1):
        for value in (serial - step, serial + step):
            if 0 <= value < 10**digits:
                body = f"{head}{value:0{digits}}"
                yield body + (check.compute(body) if check else "") + after


def _model(number: str) -> tuple[Format | None, tuple[str, ...]]:
    """The number's first format, and what each of its places may hold."""
    for row in formats_of(number):
        cells = places(row.shape, len(number))
        if cells:
            return row, cells
    return None, tuple(_DIGITS if c in _DIGITS else c for c in number)


def _free_places(
    number: str, cells: tuple[str, ...], check: CheckDigit | None
) -> list[int]:
    fixed = check.at % len(number) if check and number else -1
    return [at for at, of in enumerate(cells) if len(of) > 1 and at != fixed]


def _changed(
    number: str, cells: tuple[str, ...], rng: random.Random, at: list[int]
) -> str:
    """The number with other characters there: a digit stays one, a letter too."""
    characters = list(number)
    for place in at:
        old, *kin = _kin(characters[place], cells[place])
        characters[place] = rng.choice(kin or [old])
    return "".join(characters)
