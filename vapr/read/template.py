"""Identify a bar strip among the route's codes without decoding it.

Every code of the route predicts what the strip must look like; the best few are fitted
to its pixels. What the best one says is then held against "none of these": a code of
the same symbology with any text, or a near neighbour of the best one.

Method: deformable templates (Gallo & Manduchi, PAMI 2011) as a test among known codes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from vapr.read.absent import Weighing, weigh
from vapr.read.calibration import Clues, template_scale
from vapr.read.candidates import Contest
from vapr.read.codebook import Codebook, Page
from vapr.read.fitting import StripLook, see_strip, settle
from vapr.read.tone import burnt_share
from vapr.types import Evidence, Image, Quad

_SHADED = 2.5  # misfit of any code that may come from a shadow across the strip
_FAINTEST = 0.03  # contrast, of full scale; strips that named an item had 0.09
_GLARING = 0.7  # share burnt out; strips that named an item had 0.58 at most
_PLAIN, _OWED = 0.6, 20.0  # px per module; nats owed per log of size beyond it


@dataclass(frozen=True, slots=True)
class StripMatch:
    """How a strip fits the items of the route.

    `llrs` are (item key, log-likelihood ratio against "none of these"), best first, of
    the items whose codes come nearest; the others are below the last of them.
    `px_per_module` is taken at right angles to the bars, `explained` the share of the
    profile's variance the best code explains, `residual` the reduced chi square of its
    fit, `misfit` that of the best code of any text, `blur` a standard deviation in px
    (aperture included) and `contrast` white minus black in linear light. `look` is what
    was looked at, to be stacked with further looks (see `vapr.read.stacked`).
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
    look: StripLook | None = field(default=None, repr=False, compare=False)


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
    look = see_strip(image, quad, codebook, pages, even=even)
    if look is not None and not even and burnt_share(look.samples) > _GLARING:
        return StripMatch(quad)  # burnt pixels take any pattern
    contest = settle(look) if look else None
    if look is None or contest is None:
        return StripMatch(quad)
    return match_of(look, [contest], weigh([contest]))


def match_of(
    look: StripLook, contests: Sequence[Contest], weighing: Weighing
) -> StripMatch:
    """What a weighing of one look, or of several whose best one is given, says.

    Of what is all white nothing: burnt pixels take any pattern.
    """
    first = contests[0]
    leads = [contest.lead for contest in contests]
    contrast = float(np.mean([lead.contrast[0] for lead in leads]))
    if contrast < _FAINTEST:
        return StripMatch(look.quad)
    ratios: dict[str, float] = {}
    for page, row, score in weighing.told(first):
        key = look.codebook.keys[int(page.item[row])]
        llr = score + float(page.log_prior[row]) - weighing.absent
        ratios[key] = float(np.logaddexp(ratios.get(key, -np.inf), llr))
    spans = [float(lead.place[0, 1] - lead.place[0, 0]) for lead in leads]
    return StripMatch(
        quad=look.quad,
        llrs=tuple(sorted(ratios.items(), key=lambda pair: -pair[1])),
        symbology=first.best.page.symbology,
        px_per_module=float(np.mean(spans)) / first.best.page.modules,
        explained=float(np.mean([_explained(contest) for contest in contests])),
        residual=weighing.residual,
        misfit=weighing.misfit,
        blur=float(np.mean([lead.blur.sigma for lead in leads])),
        contrast=contrast,
        look=look,
    )


def _explained(contest: Contest) -> float:
    y, weight = contest.profile.y, contest.weight
    total = float(weight @ (y - np.average(y, weights=weight)) ** 2)
    return 1 - float(contest.rss[contest.leader]) / max(total, 1e-12)


def clues_of(match: StripMatch) -> Clues:
    """What a match says of its best item, as the scale wants it.

    Bars that are there say more the larger they are, 37 nats and more at 0.7 px per
    module in made vans; what is only like bars does not (22 at 1.2 px, in glare). So
    with size more is owed.
    """
    raw = match.llrs[0][1] if match.llrs else float("-inf")
    lead = raw - match.llrs[1][1] if len(match.llrs) > 1 else float("inf")
    raw -= _OWED * max(float(np.log((match.px_per_module or _PLAIN) / _PLAIN)), 0.0)
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


def best_match(matches: Sequence[StripMatch]) -> StripMatch | None:
    """The match of the strip that says most; None where none says anything."""
    told = [match for match in matches if match.llrs]
    return max(told, key=lambda match: clues_of(match).raw, default=None)


def template_evidence(
    matches: Sequence[StripMatch], codebook: Codebook
) -> Evidence | None:
    """What the strips of one label say over the route's items.

    The strips may be guesses at the same code, so they do not add up: the one that is
    explained best counts.

    Returns:
        None when no strip could be matched.
    """
    best = best_match(matches)
    if best is None:
        return None
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
