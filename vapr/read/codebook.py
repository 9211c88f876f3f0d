"""The codebook of a route: the module patterns each item's label may carry.

Built once per route and kept; the arrays are what the template reader multiplies with.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vapr.read.bars import Bars
from vapr.read.symbols import SYMBOLOGIES, encode
from vapr.route.payloads import LabelCode, payloads
from vapr.route.route import Route


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """All patterns of one symbology and one length.

    `cells` (n, width) holds bars as 1; `item` (n,) indexes `Codebook.keys`;
    `log_prior` (n,) is the log probability that the item's label carries this pattern;
    `bars` are the same patterns with their symbol values, `texts` what they say. A
    module is `per_module` cells.
    """

    symbology: str
    per_module: int
    cells: NDArray[np.float32]
    item: NDArray[np.intp]
    log_prior: NDArray[np.float64]
    bars: tuple[Bars, ...]
    texts: frozenset[str]

    @property
    def width(self) -> int:
        """Cells of each pattern."""
        return int(self.cells.shape[1])

    @property
    def modules(self) -> float:
        """Modules of each pattern."""
        return self.width / self.per_module


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """The patterns of a route's items, one page per symbology and length.

    `keys` are the item keys in route order; `codes` the texts behind them, per item.
    """

    keys: tuple[str, ...]
    pages: tuple[Page, ...]
    codes: dict[str, tuple[LabelCode, ...]] = field(default_factory=dict)

    @staticmethod
    def of(route: Route) -> "Codebook":
        """The codebook of a route; the same object for the same route."""
        return _of_route(route)

    @staticmethod
    def build(codes: Iterable[tuple[str, Iterable[LabelCode]]]) -> "Codebook":
        """A codebook of (item key, the codes its label may carry) pairs."""
        listed = {key: tuple(each) for key, each in codes}
        keys = tuple(listed)
        groups: dict[tuple[str, int, int, int], list[tuple[int, float, Bars]]] = {}
        groups = defaultdict(list)
        for index, key in enumerate(keys):
            for code in listed[key]:
                for bars, weight in _forms(code):
                    size = (bars.symbology, bars.wide, bars.per_module, len(bars.cells))
                    groups[size].append((index, weight, bars))
        return Codebook(keys, tuple(_page(rows) for rows in groups.values()), listed)

    def without(self, key: str) -> "Codebook":
        """The same codebook lacking one item: what is known of a foreign label."""
        return Codebook.build((k, c) for k, c in self.codes.items() if k != key)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, bytes."""
        return sum(page.cells.nbytes + page.item.nbytes for page in self.pages)


@lru_cache(maxsize=4)
def _of_route(route: Route) -> Codebook:
    return Codebook.build((item.key, payloads(item)) for item in route.items)


@lru_cache(maxsize=4096)
def _forms(code: LabelCode) -> list[tuple[Bars, float]]:
    """The patterns of one code with their probabilities; the first form is usual."""
    if code.role != "tracking" or code.symbology not in SYMBOLOGIES:
        return []
    likely = likely_forms(code)
    shares = (0.8, 0.2) if len(likely) > 1 else (1.0,)
    return [
        (bars, code.probability * share)
        for bars, share in zip(likely, shares, strict=False)
    ]


def likely_forms(code: LabelCode) -> list[Bars]:
    """How a code may be printed, the most usual first: nobody wastes a third more."""
    forms = encode(code.text, code.symbology, gs1=code.gs1)
    return [bars for bars in forms if bars.modules < 1.3 * forms[0].modules]


def _page(rows: list[tuple[int, float, Bars]]) -> Page:
    first = rows[0][2]
    cells = np.frombuffer(b"".join(bars.cells for _, _, bars in rows), np.uint8)
    return Page(
        symbology=first.symbology,
        per_module=first.per_module,
        cells=cells.reshape(len(rows), -1).astype(np.float32),
        item=np.array([index for index, _, _ in rows], np.intp),
        log_prior=np.log([max(weight, 1e-9) for _, weight, _ in rows]),
        bars=tuple(bars for _, _, bars in rows),
        texts=frozenset(bars.text for _, _, bars in rows),
    )
