"""The nouns of vapr, and their units.

Image   BGR uint8 array of shape (H, W, 3), in pixels as displayed (EXIF applied).
Box     (x1, y1, x2, y2) in float pixels; the centre of the first pixel is (0.5, 0.5).
Quad    four (x, y) corners, clockwise as seen, from the thing's own top left.
Time    seconds, always passed in; nothing here reads a clock.
llr     log-likelihood ratio, natural: ln p(x | item) - ln p(x | none of them).

Everything is frozen and made of plain tuples; stages enrich a `Parcel` with
`dataclasses.replace`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
Box: TypeAlias = tuple[float, float, float, float]
Point: TypeAlias = tuple[float, float]
Quad: TypeAlias = tuple[Point, Point, Point, Point]

Verdict: TypeAlias = Literal["pick", "leave", "unknown"]
Reason: TypeAlias = Literal[
    "too_far", "blurred", "glare", "hidden", "no_label", "not_on_route", "ambiguous"
]
DetectionKind: TypeAlias = Literal["parcel", "label", "aid"]
EvidenceKind: TypeAlias = Literal["barcode", "template", "text", "memory"]


@dataclass(frozen=True, slots=True)
class Item:
    """A parcel the route expects: one row (or part of a row) of the manifest.

    `key` is unique on its route and stable: the normalised tracking number, or
    "stop 5, no number" for rows without one. `tracking` is the number as the
    manifest writes it. `aliases` are further keys that mean this item: other numbers
    of the same row, wildcard and prefix forms of damaged ones ("1ZABC??123", "94001*").
    """

    key: str
    stop: str
    tracking: str | None = None
    aliases: tuple[str, ...] = ()
    recipient: str = ""
    address: str = ""
    postal_code: str = ""
    sort_code: str = ""
    row: int | None = None

    @property
    def name(self) -> str:
        """What a person is shown: the tracking number, else the key."""
        return self.tracking or self.key


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing a detector found. Labels carry their four corners in `quad`."""

    kind: DetectionKind
    box: Box
    score: float
    quad: Quad | None = None


Detector: TypeAlias = Callable[[Image], list[Detection]]
"""Anything that finds things: `(image) -> list[Detection]`; a function fits."""


@dataclass(frozen=True, slots=True)
class Label:
    """A located label: corners, the detector's score, px per module of its codes.

    `flaw` says what stands in the way of reading it, as far as its pixels show.
    `code` is where on it the code that names it lies, once one does.
    """

    quad: Quad
    score: float = 1.0
    px_per_module: float | None = None
    flaw: Reason | None = None
    code: Quad | None = None

    @property
    def mark(self) -> Quad:
        """Where a mark belongs: on the code, or no code telling, on the label."""
        return self.code or self.quad


SQUARE_SYMBOLOGIES = ("QRCode", "MicroQRCode", "DataMatrix", "Aztec", "MaxiCode")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one cue of one label says about the items of the route.

    `ratios` holds (item key, llr) for the 16 largest, best first; every other item of
    the route has `floor`. `text` is the decoded payload (kind "barcode"), the best
    item's number (kind "template") or the text read. `foreign` is set when a decoded
    payload gives a tracking key of rank 2 or more that no item of the route has.
    `px_per_module` says how large the code was, where known, and `label` which of the
    parcel's labels the cue stands on.
    """

    kind: EvidenceKind
    symbology: str | None = None
    text: str | None = None
    quad: Quad | None = None
    ratios: tuple[tuple[str, float], ...] = ()
    floor: float = 0.0
    foreign: str | None = None
    px_per_module: float | None = None
    label: int = 0

    @property
    def llrs(self) -> dict[str, float]:
        """Item key -> llr, the largest ones; see `floor` for the others."""
        return dict(self.ratios)

    @property
    def id(self) -> str | None:
        """The key of the best item, or None if no item is favoured."""
        return self.ratios[0][0] if self.ratios else None

    @property
    def llr(self) -> float:
        """The best item's llr; 0 when the cue says nothing of the route's items."""
        return self.ratios[0][1] if self.ratios else 0.0

    @property
    def is_square(self) -> bool:
        """Whether it is a code that stands, small, in any corner of its label."""
        return self.symbology in SQUARE_SYMBOLOGIES


AROUND = 0.25  # of the sides of what is marked, drawn around it


@dataclass(frozen=True, slots=True)
class Parcel:
    """A thing seen (or remembered: `box` None), and what vapr says of it.

    `key` is the item's key when one item is sure; `id` its tracking number as the
    manifest writes it, or the decoded key of a foreign parcel. `confidence` is the
    calibrated probability of the verdict (0 for unknown), `id_confidence` that of `id`.
    `candidates` are (item name, probability), best first, when no single item is sure.
    `framed`: its box is surely that of what bears its label, not a neighbour's.
    """

    box: Box | None
    score: float = 1.0
    labels: tuple[Label, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    aids: tuple[Box, ...] = ()
    verdict: Verdict = "unknown"
    key: str | None = None
    id: str | None = None
    stop: str | None = None
    confidence: float = 0.0
    id_confidence: float = 0.0
    candidates: tuple[tuple[str, float], ...] = ()
    foreign: bool = False
    reason: Reason | None = None
    where: str | None = None
    track: int | None = None
    last_seen_s: float = 0.0
    framed: bool = True

    @property
    def label(self) -> Label | None:
        """The label that counts: the first one."""
        return self.labels[0] if self.labels else None

    @property
    def outline(self) -> Box | None:
        """What to draw around it: its box, or while that may be another's, its label.

        Of a label with a code that code. A quarter of its sides around it, as far as
        the box goes.
        """
        if self.framed or self.box is None or self.label is None:
            return self.box
        xs, ys = zip(*self.label.mark, strict=True)
        wide, high = max(xs) - min(xs), max(ys) - min(ys)
        # a code may be as thin as the line it was read along
        dx, dy = AROUND * max(wide, high / 4), AROUND * max(high, wide / 4)
        x1, y1, x2, y2 = self.box
        # of a label that lies across its box's edge, all is drawn
        return (
            min(max(min(xs) - dx, x1), min(xs)),
            min(max(min(ys) - dy, y1), min(ys)),
            max(min(max(xs) + dx, x2), max(xs)),
            max(min(max(ys) + dy, y2), max(ys)),
        )


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a driver needs to know of the open stop.

    `found`, `missing`, `taken` and `foreign` name items; `check` holds the indices of
    unknown parcels of the scene that could be the missing ones.
    """

    stop: str | None
    expected: int = 0
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    check: tuple[int, ...] = ()
    taken: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall milliseconds spent on one picture."""

    detect: float = 0.0
    read: float = 0.0
    match: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture understood: iterate it for its parcels. `size` is (width, height)."""

    size: tuple[int, int]
    parcels: tuple[Parcel, ...] = ()
    checklist: Checklist = field(default_factory=lambda: Checklist(None))
    stop: str | None = None
    source: str = ""
    time_s: float = 0.0
    timing_ms: Timing = field(default_factory=Timing)

    def __iter__(self) -> Iterator[Parcel]:
        return iter(self.parcels)

    def __len__(self) -> int:
        return len(self.parcels)

    @property
    def xyxy(self) -> NDArray[np.float32]:
        """The boxes as an (n, 4) float32 array; NaN rows for remembered parcels."""
        nan = (np.nan,) * 4
        rows = [parcel.box or nan for parcel in self.parcels]
        return np.asarray(rows, dtype=np.float32).reshape(-1, 4)
