"""The accuracy table as Markdown, and its place in a file between two marks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from vapr.errors import UsageError
from vapr.evaluate.outcomes import PictureOutcome
from vapr.evaluate.reach import Reach, expected_share, px_needed, reach_of
from vapr.evaluate.summary import Group, Share, Summary, summarise

TARGET = 0.95
Cell = Callable[[Group], str]
Outcomes = Sequence[PictureOutcome]


def accuracy_page(outcomes: Outcomes) -> str:
    """Everything the outcomes say, as Markdown tables with counts and intervals."""
    good = [o for o in outcomes if o.error is None]
    made = [o for o in good if o.source.startswith("made ")]
    vans = [o for o in good if not o.source.startswith("made ")]
    twice = {_view(o) for o in made if o.looks > 1}
    single = [o for o in made if _view(o) not in twice]
    parts: list[str] = [_how(good)] if good else []
    for size in sorted({o.size for o in single}):
        some = [o for o in single if o.size == size]
        title = f"Made vans nobody trained on, {size[0]} x {size[1]}, one picture each"
        parts += [f"**{title}**", _groups(some, single, reach=True)]
    if watched := [o for o in made if o not in single]:
        parts += ["**The same views, from one picture and after ten**", _looks(watched)]
    if made:
        parts += ["**By px per module (made vans)**", _by_px(summarise(single))]
    if vans:
        title = f"Path-traced vans, routes padded to {max(o.items for o in vans)} items"
        once = [o for o in vans if o.looks == 1]
        parts += [f"**{title}**", _groups(once, single or once)]
        if len(once) < len(vans):
            walked = [o for o in vans if o.looks > 1]
            parts += ["**The walk, after ten frames and more**", _groups(walked, [])]
    if good:
        parts += ["**All marks by confidence**", _claims(summarise(good))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _view(outcome: PictureOutcome) -> str:
    """What was looked at, once or several times."""
    return outcome.source.rpartition("-")[0]


def _how(outcomes: Outcomes) -> str:
    """What was looked at, with what, and how it was counted."""
    eyes = " / ".join(sorted({o.eyes for o in outcomes if o.eyes})) or "unknown"
    vans = len({o.van or o.source for o in outcomes})
    return (
        f"{len(outcomes)} pictures of {vans} vans; seen by {eyes}. Each picture is "
        "judged at every stop of its route: a named parcel counts once as a pick, "
        "while its own stop is open, and once as a leave, while another is. Findable "
        "are labels that face the camera, 70 % of them or more seen and 16 px high, of "
        "parcels on the route. Intervals (95 %, Wilson) take every label and mark as a "
        "witness of its own; those of one van share its light and camera, so vans with "
        "a wrong pick are counted as well. Decoding alone is far identification "
        "switched off."
    )


def in_short(outcomes: Outcomes) -> str:
    """The figures a reader wants first: what is named by size, and what is wrong."""
    good = [o for o in outcomes if o.error is None and o.looks == 1]
    made = [o for o in good if o.source.startswith("made ")]
    whole = summarise(made or good)
    what = "made vans nobody trained on" if made else "vans"
    group = whole.groups[-1]
    sizes = [row for row in whole.by_px if row.named.total]
    named = [
        ["px per module", *(row.name for row in sizes)],
        ["named", *(_percent(row.named) for row in sizes)],
        ["... by decoding alone", *(_percent(row.named_decoded) for row in sizes)],
        ["labels", *(f"{row.named.total}" for row in sizes)],
    ]
    return (
        f"On {group.pictures} pictures of {group.vans} {what}, of the labels that "
        f"face the camera, one picture each, routes of {_items(made or good)} items:"
        f"\n\n{as_table(named[0], named[1:])}\n\n"
        f"Picks wrong: {wrong_words(group.picks_wrong)}; vans with a wrong pick: "
        f"{wrong_words(group.vans_wrong)}; leaves wrong: "
        f"{wrong_words(group.leaves_wrong)}.\n"
    )


def _items(outcomes: Outcomes) -> str:
    least, most = (f({o.items for o in outcomes}, default=0) for f in (min, max))
    return f"{most}" if least == most else f"{least} to {most}"


def _percent(share: Share) -> str:
    return f"{share.hits / share.total:.0%}" if share.total else "-"


def marks_of(name: str) -> tuple[str, str]:
    """The two lines of a file between which a generated part stands."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def check_marks(path: Path, names: Iterable[str]) -> str:
    """The file's text, if there is a place in it for each named part.

    Raises:
        UsageError: the file is missing or does not have both marks of each, once.
    """
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    for name in names:
        marks = marks_of(name)
        if any(page.count(mark) != 1 for mark in marks):
            told = " and ".join(marks)
            raise UsageError(f"{path.name} needs the lines {told}, once each")
    return page


def write_between(path: Path, parts: Mapping[str, str]) -> None:
    """Replaces what stands between the marks of each named part of a file.

    Raises:
        UsageError: the file does not have both marks of each, once.
    """
    page = check_marks(path, parts)
    for name, text in parts.items():
        begin, end = marks_of(name)
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = f"{head}{begin}\n{text}{end}{tail}"
    path.write_text(page, encoding="utf-8")


def share_words(share: Share) -> str:
    """`34 % (28-41), 67 of 195`; a dash for a share of nothing."""
    if share.value is None:
        return "-"
    low, high = share.interval
    return (
        f"{share.value * 100:.0f} % ({low * 100:.0f}-{high * 100:.0f}), "
        f"{share.hits} of {share.total}"
    )


def wrong_words(share: Share) -> str:
    """`0 of 812 (< 0.47 %)`: the bound is the upper end of the 95 % interval."""
    if not share.total:
        return "0 of 0"
    return f"{share.hits} of {share.total} (< {share.interval[1] * 100:.2g} %)"


def ap_words(group: Group) -> str:
    """`0.73 of 812` parcels; a dash where there was none."""
    return f"{group.parcel_ap50:.2f} of {group.parcels}" if group.parcels else "-"


ROWS: tuple[tuple[str, Cell], ...] = (
    ("pictures / vans", lambda g: f"{g.pictures} / {g.vans}"),
    ("px per module, median", lambda g: f"{g.median_px:.2f}"),
    ("parcel AP50", ap_words),
    ("labels found", lambda g: share_words(g.label_recall)),
    ("false labels a picture", lambda g: f"{g.labels_false_per_picture:.2f}"),
    ("... and earlier labels found", lambda g: f"{g.labels_old_per_picture:.2f}"),
    ("named, of all that face the camera", lambda g: share_words(g.named)),
    ("pick recall, own stop open", lambda g: share_words(g.picked)),
    ("... decoding alone", lambda g: share_words(g.picked_decoded)),
    ("picks wrong", lambda g: wrong_words(g.picks_wrong)),
    ("vans with a wrong pick", lambda g: wrong_words(g.vans_wrong)),
    ("leaves wrong", lambda g: wrong_words(g.leaves_wrong)),
    ("picks outlined on a neighbour", lambda g: wrong_words(g.astray)),
)


def _groups(outcomes: Outcomes, curve: Outcomes, *, reach: bool = False) -> str:
    """A table by camera; `curve` gives identification by px per module."""
    groups = summarise(outcomes).groups
    lines = [_line(name, [cell(g) for g in groups]) for name, cell in ROWS]
    given = [label for o in curve for label in o.labels]
    of_group = [
        [o for o in outcomes if group.name in ("all", o.camera)] for group in groups
    ]
    shares = []
    for group, some in zip(groups, of_group, strict=True):
        labels = [label for o in some for label in o.labels]
        expected = expected_share(labels, given)
        got = group.picked.value
        usable = expected and got is not None
        shares.append(f"{(got or 0) / expected:.2f}" if usable and expected else "-")
    if any(s != "-" for s in shares):
        lines.append(_line("pick recall / (label recall x identification)", shares))
    needed = px_needed(given, TARGET) if reach else None
    if needed is not None:
        lines += _reaches(
            [(g.name, o) for g, o in zip(groups, of_group, strict=True)], needed
        )
    return _table(["", *(g.name for g in groups)], lines)


def _reaches(
    groups: Sequence[tuple[str, Outcomes]], needed: tuple[float, float]
) -> list[str]:
    """Where each camera's labels lie, and where they would have to, as two lines."""
    px, share = needed
    reaches = [
        None if name == "all" else reach_of(name, some, needed) for name, some in groups
    ]
    short = "" if share >= TARGET else f", {TARGET:.0%} at no size measured"
    goal = (
        f"for {share:.0%} of found labels picked ({px:.2f} px per module{short}), "
        "computed: at, or with a picture as wide as"
    )
    return [
        _line("its labels lie at, median", [_usual(r) for r in reaches]),
        _line(goal, [_closer(r) for r in reaches]),
    ]


def _usual(reach: Reach | None) -> str:
    return f"{reach.usual_m:.1f} m" if reach and reach.usual_m is not None else "-"


def _closer(reach: Reach | None) -> str:
    if reach is None or reach.distance_m is None:
        return "-"
    return f"{reach.distance_m:.1f} m, {reach.width_px} px"


def _looks(outcomes: Outcomes) -> str:
    rows = []
    for looks in sorted({o.looks for o in outcomes}):
        group = summarise([o for o in outcomes if o.looks == looks]).groups[-1]
        cells = (share_words(group.named), share_words(group.picked))
        rows.append(_line(str(looks), [*cells, wrong_words(group.picks_wrong)]))
    return _table(["pictures of the view", "named", "pick recall", "picks wrong"], rows)


def _by_px(summary: Summary) -> str:
    head = ["px per module", "labels found", "named", "decoding alone"]
    rows = [
        _line(
            row.name,
            [
                share_words(s)
                for s in (row.found, row.named, row.named_decoded, row.named_given)
            ],
        )
        for row in summary.by_px
        if row.found.total
    ]
    return _table([*head, "named at true corners"], rows)


def _claims(summary: Summary) -> str:
    rows = [
        _line(c.name, [f"{c.claimed:.5f}", f"{c.right.hits} of {c.right.total}"])
        for c in summary.claims
    ]
    return _table(["confidence", "claimed on average", "right"], rows)


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return _table(head, [_line(row[0], row[1:]) for row in rows])


def _table(head: Sequence[str], lines: Sequence[str]) -> str:
    ruled = "|" + "---|" * len(head)
    return "\n".join(["| " + " | ".join(head) + " |", ruled, *lines])


def _line(name: str, cells: Sequence[str]) -> str:
    return "| " + " | ".join([name, *cells]) + " |"
