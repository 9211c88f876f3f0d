"""Verdicts from evidence: the rules a driver depends on."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from vapr.geometry import center
from vapr.match import decide, group_detections, make_checklist, settle_codes
from vapr.match.marginals import association_marginals
from vapr.match.reasons import explain
from vapr.route import Route, Stop
from vapr.types import (
    Box,
    Detection,
    Evidence,
    EvidenceKind,
    Item,
    Label,
    Parcel,
    Quad,
)

SURE = 30.0
FLOOR = -8.0


def _item(key: str, stop: str) -> Item:
    return Item(key, stop, key)


@pytest.fixture
def route() -> Route:
    stops = {"1": ["A1"], "2": ["B1", "B2"], "3": [f"C{i}" for i in range(297)]}
    return Route(
        tuple(
            Stop(name, tuple(_item(key, name) for key in keys))
            for name, keys in stops.items()
        )
    )


def _quad(x: float, y: float, side: float = 40) -> Quad:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def _parcel(*cues: Evidence, x: float = 0) -> Parcel:
    label = Label(_quad(x + 30, 30), px_per_module=0.4)
    return Parcel((x, 0, x + 100, 100), labels=(label,), evidence=cues)


def _cue(llrs: dict[str, float], floor: float = FLOOR, label: int = 0) -> Evidence:
    ranked = tuple(sorted(llrs.items(), key=lambda kv: -kv[1]))
    text = ranked[0][0]
    return Evidence("template", "Code128", text, None, ranked, floor, label=label)


def _foreign(key: str) -> Evidence:
    return Evidence("barcode", "Code128", key, None, (), -14.0, foreign=key)


def test_a_sure_parcel_of_the_open_stop_is_a_pick(route: Route) -> None:
    (parcel,) = decide([_parcel(_cue({"A1": SURE}))], route, "1")
    assert (parcel.verdict, parcel.id, parcel.stop) == ("pick", "A1", "1")
    assert parcel.confidence >= 0.999


def test_a_sure_parcel_of_another_stop_is_left(route: Route) -> None:
    (parcel,) = decide([_parcel(_cue({"B1": SURE}))], route, "1")
    assert (parcel.verdict, parcel.id, parcel.stop) == ("leave", "B1", "2")


def test_weak_evidence_is_no_verdict(route: Route) -> None:
    (parcel,) = decide([_parcel(_cue({"A1": 5.0}, floor=-2))], route, "1")
    assert parcel.verdict == "unknown"
    assert parcel.id is None
    assert parcel.candidates[0][0] == "A1"


def test_no_evidence_is_never_leave(route: Route) -> None:
    (parcel,) = decide([Parcel((0, 0, 10, 10))], route, "1")
    assert (parcel.verdict, parcel.reason) == ("unknown", "no_label")


def test_bars_that_are_none_of_the_route_are_unknown_not_leave(route: Route) -> None:
    (parcel,) = decide([_parcel(_cue({"A1": -9.0}, floor=-12))], route, "1")
    assert (parcel.verdict, parcel.reason) == ("unknown", "not_on_route")


def test_a_decoded_number_of_no_item_is_foreign(route: Route) -> None:
    (parcel,) = decide([_parcel(_foreign("1ZX"))], route, "1")
    assert (parcel.verdict, parcel.id, parcel.stop) == ("leave", "1ZX", None)
    assert parcel.foreign


def test_nothing_is_foreign_where_an_item_has_no_number() -> None:
    nameless = Item("stop 1, no number", "1")
    route = Route((Stop("1", (nameless,)), Stop("2", (_item("B1", "2"),))))
    (at_one,) = decide([_parcel(_foreign("1ZX"))], route, "1")
    (at_two,) = decide([_parcel(_foreign("1ZX"))], route, "2")
    assert (at_one.verdict, at_two.verdict) == ("unknown", "leave")


def test_an_old_foreign_label_does_not_make_a_parcel_foreign(route: Route) -> None:
    parcel = _parcel(_foreign("1ZX"), _cue({"A1": SURE}))
    (decided,) = decide([parcel], route, "1")
    assert not decided.foreign
    assert decided.verdict == "pick"


def test_one_code_on_two_parcels_is_no_pick(route: Route) -> None:
    pair = [_parcel(_cue({"A1": SURE})), _parcel(_cue({"A1": SURE}), x=200)]
    verdicts = decide(pair, route, "1")
    assert [p.verdict for p in verdicts] == ["unknown", "unknown"]
    assert {p.reason for p in verdicts} == {"ambiguous"}
    assert make_checklist(verdicts, route, "1").check == (0, 1)


def test_the_whole_scene_decides_not_the_best_parcel_first(route: Route) -> None:
    """Parcel 1 fits B1 a little better, but parcel 2 can only be B1."""
    first = _parcel(_cue({"B1": 31.0, "C1": 30.0}))
    second = _parcel(_cue({"B1": 30.0}), x=200)
    decided = decide([first, second], route, "2")
    assert [p.id for p in decided] == ["C1", "B1"]
    assert [p.verdict for p in decided] == ["leave", "pick"]


def test_two_of_one_stop_that_look_alike_are_both_taken(route: Route) -> None:
    cue = _cue({"B1": SURE, "B2": SURE})
    decided = decide([_parcel(cue), _parcel(cue, x=200)], route, "2")
    assert [p.verdict for p in decided] == ["pick", "pick"]
    assert [p.id for p in decided] == [None, None]
    assert {name for name, _ in decided[0].candidates} == {"B1", "B2"}
    assert make_checklist(decided, route, "2").found == ("B1", "B2")


def test_one_of_two_that_look_alike_is_taken_but_not_ticked_off(route: Route) -> None:
    decided = decide([_parcel(_cue({"B1": SURE, "B2": SURE}))], route, "2")
    assert decided[0].verdict == "pick"
    assert make_checklist(decided, route, "2").missing == ("B1", "B2")


def test_two_items_of_two_stops_with_one_code_are_no_pick(route: Route) -> None:
    (parcel,) = decide([_parcel(_cue({"A1": SURE, "B1": SURE}))], route, "1")
    assert (parcel.verdict, parcel.reason) == ("unknown", "ambiguous")


def test_two_boxes_taken_for_one_come_back_as_two(route: Route) -> None:
    labels = (Label(_quad(10, 10)), Label(_quad(60, 60, 20)))
    cues = (_cue({"A1": SURE}), _cue({"C1": SURE}, label=1))
    decided = decide([Parcel((0, 0, 100, 100), 1, labels, cues)], route, "1")
    assert [(p.id, p.verdict) for p in decided] == [("A1", "pick"), ("C1", "leave")]
    assert decided[0].box == (10, 10, 50, 50)


def test_a_second_label_that_says_nothing_stays_by_itself(route: Route) -> None:
    labels = (Label(_quad(10, 10)), Label(_quad(60, 60, 20)))
    cues = (_cue({"C1": 1.0}, floor=-1), _cue({"A1": SURE}, label=1))
    box = (0.0, 0.0, 100.0, 100.0)
    decided = decide([Parcel(box, 1, labels, cues)], route, "1")
    assert [(p.verdict, p.box) for p in decided] == [
        ("pick", box),
        ("unknown", (10.0, 10.0, 50.0, 50.0)),
    ]
    assert decided[0].label == labels[1]  # the mark goes where the reading was


def test_a_label_found_twice_is_one(route: Route) -> None:
    labels = (Label(_quad(10, 10)), Label(_quad(12, 12)))
    cues = (_cue({"C1": 1.0}, floor=-1), _cue({"A1": SURE}, label=1))
    decided = decide([Parcel((0, 0, 100, 100), 1, labels, cues)], route, "1")
    assert [p.verdict for p in decided] == ["pick"]


def test_a_taken_item_needs_more_to_be_seen_again(route: Route) -> None:
    parcels = [_parcel(_cue({"A1": 10.0}))]
    assert decide(parcels, route, "1")[0].verdict == "pick"
    assert decide(parcels, route, "1", taken={"A1"})[0].verdict == "unknown"


def test_every_expected_item_is_in_exactly_one_list(route: Route) -> None:
    decided = decide([_parcel(_cue({"B1": SURE}))], route, "2")
    checklist = make_checklist(decided, route, "2", taken={"B2"})
    assert checklist.found == ("B1",)
    assert checklist.taken == ("B2",)
    assert checklist.missing == ()


def test_a_label_without_a_parcel_is_still_a_parcel() -> None:
    found = [Detection("label", (10, 10, 50, 50), 0.8, _quad(10, 10))]
    (parcel,) = group_detections(found)
    assert parcel.box == found[0].box
    assert len(parcel.labels) == 1


def test_a_label_belongs_to_the_parcel_in_front() -> None:
    big = Detection("parcel", (0, 0, 300, 300), 0.9)
    small = Detection("parcel", (90, 90, 200, 200), 0.9)
    label = Detection("label", (100, 100, 140, 140), 0.8, _quad(100, 100))
    owners = [p.box for p in group_detections([big, small, label]) if p.labels]
    assert owners == [small.box]


def test_a_label_across_a_border_is_marked_by_itself() -> None:
    left = Detection("parcel", (0, 0, 100, 100), 0.9)
    right = Detection("parcel", (100, 0, 200, 100), 0.9)
    label = Detection("label", (80, 40, 120, 80), 0.8, _quad(80, 40))
    parcels = group_detections([left, right, label])
    assert [p.box for p in parcels if p.labels] == [label.box]


def test_a_label_is_not_given_to_what_was_hardly_seen() -> None:
    own = Detection("parcel", (0, 0, 120, 100), 0.9)
    ghost = Detection("parcel", (20, 5, 110, 70), 0.4)
    label = Detection(
        "label", (30, 20, 90, 60), 0.8, ((30, 20), (90, 20), (90, 60), (30, 60))
    )
    owners = [p.box for p in group_detections([own, ghost, label]) if p.labels]
    assert owners == [own.box]


def _seen_at(quad: Quad, name: str, kind: EvidenceKind = "template") -> Evidence:
    return Evidence(kind, "Code128", name, quad, ((name, SURE),), FLOOR)


def _of_two_that_touch(cue: Evidence) -> Parcel:
    """A label found on this parcel reaches over another one's, to its right."""
    label = Label(((10, 40), (110, 40), (110, 80), (10, 80)), 0.9)
    return Parcel((0, 0, 80, 100), 0.9, (label,), (cue,))


def test_the_mark_goes_where_the_code_is_not_around_the_neighbour(route: Route) -> None:
    """Bars that stick out of the label they were found in are another label's."""
    bars: Quad = ((85, 50), (115, 50), (115, 70), (85, 70))
    read = _of_two_that_touch(_seen_at(bars, "A1"))
    picks = [p for p in decide(settle_codes([read]), route, "1") if p.verdict == "pick"]
    assert [(p.id, p.box) for p in picks] == [("A1", (85, 50, 115, 70))]


def test_bars_within_their_label_name_its_parcel(route: Route) -> None:
    bars: Quad = ((20, 50), (70, 50), (70, 70), (20, 70))
    read = _of_two_that_touch(_seen_at(bars, "A1"))
    (parcel,) = decide(settle_codes([read]), route, "1")
    assert (parcel.verdict, parcel.box) == ("pick", (0, 0, 80, 100))


def test_a_decoded_code_beside_a_label_is_not_on_its_parcel(route: Route) -> None:
    beside: Quad = ((112, 50), (150, 50), (150, 70), (112, 70))
    across: Quad = ((100, 50), (118, 50), (118, 70), (100, 70))
    for place, boxes in ((beside, [(112, 50, 150, 70)]), (across, [(0, 0, 80, 100)])):
        read = _of_two_that_touch(_seen_at(place, "A1", "barcode"))
        decided = decide(settle_codes([read]), route, "1")
        assert [p.box for p in decided if p.verdict == "pick"] == boxes


def _middle_of_the_mark(cue: Evidence, route: Route) -> tuple[float, float]:
    (parcel,) = decide(settle_codes([_of_two_that_touch(cue)]), route, "1")
    assert parcel.verdict == "pick"
    assert parcel.label is not None
    assert parcel.label.quad == _of_two_that_touch(cue).labels[0].quad, "still whole"
    return center(parcel.label.mark)


def test_of_two_labels_found_as_one_the_side_with_the_bars_is_marked(
    route: Route,
) -> None:
    bars: Quad = ((12, 50), (50, 50), (50, 70), (12, 70))
    x, y = _middle_of_the_mark(_seen_at(bars, "A1"), route)
    assert 12 <= x <= 50
    assert 50 <= y <= 70


def test_a_label_named_by_a_square_code_alone_is_marked_at_it(route: Route) -> None:
    """Where the rest of what was found lies on another parcel nobody can tell."""
    square: Quad = ((12, 42), (24, 42), (24, 54), (12, 54))
    cue = replace(_seen_at(square, "A1", "barcode"), symbology="DataMatrix")
    x, y = _middle_of_the_mark(cue, route)
    assert 12 <= x <= 24
    assert 42 <= y <= 54


def test_an_outline_far_larger_than_its_bars_is_marked_at_them(route: Route) -> None:
    bars: Quad = ((30, 44), (55, 44), (55, 52), (30, 52))
    x, y = _middle_of_the_mark(_seen_at(bars, "A1"), route)
    assert 30 <= x <= 55
    assert 44 <= y <= 52


def test_the_outline_of_a_pick_is_drawn_around_the_part_its_code_speaks_for(
    route: Route,
) -> None:
    bars: Quad = ((12, 50), (40, 50), (40, 70), (12, 70))
    read = replace(_of_two_that_touch(_seen_at(bars, "A1")), box=(0, 0, 200, 100))
    (parcel,) = decide(settle_codes([read]), route, "1")
    assert parcel.outline is not None
    assert parcel.outline[2] < 60


def test_bars_a_little_aside_are_marked_in_the_outline_of_their_parcel(
    route: Route,
) -> None:
    bars: Quad = ((20, 62), (85, 62), (85, 76), (20, 76))
    assert _middle_of_the_mark(_seen_at(bars, "A1"), route) == (52.5, 69)
    (parcel,) = settle_codes([_of_two_that_touch(_seen_at(bars, "A1"))])
    assert parcel.outline == parcel.box


def test_of_a_label_behind_another_the_bars_that_show_are_marked(route: Route) -> None:
    """The label in front hides most of it, and both were found as one."""
    bars: Quad = ((90, 45), (104, 45), (104, 75), (90, 75))
    x, _ = _middle_of_the_mark(_seen_at(bars, "A1"), route)
    assert 90 <= x <= 104


def test_what_favours_no_item_is_not_marked_at_its_bars() -> None:
    bars: Quad = ((20, 62), (85, 62), (85, 76), (20, 76))
    cue = replace(_seen_at(bars, "A1"), ratios=(("A1", -0.3),))
    (parcel,) = settle_codes([_of_two_that_touch(cue)])
    assert parcel.labels[0].mark == parcel.labels[0].quad


def test_two_weak_cues_are_marked_at_the_bars_as_well(route: Route) -> None:
    bars: Quad = ((12, 50), (50, 50), (50, 70), (12, 70))
    weak = replace(_seen_at(bars, "A1"), ratios=(("A1", 6.0),))
    print_ = Evidence("text", ratios=(("A1", 6.0),), floor=0.0)
    both = replace(_of_two_that_touch(weak), evidence=(weak, print_))
    (parcel,) = decide(settle_codes([both]), route, "1")
    assert parcel.verdict == "pick"
    assert parcel.label is not None
    assert parcel.label.mark == bars


def test_of_labels_none_of_which_is_sure_the_telling_one_is_marked(
    route: Route,
) -> None:
    """Their ratios do not add up: they may be two parcels' labels."""
    left = Label(((10, 40), (60, 40), (60, 80), (10, 80)), 0.9)
    right = Label(((62, 40), (112, 40), (112, 80), (62, 80)), 0.8)
    cues = tuple(
        replace(_seen_at(quad, "A1"), ratios=(("A1", llr),), label=label)
        for label, (llr, quad) in enumerate(
            (
                (3.0, ((15, 62), (55, 62), (55, 76), (15, 76))),
                (6.4, ((67, 62), (107, 62), (107, 76), (67, 76))),
            )
        )
    )
    read = settle_codes([Parcel((0, 0, 120, 100), 0.9, (left, right), cues)])
    (parcel,) = decide(read, route, "1")
    assert parcel.label is not None
    assert center(parcel.label.mark) == (87, 69)
    assert sum(cue.llr for cue in parcel.evidence) == 6.4


def test_a_square_code_beside_its_bars_leaves_the_mark_to_them(route: Route) -> None:
    label = Label(((10, 40), (70, 40), (70, 80), (10, 80)), 0.9)
    bars = _seen_at(((15, 62), (65, 62), (65, 76), (15, 76)), "A1")
    square = _seen_at(((58, 42), (68, 42), (68, 52), (58, 52)), "A1", "barcode")
    cues = (replace(square, symbology="QRCode"), bars)
    (parcel,) = settle_codes([Parcel((0, 0, 80, 100), 0.9, (label,), cues)])
    assert parcel.labels == (replace(label, code=bars.quad),)
    assert parcel.framed


def test_a_code_on_another_label_is_left_to_that_label(route: Route) -> None:
    bars: Quad = ((85, 50), (115, 50), (115, 70), (85, 70))
    first = _of_two_that_touch(_seen_at(bars, "A1"))
    label = Label(((82, 40), (160, 40), (160, 80), (82, 80)), 0.9)
    cue = _seen_at(bars, "A1")
    second = Parcel((80, 0, 180, 100), 0.9, (label,), (cue,))
    decided = decide(settle_codes([first, second]), route, "1")
    assert [(p.verdict, p.box) for p in decided] == [
        ("unknown", first.box),
        ("pick", second.box),
    ]


def test_one_stray_code_found_through_two_labels_is_one_parcel(route: Route) -> None:
    bars: Quad = ((85, 50), (115, 50), (115, 70), (85, 70))
    twice = [_of_two_that_touch(_seen_at(bars, "A1"))] * 2
    decided = decide(settle_codes(twice), route, "1")
    assert [p.verdict for p in decided].count("pick") == 1


@pytest.mark.parametrize("seed", range(20))
def test_marginals_are_those_of_all_ways_counted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.exp(rng.normal(0, 3, (4, 5)))
    got = association_marginals(weights)
    assert got == pytest.approx(_brute_force(weights), abs=1e-4)


def _brute_force(weights: np.ndarray) -> np.ndarray:
    n, m = weights.shape
    total, hits = 0.0, np.zeros((n, m))
    for way in itertools.product(range(-1, m), repeat=n):
        given = [i for i in way if i >= 0]
        if len(set(given)) != len(given):
            continue
        chosen = [(p, i) for p, i in enumerate(way) if i >= 0]
        weight = float(np.prod([weights[p, i] for p, i in chosen]))
        total += weight
        for p, i in chosen:
            hits[p, i] += weight
    return hits / total


@pytest.mark.parametrize("seed", range(20))
def test_a_tangled_scene_is_never_surer_than_the_sum(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    weights = np.exp(rng.normal(-1, 4, (4, 5)))
    exact = association_marginals(weights)
    monkeypatch.setattr("vapr.match.marginals.MAX_TANGLED", 1)
    quick = association_marginals(weights)
    sure = quick >= 0.999
    assert (exact[sure] >= 0.998).all()


def test_a_scene_too_tangled_to_sum_says_nothing(route: Route) -> None:
    cue = _cue({f"C{i}": SURE for i in range(16)})
    crowd = [_parcel(cue, x=200.0 * i) for i in range(14)]
    decided = decide(crowd, route, "1")
    assert {p.verdict for p in decided} <= {"unknown", "leave"}
    assert {p.id for p in decided} == {None}


def test_many_unread_parcels_do_not_drown_a_read_one() -> None:
    small = Route((Stop("1", (_item("A1", "1"),)), Stop("2", (_item("B1", "2"),))))
    unread = [Parcel((9.0 * i, 0, 9.0 * i + 5, 5)) for i in range(30)]
    hazy = [_parcel(_cue({"A1": 2.0, "B1": 1.0}, floor=-1)) for _ in range(15)]
    decided = decide([_parcel(_cue({"A1": SURE})), *unread, *hazy], small, "1")
    assert [p.verdict for p in decided] == ["pick"] + ["unknown"] * 45


def test_why_not_is_said_in_words(route: Route) -> None:
    far = Label(_quad(0, 0, 30), px_per_module=0.1)
    parcel = replace(_parcel(), labels=(far,))
    (decided,) = decide([parcel], route, "1")
    assert decided.reason == "too_far"
    assert "closer" in explain(decided, 1920)[0]


def test_overwhelming_odds_leave_room_for_doubt() -> None:
    """Odds of e^40 swallow a 1 in floating point: two sure claims still compete."""
    top = np.exp(40.0)
    two = association_marginals(np.array([[top, 1e3], [top, 1e-4]]))
    assert two[1, 0] > 0.99
    assert np.isfinite(two).all()
    crowd = association_marginals(np.full((14, 1), top))
    assert crowd.max() < 0.2


def _frames(*found: Detection) -> list[tuple[bool, Box | None]]:
    parcels = group_detections(found)
    return [(p.framed, p.outline) for p in parcels if p.labels]


def test_a_box_that_may_be_a_neighbours_is_not_drawn_around_a_label() -> None:
    big = Detection("parcel", (0, 0, 300, 300), 0.9)
    label = Detection("label", (100, 100, 140, 120), 0.8)
    around = (90.0, 95.0, 150.0, 125.0)
    assert _frames(big, label) == [(True, big.box)]
    other = Detection("label", (200, 200, 240, 220), 0.7)
    parcel = group_detections([big, label, other])[0]
    assert parcel.box == big.box
    assert parcel.outline == around
    within = Detection("parcel", (10, 10, 60, 60), 0.6)
    assert _frames(big, within, label) == [(False, around)]
    beside = Detection("parcel", (290, 10, 400, 60), 0.6)
    assert _frames(big, beside, label) == [(True, big.box)]
    rival = Detection("parcel", (80, 80, 380, 380), 0.8)
    assert _frames(big, rival, label) == [(False, around)]


def test_an_outline_stays_on_the_parcel_but_shows_all_of_its_label() -> None:
    big = Detection("parcel", (0, 0, 300, 300), 0.9)
    other = Detection("label", (200, 200, 240, 220), 0.7)
    label = Detection("label", (-10, 280, 30, 296), 0.8)
    parcel = group_detections([big, label, other])[0]
    assert parcel.outline == (-10.0, 276.0, 40.0, 300.0)
    assert replace(parcel, box=None).outline is None
    assert replace(parcel, labels=()).outline == big.box
