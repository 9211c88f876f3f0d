"""The curves of a bench as rows of text, and as Markdown."""

from typing import Any

from vapr.bench.curves import SIZES
from vapr.evaluate.summary import Share

TITLE = (
    "Labels named of a route of 300 items, % (95 % interval): numbers at random / "
    "consecutive serials"
)

_SETTING = (
    "Made labels and a made camera (30 to 40 dB, no motion, yaw and pitch to 45°, any "
    "turn), one frame where no more are named. The true strip has its corners off by "
    "1.5 px, the found one is looked for in a label whose corners are off by 3 % of "
    "its side. Ten frames are added up as a session adds up looks at a standing "
    "parcel. Decoders count where they read the linear tracking code. The ideal "
    "detector knows geometry, blur and noise (35 dB)."
)


def table_rows(table: dict[str, Any]) -> list[list[str]]:
    """The header and a row for every px per module; the last counts what was wrong."""
    readers = list(dict.fromkeys(curve["reader"] for curve in table["curves"]))
    rows = [["px per module", *readers]]
    for px in SIZES:
        rows.append([f"{px:g}", *(_cell(table, reader, px) for reader in readers)])
    wrong = [_wrong(table, reader) for reader in readers]
    return [*rows, ["wrong / named off the route", *wrong]]


def as_markdown(table: dict[str, Any]) -> str:
    """The table, what the readers are, and why labels were not named."""
    header, *rows = table_rows(table)
    lines = [header, ["---"] * len(header), *rows]
    causes = [f"- {reader}: {why}" for reader, why in _causes(table)]
    return "\n".join(
        [
            "# How far labels are read",
            "",
            f"`vapr bench read`, seed {table['seed']}. {TITLE}. {_SETTING}",
            "",
            *("| " + " | ".join(line) + " |" for line in lines),
            "",
            "Why the others were not named, up to 0.7 px per module:",
            "",
            *causes,
            "",
            "![Curves](read.png)",
            "",
        ]
    )


def _cell(table: dict[str, Any], reader: str, px: float) -> str:
    return " / ".join(
        _share(point)
        for curve in table["curves"]
        for point in curve["points"]
        if curve["reader"] == reader and point["px_per_module"] == px
    )


def _share(point: dict[str, Any]) -> str:
    share = Share(point["named"], point["of"])
    low, high = share.interval
    return f"{100 * (share.value or 0):.0f} ({100 * low:.0f}-{100 * high:.0f})"


def _points(table: dict[str, Any], reader: str) -> list[dict[str, Any]]:
    curves = [curve for curve in table["curves"] if curve["reader"] == reader]
    return [point for curve in curves for point in curve["points"]]


def _wrong(table: dict[str, Any], reader: str) -> str:
    points = _points(table, reader)
    wrong, of = (sum(point[k] for point in points) for k in ("wrong", "of"))
    false, held = (sum(point[k] for point in points) for k in ("false", "not_on_route"))
    return f"{wrong} of {of}" + (f" / {false} of {held}" if held else "")


def _causes(table: dict[str, Any]) -> list[tuple[str, str]]:
    told = []
    for reader in dict.fromkeys(curve["reader"] for curve in table["curves"]):
        count: dict[str, int] = {}
        for point in _points(table, reader):
            if point["px_per_module"] <= 0.7:
                for cause, times in point["causes"].items():
                    count[cause] = count.get(cause, 0) + times
        ranked = sorted(count.items(), key=lambda pair: -pair[1])
        told.append((reader, ", ".join(f"{cause} {n}" for cause, n in ranked) or "-"))
    return told
