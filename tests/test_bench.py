import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from vapr.bench import as_markdown, draw_curves, tabulate
from vapr.bench.limit import ideal_ratio
from vapr.bench.trials import READERS, Outcome, Point, run_trial
from vapr.bench.views import View, make_view, take
from vapr.cli.bench import as_table
from vapr.geometry import inside, quad_sides
from vapr.read.codebook import Codebook
from vapr.read.symbols import encode
from vapr.route.payloads import LabelCode
from vapr.synth.manifest import make_route
from vapr.synth.schemes import Code


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


def test_large_modules_are_named_by_all_and_small_ones_by_none() -> None:
    large = {o.reader: o for o in run_trial(Point(2.0, False, 4, frames=False))}
    assert large["true strip"].named
    assert large["ideal detector"].named
    assert not large["true strip"].false
    small = run_trial(Point(0.05, False, 4, frames=False))
    assert not any(outcome.named or outcome.wrong for outcome in small)
    assert all(outcome.cause for outcome in small)


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


def made_outcomes() -> list[Outcome]:
    return [
        Outcome(reader, px, serial, named=i < 6, wrong=i == 9, false=i == 8, cause="c")
        for reader in READERS
        for px in (0.2, 0.4)
        for serial in (False, True)
        for i in range(10)
    ]


def test_the_table_counts_what_was_named_and_what_was_wrong() -> None:
    table = tabulate(made_outcomes(), seed=3)
    assert json.loads(json.dumps(table)) == table
    point = table["curves"][0]["points"][0]
    assert (point["named"], point["of"]) == (6, 10)
    assert (point["wrong"], point["false"], point["not_on_route"]) == (1, 1, 10)
    assert point["causes"] == {"c": 10}
    low, high = point["interval"]
    assert low < 0.6 < high
    console = Console(width=160, record=True)
    console.print(as_table(table))
    shown = console.export_text()
    assert "60 (31-83)" in shown
    assert "4 of 40" in shown
    text = as_markdown(table)
    assert "| 0.2 | 60 (31-83) / 60 (31-83) |" in text
    assert "- zxing-cpp: c 40" in text


def test_the_curves_are_a_picture(tmp_path: Path) -> None:
    draw_curves(tmp_path / "read.png", tabulate(made_outcomes(), seed=3))
    assert (tmp_path / "read.png").stat().st_size > 20_000
