"""The codes of the route that come nearest to a strip, and their fits side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.coarse import Coarse, search
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
    `weight` (n,), the samples behind each step of the profile; `leader` says which of
    them leads, `lead` is its fit, `noise` the variance of single pixels about it.
    """

    found: tuple[Candidate, ...]
    profile: Profile
    weight: Floats
    place: Floats
    rss: Floats
    leader: int
    lead: Fits
    noise: float

    @property
    def best(self) -> Candidate:
        """The candidate that leads."""
        return self.found[self.leader]


def search_pages(
    pages: Sequence[Page], profiles: Sequence[Profile], length: float, reach: float
) -> tuple[int, tuple[Coarse, ...]]:
    """Which profile is explained best, and how well all patterns explain it."""
    coarse = search(pages, profiles, length, reach)
    fit = np.concatenate([each.fit for each in coarse], axis=1)
    which = int(fit.max(axis=1).argmax())
    return which, tuple(each.of(which) for each in coarse)


def likeliest(coarse: Sequence[Coarse]) -> tuple[Candidate, ...]:
    """The patterns that explain a profile best, the best first."""
    fit = np.concatenate([each.fit[0] for each in coarse])
    first = np.cumsum([0, *(each.fit.shape[1] for each in coarse)])
    found = []
    for column in np.argsort(-fit)[:_TOP].tolist():
        of = int(np.searchsorted(first, column, "right")) - 1
        if fit[column] > 0:
            found.append(candidate_at(coarse[of], column - int(first[of])))
    return tuple(found)


def candidate_at(coarse: Coarse, column: int) -> Candidate:
    """The pattern of a column where it explains the only profile best."""
    reverse, row = divmod(column, len(coarse.page.cells))
    told = (coarse.fit, coarse.start, coarse.end, coarse.bend)
    facts = (float(each[0, column]) for each in told)
    return Candidate(coarse.page, row, bool(reverse), *facts)


def fit_candidates(
    found: Sequence[Candidate],
    profile: Profile,
    weight: Floats,
    place: Floats,
    blur: Blur,
    rounds: int = 4,
) -> tuple[Floats, Floats]:
    """Residual sums (m,) and places (m, 3) of candidates of any widths.

    A code that would have to be white on black has an infinite residual.
    """
    rss, moved = np.full(len(found), np.inf), place.copy()
    widths = [c.page.width for c in found]
    for width in set(widths):
        rows = [i for i, other in enumerate(widths) if other == width]
        cells = np.stack([found[i].cells for i in rows])
        fits = fit_patterns(cells, profile, weight, place[rows], blur, rounds)
        rss[rows] = np.where(fits.contrast > 0, fits.rss, np.inf)
        moved[rows] = fits.place
    return rss, moved
