"""From light to a camera's picture: exposure, blur, noise, denoising, sharpening."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.types import Image

F32 = NDArray[Any]  # float32 throughout

_ROWS = 32


@dataclass(frozen=True, slots=True)
class Sensor:
    """How a camera sees. Blur and motion in px, `electrons` at full white.

    `exposure` is the level of the picture's bright third; `jpeg` the quality 1..100.
    """

    exposure: float = 0.45
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    blur: float = 0.6
    motion: tuple[float, float] = (0.0, 0.0)
    electrons: float = 6000.0
    read_noise: float = 6.0
    denoise: float = 0.5
    sharpen: float = 0.5
    vignette: float = 0.2
    contrast: float = 0.3
    jpeg: int = 88


def make_sensor(seed: int, light: str) -> Sensor:
    """A likely sensor for a kind of light: darker means longer, noisier, softer."""
    rng = np.random.default_rng([seed, 1010])
    dark = light in ("head", "dome") and rng.random() < 0.6
    motion = (0.0, 0.0)
    if rng.random() < (0.25 if dark else 0.1):
        angle, long = rng.uniform(0, np.pi), rng.exponential(1.6)
        motion = (float(np.cos(angle) * long), float(np.sin(angle) * long))
    b, g, r = (float(v) for v in rng.normal(1, 0.035, 3))
    level = float(np.exp(rng.normal(np.log(0.4 if dark else 0.58), 0.3)))
    return Sensor(
        exposure=min(level, 0.95),
        tint=(b, g, r),
        blur=float(0.35 + rng.exponential(0.25)),
        motion=motion,
        electrons=float(np.exp(rng.uniform(np.log(250), np.log(9000)))),
        read_noise=float(rng.uniform(2, 9)),
        denoise=float(rng.uniform(0, 1)),
        sharpen=float(rng.uniform(0, 1.3)),
        vignette=float(rng.uniform(0, 0.4)),
        contrast=float(rng.uniform(0, 0.6)),
        jpeg=int(rng.integers(55, 96)),
    )


def develop(light: F32, sensor: Sensor, seed: int) -> Image:
    """A picture (BGR uint8) of linear light (h, w, 3); deterministic by its seed."""
    rng = np.random.Generator(np.random.SFC64([seed, 1111]))
    out = _blurred(_exposed(light, sensor), sensor)
    # what needs no neighbours is worked out in bands that stay in the processor
    for band in _bands(out):
        _noisy(np.clip(band, 0, 1, out=band), sensor, rng)
        cv2.pow(np.clip(band, 0, 1, out=band), 1 / 2.2, band)
        curve = 3 - 2 * band
        curve *= band * band
        curve -= band
        curve *= np.float32(sensor.contrast)
        band += curve
    out = _denoised(out, sensor)
    if sensor.sharpen:
        detail = cv2.subtract(out, cv2.GaussianBlur(out, (0, 0), 1.0))
        for part, band in zip(_bands(detail), _bands(out), strict=True):
            np.clip(part, -0.15, 0.15, out=part)
            part *= np.float32(sensor.sharpen)
            band += part
    return _as_bytes(out)


def _bands(picture: F32) -> list[F32]:
    """Views of a picture's rows, a few at a time."""
    return [picture[y : y + _ROWS] for y in range(0, len(picture), _ROWS)]


def _as_bytes(out: F32) -> Image:
    picture: Image = np.empty(out.shape, np.uint8)
    for y in range(0, len(out), _ROWS):
        band = out[y : y + _ROWS] * 255
        band += 0.5
        picture[y : y + _ROWS] = np.clip(band, 0, 255, out=band)
    return picture


def _exposed(light: F32, sensor: Sensor) -> F32:
    """Light as the sensor meters, tints and vignettes it, with the lens's glow."""
    tint = np.array(sensor.tint, np.float32) * np.float32(_gain(light, sensor))
    vignette = _vignette(light.shape[:2], sensor.vignette)
    out = np.empty_like(light)
    for band, lit, dim in zip(
        _bands(out), _bands(light), _bands(vignette), strict=True
    ):
        np.multiply(lit, cv2.merge([dim * share for share in tint]), out=band)
        np.minimum(band, 4.0, out=band)
    return cv2.scaleAdd(_glow(out), 0.15, out) if out.max() > 1 else out


def _gain(light: F32, sensor: Sensor) -> float:
    """The exposure, metered on every fourth sample each way."""
    gray = light[::4, ::4].mean(axis=2)
    inside = gray[gray < 5 * np.median(gray) + 1e-6]
    gain = sensor.exposure**2.2 / max(float(np.percentile(inside, 75)), 1e-5)
    # parcels before dark walls: never let them all burn out
    bright = gray[gray < 30 * np.median(gray) + 1e-6]
    return float(min(gain, 1.0 / max(float(np.percentile(bright, 88)), 1e-5)))


def _glow(light: F32) -> F32:
    """What is too bright, spread wide; worked out at a quarter of the size."""
    size = (light.shape[1], light.shape[0])
    over = np.maximum(light - 1, 0)
    small = cv2.resize(over, (0, 0), fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(size[0] / 640, 0.25))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))


def _vignette(shape: tuple[int, int], strength: float) -> F32:
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    out: F32 = (1 - strength * (x * x + y * y) / 2).astype(np.float32)
    return out


def _blurred(light: F32, sensor: Sensor) -> F32:
    out = cv2.GaussianBlur(light, (0, 0), sensor.blur)
    dx, dy = sensor.motion
    long = float(np.hypot(dx, dy))
    if long < 0.5:
        return out
    side = int(np.ceil(long)) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    for t in np.linspace(-0.5, 0.5, 24):
        x, y = side // 2 + dx * t, side // 2 + dy * t
        kernel[round(y), round(x)] += 1
    return cv2.filter2D(out, -1, kernel / kernel.sum())


def _noisy(light: F32, sensor: Sensor, rng: np.random.Generator) -> None:
    """Adds shot noise (Poisson, as a Gaussian) and read noise, in place."""
    grain = rng.standard_normal(light.shape, dtype=np.float32)
    read = np.float32((sensor.read_noise / sensor.electrons) ** 2)
    spread = light * np.float32(1 / sensor.electrons)
    spread += read
    grain *= np.sqrt(spread, out=spread)
    light += grain


def _denoised(picture: F32, sensor: Sensor) -> F32:
    """Chroma smoothed more than luma, as phone and dash cameras do."""
    if sensor.denoise < 0.1:
        return picture
    space = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
    luma, *chroma = cv2.split(space)
    width = 0.5 + 2 * sensor.denoise
    chroma = [cv2.GaussianBlur(plane, (0, 0), width) for plane in chroma]
    smooth = cv2.bilateralFilter(luma, 5, 0.06 * sensor.denoise + 0.01, 1.5)
    luma = luma + np.float32(sensor.denoise) * (smooth - luma)
    return cv2.cvtColor(cv2.merge([luma, *chroma]), cv2.COLOR_YCrCb2BGR)
