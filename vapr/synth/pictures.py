"""Many made pictures into a folder: NAME.jpg, NAME.json and the route beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vapr.errors import UsageError
from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.light import LIGHTINGS, make_lighting
from vapr.synth.loading import make_van
from vapr.synth.manifest import write_route
from vapr.synth.picture import render
from vapr.synth.sensor import make_sensor
from vapr.synth.van import Van
from vapr.synth.view import CAMERAS, make_camera
from vapr.types import Image
from vapr.workers import worker_pool

PER_VAN = 5
_SHARES = (0.28, 0.27, 0.27, 0.18)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What every van of a run needs to know."""

    out: Path
    count: int
    seed: int
    size: tuple[int, int] | None
    assets: Assets


def make_pictures(
    out: Path,
    count: int,
    seed: int,
    size: tuple[int, int] | None = None,
    jobs: int = 1,
    assets: Assets = DEFAULT_ASSETS,
) -> list[Path]:
    """Writes `count` pictures with their truth into `out`; see `each_picture`."""
    return list(each_picture(out, count, seed, size, jobs, assets))


def each_picture(
    out: Path,
    count: int,
    seed: int,
    size: tuple[int, int] | None = None,
    jobs: int = 1,
    assets: Assets = DEFAULT_ASSETS,
) -> Iterator[Path]:
    """Writes pictures with their truth into `out`, five of each van, one by one.

    Each van has its own route, `route-N.csv`, which the truth names. `size` is
    (width, height); left out, it varies from 640 to 960 px at the long side. Pictures
    that are there already are kept, so an interrupted run goes on. `jobs` is the
    number of processes. Gives the path of each picture as it is done.

    Raises:
        UsageError: `count` or `jobs` is less than one.
    """
    if count < 1 or jobs < 1:
        raise UsageError("count and jobs must be at least 1")
    out.mkdir(parents=True, exist_ok=True)
    vans = range(-(-count // PER_VAN))
    work = partial(_one_van, _Batch(out, count, seed, size, assets))
    if jobs == 1:
        for number in vans:
            yield from work(number)
        return
    with worker_pool(jobs) as pool:
        for made in pool.map(work, vans):
            yield from made


def _one_van(batch: _Batch, number: int) -> list[Path]:
    cv2.setNumThreads(1)
    first = number * PER_VAN
    wanted = range(first, min(first + PER_VAN, batch.count))
    paths = [batch.out / f"{index:05d}.jpg" for index in wanted]
    if all(path.with_suffix(".json").exists() for path in paths):
        return paths
    van = make_van(batch.seed * 100_003 + number, None, batch.assets)
    write_route(van.rows, batch.out / f"route-{number:04d}.csv")
    for index in wanted:
        _one_picture(batch, van, number, index)
    return paths


def _draw_size(rng: np.random.Generator, camera: str) -> tuple[int, int]:
    long = int(rng.choice([640, 800, 960], p=[0.35, 0.25, 0.4]))
    ratio = float(rng.choice([3 / 4, 9 / 16]))
    short = round(long * ratio / 2) * 2
    upright = camera in ("aisle", "close", "rear") and rng.random() < 0.3
    return (short, long) if upright else (long, short)


def _one_picture(batch: _Batch, van: Van, number: int, index: int) -> None:
    rng = np.random.default_rng([batch.seed, index, 1313])
    own = int(rng.integers(1 << 30))
    name = str(rng.choice(CAMERAS, p=_SHARES))
    light = str(rng.choice(LIGHTINGS, p=[0.28, 0.24, 0.24, 0.16, 0.08]))
    size = batch.size or _draw_size(rng, name)
    camera = make_camera(van, name, size, own)
    lighting = make_lighting(light, van.size, camera.eye, camera.target, own)
    sensor = make_sensor(own, light)
    picture, truth = render(van, camera, lighting, own, sensor)
    if not truth["parcels"] and rng.random() < 0.9:
        # the camera stood against something: look from the rear door instead
        camera = make_camera(van, "rear", camera.size, own)
        picture, truth = render(van, camera, lighting, own, sensor)
    truth["manifest"] = f"route-{number:04d}.csv"
    save(batch.out / f"{index:05d}.jpg", picture, truth, sensor.jpeg)


def save(path: Path, picture: Image, truth: dict[str, Any], quality: int) -> None:
    """Writes a picture as JPEG and its truth beside it."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    path.with_suffix(".json").write_text(json.dumps(truth), encoding="utf-8")
