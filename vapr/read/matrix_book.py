"""The matrix codes of a route: the modules each item's label may carry.

Built once per route and kept. A page holds all codes of one size, and of one level for
QR codes; the masks a writer may choose from are kept apart from the data.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vapr.read import datamatrix, qr
from vapr.route.matrix_payloads import matrix_codes
from vapr.route.payloads import LabelCode
from vapr.route.route import Route

Signs = NDArray[np.int8]
_ROUTED = 30  # characters of 420, a ZIP and a number
_SQUARE = 0.8  # of Data Matrix codes, where an oblong one would do as well


class Kind(NamedTuple):
    """What codes of a page have in common: `level` is "" for a Data Matrix."""

    symbology: str
    rows: int
    columns: int
    level: str


class Row(NamedTuple):
    """One code: what it says, how it is written, and of which number.

    `way` is the mode string of a QR code's segments, or "gs1" of a Data Matrix with
    FNC1: rivals are written in the same way.
    """

    text: str
    way: str
    number: str


@dataclass(frozen=True, slots=True, eq=False)
class MatrixPage:
    """Codes of one kind.

    `data` (n, modules) are data modules before masking, dark 1 and light -1, `masks`
    (k, modules) invert some of them, `fixed` (k, modules) are all others; `item` (n,)
    indexes `MatrixBook.keys`. Which of them a label is likelier to carry does not
    count: writers differ, and pixels say far more than such a guess.
    """

    kind: Kind
    data: Signs
    masks: Signs
    fixed: Signs
    item: NDArray[np.intp]
    rows: tuple[Row, ...]

    def signs(self, row: int, mask: int) -> Signs:
        """All modules of a code under a mask, flat."""
        out: Signs = self.data[row] * self.masks[mask] + self.fixed[mask]
        return out

    def without(self, gone: int) -> "MatrixPage":
        """The page lacking the codes of an item; those after it count one less."""
        kept = np.flatnonzero(self.item != gone)
        item = self.item[kept]
        return replace(
            self,
            data=self.data[kept],
            item=item - (item > gone),
            rows=tuple(self.rows[i] for i in kept.tolist()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class MatrixBook:
    """The matrix codes of a route's items, and what they may say per item key."""

    keys: tuple[str, ...]
    pages: tuple[MatrixPage, ...]
    codes: dict[str, tuple[LabelCode, ...]]

    @staticmethod
    def of(route: Route) -> "MatrixBook":
        """The book of a route; the same object for the same route."""
        return _of_route(route)

    @staticmethod
    def build(codes: Iterable[tuple[str, Iterable[LabelCode]]]) -> "MatrixBook":
        """A book of (item key, the codes its label may carry) pairs."""
        listed = {key: tuple(each) for key, each in codes}
        groups: defaultdict[Kind, list[_Entry]] = defaultdict(list)
        for index, each in enumerate(listed.values()):
            number = _number(each)
            for code in each:
                for kind, way, _ in code_forms(code):
                    row = Row(code.text, way, number)
                    groups[kind].append(_Entry(index, row))
        pages = tuple(_page(kind, rows) for kind, rows in groups.items())
        return MatrixBook(tuple(listed), pages, listed)

    def without(self, key: str) -> "MatrixBook":
        """The same book lacking one item: what is known of a foreign label."""
        if key not in self.keys:
            return self
        gone = self.keys.index(key)
        keys = tuple(k for k in self.keys if k != key)
        pages = (page.without(gone) for page in self.pages)
        codes = {k: c for k, c in self.codes.items() if k != key}
        return MatrixBook(keys, tuple(p for p in pages if len(p.rows)), codes)


class _Entry(NamedTuple):
    item: int
    row: Row


@lru_cache(maxsize=4)
def _of_route(route: Route) -> MatrixBook:
    return MatrixBook.build((item.key, matrix_codes(item)) for item in route.items)


def _number(codes: Sequence[LabelCode]) -> str:
    """The number in an item's codes: the shortest of them, without routing head."""
    text = min((code.text for code in codes), key=len, default="")
    routed = text.startswith("420") and len(text) == _ROUTED
    return text[8:] if routed else text.rpartition(datamatrix.GS)[2]


@lru_cache(maxsize=8192)
def code_forms(code: LabelCode) -> list[tuple[Kind, str, float]]:
    """The kinds a code may be printed as, how it is written, and the share of that."""
    if code.symbology == "QRCode":
        return _qr_forms(code.text)
    words = datamatrix.ascii_words(code.text, gs1=code.gs1)
    if code.symbology != "DataMatrix" or words is None:
        return []
    sizes = datamatrix.sizes_for(len(words))
    way = "gs1" if code.gs1 else ""
    return [
        (
            Kind("DataMatrix", size.rows, size.columns, ""),
            way,
            _SQUARE if size in datamatrix.SQUARE else 1 - _SQUARE,
        )
        for size in sizes
    ]


def _qr_forms(text: str) -> list[tuple[Kind, str, float]]:
    """Every level and way of writing that takes the smallest version or the next."""
    found = []
    for segments in qr.segmentations(text):
        bits = len(qr.bits_of(segments))
        for level in qr.LEVELS:
            version = qr.smallest_version(bits, level)
            if version is not None:
                side = 17 + 4 * version
                found.append((Kind("QRCode", side, side, level), _way(segments)))
    return [(kind, way, 1 / len(found)) for kind, way in found]


def _way(segments: Sequence[qr.Segment]) -> str:
    return ",".join(f"{mode}:{len(text)}" for mode, text in segments)


def _page(kind: Kind, entries: Sequence[_Entry]) -> MatrixPage:
    layout = layout_of(kind)
    rows = tuple(entry.row for entry in entries)
    return MatrixPage(
        kind=kind,
        data=write_rows(kind, rows),
        masks=layout[0],
        fixed=layout[1],
        item=np.array([entry.item for entry in entries], np.intp),
        rows=rows,
    )


def layout_of(kind: Kind) -> tuple[Signs, Signs]:
    """The masks (k, modules) and fixed modules (k, modules) of a kind."""
    if kind.symbology == "QRCode":
        layout = qr.qr_layout((kind.rows - 17) // 4, kind.level)
        return layout.masks, layout.fixed
    plain = datamatrix.datamatrix_layout(_size(kind))
    return plain.masks, plain.fixed


def write_rows(kind: Kind, rows: Sequence[Row]) -> Signs:
    """Data modules (n, modules) of rows; each must be of the length its way says."""
    if kind.symbology == "QRCode":
        version = (kind.rows - 17) // 4
        streams = [qr.bits_of(_segments(row)) for row in rows]
        return qr.qr_signs(version, kind.level, streams)
    texts = [datamatrix.ascii_words(r.text, gs1=r.way == "gs1") or [] for r in rows]
    return datamatrix.datamatrix_signs(_size(kind), texts)


def is_writable(kind: Kind, row: Row) -> bool:
    """Whether a text can be written in its way at all, and has room."""
    if kind.symbology == "QRCode":
        segments = _segments(row)
        whole = "".join(text for _, text in segments) == row.text
        return whole and all(qr.fits(text, mode) for mode, text in segments)
    words = datamatrix.ascii_words(row.text, gs1=row.way == "gs1")
    return words is not None and len(words) <= _size(kind).data


def _segments(row: Row) -> tuple[qr.Segment, ...]:
    """The text of a row cut up as its way says."""
    out, at = [], 0
    for part in row.way.split(","):
        mode, length = part.split(":")
        out.append((mode, row.text[at : at + int(length)]))
        at += int(length)
    return tuple(out)


def _size(kind: Kind) -> datamatrix.Size:
    sizes = (*datamatrix.SQUARE, *datamatrix.OBLONG)
    return next(s for s in sizes if (s.rows, s.columns) == (kind.rows, kind.columns))
