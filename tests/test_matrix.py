"""A matrix code too small to decode is known among the route's codes, or not at all."""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vapr.calibrate.matrix import code_modules, photograph_label
from vapr.read.decode import decode_label
from vapr.read.join import MOST, join_cues
from vapr.read.labels import read_label
from vapr.read.matrix import (
    MatrixMatch,
    identify_code,
    identify_matrix,
    matrix_clues,
    matrix_evidence,
)
from vapr.read.matrix_book import MatrixBook
from vapr.route.payloads import LabelCode
from vapr.route.rivals import serials
from vapr.route.route import Route, Stop
from vapr.types import Evidence, Image, Item, Quad

TRUE = "TBA303912345678"


def book_of(numbers: list[str], symbology: str = "QRCode") -> MatrixBook:
    return MatrixBook.build((n, [LabelCode(n, symbology, 0.9)]) for n in numbers)


@cache
def others() -> list[str]:
    rng = random.Random(3)
    return [f"TBA{rng.randrange(10**12):012}" for _ in range(299)]


@cache
def label(px: float, seed: int, symbology: str = "QRCode") -> tuple[Image, Quad]:
    """A made label with the true number's code, its corners off by 3 %."""
    rng = np.random.default_rng(seed)
    modules = code_modules(LabelCode(TRUE, symbology, 1.0), rng)
    return photograph_label(modules, px, rng)


def said(px: float, seed: int, book: MatrixBook) -> Evidence | None:
    symbology = book.pages[0].kind.symbology
    return matrix_evidence(identify_matrix(*label(px, seed, symbology), book))


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_a_qr_code_of_0_7_px_per_module_is_named_though_none_decodes_it(
    seed: int,
) -> None:
    assert not decode_label(*label(0.7, seed))
    cue = said(0.7, seed, book_of([TRUE, *others()]))
    assert cue is not None
    assert (cue.kind, cue.symbology, cue.id, cue.text) == (
        "template",
        "QRCode",
        TRUE,
        TRUE,
    )
    assert cue.llr > 9
    assert cue.px_per_module == pytest.approx(0.7, rel=0.1)


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_with_its_item_off_the_route_it_names_nothing(seed: int) -> None:
    cue = said(0.7, seed, book_of(others()))
    assert cue is None or cue.llr < 3


@pytest.mark.parametrize("seed", [2, 3])
def test_a_data_matrix_is_named_and_off_the_route_it_is_not(seed: int) -> None:
    cue = said(0.8, seed, book_of([TRUE, *others()], "DataMatrix"))
    assert cue is not None
    assert (cue.symbology, cue.id) == ("DataMatrix", TRUE)
    assert cue.llr > 9
    cue = said(0.8, seed, book_of(others(), "DataMatrix"))
    assert cue is None or cue.llr < 3


@pytest.mark.parametrize(
    ("px", "seed", "symbology"),
    [(0.4, 2, "QRCode"), (0.4, 5, "QRCode"), (0.4, 7, "DataMatrix")],
)
def test_the_smallest_codes_that_can_be_told_are_named(
    px: float, seed: int, symbology: str
) -> None:
    cue = said(px, seed, book_of([TRUE, *others()[:60]], symbology))
    assert cue is not None
    assert (cue.id, cue.llr > 5) == (TRUE, True)


def test_a_label_too_small_for_matrix_codes_does_not_wait_for_the_routes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(route: Route) -> MatrixBook:
        raise AssertionError("a second's work for nothing")

    monkeypatch.setattr(MatrixBook, "of", staticmethod(never))
    route = Route((Stop("1", (Item(TRUE, "1", TRUE),)),))
    image, quad = label(0.15, 3)
    read_label(image, quad, route)


def test_consecutive_serials_are_no_closer_than_strangers() -> None:
    near = list(serials(TRUE, 140))
    cue = said(0.7, 3, book_of([TRUE, *near]))
    assert cue is not None
    assert (cue.id, cue.llr > 9) == (TRUE, True)
    assert cue.ratios[0][1] - cue.ratios[1][1] > 9
    absent = said(0.7, 3, book_of(near))
    assert absent is None or absent.llr < 3


def test_a_label_without_such_a_code_names_nothing() -> None:
    rng = np.random.default_rng(4)
    image, quad = photograph_label(None, 0.8, rng)
    cue = matrix_evidence(identify_matrix(image, quad, book_of([TRUE, *others()])))
    assert cue is None or cue.llr < 3


def test_nothing_is_looked_at_where_no_item_has_such_a_code() -> None:
    assert identify_matrix(*label(0.7, 1), MatrixBook.build([(TRUE, [])])) == []


@pytest.mark.parametrize(
    "quad",
    [
        ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        ((500.0, 500.0), (560.0, 500.0), (560.0, 560.0), (500.0, 560.0)),
        ((10.0, 0.0), (50.0, 30.0), (50.0, 0.0), (10.0, 30.0)),
        ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0)),
    ],
)
def test_a_code_that_cannot_be_read_says_nothing(quad: Quad) -> None:
    for shade in (0, 200, 255):
        image = np.full((60, 90, 3), shade, np.uint8)
        match = identify_code(image, quad, book_of([TRUE, *others()[:20]]))
        assert matrix_evidence([match]) is None


def test_read_label_tells_a_parcel_by_its_qr_code() -> None:
    items = tuple(Item(n, "1", n) for n in (TRUE, *others()[:40]))
    route = Route((Stop("1", items),))
    image, quad = label(0.8, 3)
    best = read_label(image, quad, route)[0]
    assert (best.kind, best.symbology, best.id) == ("template", "QRCode", TRUE)
    assert best.llr > 9
    absent = Route((Stop("1", items[1:]),))
    assert all(cue.llr < 3 for cue in read_label(image, quad, absent))


LABEL: Quad = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
INSIDE: Quad = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
BARS = Evidence("template", "Code128", "A", INSIDE, (("A", 5.0), ("B", 1.0)), -1.2)
MATRIX = Evidence("template", "QRCode", "A|1", INSIDE, (("A", 6.0), ("C", 2.0)), -1.0)


def test_two_codes_of_a_label_that_agree_say_more_than_one() -> None:
    both = join_cues(BARS, MATRIX, LABEL)
    assert both is not None
    assert both.llrs == pytest.approx({"A": 11.0, "B": 0.0, "C": 0.8})
    assert both.floor == pytest.approx(-2.2)
    assert (both.symbology, both.text) == ("Code128", "A")


def test_together_they_say_no_more_than_one_may() -> None:
    sure = replace(MATRIX, ratios=(("A", 13.0),))
    both = join_cues(BARS, sure, LABEL)
    assert both is not None
    assert both.llr == MOST


def test_two_codes_that_contradict_each_other_weaken_each_other() -> None:
    other = replace(MATRIX, text="B", ratios=(("B", 7.0),))
    both = join_cues(BARS, other, LABEL)
    assert both is not None
    assert both.llrs == pytest.approx({"B": 8.0, "A": 4.0})


def test_a_matrix_code_that_tells_nothing_takes_nothing_from_the_bars() -> None:
    vague = replace(MATRIX, ratios=(("C", 1.0),))
    assert join_cues(BARS, vague, LABEL) == BARS
    assert join_cues(None, vague, LABEL) is None


def test_a_code_beside_the_label_has_no_say() -> None:
    beside: Quad = ((110.0, 10.0), (140.0, 10.0), (140.0, 40.0), (110.0, 40.0))
    assert join_cues(BARS, replace(MATRIX, quad=beside), LABEL) == BARS
    assert join_cues(None, None, LABEL) is None
    assert join_cues(None, MATRIX, LABEL) == MATRIX


@pytest.mark.parametrize(
    ("px", "raw", "explained", "named"),
    [
        (0.45, 20.0, 0.9, True),
        (0.95, 20.0, 0.9, False),
        (0.95, 45.0, 0.8, True),
        (0.95, 45.0, 0.5, False),
        (2.0, 99.0, 0.97, False),
    ],
)
def test_what_is_only_like_a_code_names_nothing(
    px: float, raw: float, explained: float, named: bool
) -> None:
    """A piece of bars, another kind of code; or one so large that it is decoded."""
    ratios = ((TRUE, raw), (others()[0], -8.0))
    cue = matrix_evidence([MatrixMatch(INSIDE, ratios, "QRCode", TRUE, px, explained)])
    assert cue is not None
    assert (cue.llr > 9) is named


def test_an_item_that_nothing_was_compared_with_has_no_lead() -> None:
    quad = INSIDE
    lone = MatrixMatch(quad, ((TRUE, -3.0),), "QRCode", TRUE, 1.0, 0.9)
    assert matrix_clues(lone).lead == 0
    cue = matrix_evidence([lone])
    assert cue is not None
    assert cue.llr < 1
