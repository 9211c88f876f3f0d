"""From the pixels of a strip to its candidates, fitted side by side.

A strip is looked at coarsely, the likeliest codes are fitted to it, it is straightened
and put in linear light by the one that leads, and the likeliest are fitted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.candidates import (
    Candidate,
    Contest,
    fit_candidates,
    likeliest,
    search_pages,
)
from vapr.read.coarse import Coarse, quiet_zone
from vapr.read.codebook import Codebook, Page
from vapr.read.fit import Fits, find_blurs, fit_patterns
from vapr.read.light import flattened
from vapr.read.optics import Blur
from vapr.read.profile import (
    ENOUGH,
    Profile,
    Samples,
    bin_profile,
    find_leans,
    sample_strip,
    sheared,
)
from vapr.read.refine import Geometry, refine_geometry
from vapr.read.tone import find_tone, toned, unburnt
from vapr.types import Image, Quad

_SMALLEST = 0.09  # px per module at right angles to the bars; nothing is told below
_STEP = 0.5  # px, of profiles
_REACH = 3.0  # px by which a strip's ends and sides may be off
_QUIET = 3.0  # px of quiet zone compared
_ENOUGH = 2500  # samples of a look that is kept
FEW = 8  # candidates that are fitted a second time
_LEANS = 3  # guesses at how the bars lean that are followed


@dataclass(frozen=True, slots=True, eq=False)
class StripLook:
    """A strip as one picture shows it, and how well each code may explain it.

    `samples` are its pixels, `profile` their means under the lean of the bars that some
    code explains best, `coarse` how well all codes of `codebook` explain that profile.
    With `even` the light was divided by its local mean.
    """

    quad: Quad
    codebook: Codebook
    samples: Samples
    profile: Profile
    lean: tuple[float, float]
    coarse: tuple[Coarse, ...]
    even: bool

    def kept(self) -> "StripLook":
        """The same in less memory, to be stacked with later looks."""
        return replace(self, samples=self.samples.thinned(_ENOUGH))


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Candidates fitted to a look's profile: residual sums (m,), places (m, 3).

    `weight` (n,) are the samples behind each step of the profile, inside the window.
    """

    found: tuple[Candidate, ...]
    rss: Floats
    place: Floats
    profile: Profile
    weight: Floats

    def only(self, kept: Sequence[int]) -> "Fitted":
        """Some of the candidates."""
        few = list(kept)
        found = tuple(self.found[i] for i in few)
        return replace(self, found=found, rss=self.rss[few], place=self.place[few])


def see_strip(
    image: Image,
    quad: Quad,
    codebook: Codebook,
    pages: Sequence[Page],
    *,
    even: bool = False,
) -> StripLook | None:
    """Look at a strip; None where it can hold no code of those pages of a codebook."""
    samples = sample_strip(image, quad, _REACH + _QUIET, even=even)
    if samples is None:
        return None
    pages = [p for p in pages if samples.length >= _SMALLEST * p.modules]
    if not pages:
        return None
    leans = find_leans(samples, _REACH, _LEANS)
    profiles = [bin_profile(sheared(samples, *lean), samples, _STEP) for lean in leans]
    which, coarse = search_pages(pages, profiles, samples.length, _REACH)
    profile, lean = profiles[which], leans[which]
    return StripLook(quad, codebook, samples, profile, lean, coarse, even)


def settle(look: StripLook) -> Contest | None:
    """Fit a look's likeliest codes, twice; None where none of them fits."""
    found = likeliest(look.coarse)
    if not found:
        return None
    first = fit_first(look, found)
    kept = [
        i for i in np.argsort(first.rss)[:FEW].tolist() if np.isfinite(first.rss[i])
    ]
    contest = fit_again(look, first.only(kept)) if kept else None
    return contest if contest and np.isfinite(contest.rss).any() else None


def fit_first(look: StripLook, found: tuple[Candidate, ...]) -> Fitted:
    """Fit candidates from their coarse places, within the window of the first."""
    place = np.array([[c.start, c.end, c.bend] for c in found])
    weight = _window(look.profile, found[0], found[0].start, found[0].end)
    rss, place = fit_candidates(found, look.profile, weight, place, Blur())
    return Fitted(found, rss, place, look.profile, weight)


def fit_again(look: StripLook, first: Fitted) -> Contest | None:
    """Straighten a strip by the first candidate, and fit all of them again.

    None where that candidate turns out to lie where hardly any pixels are.
    """
    top, where = first.found[0], first.place[0]
    start, end, bend = (float(v) for v in where)
    seen = (top.cells[None, :], look.profile, first.weight, where[None, :])
    blur, _ = find_blurs(*seen, drift=4 * bend)
    shape = Geometry(start, end, bend, look.lean)
    quiet = quiet_zone((end - start) / top.page.modules)
    lit = _straighten(
        look.samples, top.cells, (shape, blur), quiet, burns=not look.even
    )
    if lit is None:
        return None
    samples, shape, blur, noise = lit
    straight = bin_profile(shape.place(samples), samples, _STEP)
    weight = _window(straight, top, 0.0, shape.end - shape.start)
    place = first.place - np.array([shape.start, shape.start, shape.bend])
    rss, place = fit_candidates(first.found, straight, weight, place, blur, rounds=3)
    best = int(rss.argmin())
    lead = _fit_of(first.found[best], straight, weight, place[best], blur)
    return Contest(first.found, straight, weight, place, rss, best, lead, noise)


def led_by(contest: Contest, leader: int) -> Contest:
    """The same contest with another candidate in the lead."""
    one, place = contest.found[leader], contest.place[leader]
    lead = _fit_of(one, contest.profile, contest.weight, place, contest.lead.blur)
    return replace(contest, leader=leader, lead=lead)


def _fit_of(
    one: Candidate, profile: Profile, weight: Floats, place: Floats, blur: Blur
) -> Fits:
    cells = one.cells[None, :]
    return fit_patterns(cells, profile, weight, place[None, :], blur, rounds=1)


def _straighten(
    samples: Samples,
    cells: NDArray[np.float32],
    first: tuple[Geometry, Blur],
    quiet: float,
    *,
    burns: bool,
) -> tuple[Samples, Geometry, Blur, float] | None:
    """Samples in linear light, where a pattern lies on them, its blur, the noise."""
    near = _around(samples, first[0], quiet)
    if len(near.y) < ENOUGH:
        return None
    shape, _ = refine_geometry(near, cells, *first)
    tone, blur = find_tone(near, cells, shape, _STEP)
    samples = toned(samples, tone)
    if len(_around(samples, shape, quiet).y) < ENOUGH:
        return None
    if burns:
        near = unburnt(_around(samples, shape, quiet), cells, shape, blur)
        shape, _ = refine_geometry(near, cells, shape, blur)
        samples = unburnt(samples, cells, shape, blur)
    near = _around(samples, shape, quiet)
    if len(near.y) < ENOUGH:
        return None
    near = flattened(near, cells, shape, blur)
    shape, residual = refine_geometry(near, cells, shape, blur)
    return near, shape, blur, float(residual.var())


def _around(samples: Samples, shape: Geometry, quiet: float) -> Samples:
    return samples.within(shape.start - quiet, shape.end + quiet, shape.lean)


def _window(profile: Profile, candidate: Candidate, start: float, end: float) -> Floats:
    """Sample counts inside the code and its near quiet zone, 0 elsewhere."""
    quiet = quiet_zone((end - start) / candidate.page.modules)
    inside = (profile.x > start - quiet) & (profile.x < end + quiet)
    out: Floats = profile.n * inside
    return out
