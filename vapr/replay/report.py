"""Stops added up: what each set-up found, and what a driver's search would cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vapr.evaluate.summary import Share
from vapr.replay.outcomes import (
    COLUMNS,
    SETUPS,
    SWEEP,
    Recalled,
    SetupOutcome,
    StopOutcome,
    remembering,
)
from vapr.replay.search import MODELS, Heap, SearchModel, eye_seconds, mean_interval


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

    Of the stops' parcels each counts once, where it came first: `first` found at the
    first look, `placed` remembered where it lies, `second` found by the look from the
    aisle, `never`. `at_once` and `whole` are stops of which all were found at the
    first look, or in one of these ways. `misplaced` counts what was remembered where
    it is not, `wrong` wrong marks "take", `wrong_leaves` the stop's own marked
    "leave"; `excluded` is the mean share of the load marked "leave".
    """

    name: str
    at_once: Share
    whole: Share
    first: Share
    placed: Share
    second: Share
    never: Share
    misplaced: int
    wrong: int
    wrong_leaves: int
    excluded: float
    seconds: tuple[Seconds, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The parcels due at a stop, by how they came to light."""

    due: frozenset[str]
    first: frozenset[str]
    placed: frozenset[str]
    second: frozenset[str]
    misplaced: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.first | self.placed | self.second


def report(stops: Sequence[StopOutcome]) -> tuple[SetupReport, ...]:
    """Every set-up over these stops; the second look is the sweep along the aisle."""
    stops = [stop for stop in stops if stop.due]
    return tuple(_setup_report(name, stops) for name in COLUMNS)


def _setup_report(name: str, stops: Sequence[StopOutcome]) -> SetupReport:
    found = [_found(stop, name) for stop in stops]
    seen = [_of(stop, name) for stop in stops]
    due = sum(len(f.due) for f in found)
    left = [
        len(one.excluded) / max(len(stop.loads), 1)
        for stop, one in zip(stops, seen, strict=True)
    ]
    return SetupReport(
        name=name,
        at_once=Share(sum(f.first == f.due for f in found), len(stops)),
        whole=Share(sum(f.all == f.due for f in found), len(stops)),
        first=Share(sum(len(f.first) for f in found), due),
        placed=Share(sum(len(f.placed) for f in found), due),
        second=Share(sum(len(f.second) for f in found), due),
        never=Share(sum(len(f.due - f.all) for f in found), due),
        misplaced=sum(len(f.misplaced) for f in found),
        wrong=sum(one.wrong for one in seen),
        wrong_leaves=sum(one.wrong_leaves for one in seen),
        excluded=sum(left) / max(len(left), 1),
        seconds=tuple(_seconds(name, stops, model) for model in MODELS),
    )


def _of(stop: StopOutcome, name: str) -> SetupOutcome:
    return next(setup for setup in stop.setups if setup.source == name)


def _found(stop: StopOutcome, name: str) -> _Found:
    """Who looks from the aisle in the first place has no second look."""
    one, due = _of(stop, name), frozenset(stop.due)
    first = due & {*one.found}
    placed = due & {r.key for r in one.recalled if r.right} - first
    misplaced = due & {r.key for r in one.recalled if not r.right} - first
    swept = set() if name.startswith(SWEEP) else {*_of(stop, SWEEP).found}
    return _Found(due, first, placed, due & swept - first - placed, misplaced)


def _seconds(name: str, stops: Sequence[StopOutcome], model: SearchModel) -> Seconds:
    eye = [eye_seconds(_heap(stop, set(stop.loads)), model) for stop in stops]
    marks = [marked_seconds(stop, name, model) for stop in stops]
    saved = [a - b for a, b in zip(eye, marks, strict=True)]
    return Seconds(
        model.name, mean_interval(eye), mean_interval(marks), mean_interval(saved)
    )


def marked_seconds(stop: StopOutcome, name: str, model: SearchModel) -> float:
    """Seconds of search at a stop with the marks of a set-up.

    What is remembered is searched by eye where it was last, in vain if it moved; what
    is then left out calls for a sweep, and that for the eye among all that is not
    marked red. Wrong marks cost nothing here: they are counted apart.
    """
    one, due = _of(stop, name), frozenset(stop.due)
    by_hand = name.startswith(SWEEP)  # whose first look is the sweep
    done = frozenset() if by_hand else due & {*one.found}
    red = set() if by_hand else {*one.excluded} - due
    seconds = model.glance_s + model.step_s * len(done)
    for places in _by_place([r for r in one.recalled if r.key not in done]).values():
        others = {*stop.loads} & {*places[0].there} - red - due
        seconds += model.step_s + _place_seconds(stop, others, places, model)
        done |= {r.key for r in places if r.right}
    if done != due:
        swept = one if by_hand else _of(stop, SWEEP)
        new = due & {*swept.found} - done
        seconds += model.sweep_s + model.step_s * len(new)
        seconds += 0.0 if by_hand else model.glance_s
        red |= {*swept.excluded} - due
        done |= new
    if done == due:
        return seconds
    return seconds + eye_seconds(_heap(stop, {*stop.loads} - red - done), model)


def _by_place(recalled: Sequence[Recalled]) -> dict[str, list[Recalled]]:
    places: dict[str, list[Recalled]] = {}
    for one in recalled:
        places.setdefault(one.where, []).append(one)
    return places


def _place_seconds(
    stop: StopOutcome,
    others: set[str],
    recalled: Sequence[Recalled],
    model: SearchModel,
) -> float:
    """Searching one place for what is remembered there, among the others in it.

    A load sorted by stop is searched there as far as it is where it is not known to
    be: no longer than its section.
    """
    right = {r.key for r in recalled if r.right}
    inside = len(others) + len(right)
    section = min(1.0, model.section * len(stop.loads) / max(inside, 1))
    here = replace(model, section=section)
    if right:
        return eye_seconds(_heap(stop, others | right), here)
    visible = len(others & {*stop.visible})
    turned = (len(others) - visible) * here.turn_s
    return (visible * here.label_s + turned) * section


def _heap(stop: StopOutcome, among: set[str]) -> Heap:
    """What is to be searched among some of the load: for all that is due in it."""
    wanted, visible = {*stop.due} & among, {*stop.visible}
    return Heap(
        len(among & visible),
        len(among - visible),
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
    ages = [r.age_s for stop in stops for s in stop.setups for r in s.recalled]
    oldest = f" of up to {max(ages) / 3600:.1f} hours ago" if ages else ""
    return (
        f"{len(stops)} stops with {due} parcels due, of {vans} made vans with routes "
        "of 150 stops and 300 items, spread over the route. Each set-up looks afresh, "
        "and with the memory of a ride: of the loading, where each parcel is looked at "
        "once where it was put, before the next covers it (from the rear door, from "
        "the ceiling, or by hand before its label, on a shelf the loader names), and "
        f"of the earlier ones of these stops; memories{oldest}. Shares with 95 % "
        "intervals (Wilson), seconds with those of the mean (bootstrap over stops): "
        "they hold for the stated loading and search, not for what these leave out.\n\n"
        f"{table(head, rows)}\n"
    )


Words = Callable[[SetupReport], str]


def report_rows(
    reports: Sequence[SetupReport], share: Callable[[Share], str]
) -> list[tuple[str, ...]]:
    """The report as rows of words, a heading first; `share` words a share."""
    rows: list[tuple[str, Words]] = [
        ("parcels found at first look", lambda r: share(r.first)),
        ("... else remembered where they are", lambda r: share(r.placed)),
        ("... else found from the aisle", lambda r: share(r.second)),
        ("parcels left to the eye", lambda r: share(r.never)),
        ("stops all found at first look", lambda r: share(r.at_once)),
        ("stops all found in one of these ways", lambda r: share(r.whole)),
        ("remembered where they are not", lambda r: f"{r.misplaced}"),
        ("wrong marks: take / leave", lambda r: f"{r.wrong} / {r.wrong_leaves}"),
        ("of the load marked leave", lambda r: f"{r.excluded:.0%}"),
    ]
    along = {remembering(name): "... remembering" for name in SETUPS}
    out = [("", *(along.get(r.name, r.name) for r in reports))]
    out += [(name, *(words(r) for r in reports)) for name, words in rows]
    for number, model in enumerate(MODELS):
        each = [r.seconds[number] for r in reports]
        by_eye = _span(each[0].by_eye)  # the same for every set-up
        name = f"search, {model.name}; by eye {by_eye}"
        out.append((name, *(_span(s.with_marks) for s in each)))
    return out


def _span(seconds: tuple[float, float, float]) -> str:
    mean, low, high = seconds
    return f"{mean:.0f} s ({low:.0f}-{high:.0f})"
