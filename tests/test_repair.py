from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vapr.route import check_digits as cd
from vapr.route.codes import normalise
from vapr.route.repair import Reading, distance, nearest, readings
from vapr.route.rivals import neighbours, serials

UPS = "1Z12345E0205271686"
IMPB = "9400110200881234567896"
TBA = "TBA303912345678"


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("TRACKING #: 1Z 123 45E 02 0527 1686", Reading(UPS, "ups-1z", 0, True)),
        ("1712345E02O527I686", Reading(UPS, "ups-1z", 3, True)),
        ("1|Z", None),
        ("USPS 94O0 11O2 0088 I234 5678 96", Reading(IMPB, "usps-impb", 3, True)),
        ("T8A3O3912345678", Reading(TBA, "amazon-tba", 2, False)),
        ("RR 473 I24 829 DE", Reading("RR473124829DE", "s10", 1, True)),
        ("RR 473 I24 829 XX", None),
        ("1234567890I2", Reading("123456789012", "fedex-12", 1, True)),
        ("OIBSZGTOIBSZ", None),  # all of it would have to change
        ("Ana Beispiel 12 Juniper Row", None),
    ],
)
def test_letters_where_only_digits_can_be_are_digits(
    text: str, best: Reading | None
) -> None:
    found = readings(text)
    assert (found[0] if found else None) == best


def test_a_letter_that_may_stand_there_stays() -> None:
    """The account of a 1Z is truly mixed: O and 0 both exist there."""
    assert [r.value for r in readings("1Z1234OE0205271686")] == ["1Z1234OE0205271686"]


@pytest.mark.parametrize(
    ("read", "number", "gap"),
    [
        (UPS, UPS, 0.0),
        ("1Z1234SE0205271686", UPS, 0.5),
        ("1Z12345E0205271586", UPS, 0.5),
        ("1Z12345E020527168", UPS, 1.0),
        ("1Z12345E02052716866", UPS, 1.0),
        ("1Z12345E0205271689", UPS, 1.0),
    ],
)
def test_a_confusable_pair_is_half_an_edit(read: str, number: str, gap: float) -> None:
    assert distance(read, number) == gap


def test_the_nearest_number_needs_a_lead() -> None:
    own = {TBA: ["a"]}
    assert nearest("TBA303912345618", own) == ("a",)
    assert nearest("TBA303912345618", {**own, "TBA303912345610": ["b"]}) == ()
    assert nearest("", own) == ()


def test_a_right_check_digit_forbids_bending() -> None:
    neighbour = cd.UPS.mend(UPS[:-2] + "30")
    assert distance(neighbour, UPS) <= 1.5
    assert nearest(neighbour, {UPS: ["a"]}) == ()
    assert nearest(neighbour, {UPS: ["a"]}, {"usps-impb"}) == ("a",)


@given(st.text(max_size=60))
def test_no_text_breaks_the_repair(text: str) -> None:
    for reading in readings(text):
        assert normalise(reading.value)[-1].value == reading.value
    assert set(nearest(text, {UPS: ["a"], TBA: ["b"]})) <= {"a", "b"}


NUMBERS = [
    UPS,
    IMPB,
    TBA,
    "RR473124829DE",
    "123456789012",
    "ORDER-20-42",
    "K2479825491",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_neighbours_are_right_numbers_of_the_same_scheme(number: str) -> None:
    own = normalise(number)[0]
    rivals = list(neighbours(number, 40))
    assert rivals == list(neighbours(number, 40))
    assert rivals != list(neighbours(number, 40, seed=1))
    assert len(set(rivals)) == len(rivals) == 40
    assert own.value not in rivals
    for rival in rivals:
        key = normalise(rival)[0]
        assert (key.scheme, key.checked) == (own.scheme, own.checked)
        changed = sum(a != b for a, b in zip(rival, own.value, strict=True))
        assert 1 <= changed <= 3
    assert sum(a != b for a, b in zip(rivals[0], own.value, strict=True)) <= 2


@pytest.mark.parametrize("number", NUMBERS)
def test_serials_count_on_without_carrying(number: str) -> None:
    own = normalise(number)[0]
    near = list(islice(serials(number), 20))
    assert len(set(near)) == len(near) == 20
    assert own.value not in near
    for serial in near:
        key = normalise(serial)[0]
        assert (len(serial), key.scheme) == (len(own.value), own.scheme)
        assert key.checked == own.checked


def test_serials_of_known_numbers() -> None:
    assert list(serials(TBA, 2)) == [
        "TBA303912345677",
        "TBA303912345679",
        "TBA303912345676",
        "TBA303912345680",
    ]
    assert list(serials(cd.UPS.mend("1Z12345E0200000000"), 1)) == [
        cd.UPS.mend("1Z12345E0200000010")
    ]
    assert list(serials("ABC-DEF")) == []
    assert list(neighbours("")) == []
