"""What memory and adding up bring on made rides, with the real detector and readers.

    python tests/endurance/ride_film.py /tmp/film1 --seed 9101 --stops 2
    python tests/endurance/ride_stats.py /tmp/film1 [/tmp/film2 …] [--fps 2]

Each film goes through a ride by its own time. Told per film:
- identified: of the parcels in view that are on the route, the share a frame names, by
  a single picture alone, and by the ride, which adds up looks; the same of those whose
  label faces the camera and is seen for the most part;
- known: of all shown so far at this stop and still in the van, the share with a name
  and a place, in the frame alone, and with what is remembered;
- id switches: how often a parcel got another track within one view;
- seconds from opening a stop to its first right pick; picks that were wrong.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.endurance.ride_film import Moment, frames, load_film
from vapr.geometry import center, inside, iou, quad_of_box
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.session import Session
from vapr.types import Parcel, Scene

Truth = list[dict[str, Any]]
FACING = 0.7  # share of a label that is seen: as everywhere where labels are counted


@dataclass
class Tally:
    """Counts over one film."""

    in_view: int = 0
    alone: int = 0
    added: int = 0
    facing: int = 0
    facing_alone: int = 0
    facing_added: int = 0
    shown: int = 0
    known: int = 0
    remembered: int = 0
    switches: int = 0
    wrong: int = 0
    first_s: dict[str, float | None] = field(default_factory=dict)

    def report(self, name: str) -> str:
        """One paragraph."""
        waits = ", ".join(
            f"stop {stop} {'never' if s is None else f'{s:.1f} s'}"
            for stop, s in self.first_s.items()
        )
        return (
            f"{name}: identified {self.alone / self.in_view:.0%} alone, "
            f"{self.added / self.in_view:.0%} added up (of {self.in_view}); of "
            f"{self.facing} facing {self.facing_alone / self.facing:.0%} and "
            f"{self.facing_added / self.facing:.0%}; known "
            f"{self.known / self.shown:.0%} in the frame, "
            f"{self.remembered / self.shown:.0%} with memory; "
            f"{self.switches} id switches; first pick: {waits}; "
            f"{self.wrong} wrong picks\n"
        )


class Watcher:
    """Holds scenes against the truth of their moment."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._tracks: dict[str, int | None] = {}
        self._seen: set[str] = set()
        self._stop = ""

    def hold(self, moment: Moment, truth: Truth, alone: set[str], scene: Scene) -> None:
        """Count one frame."""
        if moment.stop != self._stop:
            self._stop, self._seen, self._tracks = moment.stop, set(), {}
        self._seen.discard(moment.taken or "")
        wanted = {p["id"] for p in truth}
        self._seen |= wanted
        named = _named(truth, scene.parcels)
        everywhere = {p.id for p in scene if p.id}
        tally = self._tally
        tally.in_view += len(wanted)
        tally.alone += len(alone & wanted)
        tally.added += len(named & wanted)
        facing = {p["id"] for p in truth if _faces(p)}
        tally.facing += len(facing)
        tally.facing_alone += len(alone & facing)
        tally.facing_added += len(named & facing)
        tally.shown += len(self._seen)
        tally.known += len(named & self._seen)
        tally.remembered += len(everywhere & self._seen)
        self._count_switches(truth, scene.parcels)
        for parcel in scene:
            if parcel.verdict == "pick" and not _is_right(truth, parcel):
                tally.wrong += 1
                sys.stdout.write(f"  wrong: {parcel.id} {parcel.box} {moment.name}\n")

    def _count_switches(self, truth: Truth, parcels: Sequence[Parcel]) -> None:
        boxes = [(p.box, p.track) for p in parcels if p.box is not None]
        for one in truth:
            near = [(iou(tuple(one["box"]), box), track) for box, track in boxes]
            overlap, track = max(near, default=(0.0, None))
            if overlap >= 0.5:
                before = self._tracks.setdefault(one["id"], track)
                self._tally.switches += before != track
                self._tracks[one["id"]] = track


def _is_right(truth: Truth, parcel: Parcel) -> bool:
    """Whether its label, or the middle of its box, lies on the parcel it names."""
    if parcel.box is None:
        return False
    label = parcel.label
    point = center(quad_of_box(parcel.box) if label is None else label.quad)
    return any(p["id"] == parcel.id and inside(point, tuple(p["box"])) for p in truth)


def _faces(told: dict[str, Any]) -> bool:
    label = told["label"]
    return bool(label["facing"] and label["visible"] >= FACING)


def _named(truth: Truth, parcels: Sequence[Parcel]) -> set[str]:
    return {p.id for p in parcels if p.id and _is_right(truth, p)}


def watch(folder: Path, pipeline: Pipeline, fps: float) -> Tally:
    """A film through a ride."""
    route, moments, tally = Route.load(folder / "route.csv"), load_film(folder), Tally()
    ride, watcher = Session(pipeline, route), Watcher(tally)
    now, start_s = None, 0.0
    truth, alone = Truth(), set[str]()
    for moment, time_s, image in frames(folder, moments, fps):
        if now is None or moment.stop != now.stop:
            ride.open_stop(moment.stop, time_s)
            start_s, tally.first_s[moment.stop] = time_s, None
        if moment != now:
            truth, now = _truth(folder, moment), moment
            alone = _named(truth, pipeline(image, route, moment.stop).parcels)
        scene = ride.look(image, time_s)
        watcher.hold(moment, truth, alone, scene)
        if tally.first_s[moment.stop] is None and scene.checklist.found:
            tally.first_s[moment.stop] = time_s - start_s
    for event in ride.events():
        sys.stdout.write(f"  {event.time_s:5.1f} {event.kind} {event.key or ''}\n")
    return tally


def _truth(folder: Path, moment: Moment) -> Truth:
    told = json.loads((folder / moment.name).with_suffix(".json").read_text())
    return [
        p
        for p in told["parcels"]
        if p["box"] and p["visible"] >= 0.25 and p["in_manifest"] and p["label"]
    ]


def main() -> int:
    """Run it; 1 when a pick was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--fps", type=float, default=2.0)
    told = parser.parse_args()
    pipeline, wrong = Pipeline.load(), 0
    for folder in told.folders:
        tally = watch(folder, pipeline, told.fps)
        sys.stdout.write(tally.report(folder.name))
        sys.stdout.flush()
        wrong += tally.wrong
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
