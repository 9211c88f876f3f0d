"""What the cells of a column look like, whatever its header says."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from vapr.route.numbers import is_placeholder, read_numbers

_SAMPLE = 60
_SMALL = re.compile(r"\d{1,3}(\.0)?")
_LARGEST_STOP, _LARGEST_STEP = 100_000, 50


def has_number(cells: Iterable[str]) -> bool:
    """Whether a cell among them holds a known tracking number."""
    return any(number.rank >= 2 for cell in cells for number in read_numbers(cell))


def share_of_numbers(cells: Iterable[str]) -> float:
    """The share of filled cells that hold a known tracking number, by a sample."""
    filled = [cell for cell in cells if cell and not is_placeholder(cell.strip())]
    sample = filled[:: max(len(filled) // _SAMPLE, 1)]
    return sum(has_number([cell]) for cell in sample) / max(len(sample), 1)


def counts_up(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers that rise by small steps, as stops do."""
    try:
        numbers = [int(float(cell)) for cell in cells]
    except (ValueError, OverflowError):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    small = bool(numbers) and max(map(abs, numbers)) < _LARGEST_STOP
    return small and all(0 <= step <= _LARGEST_STEP for step in steps)


def small_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells are counts: whole numbers of at most three digits."""
    return bool(cells) and all(_SMALL.fullmatch(cell.strip()) for cell in cells)


def have_digits(cells: Sequence[str]) -> bool:
    """Whether every cell has a digit, as times of day have."""
    return bool(cells) and all(any(c.isdigit() for c in cell) for cell in cells)
