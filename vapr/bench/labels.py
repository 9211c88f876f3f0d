"""The page of `vapr bench read`: labels named by px per module, beside decoders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vapr.bench.answers import LabelTrial
from vapr.bench.bounds import bounds
from vapr.bench.curves import Line, draw_panels, line_of, tabulate
from vapr.bench.decoders import STRAIGHT, ZBAR, ZXING, zbar
from vapr.bench.tables import (
    causes_of,
    causes_words,
    markdown_table,
    paragraph,
    size_rows,
    wrong_row,
)
from vapr.bench.trials import FOUND, IDEAL, RANDOM, SERIAL, TEN, TRUE

OVER = "px_per_module"
OURS = (TRUE, FOUND, TEN, IDEAL)
OTHERS = (ZXING, STRAIGHT, ZBAR)
_TICKS = (0.12, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2)
_LOOKS = {
    TRUE: "tab:green",
    FOUND: "tab:olive",
    TEN: "tab:blue",
    ZXING: "tab:red",
    STRAIGHT: "tab:orange",
    ZBAR: "tab:pink",
    IDEAL: "0.6",
}

_SETTING = """Labels named of a route of 300 items, % (95 % interval): {groups}. Made
labels and a made camera (30 to 40 dB, no motion, yaw and pitch to 45°, any turn), one
frame where no more are named. The true strip has its corners off by 1.5 px, the found
one is looked for in a label whose corners are off by 3 % of its side. Ten frames are
added up as a session adds up looks at a standing parcel. Decoders count where they read
the linear tracking code. The ideal detector knows geometry, blur and noise (35 dB)."""

_BOUNDS = """**Two bounds.** At *1 in 1,000* a strip is named from a score of
{score:.1f}: what 1 in 1,000 of the calibration's strips that were not on their route
exceeded (strangers, same shipper, one or two symbols changed, near serials; read off
those strips, not off a fitted tail); ten frames and the ideal detector from a ratio of
ln 1000. The *shipped* bound is the product's: a ratio of 9 on the scale, and ln 1000
ahead of the second item; none of those strips reaches it. vapr ships the strict one
because a green mark on a wrong parcel is the worst it can do, and a van shows hundreds
of labels of other stops and routes; a parcel left unknown is looked at again in the
next frame."""


def labels_table(trials: Sequence[LabelTrial], seed: int) -> dict[str, Any]:
    """All curves as JSON values."""
    loose, shipped = bounds()
    return {
        "schema": "vapr.bench.read/2",
        "seed": seed,
        "bounds": {
            "one_in_1000": {"score": loose.score, "ratio": loose.ratio},
            "shipped": {"ratio": shipped.ratio, "ahead": shipped.ahead},
        },
        "zbar": zbar() is not None,
        "curves": tabulate(trials, OVER, (RANDOM, SERIAL)),
    }


def labels_page(table: Mapping[str, Any]) -> str:
    """The tables at both bounds, and why labels were not named."""
    curves = table["curves"]
    there = {curve["reader"] for curve in curves}
    ours = [reader for reader in OURS if reader in there]
    others = [reader for reader in OTHERS if reader in there]
    score = table["bounds"]["one_in_1000"]["score"]
    parts = [
        "# How far labels are read",
        paragraph(
            f"`vapr bench read`, seed {table['seed']}. "
            + _SETTING.format(groups=f"{RANDOM} / {SERIAL}")
        ),
        paragraph(_BOUNDS.format(score=score)),
        "## Named at 1 in 1,000",
        _table(curves, "one_in_1000", ours),
        "## Named at the shipped bound",
        _table(curves, "shipped", [r for r in ours if r != IDEAL]),
        "## The right item first, whatever it says",
        markdown_table(
            size_rows(curves, OVER, "first", [r for r in ours if r != IDEAL])
        ),
        "## Decoders",
        _table(curves, "shipped", others),
        "" if table["zbar"] else "ZBar is not installed here (`pyzbar`): left out.",
        "## Why labels were not named",
        "At the shipped bound, up to 0.7 px per module:",
        causes_words(causes_of(curves, OVER, 0.7)),
        "![Curves](read.png)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(curves: Sequence[Mapping[str, Any]], bound: str, readers: list[str]) -> str:
    rows = size_rows(curves, OVER, bound, readers)
    return markdown_table([*rows, wrong_row(curves, bound, readers)])


def draw_labels(file: Path, table: Mapping[str, Any]) -> None:
    """The curves as a picture: random routes, and consecutive serials.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    panels = {
        f"300 items, {group}": list(_lines(table["curves"], group))
        for group in (RANDOM, SERIAL)
    }
    draw_panels(file, panels, ("px per module", _TICKS), "share of labels named")


def _lines(curves: Sequence[Mapping[str, Any]], group: str) -> list[Line]:
    lines = []
    for curve in curves:
        reader = curve["reader"]
        if curve["group"] != group:
            continue
        colour = _LOOKS[reader]
        plain = reader in OTHERS
        name = reader if plain else f"{reader}, 1 in 1,000"
        style = ":" if reader == IDEAL else "-"
        lines.append(line_of(curve, OVER, "one_in_1000", name, (colour, style)))
        if reader in (TRUE, FOUND, TEN):
            shipped = f"{reader}, shipped bound"
            lines.append(line_of(curve, OVER, "shipped", shipped, (colour, "--")))
    return lines
