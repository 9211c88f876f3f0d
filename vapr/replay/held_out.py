"""Held-out shots through the product: each is looked at and held against its truth.

A picture is read once and decided with every stop of its route open in turn, so each
parcel it identifies gives one pick verdict: with its own stop open.
"""

from dataclasses import dataclass
from pathlib import Path

from vapr.evaluate import (
    EvalSettings,
    PictureOutcome,
    default_pipeline,
    described,
    evaluate_image,
    judge,
)
from vapr.replay.shots import Shot, picture_of, shot_of, van_of
from vapr.replay.walks import look_on
from vapr.route import Route
from vapr.types import Image


@dataclass(frozen=True, slots=True)
class ShotSettings:
    """How shots are evaluated.

    `pictures` is a folder that keeps what is made; `text` says whether print is read.
    """

    pictures: Path | None = None
    text: bool = False


def evaluate_shot(settings: ShotSettings, shot: Shot) -> PictureOutcome:
    """Holds what vapr says of a shot against its truth."""
    _, route = van_of(shot.seed, shot.van)
    pipeline = default_pipeline(text=settings.text)
    pairs = (picture_of(shot, n, settings.pictures) for n in range(shot.frames))
    if shot.frames == 1:
        ((image, truth),) = pairs
        how = EvalSettings(corners=shot.corners, text=settings.text)
        outcome = evaluate_image(image, truth, (pipeline, route), how)
    else:
        frames = list(pairs)
        truth = frames[-1][1]
        images = (image for image, _ in frames)
        *_, scene = look_on(images, pipeline, route, truth.stop)
        outcome = judge(scene, truth, route)
    seen = {"source": shot.name, "van": f"{shot.seed}/{shot.van}"}
    looked = {"looks": shot.frames, "eyes": described(pipeline)}
    return outcome.model_copy(update={**seen, **looked})


def remake(name: str) -> tuple[Image, Route, str | None] | None:
    """The picture of a shot's name again, its route and open stop; None: no shot."""
    shot = shot_of(name)
    if shot is None:
        return None
    image, truth = picture_of(shot, shot.frames - 1)
    return image, van_of(shot.seed, shot.van)[1], truth.stop
