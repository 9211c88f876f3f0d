"""Matrix codes of made labels: decoded, and held against a route."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.curves import Line, draw_panels, line_of, tabulate
from vapr.bench.decoders import STRAIGHT, ZBAR, ZXING, bare, decoded_by
from vapr.bench.routes import others_of
from vapr.bench.tables import markdown_table, paragraph, points_of, size_rows
from vapr.bench.trials import CORNERS
from vapr.bench.views import View, make_view, off, take
from vapr.read.matrix import identify_matrix, matrix_evidence
from vapr.read.matrix_book import MatrixBook
from vapr.route.matrix_payloads import matrix_codes
from vapr.synth.manifest import Row, make_route
from vapr.synth.schemes import Code
from vapr.types import Image, Item, Quad

SYMBOLOGIES: Final = ("QRCode", "DataMatrix")
SIZES: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.4, 2.0, 3.0)
OVER: Final = "px_per_module"
HELD: Final = "held against the route"
OFF: Final = "held against the route without its item"
_BY_ZBAR = ("QRCode",)
_COLOURS = {
    HELD: "tab:blue",
    OFF: "0.6",
    ZXING: "tab:red",
    STRAIGHT: "tab:orange",
    ZBAR: "tab:pink",
}

_INTRO = """`vapr bench codes`, seed {seed}. Matrix codes of made labels before the made
camera of `read.md` (30 to 40 dB, no motion, yaw and pitch to 45°, any turn), % named
right (95 % interval): {groups}; ZBar reads no Data Matrix. Labels' corners are off by
3 %; where the code lies on the label is for each reader to find. Decoders must read the
code's text. vapr decodes as in the column "straightened and enlarged", and holds codes
whose text the manifest foretells against the 300 items of the route, half of them of
the same scheme, with nothing but the matrix code: as shipped, from a ratio of 9 nats
and ln 1000 ahead of the second item. Px per module are those of a square of the same
area: made labels bear oblong Data Matrix codes stretched square."""


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
    """What every reader says of one label; the same for the same point."""
    size = round(1000 * point.px_per_module)
    kind = SYMBOLOGIES.index(point.symbology)
    rng = np.random.default_rng([point.seed, size, kind])
    row, book = _route(point.seed, point.symbology)
    view = _drawn(row, point, rng)
    frame = take(view, 0)
    label = off(frame.label, CORNERS, rng)
    read = decoded_by(frame.image, label)
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
    books = ((HELD, book), (OFF, book.without(row.tracking)))
    held = [_held(frame.image, label, each, row, name) for name, each in books]
    return LabelTrial(
        source=point.source,
        group=point.symbology,
        size=point.px_per_module,
        answers=(*held, *answers),
    )


def _held(image: Image, label: Quad, book: MatrixBook, row: Row, reader: str) -> Answer:
    cue = matrix_evidence(identify_matrix(image, label, book))
    if cue is None or not cue.ratios:
        return Answer(reader=reader, cause="no code found")
    right = cue.id == row.tracking
    second = cue.ratios[1][1] if len(cue.ratios) > 1 else cue.floor
    return Answer(
        reader=reader,
        first="right" if right else "other",
        ratio=cue.llr,
        ahead=cue.llr - second,
        cause="" if right else "another item first",
    )


@lru_cache(maxsize=2)
def _route(seed: int, symbology: str) -> tuple[Row, MatrixBook]:
    """An item whose label may bear such a code, and a route with it."""
    rng = np.random.default_rng([seed, SYMBOLOGIES.index(symbology)])
    own = next(r for r in _rows(rng) if _codes(r, symbology))
    rows = (own, *others_of(own, rng))
    listed = ((row.tracking, matrix_codes(_item(row))) for row in rows)
    return own, MatrixBook.build(listed)


def _rows(rng: np.random.Generator) -> Iterator[Row]:
    while True:
        yield from make_route(int(rng.integers(1 << 30)), 8, 8)


def _item(row: Row) -> Item:
    return Item(
        row.tracking,
        row.stop,
        row.tracking,
        postal_code=row.postal,
        sort_code=row.sort_code,
    )


def _codes(row: Row, symbology: str) -> list[Code]:
    """The row's matrix codes whose text its manifest foretells."""
    told = {(code.symbology, code.text) for code in matrix_codes(_item(row))}
    return [
        code
        for code in row.codes
        if code.symbology == symbology and (symbology, code.text) in told
    ]


def _drawn(row: Row, point: CodePoint, rng: np.random.Generator) -> View:
    while True:
        view = make_view(row, point.px_per_module, rng, [point.symbology])
        if view is not None:
            return view


def codes_table(trials: Sequence[LabelTrial], seed: int) -> dict[str, Any]:
    """All curves as JSON values."""
    curves = tabulate(trials, OVER, SYMBOLOGIES)
    return {"schema": "vapr.bench.codes/1", "seed": seed, "curves": curves}


def codes_page(table: Mapping[str, Any]) -> str:
    """The table in Markdown."""
    curves = table["curves"]
    readers = list(dict.fromkeys(curve["reader"] for curve in curves))
    named = [reader for reader in readers if reader != OFF]
    rows = size_rows(curves, OVER, "shipped", named)
    parts = [
        "# How far matrix codes are read",
        paragraph(_INTRO.format(seed=table["seed"], groups=" / ".join(SYMBOLOGIES))),
        markdown_table(rows),
        _wrong(curves),
        "![Curves](read-codes.png)",
    ]
    return "\n\n".join(parts) + "\n"


def _wrong(curves: Sequence[Mapping[str, Any]]) -> str:
    """How often an item was named that is not the label's, in words."""
    points = points_of(curves, HELD), points_of(curves, OFF)
    wrong, false = (sum(p["shipped"]["wrong"] for p in some) for some in points)
    of, without = (sum(p["of"] for p in some) for some in points)
    return paragraph(
        f"Held against the route, {wrong} of {of} codes were named wrong; with their "
        f"own item off the route {false} of {without} were named."
    )


def draw_codes(file: Path, table: Mapping[str, Any]) -> None:
    """The curves as a picture, a panel for each symbology.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    panels: dict[str, list[Line]] = {symbology: [] for symbology in SYMBOLOGIES}
    for curve in table["curves"]:
        if curve["reader"] == OFF:
            continue
        look = (_COLOURS[curve["reader"]], "-")
        line = line_of(curve, OVER, "shipped", curve["reader"], look)
        panels[curve["group"]].append(line)
    draw_panels(file, panels, ("px per module", SIZES), "share of codes named")
