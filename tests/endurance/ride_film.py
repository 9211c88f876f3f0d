"""A made ride as a film: at each stop a hand-held view, its parcels taken one by one.

    python tests/endurance/ride_film.py FOLDER --seed 9001 --stops 3 [--video]

Writes `NNN.jpg` with truth beside each, `route.csv` and `film.json`: what is shown from
when to when, and which deed lies between. `--video` adds `film.mjpeg`, in which every
picture is held with a camera's shake and noise: Chromium takes it for its camera.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from vapr.media import encode_jpeg, open_picture
from vapr.synth.camera import Camera
from vapr.synth.light import make_lighting
from vapr.synth.loading import make_van
from vapr.synth.manifest import write_route
from vapr.synth.picture import render
from vapr.synth.pictures import save
from vapr.synth.sensor import make_sensor
from vapr.synth.van import Van
from vapr.types import Image

Vector3 = NDArray[np.float64]
FIRST_S, NEXT_S = 6.0, 4.0  # for how long a stop is looked at, and again after a deed
AWAY_M = (0.75, 1.05)  # from the parcel that is looked for
SHAKE_PX = 1.5
PLAYED_FPS = 30  # by Chromium


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture of the film: what is seen from `start_s` on; `taken` just before."""

    name: str
    start_s: float
    end_s: float
    stop: str
    taken: str | None = None


def make_film(out: Path, seed: int, stops: int, size: tuple[int, int]) -> list[Moment]:
    """Render the pictures of a ride and write what happens when."""
    out.mkdir(parents=True, exist_ok=True)
    van = make_van(seed, 60)
    write_route(van.rows, out / "route.csv")
    moments: list[Moment] = []
    for stop in _stops_in(van):
        keys = [x.key for x in van.loads if x.in_manifest and x.row.stop == stop]
        camera, seen = _best_view(replace(van, stop=stop), keys, size, seed)
        if not seen or len({moment.stop for moment in moments}) == stops:
            continue
        for taken in (None, *keys):
            van = replace(van if taken is None else van.without([taken]), stop=stop)
            start_s = moments[-1].end_s if moments else 0.0
            end_s = start_s + (FIRST_S if taken is None else NEXT_S)
            name = f"{len(moments):03d}.jpg"
            moments.append(Moment(name, start_s, end_s, stop, taken))
            _render(van, camera, out / name, seed)
            rows = [asdict(moment) for moment in moments]
            (out / "film.json").write_text(json.dumps(rows, indent=1))
    return moments


def load_film(folder: Path) -> list[Moment]:
    """The moments of a film that was made before."""
    return [Moment(**row) for row in json.loads((folder / "film.json").read_text())]


def frames(
    folder: Path, moments: list[Moment], fps: float
) -> Iterator[tuple[Moment, float, Image]]:
    """Every frame with its moment and time: held in a hand, with the sensor's noise."""
    rng = np.random.default_rng(5)
    time_s = moments[0].start_s
    for moment in moments:
        still = open_picture(folder / moment.name)
        height, width = still.shape[:2]
        while time_s < moment.end_s - 1e-6:
            sway = SHAKE_PX * np.array([np.sin(time_s * 2.1), np.cos(time_s * 1.3)])
            shift = np.array([[1, 0, sway[0]], [0, 1, sway[1]]])
            moved = cv2.warpAffine(
                still, shift, (width, height), borderMode=cv2.BORDER_REPLICATE
            )
            noise = rng.normal(0, 2, (height, width, 1)).astype(np.float32)
            yield moment, time_s, np.clip(moved + noise, 0, 255).astype(np.uint8)
            time_s += 1 / fps


def write_video(folder: Path, moments: list[Moment], fps: int = 6) -> Path:
    """The film as JPEGs end to end, which is what Chromium plays as a camera.

    It plays 30 a second, whatever they were made for.
    """
    path = folder / "film.mjpeg"
    with path.open("wb") as file:
        for _, _, image in frames(folder, moments, fps):
            file.write(encode_jpeg(image, 90) * (PLAYED_FPS // fps))
    return path


def _stops_in(van: Van) -> list[str]:
    here = {load.row.stop for load in van.loads if load.in_manifest}
    return [s for s in dict.fromkeys(row.stop for row in van.rows) if s in here]


def _best_view(
    van: Van, keys: list[str], size: tuple[int, int], seed: int
) -> tuple[Camera, int]:
    """Where a driver would hold it: most of the stop's labels, and others around.

    Returns:
        The camera, and how many of the stop's labels it sees.
    """
    small = (size[0] // 4, size[1] // 4)
    best: tuple[tuple[int, int], Camera] | None = None
    for key in keys:
        at = next(np.array(load.pose.at) for load in van.loads if load.key == key)
        for along in (-0.5, 0.0, 0.5):
            for away in AWAY_M:
                camera = _before(van, at, along, away, size)
                small_one = replace(camera, size=small)
                worth = _labels_seen(_shot(van, small_one, seed)[1], keys)
                if best is None or worth > best[0]:
                    best = (worth, camera)
    if best is None:
        raise AssertionError("a stop has parcels")
    return best[1], best[0][0]


def _labels_seen(truth: dict[str, Any], keys: list[str]) -> tuple[int, int]:
    shown = [p for p in truth["parcels"] if p["label"] and p["label"]["facing"]]
    shown = [p for p in shown if p["label"]["visible"] > 0.9 and p["visible"] > 0.7]
    return sum(p["id"] in keys for p in shown), len(shown)


def _before(
    van: Van, at: Vector3, along: float, away: float, size: tuple[int, int]
) -> Camera:
    """Held in the aisle before a place, turned to it from so far along the van."""
    aisle = np.array([van.size[0] / 2, at[1] + along, at[2] + 0.35]) - at
    eye = at + aisle * away / float(np.linalg.norm(aisle))
    ex, ey, ez = (float(v) for v in eye)
    tx, ty, tz = (float(v) for v in at)
    return Camera((ex, ey, ez), (tx, ty, tz), size, 62.0, 1.0, 1.0, "aisle")


def _shot(van: Van, camera: Camera, seed: int) -> tuple[Image, dict[str, Any]]:
    lighting = make_lighting("day", van.size, camera.eye, camera.target, seed)
    return render(van, camera, lighting, seed, make_sensor(seed, "day"))


def _render(van: Van, camera: Camera, path: Path, seed: int) -> None:
    picture, truth = _shot(van, camera, seed)
    save(path, picture, truth, make_sensor(seed, "day").jpeg)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=9001)
    parser.add_argument("--stops", type=int, default=3)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--video", action="store_true")
    told = parser.parse_args()
    width, height = (int(n) for n in told.size.split("x"))
    moments = make_film(told.folder, told.seed, told.stops, (width, height))
    if told.video:
        write_video(told.folder, moments)
    sys.stdout.write(f"{len(moments)} moments, {moments[-1].end_s:g} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
