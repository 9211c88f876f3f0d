"""Curves from answers: shares by size, as JSON values and as a picture."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vapr.bench.answers import Answer, LabelTrial
from vapr.bench.bounds import Bound, bounds
from vapr.errors import MissingExtraError
from vapr.evaluate.summary import Share
from vapr.read.calibration import template_scale

ENOUGH_AT = "right item first, sure at 1 in 1,000 only"
TOO_LITTLE = "right item first, too little for sure"


def tabulate(
    trials: Sequence[LabelTrial], over: str, groups: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """All curves as plain values: one for every group and reader.

    Args:
        trials: what was answered.
        over: what the sizes are: "px_per_module", "cap_height_px".
        groups: their order; left out, that of the trials, which is anyone's.

    Returns:
        Curves of points. Each point has how often the label's own item came first and,
        for either bound, how many labels were named (with the 95 % interval of the
        share), how many were named wrong and how many although their item was not on
        the route; and why the others were not named at the shipped bound.
    """
    groups = groups or list(dict.fromkeys(trial.group for trial in trials))
    readers = dict.fromkeys(a.reader for trial in trials for a in trial.answers)
    curves = []
    for reader in readers:
        for group in groups:
            some = [t for t in trials if t.group == group]
            points = list(_points(some, reader, over))
            if points:
                curves.append({"reader": reader, "group": group, "points": points})
    return curves


def _points(
    trials: Sequence[LabelTrial], reader: str, over: str
) -> Iterator[dict[str, Any]]:
    by_size: dict[float, list[Answer]] = {}
    for trial in trials:
        answers = [answer for answer in trial.answers if answer.reader == reader]
        if answers:
            by_size.setdefault(trial.size, []).extend(answers)
    for size, some in sorted(by_size.items()):
        yield {over: size, **count(some)}


def count(answers: Sequence[Answer]) -> dict[str, Any]:
    """The counts of some answers, as in `tabulate`."""
    loose, shipped = bounds()
    causes = [_cause(answer, loose, shipped) for answer in answers]
    return {
        "of": len(answers),
        "first": sum(answer.first == "right" for answer in answers),
        "not_on_route": sum(answer.held_off for answer in answers),
        "one_in_1000": _at(loose, answers),
        "shipped": _at(shipped, answers),
        "causes": dict(Counter(cause for cause in causes if cause)),
    }


def _at(bound: Bound, answers: Sequence[Answer]) -> dict[str, Any]:
    judge = template_scale()
    named = [answer for answer in answers if bound.names(answer, judge)]
    right = Share(sum(a.first == "right" for a in named), len(answers))
    return {
        "named": right.hits,
        "interval": [round(end, 4) for end in right.interval],
        "wrong": len(named) - right.hits,
        "false": sum(bound.holds(a.absent, judge) for a in answers),
    }


def _cause(answer: Answer, loose: Bound, shipped: Bound) -> str:
    """Why an answer names nothing, or the wrong item, at the shipped bound."""
    scale = template_scale()
    if answer.first == "right" and shipped.names(answer, scale):
        return ""
    if answer.cause:
        return answer.cause
    return ENOUGH_AT if loose.names(answer, scale) else TOO_LITTLE


class Line(NamedTuple):
    """A line to draw: points (x, share, low end, high end), colour, style."""

    name: str
    points: Sequence[tuple[float, float, float, float]]
    colour: str
    style: str = "-"


def line_of(
    curve: Mapping[str, Any], over: str, bound: str, name: str, look: tuple[str, str]
) -> Line:
    """A curve of `tabulate` at one bound, or of what came "first"."""
    points = []
    for p in curve["points"]:
        hits = p["first"] if bound == "first" else p[bound]["named"]
        share = Share(hits, p["of"])
        points.append((p[over], hits / p["of"], *share.interval))
    return Line(name, points, *look)


def draw_panels(
    file: Path,
    panels: Mapping[str, Sequence[Line]],
    x: tuple[str, Sequence[float]],
    y: str,
) -> None:
    """Panels of lines side by side as a picture; `x` and `y` say what the axes are.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing curves", "bench") from error
    page = Figure(figsize=(2.8 + 4.7 * len(panels), 4.6), layout="constrained")
    axes = page.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, (title, lines) in zip(axes, panels.items(), strict=True):
        panel.set(title=title, xlabel=x[0], xscale="log")
        panel.set_xticks(x[1])
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
        panel.grid(alpha=0.25)
        for line in lines:
            _draw(panel, line)
    axes[0].set(ylabel=y, ylim=(-0.02, 1.02))
    told = [axis.get_legend_handles_labels() for axis in axes]
    names = {name: drawn for each in told for drawn, name in zip(*each, strict=True)}
    page.legend(
        list(names.values()),
        list(names),
        loc="outside right center",
        frameon=False,
        fontsize=8,
        handlelength=3,
    )
    page.savefig(file, dpi=110)


def _draw(panel: Any, line: Line) -> None:  # noqa: ANN401  matplotlib's
    at, share, low, high = zip(*line.points, strict=True)
    style, colour = line.style, line.colour
    panel.plot(
        at, share, style, color=colour, marker="o", markersize=3, label=line.name
    )
    if style == "-":
        panel.fill_between(at, low, high, color=colour, alpha=0.07, linewidth=0)
