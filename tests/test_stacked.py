"""Several looks at one strip say together what none of them says alone."""

import random
from functools import cache

import numpy as np
import pytest

from vapr.calibrate.camera import Shot, photograph
from vapr.geometry import to_quad
from vapr.read.calibration import template_scale
from vapr.read.codebook import Codebook
from vapr.read.fitting import StripLook
from vapr.read.stacked import stack_looks
from vapr.read.symbols import encode
from vapr.read.template import StripMatch, clues_of, identify_strip
from vapr.route.payloads import LabelCode
from vapr.route.rivals import neighbours, serials

TRUE = "1Z999AA10123456784"


def book_of(numbers: list[str]) -> Codebook:
    return Codebook.build((n, [LabelCode(n, "Code128", 0.9)]) for n in numbers)


@cache
def others() -> list[str]:
    rng = random.Random(3)
    return [f"1Z{rng.randrange(10**16):016}" for _ in range(120)]


def match_of(book: Codebook, px: float, seed: int, text: str = TRUE) -> StripMatch:
    rng = np.random.default_rng(seed)
    shot = Shot(px, yaw_deg=20, pitch_deg=-15, roll_deg=30, blur=0.7)
    image, quad = photograph(encode(text, "Code128")[0], shot, rng)
    moved = np.array(quad) + rng.uniform(-1, 1, (4, 2))
    return identify_strip(image, to_quad(moved), book)


def matches_of(
    book: Codebook, px: float, text: str = TRUE, count: int = 8
) -> list[StripMatch]:
    return [match_of(book, px, seed, text) for seed in range(count)]


def looks_of(matches: list[StripMatch]) -> list[StripLook]:
    return [match.look for match in matches if match.look is not None]


def stacked(matches: list[StripMatch], *, alike: float = 0.15) -> StripMatch:
    looks = looks_of(matches)
    share = 1 / (1 + alike * (len(looks) - 1))
    match = stack_looks(looks, [share] * len(looks))
    assert match is not None
    return match


def said(match: StripMatch) -> float:
    return template_scale().llr(clues_of(match))


def test_what_no_look_tells_alone_all_tell_together() -> None:
    book = book_of([TRUE, *others()])
    matches = matches_of(book, 0.15)
    assert max(map(said, matches)) < 9
    together = stacked(matches)
    assert together.llrs[0][0] == TRUE
    assert said(together) > 9
    assert together.px_per_module == pytest.approx(0.15, rel=0.1)


def test_the_true_one_of_near_codes_comes_first_by_looks_that_disagree() -> None:
    book = book_of([TRUE, *serials(TRUE, 60)])
    matches = matches_of(book, 0.15)
    firsts = {match.llrs[0][0] for match in matches}
    assert len(firsts) > 1
    assert stacked(matches).llrs[0][0] == TRUE


@pytest.mark.parametrize("kin", ["foreign", "neighbours", "serials"])
def test_a_label_that_is_not_on_the_route_gains_nothing_by_looks(kin: str) -> None:
    near = list((neighbours if kin == "neighbours" else serials)(TRUE, 60))
    book = book_of(others() if kin == "foreign" else [n for n in near if n != TRUE])
    assert said(stacked(matches_of(book, 0.2))) < 5


def test_ten_copies_of_one_frame_say_no_more_than_the_frame() -> None:
    book = book_of([TRUE, *serials(TRUE, 60)])
    one = match_of(book, 0.22, seed=1)
    ten = stacked([one] * 10, alike=0.95)
    assert said(ten) < said(one) + 1


def test_one_look_says_the_same_stacked_or_alone() -> None:
    book = book_of([TRUE, *others()])
    one = match_of(book, 0.3, seed=2)
    alone = stacked([one])
    assert alone.llrs[0] == pytest.approx(one.llrs[0])
    assert said(alone) == pytest.approx(said(one), abs=0.5)


def test_looks_taken_with_another_route_are_not_stacked() -> None:
    book, other = book_of([TRUE, *others()]), book_of([TRUE, *others()])
    looks = looks_of([match_of(book, 0.3, 0), match_of(other, 0.3, 1)])
    assert stack_looks(looks, [1.0, 1.0]) is None
