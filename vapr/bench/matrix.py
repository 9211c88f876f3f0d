"""Matrix codes of made labels: decoded, since that is all vapr does with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.curves import Line, draw_panels, line_of, tabulate
from vapr.bench.decoders import STRAIGHT, ZBAR, ZXING, bare, decoded_by
from vapr.bench.tables import markdown_table, paragraph, size_rows
from vapr.bench.trials import CORNERS
from vapr.bench.views import View, make_view, off, take
from vapr.synth.manifest import make_route

SYMBOLOGIES: Final = ("QRCode", "DataMatrix")
SIZES: Final = (0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0)
OVER: Final = "px_per_module"
_BY_ZBAR = ("QRCode",)
_COLOURS = {ZXING: "tab:red", STRAIGHT: "tab:orange", ZBAR: "tab:pink"}

_INTRO = """`vapr bench codes`, seed {seed}. Matrix codes of made labels before the made
camera of `read.md` (30 to 40 dB, no motion, yaw and pitch to 45°, any turn), % decoded
right (95 % interval): {groups}; ZBar reads no Data Matrix. Labels' corners are off by
3 %. vapr decodes matrix codes as in the column "straightened and enlarged"; it does not
hold them against the route, as it does bars, so this is as far as they carry."""


@dataclass(frozen=True, slots=True)
class CodePoint:
    """What one trial is made of."""

    symbology: str
    px_per_module: float
    seed: int

    @property
    def source(self) -> str:
        """The name of its trial."""
        return f"code {self.symbology} {self.px_per_module:g} {self.seed}"


def plan_codes(trials: int, seed: int) -> Iterator[CodePoint]:
    """`trials` labels of each symbology and size."""
    for trial in range(trials):
        for symbology in SYMBOLOGIES:
            for px in SIZES:
                yield CodePoint(symbology, px, 10_000 * seed + trial)


def run_code(point: CodePoint) -> LabelTrial:
    """What every decoder reads of one label; the same for the same point."""
    size = round(1000 * point.px_per_module)
    kind = SYMBOLOGIES.index(point.symbology)
    rng = np.random.default_rng([point.seed, size, kind])
    view = _drawn(point, rng)
    frame = take(view, 0)
    read = decoded_by(frame.image, off(frame.label, CORNERS, rng))
    said = bare([view.code.text])
    answers = [
        Answer(
            reader=reader,
            first="right" if said <= texts else "none",
            cause="not decoded",
        )
        for reader, texts in read.items()
        if reader != ZBAR or point.symbology in _BY_ZBAR
    ]
    return LabelTrial(
        source=point.source,
        group=point.symbology,
        size=point.px_per_module,
        answers=tuple(answers),
    )


def _drawn(point: CodePoint, rng: np.random.Generator) -> View:
    while True:
        for row in make_route(int(rng.integers(1 << 30)), 8, 8):
            view = make_view(row, point.px_per_module, rng, [point.symbology])
            if view is not None:
                return view


def codes_table(trials: Sequence[LabelTrial], seed: int) -> dict[str, Any]:
    """All curves as JSON values."""
    curves = tabulate(trials, OVER, SYMBOLOGIES)
    return {"schema": "vapr.bench.codes/1", "seed": seed, "curves": curves}


def codes_page(table: Mapping[str, Any]) -> str:
    """The table in Markdown."""
    readers = list(dict.fromkeys(curve["reader"] for curve in table["curves"]))
    rows = size_rows(table["curves"], OVER, "first", readers)
    parts = [
        "# How far matrix codes are read",
        paragraph(_INTRO.format(seed=table["seed"], groups=" / ".join(SYMBOLOGIES))),
        markdown_table(rows),
        "![Curves](read-codes.png)",
    ]
    return "\n\n".join(parts) + "\n"


def draw_codes(file: Path, table: Mapping[str, Any]) -> None:
    """The curves as a picture, a panel for each symbology.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    panels: dict[str, list[Line]] = {symbology: [] for symbology in SYMBOLOGIES}
    for curve in table["curves"]:
        look = (_COLOURS[curve["reader"]], "-")
        line = line_of(curve, OVER, "shipped", curve["reader"], look)
        panels[curve["group"]].append(line)
    draw_panels(file, panels, ("px per module", SIZES), "share of codes decoded")
