"""What a camera makes of bars: pattern, lens blur, pixel aperture, sharpening.

A pixel's square aperture seen along any axis has a variance of 1/12 px², whatever the
axis; with the lens blur it is close to a Gaussian of the summed variance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats

OVERSAMPLING = 4
_MARGIN = 14  # modules of quiet zone on either side of a blurred pattern


@dataclass(frozen=True, slots=True)
class Blur:
    """Standard deviation in px (aperture included) and strength of the sharpening."""

    sigma: float = 0.75
    sharpening: float = 0.0


def transfer(frequency: Floats, blur: Blur) -> Floats:
    """The transfer function at frequencies in cycles per px."""
    square = (2 * np.pi * frequency) ** 2
    plain = np.exp(-0.5 * blur.sigma**2 * square)
    wide = np.exp(-0.5 * 1.0 * square)
    out: Floats = plain * (1 + blur.sharpening * (1 - wide))
    return out


def normal_cdf(x: Floats) -> Floats:
    """The standard normal distribution function (Abramowitz & Stegun 7.1.26)."""
    z = np.abs(x) * np.sqrt(0.5)
    k = 1 / (1 + 0.3275911 * z)
    poly = k * (
        0.254829592
        + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429)))
    )
    tail = 0.5 * poly * np.exp(-z * z)
    out: Floats = np.where(x >= 0, 1 - tail, tail)
    return out


def cell_response(
    width: int, px_per_cell: float, places: Floats, sigma: float
) -> Floats:
    """What each cell weighs at places (px from the code's start): (width, n)."""
    edges = np.arange(width + 1) * px_per_cell
    steps = normal_cdf((places[None, :] - edges[:, None]) / sigma)
    out: Floats = steps[:-1] - steps[1:]
    return out


def sharp_response(
    width: int, px_per_cell: float, places: Floats, blur: Blur
) -> Floats:
    """As `cell_response`, with sharpening: an unsharp mask of 1 px on top."""
    plain = cell_response(width, px_per_cell, places, blur.sigma)
    if blur.sharpening == 0:
        return plain
    wide = cell_response(width, px_per_cell, places, float(np.hypot(blur.sigma, 1.0)))
    return (1 + blur.sharpening) * plain - blur.sharpening * wide


@dataclass(frozen=True, slots=True, eq=False)
class Blurred:
    """Patterns after the optics, finely sampled: look up with `at`.

    `values` and `slopes` (per cell) are (m, samples); sample i lies at cell
    i / OVERSAMPLING - margin, plus half a sample.
    """

    values: NDArray[np.float64]
    slopes: NDArray[np.float64]
    margin: int

    def at(self, cells: Floats) -> tuple[Floats, Floats]:
        """Values and slopes at places (m, n) given in cells from each code's start."""
        place = (cells + self.margin) * OVERSAMPLING - 0.5
        last = self.values.shape[1] - 2
        place = np.clip(place, 0, last + 0.999)
        low = place.astype(np.intp)
        part = place - low
        flat = low + np.arange(len(low))[:, None] * self.values.shape[1]
        v, d = self.values.ravel(), self.slopes.ravel()
        value = v[flat] * (1 - part) + v[flat + 1] * part
        slope = d[flat] * (1 - part) + d[flat + 1] * part
        return value, slope


def blur_patterns(
    cells: NDArray[np.float32], px_per_cell: Floats, blur: Blur, margin: int
) -> Blurred:
    """Patterns (m, width), each with its own px per cell, as the camera sees them."""
    m, width = cells.shape
    size = (width + 2 * margin) * OVERSAMPLING
    fine = np.zeros((m, size))
    inner = slice(margin * OVERSAMPLING, (margin + width) * OVERSAMPLING)
    fine[:, inner] = np.repeat(cells, OVERSAMPLING, axis=1)
    frequency = np.fft.rfftfreq(size) * OVERSAMPLING  # cycles per cell
    spectrum = np.fft.rfft(fine, axis=1)
    spectrum = spectrum * transfer(frequency[None, :] / px_per_cell[:, None], blur)
    values = np.fft.irfft(spectrum, size, axis=1)
    slopes = np.gradient(values, axis=1) * OVERSAMPLING
    return Blurred(values, slopes, margin)
