import pytest

from vapr.route import Route, RouteIndex, Stop, label_codes
from vapr.route import check_digits as cd
from vapr.route.payloads import LabelCode
from vapr.types import Item

IMPB = "9400110200881234567896"
FEDEX = "123456789012"

NUMBERS = [
    "1Z12345E0205271686",
    "K2479825491",
    IMPB,
    "61290983497923666238",
    "71969010756003077385",
    FEDEX,
    "568283610012734",
    "TBA303912345678",
    "00340434123456789012",
    "340434123456789012",
    "RR473124829DE",
    "JJD014600000123456789",
    "JD014600000123456789",
    "GM2951173225174494",
    "3318810025",
    "XYZ012345601000930304",
    "01234567890121",
    "012345678901217",
    cd.GLS.mend("123456789010"),
    cd.GLS.mend("123456789010")[:11],
    "123456789013",
    "201298452277",
    "JDVA12345678901",
    "SF1234567890123",
    "99.34.137967.00168509",
    "7035114477138472",
    "331426749957",
    "H1002003004005006007",
    "ORDER-2024-0042",
]


def item(number: str, postal: str = "90210", *aliases: str) -> Item:
    return Item(number, "1", number, aliases, postal_code=postal)


def texts(codes: list[LabelCode], symbology: str = "Code128") -> list[str]:
    return [c.text for c in codes if (c.symbology, c.role) == (symbology, "tracking")]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("postal", ["90210", "902101234", "", "SW1A 1AA"])
def test_every_code_listed_names_its_item_when_read(number: str, postal: str) -> None:
    index = RouteIndex.of(Route((Stop("1", (item(number),)),)))
    codes = label_codes(item(number, postal))
    assert texts(codes)
    for code in codes:
        payload = ("\x1d" if code.gs1 else "") + code.text
        hit = index.find(payload, code.symbology)
        assert hit.items == ((number,) if code.role == "tracking" else ()), code
        assert hit.foreign is None


@pytest.mark.parametrize("number", NUMBERS)
def test_probabilities_are_ordered_and_never_sum_above_one(number: str) -> None:
    codes = label_codes(item(number))
    shares = [code.probability for code in codes]
    assert shares == sorted(shares, reverse=True)
    assert len({(c.text, c.symbology, c.gs1) for c in codes}) == len(codes)
    for symbology, role in {(c.symbology, c.role) for c in codes}:
        same = [c for c in codes if (c.symbology, c.role) == (symbology, role)]
        assert 0 < sum(c.probability for c in same) <= 1.0 + 1e-9, symbology


def test_a_postal_barcode_has_its_zip_when_that_is_known() -> None:
    known, unknown = label_codes(item(IMPB)), label_codes(item(IMPB, ""))
    assert known[0] == LabelCode(f"42090210\x1d{IMPB}", "Code128", 0.6, True)
    assert f"42090210{IMPB}" in texts(known)
    assert set(texts(unknown)) == {IMPB}


def test_the_34_digits_of_fedex_need_a_known_head() -> None:
    payload = "9622000000001234567800" + FEDEX
    assert texts(label_codes(item(FEDEX, "90210", payload)))[0] == payload
    assert all(len(text) == 12 for text in texts(label_codes(item(FEDEX))))


def test_an_alias_of_another_number_is_no_payload() -> None:
    other = "9622000000001234567800" + "986578788855"
    assert other not in texts(label_codes(item(FEDEX, "", other, "1234*")))


def test_a_routing_code_says_so() -> None:
    codes = label_codes(item("1Z12345E0205271686"))
    assert {c.role for c in codes if c.text == "42090210"} == {"routing"}


def test_nothing_is_known_of_a_label_without_a_number() -> None:
    assert label_codes(Item("stop 5, no number", "5")) == []
    assert label_codes(item("9400110200*")) == []


def test_the_likeliest_symbols_of_some_carriers() -> None:
    first = {number: label_codes(item(number))[0] for number in NUMBERS}
    assert first["JD014600000123456789"].text == "JJD014600000123456789"
    assert first["00340434123456789012"].gs1
    assert first["340434123456789012"].text == "00340434123456789012"
    assert first["123456789013"].text == "A123456789013A"
    assert first["TBA303912345678"].symbology == "Code128"
    assert texts(label_codes(item("201298452277")), "ITF") == ["201298452277"]
    assert "%009021001234567890121101276" in texts(label_codes(item("01234567890121")))
