"""What a ride keeps of several looks at one label, and what they say together."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vapr.bench.views import make_view, take
from vapr.calibrate.camera import Shot, photograph
from vapr.geometry import center, to_quad
from vapr.read import Reading, read_label, read_labels, read_looks
from vapr.read.codebook import Codebook
from vapr.read.symbols import encode
from vapr.read.template import identify_strip, template_evidence
from vapr.route import Route, Stop
from vapr.route.payloads import LabelCode
from vapr.route.rivals import serials
from vapr.session.belief import Belief, Slot, evidence_of, learn
from vapr.session.looks import Look, Sight, fuse_looks, stacked_on
from vapr.synth.manifest import make_route
from vapr.types import Evidence, Image, Item, Quad

TRUE = "1Z999AA10123456784"


def book_of() -> Codebook:
    numbers = [TRUE, *serials(TRUE, 60)]
    return Codebook.build((n, [LabelCode(n, "Code128", 0.9)]) for n in numbers)


def label_around(strip: Quad) -> Quad:
    """A label twice as long as its strip, the strip in its middle."""
    middle = np.array(center(strip))
    return to_quad(middle + 2 * (np.array(strip) - middle))


def look_at(book: Codebook, seed: int, px: float = 0.16) -> Look:
    rng = np.random.default_rng(seed)
    shot = Shot(px, yaw_deg=20, pitch_deg=-15, roll_deg=30, blur=0.7)
    image, strip = photograph(encode(TRUE, "Code128")[0], shot, rng)
    match = identify_strip(image, strip, book)
    cue = template_evidence([match], book)
    reading = Reading((cue,) if cue else (), strip=match.look)
    return Look(Sight(label_around(strip), 100.0, 1.0), reading, float(seed))


def looks_at(book: Codebook, count: int = 6, px: float = 0.16) -> list[Look]:
    """Looks one after the other, each stacked on those before."""
    looks: list[Look] = []
    for seed in range(count):
        looks.append(stacked_on(looks, look_at(book, seed, px)))
    return looks


def bars_of(cues: tuple[Evidence, ...]) -> Evidence:
    (cue,) = (cue for cue in cues if cue.kind == "template")
    return cue


def test_bars_of_several_looks_are_stacked() -> None:
    looks = looks_at(book_of(), 7, px=0.15)
    alone = [replace(look, stacked=None) for look in looks]
    assert max(look.reading.evidence[0].llr for look in looks) < 7
    together = bars_of(fuse_looks(looks))
    assert together.id == TRUE
    assert together.llr > 9
    assert together.llr > bars_of(fuse_looks(alone)).llr + 1


def test_of_sum_and_stack_the_one_that_says_more_counts() -> None:
    looks = looks_at(book_of(), 3)
    poor = Evidence("template", ratios=(("other", 3.0), (TRUE, 1.0)), floor=-1.2)
    told = bars_of(fuse_looks([*looks[:2], replace(looks[2], stacked=poor)]))
    summed = bars_of(fuse_looks([replace(look, stacked=None) for look in looks]))
    assert told.llrs["other"] == pytest.approx(3.0)
    assert told.llrs[TRUE] == pytest.approx(summed.llr)
    assert told.floor == pytest.approx(-1.2)


def test_frames_of_a_standing_camera_are_hardly_more_than_one() -> None:
    look = look_at(book_of(), 0, px=0.22)
    again = stacked_on([look] * 7, look)
    assert again.stacked is not None
    assert again.stacked.llr < look.reading.evidence[0].llr + 1


def test_another_strip_of_the_label_is_not_stacked() -> None:
    book = book_of()
    first, look = look_at(book, 0), look_at(book, 1)
    elsewhere = to_quad(np.array(look.sight.quad) + np.array([0.0, 30.0]))
    aside = replace(look, sight=replace(look.sight, quad=elsewhere))
    assert stacked_on([first], look).stacked is not None
    assert stacked_on([first], aside).stacked is None


def test_a_look_without_bars_is_left_as_it_is() -> None:
    look = look_at(book_of(), 0)
    bare = replace(look, reading=replace(look.reading, strip=None))
    assert stacked_on([look], bare) == bare
    assert stacked_on([], look).stacked is None


def test_what_was_stacked_on_another_thing_is_forgotten_with_it() -> None:
    before, after = (
        Evidence("barcode", text=key, ratios=((key, 30.0),), floor=-14.0)
        for key in ("A", "B")
    )
    old = Evidence("template", ratios=(("A", 12.0),), floor=-1.2)
    sight = Sight(((0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0)), 50.0, 1.0)
    belief = Belief((Slot((0.5, 0.5), (Look(sight, Reading((before,)), 0.0),)),))
    look = Look(sight, Reading((after,)), 1.0, stacked=old)
    cues = evidence_of(learn(belief, 0, look, "A"), [0])
    assert [cue.id for cue in cues] == ["B"]


def test_the_last_stack_counts_when_a_later_look_shows_no_bars() -> None:
    looks = looks_at(book_of(), 4)
    blank = replace(looks[0], reading=Reading(), stacked=None)
    told = bars_of(fuse_looks([*looks, blank]))
    assert told.llr == pytest.approx(bars_of(fuse_looks(looks)).llr)


def moved(quad: Quad, by: tuple[float, float], scale: float) -> Quad:
    return to_quad(np.array(quad) * scale + np.array(by))


@pytest.mark.parametrize("turn", range(4))
def test_a_code_moves_with_its_label_whatever_corner_is_called_its_first(
    turn: int,
) -> None:
    label: Quad = ((10.0, 40.0), (110.0, 40.0), (110.0, 80.0), (10.0, 80.0))
    bars: Quad = ((12.0, 50.0), (50.0, 50.0), (50.0, 70.0), (12.0, 70.0))
    cue = Evidence("template", quad=bars, ratios=(("A", 20.0),), floor=-1.2)
    look = Look(Sight(label, 60.0, 1.0), Reading((cue,)), 0.0)
    now = moved(label, (30.0, -7.0), 1.5)
    (told,) = fuse_looks([look], to_quad(np.roll(np.array(now), turn, axis=0)))
    assert told.quad is not None
    assert np.array(told.quad) == pytest.approx(np.array(moved(bars, (30, -7), 1.5)))


def test_a_look_at_two_labels_outlined_as_one_is_no_look_at_one_of_them() -> None:
    label: Quad = ((10.0, 40.0), (70.0, 40.0), (70.0, 80.0), (10.0, 80.0))
    both: Quad = ((10.0, 40.0), (70.0, 40.0), (70.0, 118.0), (10.0, 118.0))
    cue = Evidence("template", quad=label, ratios=(("A", 20.0),), floor=-1.0)
    look = Look(Sight(label, 60.0, 1.0), Reading((cue,)), 0.0)
    assert fuse_looks([look], moved(label, (5.0, 3.0), 2.0))
    assert not fuse_looks([look], both)


def test_what_is_remembered_of_a_label_is_not_laid_on_the_one_beside_it() -> None:
    """Of two labels in one box one is out of view: the mark would go to the other."""
    label: Quad = ((10.0, 40.0), (70.0, 40.0), (70.0, 80.0), (10.0, 80.0))
    cue = Evidence("template", quad=label, ratios=(("A", 20.0),), floor=-1.0)
    look = Look(Sight(label, 60.0, 1.0), Reading((cue,)), 0.0)
    belief = Belief((Slot((0.2, 0.5), (look,)), Slot((0.8, 0.5))))
    (alone,) = evidence_of(belief, [])
    (beside,) = evidence_of(belief, [1])
    assert alone.llr == 20
    assert beside.llr < 5


def test_without_its_label_a_box_that_may_be_anothers_is_not_sure() -> None:
    label: Quad = ((10.0, 40.0), (70.0, 40.0), (70.0, 80.0), (10.0, 80.0))
    cue = Evidence("template", quad=label, ratios=(("A", 20.0),), floor=-1.0)
    look = Look(Sight(label, 60.0, 1.0), Reading((cue,)), 0.0)
    belief = Belief((Slot((0.2, 0.5), (look,)),), framed=False)
    (told,) = evidence_of(belief, [])
    assert told.llr < 5


def test_the_place_of_what_looks_say_is_that_of_the_item_they_say() -> None:
    """The last look at two labels found as one may show the other one's bars."""
    label: Quad = ((10.0, 40.0), (110.0, 40.0), (110.0, 80.0), (10.0, 80.0))
    own: Quad = ((12.0, 50.0), (50.0, 50.0), (50.0, 70.0), (12.0, 70.0))
    other: Quad = ((60.0, 50.0), (100.0, 50.0), (100.0, 70.0), (60.0, 70.0))
    looks = [
        Look(
            Sight(label, 60.0, 1.0),
            Reading((Evidence("template", quad=quad, ratios=((key, llr),), floor=-1),)),
            float(i),
        )
        for i, (key, llr, quad) in enumerate(
            (("A", 12.0, own), ("A", 10.0, own), ("B", 1.0, other))
        )
    ]
    told = bars_of(fuse_looks(looks, label))
    assert (told.id, told.quad) == ("A", own)


def test_a_code_of_a_label_out_of_view_lies_nowhere() -> None:
    look = look_at(book_of(), 0, px=0.3)
    assert look.reading.evidence[0].quad is not None
    assert bars_of(fuse_looks([look])).quad is None


@cache
def frames_of_a_label() -> tuple[Route, str, list[tuple[Image, Quad]]]:
    """A route, an item of it, and four frames of its label too small to decode."""
    rows = make_route(5, 12, 8)
    items = (Item(r.tracking, r.stop, r.tracking, postal_code=r.postal) for r in rows)
    view = make_view(rows[2], 0.22, np.random.default_rng(2))
    assert view is not None
    frames = [take(view, index) for index in range(4)]
    route = Route((Stop("1", tuple(items)),))
    return route, rows[2].tracking, [(frame.image, frame.label) for frame in frames]


def test_a_label_in_several_pictures_is_known_where_no_picture_tells_it() -> None:
    route, key, looks = frames_of_a_label()
    alone = [read_label(image, quad, route)[0].llr for image, quad in looks]
    cue = read_looks(looks, route)[0]
    assert max(alone) < 11
    assert (cue.kind, cue.id) == ("template", key)
    assert cue.llr > 12


def test_copies_of_a_picture_add_nothing() -> None:
    route, _, looks = frames_of_a_label()
    (alone,) = (cue.llr for cue in read_looks(looks[:1], route))
    assert read_looks(looks[:1] * 4, route)[0].llr < alone + 1
    assert read_looks([], route) == []


def test_what_is_kept_of_a_look_is_small_and_nothing_of_a_label_that_is_named() -> None:
    route, _, looks = frames_of_a_label()
    image, quad = looks[0]
    (reading,) = read_labels(image, [quad], route)
    assert reading.strip is not None
    held = [reading.strip.samples.y, *(page.start for page in reading.strip.coarse)]
    assert len(held[0]) <= 2500
    assert all(array.base is None or array.base.size == array.size for array in held)
    sure = make_view(make_route(5, 12, 8)[2], 0.6, np.random.default_rng(2))
    assert sure is not None
    frame = take(sure, 0)
    (named,) = read_labels(frame.image, [frame.label], route)
    assert named.evidence[0].llr > 12
    assert named.strip is None
