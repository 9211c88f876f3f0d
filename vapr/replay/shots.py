"""Pictures of vans nobody trained on, each made from its name alone.

Every van has a route of 300 items. Shots are ordered van by van, loads and cameras
taking turns, so that a run that is stopped early has seen a little of everything. With
a folder given, a picture is made once and kept there, without loss.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from vapr.evaluate import Truth
from vapr.media import open_picture, save_picture
from vapr.replay.made import as_route, as_truth
from vapr.replay.walks import FRAMES
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
HD_PAIRS = (("rear", "aisle"), ("bulkhead", "close"))
UHD_TURNS = ("bulkhead", "rear", "bulkhead", "aisle", "bulkhead", "close")
MORE_AISLES = 6  # by far the most picks for their time, of every van
CORNER_VANS, WATCHED_VANS = 9, 25  # every how many; neither divides into the loads
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
    """The shots of an accuracy table, van by van."""
    return [shot for van in range(vans) for shot in _shots_of(seed, van)]


def _shots_of(seed: int, van: int) -> Iterator[Shot]:
    """Two pictures at 1080p, of every second van one at 4K; some views after ten.

    Then some more from the aisle, to have many picks soon.
    """
    turn = van + van // len(LOADS)  # so that every load meets every camera
    corners = van % CORNER_VANS == 0
    for camera in HD_PAIRS[turn % len(HD_PAIRS)]:
        yield Shot(seed, van, camera, HD, 0, 1, corners)
    if turn // 2 % 2 == 0:
        camera = UHD_TURNS[turn // 4 % len(UHD_TURNS)]
        yield Shot(seed, van, camera, UHD, 0, 1, corners)
    if van % WATCHED_VANS == 1:
        camera = ("rear", "aisle")[van // WATCHED_VANS % 2]
        yield Shot(seed, van, camera, HD, 9, 1)
        yield Shot(seed, van, camera, HD, 9, FRAMES)
    for more in range(1, 1 + MORE_AISLES):
        yield Shot(seed, van, "aisle", HD, more, 1)


def shot_of(name: str) -> Shot | None:
    """The shot of that name; None if it is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    seed, van, camera, turn, width, height, frames = found.groups()
    size = (int(width), int(height))
    return Shot(int(seed), int(van), camera, size, int(turn), int(frames))


@lru_cache(maxsize=4)
def van_of(seed: int, number: int) -> tuple[Van, Route]:
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


def picture_of(
    shot: Shot, frame: int = 0, folder: Path | None = None
) -> tuple[Image, Truth]:
    """A frame of a shot with its truth: from the folder, or made and kept there."""
    if folder is None:
        image, written = _made(shot, frame)
        return image, as_truth(written)
    # the first frame of ten is the picture of the same view looked at once
    one = replace(shot, frames=1).name.removeprefix("made ").replace("/", "-")
    kept = folder / f"{one}-frame{frame}.json"
    if not kept.exists():
        _keep(kept, *_made(shot, frame))
    truth = as_truth(json.loads(kept.read_text("utf-8")))
    return open_picture(kept.with_suffix(".png")), truth


def _keep(path: Path, image: Image, written: dict[str, Any]) -> None:
    """Writes a picture, then its truth: what has a truth is whole."""
    save_picture(image, path.with_suffix(".png"))
    half = path.with_suffix(".half")
    half.write_text(json.dumps(written), "utf-8")
    half.replace(path)


def _made(shot: Shot, frame: int) -> tuple[Image, dict[str, Any]]:
    van, _ = van_of(shot.seed, shot.van)
    own = shot.seed * 1_000_003 + shot.van * 101 + shot.turn * 11
    own += sum(map(ord, shot.camera)) + shot.size[0]
    rng = np.random.default_rng([own, 1717])
    light = str(rng.choice(LIGHTINGS, p=SHARES))
    camera = make_camera(van, shot.camera, shot.size, own)
    lighting = make_lighting(light, van.size, camera.eye, camera.target, own)
    camera = _shifted(camera, own, frame)
    return render(van, camera, lighting, own + frame, make_sensor(own, light))


def _shifted(camera: Camera, seed: int, frame: int) -> Camera:
    """The camera a pixel or less aside: a hand, or a van on its springs."""
    if frame == 0:
        return camera
    rng = np.random.default_rng([seed, frame, 1818])
    away = float(np.linalg.norm(np.subtract(camera.target, camera.eye)))
    x, y, z = rng.uniform(-1, 1, 3) * (away / camera.focal) + camera.target
    return replace(camera, target=(float(x), float(y), float(z)))
