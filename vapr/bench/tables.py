"""Counts of a bench as tables in Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from vapr.evaluate.summary import Share

Curves = Sequence[Mapping[str, Any]]


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A header and rows as a Markdown table."""
    header, *rest = rows
    lines = [header, ["---"] * len(header), *rest]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def paragraph(text: str) -> str:
    """Running text in lines of at most 88 characters."""
    return fill(" ".join(text.split()), 88)


def share_cell(hits: int, of: int) -> str:
    """A share in per cent with its 95 % interval: `60 (31-83)`."""
    share = Share(hits, of)
    low, high = share.interval
    return f"{100 * (share.value or 0):.0f} ({100 * low:.0f}-{100 * high:.0f})"


def size_rows(
    curves: Curves, over: str, bound: str, readers: Sequence[str]
) -> list[list[str]]:
    """A header, and for every size the shares of readers at a bound.

    Groups stand in one cell, in their order. `bound` may be "first".
    """
    chosen = [curve for curve in curves if curve["reader"] in readers]
    sizes = sorted({point[over] for curve in chosen for point in curve["points"]})
    rows = [[over.replace("_", " "), *readers]]
    for size in sizes:
        cells = [
            " / ".join(
                _cell(point, bound)
                for curve in chosen
                for point in curve["points"]
                if curve["reader"] == reader and point[over] == size
            )
            for reader in readers
        ]
        rows.append([f"{size:g}", *cells])
    return rows


def _cell(point: Mapping[str, Any], bound: str) -> str:
    hits = point["first"] if bound == "first" else point[bound]["named"]
    return share_cell(hits, point["of"])


def wrong_row(curves: Curves, bound: str, readers: Sequence[str]) -> list[str]:
    """How many labels were named wrong, and named although not on the route."""
    cells = []
    for reader in readers:
        points = points_of(curves, reader)
        wrong = sum(point[bound]["wrong"] for point in points)
        false = sum(point[bound]["false"] for point in points)
        of, held = (sum(p[k] for p in points) for k in ("of", "not_on_route"))
        cells.append(f"{wrong} of {of}" + (f" / {false} of {held}" if held else ""))
    return ["named wrong / not on the route", *cells]


def causes_of(curves: Curves, over: str, most: float) -> dict[str, Counter[str]]:
    """Why labels were not named, by reader, up to a size, the most frequent first."""
    out: dict[str, Counter[str]] = {}
    for curve in curves:
        for point in curve["points"]:
            if point[over] <= most:
                out.setdefault(curve["reader"], Counter()).update(point["causes"])
    return out


def causes_words(causes: Mapping[str, Counter[str]]) -> str:
    """A line for every reader that left labels unnamed."""
    return "\n".join(
        f"- {reader}: " + ", ".join(f"{why} {n}" for why, n in _ranked(each))
        for reader, each in causes.items()
        if each
    )


def _ranked(causes: Counter[str]) -> list[tuple[str, int]]:
    return sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))


def points_of(curves: Curves, reader: str) -> list[Mapping[str, Any]]:
    """All points of a reader's curves."""
    return [p for curve in curves if curve["reader"] == reader for p in curve["points"]]
