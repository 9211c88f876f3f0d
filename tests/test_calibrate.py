import json
from pathlib import Path

import numpy as np
import pytest

from vapr.calibrate.camera import photograph, random_shot
from vapr.calibrate.card import write_card
from vapr.calibrate.matrix import CODES, run_matrix_chunk
from vapr.calibrate.matrix_card import fit_matrix_scale, write_matrix_card
from vapr.calibrate.record import read_trials, record_trials
from vapr.calibrate.scale import accepted, count_figures, fit_scale
from vapr.calibrate.tail import absent_tail
from vapr.calibrate.trials import ABSENT, STRIPS, Trial, run_chunk
from vapr.cli.calibrate import run_calibrate_text
from vapr.errors import InputError, ModelError
from vapr.geometry import quad_sides
from vapr.read.calibration import (
    Clues,
    read_scale,
    template_scale,
    write_scale,
)
from vapr.read.matrix import matrix_scale
from vapr.read.symbols import encode
from vapr.read.text_net import text_nets
from vapr.read.text_scale import read_text_scales


def made_trials(n: int = 2000) -> list[Trial]:
    rng = np.random.default_rng(0)
    absent = [
        Trial("foreign" if i % 2 else "neighbour", "ups", False, 0.3, Clues(float(r)))
        for i, r in enumerate(rng.gumbel(-4, 2, n))
    ]
    present = [
        Trial("present", "ups", True, 0.3, Clues(float(r)))
        for r in rng.normal(30, 4, n)
    ]
    return absent + present


def test_a_ratio_bounds_how_often_absent_strips_exceed_it() -> None:
    scale = fit_scale(made_trials(), seed=0)
    fresh = np.random.default_rng(1).gumbel(-4, 2, 20000)
    ratios = np.array([scale.llr(Clues(float(raw))) for raw in fresh])
    for bound in (1.0, 2.0, 4.0, 6.0):
        assert (ratios > bound).mean() <= np.exp(-bound)


def test_the_scale_rises_and_keeps_its_bounds() -> None:
    scale = fit_scale(made_trials(), seed=0)
    told = [scale.llr(Clues(float(raw))) for raw in np.linspace(-50, 200, 200)]
    assert told == sorted(told)
    assert told[0] == pytest.approx(scale.floor, abs=0.1)
    assert -3 < scale.floor < 0
    assert told[-1] <= 14


def test_a_close_second_says_no_more_an_unexplained_strip_less() -> None:
    scale = template_scale()
    told = scale.llr(Clues(6.0))
    assert scale.llr(Clues(6.0, lead=0.5)) <= told
    assert scale.llr(Clues(6.0, px_per_module=0.15)) >= told
    assert scale.llr(Clues(60.0, explained=0.3)) < 2


def test_what_tells_strips_apart_weighs() -> None:
    rng = np.random.default_rng(0)
    absent = [
        Trial("foreign", "ups", False, 0.2, Clues(r, lead=abs(rng.normal(0, 1))))
        for r in rng.gumbel(0, 1, 2000)
    ]
    present = [
        Trial("present", "ups", True, 0.2, Clues(r, lead=abs(rng.normal(12, 2))))
        for r in rng.normal(10, 2, 300)
    ]
    scale = fit_scale([*absent, *present], seed=0)
    assert scale.lead > 0.1
    assert scale.px == 0
    assert fit_scale(absent, seed=0).lead == 0


def test_a_written_scale_reads_back(tmp_path: Path) -> None:
    scale = fit_scale(made_trials(), seed=5)
    write_scale(tmp_path / "readers.json", scale)
    assert read_scale(tmp_path / "readers.json") == scale


@pytest.mark.parametrize("text", ["", "{}", '{"template": {"raw": 1}}', "[]"])
def test_a_damaged_scale_is_an_error_that_says_what_to_do(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "readers.json"
    path.write_text(text)
    with pytest.raises(ModelError, match="install vapr again"):
        read_scale(path)


def test_the_shipped_scale_is_fitted_on_many_strips() -> None:
    assert template_scale().trials >= 900
    assert template_scale().llr(Clues(100.0)) >= 9


def test_the_card_says_what_was_tried_and_what_came_of_it(tmp_path: Path) -> None:
    trials = made_trials(400)
    scale = fit_scale(trials, seed=3)
    figures = write_card(tmp_path, trials, scale)
    assert sum(share.total for _, share in figures.false) == 400
    card = (tmp_path / "readers.md").read_text()
    assert "seed 3" in card
    assert "not on the route: 400" in card
    assert (tmp_path / "readers.png").stat().st_size > 10_000
    assert read_scale(tmp_path / "readers.json").trials == 400
    kept = json.loads((tmp_path / "readers.json").read_text())["absent"]
    assert kept["strips"] == 400
    assert kept["largest"] == sorted(kept["largest"], reverse=True)
    assert kept["largest"][0] == pytest.approx(figures.largest)


def test_a_bound_is_read_off_the_strips_as_they_were() -> None:
    trials = made_trials(3000)
    scale = fit_scale(trials, seed=0)
    tail = absent_tail(trials, scale)
    bound = tail.exceeded_by(1 / 1000)
    beyond = [t for t in trials if not t.present and scale.score(t.clues) > bound]
    assert 2 <= len(beyond) <= 3
    assert tail.exceeded_by(1 / 10**6) == max(tail.largest)
    figures = count_figures(trials, scale)
    (band,) = [r for r in figures.recall if r.low <= 0.3 < r.high]
    assert band.false_loose.hits == len(beyond)
    assert band.loose.hits >= band.accepted.hits


def test_figures_tell_recall_from_names_that_are_wrong() -> None:
    trials = made_trials(500)
    strayed = Trial("present", "ups", False, 0.3, Clues(50.0))
    scale = fit_scale(trials, seed=0)
    figures = count_figures([*trials, strayed], scale)
    assert figures.misnamed.hits == 1
    assert accepted([strayed], scale) == [strayed]
    (band,) = [r for r in figures.recall if r.low <= 0.3 < r.high]
    assert band.first.hits == 500
    assert band.first.total == 501
    assert band.accepted.hits > 450


def test_a_cut_run_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    (first,) = record_trials(file, seed=3, chunks=1, workers=1)
    assert [trial.kind for trial in first] == [k for k, n in STRIPS for _ in range(n)]
    assert sum(not trial.present for trial in first) == ABSENT
    line = file.read_text()
    file.write_text(line + line[: len(line) // 2])
    assert list(read_trials(file, seed=3)) == [0]
    assert file.read_text() == line
    kept = list(record_trials(file, seed=3, chunks=1, workers=1))
    assert file.read_text() == line
    assert len(kept[0]) == len(first)


@pytest.mark.parametrize(
    "text",
    ["hello\n", "[]\n", json.dumps({"seed": 4, "chunk": 0, "trials": []}) + "\n"],
)
def test_another_file_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text(text)
    with pytest.raises(InputError, match=r"trials\.jsonl"):
        read_trials(file, seed=3)
    assert file.read_text() == text


def test_strips_are_the_same_for_the_same_seed() -> None:
    assert run_chunk(5, 2) == run_chunk(5, 2)


def test_a_photograph_shows_the_strip_where_it_says() -> None:
    rng = np.random.default_rng(0)
    image, quad = photograph(
        encode("12345678", "Code128")[0], random_shot(rng, 0.5), rng
    )
    height, width = image.shape[:2]
    assert all(0 < x < width and 0 < y < height for x, y in quad)
    assert quad_sides(quad)[0] > 10


def test_without_the_recogniser_text_is_left_out_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vapr.cli.calibrate.text_nets", lambda: None)
    run_calibrate_text(tmp_path, 4, 1, None)
    assert "vapr[ocr]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_with_it_the_scales_of_text_are_fitted_too(tmp_path: Path) -> None:
    if text_nets() is None:
        pytest.skip("needs the extra [ocr]")
    run_calibrate_text(tmp_path, 4, 1, None)
    scales = read_text_scales(tmp_path / "text.json")
    assert {kind: scale.trials for kind, scale in scales.items()} == {
        "label": 4,
        "sticker": 4,
    }
    assert all(0 < scale.slope <= 1 for scale in scales.values())


def test_matrix_codes_are_tried_on_their_routes_and_off_them() -> None:
    trials = run_matrix_chunk(3, 1)
    kinds = [trial.kind for trial in trials]
    assert {kind: kinds.count(kind) for kind in kinds} == dict(CODES)
    assert not any(trial.right for trial in trials if not trial.present)
    assert not accepted([t for t in trials if not t.present], matrix_scale())


def test_the_card_of_matrix_codes_counts_what_was_accepted(tmp_path: Path) -> None:
    trials = made_trials()
    text = write_matrix_card(tmp_path, trials, fit_matrix_scale(trials, 5))
    assert read_scale(tmp_path / "matrix.json").seed == 5
    assert "Labels whose code is not on the route: 2000" in text
    assert text in (tmp_path / "matrix.md").read_text(encoding="utf-8")


def test_labels_on_which_no_code_is_found_do_not_make_the_scale_bolder() -> None:
    trials = made_trials()
    blank = Trial("other", "ups", False, 0.3, Clues(float("-inf")))
    assert fit_matrix_scale([*trials, *[blank] * 5000], 0) == fit_matrix_scale(
        trials, 0
    )
