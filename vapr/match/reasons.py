"""Why a parcel stayed unknown, in a word for programs and a sentence for people."""

from math import hypot

from vapr.types import Evidence, Parcel, Reason

FAR_PX_PER_MODULE = 0.25  # below this, one picture seldom identifies a label
NOT_ON_ROUTE = 0.98  # share of "none of these" at which the route is ruled out
TELLING = 5.0  # llr at which a cue does name an item, if not surely the only one
LABEL_WIDTH_M = 0.1016  # the usual 4 x 6 inch label, for "closer by"
FOCAL_PER_WIDTH = 0.71  # focal length over picture width of a 70 degree camera

WORDS: dict[Reason, str] = {
    "too_far": "too far away to tell",
    "blurred": "blurred",
    "glare": "light glares on the label",
    "hidden": "its label is partly hidden",
    "no_label": "no label in view",
    "not_on_route": "its code is none of this route's, as far as can be seen",
    "ambiguous": "it could be more than one item",
}

_MATRIX = ("QRCode", "DataMatrix")
_BARS = "bars look like"


def reason_for(parcel: Parcel, p_none: float) -> Reason:
    """The first thing that would have to change for this parcel to be known."""
    label = parcel.label
    if label is None:
        return "no_label"
    if any(cue.llr >= TELLING for cue in parcel.evidence):
        return "ambiguous"
    if label.flaw is not None:
        return label.flaw
    if label.px_per_module is not None and label.px_per_module < FAR_PX_PER_MODULE:
        return "too_far"
    if any(cue.floor < 0 for cue in parcel.evidence) and p_none >= NOT_ON_ROUTE:
        return "not_on_route"
    return "hidden" if parcel.evidence else "blurred"


def closer_by_m(parcel: Parcel, picture_width: int) -> float | None:
    """How much nearer the camera should be, in metres; None when not too far.

    An estimate: it takes the label for a 4 x 6 inch one and the lens for 70 degrees.
    """
    label = parcel.label
    if label is None or parcel.reason != "too_far" or not label.px_per_module:
        return None
    (x1, y1), (x2, y2) = label.quad[0], label.quad[1]
    width_px = max(hypot(x2 - x1, y2 - y1), 1.0)
    distance_m = FOCAL_PER_WIDTH * picture_width * LABEL_WIDTH_M / width_px
    return distance_m * (1 - label.px_per_module / FAR_PX_PER_MODULE)


def explain(parcel: Parcel, picture_width: int) -> list[str]:
    """What vapr says of a parcel and which cues said so, as lines for a person."""
    lines = [_headline(parcel, picture_width)]
    lines += [f"  {_cue(cue)}" for cue in parcel.evidence]
    if parcel.candidates and parcel.id is None:
        named = ", ".join(f"{name} ({p:.0%})" for name, p in parcel.candidates)
        lines.append(f"  could be: {named}")
    return lines


def _headline(parcel: Parcel, picture_width: int) -> str:
    name = parcel.id or "not identified"
    if parcel.verdict != "unknown":
        stop = f", stop {parcel.stop}" if parcel.stop else ""
        foreign = ", not on this route" if parcel.foreign else ""
        return f"{parcel.verdict}: {name}{stop}{foreign} ({parcel.confidence:.4f})"
    why = WORDS[parcel.reason] if parcel.reason else "nothing is known of it"
    closer = closer_by_m(parcel, picture_width)
    hint = f"; about {closer:.1f} m closer would do" if closer else ""
    return f"unknown: {why}{hint}"


def _cue(cue: Evidence) -> str:
    what = {
        "barcode": "read",
        "template": "modules look like" if cue.symbology in _MATRIX else _BARS,
        "text": "text looks like",
        "memory": "remembered as",
    }[cue.kind]
    text = f" {cue.text}" if cue.text else ""
    size = f" at {cue.px_per_module:.2f} px per module" if cue.px_per_module else ""
    symbology = f" {cue.symbology}" if cue.symbology else ""
    if cue.foreign:
        return f"{what}{symbology}{text}{size}: not on this route"
    if not cue.ratios:
        return f"{what}{symbology}{text}{size}: says nothing of this route"
    return f"{what}{symbology}{text}{size}: llr {cue.llr:+.1f} for {cue.id}"
