"""Several frames of one view, added up as on a ride."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vapr.errors import VaprError
from vapr.evaluate import (
    PictureOutcome,
    Truth,
    described,
    judge,
    keep,
    load_truth,
    pad_route,
    read_journal,
)
from vapr.media import open_picture
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.session import RideSettings, Session
from vapr.types import Image, Scene

FRAMES = 10
SECONDS_PER_FRAME = 0.2
_SETTINGS = RideSettings(reads_per_look=200)  # every label in every frame


def look_on(
    frames: Iterable[Image], pipeline: Pipeline, route: Route, stop: str | None
) -> Iterator[Scene]:
    """The scenes of a ride that looks at one frame after the other.

    Raises:
        UsageError: the route has no such stop.
    """
    ride = Session(pipeline, route, settings=_SETTINGS)
    if stop is not None:
        ride.open_stop(stop, 0.0)
    for number, frame in enumerate(frames):
        scene = ride.look(frame, number * SECONDS_PER_FRAME)
        shown = tuple(p for p in scene.parcels if p.box is not None)
        yield replace(scene, parcels=shown)


def evaluate_walk(
    pictures: Sequence[Path],
    pipeline: Pipeline,
    pad: int = 0,
    journal: Path | None = None,
) -> Generator[PictureOutcome]:
    """The frames of one walk, in order, held against their truth files.

    From the tenth on, each says what is known by then; what earlier frames said of
    the parcels in it has been added up. A walk that the journal has is not done again.
    """
    done = read_journal(journal, PictureOutcome)
    names = [f"{path}#after{n}" for n, path in enumerate(pictures, 1) if n >= FRAMES]
    if names and all(name in done for name in names):
        yield from (done[name] for name in names)
        return
    truths: list[Truth] = []
    try:
        truths = [load_truth(path.with_suffix(".json")) for path in pictures]
        first = truths[0]
        route = Route.load(pictures[0].parent / (first.manifest or "route.csv"))
        route = pad_route(route, pad)
        frames = (open_picture(path) for path in pictures)
        scenes = look_on(frames, pipeline, route, first.stop)
        for number, (scene, truth) in enumerate(zip(scenes, truths, strict=True), 1):
            if number >= FRAMES:
                named = replace(scene, source=names[number - FRAMES])
                outcome = judge(named, truth, route)
                van, eyes = str(pictures[0].parent), described(pipeline)
                told = {"looks": number, "van": van, "eyes": eyes}
                outcome = outcome.model_copy(update=told)
                if outcome.source not in done:
                    keep(journal, outcome)
                yield outcome
    except VaprError as error:
        yield PictureOutcome(source=str(pictures[len(truths)]), error=str(error))
