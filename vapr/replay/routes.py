"""A made van over its route: what each camera would have shown at each stop."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from vapr.evaluate import Truth, default_pipeline, score_scene
from vapr.evaluate.outcomes import Kept
from vapr.replay.made import as_route, as_truth
from vapr.route import Route
from vapr.synth import (
    Camera,
    Van,
    make_camera,
    make_lighting,
    make_sensor,
    make_van,
    render,
    sweep_cameras,
)
from vapr.types import Scene

HD, UHD = (1920, 1080), (3840, 2160)
ITEMS = 300
DRIVES_PER_SHIFT = 10  # the load has slid by a few centimetres after so many
SETUPS = ("rear 1080p", "ceiling 4K", "hand-held sweep")
LIGHTS = ("day", "mixed", "dome")
GOLDEN = 0.6180339887498949  # its multiples fill 0..1 evenly at any time


class SetupOutcome(Kept):
    """What one set-up did at one stop; `source` is its name.

    `found` keys were marked to be taken, `excluded` rightly left; `wrong` marks lay
    on parcels of other stops, `wrong_leaves` on the stop's own.
    """

    found: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    wrong: int = 0
    wrong_leaves: int = 0


class StopOutcome(Kept):
    """One stop: `due` keys, all `loads` in the van, those `visible` from the aisle."""

    van: int
    stop: str
    number: int
    due: tuple[str, ...]
    loads: tuple[str, ...]
    visible: tuple[str, ...]
    setups: tuple[SetupOutcome, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of one van: the `number`th of its route, counted from 0."""

    seed: int
    number: int

    @property
    def name(self) -> str:
        """What it is called in a journal."""
        return f"replay {self.seed}/{self.number:03d}"


def sample_visits(
    seed: int, stops: int, of: int = 150, vans: int | None = None
) -> list[Visit]:
    """Stops spread evenly over whole routes, from the full van to the last parcels.

    Each is of a van of its own, or of `vans` in turn: stops of one van are no
    independent witnesses. The order is such that whatever is done of it is spread, too.
    """
    spread = [of * (2 * i + 1) // (2 * stops) for i in range(stops)]
    order = sorted(range(stops), key=lambda i: i * GOLDEN % 1)
    return [Visit(seed + i % (vans or stops), spread[i]) for i in order]


def replay_visit(visit: Visit) -> StopOutcome:
    """Drives to a stop and looks with every set-up."""
    van, route, taken = _arrived(visit)
    due = tuple(x.key for x in van.loads if x.in_manifest and x.row.stop == van.stop)
    visible: set[str] = set()
    setups = []
    for name in SETUPS:
        seen = SetupOutcome(source=name)
        for scene, truth in _looks(visit, van, (route, taken), name):
            seen = _add(seen, scene, truth)
            visible |= _readable(truth) if name == SETUPS[2] else set()
        setups.append(seen)
    return StopOutcome(
        source=visit.name,
        van=visit.seed,
        stop=van.stop,
        number=visit.number,
        due=due,
        loads=tuple(x.key for x in van.loads),
        visible=tuple(sorted(visible)),
        setups=tuple(setups),
    )


@lru_cache(maxsize=2)
def _start(seed: int) -> tuple[Van, Route]:
    van = make_van(seed * 100_003 + 17, ITEMS, full=True)
    return van, as_route(van.rows)


def _arrived(visit: Visit) -> tuple[Van, Route, frozenset[str]]:
    """The van when it gets to a stop: served parcels gone, the rest shaken."""
    van, route = _start(visit.seed)
    taken: list[str] = []
    for number, stop in enumerate(route.stops[: visit.number]):
        keys = [item.key for item in stop.items]
        van = van.without(keys)
        taken += keys
        if number % DRIVES_PER_SHIFT == DRIVES_PER_SHIFT - 1:
            van = van.shifted(number)
    here = route.stops[visit.number].id
    return replace(van, stop=here), route, frozenset(taken)


def _cameras(visit: Visit, van: Van, setup: str) -> list[Camera]:
    own = visit.seed * 1009 + visit.number
    if setup == SETUPS[0]:  # held anew at every stop
        return [make_camera(van, "rear", HD, own)]
    if setup == SETUPS[1]:  # screwed to the roof
        return [make_camera(van, "bulkhead", UHD, visit.seed)]
    return sweep_cameras(van, HD, own)


def _looks(
    visit: Visit, van: Van, ride: tuple[Route, frozenset[str]], setup: str
) -> Iterator[tuple[Scene, Truth]]:
    (route, taken), pipeline = ride, default_pipeline()
    own = visit.seed * 1009 + visit.number
    light = LIGHTS[visit.seed % len(LIGHTS)]
    for turn, camera in enumerate(_cameras(visit, van, setup)):
        lighting = make_lighting(light, van.size, camera.eye, camera.target, visit.seed)
        sensor = make_sensor(visit.seed, light)
        image, truth = render(van, camera, lighting, own * 31 + turn, sensor)
        yield pipeline(image, route, van.stop, taken=taken), as_truth(truth)


def _add(seen: SetupOutcome, scene: Scene, truth: Truth) -> SetupOutcome:
    marks = score_scene(scene, truth)
    right = [m for m in marks if m.mark == "right" and m.true]
    wrong = [m for m in marks if m.mark == "wrong"]
    found = {m.true or "" for m in right if m.verdict == "pick"} | {*seen.found}
    left = {m.true or "" for m in right if m.verdict == "leave"} | {*seen.excluded}
    return seen.model_copy(
        update={
            "found": tuple(sorted(found)),
            "excluded": tuple(sorted(left)),
            "wrong": seen.wrong + sum(m.verdict == "pick" for m in wrong),
            "wrong_leaves": seen.wrong_leaves
            + sum(m.verdict == "leave" for m in wrong),
        }
    )


def _readable(truth: Truth) -> set[str]:
    """Parcels whose labels a person in the aisle can see."""
    return {p.id for p in truth.parcels if p.id and p.label and p.label.counts}
