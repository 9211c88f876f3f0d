import random
import time

import numpy as np
import pytest

from vapr.read.codebook import Codebook
from vapr.read.near import cells_of, changed_rows, serial_rows
from vapr.read.symbols import encode
from vapr.route.payloads import LabelCode
from vapr.route.rivals import serials
from vapr.route.route import Route, Stop
from vapr.types import Item


def route_of(numbers: list[str]) -> Route:
    items = tuple(
        Item(key=n, stop="1", tracking=n, postal_code="80045") for n in numbers
    )
    return Route((Stop("1", items),))


def test_every_item_has_the_bars_its_label_carries() -> None:
    route = route_of(["TBA303912345678", "200181234794"])
    book = Codebook.of(route)
    assert book.keys == ("TBA303912345678", "200181234794")
    for key in book.keys:
        wanted = encode(key, "Code128")[0].cells
        rows = [
            page.cells[row].astype(np.uint8).tobytes()
            for page in book.pages
            for row in np.flatnonzero(page.item == book.keys.index(key))
        ]
        assert wanted in rows


def test_a_postal_number_comes_with_its_routing_head() -> None:
    book = Codebook.of(route_of(["9270614127450649058446"]))
    texts = {text for page in book.pages for text in page.texts}
    assert any("42080045" in text for text in texts)
    assert all(page.log_prior.max() < 0 for page in book.pages)


def test_an_item_without_a_number_has_no_bars() -> None:
    route = Route((Stop("1", (Item(key="stop 1, no number", stop="1"),)),))
    book = Codebook.of(route)
    assert book.keys == ("stop 1, no number",)
    assert book.pages == ()


def test_the_same_route_has_the_same_book() -> None:
    route = route_of(["200181234794"])
    assert Codebook.of(route) is Codebook.of(route)


def test_leaving_an_item_out_leaves_its_bars_out() -> None:
    book = Codebook.build(
        (text, [LabelCode(text, "Code128", 0.9)])
        for text in ("200181234794", "200181234808")
    )
    less = book.without("200181234794")
    assert less.keys == ("200181234808",)
    assert [len(page.cells) for page in less.pages] == [1]


@pytest.mark.parametrize("symbology", ["ITF", "Code39"])
def test_two_width_codes_come_in_all_ratios(symbology: str) -> None:
    book = Codebook.build([("a", [LabelCode("12345678", symbology, 1.0)])])
    assert len({page.modules for page in book.pages}) >= 2
    assert {page.symbology for page in book.pages} == {symbology}


def test_four_hundred_items_are_quick_and_small() -> None:
    rng = random.Random(1)
    numbers = [f"TBA{rng.randrange(10**12):012}" for _ in range(400)]
    start = time.process_time()
    book = Codebook.of(route_of(numbers))
    assert time.process_time() - start < 1.0
    assert book.nbytes < 50e6


@pytest.mark.parametrize(
    ("text", "symbology", "count"),
    [
        ("200181234794", "Code128", 300),
        ("20018123", "ITF", 300),
        ("1234", "Codabar", 300),
    ],
)
def test_rivals_of_a_code_are_codes_of_the_same_form(
    text: str, symbology: str, count: int
) -> None:
    bars = encode(text, symbology)[0]
    near, far = serial_rows(bars, ())
    assert len(near) == count
    assert len(far) >= count
    cells = cells_of(np.concatenate([near, changed_rows(bars)]), bars)
    assert cells.shape[1] == len(bars.cells)
    own = np.frombuffer(bars.cells, np.uint8)
    assert not (cells == own).all(axis=1).any()


def test_a_rival_on_the_route_is_left_out() -> None:
    bars = encode("200181234794", "Code128")[0]
    rival = next(serials("200181234794", 1))
    near, _ = serial_rows(bars, {rival})
    assert len(near) == 299
    (kept,) = [b for b in encode(rival, "Code128") if len(b.cells) == len(bars.cells)][
        :1
    ]
    assert not (near == np.array(kept.values[:-1])).all(axis=1).any()
