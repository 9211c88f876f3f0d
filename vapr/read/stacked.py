"""Several looks at one strip, stacked before codes are compared.

One look leaves near codes level within its noise, and which of them comes first differs
from look to look; so what each look says of its own best code adds up to little. Here
each look says how well each code explains it, these log-likelihoods are summed, and
only the sums are compared, with one another and with codes that are not on the route.
"""

from collections.abc import Sequence
from math import hypot, sqrt

import numpy as np

from vapr.geometry import Floats, center, quad_area
from vapr.read.absent import weigh
from vapr.read.candidates import Candidate, Contest, candidate_at
from vapr.read.coarse import Coarse
from vapr.read.codebook import Page
from vapr.read.fitting import FEW, Fitted, StripLook, fit_again, fit_first, led_by
from vapr.read.template import StripMatch, match_of
from vapr.types import Quad

MOVED_PX = 0.2  # by which a label must have moved on the sensor's grid, to be seen anew
RESIZED = 0.02  # or the share by which it must have grown
SAME_VIEW, NEW_VIEW = 0.95, 0.15  # correlation of the errors of two looks
_TOP = 16  # candidates that are fitted


def is_apart(label: Quad, other: Quad) -> bool:
    """Whether a label lies otherwise on the sensor's grid in two pictures."""
    (ax, ay), (bx, by) = center(label), center(other)
    sizes = sqrt(quad_area(label)), sqrt(quad_area(other))
    grown = abs(sizes[0] - sizes[1]) >= RESIZED * sizes[1]
    return grown or hypot(ax - bx, ay - by) >= MOVED_PX


def shares_of(labels: Sequence[Quad]) -> list[float]:
    """How much of each look at a label is new: 1 of a single one.

    Looks err alike: by the same print, lens and glare, and on the same place of the
    sensor's grid nearly by all. Two looks whose errors correlate by r are worth
    2 / (1 + r).
    """
    return [
        1 / (1 + sum(_correlation(a, b) for j, b in enumerate(labels) if j != i))
        for i, a in enumerate(labels)
    ]


def _correlation(label: Quad, other: Quad) -> float:
    return NEW_VIEW if is_apart(label, other) else SAME_VIEW


def stack_looks(
    looks: Sequence[StripLook], shares: Sequence[float]
) -> StripMatch | None:
    """Hold all looks at a strip against every code of the route.

    Args:
        looks: at the same strip, at least one.
        shares: how much of each look is new, as `shares_of` tells: a sum that does not
            know it grows surer than what is known.

    Returns:
        The match, on the scale of single looks; None when no code explains them all, or
        they were not taken with the same codebook.
    """
    likely = _likeliest(looks)
    if not likely:
        return None
    first = [fit_first(look, _candidates(look, likely)) for look in looks]
    order = np.argsort(-sum(map(_likelihood, first)))[:FEW].tolist()
    fitted = [
        (share, contest)
        for share, look, one in zip(shares, looks, first, strict=True)
        if np.isfinite(one.rss[order[0]])
        if (contest := fit_again(look, one.only(order)))
    ]
    if not fitted:
        return None
    leader = int(np.argmax(sum(_likelihood(contest) for _, contest in fitted)))
    kept = [pair for pair in fitted if np.isfinite(pair[1].rss[leader])]
    contests = [led_by(contest, leader) for _, contest in kept]
    weighing = weigh(contests, [share for share, _ in kept], all_route=True)
    return match_of(looks[-1], contests, weighing)


def _likelihood(fits: Fitted | Contest) -> Floats:
    """Log-likelihoods of candidates (m,) if the noise is what each leaves.

    One that would have to be white on black explains nothing.
    """
    y, weight = fits.profile.y, fits.weight
    total = float(weight @ (y - np.average(y, weights=weight)) ** 2)
    left = np.clip(fits.rss, 1e-12, max(total, 1e-12))
    out: Floats = -0.25 * float((weight > 0).sum()) * np.log(left)
    return out


def _likeliest(looks: Sequence[StripLook]) -> list[tuple[Page, int]]:
    """The codes that explain all looks best together, coarsely."""
    pages = [coarse.page for coarse in looks[0].coarse]
    found: list[tuple[float, Page, int]] = []
    for page in pages:
        shown = [coarse for look in looks if (coarse := _of_page(look, page))]
        if len(shown) == len(looks):
            left = np.sum([np.log1p(-_fit_of_codes(one)) for one in shown], axis=0)
            rows = np.argsort(left)[:_TOP].tolist()
            found += [(float(left[row]), page, row) for row in rows]
    found.sort(key=lambda one: one[0])
    return [(page, row) for _, page, row in found[:_TOP]]


def _of_page(look: StripLook, page: Page) -> Coarse | None:
    return next((coarse for coarse in look.coarse if coarse.page is page), None)


def _fit_of_codes(coarse: Coarse) -> Floats:
    """The explained share of each code, read from the end that suits it better."""
    both = coarse.fit[0].reshape(2, -1)
    out: Floats = np.clip(both.max(axis=0), 0.0, 0.999)
    return out


def _candidates(
    look: StripLook, codes: Sequence[tuple[Page, int]]
) -> tuple[Candidate, ...]:
    """Codes where they explain a look best."""
    found = []
    for page, row in codes:
        coarse = _of_page(look, page)
        assert coarse is not None
        ends = coarse.fit[0].reshape(2, -1)[:, row]
        found.append(candidate_at(coarse, row + int(ends.argmax()) * len(page.cells)))
    return tuple(found)
