"""Identify a QR code or Data Matrix among the route's codes without decoding it.

As `vapr.read.template` does with bars: every code of the route predicts what the camera
must see, the best few are fitted to the pixels, and what the best one says is held
against "none of these". Modules of these codes are larger than bars, and thanks to
their check words a neighbouring number differs in every tenth module.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vapr.geometry import Floats, quad_sides, to_quad
from vapr.read.calibration import Clues, TemplateScale, read_scale
from vapr.read.matrix_absent import Settled, log_absent, log_likelihoods
from vapr.read.matrix_book import MatrixBook
from vapr.read.matrix_fit import (
    Fit,
    find_blur,
    fit_pose,
    light_basis,
    reach_of,
    solve_light,
    window,
)
from vapr.read.matrix_search import Found, search_codes
from vapr.read.matrix_view import Pixels, Pose, is_large_enough, see_code, seen
from vapr.read.optics import Blur
from vapr.read.strips import Strip, propose_strips, settle_strips
from vapr.types import Evidence, Image, Quad
from vapr.weights import models_folder

MATRIX = "matrix.json"
_PROPOSALS = 6  # codes of a label, of any family
_TRIED = 2  # that may be matrix codes
_TOLD = 15.0  # raw ratio from which no further code is looked at
_MOST = 12.0  # nats: the scale was fitted on fewer trials than that of bars
_EXPLAINED = 0.6  # of the variance, by a code that is there
_PLAIN, _OWED = 0.45, 25.0  # px per module; nats owed per log of size beyond it
_LARGEST = 1.5  # px per module: what is larger and there is decoded
_SQUARISH = 1.7  # sides' ratio up to which a code may be one
_POWERS = (1.0, 0.8, 0.65, 0.5)  # tone curves, as in `vapr.read.tone`
_BURNT, _WHITEST = 0.96, 1.6  # of full scale
_FAINTEST = 0.03  # contrast, of full scale
_SIGMA = 0.75  # px, until the blur is known
_COARSE = 0.6  # power of light in which codes are searched: pictures are S-shaped
_ENOUGH = 40  # pixels
_FIRST = 3  # codes of which one is to lead
_ALIKE = 3.0  # modules between corners of poses that may be one


@dataclass(frozen=True, slots=True)
class MatrixMatch:
    """How a code fits the items of the route: as `vapr.read.template.StripMatch`."""

    quad: Quad
    llrs: tuple[tuple[str, float], ...] = ()
    symbology: str | None = None
    text: str | None = None
    px_per_module: float | None = None
    explained: float = 0.0
    blur: float = 0.0
    contrast: float = 0.0


def identify_matrix(image: Image, label: Quad, book: MatrixBook) -> list[MatrixMatch]:
    """Hold the matrix codes of a label against every code of the route.

    Args:
        image: BGR uint8 (H, W, 3).
        label: its corners, px; they may be off by 3 % of its side.
        book: the route's matrix codes.

    Returns:
        A match for each place that may hold such a code and can be told.
    """
    if not book.pages:
        return []
    return identify_strips(image, likely_strips(image, label), book)


def likely_strips(
    image: Image, label: Quad, proposals: list[Strip] | None = None
) -> list[Strip]:
    """The strips of a label that may be matrix codes large enough to say anything.

    Args:
        image: BGR uint8 (H, W, 3).
        label: its corners, px; they may be off by 3 % of its side.
        proposals: those of `propose_strips`, where they are known.
    """
    if proposals is None:
        proposals = propose_strips(image, label)
    strips = settle_strips(image, proposals, _PROPOSALS)
    likely = sorted(filter(_may_be_matrix, strips), key=_doubt)[:_TRIED]
    return [strip for strip in likely if is_large_enough(strip.quad)]


def identify_strips(
    image: Image, strips: Sequence[Strip], book: MatrixBook
) -> list[MatrixMatch]:
    """Hold strips that may be matrix codes against every code of the route."""
    matches: list[MatrixMatch] = []
    for strip in strips:
        match = identify_code(image, strip.quad, book)
        matches += [match] if match.llrs else []
        if match.llrs and match.llrs[0][1] > _TOLD:
            break
    return matches


def _may_be_matrix(strip: Strip) -> bool:
    short, long = sorted(quad_sides(strip.quad))
    return strip.family == "matrix" or long < _SQUARISH * short


def _doubt(strip: Strip) -> float:
    """How unlikely a strip is a matrix code: by its family, then by its shape."""
    short, long = sorted(quad_sides(strip.quad))
    return long / max(short, 1e-6) + (0.0 if strip.family == "matrix" else 1.0)


def identify_code(image: Image, quad: Quad, book: MatrixBook) -> MatrixMatch:
    """Hold one code against every code of the route.

    Args:
        image: BGR uint8 (H, W, 3).
        quad: its corners, px, from any of them on; a tenth of its side off is fine.
        book: the route's matrix codes.
    """
    pixels = see_code(image, quad)
    if pixels is None or float(np.ptp(pixels.light)) < _FAINTEST:
        return MatrixMatch(quad)
    try:
        found = search_codes(pixels.toned(_COARSE), book.pages)
        settled = _settle(pixels, found) if found else None
        return _match_of(settled, book) if settled else MatrixMatch(quad)
    except (ValueError, np.linalg.LinAlgError):  # a quad or a pose that collapsed
        return MatrixMatch(quad)


def _settle(pixels: Pixels, found: Sequence[Found]) -> Settled | None:
    """Fit the codes, straighten the light by the best of them, and fit all again."""
    near = window(found[0].pose, pixels)
    if len(near.light) < _ENOUGH:
        return None
    rough = near.toned(_COARSE)
    first = [fit_pose(rough, one.ink, one.pose, _SIGMA) for one in found[:_FIRST]]
    lead = int(np.argmin([_left(fit) for fit in first]))
    if first[lead].contrast <= 0:
        return None
    led = replace(found[lead], pose=first[lead].pose)
    near, blur = _in_light(window(led.pose, pixels), led)
    sigma = float(np.sqrt(max(blur.sigma**2 - 0.25 * blur.sharpening, 0.16)))
    starts = [replace(one, pose=_start(one, led)) for one in found]
    fits = [fit_pose(near, one.ink, one.pose, sigma, rounds=2) for one in starts]
    moved = [replace(o, pose=f.pose) for o, f in zip(starts, fits, strict=True)]
    lead = int(np.argmin([_left(fit) for fit in fits]))
    blur, _ = find_blur(near, moved[lead].ink, moved[lead].pose, [near.light])
    lit = [_light_of(near, one, blur) for one in moved]
    rss = np.array([left for _, left in lit])
    lead = int(rss.argmin())
    return Settled(near, tuple(moved), rss, lead, blur, lit[lead][0])


def _start(one: Found, led: Found) -> Pose:
    """From where a code is fitted: the leader's pose, if it lies alike."""
    same = (one.pose.rows, one.pose.columns) == (led.pose.rows, led.pose.columns)
    apart = np.asarray(one.pose.quad) - np.asarray(led.pose.quad)
    near = float(np.abs(apart).max()) < _ALIKE * led.pose.px_per_module
    return led.pose if same and near else one.pose


def _left(fit: Fit) -> float:
    """The share a fit leaves; one white on black is none."""
    return fit.rss / max(fit.total, 1e-12) if fit.contrast > 0 else np.inf


def _light_of(pixels: Pixels, one: Found, blur: Blur) -> tuple[Floats, float]:
    """The light of a code, and its residual sum (infinite if white on black)."""
    shown = seen(one.pose, pixels, blur, one.ink)
    basis = light_basis(pixels, shown, reach_of(pixels))
    light, rss = solve_light(basis, pixels.light, np.ones_like(pixels.light))
    return light, rss if light[1] < 0 else np.inf


def _in_light(pixels: Pixels, one: Found) -> tuple[Pixels, Blur]:
    """Pixels with the tone curve undone and burnt ones raised, and the blur.

    As `vapr.read.tone` does along bars: a burnt pixel only says "at least this".
    """
    lights = [np.maximum(pixels.light, 0) ** power for power in _POWERS]
    blur, which = find_blur(pixels, one.ink, one.pose, lights)
    toned = replace(pixels, light=lights[which])
    burnt = toned.light > _BURNT
    if not burnt.any():
        return toned, blur
    basis = light_basis(toned, seen(one.pose, toned, blur, one.ink), reach_of(toned))
    y = toned.light
    for _ in range(4):
        light, _ = solve_light(basis, y, np.ones_like(y))
        y = np.where(burnt, np.clip(basis @ light, toned.light, _WHITEST), y)
    return replace(toned, light=y), blur


def _match_of(settled: Settled, book: MatrixBook) -> MatrixMatch:
    one = settled.found[settled.lead]
    if not np.isfinite(settled.rss[settled.lead]):
        return MatrixMatch(one.pose.quad)
    pixels = settled.pixels
    contrast = -float(settled.light[1])
    corners = np.asarray(one.pose.quad) / pixels.scale + pixels.middle
    if contrast < _FAINTEST:
        return MatrixMatch(to_quad(corners))
    absent = log_absent(settled)
    ratios: dict[str, float] = {}
    scores = log_likelihoods(settled, settled.rss)
    for each, score in zip(settled.found, scores.tolist(), strict=True):
        key = book.keys[int(each.page.item[each.row])]
        ratios[key] = float(np.logaddexp(ratios.get(key, -np.inf), score - absent))
    told = sorted(ratios.items(), key=lambda pair: -pair[1])
    total = float(((pixels.light - pixels.light.mean()) ** 2).sum())
    return MatrixMatch(
        quad=to_quad(corners),
        llrs=tuple((key, llr) for key, llr in told if np.isfinite(llr)),
        symbology=one.page.kind.symbology,
        text=one.page.rows[one.row].text,
        px_per_module=one.pose.px_per_module / pixels.scale,
        explained=1 - float(settled.rss[settled.lead]) / max(total, 1e-12),
        blur=settled.blur.sigma / pixels.scale,
        contrast=contrast,
    )


def matrix_clues(match: MatrixMatch | None) -> Clues:
    """What a match says of its best item, as the scale wants it.

    A code that is there says more the larger its modules are, 30 nats and more at a
    pixel each; a piece of bars, or a code of another kind, says hardly more than when
    small (in made vans up to 20, more than any absent code of the scale). So with size
    more is owed. What leaves much unexplained is not there, nor is a large one that
    could not be decoded.
    """
    if match is None:
        return Clues(float("-inf"))
    raw = match.llrs[0][1] if match.llrs else float("-inf")
    px = match.px_per_module or 0.0
    # where no second item was compared, nothing is known of a lead
    lead = raw - match.llrs[1][1] if len(match.llrs) > 1 else 0.0
    raw -= _OWED * max(float(np.log(max(px, _PLAIN) / _PLAIN)), 0.0)
    if match.explained < _EXPLAINED or px > _LARGEST:
        raw = min(raw, 0.0)
    return Clues(
        raw=raw,
        lead=lead,
        px_per_module=px,
        blur=match.blur,
        contrast=match.contrast,
    )


def matrix_scale() -> TemplateScale:
    """The scale of matrix codes that came with this installation.

    Raises:
        ModelError: it is missing or damaged.
    """
    return read_scale(models_folder() / MATRIX)


def best_of(matches: Sequence[MatrixMatch]) -> MatrixMatch | None:
    """The match that says most; None where none says anything."""
    told = [match for match in matches if match.llrs]
    return max(told, key=lambda match: match.llrs[0][1], default=None)


def matrix_evidence(matches: Sequence[MatrixMatch]) -> Evidence | None:
    """What the matrix codes of one label say over the route's items.

    Returns:
        None when no code could be matched.
    """
    best = best_of(matches)
    if best is None:
        return None
    scale, lead = matrix_scale(), best.llrs[0][1]
    top, floor = min(scale.llr(matrix_clues(best)), _MOST), scale.floor
    ratios = tuple((key, max(top + raw - lead, floor)) for key, raw in best.llrs[:16])
    return Evidence(
        kind="template",
        symbology=best.symbology,
        text=best.text,
        quad=best.quad,
        ratios=ratios,
        floor=floor,
        px_per_module=best.px_per_module,
    )
