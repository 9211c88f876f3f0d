"""The hypothesis "none of these" for matrix codes.

A code of the same size with any content: each of its modules dark or light by chance,
or as likely dark as on the route's codes there. Given how the code lies, both are sums
over all such codes in closed form, as long as a pixel sees several modules: what it
sees of them is then close to normal. And codes near the best one, one by one: serials
before and after it, numbers a digit away.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vapr.geometry import Floats
from vapr.read.matrix_book import Kind, MatrixPage, Row, Signs, is_writable, write_rows
from vapr.read.matrix_fit import reach_of
from vapr.read.matrix_search import Found, ink_of
from vapr.read.matrix_view import Pixels, seen, send
from vapr.read.optics import Blur
from vapr.route.rivals import neighbours, serials

_WORTH = 0.4  # of a pixel's noise is its own; the camera's software smooths it
_MISFIT = 0.045  # what the model gets wrong, share of the contrast
_SHARES = (0.3, 0.3, 0.4)  # any modules, modules as on the route, near codes
_MOST = 220  # pixels whose sum over codes is taken
_SERIALS, _CHANGED = 24, 32
_NOISES = 3  # tried for free codes, up to what the best code leaves
_LESS = 3.0  # times less at most: the optics err under any code


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Codes fitted to pixels: `rss` (m,) under one blur, of which `lead` is least."""

    pixels: Pixels
    found: tuple[Found, ...]
    rss: Floats
    lead: int
    blur: Blur
    light: Floats

    @property
    def least(self) -> float:
        """The least variance of a pixel that is believed."""
        return (_MISFIT * max(abs(float(self.light[1])), 0.02)) ** 2


def log_likelihoods(settled: Settled, rss: Floats) -> Floats:
    """Log-likelihoods (m,) of residual sums, each with the noise that suits it best."""
    count = len(settled.pixels.light)
    left = np.minimum(rss / count, 1e6)  # infinite: white on black
    noise = np.maximum(left, settled.least)
    out: Floats = -0.5 * _WORTH * count * (np.log(noise) + left / noise - 1)
    return out


def log_absent(settled: Settled) -> float:
    """The log-likelihood that the pixels show a code that is not on the route."""
    one = settled.found[settled.lead]
    kin = _kin(one.page, one.row)
    mask, fixed = one.page.masks[one.mask], one.page.fixed[one.mask]
    told = kin * mask + fixed
    any_code = np.where(fixed != 0, fixed, 0.0)
    free = _log_free(settled, (any_code, told))
    rivals = near_codes(one.page.kind, one.page.rows[one.row])
    near = -np.inf
    if len(rivals):
        near = _log_mean(_scores(settled, rivals * mask + fixed))
    means = np.array([*free, near])
    return float(np.logaddexp.reduce(np.log(_SHARES) + means))


@lru_cache(maxsize=256)
def _kin(page: MatrixPage, row: int) -> Floats:
    """Mean data modules of the page's codes that are written like one of them."""
    own = page.rows[row]
    alike = [
        i
        for i, other in enumerate(page.rows)
        if i != row and (other.way, len(other.text)) == (own.way, len(own.text))
    ]
    out: Floats = page.data[alike].sum(axis=0, dtype=np.float64) / (len(alike) + 1.5)
    return out


@lru_cache(maxsize=256)
def near_codes(kind: Kind, row: Row) -> Signs:
    """Data modules (n, modules) of numbers near a code's own, written in its way."""
    none = np.empty((0, kind.rows * kind.columns), np.int8)
    at = row.text.find(row.number)
    if at < 0 or not row.number:
        return none
    head, tail = row.text[:at], row.text[at + len(row.number) :]
    numbers = [*serials(row.number, _SERIALS), *neighbours(row.number, _CHANGED)]
    rows = [
        row._replace(text=head + number + tail)
        for number in dict.fromkeys(numbers)
        if number != row.number and len(number) == len(row.number)
    ]
    rows = [one for one in rows if is_writable(kind, one)]
    return write_rows(kind, rows) if rows else none


def _scores(settled: Settled, signs: Signs) -> Floats:
    """Log-likelihoods (m,) of codes in the leader's pose and light."""
    one, pixels = settled.found[settled.lead], settled.pixels
    shown = seen(one.pose, pixels, settled.blur, ink_of(signs, one.pose))
    reach = reach_of(pixels)
    x, y = pixels.x / reach, pixels.y / reach
    a, b, ax, ay, bx, by = settled.light
    pred = a + ax * x + ay * y + shown * (b + bx * x + by * y)
    return log_likelihoods(settled, np.square(pixels.light - pred).sum(axis=1))


def _log_mean(scores: Floats) -> float:
    top = float(scores.max())
    return top + float(np.log(np.exp(scores - top).mean()))


def _log_free(settled: Settled, means: tuple[Floats, ...]) -> list[float]:
    """Log-likelihoods of codes whose modules are drawn about some means.

    Pixels are normal about what the mean code sends, with the variance of what single
    modules send and their own noise, of which the likeliest is taken.
    """
    one, total = settled.found[settled.lead], len(settled.pixels.light)
    pixels = settled.pixels.thinned(_MOST)
    worth = _WORTH * total / len(pixels.light)
    most = max(float(settled.rss[settled.lead]) / total, settled.least)
    least = max(settled.least, most / _LESS)
    noises = np.geomspace(least, most, _NOISES).tolist()
    sends = _modules_sent(one, pixels, settled)
    level = settled.light[[0, 2, 3]] @ _flat_basis(pixels)
    out = []
    for mean in means:
        ink = 0.5 + 0.5 * mean
        off = pixels.light - level - sends @ ink
        cover = (sends * np.maximum(ink * (1 - ink), 0.0)) @ sends.T
        tried = [_log_normal(off, cover, noise) for noise in noises]
        out.append(worth * max(tried))
    return out


def _flat_basis(pixels: Pixels) -> Floats:
    reach = reach_of(pixels)
    return np.stack([np.ones_like(pixels.x), pixels.x / reach, pixels.y / reach])


def _modules_sent(one: Found, pixels: Pixels, settled: Settled) -> Floats:
    """The light that each module takes from each pixel: (n, modules)."""
    reach = reach_of(pixels)
    x, y = pixels.x / reach, pixels.y / reach
    factor = settled.light[1] + settled.light[4] * x + settled.light[5] * y
    blur = settled.blur
    out = send(one.pose, pixels, blur.sigma).flat()
    if blur.sharpening:
        wide = send(one.pose, pixels, float(np.hypot(blur.sigma, 1.0))).flat()
        out = (1 + blur.sharpening) * out - blur.sharpening * wide
    return np.asarray(factor[:, None] * out, np.float64)


def _log_normal(off: Floats, cover: Floats, noise: float) -> float:
    """The log-density of pixels, but for the constant `log_likelihoods` leaves out."""
    full = cover + noise * np.eye(len(off))
    spread = np.log(np.diag(np.linalg.cholesky(full))).sum()
    return float(-0.5 * off @ np.linalg.solve(full, off) - spread) + 0.5 * len(off)
