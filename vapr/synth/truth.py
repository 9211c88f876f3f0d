"""The truth of a made picture, in the format of vapr's truth files.

Beside the fields of that format a parcel has `truncated` (it touches the frame),
`distance_m` from the camera to its middle, and `other_labels`: earlier labels still on
it, each with `quad` and `visible_fraction`, which nobody should take for its label.
A label is listed while any of it is seen; `visible` is the share of its surface that
lies in the frame with nothing before it. Quads may reach beyond the frame.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.synth.camera import Camera
from vapr.synth.dress import Built, Stuck
from vapr.synth.ink import modules_across
from vapr.synth.load import Load
from vapr.synth.raster import Seen
from vapr.synth.solid import Patch
from vapr.synth.surface import Decal

Floats = NDArray[np.float64]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """A camera, what it saw, and whose each sample (h, w) is: an index or -1."""

    camera: Camera
    seen: Seen
    owners: NDArray[np.int16]


def describe(
    loads: tuple[Load, ...],
    built: list[Built],
    eyes: Eyes,
    stop: str,
) -> list[Row]:
    """One row per parcel of which at least six samples are visible.

    `stop` is the open stop.
    """
    rows = []
    owners = eyes.owners
    order = np.argsort(owners, axis=None, kind="stable")
    marks = np.searchsorted(owners.ravel()[order], np.arange(len(loads) + 1))
    for index in np.nonzero(np.diff(marks) >= 6)[0]:
        load, made = loads[index], built[index]
        spots = order[marks[index] : marks[index + 1]]
        row = _parcel(load, made, spots, eyes)
        belongs = load.in_manifest and load.row.stop == stop
        row["verdict"] = "pick" if belongs else "leave"
        rows.append(row)
    return rows


def _parcel(load: Load, made: Built, spots: NDArray[np.intp], eyes: Eyes) -> Row:
    ys, xs = np.divmod(spots, eyes.owners.shape[1])
    camera, step = eyes.camera, 1 / eyes.seen.scale
    x1, x2, y1, y2 = (int(v) for v in (xs.min(), xs.max() + 1, ys[0], ys[-1] + 1))
    box = [x1 * step, y1 * step, x2 * step, y2 * step]
    whole = _outline_area(made.patches, camera)
    area = len(spots) * step * step
    tall, wide = eyes.owners.shape
    centre = np.mean([p.grid.reshape(-1, 3).mean(axis=0) for p in made.patches], axis=0)
    row: Row = {
        "id": load.key,
        "stop": load.row.stop if load.in_manifest else None,
        "kind": load.kind,
        "box": [round(float(v), 1) for v in box],
        "visible": round(min(area / max(whole, area), 1.0), 3),
        "truncated": x1 == 0 or y1 == 0 or x2 == wide or y2 == tall,
        "distance_m": round(float(np.linalg.norm(centre - camera.eye)), 3),
        "label": None,
        "driver_aid": load.row.sort_code if made.aid else None,
        "driver_aid_sticker": None,
        "in_manifest": load.in_manifest,
        "other_labels": [],
    }
    if made.label:
        row["label"] = _label(made.label, eyes)
    if made.aid:
        row["driver_aid_sticker"] = _sticker(made.aid, eyes)
    for stuck in made.others:
        found = _sticker(stuck, eyes)
        if found["quad"]:
            row["other_labels"].append(found)
    return row


def _outline_area(patches: tuple[Patch, ...], camera: Camera) -> float:
    """Area (px) of the hull of all corners a lens could see, in the frame or not."""
    points = np.concatenate([patch.grid.reshape(-1, 3) for patch in patches])
    pixels = camera.project(points)
    pixels = pixels[~np.isnan(pixels[:, 0])]
    if len(pixels) < 3:
        return 0.0
    hull = cv2.convexHull(pixels.astype(np.float32))
    return float(cv2.contourArea(hull))


def surface_points(patch: Patch, places: Floats) -> Floats:
    """Places on a patch (n, 2) in metres from its top left, as points in the van."""
    return patch.points(places / patch.size)


def _visible(stuck: Stuck, places: Floats, eyes: Eyes) -> float:
    """Share of points of a decal that this picture shows (depth within 1 %)."""
    seen, camera = eyes.seen, eyes.camera
    points = surface_points(stuck.patch, places)
    pixels = camera.project(points)
    good = ~np.isnan(pixels[:, 0])
    height, width = seen.near.shape
    x = np.floor(np.where(good, pixels[:, 0], -9) * seen.scale).astype(int)
    y = np.floor(np.where(good, pixels[:, 1], -9) * seen.scale).astype(int)
    good &= (x >= 0) & (y >= 0) & (x < width) & (y < height)
    if not good.any():
        return 0.0
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    distance = np.linalg.norm(points - camera.eye, axis=1)
    shown = good & (seen.near[y, x] * distance < 1 + 0.02)
    shown &= eyes.owners[y, x] == stuck.patch.owner
    return round(float(shown.mean()), 3)


def _grid(decal: Decal, count: int = 12) -> Floats:
    steps = (np.arange(count) + 0.5) / count - 0.5
    x, y = np.meshgrid(steps * decal.size[0], steps * decal.size[1])
    return decal.places(np.column_stack([x.ravel(), y.ravel()]))


def _quad(stuck: Stuck, places: Floats, camera: Camera) -> list[list[float]] | None:
    pixels = camera.project(surface_points(stuck.patch, places))
    if np.isnan(pixels).any():
        return None
    return [[round(float(x), 1), round(float(y), 1)] for x, y in pixels]


def _incidence(stuck: Stuck, camera: Camera) -> float:
    patch, at = stuck.patch, stuck.decal.at
    u, v = at[0] / patch.size[0], at[1] / patch.size[1]
    normals = patch.normals
    i = min(int(v * normals.shape[0]), normals.shape[0] - 1)
    j = min(int(u * normals.shape[1]), normals.shape[1] - 1)
    way = np.array(camera.eye) - patch.point(u, v)
    way /= max(float(np.linalg.norm(way)), 1e-9)
    return float(np.degrees(np.arccos(np.clip(way @ normals[i, j], -1, 1))))


def _sticker(stuck: Stuck, eyes: Eyes) -> Row:
    camera = eyes.camera
    angle = _incidence(stuck, camera)
    quad = _quad(stuck, stuck.decal.corners(), camera) if angle < 89 else None
    share = 0.0
    if quad:
        share = _visible(stuck, _grid(stuck.decal), eyes)
    return {"quad": quad, "visible_fraction": share}


def _label(stuck: Stuck, eyes: Eyes) -> Row | None:
    camera = eyes.camera
    angle = _incidence(stuck, camera)
    quad = _quad(stuck, stuck.decal.corners(), camera)
    if angle >= 89 or quad is None or stuck.draw is None:
        return None
    share = _visible(stuck, _grid(stuck.decal), eyes)
    if share == 0:
        return None
    codes = _codes(stuck, eyes)
    tracking = [c["px_per_module"] for c in codes if c["role"] == "tracking"]
    return {
        "quad": quad,
        "visible": share,
        "facing": angle < 88,
        "incidence_deg": round(angle, 1),
        "px_per_module": tracking[0] if tracking else None,
        "codes": codes,
    }


def _codes(stuck: Stuck, eyes: Eyes) -> list[Row]:
    assert stuck.draw is not None
    camera = eyes.camera
    texture = stuck.draw()
    height, width = texture.pixels.shape[:2]
    to_m = np.array(stuck.decal.size) / (width, height)
    out = []
    for code, corners in texture.codes:
        offsets = np.array(corners) * to_m - np.array(stuck.decal.size) / 2
        quad = _quad(stuck, stuck.decal.places(offsets), camera)
        if quad is None:
            continue
        top, low = np.subtract(quad[1], quad[0]), np.subtract(quad[2], quad[3])
        long = (np.hypot(*top) + np.hypot(*low)) / 2
        t = np.linspace(0.04, 0.96, 6)
        u, v = np.meshgrid(t, t)
        a, b, d = offsets[0], offsets[1] - offsets[0], offsets[3] - offsets[0]
        inner = a + u.ravel()[:, None] * b + v.ravel()[:, None] * d
        seen_share = _visible(stuck, stuck.decal.places(inner), eyes)
        across = modules_across(code.symbology, code.text)
        out.append(
            {
                "symbology": code.symbology,
                "role": code.role,
                "text": code.text,
                "quad": quad,
                "visible": seen_share,
                "px_per_module": round(float(long) / across, 3),
            }
        )
    return out
