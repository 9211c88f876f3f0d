"""A ride as a driver lives it: what is said of parcels that are seen, hidden, taken."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import sleep

import numpy as np
import pytest

from tests.van_film import ROUTE, SIZE, Box, Film
from vapr.errors import InputError, UsageError
from vapr.session import Area, Fix, RideSettings, Session
from vapr.types import Scene

FPS = 5.0


class Ride:
    """A session and its film, run at five frames a second."""

    def __init__(self, film: Film, **more: object) -> None:
        self.film = film
        self.session = Session(film, ROUTE, **more)  # type: ignore[arg-type]
        self.time_s = 100.0

    def run(
        self, seconds: float, each: Callable[[Film], object] = lambda film: None
    ) -> Scene:
        """So many seconds of film, changed by `each` before every frame."""
        for _ in range(round(seconds * FPS)):
            each(self.film)
            self.time_s += 1 / FPS
            self.session.look(self.film.picture(), self.time_s)
        return self.session.scene

    def kinds(self, *but: str) -> list[tuple[str, str | None]]:
        ignore = {"found", "all_found", *but}
        events = self.session.events()
        return [(e.kind, e.key) for e in events if e.kind not in ignore]


@pytest.fixture
def film() -> Film:
    return Film(
        [
            Box("A1", (60, 60)),
            Box("A2", (250, 60)),
            Box("B1", (450, 60)),
            Box("C1", (60, 220)),
        ]
    )


def test_parcels_keep_their_track_and_verdict(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14", 100.0)
    first = ride.run(1)
    tracks = {p.id: p.track for p in first}
    scene = ride.run(2)
    assert {p.id: p.verdict for p in scene} == {
        "NUMBER-A1": "pick",
        "NUMBER-A2": "pick",
        "NUMBER-B1": "leave",
        "NUMBER-C1": "leave",
    }
    assert {p.id: p.track for p in scene} == tracks
    assert scene.checklist.found == ("NUMBER-A1", "NUMBER-A2")
    events = [(e.kind, e.key) for e in ride.session.events()]
    assert events == [
        ("stop_opened", None),
        ("found", "A1"),
        ("found", "A2"),
        ("all_found", None),
    ]


def test_what_is_known_is_not_read_again(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(4)
    assert sorted(film.reads) == ["A1", "A2", "B1", "C1"]


def test_nothing_is_a_pick_while_no_stop_is_open(film: Film) -> None:
    scene = Ride(film).run(1)
    assert all(p.verdict != "pick" for p in scene)


def test_a_parcel_of_this_stop_that_leaves_is_taken(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    del film.boxes[0]
    scene = ride.run(3)
    assert ride.kinds() == [("stop_opened", None), ("taken", "A1")]
    assert scene.checklist.taken == ("NUMBER-A1",)
    assert "NUMBER-A1" not in {p.id for p in scene}
    taken = ride.session.events()[-1]
    assert (taken.by, taken.id, taken.where) == ("seen", "NUMBER-A1", "upper left")


def test_carried_through_the_picture_it_is_taken(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)

    def carry(film: Film) -> None:
        x, y = film.boxes[0].at
        film.boxes[0].at = (x + 15, y + 25)

    ride.run(1.6, carry)
    del film.boxes[0]
    ride.run(3)
    assert ride.kinds() == [("stop_opened", None), ("taken", "A1")]


def test_a_parcel_of_another_stop_that_leaves_is_a_warning(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    gone = film.boxes.pop(2)
    ride.run(3)
    assert ride.kinds() == [("stop_opened", None), ("wrong_one", "B1")]
    assert ride.session.events()[-1].stop == "15"
    film.boxes.append(gone)
    ride.run(3)
    assert ride.kinds()[-1] == ("put_back", "B1")
    assert not ride.session.state.astray


def test_what_left_before_the_stop_changed_is_judged_by_that_stop(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    del film.boxes[0]
    ride.run(0.4)
    ride.session.open_stop("15")
    ride.run(3)
    assert ride.kinds("stop_opened", "stop_closed", "left_behind") == [("taken", "A1")]


def test_a_late_reading_is_no_false_alarm_at_the_next_stop(film: Film) -> None:
    """Another lies in its place; its label is read once the next stop is open."""
    ride = Ride(film, settings=RideSettings(background=True))
    ride.session.open_stop("14")

    def wait(film: Film) -> None:
        sleep(0.02)

    try:
        ride.run(3, wait)
        film.person = (0, 0, 420, 360)
        ride.run(2, wait)
        film.reading, film.person = Event(), None
        film.boxes[0] = Box("C1", (60, 60))
        film.boxes.pop(3)
        ride.run(1, wait)
        ride.session.open_stop("15")
        film.reading.set()
        ride.run(4, wait)
        told = ride.kinds("stop_opened", "stop_closed", "left_behind")
        assert told == [("taken", "A1")]
    finally:
        film.reading = None
        ride.session.close()


def test_what_left_while_no_stop_was_open_is_no_mistake(film: Film) -> None:
    ride = Ride(film)
    ride.run(2)
    del film.boxes[2]
    ride.run(0.4)
    ride.session.open_stop("14")
    ride.run(3)
    assert ride.kinds() == [("stop_opened", None)]


def test_after_a_cut_nothing_has_left(film: Film) -> None:
    """Where its place was in the picture there is now an even wall."""
    film.wall[:] = 130
    for y in (300, 800):
        film.wall[y : y + 60] = np.random.default_rng(y).integers(0, 255, (60, 1760, 1))
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.pan(700, 500)
    ride.run(6)
    assert ride.kinds() == [("stop_opened", None)]
    film.pan(-700, -500)
    assert ride.run(3).checklist.found == ("NUMBER-A1", "NUMBER-A2")
    assert ride.kinds() == [("stop_opened", None)]


def test_loading_without_an_open_stop_says_nothing(film: Film) -> None:
    ride = Ride(film)
    ride.run(2)
    film.boxes.clear()
    ride.run(4)
    assert ride.kinds() == []


def test_a_stop_closed_with_its_parcel_in_view_is_left_behind(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    del film.boxes[0]
    ride.run(3)
    closed = ride.session.close_stop()
    assert [(e.kind, e.key) for e in closed] == [
        ("left_behind", "A2"),
        ("stop_closed", None),
    ]
    assert all(p.verdict != "pick" for p in ride.session.scene)


def test_a_person_in_front_takes_nothing(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    tracks = {p.id: p.track for p in ride.run(2)}
    film.person = (0, 0, 420, 360)
    hidden = ride.run(5)
    remembered = {p.id: p for p in hidden if p.box is None}
    assert set(remembered) == {"NUMBER-A1", "NUMBER-A2", "NUMBER-C1"}
    assert all(p.verdict == "unknown" for p in remembered.values())
    assert hidden.checklist.found == ()
    film.person = None
    back = ride.run(1)
    assert {p.id: p.track for p in back} == tracks
    assert ride.kinds() == [("stop_opened", None)]


def test_another_parcel_in_the_same_place_is_never_taken_for_it(film: Film) -> None:
    """The worst case: the pick is swapped for another while nobody can see it."""
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.person = (0, 0, 420, 360)
    ride.run(2)
    film.person = None
    film.boxes[0] = Box("C1", (60, 60))
    film.boxes.pop(3)
    for scene in [ride.run(0.2) for _ in range(10)]:
        picks = [p for p in scene if p.verdict == "pick" and p.box]
        assert "NUMBER-A1" not in {p.id for p in picks}
    scene = ride.session.scene
    assert [p.id for p in scene if p.box and p.box[0] < 100] == ["NUMBER-C1"]


def test_without_its_label_it_is_still_known(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.faceless = True
    known = {p.id: p for p in ride.run(1) if p.box}
    assert known["NUMBER-A1"].verdict == "pick"
    assert {c.kind for c in known["NUMBER-A1"].evidence} == {"memory"}


def test_what_looks_otherwise_in_the_same_place_is_not_it(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.boxes[0].label = False
    for scene in [ride.run(0.2) for _ in range(12)]:
        assert "NUMBER-A1" not in scene.checklist.found
    film.boxes[0].label = True  # it had only been turned
    assert "NUMBER-A1" in ride.run(3).checklist.found
    assert ride.kinds() == [("stop_opened", None)]


@pytest.mark.parametrize("size", [(100, 80), (75, 80)])
def test_turned_in_its_place_it_has_not_left(film: Film, size: tuple[int, int]) -> None:
    """Ticked off it would stay behind; another stop's would be a false alarm."""
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    for box in (film.boxes[0], film.boxes[2]):
        box.size, box.label = size, False
    scene = ride.run(6)
    assert ride.kinds() == [("stop_opened", None)]
    assert scene.checklist.missing == ("NUMBER-A1",)
    assert {p.id for p in scene if p.box is None} == {"NUMBER-A1", "NUMBER-B1"}
    del film.boxes[2], film.boxes[0]
    ride.run(3)
    assert set(ride.kinds()[1:]) == {("taken", "A1"), ("wrong_one", "B1")}


def test_taken_while_in_doubt_it_is_taken(film: Film) -> None:
    """After a gap only its label tells what it is; it leaves before that is read."""
    ride = Ride(film, settings=RideSettings(background=True))
    ride.session.open_stop("14")

    def wait(film: Film) -> None:
        sleep(0.02)

    try:
        assert "NUMBER-A1" in ride.run(3, wait).checklist.found
        film.reading = Event()
        ride.time_s += 2
        assert "NUMBER-A1" not in ride.run(0.6, wait).checklist.found
        del film.boxes[0]
        film.reading.set()
        ride.run(4, wait)
        assert ride.kinds() == [("stop_opened", None), ("taken", "A1")]
    finally:
        film.reading = None
        ride.session.close()


@pytest.mark.parametrize("size", [(150, 110), (104, 84)])
def test_taken_from_before_another_it_is_noticed(
    film: Film, size: tuple[int, int]
) -> None:
    """What comes to light behind it must not pass for it."""
    film.boxes[3] = Box("C1", (56, 56), size)
    film.boxes.insert(0, film.boxes.pop(3))
    film.blind = {"C1"}
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.boxes.pop(1)
    film.blind = set()
    for scene in [ride.run(0.2) for _ in range(15)]:
        assert "NUMBER-A1" not in scene.checklist.found
    assert ride.kinds() == [("stop_opened", None), ("taken", "A1")]
    assert {p.id for p in ride.session.scene if p.box} >= {"NUMBER-C1"}


def test_what_comes_to_light_need_not_be_named_to_be_another(film: Film) -> None:
    """Of its size, and its label says too little but for this: it is not that one."""
    film.boxes[3] = Box("C1", (40, 50), (130, 100))
    film.boxes.insert(0, film.boxes.pop(3))
    film.blind = {"C1"}
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.boxes.pop(1)
    film.blind, film.llr = set(), 2.0
    scene = ride.run(3)
    assert ride.kinds() == [("stop_opened", None), ("taken", "A1")]
    assert "NUMBER-C1" not in {p.id for p in scene}


def test_a_missed_detection_keeps_its_mark_while_it_looks_the_same(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.blind = {"A1"}
    scene = ride.run(1)
    assert "NUMBER-A1" in scene.checklist.found
    scene = ride.run(5)
    assert "NUMBER-A1" not in scene.checklist.found
    assert ride.kinds() == [("stop_opened", None)]


def test_a_moving_camera_takes_nothing_and_remembers(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    before = {p.id: p.track for p in ride.run(2)}
    away = ride.run(6, lambda film: film.pan(14, 1))
    assert {p.id for p in away if p.box} == {"NUMBER-B1"}
    assert away.checklist.missing == ("NUMBER-A1", "NUMBER-A2")
    where = {p.id: p.where for p in away if p.box is None}
    assert "left" in str(where["NUMBER-A1"])
    back = ride.run(6, lambda film: film.pan(-14, -1))
    after = {p.id: p.track for p in back if p.box}
    assert after.keys() == before.keys()
    assert after["NUMBER-B1"] == before["NUMBER-B1"]
    assert ride.kinds() == [("stop_opened", None)]


def test_what_is_put_somewhere_else_is_not_taken(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    film.boxes[0].at = (300, 230)
    scene = ride.run(4)
    assert ride.kinds() == [("stop_opened", None)]
    assert [p.where for p in scene if p.id == "NUMBER-A1"] == ["lower middle"]


def test_brought_back_it_is_no_longer_taken(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    gone = film.boxes.pop(0)
    ride.run(4)
    film.boxes.append(gone)
    scene = ride.run(3)
    assert ride.kinds()[1:] == [("taken", "A1"), ("untaken", "A1")]
    assert scene.checklist.taken == ()


def test_the_app_can_say_all_of_it(film: Film) -> None:
    ride = Ride(film)
    session = ride.session
    session.open_stop("14")
    ride.run(1)
    assert [e.kind for e in session.take("NUMBER-A1")] == ["taken"]
    assert session.take("A1") == ()
    assert session.scene.checklist.taken == ("NUMBER-A1",)
    assert [e.kind for e in session.take("B1")] == ["wrong_one"]
    assert [e.kind for e in session.untake("B1")] == ["put_back"]
    assert [e.kind for e in session.untake("A1")] == ["untaken"]
    assert session.untake("A1") == ()
    with pytest.raises(UsageError, match="'nobody'"):
        session.take("nobody")
    with pytest.raises(UsageError, match="14, 15, 16"):
        session.open_stop("99")


def test_said_to_be_taken_it_may_stay_in_view_but_not_on_the_shelf(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    ride.session.take("A1")
    ride.session.take("A2")
    ride.run(4)
    assert ("untaken", "A1") not in ride.kinds()
    closed = ride.session.close_stop()
    assert [e.key for e in closed if e.kind == "left_behind"] == ["A1", "A2"]


def test_the_marks_follow_the_stop_at_once(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    ride.session.open_stop("15")
    scene = ride.session.scene
    assert [p.id for p in scene if p.verdict == "pick"] == ["NUMBER-B1"]
    assert scene.stop == scene.checklist.stop == "15"
    assert ride.session.next_stop == "16"


def test_what_left_by_mistake_is_taken_once_its_stop_is_open(film: Film) -> None:
    session = Session(film, ROUTE)
    session.open_stop("14")
    session.take("B1")
    opened = session.open_stop("15")
    assert [(e.kind, e.key) for e in opened] == [
        ("stop_closed", None),
        ("stop_opened", None),
        ("taken", "B1"),
        ("all_taken", None),
    ]
    assert session.state.taken == {"B1"}
    assert not session.state.astray


def test_the_next_stop_opens_by_rule(film: Film) -> None:
    ride = Ride(film, settings=RideSettings(advance="all_taken"))
    ride.session.open_stop("14")
    ride.session.take("A1")
    events = ride.session.take("A2")
    assert [(e.kind, e.stop) for e in events] == [
        ("taken", "14"),
        ("all_taken", "14"),
        ("stop_closed", "14"),
        ("stop_opened", "15"),
    ]


def test_the_next_stop_opens_by_position(film: Film) -> None:
    session = Session(film, ROUTE)
    assert session.at(Fix(48.0, 11.0001, 0.0)) == ()
    assert session.at(Fix(48.0, 11.0001, 1.0)) == ()
    opened = session.at(Fix(48.0, 11.0001, 4.0))
    assert [(e.kind, e.stop, e.by) for e in opened] == [
        ("stop_opened", "14", "position")
    ]
    for t in range(5, 40):  # driving on, past the next stop
        assert session.at(Fix(48.0, 11.0 + 0.0004 * (t - 5), float(t))) == ()
    for t in range(40, 46):
        opened += session.at(Fix(48.0, 11.0099, float(t)))
    assert [e.stop for e in opened if e.kind == "stop_opened"] == ["14", "15"]


def test_old_marks_are_withdrawn_and_it_says_so(film: Film) -> None:
    ride = Ride(film)
    session = ride.session
    session.open_stop("14")
    ride.run(2)
    assert session.tick(ride.time_s + 1.4) == ()
    assert session.scene.checklist.found
    lost = session.tick(ride.time_s + 1.5)
    assert [(e.kind, e.why) for e in lost] == [("camera_lost", "no_frame")]
    assert all(p.box is None and p.verdict == "unknown" for p in session.scene)
    assert {p.id for p in session.scene} >= {"NUMBER-A1", "NUMBER-A2"}
    assert session.scene.checklist.found == ()
    assert session.tick(ride.time_s + 3.0) == ()
    ride.time_s += 4
    scene = ride.run(0.4)
    assert scene.checklist.found
    assert ride.kinds()[-2:] == [("camera_lost", None), ("camera_back", None)]


def test_a_frozen_picture_is_no_picture(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    stuck = film.picture()
    start = ride.time_s
    for i in range(1, 14):
        ride.session.look(stuck, start + i * 0.2)
    assert all(p.box is None for p in ride.session.scene)
    assert ride.session.events()[-1].why == "frozen"
    assert ride.session.events()[-1].time_s <= start + 1.81


def test_a_black_picture_has_no_marks(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(2)
    black = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    scene = ride.session.look(black, ride.time_s + 0.2)
    assert all(p.box is None for p in scene)
    ride.session.look(black, ride.time_s + 2.4)
    assert ride.session.events()[-1].why == "black"


def test_another_size_of_picture_moves_the_marks_with_it(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    before = {p.id: p.track for p in ride.run(2)}
    film.size = (1280, 720)
    scene = ride.run(1)
    assert scene.size == (1280, 720)
    assert {p.id: p.track for p in scene} == before
    assert ride.kinds() == [("stop_opened", None)]


def test_a_frame_that_comes_too_late_brings_no_marks(film: Film) -> None:
    ride = Ride(film)
    ride.session.open_stop("14")
    ride.run(1)
    ride.session.tick(ride.time_s + 10)
    scene = ride.session.look(film.picture(), ride.time_s + 1)
    assert all(p.box is None for p in scene)


def test_frames_go_forward(film: Film) -> None:
    ride = Ride(film)
    ride.run(1)
    with pytest.raises(UsageError, match="forward"):
        ride.session.look(film.picture(), ride.time_s - 1)


def test_where_is_said_in_the_words_of_the_set_up(film: Film) -> None:
    left = Area("left shelf, second level", ((0, 0), (0.35, 0), (0.35, 1), (0, 1)))
    ride = Ride(film, settings=RideSettings(areas=(left,)))
    scene = ride.run(1)
    where = {p.id: p.where for p in scene}
    assert where["NUMBER-A1"] == "left shelf, second level"
    assert where["NUMBER-B1"] == "upper right"


def test_memory_fades(film: Film) -> None:
    ride = Ride(film)
    ride.run(2)
    session = ride.session
    session.tick(ride.time_s + 14 * 60)
    soon = {p.id: p.id_confidence for p in session.scene}
    session.tick(ride.time_s + 4 * 3600)
    session.lose_camera(ride.time_s + 4 * 3600)
    later = {p.id: p.id_confidence for p in session.scene}
    assert 0.8 < soon["NUMBER-A1"] < 0.99
    assert later["NUMBER-A1"] == pytest.approx(0.5, abs=0.02)
    session.tick(ride.time_s + 20 * 3600)
    assert len(session.scene) == 0


def test_weak_looks_add_up_but_a_standing_camera_proves_little(film: Film) -> None:
    film.llr, film.boxes = 4.0, film.boxes[:1]
    ride = Ride(film)
    ride.session.open_stop("14")
    still = ride.run(6)
    assert [p.verdict for p in still] == ["unknown"]
    moved = ride.run(2.4, lambda film: film.pan(2, 1))
    assert [p.verdict for p in moved] == ["pick"]


def test_reading_in_the_background_does_not_hold_up_the_frames(film: Film) -> None:
    film.reading = Event()
    ride = Ride(film, settings=RideSettings(background=True))
    ride.session.open_stop("14")
    try:
        assert {p.verdict for p in ride.run(1)} == {"unknown"}  # shown, not read yet
        film.boxes[0] = Box("C1", (60, 60))  # swapped while its label was being read
        film.boxes.pop(3)
        ride.run(0.2, lambda film: setattr(film, "blind", {"C1"}))
        ride.time_s += 3
        ride.run(0.2, lambda film: setattr(film, "blind", set()))
        film.reading.set()
        scenes = [ride.run(0.2) for _ in range(20)]
    finally:
        film.reading.set()
        ride.session.close()
    assert "NUMBER-A2" in scenes[-1].checklist.found
    assert not any("NUMBER-A1" in scene.checklist.found for scene in scenes)


def test_between_two_searches_the_marks_follow_the_picture(film: Film) -> None:
    film.finding = Event()
    film.finding.set()
    ride = Ride(film, settings=RideSettings(background=True))
    ride.session.open_stop("14")

    def wait(film: Film) -> None:
        sleep(0.02)  # for the search beside the frames

    try:
        assert ride.run(3, wait).checklist.found == ("NUMBER-A1", "NUMBER-A2")
        film.finding.clear()
        scene = ride.run(1, lambda film: film.pan(4, 2))
        picked = {p.id: p.box for p in scene if p.verdict == "pick" and p.box}
        assert picked["NUMBER-A1"] == pytest.approx((40, 50, 140, 130), abs=2)
        gone = film.boxes.pop(0)
        scene = ride.run(0.2)  # nobody has searched since
        assert scene.checklist.found == ("NUMBER-A2",)
        ride.run(4)
        assert ride.kinds() == [("stop_opened", None)]  # no search, no departure
        film.finding.set()
        ride.run(3, wait)
        assert ride.kinds()[1:] == [("taken", "A1")]
        film.boxes.append(gone)
        assert "NUMBER-A1" in {p.id for p in ride.run(2, wait) if p.box}
    finally:
        film.finding.set()
        ride.session.close()


def test_found_only_once_a_parcel_can_still_be_taken(film: Film) -> None:
    film.finding = Event()
    film.finding.set()
    ride = Ride(film, settings=RideSettings(background=True))
    ride.session.open_stop("14")

    def wait(film: Film) -> None:
        sleep(0.02)

    try:
        while not ride.session.scene.parcels:
            ride.run(0.2, wait)
        film.finding.clear()  # the next search takes its time
        assert ride.run(2, wait).checklist.found == ("NUMBER-A1", "NUMBER-A2")
        film.boxes.pop(0)
        film.finding.set()
        ride.run(3, wait)
        assert ride.kinds()[1:] == [("taken", "A1")]
    finally:
        film.finding.set()
        ride.session.close()


def test_who_asks_for_this_very_frame_gets_it(film: Film) -> None:
    ride = Ride(film, settings=RideSettings(background=True))
    scene = ride.session.look(film.picture(), 101.0, wait=True)
    assert len(scene) == 4
    ride.session.close()


def test_a_ride_goes_on_after_a_crash(film: Film, tmp_path: Path) -> None:
    ride = Ride(film, journal=tmp_path / "ride.db")
    ride.session.open_stop("14")
    ride.run(2)
    ride.session.take("A1")
    # no close(): the process is gone
    again = Session(film, ROUTE, journal=tmp_path / "ride.db")
    assert again.state.open_stop == "14"
    assert again.state.taken == {"A1"}
    again.tick(ride.time_s + 60)
    where = {p.id: p.where for p in again.scene}
    assert where["NUMBER-B1"] == "upper right"
    assert [e.kind for e in again.events()][-1] == "taken"
    other = Session(film, ROUTE, journal=tmp_path / "ride.db", ride="tomorrow")
    assert other.state.open_stop is None


def test_old_entries_are_deleted(film: Film, tmp_path: Path) -> None:
    path = tmp_path / "ride.db"
    session = Session(
        film, ROUTE, journal=path, settings=RideSettings(retention_days=2)
    )
    session.open_stop("14", 0.0)
    session.take("A1", 10.0)
    session.tick(86_400.0)
    assert len(session.events()) == 2
    session.tick(3 * 86_400.0)
    assert session.events() == ()
    session.close()
    assert b"NUMBER-A1" not in path.read_bytes()


def test_a_file_that_is_no_journal_is_refused(film: Film, tmp_path: Path) -> None:
    path = tmp_path / "ride.db"
    path.write_text("this is a shopping list, not a database" * 50)
    with pytest.raises(InputError, match=r"ride\.db"):
        Session(film, ROUTE, journal=path)
