"""The picture: what a driver can see and read, also with other eyes or no colour."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vapr.errors import UsageError
from vapr.geometry import intersection
from vapr.render import checklist_lines, draw
from vapr.render.layout import Mark, MarkKind, arrange, unit
from vapr.render.marks import draw_mark
from vapr.render.palette import FAINT, GREEN, GREY, INK, PANEL, RED, Color
from vapr.render.text import drawable, short_name, text_width
from vapr.route.route import Route, Stop
from vapr.types import Box, Checklist, Image, Item, Label, Parcel, Scene, Verdict

# Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color
# Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.0; for linear RGB.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
    "greyscale": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
Floats = NDArray[np.float64]


def linear(picture: Image) -> Floats:
    """BGR uint8 to linear RGB 0..1 (IEC 61966-2-1)."""
    v = picture[..., ::-1] / 255
    return np.asarray(np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4))


def seen_by(eye: str, picture: Image) -> Image:
    v = np.clip(linear(picture) @ EYES[eye].T, 0, 1)
    v = np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * v[..., ::-1]), np.uint8)


def luminance(picture: Image) -> Floats:
    return np.asarray(linear(picture) @ [0.2126, 0.7152, 0.0722])


def contrast(a: Floats | float, b: Floats | float) -> float:
    """The WCAG 2 contrast ratio of two luminances, 1..21."""
    low, high = sorted((float(np.mean(a)), float(np.mean(b))))
    return (high + 0.05) / (low + 0.05)


def patch(color: Color) -> Image:
    return np.full((1, 1, 3), color, np.uint8)


def lab(picture: Image) -> Floats:
    as_float = picture.astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(as_float, cv2.COLOR_BGR2Lab), np.float64)


def parcel(box: Box | None, verdict: Verdict, name: str | None = None) -> Parcel:
    return Parcel(box, verdict=verdict, id=name)


def scene_of(
    parcels: Sequence[Parcel], size: tuple[int, int] = (640, 360), expected: int = 3
) -> Scene:
    found = tuple(p.id or "?" for p in parcels if p.verdict == "pick")
    missing = ("1Z999AA10123456784",) * (expected - len(found))
    checklist = Checklist("14", expected, found, missing)
    return Scene(size, tuple(parcels), checklist, "14")


def plain(size: tuple[int, int], color: Color = (90, 90, 90)) -> Image:
    return np.full((size[1], size[0], 3), color, np.uint8)


PICK = parcel((100, 100, 260, 220), "pick", "TBA303912345678")
LEAVE = parcel((400, 60, 520, 150), "leave", "1Z999AA10123450000")
UNREAD = parcel((420, 200, 540, 300), "unknown")
TRIO = scene_of([PICK, LEAVE, UNREAD])


# --- the picture as a value


def test_the_input_stays_as_it_was_and_the_result_is_the_same_each_time() -> None:
    image = plain((640, 360))
    first, second = draw(image, TRIO), draw(image, TRIO)
    assert (image == 90).all()
    assert (first == second).all()
    assert first.dtype == np.uint8


def test_the_strip_hides_no_parcel_and_depends_on_the_pictures_size_only() -> None:
    image = np.random.default_rng(0).integers(0, 256, (360, 640, 3), dtype=np.uint8)
    nothing = Scene((640, 360))
    empty = draw(image, nothing)
    assert (empty[:360] == image).all(), "without marks the picture is untouched"
    assert empty.shape == draw(image, TRIO).shape
    assert empty.shape[1] == 640
    assert 360 < empty.shape[0] < 360 * 1.4


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((360, 640), np.uint8),
        np.zeros((360, 640, 4), np.uint8),
        np.zeros((360, 640, 3), np.float32),
        np.zeros((180, 320, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "resized"],
)
def test_a_picture_that_is_not_the_scenes_is_refused(image: Image) -> None:
    with pytest.raises(UsageError, match="wants"):
        draw(image, TRIO)


def test_parcels_outside_and_across_the_edge_and_tiny_pictures_do_no_harm() -> None:
    for size in ((1, 1), (40, 30), (3, 700), (700, 3)):
        w, h = size
        boxes = [(-50, -50, -9, -9), (0, 0, w, h), (w - 1, 0, w + 90, h + 90)]
        parcels = [parcel(b, v) for b in boxes for v in ("pick", "leave", "unknown")]
        assert draw(plain(size), scene_of(parcels, size, 9)).shape[1] == w


# --- colours and shapes


@pytest.mark.parametrize("eye", EYES)
def test_the_three_verdicts_differ_for_every_eye(eye: str) -> None:
    colors = [lab(seen_by(eye, patch(c)))[0, 0] for c in (GREEN, GREY, RED)]
    for a, b in combinations(colors, 2):
        assert np.linalg.norm(a - b) > 15  # CIE 1976; 2.3 is just noticeable
        assert abs(a[0] - b[0]) > 12, "in lightness alone, too"


@pytest.mark.parametrize("eye", EYES)
def test_every_mark_keeps_3_to_1_against_its_rim(eye: str) -> None:
    """WCAG 2.1, 1.4.11: what must be seen has a contrast of 3 to what is beside it."""
    rim = luminance(seen_by(eye, patch(INK)))
    for color in (GREEN, GREY, RED):
        assert contrast(luminance(seen_by(eye, patch(color))), rim) > 3


def test_words_keep_4_5_to_1() -> None:
    assert contrast(luminance(patch(INK)), luminance(patch(GREEN))) > 4.5
    assert contrast(luminance(patch(FAINT)), luminance(patch(PANEL))) > 4.5


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    "background",
    [(0, 0, 0), (255, 255, 255), (110, 255, 60), (60, 60, 230), (70, 130, 180)],
    ids=["black", "white", "green", "red", "cardboard"],
)
def test_the_ring_of_a_pick_shows_on_any_background(
    background: Color, eye: str
) -> None:
    size = (1920, 1080)
    scene = scene_of([parcel((300, 300, 780, 660), "pick")], size)
    picture = draw(plain(size, background), scene)
    (mark,) = arrange(scene).marks
    x1, y1, x2, y2 = (
        round(v) + s for v, s in zip(mark.box, (-9, -9, 9, 9), strict=True)
    )
    light = luminance(seen_by(eye, picture[y1:y2, x1:x2]))
    rows, columns = np.mgrid[y1:y2, x1:x2] + 0.5
    x, y = mark.center
    away = np.abs(np.hypot(columns - x, rows - y) - mark.radius) / mark.radius
    assert contrast(light[away < 0.08], light[(away > 0.17) & (away < 0.21)]) > 3


def stamp(kind: MarkKind) -> Floats:
    """A mark as light against dark, 24 x 24, whatever its colour."""
    canvas = plain((96, 96), (120, 120, 120))
    draw_mark(canvas, Mark(kind, (48.0, 48.0), 36.0))
    small = cv2.resize(luminance(canvas), (24, 24), interpolation=cv2.INTER_AREA)
    return np.asarray((small - small.mean()) / small.std(), np.float64)


def test_the_shapes_differ_without_any_colour() -> None:
    kinds: tuple[MarkKind, ...] = ("pick", "leave", "unknown", "check")
    for a, b in combinations(kinds, 2):
        assert (stamp(a) * stamp(b)).mean() < 0.5, (a, b)
    for kind in kinds:
        turned = (stamp(kind) * np.rot90(stamp(kind))).mean()
        assert (turned > 0.9) == (kind in ("pick", "leave")), "O and X, unlike ?"


def test_picks_shout_and_the_rest_is_quiet() -> None:
    image = np.random.default_rng(1).integers(60, 200, (360, 640, 3), dtype=np.uint8)
    changed = np.linalg.norm(lab(draw(image, TRIO)[:360]) - lab(image), axis=2)
    marks = {m.kind: m for m in arrange(TRIO).marks}
    areas = {kind: 4 * mark.radius**2 for kind, mark in marks.items()}
    assert areas["pick"] > 4 * areas["leave"]
    assert areas["pick"] > 4 * areas["unknown"]
    inner = changed[110:120, 120:240]
    assert inner.max() < 1, "the pick itself keeps its light and colour"
    far = draw(image, TRIO)[320:350, 20:60]
    assert luminance(far).mean() < 0.8 * luminance(image[320:350, 20:60]).mean()


# --- where things go


@st.composite
def scenes(draw_from: st.DrawFn) -> Scene:
    w = draw_from(st.integers(200, 4000))
    h = draw_from(st.integers(200, 3000))
    rng = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    parcels = []
    for i in range(draw_from(st.integers(0, 40))):
        x, y = rng.uniform(-0.1, 1, 2) * (w, h)
        bw, bh = rng.uniform(0.01, 0.5, 2) * (w, h)
        verdict: Verdict = ("pick", "leave", "unknown")[int(rng.integers(3))]
        parcels.append(parcel((x, y, x + bw, y + bh), verdict, f"1Z999AA1012345{i:04}"))
    return scene_of(parcels, (w, h), 45)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_tags_lie_in_the_picture_and_on_nothing_else(scene: Scene) -> None:
    layout = arrange(scene)
    w, h = scene.size
    assert len(layout.marks) == len(scene), "one mark for every parcel"
    rings = [m.box for m in layout.marks if m.kind == "pick"]
    for tag in layout.tags:
        x1, y1, x2, y2 = tag.box
        assert 0 <= x1 < x2 <= w
        assert 0 <= y1 < y2 <= h
        assert text_width(tag.text, tag.size, 700) < x2 - x1
        others = [t.box for t in layout.tags if t is not tag]
        assert not any(intersection(tag.box, b) > 0 for b in others + rings)
        crossed = sum(intersection(tag.box, box) > 0 for box in layout.outlines)
        assert crossed <= 1, "at most the outline of its own parcel"


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_every_mark_lies_in_the_picture(scene: Scene) -> None:
    w, h = scene.size
    for mark in arrange(scene).marks:
        x1, y1, x2, y2 = mark.box
        assert min(x1, y1, w - x2, h - y2) >= 0


def test_a_mark_is_on_its_parcels_label_and_clear_of_the_ring() -> None:
    quad = ((210.0, 110.0), (250.0, 110.0), (250.0, 150.0), (210.0, 150.0))
    big = replace(PICK, box=(40.0, 40.0, 500.0, 320.0), labels=(Label(quad),))
    (ring,) = arrange(scene_of([big])).marks
    assert ring.center == pytest.approx((230, 130))
    inside = parcel((200, 100, 300, 200), "leave")
    marks = arrange(scene_of([big, inside])).marks
    cross, ring = (next(m for m in marks if m.kind == k) for k in ("leave", "pick"))
    assert intersection(cross.box, ring.box) == 0, "an X in an O would say both"


def test_forty_parcels_each_with_a_mark_of_its_own() -> None:
    rng = np.random.default_rng(5)
    parcels = []
    for i in range(40):
        verdict: Verdict = "pick" if i % 11 == 3 else "leave" if i < 28 else "unknown"
        x, y = 240 * (i % 8) + rng.uniform(0, 60), 216 * (i // 8) + rng.uniform(0, 60)
        name = f"1Z999AA1012345{i:04}"
        parcels.append(parcel((x, y, x + 170, y + 150), verdict, name))
    layout = arrange(scene_of(parcels, (1920, 1080), 4))
    for a, b in combinations(layout.marks, 2):
        assert intersection(a.box, b.box) == 0
    assert len(layout.tags) == 4
    assert all(tag.size == round(unit((1920, 1080))) for tag in layout.tags)


def test_a_pick_is_marked_on_the_code_that_names_it_not_amid_its_label() -> None:
    """Two labels found as one: the middle may lie on the parcel behind."""
    whole = ((60.0, 80.0), (560.0, 80.0), (560.0, 180.0), (60.0, 180.0))
    code = ((470.0, 110.0), (550.0, 110.0), (550.0, 150.0), (470.0, 150.0))
    label = Label(whole, code=code)
    both = replace(PICK, box=(40.0, 40.0, 600.0, 320.0), labels=(label,))
    (ring,) = arrange(scene_of([both])).marks
    assert ring.center == pytest.approx((510, 130))


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (3840, 2160)])
def test_on_a_phone_names_are_2_mm_and_rings_3_mm(size: tuple[int, int]) -> None:
    w, h = size
    box = (w * 0.4, h * 0.4, w * 0.44, h * 0.44)
    layout = arrange(scene_of([parcel(box, "pick", "TBA303912345678")], size))
    mm_per_px = 65 / w
    assert layout.tags[0].size * mm_per_px > 1.9
    assert 2 * layout.marks[0].radius * mm_per_px > 3


# --- words


def test_the_lines_say_what_was_found_and_what_to_look_for() -> None:
    remembered = replace(PICK, box=None, id="1Z999AA10123456784", where="left shelf")
    scene = Scene(
        (640, 360),
        (PICK, UNREAD, remembered),
        Checklist(
            "14",
            expected=4,
            found=("TBA303912345678",),
            missing=("1Z999AA10123456784", "stop 14, no number"),
            check=(1,),
            taken=("9400111899223100001234",),
            foreign=("JD014600003456789012",),
        ),
    )
    assert checklist_lines(scene) == [
        "Stop 14: 1 of 4 found",
        "found TBA…5678",
        "missing 1Z…6784, last seen left shelf · stop 14, no number",
        "check 1 parcel · 1 not on this route · 1 taken",
    ]


def test_with_a_route_the_sticker_of_a_missing_item_is_named() -> None:
    item = Item("K", "14", tracking="1Z999AA10123456784", sort_code="B9.3B 639")
    lines = checklist_lines(scene_of([], expected=1), Route((Stop("14", (item,)),)))
    assert lines == ["Stop 14: 0 of 1 found", "missing 1Z…6784 B9.3B 639"]


def test_no_stop_and_nothing_expected_are_said_plainly() -> None:
    assert checklist_lines(Scene((640, 360), (LEAVE,))) == ["No open stop: 1 seen"]
    assert checklist_lines(scene_of([], expected=0)) == ["Stop 14: nothing to take"]


def test_a_remembered_parcel_has_no_mark() -> None:
    assert arrange(scene_of([replace(PICK, box=None)])).marks == ()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("1Z999AA10123456784", "1Z…6784"),
        ("TBA303912345678", "TBA…5678"),
        ("9400111899223100001234", "94…1234"),
        ("12345", "12345"),
        ("stop 5, no number", "stop 5, no number"),
        ("配達12345678", "配達…5678"),
        ("พัสดุ-99", "-99"),
        ("\u05e9\u05dc1Z999AA10123456784", "1Z…6784"),
        ("ab\ncd\x07", "ab cd"),
        ("😀", "-"),
    ],
)
def test_names_are_short_and_never_question_marks(name: str, short: str) -> None:
    assert short_name(name) == short
    assert "?" not in drawable(name)


def ink(strip: Image) -> Floats:
    """How much is written in each column of the panel's right part."""
    return np.asarray((luminance(strip) > 0.1).sum(axis=0), np.float64)


def test_long_lists_end_before_the_edge() -> None:
    names = tuple(f"1Z999AA1012345{i:04}" for i in range(60))
    scene = Scene((640, 360), (), Checklist("14" * 40, 120, names, names))
    strip = draw(plain((640, 360)), scene)[360 + 6 :]
    assert ink(strip)[-6:].sum() == 0
    assert ink(strip)[240:600].sum() > 0


def test_twins_are_tagged_with_both_names() -> None:
    twins = (("TBA303912345678", 0.5), ("TBA303912345679", 0.5))
    (tag,) = arrange(scene_of([replace(PICK, id=None, candidates=twins)])).tags
    assert tag.text == "TBA…5678 or TBA…5679"


def test_an_outline_that_may_be_a_neighbours_is_drawn_around_the_label() -> None:
    quad = ((400.0, 300.0), (480.0, 300.0), (480.0, 350.0), (400.0, 350.0))
    pick = Parcel((100.0, 100.0, 900.0, 600.0), labels=(Label(quad),), verdict="pick")
    (whole,) = arrange(Scene((1280, 720), (pick,))).outlines
    layout = arrange(Scene((1280, 720), (replace(pick, framed=False),)))
    (close,) = layout.outlines
    assert whole[2] - whole[0] > 700 > 300 > close[2] - close[0]
    assert layout.marks[0].center == (440.0, 325.0)
