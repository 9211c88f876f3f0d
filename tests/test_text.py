"""Text: strings of the route scored under a recogniser's probabilities."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vapr.calibrate.text import TextTrial, fit_text_scale, photograph_print
from vapr.errors import ModelError
from vapr.geometry import quad_sides
from vapr.pipeline import Pipeline
from vapr.read import labels, read_label, text
from vapr.read.text import MOST_SHARED, add_fields, sticker_text, to_evidence
from vapr.read.text_book import Field, TextBook, fold
from vapr.read.text_net import text_files
from vapr.read.text_scale import TextScale, read_text_scales, write_text_scales
from vapr.read.text_score import Reading, forward, relate, score_strings
from vapr.route import Route, Stop
from vapr.synth.label import make_label
from vapr.synth.layouts import LAYOUTS
from vapr.synth.manifest import Row, make_route
from vapr.synth.stickers import aid_sticker
from vapr.types import Detection, Image, Item, Quad

ALPHABET = ("", "A", "B", "C", "1", "2", "3", "-", "y", "O", "0", " ", "x")
CODES = ("A11.2B 396", "A11.2B 398", "A12.1C 123", "C13.3A 321", "C13.3A 320")
LABEL: Quad = ((0.0, 0.0), (90.0, 0.0), (90.0, 60.0), (0.0, 60.0))
needs_ocr = pytest.mark.skipif(
    text_files() is None, reason='needs pip install "vapr[ocr]"'
)


def item_of(index: int, code: str, recipient: str = "") -> Item:
    number = f"TBA{300000000000 + 7 * index}"
    return Item(number, "1", number, recipient=recipient, sort_code=code)


ITEMS = tuple(item_of(i, code) for i, code in enumerate(CODES))


def line_of(shown: str, sure: float = 0.9) -> NDArray[np.float32]:
    """What the recogniser would say of a line: a step a character, blanks between."""
    steps = [0, *(i for c in shown for i in (ALPHABET.index(c), 0))]
    odds = np.full((len(steps), len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    odds[np.arange(len(steps)), steps] = sure
    return odds.astype(np.float32)


def entries_of(*codes: str) -> TextBook:
    return TextBook.build(item_of(i, code) for i, code in enumerate(codes))


def score(shown: str, wanted: str, sure: float = 0.9) -> float:
    book = entries_of(wanted)
    place = [entry.field for entry in book.entries].index("sort")
    reading = relate(line_of(shown, sure), ALPHABET, book.characters)
    return float(score_strings(reading, book.labels)[place])


def test_what_a_line_shows_fits_it_and_one_other_character_does_not() -> None:
    assert score("A123", "A123") == pytest.approx(0, abs=0.3)
    assert score("A123", "A121") < -3
    assert score("A123", "B321") < score("A123", "A121") - 3


def test_an_unsure_line_tells_less() -> None:
    gaps = [score("A123", "A123", s) - score("A123", "A121", s) for s in (0.95, 0.5)]
    assert gaps[0] > gaps[1] + 1


def test_doubled_characters_are_two() -> None:
    assert score("A11", "A11") == pytest.approx(0, abs=0.3)
    assert score("A1", "A11") < -2


def test_part_of_a_longer_line_counts_where_a_space_parts_it() -> None:
    whole, part, inside = (score(s, "A123") for s in ("A123", "BB A123 C", "BBA123C"))
    assert whole > part > inside
    assert part > -12


def test_case_points_spaces_and_look_alikes_do_not_matter() -> None:
    assert fold("C 14.2o") == fold("c14-20")
    assert fold("Zoë Íñigo") == fold("zoe inigo")
    assert fold("山田 花子") == "山田花子"
    assert score("A-1 2O", "A12.0") == pytest.approx(0, abs=0.4)


def test_forward_is_the_sum_over_all_paths() -> None:
    rng = np.random.default_rng(4)
    steps, letters = 4, 3
    symbols = np.log(rng.dirichlet(np.ones(letters), steps))
    reading = Reading(symbols, np.full(steps, -200.0))  # nothing parts words
    for text_ in ([1], [1, 2], [2, 2]):
        total = sum(
            float(np.exp(symbols[np.arange(steps), list(path)].sum()))
            for path in product(range(letters), repeat=steps)
            if _collapsed(path) == text_
        )
        # part of a longer line is no help here but for its fixed price
        got = float(np.exp(forward(reading, np.array([text_]))[0]))
        assert total <= got < total + 0.05


def _collapsed(path: tuple[int, ...]) -> list[int]:
    kept = [c for i, c in enumerate(path) if i == 0 or path[i - 1] != c]
    return [c for c in kept if c]


def test_what_several_items_share_tells_them_not_apart() -> None:
    book = TextBook.build(ITEMS)
    shown: dict[Field, float] = {"sort": 0.5, "number": 0.5}
    told = text.weigh_lines([line_of("A11-2B")], ALPHABET, book, shown)
    assert told[0] == told[1] > max(told[2:])
    told = text.weigh_lines([line_of("A12-1C"), line_of("123")], ALPHABET, book, shown)
    assert told.argmax() == 2
    assert told[2] > told[np.arange(5) != 2].max() + 4


def test_no_line_says_nothing() -> None:
    book = TextBook.build(ITEMS)
    assert not text.weigh_lines([], ALPHABET, book, {"sort": 0.5}).any()
    assert to_evidence(np.zeros(5), ITEMS, LABEL) is None


def test_what_parcels_have_in_common_never_decides() -> None:
    piled = add_fields({f: np.array([30.0]) for f in ("sort", "name", "address")})
    assert piled[0] == MOST_SHARED
    assert add_fields({"name": np.array([30.0]), "number": np.array([6.0])})[0] > 10


def test_a_string_of_many_items_is_worth_less() -> None:
    codes = [f"A{n}" for n in range(12)]
    book = entries_of("B77", *codes, *["C12"] * 12)
    nats = {entry.text: entry.nats for entry in book.entries if entry.field == "sort"}
    assert nats[fold("B77")] > nats[fold("C12")] > 0


def test_more_items_than_can_be_listed_share_nothing() -> None:
    items = tuple(item_of(i, "A11 100") for i in range(40))
    raw = np.where(np.arange(40) < 20, 9.0, 0.0)
    assert to_evidence(raw, items, LABEL) is None
    raw[3] = 14.0
    cue = to_evidence(raw, items, LABEL)
    assert cue is not None
    assert cue.id == items[3].key
    assert dict(cue.ratios)[items[5].key] == pytest.approx(cue.floor)


def test_an_endless_address_is_left_out() -> None:
    item = replace(ITEMS[0], address="Long Lane " * 10_000)
    book = TextBook.build([item, *ITEMS[1:]])
    assert book.labels.shape[1] < 50
    assert any(entry.items == (0,) for entry in book.entries)


def test_evidence_names_no_recipient() -> None:
    items = (item_of(0, "", "Ada Hollis"), item_of(1, "A12 1", "Bela Dorn"))
    for best in (0, 1):
        raw = np.zeros(2)
        raw[best] = 9.0
        cue = to_evidence(raw, items, LABEL)
        assert cue is not None
        assert "Hollis" not in repr(cue)
        assert "Dorn" not in repr(cue)


def test_the_scales_are_kept_beside_the_models(tmp_path: Path) -> None:
    scale = TextScale(slope=0.5, caution=1.0, cap=4.0, seed=1, trials=10)
    scales = {"label": scale, "sticker": replace(scale, slope=0.7)}
    write_text_scales(tmp_path / "a.json", scales)
    assert read_text_scales(tmp_path / "a.json") == scales
    assert scale.llr(4.0) == pytest.approx(1.0)
    assert scale.llr(99.0) == 4.0
    (tmp_path / "b.json").write_text('{"label": {"slope": "steep"}}')
    with pytest.raises(ModelError, match=r"b\.json"):
        read_text_scales(tmp_path / "b.json")


# ---- with the recogniser ----


def small_route() -> tuple[tuple[Row, ...], Route]:
    rows = make_route(5, stops=30, items=60)
    items = tuple(
        Item(
            r.tracking,
            r.stop,
            r.tracking,
            recipient=r.recipient,
            address=f"{r.street}, {r.town} {r.postal}",
            sort_code=r.sort_code,
        )
        for r in rows
    )
    stops = sorted({item.stop for item in items})
    grouped = (Stop(s, tuple(i for i in items if i.stop == s)) for s in stops)
    return rows, Route(tuple(grouped))


def label_picture(row: Row, turns: int = 0) -> tuple[Image, Quad]:
    """A label whose bars are painted over, 250 px wide, on cardboard."""
    layout = next(each for each in LAYOUTS if each.name == "depot4x6")
    made = make_label(replace(row, codes=()), layout, 3)
    small = cv2.resize(made.pixels, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    framed = cv2.copyMakeBorder(
        small, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(90, 120, 150)
    )
    image = np.ascontiguousarray(np.rot90(framed, turns))
    height, width = image.shape[:2]
    quad = ((40, 40), (width - 40, 40), (width - 40, height - 40), (40, height - 40))
    return np.asarray(image, np.uint8), quad


@needs_ocr
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_print_names_the_item_any_way_up(turns: int) -> None:
    rows, route = small_route()
    image, quad = label_picture(rows[7], turns)
    cue = next(c for c in read_label(image, quad, route) if c.kind == "text")
    assert cue.id == rows[7].tracking
    assert cue.llr > 5
    assert cue.text == rows[7].sort_code


@needs_ocr
def test_a_label_of_another_route_is_no_item() -> None:
    _, route = small_route()
    stranger = make_route(6, stops=30, items=60)[7]
    for cue in read_label(*label_picture(stranger), route):
        assert cue.llr < 3


def sticker_picture(code: str) -> tuple[Image, list[Detection]]:
    image = np.full((300, 500, 3), (90, 120, 150), np.uint8)
    sticker = cv2.resize(
        aid_sticker(code, np.random.default_rng(3)),
        (96, 54),
        interpolation=cv2.INTER_AREA,
    )
    image[120:174, 180:276] = sticker[::-1, ::-1]  # upside down
    found = [
        Detection("parcel", (20, 20, 480, 280), 0.9),
        Detection("aid", (180, 120, 276, 174), 0.9),
    ]
    return image, found


@needs_ocr
def test_a_driver_aid_sticker_names_its_parcel() -> None:
    rows, route = small_route()
    image, found = sticker_picture(rows[7].sort_code)
    pipeline = Pipeline(lambda _: found, loose=False)
    (parcel,) = pipeline(image, route, rows[7].stop).parcels
    assert parcel.evidence[0].id == rows[7].tracking
    assert parcel.evidence[0].llr > 4
    twice = [*found, replace(found[1], box=(20, 30, 60, 50))]
    (parcel,) = Pipeline(lambda _: twice, loose=False)(image, route).parcels
    assert parcel.evidence == ()


@needs_ocr
def test_a_sticker_of_another_parcel_says_nothing() -> None:
    _, route = small_route()
    image, found = sticker_picture("Z99.9Q 000")
    cue = sticker_text(image, found[1].box, route)
    assert cue is None or cue.llr < 2


def test_without_the_extra_labels_are_read_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, route = small_route()
    monkeypatch.setattr(text, "text_nets", lambda: None)
    image, quad = label_picture(rows[7])
    assert all(cue.kind != "text" for cue in read_label(image, quad, route))


def test_what_is_surely_named_needs_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("text was read")

    monkeypatch.setattr(labels, "sticker_text", never)
    _, route = small_route()
    image, found = sticker_picture("A1.1X 001")
    cue = to_evidence(np.array([99.0]), ITEMS[:1], LABEL)
    assert cue is not None
    sure = replace(cue, ratios=((ITEMS[0].key, 30.0),))
    assert labels.read_sticker(image, found[1].box, route, [sure]) == []


# ---- calibration ----


def test_the_scale_keeps_absent_labels_within_their_claim() -> None:
    rng = np.random.default_rng(2)
    raw = rng.exponential(2.0, 500)  # twice as far out as exp(-x) allows
    trials = [TextTrial(100, 9, 1, 2, float(r), 0.0) for r in raw]
    scale = fit_text_scale(trials, seed=2)
    for x in (0.5, 1.0, 2.0, 3.0):
        assert np.mean([scale.llr(r) > x for r in raw]) <= np.exp(-x)
    assert scale.slope < 0.8
    mild = [replace(t, sibling=t.sibling / 9) for t in trials]
    assert fit_text_scale(mild, seed=2).slope == 1.0


def test_a_photographed_sheet_lies_where_its_corners_say() -> None:
    sheet = np.full((120, 200, 3), 255, np.uint8)
    rng = np.random.default_rng(5)
    for _ in range(3):
        image, quad = photograph_print(sheet, 80.0, rng)
        inside = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(inside, np.round(quad).astype(np.int32), 1)
        grey = image.mean(axis=2)
        assert grey[inside == 1].mean() > 1.3 * grey[inside == 0].mean()
        assert quad_sides(quad)[0] == pytest.approx(80, abs=0.5)
