import random
from functools import cache

import numpy as np
import pytest

from vapr.calibrate.camera import Shot, photograph
from vapr.read.calibration import template_scale
from vapr.read.codebook import Codebook
from vapr.read.near import changed_rows
from vapr.read.symbols import encode
from vapr.read.template import (
    StripMatch,
    clues_of,
    identify_strip,
    template_evidence,
)
from vapr.route.payloads import LabelCode
from vapr.route.rivals import serials
from vapr.types import Image, Quad

TRUE = "200181234794"


def book_of(numbers: list[str]) -> Codebook:
    return Codebook.build((n, [LabelCode(n, "Code128", 0.9)]) for n in numbers)


@cache
def others() -> list[str]:
    rng = random.Random(3)
    return [f"{rng.randrange(10**12):012}" for _ in range(299)]


def shot_of(
    px: float, text: str = TRUE, seed: int = 0, roll_deg: float = 30.0
) -> tuple[Image, Quad]:
    rng = np.random.default_rng(seed)
    shot = Shot(px, yaw_deg=20, pitch_deg=-15, roll_deg=roll_deg)
    return photograph(encode(text, "Code128")[0], shot, rng)


def shaken(quad: Quad, px: float, seed: int = 0) -> Quad:
    moves = np.random.default_rng(seed).uniform(-px, px, (4, 2))
    a, b, c, d = ((float(x), float(y)) for x, y in np.array(quad) + moves)
    return (a, b, c, d)


@pytest.mark.parametrize("px", [0.25, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("roll_deg", [0.0, 75.0, 200.0])
def test_the_true_item_comes_first_far_below_what_a_decoder_needs(
    px: float, roll_deg: float
) -> None:
    image, quad = shot_of(px, roll_deg=roll_deg)
    match = identify_strip(image, shaken(quad, 1.0), book_of([TRUE, *others()]))
    assert match.llrs[0][0] == TRUE
    assert match.px_per_module == pytest.approx(px, rel=0.1)
    assert match.explained > 0.88


@pytest.mark.parametrize("seed", range(4))
def test_a_clean_picture_is_explained_to_the_ends_of_the_bars(seed: int) -> None:
    """White from beyond the bars' ends blurs into their last pixels."""
    rng = np.random.default_rng(seed)
    shot = Shot(0.25, roll_deg=30, snr_db=60, quality=100, light=0.6)
    image, quad = photograph(encode(TRUE, "Code128")[0], shot, rng)
    match = identify_strip(image, quad, book_of([TRUE, *others()]))
    assert match.llrs[0][0] == TRUE
    assert match.explained > 0.997


@pytest.mark.parametrize("seed", range(4))
def test_a_strip_seen_at_a_steep_angle_is_explained(seed: int) -> None:
    """Its far end is smaller by a third, and blurred by as much more."""
    rng = np.random.default_rng(seed)
    shot = Shot(0.35, yaw_deg=45, blur=0.9, snr_db=60, quality=100, light=0.6)
    image, quad = photograph(encode(TRUE, "Code128")[0], shot, rng)
    match = identify_strip(image, quad, book_of([TRUE, *others()]))
    assert match.llrs[0][0] == TRUE
    assert match.explained > 0.996


@pytest.mark.parametrize("seed", range(4))
def test_light_that_changes_across_a_strip_takes_nothing_from_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shot = Shot(0.35, roll_deg=10, snr_db=60, quality=100, light=0.6)
    image, quad = photograph(encode(TRUE, "Code128")[0], shot, rng)
    ramp = np.linspace(0.6, 1.2, len(image))[:, None, None]
    shaded = np.clip(image * ramp, 0, 255).astype(np.uint8)
    match = identify_strip(shaded, quad, book_of([TRUE, *others()]))
    assert match.llrs[0][0] == TRUE
    assert match.explained > 0.998


def test_either_direction_and_either_end_of_the_quad() -> None:
    image, quad = shot_of(0.4)
    turned = quad[2:] + quad[:2]
    book = book_of([TRUE, *others()])
    assert identify_strip(image, turned, book).llrs[0][0] == TRUE


@pytest.mark.parametrize("seed", range(6))
def test_a_parcel_that_is_not_on_the_route_is_not_sure_to_be_another(seed: int) -> None:
    image, quad = shot_of(0.35, seed=seed)
    match = identify_strip(image, shaken(quad, 1.5, seed), book_of(others()))
    cue = template_evidence([match], book_of(others()))
    assert cue is None or cue.llr < 5


def test_a_neighbouring_serial_is_not_taken_for_its_neighbour() -> None:
    near = list(serials(TRUE, 20))
    image, quad = shot_of(0.5)
    book = book_of([*near, *others()])
    cue = template_evidence([identify_strip(image, quad, book)], book)
    assert cue is None or cue.llr < 5


def test_among_consecutive_serials_the_true_one_is_told() -> None:
    image, quad = shot_of(0.5)
    book = book_of([TRUE, *serials(TRUE, 140)])
    match = identify_strip(image, quad, book)
    assert match.llrs[0][1] > 17  # serials likely as such are no rivals of themselves
    cue = template_evidence([match], book)
    assert cue is not None
    assert cue.id == TRUE
    assert cue.ratios[0][1] - cue.ratios[1][1] > 5


def test_a_clear_strip_is_strong_evidence_within_its_bounds() -> None:
    image, quad = shot_of(0.6)
    book = book_of([TRUE, *others()])
    cue = template_evidence([identify_strip(image, quad, book)], book)
    assert cue is not None
    assert (cue.kind, cue.symbology, cue.text) == ("template", "Code128", TRUE)
    assert 9 < cue.llr <= 14
    assert cue.llrs[cue.ratios[-1][0]] >= cue.floor >= -3


def test_text_and_a_blank_wall_are_none_of_these() -> None:
    rng = np.random.default_rng(0)
    wall = rng.normal(128, 4, (80, 160, 3)).clip(0, 255).astype(np.uint8)
    stripes = wall.copy()
    for x in np.sort(rng.integers(20, 140, 26)):
        stripes[20:50, x : x + 2] = 40
    quad: Quad = ((18.0, 20.0), (142.0, 20.0), (142.0, 50.0), (18.0, 50.0))
    book = book_of([TRUE, *others()])
    for image in (wall, stripes):
        cue = template_evidence([identify_strip(image, quad, book)], book)
        assert cue is None or cue.llr < 5


@pytest.mark.parametrize(
    "quad",
    [
        ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        ((500.0, 500.0), (560.0, 500.0), (560.0, 520.0), (500.0, 520.0)),
        ((0.0, 0.0), (3.0, 0.0), (3.0, 9.0), (0.0, 9.0)),
        ((10.0, 0.0), (50.0, 30.0), (50.0, 0.0), (10.0, 30.0)),
    ],
)
def test_a_strip_that_cannot_be_read_says_nothing(quad: Quad) -> None:
    image = np.full((60, 90, 3), 200, np.uint8)
    book = book_of([TRUE, *others()])
    match = identify_strip(image, quad, book)
    assert template_evidence([match], book) is None or not match.llrs


def test_a_strip_that_lies_mostly_beyond_the_picture_says_nothing() -> None:
    image, quad = shot_of(1.0, roll_deg=0.0)
    left, right = (float(x) for x in (min(c[0] for c in quad), max(c[0] for c in quad)))
    cut = np.ascontiguousarray(image[:, : int(left + 0.4 * (right - left))])
    match = identify_strip(cut, quad, book_of([TRUE, *others()]))
    assert (match.llrs, match.look) == ((), None)


def test_a_black_picture_is_no_trouble() -> None:
    image = np.zeros((60, 90, 3), np.uint8)
    quad: Quad = ((10.0, 10.0), (70.0, 10.0), (70.0, 30.0), (10.0, 30.0))
    book = book_of([TRUE, *others()])
    cue = template_evidence([identify_strip(image, quad, book)], book)
    assert cue is None or cue.llr < 5


def test_no_route_no_evidence() -> None:
    image, quad = shot_of(0.5)
    assert identify_strip(image, quad, book_of([])).llrs == ()
    assert template_evidence([], book_of([])) is None


def test_only_the_families_asked_for_compete() -> None:
    image, quad = shot_of(0.5)
    match = identify_strip(image, quad, book_of([TRUE]), families={"ITF"})
    assert match.llrs == ()


def test_every_number_one_digit_away_is_a_rival_of_a_codabar_too() -> None:
    """A parcel of a neighbour van was nearly named while only some were asked."""
    route, absent = "D767487559834D", "767487549835"
    rivals = changed_rows(encode(route, "Codabar")[0]).tolist()
    assert [int(digit) for digit in absent] in rivals


@pytest.mark.parametrize(("px", "named"), [(0.4, True), (1.2, False)])
def test_large_bars_that_say_little_are_not_there(px: float, named: bool) -> None:
    """As in glare, where what is left of a picture came nearest to some code."""
    quad: Quad = ((0.0, 0.0), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))
    match = StripMatch(quad, (("A", 22.0), ("B", -60.0)), "Code128", px, 0.92)
    assert (template_scale().llr(clues_of(match)) > 9) is named
