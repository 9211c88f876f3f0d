"""Localised labels in, evidence out: decode what can be, identify what cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vapr.geometry import box_of_quad, center, inside_quad, iou, quad_sides
from vapr.read.codebook import Codebook
from vapr.read.decode import Barcode, decode_label, decode_picture
from vapr.read.evidence import barcode_evidence
from vapr.read.fitting import StripLook
from vapr.read.join import join_cues
from vapr.read.matrix import identify_strips, likely_strips, matrix_evidence
from vapr.read.matrix_book import MatrixBook
from vapr.read.quality import label_flaw
from vapr.read.stacked import shares_of, stack_looks
from vapr.read.strips import Strip, propose_strips, settle_strips
from vapr.read.template import (
    StripMatch,
    best_match,
    identify_strip,
    template_evidence,
)
from vapr.read.text import label_text, sticker_text
from vapr.route import Route
from vapr.route.index import RouteIndex
from vapr.route.matrix_payloads import SYMBOLOGIES
from vapr.threads import one_blas_thread
from vapr.types import Box, Detection, Evidence, Image, Quad, Reason

DECODABLE_PX = 1.8  # px per module from which decoders read 95 % of straightened codes
STRIPS = (
    2  # tried a label: the true one is among these in 91 of 100 labels, of four in 92
)
TOLD_LLR = 6.0  # evidence that needs no second strip
NAMED_LLR = 12.0  # evidence that needs no text: reading it costs more than the bars
MODULES_PER_LABEL = 280  # width of a 4 x 6 inch label in modules of its usual code


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one label, and what stood in the way.

    `strip` is the look at its bars, where nothing else names the label, to be stacked
    with other looks (see `vapr.read.stacked`).
    """

    evidence: tuple[Evidence, ...] = ()
    px_per_module: float | None = None
    flaw: Reason | None = None
    strip: StripLook | None = field(default=None, repr=False, compare=False)


def read_label(
    image: Image, quad: Quad, route: Route, *, far: bool = True
) -> list[Evidence]:
    """What one localised label says about the items of a route.

    Barcodes are decoded where their modules are large enough; where they are not, and
    `far` is set, the bar strips, and then matrix codes, are held against what each
    item's label must look like (see `vapr.read.template`, `vapr.read.matrix`).

    Args:
        image: BGR uint8, shape (H, W, 3).
        quad: the label's corners in pixels; they may be off by 3 % of its side.
        route: the route whose items compete.
        far: identify what cannot be decoded.

    Returns:
        Evidence, the strongest first; empty when the label says nothing. Never raises
        for a label that cannot be read.
    """
    return list(_read(image, quad, route, (), far=far, text=True).evidence)


def read_looks(
    looks: Sequence[tuple[Image, Quad]], route: Route, *, far: bool = True
) -> list[Evidence]:
    """What one and the same label says in several pictures.

    Its bars are stacked before codes are compared (see `vapr.read.stacked`): that tells
    what no single picture does. A copy of a picture adds nothing.

    Args:
        looks: pictures, BGR uint8 (H, W, 3), and where the label lies in each.
        route: the route whose items compete.
        far: identify what cannot be decoded.

    Returns:
        Evidence, the strongest first: each code decoded, and one cue of every other
        kind.
    """
    readings = [
        _read(image, quad, route, (), far=far, text=True) for image, quad in looks
    ]
    best: dict[tuple[str, str | None], Evidence] = {}
    for cue in (cue for reading in readings for cue in reading.evidence):
        which = (cue.kind, cue.text if cue.kind == "barcode" else None)
        if which not in best or cue.llr > best[which].llr:
            best[which] = cue
    bars = _stacked([quad for _, quad in looks], readings, route)
    alone = best.get(("template", None))
    if bars is not None and not (alone and _is_matrix_template(alone)):
        best["template", None] = bars
    return sorted(best.values(), key=lambda cue: -cue.llr)


def _stacked(
    labels: Sequence[Quad], readings: Sequence[Reading], route: Route
) -> Evidence | None:
    seen = [
        (label, reading.strip)
        for label, reading in zip(labels, readings, strict=True)
        if reading.strip is not None
    ]
    if len(seen) < 2:
        return None
    shares = shares_of([label for label, _ in seen])
    match = stack_looks([strip for _, strip in seen], shares)
    return template_evidence([match], Codebook.of(route)) if match else None


def read_labels(
    image: Image,
    quads: Sequence[Quad],
    route: Route,
    codes: Sequence[Barcode] = (),
    *,
    far: bool = True,
    text: bool = True,
) -> list[Reading]:
    """Every label of a picture; `codes` are those already decoded from the whole."""
    return [
        _read(
            image,
            quad,
            route,
            [c for c in codes if _on(c, quad)],
            far=far,
            text=text,
        )
        for quad in quads
    ]


def read_sticker(
    image: Image, box: Box, route: Route, known: Sequence[Evidence] = ()
) -> list[Evidence]:
    """What a driver-aid sticker says; nothing where the label has named the parcel.

    Args:
        image: BGR uint8, shape (H, W, 3).
        box: the sticker's, as detected.
        route: the route whose items compete.
        known: what the parcel's label says.
    """
    cue = None if is_named(known) else sticker_text(image, box, route)
    return [] if cue is None else [cue]


def is_named(evidence: Sequence[Evidence]) -> bool:
    """Whether a cue names an item so surely that no further one is wanted."""
    return any(cue.llr >= NAMED_LLR or cue.foreign for cue in evidence)


def find_loose_codes(image: Image) -> list[Barcode]:
    """Codes that can be decoded from the picture as a whole, without any label."""
    return decode_picture(image)


def labels_of_codes(
    codes: Sequence[Barcode], detections: Sequence[Detection], route: Route
) -> list[Detection]:
    """A label for each decoded tracking code that lies on no label found so far.

    Codes that name no parcel (a product's EAN, a web address) are not labels.
    """
    index = RouteIndex.of(route)
    quads = [d.quad for d in detections if d.kind == "label" and d.quad is not None]
    labels: list[Detection] = []
    for code in codes:
        if code.quad is None or any(_on(code, quad) for quad in quads):
            continue
        hit = index.find(code.aim + code.text, code.symbology)
        if hit.items or hit.foreign:
            box = box_of_quad(code.quad)
            if all(iou(box, other.box) < 0.3 for other in labels):
                labels.append(Detection("label", box, 1.0, code.quad))
    return labels


def _on(code: Barcode, quad: Quad) -> bool:
    return code.quad is not None and inside_quad(center(code.quad), quad)


@one_blas_thread()
def _read(
    image: Image,
    quad: Quad,
    route: Route,
    known: Sequence[Barcode],
    *,
    far: bool,
    text: bool,
) -> Reading:
    index = RouteIndex.of(route)
    codes = [*known] or decode_label(image, quad)
    evidence = [barcode_evidence(code, index) for code in codes]
    matches: list[StripMatch] = []
    if far and not any(_settles(cue) for cue in evidence):
        proposals = propose_strips(image, quad)
        matches = _identify(image, proposals, route)
        bars = template_evidence(matches, Codebook.of(route))
        if not is_named(evidence) and (bars is None or bars.llr < NAMED_LLR):
            bars = join_cues(bars, _matrix_cue(image, quad, proposals, route), quad)
        evidence += [bars] if bars else []
        if text and not is_named(evidence):
            evidence += [cue] if (cue := label_text(image, quad, route)) else []
    evidence.sort(key=lambda cue: -cue.llr)
    # modules of matrix codes are larger than those of bars, which px are told by
    bars_like = [cue for cue in evidence if not _is_matrix_template(cue)]
    sizes = [cue.px_per_module for cue in bars_like if cue.px_per_module]
    px = sizes[0] if sizes else min(quad_sides(quad)) / MODULES_PER_LABEL
    best = None if is_named(evidence) else best_match(matches)
    look = best.look.kept() if best and best.look else None
    return Reading(tuple(evidence), px, label_flaw(image, quad), look)


def _matrix_cue(
    image: Image, quad: Quad, proposals: list[Strip], route: Route
) -> Evidence | None:
    strips = likely_strips(image, quad, proposals)
    if not strips:
        return None  # and the route's book, a second's work, waits until it is wanted
    return matrix_evidence(identify_strips(image, strips, MatrixBook.of(route)))


def _is_matrix_template(cue: Evidence) -> bool:
    return cue.kind == "template" and cue.symbology in SYMBOLOGIES


def _settles(cue: Evidence) -> bool:
    """Whether a decoded code leaves nothing to identify on its label.

    It names a parcel, or is so large that any other code would have been decoded too.
    A square code of an item does not: its modules are larger than those of bars, and
    only bars show that the whole of the label is its own (see `vapr.match.codes`).
    """
    large = cue.px_per_module is not None and cue.px_per_module >= DECODABLE_PX
    return bool(cue.foreign) or (not cue.is_square and (bool(cue.ratios) or large))


def _identify(image: Image, proposals: list[Strip], route: Route) -> list[StripMatch]:
    """Hold the label's strips against the route's codes, the likeliest strip first.

    Further strips are tried only while nothing is told: each more is one more chance
    to be misled.
    """
    codebook = Codebook.of(route)
    matches: list[StripMatch] = []
    for strip in settle_strips(image, proposals, STRIPS):
        if strip.family != "linear":
            continue
        matches.append(identify_strip(image, strip.quad, codebook))
        cue = template_evidence(matches, codebook)
        if cue is not None and cue.llr >= TOLD_LLR:
            break
    return matches
