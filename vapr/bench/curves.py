"""Curves from outcomes: shares by px per module, as JSON values and as a picture."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2

from vapr.bench.trials import READERS, Outcome, Point, run_trial
from vapr.errors import MissingExtraError
from vapr.evaluate.summary import Share

SIZES = (0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Px per module at which every reader is tried."""
FRAMES_TO = 0.3
"""Px per module up to which ten frames are looked at: one is enough above."""


def run_points(trials: int, seed: int, workers: int) -> Iterator[list[Outcome]]:
    """The outcomes of all points, `trials` for each size, half of them serials."""
    points = [
        Point(px, trial % 2 == 1, seed + trial, px <= FRAMES_TO and trial % 4 < 2)
        for trial in range(trials)
        for px in SIZES
    ]
    # spawned: a fork would copy the locks of threads that run by now, and hang
    with ProcessPoolExecutor(
        workers, get_context("spawn"), cv2.setNumThreads, (1,)
    ) as p:
        yield from p.map(run_trial, points)


def tabulate(outcomes: Sequence[Outcome], seed: int) -> dict[str, Any]:
    """All curves as plain values: a list of points for every reader and kind of route.

    Each point has the share named with its 95 % interval and counts, how many were
    named wrong, how many were named although they were not on the route, and why the
    others were not named.
    """
    curves = [
        {"reader": reader, "serials": serial, "points": list(_points(some))}
        for reader in READERS
        for serial in (False, True)
        if (some := [o for o in outcomes if (o.reader, o.serial) == (reader, serial)])
    ]
    return {"schema": "vapr.bench.read/1", "seed": seed, "curves": curves}


def _points(outcomes: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
    by_size: dict[float, list[Outcome]] = {}
    for outcome in outcomes:
        by_size.setdefault(outcome.px_per_module, []).append(outcome)
    for px, some in sorted(by_size.items()):
        named = Share(sum(o.named for o in some), len(some))
        held = [o for o in some if o.false is not None]
        yield {
            "px_per_module": px,
            "named": named.hits,
            "of": named.total,
            "interval": [round(end, 4) for end in named.interval],
            "wrong": sum(o.wrong for o in some),
            "false": sum(bool(o.false) for o in held),
            "not_on_route": len(held),
            "causes": dict(Counter(o.cause for o in some if o.cause)),
        }


_COLOURS = ("tab:green", "tab:olive", "tab:blue", "tab:red", "tab:orange", "0.6")


def draw_curves(file: Path, table: dict[str, Any]) -> None:
    """All curves of a table as a picture: random routes, and consecutive serials.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing curves", "bench") from error
    page = Figure(figsize=(11, 4.6), layout="constrained")
    panels = page.subplots(1, 2, sharey=True)
    for panel, serial in zip(panels, (False, True), strict=True):
        kind = "consecutive serials" if serial else "numbers at random"
        panel.set(title=f"300 items, {kind}", xlabel="px per module", xscale="log")
        panel.set_xticks([0.12, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2])
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
        panel.grid(alpha=0.25)
        for curve in table["curves"]:
            if curve["serials"] == serial:
                _draw(panel, curve)
    panels[0].set(ylabel="share of labels named, one frame", ylim=(-0.02, 1.02))
    panels[1].legend(frameon=False, fontsize=8, loc="center right")
    page.savefig(file, dpi=110)


def _draw(panel: Any, curve: dict[str, Any]) -> None:  # noqa: ANN401  matplotlib's
    reader, points = curve["reader"], curve["points"]
    x = [point["px_per_module"] for point in points]
    y = [point["named"] / point["of"] for point in points]
    low, high = zip(*(point["interval"] for point in points), strict=True)
    colour = _COLOURS[READERS.index(reader)]
    style = "--" if reader == "ideal detector" else "-"
    panel.plot(x, y, style, color=colour, marker="o", markersize=3, label=reader)
    panel.fill_between(x, low, high, color=colour, alpha=0.08, linewidth=0)
