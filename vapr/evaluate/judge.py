"""A scene held against its truth, with every stop open in turn."""

from collections.abc import Sequence
from dataclasses import dataclass

from vapr.evaluate.metrics import match_boxes
from vapr.evaluate.outcomes import LabelOutcome, PictureOutcome
from vapr.evaluate.score import ParcelOutcome, labels_that_count, score_scene
from vapr.evaluate.stops import decoded_only, each_stop
from vapr.evaluate.truth import Truth, TruthLabel, TruthParcel
from vapr.geometry import box_of_quad, iou
from vapr.route import Route
from vapr.types import Box, Parcel, Scene, Verdict


def judge(
    scene: Scene,
    truth: Truth,
    route: Route | None = None,
    given: frozenset[str] | None = None,
) -> PictureOutcome:
    """A scene held against its truth; with its route, with every stop open in turn.

    `given` are the ids named at true corners, if that was tried.
    """
    expected = labels_that_count(truth)
    stray = _stray_labels(scene, truth)
    old = sum(_is_old(box, scene, truth) for box in stray)
    every = [scene] if route is None else list(each_stop(scene, truth, route))
    decoded = decoded_only(scene)
    near = [] if route is None else list(each_stop(decoded, truth, route))
    marks = score_scene(every[0], truth)
    picks, leaves = _once_each(every, truth, "pick"), _once_each(every, truth, "leave")
    picks_decoded = _once_each(near, truth, "pick")
    right = {m.true for m in marks if m.verdict == "pick" and m.mark == "right"}
    possible = [p.id for p in truth.parcels if p.verdict == "pick" and _countable(p)]
    named = _Named(
        every[0],
        _right(picks),
        near[0] if near else decoded,
        _right(picks_decoded),
        given,
    )
    return PictureOutcome(
        source=scene.source,
        camera=truth.camera,
        lighting=truth.lighting,
        size=scene.size,
        items=0 if route is None else len(route.items),
        parcels=tuple(_parcel_results(scene, truth)),
        parcels_expected=sum(p.counts for p in truth.parcels),
        labels=tuple(_label_outcome(p, label, named) for p, label in expected),
        labels_false=len(stray) - old,
        labels_old=old,
        marks=tuple(marks),
        picks=tuple(picks),
        leaves=tuple(leaves),
        picks_decoded=tuple(picks_decoded),
        picks_possible=len(possible),
        picks_named=sum(p in right for p in possible),
        total_ms=scene.timing_ms.total,
    )


def _once_each(
    scenes: Sequence[Scene], truth: Truth, verdict: Verdict
) -> list[ParcelOutcome]:
    """The marks of one kind at any stop, of each parcel one: a wrong one if any is."""
    marks: dict[tuple[int, str | None], ParcelOutcome] = {}
    for scene in scenes:
        for mark in score_scene(scene, truth.for_stop(scene.stop or truth.stop)):
            key = (mark.parcel, mark.given)
            if mark.verdict == verdict and (key not in marks or mark.mark == "wrong"):
                marks[key] = mark
    return list(marks.values())


def _right(picks: Sequence[ParcelOutcome]) -> frozenset[str]:
    return frozenset(m.true for m in picks if m.mark == "right" and m.true)


@dataclass(frozen=True, slots=True)
class _Named:
    """What was made of a picture: as it is, and with far identification off."""

    scene: Scene
    picked: frozenset[str]
    decoded: Scene
    picked_decoded: frozenset[str]
    given: frozenset[str] | None


def _parcel_results(scene: Scene, truth: Truth) -> list[tuple[float, bool]]:
    found = [(p.box, p.score) for p in scene.parcels if p.box is not None]
    boxed = [(p.box, p.counts) for p in truth.parcels if p.box is not None]
    true = [box for box, counts in boxed if counts]
    return match_boxes(found, true, [box for box, counts in boxed if not counts])


def _label_outcome(
    parcel: TruthParcel, label: TruthLabel, named: _Named
) -> LabelOutcome:
    box = box_of_quad(label.quad)
    seen = _seen_at(box, named.scene)
    given = None if named.given is None else parcel.id in named.given
    return LabelOutcome(
        px_per_module=label.px_per_module,
        found=bool(seen),
        named=_is_named(parcel, seen),
        in_manifest=parcel.in_manifest,
        verdict=seen[0].verdict if seen else None,
        picked=parcel.id in named.picked,
        named_decoded=_is_named(parcel, _seen_at(box, named.decoded)),
        picked_decoded=parcel.id in named.picked_decoded,
        named_given=given,
        distance_m=parcel.distance_m,
    )


def _seen_at(box: Box, scene: Scene) -> list[Parcel]:
    return [p for p in scene.parcels if any(_same(box, b) for b in _label_boxes(p))]


def _is_named(parcel: TruthParcel, seen: Sequence[Parcel]) -> bool:
    return any(p.id is not None and p.id == parcel.id for p in seen)


def _stray_labels(scene: Scene, truth: Truth) -> list[Box]:
    """Labels found where truth knows of no shipping label, seen or half hidden.

    How far one reaches beyond the picture nobody can tell.
    """
    labels = [box_of_quad(p.label.quad) for p in truth.parcels if p.label is not None]
    found = [_within(box, scene.size) for p in scene.parcels for box in _label_boxes(p)]
    return [box for box in found if not _on_any(box, labels, scene)]


def _is_old(box: Box, scene: Scene, truth: Truth) -> bool:
    """Whether an earlier label lies there, which is right to find and not asked for."""
    old = [o.quad for p in truth.parcels for o in p.other_labels if o.quad is not None]
    return _on_any(box, [box_of_quad(quad) for quad in old], scene)


def _on_any(box: Box, known: Sequence[Box], scene: Scene) -> bool:
    return any(iou(box, _within(other, scene.size)) >= 0.3 for other in known)


def _within(box: Box, size: tuple[int, int]) -> Box:
    """What of a box lies in a picture of this (width, height)."""
    (x1, y1, x2, y2), (width, height) = box, size
    return (max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))


def _label_boxes(parcel: Parcel) -> list[Box]:
    return [box_of_quad(label.quad) for label in parcel.labels]


def _same(a: Box, b: Box) -> bool:
    return iou(a, b) >= 0.5


def _countable(parcel: TruthParcel) -> bool:
    return parcel.label is not None and parcel.label.counts
