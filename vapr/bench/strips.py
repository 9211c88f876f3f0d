"""A label's bar strips held against a route, and why its item was not named."""

from collections.abc import Sequence

import numpy as np

from vapr.bench.answers import Answer, Said
from vapr.read.codebook import Codebook
from vapr.read.labels import STRIPS, TOLD_LLR
from vapr.read.strips import find_strips
from vapr.read.template import (
    StripMatch,
    clues_of,
    identify_strip,
    template_evidence,
)
from vapr.types import Image, Quad

SAME_PX = 4.0  # by which the ends of a strip may be off and it is still the same
NOT_FOUND = "strip not found"
WRONG_STRIP = "another strip fits better"
OTHER = "another item first"
NOTHING = "nothing fits"


def read_strip(
    image: Image, strip: Quad, book: Codebook, key: str, reader: str
) -> Answer:
    """What is said of one given strip."""
    return _answer([identify_strip(image, strip, book)], key, reader)


def read_label_strips(
    image: Image, label: Quad, book: Codebook, key: str, reader: str
) -> tuple[Answer, Quad | None, list[Quad]]:
    """What is said of a label whose strips have to be found.

    Returns:
        The answer, the strip it is of, and all strips that were found.
    """
    strips = linear_strips(image, label)
    matches = match_strips(image, strips, book)
    told = _best(matches)
    return _answer(matches, key, reader), told.quad if told else None, strips


def why_strip(used: Quad | None, strips: Sequence[Quad], true: Quad) -> str:
    """What was wrong with the strips of a label; "" if the right one was used."""
    if not any(same_strip(strip, true) for strip in strips):
        return NOT_FOUND
    wrong = used is not None and not same_strip(used, true)
    return WRONG_STRIP if wrong else ""


def linear_strips(image: Image, label: Quad) -> list[Quad]:
    """The strips that `vapr.read` tries of a label."""
    found = find_strips(image, label, limit=STRIPS)
    return [strip.quad for strip in found if strip.family == "linear"]


def match_strips(
    image: Image, strips: Sequence[Quad], book: Codebook
) -> list[StripMatch]:
    """Of the likeliest strip, and of further ones while nothing is told."""
    matches: list[StripMatch] = []
    for strip in strips:
        matches.append(identify_strip(image, strip, book))
        cue = template_evidence(matches, book)
        if cue is not None and cue.llr >= TOLD_LLR:
            break
    return matches


def said_by(matches: Sequence[StripMatch]) -> Said | None:
    """What the strip that is explained best says."""
    best = _best(matches)
    return None if best is None else Said.of(clues_of(best))


def same_strip(strip: Quad, true: Quad) -> bool:
    """Whether the ends of two strips lie near one another, either way round."""
    ends = [(np.add(q[0], q[3]) / 2, np.add(q[1], q[2]) / 2) for q in (strip, true)]
    (a, b), (c, d) = ends
    apart = min(
        max(np.hypot(*(a - c)), np.hypot(*(b - d))),
        max(np.hypot(*(a - d)), np.hypot(*(b - c))),
    )
    return bool(apart < SAME_PX)


def _best(matches: Sequence[StripMatch]) -> StripMatch | None:
    told = [match for match in matches if match.llrs]
    return max(told, key=lambda match: match.llrs[0][1], default=None)


def _answer(matches: Sequence[StripMatch], key: str, reader: str) -> Answer:
    best = _best(matches)
    if best is None:
        return Answer(reader=reader, cause=NOTHING)
    right = best.llrs[0][0] == key
    return Answer(
        reader=reader,
        first="right" if right else "other",
        said=Said.of(clues_of(best)),
        cause="" if right else OTHER,
    )
