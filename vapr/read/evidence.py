"""What a decoded barcode says about the items of the route."""

from vapr.read.decode import Barcode
from vapr.route.index import RouteIndex
from vapr.types import Evidence

# A symbol with a check digit is misread about once in 1e5 looks, and a misread value
# would have to be one of the route's few hundred among 1e9 or more.
DECODED_LLR = 30.0
LIKELY_LLR = 10.0  # a wildcard or prefix that only one item fits
DECODED_FLOOR = -14.0  # another label of the same parcel, or a reused box


def barcode_evidence(code: Barcode, index: RouteIndex) -> Evidence:
    """One decoded barcode as evidence; a payload that names no parcel says nothing."""
    hit = index.find(code.text, code.symbology)
    llr = DECODED_LLR if hit.certainty == "sure" else LIKELY_LLR
    says = bool(hit.items) or hit.foreign is not None
    return Evidence(
        kind="barcode",
        symbology=code.symbology,
        text=code.text,
        quad=code.quad,
        ratios=tuple((key, llr) for key in hit.items),
        floor=DECODED_FLOOR if says else 0.0,
        foreign=hit.foreign,
        px_per_module=code.px_per_module,
    )
