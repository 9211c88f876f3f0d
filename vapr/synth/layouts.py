"""Layouts of made labels: a size and columns of blocks; users may bring their own."""

import json
from dataclasses import dataclass
from pathlib import Path

from vapr.errors import UsageError
from vapr.synth.blocks import BLOCKS

Block = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """A label's size in mm and its columns: (share of the width, its blocks).

    A block is (name, share of the column's height); see `BLOCKS` for the names.
    """

    name: str
    size_mm: tuple[float, float]
    columns: tuple[tuple[float, tuple[Block, ...]], ...]


def _one(name: str, size: tuple[float, float], blocks: tuple[Block, ...]) -> Layout:
    return Layout(name, size, ((1.0, blocks),))


LAYOUTS: tuple[Layout, ...] = (
    _one(
        "postal4x6",
        (102, 152),
        (
            ("indicia", 0.17),
            ("service", 0.07),
            ("sender", 0.13),
            ("recipient", 0.2),
            ("tracking", 0.3),
            ("footer", 0.13),
        ),
    ),
    _one(
        "courier4x6",
        (102, 152),
        (
            ("sender", 0.14),
            ("recipient", 0.18),
            ("routing", 0.17),
            ("service", 0.09),
            ("tracking", 0.28),
            ("footer", 0.14),
        ),
    ),
    _one(
        "express4x6",
        (102, 152),
        (
            ("sender", 0.15),
            ("recipient", 0.17),
            ("sheet", 0.15),
            ("sort", 0.18),
            ("tracking", 0.27),
            ("footer", 0.08),
        ),
    ),
    _one(
        "depot4x6",
        (102, 152),
        (
            ("header", 0.1),
            ("recipient", 0.24),
            ("sort", 0.15),
            ("tracking", 0.28),
            ("bag", 0.23),
        ),
    ),
    _one(
        "a6",
        (105, 148),
        (
            ("header", 0.12),
            ("sender", 0.1),
            ("recipient", 0.2),
            ("sort", 0.12),
            ("tracking", 0.24),
            ("postal", 0.16),
            ("footer", 0.06),
        ),
    ),
    _one(
        "short",
        (102, 100),
        (
            ("recipient", 0.3),
            ("sort", 0.2),
            ("tracking", 0.4),
            ("footer", 0.1),
        ),
    ),
    _one("small", (76, 51), (("recipient", 0.4), ("tracking", 0.6))),
    _one("slip", (57, 32), (("tracking", 0.7), ("footer", 0.3))),
    _one("mid", (76, 102), (("header", 0.15), ("recipient", 0.35), ("tracking", 0.5))),
    Layout(
        "wide6x4",
        (152, 102),
        (
            (0.45, (("sender", 0.25), ("recipient", 0.4), ("sort", 0.35))),
            (0.55, (("header", 0.2), ("tracking", 0.55), ("footer", 0.25))),
        ),
    ),
    Layout(
        "wideA6",
        (148, 105),
        (
            (0.6, (("header", 0.15), ("recipient", 0.4), ("tracking", 0.45))),
            (0.4, (("matrix", 0.6), ("bag", 0.4))),
        ),
    ),
    Layout(
        "strip",
        (152, 60),
        (
            (0.4, (("recipient", 0.6), ("sort", 0.4))),
            (0.6, (("tracking", 1.0),)),
        ),
    ),
)


def load_layouts(path: Path) -> tuple[Layout, ...]:
    """Layouts of a JSON file: a list of {"name", "size_mm", "columns"}.

    Columns are [share of the width, [[block, share of the height], ...]].

    Raises:
        UsageError: the file is not such a list, or names a block there is not.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        layouts = tuple(_layout(entry) for entry in found)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path.name} is not a list of label layouts") from error
    for layout in layouts:
        for _, blocks in layout.columns:
            unknown = [name for name, _ in blocks if name not in BLOCKS]
            if unknown:
                known = ", ".join(BLOCKS)
                raise UsageError(f"no label block {unknown[0]!r}; there are: {known}")
    return layouts


def _layout(entry: dict[str, object]) -> Layout:
    width, height = entry["size_mm"]  # type: ignore[misc]
    columns = tuple(
        (float(share), tuple((str(name), float(part)) for name, part in blocks))
        for share, blocks in entry["columns"]  # type: ignore[attr-defined]
    )
    return Layout(str(entry["name"]), (float(width), float(height)), columns)  # type: ignore[has-type]
