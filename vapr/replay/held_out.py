"""Vans nobody trained on: each picture is made, evaluated and dropped again.

Every van has a route of 300 items. A picture is read once and decided with every stop
open in turn, so each parcel it identifies gives one pick verdict: with its own stop
open. Shots are ordered so that a run that is stopped early has seen every van.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from vapr.evaluate import (
    EvalSettings,
    PictureOutcome,
    Truth,
    default_pipeline,
    evaluate_image,
    judge,
    run_journaled,
)
from vapr.replay.made import as_route, as_truth
from vapr.replay.walks import FRAMES, look_on
from vapr.route import Route
from vapr.synth import (
    LIGHTINGS,
    Camera,
    Van,
    make_camera,
    make_lighting,
    make_route,
    make_sensor,
    make_van,
    render,
)
from vapr.types import Image

HD, UHD = (1920, 1080), (3840, 2160)
ITEMS = 300
PER_STOP = 2
SHARES = (0.28, 0.24, 0.24, 0.16, 0.08)  # of `LIGHTINGS`, as in training
LOADS = (60, 290, 100, 80)  # parcels in a van, in turn; 290 are a morning's
EVERY_VAN = (("close", 0), ("rear", 0))
LATER = (("aisle", 0), ("close", 1), ("bulkhead", 0), ("sweep", 0), ("aisle", 1))
SHARP_VANS, WATCHED_VANS, CORNER_VANS = 8, 8, 4
_NAME = re.compile(r"made (\d+)/(\d+)/([a-z]+)(\d+)-(\d+)x(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of one made van; of several `frames`, the last one is judged.

    `turn` tells shots of one camera apart, `corners` also reads at true corners.
    """

    seed: int
    van: int
    camera: str
    size: tuple[int, int] = HD
    turn: int = 0
    frames: int = 1
    corners: bool = False

    @property
    def name(self) -> str:
        """What the shot is called in a journal; tells it from every other."""
        width, height = self.size
        shot = f"{self.camera}{self.turn}-{width}x{height}-{self.frames}"
        return f"made {self.seed}/{self.van:04d}/{shot}"


def held_out_shots(seed: int, vans: int) -> list[Shot]:
    """The shots of an accuracy table, in the order in which they are worth most."""
    numbers = range(vans)
    first = [
        Shot(seed, van, camera, HD, turn, corners=van % CORNER_VANS == 0)
        for van in numbers
        for camera, turn in EVERY_VAN
    ]
    sharp = [
        Shot(seed, van, camera, UHD)
        for van in numbers[:SHARP_VANS]
        for camera in ("rear", "aisle", "bulkhead")
    ]
    watched = [
        Shot(seed, van, ("rear", "aisle")[van % 2], HD, 9, frames)
        for van in numbers[:WATCHED_VANS]
        for frames in (1, FRAMES)
    ]
    later = [
        Shot(seed, van, camera, HD, turn, corners=van % CORNER_VANS == 0)
        for van in numbers
        for camera, turn in LATER
    ]
    head = len(first) // 4  # a little of everything comes early
    return [*first[:head], *sharp, *watched, *first[head:], *later]


def evaluate_shots(
    shots: Sequence[Shot], workers: int, journal: Path | None = None
) -> Generator[PictureOutcome]:
    """Every shot made and evaluated, those in the journal not again.

    Raises:
        InputError: the journal is none.
    """
    jobs = [(shot.name, shot) for shot in shots]
    yield from run_journaled(evaluate_shot, jobs, workers, journal, PictureOutcome)


def evaluate_shot(shot: Shot) -> PictureOutcome:
    """Makes a shot and holds what vapr says of it against its truth."""
    van, route = _van(shot.seed, shot.van)
    pipeline = default_pipeline()
    if shot.frames == 1:
        image, truth = _picture(van, shot, 0)
        settings = EvalSettings(corners=shot.corners)
        outcome = evaluate_image(image, truth, (pipeline, route), settings)
    else:
        pairs = [_picture(van, shot, number) for number in range(shot.frames)]
        *_, truth = (pair[1] for pair in pairs)
        frames = (pair[0] for pair in pairs)
        *_, scene = look_on(frames, pipeline, route, truth.stop)
        outcome = judge(scene, truth, route)
    seen = {"source": shot.name, "van": f"{shot.seed}/{shot.van}"}
    return outcome.model_copy(update={**seen, "looks": shot.frames})


def remake(name: str) -> tuple[Image, Route, str | None] | None:
    """The picture of a shot's name again, its route and open stop; None: no shot."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    seed, van, camera, turn, width, height, frames = found.groups()
    size = (int(width), int(height))
    shot = Shot(int(seed), int(van), camera, size, int(turn), int(frames))
    state, route = _van(shot.seed, shot.van)
    image, truth = _picture(state, shot, shot.frames - 1)
    return image, route, truth.stop


@lru_cache(maxsize=4)
def _van(seed: int, number: int) -> tuple[Van, Route]:
    """A van, and its route of 300 items: its own manifest and further stops."""
    own = seed * 100_003 + number
    load = LOADS[number % len(LOADS)]
    van = make_van(own, load, full=load > 200)
    more = make_route(own + 7_000_000, ITEMS // PER_STOP, ITEMS)
    rows = {row.tracking: row for row in van.rows}
    last = max(int(row.stop) for row in van.rows)
    for row in more:
        if len(rows) < ITEMS and row.tracking not in rows:
            rows[row.tracking] = replace(row, stop=str(last + int(row.stop)))
    return van, as_route(rows.values())


def _picture(van: Van, shot: Shot, frame: int) -> tuple[Image, Truth]:
    own = shot.seed * 1_000_003 + shot.van * 101 + shot.turn * 11
    own += sum(map(ord, shot.camera)) + shot.size[0]
    rng = np.random.default_rng([own, 1717])
    light = str(rng.choice(LIGHTINGS, p=SHARES))
    camera = make_camera(van, shot.camera, shot.size, own)
    lighting = make_lighting(light, van.size, camera.eye, camera.target, own)
    camera = _shifted(camera, own, frame)
    image, truth = render(van, camera, lighting, own + frame, make_sensor(own, light))
    return image, as_truth(truth)


def _shifted(camera: Camera, seed: int, frame: int) -> Camera:
    """The camera a pixel or less aside: a hand, or a van on its springs."""
    if frame == 0:
        return camera
    rng = np.random.default_rng([seed, frame, 1818])
    away = float(np.linalg.norm(np.subtract(camera.target, camera.eye)))
    x, y, z = rng.uniform(-1, 1, 3) * (away / camera.focal) + camera.target
    return replace(camera, target=(float(x), float(y), float(z)))
