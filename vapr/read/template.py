"""Identify a bar strip among the route's codes without decoding it.

Every code of the route predicts what the strip must look like; the best few are fitted
to its pixels. What the best one says is then held against "none of these": a code of
the same symbology with any text, or a near neighbour of the best one.

Method: deformable templates (Gallo & Manduchi, PAMI 2011) as a test among known codes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.absent import weigh
from vapr.read.calibration import Clues, template_scale
from vapr.read.candidates import Candidate, Contest, find_candidates, fit_candidates
from vapr.read.coarse import quiet_zone
from vapr.read.codebook import Codebook, Page
from vapr.read.fit import find_blur, fit_patterns
from vapr.read.optics import Blur
from vapr.read.profile import (
    Profile,
    Samples,
    bin_profile,
    find_leans,
    sample_strip,
    sheared,
)
from vapr.read.refine import Geometry, refine_geometry
from vapr.read.tone import find_tone, toned, unburnt
from vapr.types import Evidence, Image, Quad

_SMALLEST = 0.09  # px per module at right angles to the bars; nothing is told below
_STEP = 0.5  # px, of profiles
_REACH = 3.0  # px by which a strip's ends and sides may be off
_QUIET = 3.0  # px of quiet zone compared
_SHADED = 2.5  # misfit of any code that may come from a shadow across the strip
_FEW = 8  # candidates that are fitted a second time
_LEANS = 3  # guesses at how the bars lean that are followed


@dataclass(frozen=True, slots=True)
class StripMatch:
    """How a strip fits the items of the route.

    `llrs` are (item key, log-likelihood ratio against "none of these"), best first, of
    the items whose codes come nearest; the others are below the last of them.
    `px_per_module` is taken at right angles to the bars, `explained` the share of the
    profile's variance the best code explains, `residual` the reduced chi square of its
    fit, `misfit` that of the best code of any text, `blur` a standard deviation in px
    (aperture included) and `contrast` white minus black in linear light.
    """

    quad: Quad
    llrs: tuple[tuple[str, float], ...] = ()
    symbology: str | None = None
    px_per_module: float | None = None
    explained: float = 0.0
    residual: float = 0.0
    misfit: float = 1.0
    blur: float = 0.0
    contrast: float = 0.0


def identify_strip(
    image: Image,
    strip_quad: Quad,
    codebook: Codebook,
    *,
    families: Collection[str] | None = None,
) -> StripMatch:
    """Hold a bar strip against every code of the route.

    Args:
        image: BGR uint8 (H, W, 3).
        strip_quad: the strip's corners, px; the first edge runs along the bar axis (in
            either direction), ends and sides may be off by about 3 px.
        codebook: the route's codes.
        families: symbologies to consider; all of them by default.

    Returns:
        The match; without `llrs` when nothing can be told (too small, outside of the
        picture, no code of these families).
    """
    listed = [p for p in codebook.pages if families is None or p.symbology in families]
    match = _look(image, strip_quad, codebook, listed)
    if match.misfit > _SHADED:
        other = _look(image, strip_quad, codebook, listed, even=True)
        match = max(match, other, key=lambda m: m.llrs[0][1] if m.llrs else -np.inf)
    return match


def _look(
    image: Image,
    quad: Quad,
    codebook: Codebook,
    pages: Sequence[Page],
    *,
    even: bool = False,
) -> StripMatch:
    samples = sample_strip(image, quad, _REACH + _QUIET, even=even)
    if samples is None:
        return StripMatch(quad)
    pages = [p for p in pages if samples.length >= _SMALLEST * p.modules]
    first = _first_look(samples, pages) if pages else None
    contest = _settle(samples, *first, burns=not even) if first else None
    return _verdict(quad, contest, codebook)


def _first_look(
    samples: Samples, pages: Sequence[Page]
) -> tuple[Profile, tuple[float, float], tuple[Candidate, ...]] | None:
    """The profile, lean and candidates of the lean under which a code fits best."""
    leans = find_leans(samples, _REACH, _LEANS)
    profiles = [bin_profile(sheared(samples, *lean), samples, _STEP) for lean in leans]
    which, found = find_candidates(pages, profiles, samples.length, _REACH)
    return (profiles[which], leans[which], found) if found else None


def _settle(
    samples: Samples,
    profile: Profile,
    lean: tuple[float, float],
    found: tuple[Candidate, ...],
    *,
    burns: bool,
) -> Contest | None:
    """Fit the candidates, straighten the strip by the best one, fit them again.

    `burns` says whether bright samples may be clipped.
    """
    place = np.array([[c.start, c.end, c.bend] for c in found])
    weight = _window(profile, found[0], found[0].start, found[0].end)
    rss, place = fit_candidates(found, profile, weight, place, Blur())
    best = int(rss.argmin())
    if not np.isfinite(rss[best]):
        return None
    cells, where = found[best].cells, place[best]
    blur = find_blur(cells[None, :], profile, weight, where[None, :])
    first = Geometry(float(where[0]), float(where[1]), float(where[2]), lean)
    quiet = quiet_zone((first.end - first.start) / found[best].page.modules)
    lit = _straighten(samples, cells, (first, blur), quiet, burns=burns)
    samples, shape, blur, noise = lit
    straight = bin_profile(shape.place(samples), samples, _STEP)
    weight = _window(straight, found[best], 0.0, shape.end - shape.start)
    found, place = _likely(found, rss, place)
    place = place - np.array([shape.start, shape.start, shape.bend])
    rss, place = fit_candidates(found, straight, weight, place, blur, rounds=3)
    best = int(rss.argmin())
    if not np.isfinite(rss[best]):
        return None
    cells = found[best].cells[None, :]
    lead = fit_patterns(cells, straight, weight, place[best : best + 1], blur, rounds=1)
    return Contest(found, straight, weight, place, rss, lead, noise)


def _straighten(
    samples: Samples,
    cells: NDArray[np.float32],
    first: tuple[Geometry, Blur],
    quiet: float,
    *,
    burns: bool,
) -> tuple[Samples, Geometry, Blur, float]:
    """Samples in linear light, where a pattern lies on them, its blur, the noise."""
    near = _around(samples, first[0], quiet)
    shape, _ = refine_geometry(near, cells, *first)
    power, blur = find_tone(near, cells, shape, _STEP)
    samples = toned(samples, power)
    if burns:
        near = unburnt(_around(samples, shape, quiet), cells, shape, blur)
        shape, _ = refine_geometry(near, cells, shape, blur)
        samples = unburnt(samples, cells, shape, blur)
    near = _around(samples, shape, quiet)
    shape, residual = refine_geometry(near, cells, shape, blur)
    return samples, shape, blur, float(residual.var())


def _around(samples: Samples, shape: Geometry, quiet: float) -> Samples:
    return samples.within(shape.start - quiet, shape.end + quiet, shape.lean)


def _likely(
    found: tuple[Candidate, ...], rss: Floats, place: Floats
) -> tuple[tuple[Candidate, ...], Floats]:
    """The candidates that a closer fit may still put first."""
    order = np.argsort(rss)
    kept = [i for i in order[:_FEW] if np.isfinite(rss[i])]
    return tuple(found[i] for i in kept), place[kept]


def _window(profile: Profile, candidate: Candidate, start: float, end: float) -> Floats:
    """Sample counts inside the code and its near quiet zone, 0 elsewhere."""
    quiet = quiet_zone((end - start) / candidate.page.modules)
    inside = (profile.x > start - quiet) & (profile.x < end + quiet)
    out: Floats = profile.n * inside
    return out


def _verdict(quad: Quad, contest: Contest | None, codebook: Codebook) -> StripMatch:
    if contest is None:
        return StripMatch(quad)
    weighing = weigh(contest)
    ratios: dict[str, float] = {}
    for candidate, score in zip(contest.found, weighing.candidates, strict=True):
        if np.isfinite(score):
            key = codebook.keys[candidate.item]
            prior = float(candidate.page.log_prior[candidate.row])
            llr = float(score) + prior - weighing.absent
            ratios[key] = float(np.logaddexp(ratios.get(key, -np.inf), llr))
    y, weight = contest.profile.y, contest.weight
    total = float(weight @ (y - np.average(y, weights=weight)) ** 2)
    modules = contest.best.page.modules
    return StripMatch(
        quad=quad,
        llrs=tuple(sorted(ratios.items(), key=lambda pair: -pair[1])),
        symbology=contest.best.page.symbology,
        px_per_module=float(contest.lead.place[0, 1] - contest.lead.place[0, 0])
        / modules,
        explained=1 - float(contest.rss.min()) / max(total, 1e-12),
        residual=weighing.residual,
        misfit=weighing.misfit,
        blur=contest.lead.blur.sigma,
        contrast=float(contest.lead.contrast[0]),
    )


def clues_of(match: StripMatch) -> Clues:
    """What a match says of its best item, as the scale wants it."""
    raw = match.llrs[0][1] if match.llrs else float("-inf")
    lead = raw - match.llrs[1][1] if len(match.llrs) > 1 else float("inf")
    return Clues(
        raw=raw,
        lead=lead,
        px_per_module=match.px_per_module or 0.0,
        residual=match.residual,
        misfit=match.misfit,
        explained=match.explained,
        blur=match.blur,
        contrast=match.contrast,
    )


def template_evidence(
    matches: Sequence[StripMatch], codebook: Codebook
) -> Evidence | None:
    """What the strips of one label say over the route's items.

    The strips may be guesses at the same code, so they do not add up: the one that is
    explained best counts.

    Returns:
        None when no strip could be matched.
    """
    told = [match for match in matches if match.llrs]
    if not told:
        return None
    best = max(told, key=lambda match: match.llrs[0][1])
    scale, lead = template_scale(), best.llrs[0][1]
    top, floor = scale.llr(clues_of(best)), scale.floor
    # between items only the raw difference counts
    ratios = tuple((key, max(top + raw - lead, floor)) for key, raw in best.llrs[:16])
    return Evidence(
        kind="template",
        symbology=best.symbology,
        text=codebook.codes[ratios[0][0]][0].text,
        quad=best.quad,
        ratios=ratios,
        floor=floor,
        px_per_module=best.px_per_module,
    )
