"""Pictures with truth through a pipeline, on all cores, resumable."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from vapr.errors import InputError, VaprError
from vapr.evaluate.metrics import match_boxes
from vapr.evaluate.score import ParcelOutcome, labels_that_count, score_scene
from vapr.evaluate.truth import Truth, TruthLabel, TruthParcel, load_truth
from vapr.geometry import box_of_quad, iou
from vapr.media import open_picture
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.types import Box, Parcel, Scene


class LabelOutcome(BaseModel):
    """One label that counts: was it found, and was its parcel named?"""

    model_config = ConfigDict(frozen=True)

    px_per_module: float | None
    found: bool
    named: bool
    in_manifest: bool
    verdict: str | None


class PictureOutcome(BaseModel):
    """What became of one picture; plain values, so that a run can be resumed."""

    model_config = ConfigDict(frozen=True)

    source: str
    camera: str | None = None
    lighting: str | None = None
    size: tuple[int, int] = (0, 0)
    parcels: tuple[tuple[float, bool], ...] = ()
    parcels_expected: int = 0
    labels: tuple[LabelOutcome, ...] = ()
    labels_false: int = 0
    marks: tuple[ParcelOutcome, ...] = ()
    picks_possible: int = 0
    picks_named: int = 0
    total_ms: float = 0.0
    error: str | None = None


def evaluate_picture(path: Path, pipeline: Pipeline) -> PictureOutcome:
    """One picture with its truth and route (`manifest` in the truth, beside it)."""
    try:
        truth = load_truth(path.with_suffix(".json"))
        route = Route.load(path.parent / (truth.manifest or "route.csv"))
        scene = pipeline(open_picture(path), route, truth.stop, source=str(path))
    except VaprError as error:
        return PictureOutcome(source=str(path), error=str(error))
    return judge(scene, truth)


def judge(scene: Scene, truth: Truth) -> PictureOutcome:
    """A scene held against its truth."""
    expected = labels_that_count(truth)
    marks = score_scene(scene, truth)
    right_picks = {m.true for m in marks if m.verdict == "pick" and m.mark == "right"}
    picks = [p.id for p in truth.parcels if p.verdict == "pick" and _countable(p)]
    return PictureOutcome(
        source=scene.source,
        camera=truth.camera,
        lighting=truth.lighting,
        size=scene.size,
        parcels=tuple(_parcel_results(scene, truth)),
        parcels_expected=sum(p.counts for p in truth.parcels),
        labels=tuple(_label_outcome(p, label, scene) for p, label in expected),
        labels_false=_false_labels(scene, truth),
        marks=tuple(marks),
        picks_possible=len(picks),
        picks_named=sum(p in right_picks for p in picks),
        total_ms=scene.timing_ms.total,
    )


def evaluate_pictures(
    pictures: Sequence[Path], workers: int, journal: Path | None = None
) -> Iterator[PictureOutcome]:
    """All pictures, in no particular order, on `workers` processes.

    Args:
        pictures: each with its truth file beside it.
        workers: how many processes; each loads the default pipeline.
        journal: a JSON Lines file of outcomes; pictures found in it are not done again.

    Raises:
        InputError: the journal is no such file.
    """
    done = _read_journal(journal)
    yield from (done[str(path)] for path in pictures if str(path) in done)
    left = [path for path in pictures if str(path) not in done]
    with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
        for outcome in pool.map(_evaluate_in_worker, left):
            if journal is not None:
                with journal.open("a", encoding="utf-8") as file:
                    file.write(outcome.model_dump_json() + "\n")
            yield outcome


_worker: list[Pipeline] = []


def _start_worker() -> None:
    _worker[:] = [Pipeline.load()]


def _evaluate_in_worker(path: Path) -> PictureOutcome:
    return evaluate_picture(path, _worker[0])


def _read_journal(journal: Path | None) -> dict[str, PictureOutcome]:
    if journal is None or not journal.exists():
        return {}
    try:
        lines = journal.read_text(encoding="utf-8").splitlines()
        outcomes = [PictureOutcome.model_validate(json.loads(line)) for line in lines]
    except ValueError as error:
        raise InputError(f"{journal.name} is no journal of an evaluation") from error
    return {outcome.source: outcome for outcome in outcomes}


def _parcel_results(scene: Scene, truth: Truth) -> list[tuple[float, bool]]:
    found = [(p.box, p.score) for p in scene.parcels if p.box is not None]
    boxed = [(p.box, p.counts) for p in truth.parcels if p.box is not None]
    true = [box for box, counts in boxed if counts]
    return match_boxes(found, true, [box for box, counts in boxed if not counts])


def _label_outcome(
    parcel: TruthParcel, label: TruthLabel, scene: Scene
) -> LabelOutcome:
    box = box_of_quad(label.quad)
    seen = [p for p in scene.parcels if any(_same(box, b) for b in _label_boxes(p))]
    named = any(p.id is not None and p.id == parcel.id for p in seen)
    return LabelOutcome(
        px_per_module=label.px_per_module,
        found=bool(seen),
        named=named,
        in_manifest=parcel.in_manifest,
        verdict=seen[0].verdict if seen else None,
    )


def _false_labels(scene: Scene, truth: Truth) -> int:
    """Labels found where truth knows of none, seen or half hidden."""
    known = [box_of_quad(p.label.quad) for p in truth.parcels if p.label is not None]
    found = [box for p in scene.parcels for box in _label_boxes(p)]
    return sum(all(iou(box, other) < 0.3 for other in known) for box in found)


def _label_boxes(parcel: Parcel) -> list[Box]:
    return [box_of_quad(label.quad) for label in parcel.labels]


def _same(a: Box, b: Box) -> bool:
    return iou(a, b) >= 0.5


def _countable(parcel: TruthParcel) -> bool:
    return parcel.label is not None and parcel.label.counts
