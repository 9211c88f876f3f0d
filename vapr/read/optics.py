"""What a camera makes of bars: pattern, lens blur, pixel aperture, sharpening.

A pixel's square aperture seen along any axis has a variance of 1/12 px², whatever the
axis; with the lens blur it is close to a Gaussian of the summed variance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats

F = TypeVar("F", bound=np.floating)

OVERSAMPLING = 4


@dataclass(frozen=True, slots=True)
class Blur:
    """Standard deviation in px (aperture included) and strength of the sharpening.

    Seen at an angle a code is larger at its near end, so that the same blur is less of
    a module there: at the code's start it is 1 + `drift` times what it is in the
    middle, at its end 1 - `drift` times.
    """

    sigma: float = 0.75
    sharpening: float = 0.0
    drift: float = 0.0


BLURS = tuple(
    Blur(sigma, sharp)
    for sigma in (0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6)
    for sharp in (0.0, 0.5, 1.0)
)
"""The blurs that are tried."""


def transfer(frequency: Floats, blur: Blur) -> Floats:
    """The transfer function at frequencies in cycles per px."""
    square = (2 * np.pi * frequency) ** 2
    plain = np.exp(-0.5 * blur.sigma**2 * square)
    wide = np.exp(-0.5 * 1.0 * square)
    out: Floats = plain * (1 + blur.sharpening * (1 - wide))
    return out


def transfer_slope(frequency: Floats, blur: Blur) -> Floats:
    """How the transfer function changes with the log of the frequency."""
    square = (2 * np.pi * frequency) ** 2
    plain = np.exp(-0.5 * blur.sigma**2 * square)
    wide = np.exp(-0.5 * 1.0 * square)
    out: Floats = blur.sharpening * plain * wide * square
    out -= blur.sigma**2 * square * transfer(frequency, blur)
    return out


def normal_cdf(x: NDArray[F]) -> NDArray[F]:
    """The standard normal distribution function (Abramowitz & Stegun 7.1.26)."""
    z = np.abs(x) * 0.7071067811865476
    k = 1 / (1 + 0.3275911 * z)
    poly = k * (
        0.254829592
        + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429)))
    )
    tail = 0.5 * poly * np.exp(-z * z)
    out: NDArray[F] = np.where(x >= 0, 1 - tail, tail)
    return out


def cell_response(
    width: int, px_per_cell: float, places: NDArray[F], sigma: NDArray[F] | float
) -> NDArray[F]:
    """What each cell weighs at places (n,), px from the code's start: (width, n).

    The blur may differ from place to place.
    """
    edges = (np.arange(width + 1) * px_per_cell).astype(places.dtype)
    steps = normal_cdf((places[None, :] - edges[:, None]) / sigma)
    weighs: NDArray[F] = steps[:-1] - steps[1:]
    return weighs


def sharp_response(
    width: int, px_per_cell: float, places: Floats, blur: Blur
) -> Floats:
    """As `cell_response`, with sharpening: an unsharp mask of 1 px on top."""
    unit = np.clip(places / (width * px_per_cell), 0, 1)
    less = 1 + blur.drift * (1 - 2 * unit)
    plain = cell_response(width, px_per_cell, places, blur.sigma * less)
    if blur.sharpening == 0:
        return plain
    sigma = float(np.hypot(blur.sigma, 1.0))
    wide = cell_response(width, px_per_cell, places, sigma * less)
    return (1 + blur.sharpening) * plain - blur.sharpening * wide


@dataclass(frozen=True, slots=True, eq=False)
class Blurred:
    """Patterns after the optics, finely sampled: look up with `at`.

    `values` are (m, samples); sample i lies at cell i / OVERSAMPLING - margin, plus
    half a sample.
    """

    values: NDArray[np.float64]
    margin: int

    def at(self, cells: Floats) -> Floats:
        """Values at places (m, n) given in cells from each code's start."""
        low, part = self._index(cells)
        flat = self.values.ravel()
        first = flat[low]
        out: Floats = first + (flat[low + 1] - first) * part
        return out

    def with_slopes(self, cells: Floats) -> tuple[Floats, Floats]:
        """Values and slopes at places (m, n) given in cells from each code's start."""
        low, part = self._index(cells)
        flat = self.values.ravel()
        before, first, second = flat[low - 1], flat[low], flat[low + 1]
        after = flat[low + 2]
        value = first + (second - first) * part
        slope = (second - before) * (1 - part) + (after - first) * part
        return value, slope * (OVERSAMPLING / 2)

    def _index(self, cells: Floats) -> tuple[NDArray[np.intp], Floats]:
        place = (cells + self.margin) * OVERSAMPLING - 0.5
        place = np.clip(place, 1, self.values.shape[1] - 2.001)
        low = place.astype(np.intp)
        part = place - low
        return low + np.arange(len(low))[:, None] * self.values.shape[1], part


def blur_patterns(
    cells: NDArray[np.float32], px_per_cell: Floats, blurs: Sequence[Blur], margin: int
) -> Blurred:
    """Patterns (m, width) as the camera sees them, each at its px per cell and blur."""
    m, width = cells.shape
    size = _smooth((width + 2 * margin) * OVERSAMPLING)
    fine = np.zeros((m, size))
    inner = slice(margin * OVERSAMPLING, (margin + width) * OVERSAMPLING)
    fine[:, inner] = np.repeat(cells, OVERSAMPLING, axis=1)
    frequency = np.fft.rfftfreq(size) * OVERSAMPLING  # cycles per cell
    per_px = frequency / px_per_cell[:, None]
    spectrum = np.fft.rfft(fine, axis=1)
    values = np.fft.irfft(spectrum * _each(transfer, per_px, blurs), size, axis=1)
    if any(blur.drift for blur in blurs):
        slope = spectrum * _each(transfer_slope, per_px, blurs)
        drift = np.array([blur.drift for blur in blurs])[:, None]
        unit = ((np.arange(size) + 0.5) / OVERSAMPLING - margin) / width
        drift = drift * (1 - 2 * np.clip(unit, 0, 1))
        values += drift * np.fft.irfft(slope, size, axis=1)
    return Blurred(values, margin)


def _each(
    function: Callable[[Floats, Blur], Floats], per_px: Floats, blurs: Sequence[Blur]
) -> Floats:
    """A function of frequencies (m, k), each row with its own blur."""
    if len(set(blurs)) == 1:
        return function(per_px, blurs[0])
    return np.stack([function(f, b) for f, b in zip(per_px, blurs, strict=True)])


@cache
def _smooth(size: int) -> int:
    """The next size that a fast Fourier transform takes quickly."""
    return int(cv2.getOptimalDFTSize(size + size % 2))
