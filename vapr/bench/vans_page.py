"""The page of `vapr bench vans`: labels of real views, by px per module and camera."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from vapr.bench.answers import LabelTrial
from vapr.bench.curves import tabulate
from vapr.bench.decoders import ZXING
from vapr.bench.tables import (
    causes_of,
    causes_words,
    markdown_table,
    paragraph,
    share_cell,
)
from vapr.bench.vans import (
    FOREIGN,
    FOUND_LABEL,
    ITEMS,
    STRAIGHT,
    TRUE_LABEL,
    TRUE_STRIP,
    PictureTrial,
)
from vapr.evaluate.summary import PX_BINS

READERS = (TRUE_STRIP, TRUE_LABEL, FOUND_LABEL, ZXING, STRAIGHT)
_OURS = READERS[:3]

_INTRO = """`vapr bench vans`: {pictures} pictures, {labels} labels that face the camera
and bear a linear code of their route's, routes filled up to {items} items with numbers
of the same families. Left out: {left_out} labels hidden, turned away or too small,
{no_strip} without a linear code; {foreign} not on the route count as false accepts
alone. Per cent named (95 % interval) at 1 in 1,000 / at the shipped bound, see
`read.md`; the right item first in brackets. One frame, bars alone: no text, no second
look, no knowledge of the other parcels."""


def vans_table(pictures: Sequence[PictureTrial]) -> dict[str, Any]:
    """All counts as JSON values: by px per module (least of the bin) and by camera."""
    every = [label for picture in pictures for label in picture.labels]
    own = [label for label in every if label.group != FOREIGN]
    binned = [_moved(trial, "all", _bin(trial.size)) for trial in own]
    by_camera = [_moved(trial, trial.group, 0.0) for trial in own]
    foreign = [label for label in every if label.group == FOREIGN]
    return {
        "schema": "vapr.bench.vans/1",
        "pictures": len(pictures),
        "labels": len(own),
        "left_out": sum(picture.left_out for picture in pictures),
        "no_strip": sum(picture.no_strip for picture in pictures),
        "by_px": tabulate(binned, "px_per_module"),
        "by_camera": tabulate(by_camera, "px_per_module"),
        "foreign": tabulate([_moved(t, FOREIGN, 0.0) for t in foreign], "any"),
    }


def vans_page(table: Mapping[str, Any]) -> str:
    """The tables, what was wrong, and why labels were not named."""
    foreign = {c["reader"]: c["points"][0] for c in table["foreign"]}
    intro = _INTRO.format(
        **{k: table[k] for k in ("pictures", "labels", "left_out", "no_strip")},
        items=ITEMS,
        foreign=max((point["of"] for point in foreign.values()), default=0),
    )
    bins = [
        (_bin_words(low, high), _points(table["by_px"], "px_per_module", low))
        for low, high in pairwise(PX_BINS)
    ]
    cameras = list(dict.fromkeys(curve["group"] for curve in table["by_camera"]))
    views = [(name, _of_group(table["by_camera"], name)) for name in sorted(cameras)]
    everything = [("all", _summed(table["by_camera"]))]
    head = ["", "labels", *READERS]
    return (
        "\n\n".join(
            [
                "# Labels of van pictures",
                paragraph(intro),
                markdown_table(
                    [
                        head,
                        *(
                            _row(*each)
                            for each in [*bins, *views, *everything]
                            if each[1]
                        ),
                    ]
                ),
                _wrong_words(everything[0][1], foreign),
                "Why labels were not named at the shipped bound:",
                causes_words(causes_of(table["by_px"], "px_per_module", float("inf"))),
            ]
        )
        + "\n"
    )


Points = dict[str, Mapping[str, Any]]


def _row(name: str, points: Points) -> list[str]:
    of = max(point["of"] for point in points.values())
    return [name, str(of), *(_cell(points.get(reader), reader) for reader in READERS)]


def _cell(point: Mapping[str, Any] | None, reader: str) -> str:
    if point is None:
        return ""
    loose, shipped = (
        share_cell(point[bound]["named"], point["of"])
        for bound in ("one_in_1000", "shipped")
    )
    if reader not in _OURS:
        return shipped
    return f"{loose} / {shipped} [{100 * point['first'] / point['of']:.0f}]"


def _wrong_words(all_points: Points, foreign: Points) -> str:
    told = []
    for reader in _OURS:
        point = all_points[reader]
        bounds = []
        for bound in ("one_in_1000", "shipped"):
            stray = foreign.get(reader)
            named = stray[bound]["wrong"] if stray else 0
            words = (
                f"{point[bound]['wrong']} of {point['of']} wrong, {named} of "
                f"{stray['of'] if stray else 0} of foreign labels"
            )
            if point["not_on_route"]:
                words += (
                    f", {point[bound]['false']} of {point['not_on_route']} with the "
                    "label's own item taken off the route"
                )
            bounds.append(words)
        told.append(f"- {reader}: {bounds[0]} at 1 in 1,000; {bounds[1]} as shipped")
    return "Named wrong:\n\n" + "\n".join(told)


def _points(curves: Sequence[Mapping[str, Any]], over: str, at: float) -> Points:
    return {c["reader"]: p for c in curves for p in c["points"] if p[over] == at}


def _of_group(curves: Sequence[Mapping[str, Any]], group: str) -> Points:
    return {c["reader"]: c["points"][0] for c in curves if c["group"] == group}


def _summed(curves: Sequence[Mapping[str, Any]]) -> Points:
    """The counts of all groups together."""
    out: Points = {}
    for reader in READERS:
        points = [c["points"][0] for c in curves if c["reader"] == reader]
        total: Counter[str] = Counter()
        for point in points:
            total.update({k: point[k] for k in ("of", "first", "not_on_route")})
        bounds = {
            bound: {
                k: sum(point[bound][k] for point in points)
                for k in ("named", "wrong", "false")
            }
            for bound in ("one_in_1000", "shipped")
        }
        out[reader] = {**total, **bounds}
    return out


def _moved(trial: LabelTrial, group: str, size: float) -> LabelTrial:
    return trial.model_copy(update={"group": group, "size": size})


def _bin(px: float) -> float:
    return PX_BINS[bisect_right(PX_BINS, px) - 1]


def _bin_words(low: float, high: float) -> str:
    return f"{low:g} px and more" if high == float("inf") else f"{low:g}-{high:g} px"
