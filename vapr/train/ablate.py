"""What each ingredient is worth: short trainings that differ in one thing.

    python -m vapr.train.ablate --out runs/ablation --start yolo26n.pt --made made/
        --cartons pasted/ made=val/ cartons=cartons/val

Trains the rows of `ROWS` one after the other (again goes on where it stopped) and
judges each on the sets named last (`judge.py`), labels at the least score that gives
`FALSE` false ones a picture: scores of short trainings do not compare. A finished
`--detector` is judged with fewer looks, too: that costs no training. Writes `table.md`.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vapr.detect import OnnxDetector
from vapr.detect.windows import Size, plan_looks
from vapr.errors import UsageError
from vapr.train.card import HEAD, named_path, open_faint, outcome_of, table_row
from vapr.train.export import export_as_shipped
from vapr.train.fit import Plan, train
from vapr.train.judge import load_cases, look

log = logging.getLogger(__name__)

# Comparable, not good: each row sees the same number of small windows.
EPOCHS = 5
PICTURES = 160
WINDOW = 416
SEED = 5
FALSE = 0.3
LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """A training: from which pictures, and whether from start weights."""

    name: str
    made: bool = True
    cartons: bool = True
    start: bool = True


ROWS = (
    Row("both"),
    Row("made pictures only", cartons=False),
    Row("cartons with pasted labels only", made=False),
    Row("both, without start weights", start=False),
)


def one_look(width: int, height: int, long_side: int) -> list[Size]:
    """Only the finest look."""
    return plan_looks(width, height, long_side)[-1:]


LOOKS = {"": plan_looks, ", one look": one_look}


def train_row(row: Row, a: argparse.Namespace) -> Path:
    """The exported model of a row."""
    out = a.out / row.name.replace(" ", "-").replace(",", "")
    sources = [(a.made, row.made), (a.cartons, row.cartons)]
    plan = Plan(
        out,
        tuple((path, 1.0) for path, wanted in sources if wanted),
        a.start if row.start else None,
        EPOCHS,
        PICTURES,
        SEED,
        ((WINDOW, WINDOW),),
    )
    return export_as_shipped(train(plan), out / "detector.onnx")


def judge_rows(
    name: str, model: Path | str, sets: Sequence[tuple[str, Path]], looks: Sequence[str]
) -> list[str]:
    """A row of the table for every way to look and every set."""
    detect, _ = open_faint(str(model))
    if not isinstance(detect, OnnxDetector):
        raise UsageError(f"{model} is no vapr detector")
    detect.thresholds["label"] = LEAST
    rows = []
    for how in looks:
        detect.plan = LOOKS[how]
        for label, path in sets:
            seen = list(look(detect, load_cases(path)))
            outcomes = [outcome_of(seen, least / 100) for least in range(10, 95, 2)]
            few = [o for o in outcomes if o.false <= FALSE * max(o.judged, 1)]
            rows.append(table_row(f"{name}{how}: {label}", (few or outcomes[-1:])[0]))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=named_path)
    for name in ("out", "start", "made", "cartons"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--detector", help="a finished one, for the ways to look")
    a = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows = [HEAD]
    for row in ROWS:
        rows += judge_rows(row.name, train_row(row, a), a.sets, [""])
        log.info("%s", rows[-1])
        (a.out / "table.md").write_text("\n".join([*rows, ""]), "utf-8")
    if a.detector:
        rows += judge_rows(a.detector, a.detector, a.sets, list(LOOKS))
    (a.out / "table.md").write_text("\n".join([*rows, ""]), "utf-8")


if __name__ == "__main__":
    main()
