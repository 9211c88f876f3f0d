import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vapr.bench.answers import Answer, LabelTrial, Said
from vapr.bench.bounds import SHIPPED, score_exceeded_by
from vapr.bench.curves import ENOUGH_AT
from vapr.bench.decoders import STRAIGHT, ZBAR, ZXING, bare, decoded_by
from vapr.bench.labels import draw_labels, labels_page, labels_table
from vapr.bench.limit import ideal_ratio
from vapr.bench.matrix import (
    HELD,
    OFF,
    CodePoint,
    codes_page,
    codes_table,
    draw_codes,
    run_code,
)
from vapr.bench.matrix import (
    SYMBOLOGIES as CODES,
)
from vapr.bench.prints import draw_prints, prints_page, prints_table
from vapr.bench.strips import same_strip, why_strip
from vapr.bench.trials import (
    FOUND,
    IDEAL,
    RANDOM,
    SERIAL,
    TEN,
    TRUE,
    Point,
    plan_points,
    run_trial,
)
from vapr.bench.vans import (
    FOREIGN,
    FOUND_LABEL,
    TRUE_LABEL,
    TRUE_STRIP,
    PictureTrial,
    read_picture,
)
from vapr.bench.vans import STRAIGHT as VAN_STRAIGHT
from vapr.bench.vans_page import vans_page, vans_table
from vapr.bench.views import View, make_view, take
from vapr.evaluate.journal import read_journal
from vapr.geometry import inside, quad_area, quad_sides
from vapr.read.calibration import Clues, template_scale
from vapr.read.codebook import Codebook
from vapr.read.symbols import encode
from vapr.route.payloads import LabelCode
from vapr.synth.ink import modules_across
from vapr.synth.manifest import make_route
from vapr.synth.schemes import Code
from vapr.weights import models_folder

SAMPLES = Path(__file__).parent.parent / "sample_images"


def a_view(px: float) -> View:
    rng = np.random.default_rng(3)
    views = (make_view(row, px, rng) for row in make_route(5, 8, 8))
    return next(view for view in views if view is not None)


def test_frames_of_a_view_differ_by_less_than_a_pixel() -> None:
    view = a_view(0.5)
    first, again, second = take(view, 0), take(view, 0), take(view, 1)
    assert np.array_equal(first.image, again.image)
    shift = np.array(second.strip) - np.array(first.strip)
    assert 0 < np.abs(shift).max() < 1
    assert all(inside(point, (0, 0, 4000, 4000)) for point in first.strip)


def test_modules_have_the_size_asked_for() -> None:
    view = a_view(0.5)
    modules = encode(view.code.text, view.code.symbology)[0].modules
    length = quad_sides(take(view, 0).strip)[0]
    assert length / modules == pytest.approx(0.5, rel=0.5)
    assert length / modules >= 0.49  # at right angles to the bars it is shorter


def named(trial: LabelTrial) -> dict[str, bool]:
    """Readers that name the label at the shipped bound."""
    return {
        answer.reader: answer.first == "right"
        and SHIPPED.names(answer, template_scale())
        for answer in trial.answers
    }


def test_large_modules_are_named_by_all_and_small_ones_by_none() -> None:
    large = run_trial(Point(2.0, False, 4, frames=False))
    assert named(large)[TRUE]
    assert named(large)[IDEAL]
    (true,) = (answer for answer in large.answers if answer.reader == TRUE)
    assert not SHIPPED.holds(true.absent, template_scale())
    small = run_trial(Point(0.05, False, 4, frames=False))
    assert not any(named(small).values())
    assert all(answer.cause for answer in small.answers)


def test_ten_frames_name_what_one_does() -> None:
    trial = run_trial(Point(0.35, False, 6, frames=True))
    assert named(trial) == {TEN: True}


def test_most_labels_are_tried_where_the_curves_rise() -> None:
    points = list(plan_points(8, seed=1))
    assert len({point.source for point in points}) == len(points)
    tried = Counter(point.px_per_module for point in points if not point.frames)
    assert tried[0.2] == 16
    assert tried[2.0] == 4
    assert {p.px_per_module for p in points if p.frames} == {0.12, 0.16, 0.2, 0.25, 0.3}


def test_no_detector_tells_what_the_optics_took() -> None:
    numbers = [f"{n:012}" for n in range(200181234794, 200181234994)]
    book = Codebook.build((n, [LabelCode(n, "Code128", 0.9)]) for n in numbers)
    code = Code("Code128", "tracking", numbers[7])
    ratios = [
        ideal_ratio(book, numbers[7], code, px, np.random.default_rng(0))
        for px in (0.05, 0.2, 0.5)
    ]
    assert ratios == sorted(ratios)
    assert ratios[0] < 2
    assert ratios[2] > 20
    other = replace(code, text="123456789012")
    rng = np.random.default_rng(0)
    assert ideal_ratio(book, numbers[7], other, 0.5, rng) == -np.inf


def said(raw: float) -> Said:
    return Said.of(Clues(raw, lead=12.0, px_per_module=0.25))


def answers(reader: str) -> list[Answer]:
    """Six named by all, two at 1 in 1,000 only, one wrong, one found nowhere."""
    sure = Answer(reader=reader, first="right", said=said(40), held_off=True)
    near = Answer(reader=reader, first="right", said=said(12), held_off=True)
    wrong = sure.model_copy(update={"first": "other", "cause": "another item first"})
    none = Answer(reader=reader, cause="strip not found", held_off=True)
    misled = sure.model_copy(update={"absent": said(12)})
    return [*[sure] * 5, misled, near, near, wrong, none]


def made_trials() -> list[LabelTrial]:
    return [
        LabelTrial(source=f"{group} {px} {i}", group=group, size=px, answers=(a, b))
        for group in (RANDOM, SERIAL)
        for px in (0.2, 0.4)
        for i, (a, b) in enumerate(zip(answers(TRUE), answers(FOUND), strict=True))
    ]


def test_both_bounds_count_what_is_named_and_what_is_wrong() -> None:
    table = labels_table(made_trials(), seed=3)
    assert json.loads(json.dumps(table)) == table
    point = table["curves"][0]["points"][0]
    assert (point["of"], point["first"], point["not_on_route"]) == (10, 8, 10)
    assert point["shipped"]["named"] == 6
    assert point["one_in_1000"]["named"] == 8
    assert point["shipped"]["wrong"] == point["one_in_1000"]["wrong"] == 1
    assert (point["shipped"]["false"], point["one_in_1000"]["false"]) == (0, 1)
    assert point["causes"] == {
        ENOUGH_AT: 2,
        "another item first": 1,
        "strip not found": 1,
    }
    low, high = point["shipped"]["interval"]
    assert low < 0.6 < high


def test_the_page_is_the_same_in_whatever_order_trials_ended() -> None:
    there, back = made_trials(), made_trials()[::-1]
    assert labels_page(labels_table(there, 3)) == labels_page(labels_table(back, 3))


def test_the_page_says_both_and_which_one_is_shipped() -> None:
    page = labels_page(labels_table(made_trials(), seed=3))
    loose, shipped = page.split("## Named at the shipped bound")
    assert "| 0.2 | 80 (49-94) / 80 (49-94) |" in loose
    assert "| 0.2 | 60 (31-83) / 60 (31-83) |" in shipped
    assert "4 of 40 / 0 of 40" in shipped
    assert "4 of 40 / 4 of 40" in loose
    assert f"{ENOUGH_AT} 8" in shipped


def test_a_far_lead_counts_for_the_shipped_bound_alone() -> None:
    """An item hardly ahead of the second is not named, however well it fits."""
    close = Answer(reader="r", first="right", ratio=20.0, ahead=1.0)
    assert not SHIPPED.names(close, template_scale())
    assert SHIPPED.names(close.model_copy(update={"ahead": 8.0}), template_scale())
    alike = Said.of(Clues(40.0, lead=0.1))
    assert not SHIPPED.holds(alike, template_scale())


def test_one_in_a_thousand_is_read_off_the_strips_that_were_tried() -> None:
    facts = json.loads((models_folder() / "readers.json").read_text())["absent"]
    bound = score_exceeded_by(1 / 1000)
    beyond = sum(score > bound for score in facts["largest"])
    assert abs(beyond - facts["strips"] / 1000) <= 1
    assert score_exceeded_by(1 / 10_000) > bound


def test_a_run_that_was_cut_goes_on(tmp_path: Path) -> None:
    """Answers survive the journal: infinite leads too."""
    trial = made_trials()[0]
    endless = Answer(reader=TRUE, said=Said.of(Clues(float("-inf"))))
    kept = trial.model_copy(update={"answers": (*trial.answers, endless)})
    (tmp_path / "j.jsonl").write_text(kept.model_dump_json() + "\n")
    assert read_journal(tmp_path / "j.jsonl", LabelTrial) == {kept.source: kept}


def test_decoders_read_a_large_label_and_agree_on_its_text() -> None:
    view = a_view(3.0)
    frame = take(view, 0)
    read = decoded_by(frame.image, frame.label)
    assert {ZXING, STRAIGHT} <= set(read)
    assert bare([view.code.text]) <= read[STRAIGHT]


def test_a_strip_is_the_same_from_either_end() -> None:
    strip = ((0.0, 0.0), (60.0, 0.0), (60.0, 20.0), (0.0, 20.0))
    a, b, c, d = strip
    assert same_strip((c, d, a, b), strip)
    moved = ((5.0, 0.0), (60.0, 0.0), (60.0, 20.0), (5.0, 20.0))
    assert not same_strip(moved, strip)
    assert why_strip(moved, [moved, strip], strip) == "another strip fits better"
    assert why_strip(moved, [moved], strip) == "strip not found"
    assert why_strip(strip, [strip], strip) == ""


def test_the_curves_are_a_picture(tmp_path: Path) -> None:
    draw_labels(tmp_path / "read.png", labels_table(made_trials(), seed=3))
    assert (tmp_path / "read.png").stat().st_size > 20_000


def test_matrix_codes_are_decoded_when_large_and_not_when_small() -> None:
    large = run_code(CodePoint("DataMatrix", 5.0, 2))
    assert large.group == "DataMatrix"
    assert {a.reader for a in large.answers if a.first == "right"} >= {STRAIGHT}
    assert ZBAR not in {answer.reader for answer in large.answers}
    small = run_code(CodePoint("QRCode", 0.4, 1))
    decoders = [a for a in small.answers if a.reader in (ZXING, STRAIGHT, ZBAR)]
    assert decoders
    assert all(answer.first == "none" for answer in decoders)


def test_a_matrix_code_is_held_against_a_route_with_its_item_and_without() -> None:
    said = {a.reader: a for a in run_code(CodePoint("QRCode", 1.0, 8)).answers}
    assert said[HELD].first == "right"
    assert SHIPPED.names(said[HELD], template_scale())
    assert said[OFF].first != "right"
    assert not SHIPPED.names(said[OFF], template_scale())


def test_a_matrix_code_has_the_size_asked_for() -> None:
    rng = np.random.default_rng(3)
    rows = make_route(5, 8, 60)
    view = next(v for row in rows if (v := make_view(row, 2.0, rng, ["QRCode"])))
    assert view.code.symbology == "QRCode"
    side = np.sqrt(quad_area(take(view, 0).strip))
    modules = modules_across("QRCode", view.code.text)
    assert side / modules == pytest.approx(2.0, rel=0.02)


def decoded(group: str, px: float, hits: int) -> list[LabelTrial]:
    return [
        LabelTrial(
            source=f"{group} {px} {i}",
            group=group,
            size=px,
            answers=(Answer(reader=ZXING, first="right" if i < hits else "none"),),
        )
        for i in range(10)
    ]


def test_the_page_of_codes_has_a_row_for_every_size(tmp_path: Path) -> None:
    trials = [t for kind in CODES for px in (1.0, 2.0) for t in decoded(kind, px, 6)]
    table = codes_table(trials, seed=1)
    assert "| 2 | 60 (31-83) / 60 (31-83) |" in codes_page(table)
    draw_codes(tmp_path / "codes.png", table)
    assert (tmp_path / "codes.png").stat().st_size > 10_000


def test_the_page_of_print_tells_first_from_named(tmp_path: Path) -> None:
    told = Answer(reader="text", first="right", ratio=7.5, ahead=7.2)
    trials = [
        LabelTrial(source=f"{h} {i}", group="tracking", size=h, answers=(told,))
        for h in (5.0, 8.0)
        for i in range(4)
    ]
    table = prints_table(trials, seed=1)
    line = "| 8 | 100 (51-100) | 100 (51-100) | 0 (0-49) |"
    assert line in prints_page(table)
    draw_prints(tmp_path / "text.png", table)
    assert (tmp_path / "text.png").stat().st_size > 10_000


def van_labels(group: str, px: float, count: int) -> list[LabelTrial]:
    sure = Answer(reader=TRUE_STRIP, first="right", said=said(40), held_off=True)
    lost = Answer(reader=FOUND_LABEL, cause="label not found")
    rest = [Answer(reader=name) for name in (TRUE_LABEL, ZXING, VAN_STRAIGHT)]
    return [
        LabelTrial(
            source=f"{group} {px} {i}",
            group=group,
            size=px,
            answers=(sure, lost, *rest),
        )
        for i in range(count)
    ]


def test_the_page_of_vans_counts_by_size_by_camera_and_why() -> None:
    labels = [*van_labels("rear", 0.17, 4), *van_labels("aisle", 0.4, 6)]
    wrong = Answer(reader=TRUE_STRIP, first="other", said=said(40))
    rest = [Answer(reader=name) for name in (TRUE_LABEL, FOUND_LABEL, ZXING)]
    stray = LabelTrial(source="x", group=FOREIGN, size=0.3, answers=(wrong, *rest))
    picture = PictureTrial(
        source="a.jpg", labels=(*labels, stray), left_out=3, no_strip=1
    )
    page = vans_page(vans_table([picture]))
    assert "10 labels that face" in page
    assert "| 0.15-0.2 px | 4 | 100 (51-100) / 100 (51-100) [100] |" in page
    assert "| aisle | 6 | 100 (61-100)" in page
    assert "| all | 10 |" in page
    assert "found label: label not found 10" in page
    assert "true strip: 0 of 10 wrong, 1 of 1 of foreign labels" in page


def test_a_picture_with_truth_is_read_in_every_way() -> None:
    trial = read_picture(SAMPLES / "dome-light" / "dome-light-2.jpg")
    (label,) = trial.labels
    assert label.group == "close"
    first = {answer.reader: answer.first for answer in label.answers}
    assert first[TRUE_STRIP] == first[TRUE_LABEL] == first[FOUND_LABEL] == "right"
    assert set(first) == {TRUE_STRIP, TRUE_LABEL, FOUND_LABEL, ZXING, VAN_STRAIGHT}
