from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vapr.route import Route, RouteIndex, Stop
from vapr.route import check_digits as cd
from vapr.route.index import Hit
from vapr.types import Item

UPS, OTHER_UPS = "1Z12345E0205271686", "1Z999AA10123456784"
IMPB, OTHER_IMPB = "9400110200881234567896", "9400111206206406260787"
TBA, OTHER_TBA = "TBA303912345678", "TBA303912345679"
FEDEX, OTHER_FEDEX = "123456789012", "986578788855"


def index_of(
    *numbers: str, aliases: dict[str, tuple[str, ...]] | None = None
) -> RouteIndex:
    named = aliases or {}
    items = tuple(Item(n, "1", n, named.get(n, ())) for n in numbers)
    return RouteIndex.of(Route((Stop("1", items),)))


@pytest.mark.parametrize(
    ("payload", "item"),
    [
        (UPS, UPS),
        (UPS.lower(), UPS),
        (f"]C142090210\x1d{IMPB}", IMPB),
        (f"420902101234{IMPB}", IMPB),
        ("9622000000001234567800" + FEDEX, FEDEX),
        (f"{TBA}|C23.4X|90210", TBA),
        ("ORDER-2024-0042", "ORDER-2024-0042"),
        ("x|ORDER-2024-0042|y", "ORDER-2024-0042"),
    ],
)
def test_a_payload_names_its_item_for_sure(payload: str, item: str) -> None:
    index = index_of(UPS, IMPB, TBA, FEDEX, "ORDER-2024-0042")
    assert index.find(payload) == Hit((item,), "sure")


def test_two_items_hit_by_one_barcode_stay_visible_and_unsure() -> None:
    twice = cd.GS1.mend("9400123456789012345670")
    long = next(
        f"{head}{twice}" for head in range(9100, 9600) if cd.GS1.holds(f"{head}{twice}")
    )
    hit = index_of(twice, long).find("42090210" + long)
    assert set(hit.items) == {twice, long}
    assert (hit.certainty, hit.conflict) == (None, True)


def test_the_piece_outranks_the_master_number() -> None:
    master, piece = "123456789023", "123456789012"
    message = (
        f"[)>\x1e01\x1d0290210\x1d840\x1d01\x1d{piece}0201\x1dFDE\x1d28Z{master}\x1e"
    )
    assert index_of(master, piece).find(message) == Hit((piece,), "sure")
    assert index_of(master).find(message).items == (master,)


@pytest.mark.parametrize(
    ("alias", "payload"),
    [
        ("1Z12345E??05271686", UPS),
        ("9400110200881*", f"42090210{IMPB}"),
        ("????????9400110200881234567896", f"42090210{IMPB}"),
    ],
)
def test_wildcards_and_prefixes_are_likely(alias: str, payload: str) -> None:
    hit = index_of("damaged", aliases={"damaged": (alias,)}).find(payload)
    assert hit == Hit(("damaged",), "likely")


def test_a_maxicode_without_its_class_is_likely_at_best() -> None:
    message = "[)>\x1e01\x1d961Z05271686\x1dUPSN\x1d12345E\x1e\x04"
    assert index_of(UPS, OTHER_UPS).find(message) == Hit((UPS,), "likely")
    twin = "1Z12345E0305271686"
    assert index_of(UPS, twin).find(message) == Hit((UPS, twin))


def test_two_items_that_are_only_likely_are_both_possible() -> None:
    index = index_of(
        "a", "b", aliases={"a": ("940011020088?*",), "b": ("9400110200??*",)}
    )
    assert index.find(IMPB) == Hit(("a", "b"), None, conflict=False)


def test_a_prefix_that_only_names_the_shipper_is_possible() -> None:
    index = index_of("damaged", aliases={"damaged": ("1Z12345E*",)})
    assert index.find(UPS) == Hit(("damaged",), None)


def test_six_digits_left_by_a_spreadsheet_are_only_possible() -> None:
    index = index_of("damaged", aliases={"damaged": ("940011*",)})
    assert index.find(OTHER_IMPB) == Hit(("damaged",), None)


def test_zeros_a_spreadsheet_ate_are_likely() -> None:
    index = index_of("1632532948375", TBA)
    hit = index.find("%007110601632532948375179276")
    assert hit == Hit(("1632532948375",), "likely")


def test_a_short_literal_is_only_possible() -> None:
    assert index_of("A1234", UPS).find("A1234") == Hit(("A1234",), None)


@pytest.mark.parametrize(
    "payload", [OTHER_UPS, OTHER_TBA, f"42090210\x1d{OTHER_IMPB}", OTHER_FEDEX]
)
def test_a_number_that_no_item_has_is_foreign(payload: str) -> None:
    hit = index_of(UPS, TBA, IMPB, FEDEX).find(payload)
    assert hit == Hit(foreign=payload.rpartition("\x1d")[2])


@pytest.mark.parametrize(
    ("payload", "symbology"),
    [
        ("42090210", "Code128"),
        ("420902101234", "Code128"),
        ("21348075016401", "ITF"),
        ("5901234123457", "EAN13"),
        ("00340434123456789012", "Code128"),  # a shipper's pallet label
        ("RR473124829DE", "Code128"),  # the sender's own post label
        ("YT2229521272164446", "Code128"),
        (OTHER_FEDEX, "Code128"),  # on a route without FedEx: any twelve digits
        ("]C10109506000134352\x1d2112345678", None),
        ("https://example.com/return/12345678901", "QRCode"),
        ("SN123456789", "Code128"),
    ],
)
def test_what_any_label_may_carry_besides_is_never_foreign(
    payload: str, symbology: str | None
) -> None:
    assert index_of(UPS, TBA).find(payload, symbology) == Hit()


def test_a_number_of_a_second_carrier_on_one_label_is_not_foreign() -> None:
    """SurePost labels bear a 1Z and a postal number; the route may list either."""
    assert index_of(UPS).find("92748931507708513018050063") == Hit()
    assert index_of(IMPB).find(OTHER_UPS) == Hit()


@pytest.mark.parametrize(
    ("own", "payload"),
    [
        ("3318810025", "8487135506"),  # ten digits: DHL Express, or a telephone
        ("AB1234567890123456", "99341379670016850" + "9"),
        (
            "00340434123456789012",
            cd.GS1.mend("00176123450000000010"),
        ),  # another giver's SSCC
        ("60120172242323", "51087693037816"),  # no check digit
    ],
)
def test_digits_that_could_be_anything_are_not_foreign(own: str, payload: str) -> None:
    assert index_of(own, TBA).find(payload) == Hit()


def test_a_parcel_number_of_the_same_giver_is_foreign() -> None:
    other = cd.GS1.mend("00340434999999999990")
    assert index_of("00340434123456789012").find(other) == Hit(foreign=other)


def test_a_letter_typed_as_a_digit_is_likely_the_item() -> None:
    """Both pass the check digit, so only the likeness of B and 8 tells."""
    assert index_of("1Z885S0Z0398765431", TBA).find("1Z8B5S0Z0398765431") == Hit(
        ("1Z885S0Z0398765431",), "likely"
    )


def test_an_item_whose_number_was_mistyped_is_possible() -> None:
    wrong = UPS[:12] + "9" + UPS[13:]  # its check digit gives it away
    index = index_of(wrong, TBA, OTHER_TBA)
    assert index.find(UPS) == Hit((wrong,), None)
    assert index.find(OTHER_UPS) == Hit(foreign=OTHER_UPS)


def test_nothing_is_foreign_to_a_route_of_order_numbers() -> None:
    assert index_of("A-1001", "A-1002", "A-1003").find(UPS) == Hit()


def test_items_without_a_number_name_nothing() -> None:
    items = (Item("stop 5, no number", "5"), Item(UPS, "5", UPS))
    index = RouteIndex.of(Route((Stop("5", items),)))
    assert index.find("stop 5, no number") == Hit()
    assert index.find(UPS).items == (UPS,)


def test_the_index_of_a_route_is_built_once() -> None:
    route = Route((Stop("1", (Item(UPS, "1", UPS),)),))
    assert RouteIndex.of(route) is RouteIndex.of(route)
    assert RouteIndex.of(Route(())) is not RouteIndex.of(route)


# Text read by OCR


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("TRACKING #: 1Z 123 45E 02 0527 1686", Hit((UPS,), "sure")),
        ("1212345E02O5271686", Hit((UPS,), "likely")),  # Z read as 2, 0 as O
        ("9400 11O2 0088 1234 5678 96", Hit((IMPB,), "likely")),
        ("TBA3O39I2345678", Hit((TBA,), "likely")),
        ("TBA303912345678", Hit((TBA,), "likely")),  # has no check digit
        ("1Z12345E0205211686", Hit((UPS,), None)),  # 7 read as 1
        ("1Z12345E0105271686", Hit((UPS,), None)),
        ("1Z12345E0305271787", Hit()),  # too far
        ("Ana Beispiel, 12 Juniper Row", Hit()),
    ],
)
def test_text_is_mended_only_as_far_as_it_can_be_trusted(text: str, hit: Hit) -> None:
    assert index_of(UPS, IMPB, TBA).find_read(text) == hit


def test_a_text_whose_check_digit_is_right_is_never_bent() -> None:
    own, neighbour = serial_pair()
    assert index_of(own).find_read(neighbour) == Hit()


def test_text_is_never_foreign() -> None:
    assert index_of(UPS).find_read(OTHER_UPS).foreign is None


def serial_pair() -> tuple[str, str]:
    """Two right 1Z numbers that differ in a confusable digit and the check digit."""
    return UPS, cd.UPS.mend(UPS[:-2] + "30")


def texts() -> Iterator[str]:
    yield from (UPS, IMPB, TBA, FEDEX, f"42090210\x1d{IMPB}", "[)>\x1e01\x1d96")


@given(st.text(max_size=40) | st.sampled_from(list(texts())))
def test_no_text_breaks_the_index(text: str) -> None:
    index = index_of(UPS, IMPB, TBA, FEDEX)
    for hit in (index.find(text), index.find_read(text)):
        assert set(hit.items) <= {UPS, IMPB, TBA, FEDEX}
        assert not (hit.items and hit.foreign)
        assert hit.certainty is None or len(hit.items) == 1
