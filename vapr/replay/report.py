"""Stops added up: what each set-up found, and what a driver's search would cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vapr.evaluate.summary import Share
from vapr.replay.routes import SETUPS, SetupOutcome, StopOutcome
from vapr.replay.search import MODELS, Heap, SearchModel, eye_seconds, mean_interval

SWEEP = SETUPS[2]


@dataclass(frozen=True, slots=True)
class Seconds:
    """Mean seconds of search per stop with 95 % intervals, and by eye beside it.

    `saved` is the mean of the differences at the same stops.
    """

    model: str
    by_eye: tuple[float, float, float]
    with_marks: tuple[float, float, float]
    saved: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SetupReport:
    """One set-up over all stops.

    `at_once`, `second`, `never`: stops of which all parcels were found at the first
    look, by the second one from the aisle, or not; `items`: parcels found at the first
    look. `wrong` counts wrong marks "take", `wrong_leaves` the stop's own marked
    "leave", `excluded` the mean share of the other parcels marked "leave".
    """

    name: str
    at_once: Share
    second: Share
    never: Share
    items: Share
    items_second: Share
    wrong: int
    wrong_leaves: int
    excluded: float
    seconds: tuple[Seconds, ...]


def report(stops: Sequence[StopOutcome]) -> tuple[SetupReport, ...]:
    """Every set-up over these stops; the second look is the sweep along the aisle."""
    return tuple(_setup_report(name, stops) for name in SETUPS)


def _setup_report(name: str, stops: Sequence[StopOutcome]) -> SetupReport:
    seen = [(stop, _of(stop, name), _of(stop, SWEEP)) for stop in stops if stop.due]
    first = [set(s.due) <= set(one.found) for s, one, _ in seen]
    both = [set(s.due) <= {*one.found, *two.found} for s, one, two in seen]
    due = sum(len(s.due) for s, _, _ in seen)
    found = sum(len({*s.due} & {*one.found}) for s, one, _ in seen)
    in_all = sum(len({*s.due} & {*one.found, *two.found}) for s, one, two in seen)
    left = [len(one.excluded) / max(len(s.loads), 1) for s, one, _ in seen]
    return SetupReport(
        name=name,
        at_once=Share(sum(first), len(seen)),
        second=Share(sum(both) - sum(first), len(seen)),
        never=Share(len(seen) - sum(both), len(seen)),
        items=Share(found, due),
        items_second=Share(in_all, due),
        wrong=sum(one.wrong for _, one, _ in seen),
        wrong_leaves=sum(one.wrong_leaves for _, one, _ in seen),
        excluded=sum(left) / max(len(left), 1),
        seconds=tuple(_seconds(name, [s for s, _, _ in seen], m) for m in MODELS),
    )


def _of(stop: StopOutcome, name: str) -> SetupOutcome:
    return next(setup for setup in stop.setups if setup.source == name)


def _seconds(name: str, stops: Sequence[StopOutcome], model: SearchModel) -> Seconds:
    eye = [eye_seconds(_heap(stop, (), ()), model) for stop in stops]
    marks = [marked_seconds(stop, name, model) for stop in stops]
    saved = [a - b for a, b in zip(eye, marks, strict=True)]
    return Seconds(
        model.name, mean_interval(eye), mean_interval(marks), mean_interval(saved)
    )


def marked_seconds(stop: StopOutcome, name: str, model: SearchModel) -> float:
    """Seconds of search at a stop with the marks of a set-up.

    Where the first look leaves something out, a sweep follows, and then the eye among
    what is not marked red. Wrong marks cost nothing here: they are counted apart.
    """
    first, second = _of(stop, name), _of(stop, SWEEP)
    found, left = {*stop.due} & {*first.found}, {*first.excluded}
    seconds = model.glance_s + (model.sweep_s if name == SWEEP else 0.0)
    if name != SWEEP and found != {*stop.due}:
        seconds += model.sweep_s + model.glance_s
        found |= {*stop.due} & {*second.found}
        left |= {*second.excluded}
    seconds += model.step_s * len(found)
    if found == {*stop.due}:
        return seconds
    return seconds + eye_seconds(_heap(stop, found, left), model)


def _heap(
    stop: StopOutcome, found: Sequence[str] | set[str], left: Sequence[str] | set[str]
) -> Heap:
    """What is left to search when some are found and some are known to be others."""
    rest = {*stop.loads} - {*found} - ({*left} - {*stop.due})
    wanted, visible = {*stop.due} - {*found}, {*stop.visible}
    return Heap(
        len(rest & visible),
        len(rest - visible),
        len(wanted & visible),
        len(wanted - visible),
    )


def report_page(
    stops: Sequence[StopOutcome],
    share: Callable[[Share], str],
    table: Callable[[Sequence[str], Sequence[Sequence[str]]], str],
) -> str:
    """The report as a Markdown table, and what its figures stand on."""
    head, *rows = report_rows(report(stops), share)
    vans = len({stop.van for stop in stops})
    due = sum(len(stop.due) for stop in stops)
    return (
        f"{len(stops)} stops with {due} parcels due, of {vans} made vans with routes "
        "of 150 stops and 300 items, spread over the route; every stop is looked at "
        "afresh, nothing is remembered of earlier ones. Shares with 95 % intervals "
        "(Wilson), seconds with those of the mean (bootstrap over stops): they hold "
        "for the stated search model, not for what the model leaves out.\n\n"
        f"{table(head, rows)}\n"
    )


Words = Callable[[SetupReport], str]


def report_rows(
    reports: Sequence[SetupReport], share: Callable[[Share], str]
) -> list[tuple[str, ...]]:
    """The report as rows of words, a heading first; `share` words a share."""
    rows: list[tuple[str, Words]] = [
        ("all found at first look", lambda r: share(r.at_once)),
        ("the rest found from the aisle", lambda r: share(r.second)),
        ("something never found", lambda r: share(r.never)),
        ("parcels found at first look", lambda r: share(r.items)),
        ("parcels found after both", lambda r: share(r.items_second)),
        ("wrong marks: take / leave", lambda r: f"{r.wrong} / {r.wrong_leaves}"),
        ("of the load marked leave", lambda r: f"{r.excluded:.0%}"),
    ]
    out = [("stops", *(r.name for r in reports))]
    out += [(name, *(words(r) for r in reports)) for name, words in rows]
    for number, model in enumerate(MODELS):
        each = [r.seconds[number] for r in reports]
        out.append((f"search by eye, {model.name}", *(_span(s.by_eye) for s in each)))
        out.append(("... with marks", *(_span(s.with_marks) for s in each)))
    return out


def _span(seconds: tuple[float, float, float]) -> str:
    mean, low, high = seconds
    return f"{mean:.0f} s ({low:.0f}-{high:.0f})"
