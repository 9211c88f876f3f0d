"""One made van over its ride with every set-up: what is seen, and what is remembered.

Two sessions see the same pictures of a set-up: one rides along from the first parcel
that is loaded, the other is new at every stop and remembers nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from vapr.evaluate import Truth, default_pipeline, score_scene
from vapr.pipeline import Found, Pipeline
from vapr.read import Reading
from vapr.read.decode import Barcode
from vapr.replay.made import as_truth
from vapr.replay.outcomes import (
    CEILING,
    SETUPS,
    SWEEP,
    Recalled,
    RideOutcome,
    SetupOutcome,
    StopOutcome,
    remembering,
)
from vapr.replay.places import shelf_areas, shelved, shown
from vapr.replay.routes import Moment, Plan, full_van, moments_of
from vapr.replay.setups import View, views_at, views_of_loading
from vapr.route import Route
from vapr.session import Area, RideSettings, Session
from vapr.synth import Van, make_lighting, make_sensor, render
from vapr.types import Image, Quad, Scene

LIGHTS = ("day", "mixed", "dome")
LOOK_S = 2.0  # between two pictures of one sweep


def replay_ride(plan: Plan) -> RideOutcome:
    """Loads a van, drives it to the stops of a plan, and looks with every set-up."""
    _, route = full_van(plan.seed)
    riders = [_Rider(name, plan, route) for name in SETUPS]
    stops = []
    for moment in moments_of(plan):
        if moment.stop is None:
            for rider in riders:
                rider.watch_loading(moment)
            continue
        visible: set[str] = set()
        setups: list[SetupOutcome] = []
        for rider in riders:
            fresh, along, seen = rider.arrive(moment)
            setups += [fresh, along]
            visible |= seen if rider.name == SWEEP else set()
        stops.append(_stop_outcome(plan, moment, visible, setups))
    return RideOutcome(source=plan.name, stops=tuple(stops))


def _stop_outcome(
    plan: Plan, moment: Moment, visible: set[str], setups: Sequence[SetupOutcome]
) -> StopOutcome:
    loads = moment.van.loads
    due = [x.key for x in loads if x.in_manifest and x.row.stop == moment.stop]
    return StopOutcome(
        van=plan.seed,
        stop=moment.stop or "",
        number=moment.number,
        due=tuple(due),
        loads=tuple(x.key for x in loads),
        visible=tuple(sorted(visible)),
        setups=tuple(setups),
    )


class _Once:
    """The stages of a pipeline for sessions that look at the same picture."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._image: Image | None = None
        self._found = Found(())
        self._read: dict[Quad, Reading] = {}

    def find(self, image: Image, route: Route, *, loose: bool = True) -> Found:
        """What the pipeline finds, once in a picture."""
        if image is not self._image:
            self._image, self._read = image, {}
            self._found = self._pipeline.find(image, route, loose=loose)
        return self._found

    def read(
        self,
        image: Image,
        quads: Sequence[Quad],
        route: Route,
        codes: Sequence[Barcode] = (),
    ) -> list[Reading]:
        """What the pipeline reads, once of each label."""
        new = [quad for quad in quads if quad not in self._read]
        readings = self._pipeline.read(image, new, route, codes)
        self._read.update(zip(new, readings, strict=True))
        return [self._read[quad] for quad in quads]


@dataclass(slots=True)
class _Rider:
    """A set-up over a ride; it notes in which of its pictures each item was last."""

    name: str
    plan: Plan
    route: Route
    areas: tuple[Area, ...] = ()
    served: int = 0
    last_view: dict[str, View] = field(default_factory=dict)
    stages: _Once = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        if self.name == CEILING:  # it stays where it is: its shelves have names
            van, _ = full_van(self.plan.seed)
            (view,) = views_at(self.name, van, self.plan.seed, 0)
            self.areas = shelf_areas(van, view.camera)
        self.stages = _Once(default_pipeline())
        self.session = self._new_session()

    def watch_loading(self, moment: Moment) -> None:
        """Look at what was just put in."""
        van, views = views_of_loading(self.name, moment, self.plan.seed)
        for view, time_s, image, _ in self._pictures(views, replace(moment, van=van)):
            self._note(view, self.session.look(image, time_s))

    def arrive(self, moment: Moment) -> tuple[SetupOutcome, SetupOutcome, set[str]]:
        """Look at a stop afresh and with memory; and the labels an eye can read."""
        afresh = self._new_session()
        self._come(afresh, moment, 0)
        self._come(self.session, moment, self.served)
        self.served = moment.number
        views = views_at(self.name, moment.van, self.plan.seed, moment.number)
        recalled = tuple(self._recalled(moment, views))
        fresh = SetupOutcome(source=self.name)
        along = SetupOutcome(source=remembering(self.name), recalled=recalled)
        visible: set[str] = set()
        for view, time_s, image, truth in self._pictures(views, moment):
            fresh = _add(fresh, afresh.look(image, time_s), truth)
            scene = self.session.look(image, time_s)
            along = _add(along, scene, truth)
            self._note(view, scene)
            visible |= _readable(truth)
        return fresh, along, visible

    def _new_session(self) -> Session:
        settings = RideSettings(areas=self.areas, reads_per_look=1000)
        return Session(self.stages, self.route, settings=settings)

    def _come(self, session: Session, moment: Moment, first: int) -> None:
        """Hand over what was served from a stop on, unseen, and open this one."""
        session.lose_camera(moment.time_s)
        for stop in self.route.stops[first : moment.number]:
            session.open_stop(stop.id)
            for item in stop.items:
                session.take(item.key)
        session.open_stop(moment.stop or "", moment.time_s)

    def _pictures(
        self, views: Sequence[View], moment: Moment
    ) -> Iterator[tuple[View, float, Image, Truth]]:
        seed = self.plan.seed
        light = LIGHTS[seed % len(LIGHTS)]
        for turn, view in enumerate(views):
            camera, size = view.camera, moment.van.size
            lighting = make_lighting(light, size, camera.eye, camera.target, seed)
            own = abs((seed * 1009 + moment.number) * 31 + turn)
            image, truth = render(
                moment.van, camera, lighting, own, make_sensor(seed, light)
            )
            yield view, moment.time_s + LOOK_S * turn, image, as_truth(truth)

    def _note(self, view: View, scene: Scene) -> None:
        for parcel in scene.parcels:
            if parcel.key is not None and parcel.box is not None:
                self.last_view[parcel.key] = view

    def _recalled(self, moment: Moment, views: Sequence[View]) -> Iterator[Recalled]:
        """What is due and remembered, with all that lies in that place now."""
        due = {item.key for item in self.route.stop(moment.stop).items}
        for parcel in self.session.scene.parcels:
            if parcel.key not in due or not parcel.where:
                continue
            last = self.last_view[parcel.key]
            where = last.name if last.said else parcel.where
            places = self._places(last, views, moment.van)
            yield Recalled(
                key=parcel.key,
                where=where if last.said else f"{last.name}: {where}",
                age_s=moment.time_s - parcel.last_seen_s,
                there=tuple(key for key, words in places.items() if words == where),
            )

    def _places(self, last: View, views: Sequence[View], van: Van) -> dict[str, str]:
        """Where everything lies, in the words of the view that saw a parcel last."""
        if last.said:
            return shelved(van)
        now = next((view for view in views if view.name == last.name), None)
        return {} if now is None else shown(van, now.camera, self.areas)


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
