from pathlib import Path

import numpy as np
import pytest

from vapr.calibrate.camera import photograph, random_shot
from vapr.calibrate.scale import draw_scale, fit_scale
from vapr.calibrate.trials import Trial, run_trials
from vapr.errors import ModelError
from vapr.read.calibration import read_scale, template_scale, write_scale
from vapr.read.symbols import encode


def made_trials(n: int = 2000) -> list[Trial]:
    rng = np.random.default_rng(0)
    absent = [
        Trial(False, False, float(r), 9.0, 0.3, 1.0, 0.8) for r in rng.gumbel(-4, 2, n)
    ]
    present = [
        Trial(True, True, float(r), 9.0, 0.3, 1.0, 0.97) for r in rng.normal(15, 4, n)
    ]
    return absent + present


def test_a_ratio_bounds_how_often_absent_strips_exceed_it() -> None:
    scale = fit_scale(made_trials(), seed=0)
    fresh = np.random.default_rng(1).gumbel(-4, 2, 20000)
    ratios = np.array([scale.llr(float(raw)) for raw in fresh])
    for bound in (1.0, 2.0, 4.0, 6.0):
        assert (ratios > bound).mean() <= np.exp(-bound)


def test_the_scale_rises_and_keeps_its_bounds() -> None:
    scale = fit_scale(made_trials(), seed=0)
    told = [scale.llr(raw) for raw in np.linspace(-50, 200, 200)]
    assert told == sorted(told)
    assert told[0] == scale.llr(-np.inf) > -3
    assert told[-1] <= 14


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
    assert template_scale().trials >= 200
    assert template_scale().llr(100.0) >= 9


def test_the_plot_is_a_picture() -> None:
    trials = made_trials(300)
    picture = draw_scale(trials, fit_scale(trials, seed=0))
    assert picture.shape == (420, 840, 3)
    assert picture.min() < 200


def test_trials_are_the_same_for_the_same_seed() -> None:
    first, again = list(run_trials(3, 1)), list(run_trials(3, 1))
    assert first == again
    assert [trial.present for trial in first] == [True, False, False]


def test_a_photograph_shows_the_strip_where_it_says() -> None:
    rng = np.random.default_rng(0)
    image, quad = photograph(
        encode("12345678", "Code128")[0], random_shot(rng, 0.5), rng
    )
    height, width = image.shape[:2]
    assert all(0 < x < width and 0 < y < height for x, y in quad)
