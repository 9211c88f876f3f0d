"""What a decoded barcode says about the items of the route."""

from vapr.read.decode import Barcode
from vapr.route.index import Hit, RouteIndex
from vapr.types import Evidence

# A symbol with a check digit is misread about once in 1e5 looks, and a misread value
# would have to be one of the route's few hundred among 1e9 or more.
DECODED_LLR = 30.0
LIKELY_LLR = 10.0  # a wildcard or prefix that only one item fits
POSSIBLE_LLR = 4.0  # a short literal: many things carry a short number
DECODED_FLOOR = -14.0  # another label of the same parcel, or a reused box


def barcode_evidence(code: Barcode, index: RouteIndex) -> Evidence:
    """One decoded barcode as evidence; a payload that names no parcel says nothing."""
    hit = index.find(code.aim + code.text, code.symbology)
    says = bool(hit.items) or hit.foreign is not None
    return Evidence(
        kind="barcode",
        symbology=code.symbology,
        text=code.text,
        quad=code.quad,
        ratios=tuple((key, _llr(hit)) for key in hit.items),
        floor=DECODED_FLOOR if says else 0.0,
        foreign=hit.foreign,
        px_per_module=code.px_per_module,
    )


def _llr(hit: Hit) -> float:
    if hit.conflict or hit.certainty == "sure":
        return DECODED_LLR  # in a conflict the items tie, so that no single one is sure
    return LIKELY_LLR if hit.certainty == "likely" else POSSIBLE_LLR
