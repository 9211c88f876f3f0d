"""`vapr demo`: the whole way on the sample pictures, offline."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from vapr.cli.progress import progress_over
from vapr.cli.words import checklist_text
from vapr.errors import InputError
from vapr.evaluate import load_truth, score_scene
from vapr.media import find_pictures, open_picture, save_picture
from vapr.pipeline import Pipeline
from vapr.render import draw
from vapr.route import Route
from vapr.samples import samples_folder


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample picture, its route and the truth beside it."""

    picture: Path
    manifest: Path
    truth: Path


def run_demo(out: Path) -> int:
    """Mark every sample picture into `out`; returns the exit code."""
    console = Console(highlight=False)
    pipeline = Pipeline.load()
    marks: Counter[str] = Counter()
    for sample in progress_over(find_samples(samples_folder())):
        truth = load_truth(sample.truth)
        route = Route.load(sample.manifest)
        image = open_picture(sample.picture)
        name = f"{sample.picture.parent.name}/{sample.picture.name}"
        scene = pipeline(image, route, truth.stop, source=name)
        marked = draw(image, scene, route)
        save_picture(marked, out / f"{sample.picture.stem}.jpg")
        console.print(checklist_text(scene))
        marks.update(outcome.mark for outcome in score_scene(scene, truth))
    console.print(_summary(marks))
    console.print(Text.assemble("Marked pictures are in ", (str(out), "bold")))
    return 0


def find_samples(folder: Path) -> list[Sample]:
    """The sample pictures by theme, each with its route and truth.

    Raises:
        InputError: the installation lacks them.
    """
    themes = [path.parent for path in sorted(folder.glob("*/route.csv"))]
    if not themes:
        raise InputError(f"no sample pictures in {folder}; install vapr anew")
    return [
        Sample(picture, theme / "route.csv", picture.with_suffix(".json"))
        for theme in themes
        for picture in find_pictures([theme])
    ]


def _summary(marks: Counter[str]) -> str:
    return (
        f"\nAgainst the truth beside the pictures: {marks['right']} marks right, "
        f"{marks['wrong']} wrong."
    )
