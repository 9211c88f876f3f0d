"""The page of `vapr bench text`: print told by the height of its capitals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vapr.bench.answers import LabelTrial
from vapr.bench.curves import Line, draw_panels, line_of, tabulate
from vapr.bench.tables import markdown_table, paragraph, size_rows, wrong_row

OVER: Final = "cap_height_px"
READER: Final = "text"
_COLOURS = ("tab:blue", "tab:green", "tab:orange")

_INTRO = """`vapr bench text` (extra `[ocr]`), seed {seed}. One line of print on paper
before a made camera (a poor one: noise down to 250 electrons, motion, JPEG from 55; any
turn, up to 45° aslant), held against 300 items, % (95 % interval): {groups}. Print of
its kind alone is scored: a sort code by the scale of stickers, the others by that of
labels. At *1 in 1,000* from a ratio of ln 1000, where the scale itself says that no
more than 1 in 1,000 prints of another route go; as *shipped* from 9 and ln 1000 ahead
of the second. The scale ends at 10 nats, before its caution: print adds to what the
bars say and names nothing by itself. Wrong counts items that bear another text."""


def prints_table(trials: Sequence[LabelTrial], seed: int) -> dict[str, Any]:
    """All curves as JSON values."""
    curves = tabulate(trials, OVER)
    return {"schema": "vapr.bench.text/1", "seed": seed, "curves": curves}


def prints_page(table: Mapping[str, Any]) -> str:
    """The table in Markdown: right first, and named at both bounds."""
    curves = table["curves"]
    groups = list(dict.fromkeys(curve["group"] for curve in curves))
    bounds = {
        "first": "right item first",
        "one_in_1000": "named at 1 in 1,000",
        "shipped": "named at the shipped bound",
    }
    columns = [size_rows(curves, OVER, bound, [READER]) for bound in bounds]
    rows = [["cap height, px", *bounds.values()]]
    for cells in zip(*(column[1:] for column in columns), strict=True):
        rows.append([cells[0][0], *(cell[1] for cell in cells)])
    wrong = [wrong_row(curves, b, [READER])[1] for b in ("one_in_1000", "shipped")]
    rows.append(["named wrong", "", *wrong])
    return (
        "\n\n".join(
            [
                "# How far print is read",
                paragraph(_INTRO.format(seed=table["seed"], groups=" / ".join(groups))),
                markdown_table(rows),
                "![Curves](read-text.png)",
            ]
        )
        + "\n"
    )


def draw_prints(file: Path, table: Mapping[str, Any]) -> None:
    """The curves as a picture: one panel, a colour for each kind of print.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    lines: list[Line] = []
    sizes: set[float] = set()
    for curve, colour in zip(table["curves"], _COLOURS, strict=False):
        kind = curve["group"]
        named = f"{kind}, named at 1 in 1,000"
        lines.append(line_of(curve, OVER, "one_in_1000", named, (colour, "-")))
        first = f"{kind}, right item first"
        lines.append(line_of(curve, OVER, "first", first, (colour, "--")))
        sizes.update(point[OVER] for point in curve["points"])
    panels = {"300 items, one line of print": lines}
    x = ("cap height, px", sorted(sizes))
    draw_panels(file, panels, x, "share of lines")
