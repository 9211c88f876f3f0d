"""Codabar (NW-7) against "none of these": digits between two letters."""

import random

import numpy as np
import pytest

from vapr.calibrate.camera import Shot, photograph
from vapr.read.codebook import Codebook
from vapr.read.near import cells_of, changed_rows, serial_rows
from vapr.read.symbols import alphabet_of, encode
from vapr.read.template import StripMatch, identify_strip, template_evidence
from vapr.route.check_digits import mod7_digit
from vapr.route.payloads import payloads
from vapr.types import Item


def numbers(count: int, seed: int = 3) -> list[str]:
    rng = random.Random(seed)
    bodies = [f"{rng.randrange(10**11):011}" for _ in range(count)]
    return [body + mod7_digit(body) for body in bodies]


TRUE = numbers(1, seed=9)[0]


def book_of(listed: list[str]) -> Codebook:
    items = [Item(key=number, stop="1", tracking=number) for number in listed]
    return Codebook.build((item.key, payloads(item)) for item in items)


@pytest.mark.parametrize("text", ["A401561234560A", "D0987654321B"])
@pytest.mark.parametrize("form", [0, 1, 2])
def test_digits_between_letters_are_symbols_of_one_width(text: str, form: int) -> None:
    bars = encode(text, "Codabar")[form]
    alphabet = alphabet_of(bars)
    assert alphabet is not None
    assert bars.values == tuple(map(int, text[1:-1]))
    (cells,) = alphabet.cells(np.array([bars.values]))
    assert cells.astype(np.uint8).tobytes() == bars.cells


def test_other_signs_are_of_another_width_and_told_by_nobody() -> None:
    bars = encode("A12.45:7A", "Codabar")[0]
    assert bars.values == ()
    assert alphabet_of(bars) is None


def test_rivals_keep_letters_and_check_digit() -> None:
    bars = encode(f"D{TRUE}D", "Codabar")[0]
    near, far = serial_rows(bars, {f"D{TRUE}D"})
    rows = np.vstack([changed_rows(bars), near, far])
    assert len(rows) > 300
    texts = ["".join(map(str, row)) for row in rows.tolist()]
    assert all(text[-1] == mod7_digit(text[:-1]) for text in texts)
    first = encode(f"D{texts[0]}D", "Codabar")[0]
    assert cells_of(rows, bars)[0].astype(np.uint8).tobytes() == first.cells


def test_serials_of_the_route_are_no_rivals() -> None:
    bars = encode(f"A{TRUE}A", "Codabar")[0]
    near, _ = serial_rows(bars, ())
    taken = "".join(map(str, near[0].tolist()))
    left, _ = serial_rows(bars, {f"A{taken}A"})
    assert len(left) == len(near) - 1


def seen(number: str, book: Codebook) -> StripMatch:
    rng = np.random.default_rng(2)
    bars = encode(f"A{number}A", "Codabar")[0]
    image, quad = photograph(bars, Shot(0.45, yaw_deg=20, roll_deg=30), rng)
    return identify_strip(image, quad, book)


def test_a_parcel_on_the_route_is_named() -> None:
    book = book_of([TRUE, *numbers(299)])
    cue = template_evidence([seen(TRUE, book)], book)
    assert cue is not None
    assert cue.id == TRUE
    assert cue.llr > 9


def test_a_parcel_that_is_not_on_the_route_is_not() -> None:
    book = book_of(numbers(300))
    cue = template_evidence([seen(TRUE, book)], book)
    assert cue is None or cue.llr < 5
