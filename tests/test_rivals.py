"""Rivals of a number are numbers somebody could print."""

from vapr.route.formats import formats_of
from vapr.route.rivals import changed_within


def test_rivals_within_a_symbol_keep_the_scheme_and_its_check_digit() -> None:
    number = "1Z999AA10123456784"
    rivals = changed_within(number, [(i, i + 2) for i in range(10, 18, 2)])
    assert number not in rivals
    assert len(set(rivals)) == len(rivals) > 200
    scheme = next(iter(formats_of(number)))
    assert all(scheme in formats_of(rival) for rival in rivals)
    assert all(rival.startswith("1Z999AA101") for rival in rivals)


def test_without_a_check_digit_nothing_outside_the_span_changes() -> None:
    rivals = changed_within("TBA303912345678", [(13, 15)])
    assert len(rivals) == 99
    assert {rival[:13] for rival in rivals} == {"TBA3039123456"}
