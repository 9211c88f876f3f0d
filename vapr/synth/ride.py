"""One van over a whole ride: the load shrinks and slides, the numbers stay."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from vapr.errors import UsageError
from vapr.synth.assets import DEFAULT_ASSETS, Assets
from vapr.synth.light import make_lighting
from vapr.synth.loading import make_van
from vapr.synth.manifest import write_route
from vapr.synth.picture import render
from vapr.synth.pictures import save
from vapr.synth.sensor import make_sensor
from vapr.synth.van import Van
from vapr.synth.view import make_camera

LOOKS = ("bulkhead", "rear")
SECONDS_PER_STOP = 180.0


def make_ride(
    out: Path,
    stops: int,
    seed: int,
    size: tuple[int, int] = (1280, 720),
    assets: Assets = DEFAULT_ASSETS,
) -> list[Path]:
    """Writes the pictures of a ride into `out`; see `each_moment`."""
    return list(each_moment(out, stops, seed, size, assets))


def each_moment(
    out: Path,
    stops: int,
    seed: int,
    size: tuple[int, int] = (1280, 720),
    assets: Assets = DEFAULT_ASSETS,
) -> Iterator[Path]:
    """Drives a made van to its first `stops` stops, two pictures at each.

    The ceiling camera stays where it is; the one at the rear door is held anew at each
    stop. After the pictures the stop's parcels are taken, and on the way to the next
    one the load slides. `route.csv` is the manifest, `ride.json` what happened when:
    [{"time_s", "event": "open_stop" | "take" | "close_stop", "stop", "key"}].

    Raises:
        UsageError: `stops` is less than one.
    """
    if stops < 1:
        raise UsageError("a ride needs at least one stop")
    out.mkdir(parents=True, exist_ok=True)
    van = make_van(seed, 60, assets)
    write_route(van.rows, out / "route.csv")
    light = ("day", "mixed", "dome")[seed % 3]
    here = {load.row.stop for load in van.loads if load.in_manifest}
    order = list(dict.fromkeys(row.stop for row in van.rows))
    events: list[dict[str, object]] = []
    for number, stop in enumerate([s for s in order if s in here][:stops]):
        time_s = number * SECONDS_PER_STOP
        van = replace(van, stop=stop)
        for which, name in enumerate(LOOKS):
            path = out / f"{number:03d}_{name}.jpg"
            _take_picture(van, path, (name, light), (seed, number, size))
            events += [_event(time_s, "open_stop", stop)] if which == 0 else []
            yield path
        taken = [x.key for x in van.loads if x.in_manifest and x.row.stop == stop]
        events += [_event(time_s + 30, "take", stop, key) for key in taken]
        events.append(_event(time_s + 60, "close_stop", stop))
        (out / "ride.json").write_text(json.dumps(events, indent=1), encoding="utf-8")
        van = van.without(taken).shifted(number)


def _event(time_s: float, event: str, stop: str, key: str = "") -> dict[str, object]:
    named = {"key": key} if key else {}
    return {"time_s": time_s, "event": event, "stop": stop, **named}


def _take_picture(
    van: Van,
    path: Path,
    view: tuple[str, str],
    when: tuple[int, int, tuple[int, int]],
) -> None:
    (name, light), (seed, number, size) = view, when
    fixed = seed if name == "bulkhead" else seed * 1009 + number
    camera = make_camera(van, name, size, fixed)
    lighting = make_lighting(light, van.size, camera.eye, camera.target, seed)
    sensor = make_sensor(seed, light)
    picture, truth = render(van, camera, lighting, seed * 1009 + number, sensor)
    truth["time_s"] = number * SECONDS_PER_STOP
    save(path, picture, truth, sensor.jpeg)
