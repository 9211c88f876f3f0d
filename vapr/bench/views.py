"""Made labels in front of a made camera, at a chosen number of px per module.

Labels and sensor are those of `vapr.synth`, not those the readers were calibrated on:
30 to 40 dB, no motion; everything else as in its vans. Any turn, yaw and pitch to 45°.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vapr.geometry import Floats, homography, project, quad_area, quad_sides, to_quad
from vapr.read.symbols import SYMBOLOGIES, encode
from vapr.synth.flat import map_for_cv2, sheet_aslant
from vapr.synth.ink import code_modules, modules_across
from vapr.synth.label import LabelTexture, make_label
from vapr.synth.layouts import LAYOUTS
from vapr.synth.manifest import Row
from vapr.synth.schemes import Code
from vapr.synth.sensor import Sensor, develop, make_sensor
from vapr.types import Image, Quad

_SUB = 4  # rays per pixel and axis
_MARGIN = 14  # px of surroundings
_GAMMA = 2.2
_ELECTRONS = (1000.0, 9000.0)  # at full white: 30 to 39.5 dB

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A label as a camera stands before it: `take` gives frames of it.

    `seen` (4, 2) are the sheet's corners in px before any shift, `code` and `strip` the
    tracking code and its corners on the sheet.
    """

    label: LabelTexture
    code: Code
    strip: Quad
    seen: Floats
    sensor: Sensor
    ground: tuple[float, ...]
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture, and where the label and its tracking code lie in it."""

    image: Image
    label: Quad
    strip: Quad


def make_view(
    row: Row, px_per_module: float, rng: Rng, symbologies: Sequence[str] = SYMBOLOGIES
) -> View | None:
    """A view of an item's label, the modules of its tracking code of a size.

    That is at right angles to the bars, and of a matrix code on average.

    Returns:
        None where the label drawn shows no tracking code of these symbologies.
    """
    layout = LAYOUTS[int(rng.integers(len(LAYOUTS)))]
    seed = int(rng.integers(1 << 30))
    label = make_label(row, layout, seed)
    found = tracking_code(label.codes, symbologies)
    if found is None:
        return None
    code, strip = found
    height, width = label.pixels.shape[:2]
    seen = sheet_aslant(width, height, rng)
    corners = to_quad([(0, 0), (width, 0), (width, height), (0, height)])
    small = project(homography(corners, to_quad(seen)), np.array(strip))
    seen *= px_per_module / _module(code, small)
    sensor = replace(
        make_sensor(seed, ("day", "dome", "head")[seed % 3]),
        motion=(0.0, 0.0),
        electrons=float(np.exp(rng.uniform(*np.log(_ELECTRONS)))),
    )
    ground = tuple((rng.uniform(0.03, 0.5) * rng.uniform(0.6, 1, 3)).tolist())
    return View(label, code, strip, seen, sensor, ground, seed)


def tracking_code(
    codes: Sequence[tuple[Code, Quad]], symbologies: Sequence[str]
) -> tuple[Code, Quad] | None:
    """The first tracking code of these symbologies among a label's codes."""
    for code, quad in codes:
        if code.role in ("tracking", "tracking2d") and code.symbology in symbologies:
            linear = code.symbology in SYMBOLOGIES
            if not linear or encode(code.text, code.symbology):
                return code, quad
    return None


def _module(code: Code, corners: Floats) -> float:
    """Px per module of a code whose corners (4, 2) are seen so."""
    if code.symbology in SYMBOLOGIES:
        return _across(corners) / encode(code.text, code.symbology)[0].modules
    if code.symbology == "MaxiCode":
        modules = modules_across(code.symbology, code.text) ** 2
    else:
        modules = code_modules(code.symbology, code.text).size
    return float(np.sqrt(quad_area(to_quad(corners)) / modules))


def take(view: View, frame: int) -> Frame:
    """One frame of a view: each lies otherwise on the pixels and has its own noise."""
    rng = np.random.default_rng([view.seed, frame])
    seen = view.seen - view.seen.min(axis=0) + _MARGIN + rng.uniform(0, 1, 2)
    columns, rows = np.ceil(seen.max(axis=0) + _MARGIN).astype(int).tolist()
    sheet = view.label.pixels
    height, width = sheet.shape[:2]
    side = quad_sides(to_quad(seen))[0]
    shrink = min(1.0, 2 * _SUB * side / width)
    small = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    low, across = small.shape[:2]
    corners = to_quad([(0, 0), (across, 0), (across, low), (0, low)])
    rays = cv2.warpPerspective(
        (small.astype(np.float32) / 255) ** _GAMMA,
        map_for_cv2(homography(corners, to_quad(seen * _SUB))),
        (columns * _SUB, rows * _SUB),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(*view.ground, 0.0),
    )
    light = cv2.resize(rays, (columns, rows), interpolation=cv2.INTER_AREA)
    raw = develop(
        np.asarray(light, np.float32), view.sensor, int(rng.integers(1 << 30))
    )
    _, packed = cv2.imencode(".jpg", raw, [cv2.IMWRITE_JPEG_QUALITY, view.sensor.jpeg])
    image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    whole = to_quad([(0, 0), (width, 0), (width, height), (0, height)])
    place = homography(whole, to_quad(seen))
    strip = project(place, np.array(view.strip))
    return Frame(image, to_quad(seen), to_quad(strip))


def off(quad: Quad, share: float, rng: Rng) -> Quad:
    """Corners off by up to a share of the side, from any of the four on."""
    reach = share * float(np.sqrt(np.prod(quad_sides(quad))))
    moved = np.asarray(quad) + rng.uniform(-reach, reach, (4, 2))
    return to_quad(np.roll(moved, int(rng.integers(4)), axis=0))


def _across(strip: Floats) -> float:
    """The length of a strip (4, 2) at right angles to its bars."""
    sides = np.diff(np.vstack([strip, strip[:1]]), axis=0)
    x, y = strip.T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    return float(area / (0.5 * (np.hypot(*sides[1]) + np.hypot(*sides[3]))))
