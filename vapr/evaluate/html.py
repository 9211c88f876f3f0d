"""The evaluation as one self-contained HTML page, the worst cases as pictures."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from vapr.evaluate.outcomes import PictureOutcome
from vapr.evaluate.summary import Summary
from vapr.evaluate.truth import load_truth
from vapr.media import encode_jpeg, open_picture
from vapr.pipeline import Pipeline
from vapr.render import draw
from vapr.route import Route

WORST = 6


def report_page(summary: Summary, outcomes: Sequence[PictureOutcome]) -> str:
    """The whole page as text; pictures are embedded, nothing loads from elsewhere."""
    shown = [o for o in outcomes if o.error is None and Path(o.source).exists()]
    worst = sorted(shown, key=_badness)[:WORST]
    pipeline = Pipeline.load()
    cases = [
        {"caption": _caption(o), "picture": _marked_jpeg(o, pipeline)} for o in worst
    ]
    environment = Environment(
        loader=PackageLoader("vapr.evaluate", "."),
        autoescape=True,
        undefined=StrictUndefined,
    )
    template = environment.get_template("report.html.j2")
    return template.render(summary=summary, cases=cases)


def _badness(outcome: PictureOutcome) -> tuple[int, int, int]:
    wrong = sum(mark.mark == "wrong" for mark in outcome.marks)
    unnamed = sum(not label.named for label in outcome.labels)
    return (-wrong, outcome.picks_named - outcome.picks_possible, -unnamed)


def _caption(outcome: PictureOutcome) -> str:
    wrong = [mark for mark in outcome.marks if mark.mark == "wrong"]
    words = ", ".join(f"{m.verdict} {m.given} is {m.true}" for m in wrong)
    named = sum(label.named for label in outcome.labels)
    return (
        f"{Path(outcome.source).name}: {words or 'no wrong mark'}; "
        f"{named} of {len(outcome.labels)} labels named, "
        f"{outcome.picks_named} of {outcome.picks_possible} picks found"
    )


def _marked_jpeg(outcome: PictureOutcome, pipeline: Pipeline) -> str:
    path = Path(outcome.source)
    truth = load_truth(path.with_suffix(".json"))
    route = Route.load(path.parent / (truth.manifest or "route.csv"))
    image = open_picture(path)
    marked = draw(image, pipeline(image, route, truth.stop), route)
    return b64encode(encode_jpeg(marked, 70)).decode("ascii")
