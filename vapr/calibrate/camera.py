"""A physical camera for made bar strips: what the calibration is fitted on.

Light falls on a plane label seen from any side, through a lens (Gaussian blur) on
pixels that integrate over their area, with shot and read noise; the camera's software
applies the sRGB curve, sharpens and compresses. Lengths are in pixels of the picture
unless said otherwise.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats, homography, project, quad_area, to_quad
from vapr.read.bars import Bars
from vapr.types import Image, Quad

_SUB = 6  # rays per pixel and axis
_TEXEL = 3  # texels per module
_QUIET = 10  # modules
_WHITE = 217  # reflectance of paper, share of 255


@dataclass(frozen=True, slots=True)
class Shot:
    """How a strip is photographed.

    `px_per_module` is taken at right angles to the bars, `blur` a standard deviation,
    `snr_db` of a white area, `light` the white level in linear light (1 = full scale),
    `gradient` how much the light changes over the strip, `contrast` the strength of an
    S-shaped tone curve on top of the standard one.
    """

    px_per_module: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    blur: float = 0.6
    snr_db: float = 35.0
    sharpening: float = 0.0
    quality: int = 90
    light: float = 0.7
    gradient: float = 0.0
    glare: float = 0.0
    contrast: float = 0.0


def random_shot(rng: np.random.Generator, px_per_module: float) -> Shot:
    """A shot as vans give them: any turn, yaw and pitch to 45°, all kinds of optics."""
    return Shot(
        px_per_module=px_per_module,
        yaw_deg=float(rng.uniform(-45, 45)),
        pitch_deg=float(rng.uniform(-45, 45)),
        roll_deg=float(rng.uniform(0, 360)),
        blur=float(rng.uniform(0.4, 1.0)),
        snr_db=float(rng.uniform(30, 40)),
        sharpening=float(rng.choice([0.0, rng.uniform(0.2, 1.0)])),
        quality=int(rng.integers(75, 96)),
        light=float(rng.uniform(0.12, 1.25)),
        gradient=float(rng.normal(0, 0.15)),
        glare=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.1 else 0.0,
        contrast=float(rng.uniform(0, 0.6)),
    )


def strip_texture(
    bars: Bars, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Quad]:
    """A piece of label with bars on it (paper is 1), and the bars' corners."""
    cells = np.frombuffer(bars.cells, np.uint8)
    texel = _TEXEL if bars.per_module == 1 else 2 * _TEXEL
    scale = texel // bars.per_module
    width = len(cells) * scale
    tall = int(width * rng.uniform(0.25, 0.5))
    quiet = _QUIET * texel
    margin = 16 * texel
    sheet = np.full((tall + 2 * margin, width + 2 * quiet), _WHITE, np.uint8)
    ink = int(rng.integers(10, 30))
    row = np.where(np.repeat(cells, scale) == 1, ink, _WHITE)
    sheet[margin : margin + tall, quiet : quiet + width] = row
    for top in (margin - 3 * texel, margin + tall + 11 * texel):
        text = "".join(rng.choice(list("0123456789ABCDEF "), 24))
        cv2.putText(
            sheet, text, (quiet, top), cv2.FONT_HERSHEY_SIMPLEX, texel / 4, ink, 1
        )
    pad = 30 * texel
    cardboard = int(rng.integers(40, 130))
    framed = cv2.copyMakeBorder(
        sheet, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=cardboard
    )
    x, y = pad + quiet, pad + margin
    corners = [(x, y), (x + width, y), (x + width, y + tall), (x, y + tall)]
    paper = np.asarray(framed, np.float32) / np.float32(_WHITE)
    return paper.astype(np.float32), to_quad(corners)


def _view(corners: Quad, shot: Shot, modules: float) -> Floats:
    """Homography from texels to pixels about the strip's middle."""
    flat = tilted(corners, shot)
    seen = np.asarray(flat)
    sides = np.diff(np.vstack([seen, seen[:1]]), axis=0)
    across = quad_area(flat) / (0.5 * (np.hypot(*sides[1]) + np.hypot(*sides[3])))
    return homography(corners, to_quad(seen * (shot.px_per_module * modules / across)))


def tilted(corners: Quad, shot: Shot) -> Quad:
    """A rectangle's corners as seen by a shot, at the scale of texels."""
    middle = np.mean(corners, axis=0)
    width = corners[1][0] - corners[0][0]
    yaw, pitch, roll = np.deg2rad([shot.yaw_deg, shot.pitch_deg, shot.roll_deg])
    turn = _rotation(2, roll) @ _rotation(1, yaw) @ _rotation(0, pitch)
    distance = 4.0 * width  # texels; a strip fills about 14 degrees
    points = np.array(corners) - middle
    space = np.column_stack([points, np.zeros(4)]) @ turn.T
    return to_quad(space[:, :2] / (1 + space[:, 2:] / distance))


def _rotation(axis: int, angle: float) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    out = np.eye(3)
    i, j = [k for k in range(3) if k != axis]
    out[i, i], out[i, j], out[j, i], out[j, j] = c, -s, s, c
    return out


def photograph(bars: Bars, shot: Shot, rng: np.random.Generator) -> tuple[Image, Quad]:
    """A strip as the camera sees it: the picture and the strip's true corners."""
    sheet, corners = strip_texture(bars, rng)
    matrix = _view(corners, shot, bars.modules)
    image, shift = expose(sheet, matrix, corners, shot, rng)
    return image, to_quad(project(matrix, np.array(corners)) + shift)


def expose(
    sheet: NDArray[np.float32],
    matrix: Floats,
    corners: Quad,
    shot: Shot,
    rng: np.random.Generator,
) -> tuple[Image, Floats]:
    """A sheet through the camera.

    Args:
        sheet: reflectance, paper is 1.
        matrix: homography from texels to pixels, before a shift.
        corners: of what the picture is cut around, texels.
        shot: how it is taken.
        rng: of noise and light.

    Returns:
        The picture, and the shift (2,) in px.
    """
    seen = project(matrix, np.array(corners))
    margin = 14
    shift = margin - seen.min(axis=0) + rng.uniform(0, 1, 2)
    width, height = np.ceil(np.ptp(seen, axis=0) + 2 * margin + 1).astype(int)
    lift = np.array([[_SUB, 0, _SUB * shift[0]], [0, _SUB, _SUB * shift[1]], [0, 0, 1]])
    rays = cv2.warpPerspective(
        sheet,
        lift @ matrix,
        (int(width) * _SUB, int(height) * _SUB),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    sigma = shot.blur * _SUB
    rays = cv2.GaussianBlur(rays, (0, 0), sigma)
    small = (int(width), int(height))
    plane = cv2.resize(rays, small, interpolation=cv2.INTER_AREA)
    lit = _lighting(np.asarray(plane, np.float64), shot, rng)
    return _develop(lit, shot, rng), shift


def _lighting(plane: Floats, shot: Shot, rng: np.random.Generator) -> Floats:
    height, width = plane.shape
    y, x = np.mgrid[0:height, 0:width]
    angle = rng.uniform(0, 2 * np.pi)
    ramp = ((x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)) * 2
    out = plane * shot.light * np.exp(shot.gradient * ramp)
    if shot.glare:
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        size = rng.uniform(0.1, 0.3) * max(width, height)
        out = out + shot.glare * np.exp(
            -((x - cx) ** 2 + (y - cy) ** 2) / (2 * size**2)
        )
    return np.asarray(out, np.float64)


def _develop(light: Floats, shot: Shot, rng: np.random.Generator) -> Image:
    """Noise, colour, the sRGB curve, sharpening and JPEG."""
    noise = shot.light * 10 ** (-shot.snr_db / 20)
    shot_part = noise * np.sqrt(np.maximum(light, 0) / shot.light * 0.7 + 0.3)
    tint = rng.uniform(0.85, 1.0, 3)
    grains = rng.normal(size=(*light.shape, 3))
    colour = (light[..., None] + shot_part[..., None] * grains) * tint / tint.max()
    colour = np.clip(colour, 0, 1)
    curve = np.where(
        colour <= 0.0031308, 12.92 * colour, 1.055 * colour ** (1 / 2.4) - 0.055
    )
    curve = curve + shot.contrast * (curve * curve * (3 - 2 * curve) - curve)
    if shot.sharpening:
        soft = cv2.GaussianBlur(curve, (0, 0), 1.0)
        curve = curve + shot.sharpening * (curve - soft)
    eight = np.clip(np.round(curve * 255), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, shot.quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
