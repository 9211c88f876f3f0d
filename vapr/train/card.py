"""The figures and the plot of a detector's card, from pictures with truth.

    python -m vapr.train.card NAME vans=vans/ made=val/ nothing=list.txt --plot a.png

Sets are described in `judge.py`. Prints the table as Markdown, sets side by side, by
camera below; with `--scores` what other least scores of a label would give.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from vapr.detect import OnnxDetector, load_detector
from vapr.evaluate.metrics import average_precision, wilson_interval
from vapr.train.judge import Case, Outcome, judge_case, load_cases, look
from vapr.types import Detection, Detector

FAINT = 0.02  # average precision needs what is below the threshold, too
SCORES = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)
Seen = tuple[Case, list[Detection]]

HEAD = (
    "| pictures | labels found | corner error, share of side, median / 90 % "
    "| first corner right | false labels a picture | aids and old labels taken for one "
    "| parcel AP50 | aids found |\n" + "|---" * 8 + "|"
)


def outcome_of(seen: Iterable[Seen], least: float) -> Outcome:
    """All pictures as one outcome, at a least score of labels."""
    out = Outcome()
    for case, found in seen:
        out.add(judge_case(found, case, least))
    return out


def share(hits: int, of: int) -> str:
    """A share with its counts and 95 % interval."""
    if not of:
        return "-"
    low, high = wilson_interval(hits, of)
    return f"{hits} of {of}, {hits / of:.2f} ({low:.2f}-{high:.2f})"


def table_row(name: str, o: Outcome) -> str:
    """One row of the card's table."""
    errors = [100 * e for _, e, _ in o.labels if e is not None]
    corners = first = ap = "-"
    if errors:
        corners = f"{np.median(errors):.1f} / {np.percentile(errors, 90):.1f} %"
        first = f"{sum(right for _, _, right in o.labels)} of {len(errors)}"
    if o.expected:
        ap = f"{average_precision(o.parcels, o.expected):.2f} ({o.expected})"
    each = max(o.judged, 1)
    cells = [
        f"{name}, {o.pictures}",
        share(o.found, len(o.labels)),
        corners,
        first,
        f"{o.false / each:.2f} ({o.false})" if o.judged else "-",
        f"{o.stickers / each:.2f}" if o.judged else "-",
        ap,
        share(o.aids, o.aids_expected),
    ]
    return "| " + " | ".join(cells) + " |"


def table(name: str, seen: Sequence[Seen], least: float) -> list[str]:
    """The rows of a set: all of it, then each camera."""
    rows = [table_row(name, outcome_of(seen, least))]
    cameras = sorted({case.camera for case, _ in seen})
    if len(cameras) > 1:
        for camera in cameras:
            some = [one for one in seen if one[0].camera == camera]
            rows.append(table_row(f"- {camera}", outcome_of(some, least)))
    return rows


def draw_recall(sets: dict[str, Outcome], target: Path) -> None:
    """Recall of labels by size, kind, camera and light, with 95 % intervals."""
    import matplotlib.pyplot as plt  # comes with ultralytics

    figure, axes = plt.subplots(2, 2, figsize=(11, 8), sharex=True, layout="tight")
    shown = {name: o for name, o in sets.items() if o.labels}
    for by, panel in zip(("size", "kind", "camera", "light"), axes.flat, strict=True):
        labels = [label for o in shown.values() for label, _, _ in o.labels]
        groups = sorted({getattr(label, by) for label in labels})
        for nth, (name, outcome) in enumerate(shown.items()):
            counts = count_by(outcome, by)
            rows = [counts.get(group, (0, 0)) for group in groups]
            middle = [hits / of if of else np.nan for hits, of in rows]
            ends = np.array([wilson_interval(*row) for row in rows]).T
            spread = np.abs(ends - middle)
            y = np.arange(len(groups)) + 0.22 * (nth - (len(shown) - 1) / 2)
            panel.errorbar(middle, y, xerr=spread, fmt="o", capsize=3, label=name)
            for (_, of), x, height in zip(rows, middle, y, strict=True):
                if of:
                    panel.annotate(f"{of}", (x, height - 0.06), ha="center", size=7)
        panel.set_yticks(range(len(groups)), groups)
        panel.set(title=f"labels found, by {by}", xlim=(0, 1.02))
        panel.invert_yaxis()
        panel.grid(axis="x", alpha=0.3)
    axes.flat[0].legend(loc="lower left")
    figure.savefig(target, dpi=100)
    plt.close(figure)


def count_by(outcome: Outcome, by: str) -> dict[str, tuple[int, int]]:
    """(found, all) of the labels of each size, kind, camera or light."""
    counts: dict[str, tuple[int, int]] = {}
    for label, error, _ in outcome.labels:
        hits, of = counts.get(getattr(label, by), (0, 0))
        counts[getattr(label, by)] = (hits + (error is not None), of + 1)
    return counts


def open_faint(spec: str) -> tuple[Detector, float]:
    """A detector that reports faint things too; the least label score it ships with."""
    detect = load_detector(spec)
    if not isinstance(detect, OnnxDetector):
        return detect, 0.0
    least = detect.thresholds["label"]
    detect.thresholds |= {"parcel": FAINT, "label": min(least, *SCORES)}
    return detect, least


def by_score(seen: Sequence[Seen]) -> list[str]:
    """Labels found and false labels a picture at other least scores."""
    rows = []
    for least in SCORES:
        o = outcome_of(seen, least)
        false = o.false / max(o.pictures, 1)
        rows.append(f"- {least}: {share(o.found, len(o.labels))}, {false:.2f} false")
    return rows


def named_path(text: str) -> tuple[str, Path]:
    """`name=path`."""
    name, _, path = text.partition("=")
    return name, Path(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("sets", nargs="+", type=named_path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--scores", action="store_true")
    a = parser.parse_args(arguments)
    detect, least = open_faint(a.model)
    rows, outcomes, scores = [HEAD], {}, []
    for name, path in a.sets:
        seen = list(look(detect, load_cases(path)))
        rows += table(name, seen, least)
        outcomes[name] = outcome_of(seen, least)
        if a.scores:
            scores += ["", f"{name}, labels by least score:", *by_score(seen)]
    sys.stdout.write("\n".join([*rows, *scores, ""]))
    if a.plot:
        draw_recall(outcomes, a.plot)


if __name__ == "__main__":
    main()
