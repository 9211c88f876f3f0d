"""The codes of the route that come nearest to a strip, and their fits side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.coarse import Coarse, Search
from vapr.read.codebook import Page
from vapr.read.fit import Fits, fit_patterns
from vapr.read.optics import Blur
from vapr.read.profile import Profile

_TOP = 16  # candidates that are fitted


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One pattern at one place: explained share, start and end px, bend."""

    page: Page
    row: int
    reverse: bool
    fit: float
    start: float
    end: float
    bend: float

    @property
    def item(self) -> int:
        """Index of the item in the codebook."""
        return int(self.page.item[self.row])

    @property
    def cells(self) -> NDArray[np.float32]:
        """The cells in the order of the strip's axis."""
        cells: NDArray[np.float32] = self.page.cells[self.row]
        return cells[::-1] if self.reverse else cells


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Candidates fitted to one profile: all arrays run over them.

    `place` (m, 3) is start px, end px and bend, `rss` (m,) the residual sum weighted by
    `weight` (n,), the samples behind each step of the profile; `lead` is the fit of
    the best one, `noise` the variance of single pixels about it.
    """

    found: tuple[Candidate, ...]
    profile: Profile
    weight: Floats
    place: Floats
    rss: Floats
    lead: Fits
    noise: float

    @property
    def best(self) -> Candidate:
        """The candidate with the smallest residual."""
        return self.found[int(self.rss.argmin())]


def find_candidates(
    pages: Sequence[Page], profiles: Sequence[Profile], length: float, reach: float
) -> list[tuple[Candidate, ...]]:
    """The patterns that explain each profile best, each in its better direction."""
    found: list[list[Candidate]] = [[] for _ in profiles]
    for page in pages:
        search = Search.of(page, length, reach)
        for mine, profile in zip(found, profiles, strict=True):
            mine += _leading(page, search.run(profile))
    return [tuple(sorted(mine, key=lambda c: -c.fit)[:_TOP]) for mine in found]


def _leading(page: Page, coarse: Coarse) -> list[Candidate]:
    found = []
    for i in np.argsort(-coarse.fit)[:_TOP].tolist():
        if coarse.fit[i] > 0:
            reverse, row = divmod(i, len(page.cells))
            start = float(coarse.start[i])
            end = start + float(coarse.length[i])
            fit, bend = float(coarse.fit[i]), float(coarse.bend[i])
            found.append(Candidate(page, row, bool(reverse), fit, start, end, bend))
    return found


def fit_candidates(
    found: Sequence[Candidate],
    profile: Profile,
    weight: Floats,
    place: Floats,
    blur: Blur,
) -> tuple[Floats, Floats]:
    """Residual sums (m,) and places (m, 3) of candidates of any widths.

    A code that would have to be white on black has an infinite residual.
    """
    rss, moved = np.full(len(found), np.inf), place.copy()
    widths = [c.page.width for c in found]
    for width in set(widths):
        rows = [i for i, other in enumerate(widths) if other == width]
        cells = np.stack([found[i].cells for i in rows])
        fits = fit_patterns(cells, profile, weight, place[rows], blur)
        rss[rows] = np.where(fits.contrast > 0, fits.rss, np.inf)
        moved[rows] = fits.place
    return rss, moved
