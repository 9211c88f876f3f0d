"""Pictures with truth through a pipeline, on all cores, resumable."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from vapr.errors import VaprError
from vapr.evaluate.boxes import Boxes
from vapr.evaluate.journal import Pace, run_journaled
from vapr.evaluate.judge import judge
from vapr.evaluate.outcomes import PictureOutcome
from vapr.evaluate.padding import pad_route
from vapr.evaluate.score import labels_that_count
from vapr.evaluate.truth import Truth, load_truth
from vapr.geometry import box_of_quad
from vapr.match import decide
from vapr.media import open_picture
from vapr.pipeline import Pipeline
from vapr.read.text_net import text_nets
from vapr.route import Route
from vapr.types import Image, Label, Parcel, Scene
from vapr.weights import DEFAULT_DETECTOR


@dataclass(frozen=True, slots=True)
class EvalSettings:
    """How pictures are evaluated.

    `pad` fills shorter routes up to so many items; `corners` also reads every label
    at its true corners (twice the time); `text` reads print where `[ocr]` is there.
    """

    pad: int = 0
    corners: bool = False
    text: bool = False


DEFAULT = EvalSettings()
UNHURRIED = Pace()


def evaluate_picture(
    path: Path, pipeline: Pipeline, settings: EvalSettings = DEFAULT
) -> PictureOutcome:
    """One picture with its truth and route (`manifest` in the truth, beside it)."""
    try:
        truth = load_truth(path.with_suffix(".json"))
        manifest = path.parent / (truth.manifest or "route.csv")
        eyes = (pipeline, _padded(manifest, settings.pad))
        image = open_picture(path)
        outcome = evaluate_image(image, truth, eyes, settings, source=str(path))
        return outcome.model_copy(update={"van": str(manifest)})  # one route, one van
    except VaprError as error:
        return PictureOutcome(source=str(path), error=str(error))


def evaluate_image(
    image: Image,
    truth: Truth,
    eyes: tuple[Pipeline, Route],
    settings: EvalSettings = DEFAULT,
    *,
    source: str = "",
) -> PictureOutcome:
    """One picture in memory, held against its truth; `eyes` look at it.

    Raises:
        UsageError: the route has no such stop.
    """
    pipeline, route = eyes
    scene = pipeline(image, route, truth.stop, source=source)
    given = named_given(image, truth, pipeline, route) if settings.corners else None
    outcome = judge(scene, truth, route, given)
    return outcome.model_copy(update={"eyes": described(pipeline)})


def described(pipeline: Pipeline) -> str:
    """What looks, in words for a table: model, least label score, what is read."""
    detector = pipeline.detector
    least = getattr(detector, "thresholds", {}).get("label")
    model = DEFAULT_DETECTOR if least is not None else "another detector"
    score = "" if least is None else f" (labels from a score of {least:g})"
    print_too = pipeline.text and text_nets() is not None
    return f"{model}{score}, {'bars and print' if print_too else 'bars only'}"


def named_given(
    image: Image, truth: Truth, pipeline: Pipeline, route: Route
) -> frozenset[str]:
    """Ids named when the true corners of the labels are given: what reading can do."""
    expected = labels_that_count(truth)
    quads = [label.quad for _, label in expected]
    parcels = [
        Parcel(
            box_of_quad(quad), labels=(Label(quad),), evidence=tuple(reading.evidence)
        )
        for quad, reading in zip(quads, pipeline.read(image, quads, route), strict=True)
    ]
    decided = decide(parcels, route, None)
    pairs = zip(decided, expected, strict=False)
    return frozenset(p.id for p, (true, _) in pairs if p.id and p.id == true.id)


def evaluate_pictures(
    pictures: Sequence[Path],
    workers: int,
    journal: Path | None = None,
    settings: EvalSettings = DEFAULT,
    pace: Pace = UNHURRIED,
) -> Generator[PictureOutcome]:
    """All pictures, in no particular order, on `workers` processes.

    Args:
        pictures: each with its truth file beside it.
        workers: how many processes; each loads the default pipeline.
        journal: a JSON Lines file of outcomes; pictures found in it are not done again.
        settings: how they are evaluated.
        pace: when it is enough.

    Raises:
        InputError: the journal is no such file.
    """
    jobs = {str(path): path for path in pictures}
    look = partial(_evaluate_in_worker, settings)
    yield from run_journaled(look, jobs, workers, journal, PictureOutcome, pace)


def evaluate_boxes(
    boxes: Boxes,
    workers: int,
    journal: Path | None = None,
    pace: Pace = UNHURRIED,
) -> Generator[PictureOutcome]:
    """Pictures with people's boxes: what the detector finds; nothing is read.

    What could not be used of the annotations comes first, each as an error.

    Raises:
        InputError: the journal is no such file.
    """
    for problem in boxes.problems:
        yield PictureOutcome(source=problem, error=problem)
    jobs = {str(path): (path, truth) for path, truth in boxes.pictures}
    look = _find_in_worker
    yield from run_journaled(look, jobs, workers, journal, PictureOutcome, pace)


def _find_in_worker(job: tuple[Path, Truth]) -> PictureOutcome:
    path, truth = job
    try:
        image = open_picture(path)
    except VaprError as error:
        return PictureOutcome(source=str(path), error=str(error))
    found = default_pipeline().find(image, Route(()), loose=False)
    size = (int(image.shape[1]), int(image.shape[0]))
    outcome = judge(Scene(size, found.parcels, source=str(path)), truth)
    if any(p.label is not None for p in truth.parcels):
        return outcome
    return outcome.model_copy(update={"labels_false": 0})  # nobody annotated labels


def _evaluate_in_worker(settings: EvalSettings, path: Path) -> PictureOutcome:
    return evaluate_picture(path, default_pipeline(text=settings.text), settings)


@cache
def default_pipeline(*, text: bool = False) -> Pipeline:
    """The default pipeline of this process; without print, as a bare install is."""
    return Pipeline.load(text=text)


def _padded(path: Path, items: int) -> Route:
    route = Route.load(path)
    return pad_route(route, items) if len(route.items) < items else route
