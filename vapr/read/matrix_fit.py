"""Fits of a code's pose and light to its pixels, by Gauss-Newton.

Light is paper minus ink, both with a slope over the code. Where only part of the
modules is known, the others are grey, and what they may do to a pixel is its noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vapr.geometry import Floats
from vapr.read.matrix_view import Pixels, Pose, Sent, send
from vapr.read.optics import BLURS, Blur

QUIET = 0.8  # modules of quiet zone that are compared: rules are near
_MOVE = 1.2  # modules by which corners may be off
_TILT = 0.35  # the same for what perspective does
_NOISE = 0.06  # of the contrast, what is not known of pixels' noise
_FEW = 220  # pixels whose covariance is taken
_SLOPES = np.arange(2, 6)
_HELD = np.array([0.001, 0.001, 0.004, 0.004])  # slopes are small


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A pattern on pixels: `rss` weighted, `light` (6,) of `light_basis`."""

    pose: Pose
    light: Floats
    rss: float
    total: float

    @property
    def contrast(self) -> float:
        """Paper minus ink at the code's middle."""
        return -float(self.light[1])


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What codes of a size have in common: mean ink (rows, columns), its variance."""

    mean: Floats
    spread: Floats


def window(pose: Pose, pixels: Pixels, quiet: float = QUIET) -> Pixels:
    """The pixels of a code and of its quiet zone next to it."""
    u, v, depth = pose.modules(pixels)
    keep = (np.abs(u - pose.columns / 2) < pose.columns / 2 + quiet) & (
        np.abs(v - pose.rows / 2) < pose.rows / 2 + quiet
    )
    return pixels.only(keep & (depth > 0))


def light_basis(pixels: Pixels, ink: Floats, reach: float) -> Floats:
    """Level, ink, the slopes of the level and those of the ink: (n, 6)."""
    x, y = pixels.x / reach, pixels.y / reach
    return np.column_stack([np.ones_like(x), ink, x, y, ink * x, ink * y])


def reach_of(pixels: Pixels) -> float:
    """Px from a code's middle to its corners: the unit of slopes."""
    return float(np.hypot(*np.asarray(pixels.quad).T).mean())


def fit_pose(
    pixels: Pixels,
    ink: Floats,
    pose: Pose,
    sigma: float,
    *,
    weight: Floats | None = None,
    rounds: int = 4,
) -> Fit:
    """Fit a pattern's pose and light.

    Args:
        pixels: of the code and its quiet zone.
        ink: the pattern (rows, columns), 1 where it is dark.
        pose: to start from; the fit stays near.
        sigma: standard deviation of the blur, px.
        weight: of pixels (n,), or their inverse covariance (n, n); alike by default.
        rounds: steps of Gauss-Newton.
    """
    w = np.ones_like(pixels.light) if weight is None else weight
    sent = send(pose, pixels, sigma)
    best = _lit(pixels, sent.pattern(ink), w, pose)
    for _ in range(rounds):
        step = _step(pixels, ink, w, (best, pose), sent)
        for share in (1.0, 0.4):
            matrix = best.pose.matrix + share * step
            after = replace(best.pose, matrix=matrix)
            there = send(after, pixels, sigma)
            fit = _lit(pixels, there.pattern(ink), w, after)
            if fit.rss < best.rss:
                break
        else:
            break
        best, sent = fit, there
    return best


def _lit(pixels: Pixels, ink: Floats, w: Floats, pose: Pose) -> Fit:
    basis = light_basis(pixels, ink, reach_of(pixels))
    light, rss = solve_light(basis, pixels.light, w)
    level = np.ones((len(pixels.light), 1))
    heavy = _weighed(w, level)[:, 0]
    off = pixels.light - heavy @ pixels.light / heavy.sum()
    return Fit(pose, light, rss, float(off @ _weighed(w, off[:, None])[:, 0]))


def _weighed(w: Floats, columns: Floats) -> Floats:
    """Columns (n, k) times weights (n,) or an inverse covariance (n, n)."""
    return w @ columns if w.ndim == 2 else w[:, None] * columns


def solve_light(basis: Floats, y: Floats, w: Floats) -> tuple[Floats, float]:
    """Weighted least squares with slopes held small: light (6,), weighted residual."""
    heavy = _weighed(w, basis)
    left = basis.T @ heavy
    left[_SLOPES, _SLOPES] += _HELD * left[0, 0]
    left[np.diag_indices(6)] += 1e-9
    light = np.asarray(np.linalg.solve(left, heavy.T @ y), np.float64)
    off = y - basis @ light
    return light, float(off @ _weighed(w, off[:, None])[:, 0])


def _step(
    pixels: Pixels, ink: Floats, w: Floats, at: tuple[Fit, Pose], sent: Sent
) -> Floats:
    """A step (3, 3) of the pose, together with light, drawn to where it started."""
    fit, start = at
    pose, reach = fit.pose, reach_of(pixels)
    basis = light_basis(pixels, sent.pattern(ink), reach)
    full = np.column_stack([basis, *_moves(pixels, ink, fit, sent)])
    heavy = _weighed(w, full)
    left = full.T @ heavy
    noise = max(fit.rss / len(w), 1e-9 * left[0, 0]) if w.ndim == 1 else 1.0
    held = noise / np.array([_MOVE] * 6 + [_TILT] * 2) ** 2
    unit = _units(pose, reach)
    gone = (pose.matrix - start.matrix).ravel()[:8] / unit
    spot = np.arange(6, 14)
    left[spot, spot] += held
    left[np.diag_indices(14)] += 1e-9 * left[0, 0]
    right = heavy.T @ (pixels.light - basis @ fit.light)
    right[6:] -= held * gone
    step = np.linalg.solve(left, right)[6:]
    step *= min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-9))
    return np.append(step * unit, 0.0).reshape(3, 3)


def _moves(pixels: Pixels, ink: Floats, fit: Fit, sent: Sent) -> list[Floats]:
    """What the light at pixels changes by with each entry of the pose, by `_units`."""
    reach = reach_of(pixels)
    x, y = pixels.x / reach, pixels.y / reach
    u, v, depth = fit.pose.modules(pixels)
    along, upright = sent.slopes(ink)
    slope = fit.light[1] + fit.light[4] * x + fit.light[5] * y
    du, dv = slope * along / depth, slope * upright / depth
    tilt = -(du * u + dv * v) / (0.5 * fit.pose.columns)
    return [du * x, du * y, du, dv * x, dv * y, dv, tilt * x, tilt * y]


def _units(pose: Pose, reach: float) -> Floats:
    """A step of 1 in each entry of the matrix, as modules at the code's corner."""
    one = np.array([1 / reach, 1 / reach, 1.0])
    tilt = 1 / (reach * 0.5 * pose.columns)
    return np.concatenate([one, one, [tilt, tilt]])


def fit_known(
    pixels: Pixels, shared: Shared, pose: Pose, sigma: float, rounds: int = 3
) -> Fit:
    """Fit the part of a code that all of its kind share.

    Args:
        pixels: about the code.
        shared: that part.
        pose: to start from.
        sigma: of the blur, px.
        rounds: steps of Gauss-Newton.
    """
    near = window(pose, pixels).thinned(_FEW)
    flat = send(pose, near, sigma).flat()
    contrast = float(np.ptp(np.quantile(near.light, [0.05, 0.95])))
    cover = contrast**2 * (flat * shared.spread.ravel()) @ flat.T
    cover[np.diag_indices(len(cover))] += (_NOISE * max(contrast, 0.05)) ** 2
    weight = np.asarray(np.linalg.inv(cover), np.float64)
    return fit_pose(near, shared.mean, pose, sigma, weight=weight, rounds=rounds)


def find_blur(
    pixels: Pixels, ink: Floats, pose: Pose, lights: Sequence[Floats]
) -> tuple[Blur, int]:
    """The blur, and which of several versions of the light, that agree most.

    Args:
        pixels: of the code and its quiet zone.
        ink: the pattern (rows, columns).
        pose: how it lies.
        lights: what to take for the pixels' light, each (n,).
    """
    weight = np.ones_like(pixels.light)
    reach = reach_of(pixels)
    bases = [light_basis(pixels, s, reach) for s in _under_blurs(pixels, ink, pose)]
    left = [
        [solve_light(basis, y, weight)[1] / max(float(y.var()), 1e-12) for y in lights]
        for basis in bases
    ]
    blur, which = divmod(int(np.argmin(left)), len(lights))
    return BLURS[blur], which


def _under_blurs(pixels: Pixels, ink: Floats, pose: Pose) -> list[Floats]:
    """A pattern at the pixels under each of the blurs that are tried."""
    sigmas = sorted({s for b in BLURS for s in (b.sigma, float(np.hypot(b.sigma, 1)))})
    plain = {sigma: send(pose, pixels, sigma).pattern(ink) for sigma in sigmas}
    return [
        (1 + b.sharpening) * plain[b.sigma]
        - b.sharpening * plain[float(np.hypot(b.sigma, 1))]
        for b in BLURS
    ]
