"""The evaluation as one self-contained HTML page, the worst cases as pictures."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from vapr.evaluate.outcomes import PictureOutcome
from vapr.evaluate.summary import Summary
from vapr.evaluate.truth import load_truth
from vapr.media import encode_jpeg, open_picture
from vapr.pipeline import Pipeline
from vapr.render import draw
from vapr.route import Route
from vapr.types import Image

WORST = 6
Case = tuple[Image, Route, str | None]
"""A picture, its route and the open stop."""


def report_page(
    summary: Summary,
    outcomes: Sequence[PictureOutcome],
    open_case: Callable[[str], Case | None] | None = None,
    *,
    text: bool = False,
) -> str:
    """The whole page as text; pictures are embedded, nothing loads from elsewhere.

    Args:
        summary: the figures.
        outcomes: of which the worst are shown as pictures.
        open_case: what shows a source; by default the file of that name with its
            truth and route. Sources it has nothing of are left out.
        text: read print, too.
    """
    show = open_case or open_files
    pipeline = Pipeline.load(text=text)
    cases: list[dict[str, str]] = []
    for outcome in sorted((o for o in outcomes if o.error is None), key=_badness):
        if len(cases) < WORST and (case := show(outcome.source)) is not None:
            picture = _marked_jpeg(outcome, case, pipeline)
            cases.append({"caption": _caption(outcome), "picture": picture})
    environment = Environment(
        loader=PackageLoader("vapr.evaluate", "."),
        autoescape=True,
        undefined=StrictUndefined,
    )
    template = environment.get_template("report.html.j2")
    eyes = " / ".join(sorted({o.eyes for o in outcomes if o.eyes}))
    return template.render(summary=summary, cases=cases, eyes=eyes)


def open_files(source: str) -> Case | None:
    """A picture with its truth file and route; None where there is no such file."""
    path = Path(source)
    if not path.with_suffix(".json").is_file():
        return None
    truth = load_truth(path.with_suffix(".json"))
    route = Route.load(path.parent / (truth.manifest or "route.csv"))
    return open_picture(path), route, truth.stop


def _badness(outcome: PictureOutcome) -> tuple[int, int, int]:
    marks = (*outcome.marks, *outcome.picks)
    wrong = sum(mark.mark == "wrong" for mark in marks)
    unnamed = sum(not label.named for label in outcome.labels)
    return (-wrong, outcome.picks_named - outcome.picks_possible, -unnamed)


def _caption(outcome: PictureOutcome) -> str:
    wrong = [m for m in (*outcome.marks, *outcome.picks) if m.mark == "wrong"]
    words = ", ".join(f"{m.verdict} {m.given} is {m.true}" for m in wrong)
    named = sum(label.named for label in outcome.labels)
    return (
        f"{Path(outcome.source).name}: {words or 'no wrong mark'}; "
        f"{named} of {len(outcome.labels)} labels named, "
        f"{outcome.picks_named} of {outcome.picks_possible} picks found"
    )


def _marked_jpeg(outcome: PictureOutcome, case: Case, pipeline: Pipeline) -> str:
    """The marked picture; with a stop open at which a mark was wrong, if any was."""
    image, route, stop = case
    wrong = [m.stop for m in (*outcome.marks, *outcome.picks) if m.mark == "wrong"]
    known = {s.id for s in route}
    stop = next((s for s in wrong if s in known), stop)
    marked = draw(image, pipeline(image, route, stop), route)
    return b64encode(encode_jpeg(marked, 70)).decode("ascii")
