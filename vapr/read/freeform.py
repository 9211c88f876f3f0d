"""The evidence of "some code of this symbology, whatever its text", by a chain.

Under a linear image model with the geometry, light and blur known, the residual of a
code is quadratic in its cells. A triangular factor of that form makes it a sum over the
symbols in order, each given those before: what is left when all later cells may take
any real value. The chain keeps the best code that ends in each value and takes what
lies further back from it (per-survivor processing: Raheli, Polydoros & Tzou, IEEE
Trans. Communications 1995), so that the best code's score is exact however far blur
reaches, and the sum over all codes follows as in a hidden Markov model. Check symbols
and digits are left free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.bars import Alphabet

_FAINT = 1e-3  # precision of a cell that leaves its score as it is, 1 / nats
_HOPELESS = 40.0  # nats behind, from which a beginning is dropped
_PRECISE = 1e-4  # share of a sum that single precision still tells
_FEW = 20  # codes that say as much of their kind as none at all


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """Minus half the residual of cells c: (linear . c) - c . gram . c / 2 - offset."""

    linear: Floats
    gram: Floats
    offset: float

    def scaled(self, by: float) -> "Quadratic":
        """The same with `by` times the inverse variance."""
        return Quadratic(by * self.linear, by * self.gram, by * self.offset)

    def score(self, cells: NDArray[np.floating]) -> Floats:
        """Log-likelihood of patterns (m, width), up to the noise's constant."""
        cells = np.asarray(cells, np.float64)
        out: Floats = cells @ self.linear - self.offset
        out -= 0.5 * np.einsum("mi,mi->m", cells @ self.gram, cells)
        return out


def quadratic(response: Floats, target: Floats, weight: Floats) -> Quadratic:
    """From the response of each cell (width, n), what it should give (n,) and 1/var."""
    weighted = response * weight
    return Quadratic(
        weighted @ target, weighted @ response.T, 0.5 * float(weight @ target**2)
    )


def summed(scores: Sequence[Quadratic]) -> Quadratic:
    """What several looks at the same cells say together."""
    first, *rest = scores
    for one in rest:
        first = Quadratic(
            first.linear + one.linear, first.gram + one.gram, first.offset + one.offset
        )
    return first


@dataclass(frozen=True, slots=True)
class Chain:
    """Log of the mean likelihood over all codes, and the best one's symbol values."""

    log_mean: float
    best: tuple[int, ...]


def sum_over_codes(score: Quadratic, log_prior: Floats, alphabet: Alphabet) -> Chain:
    """Sum over all symbol strings of a length.

    Args:
        score: log-likelihood of cells, in reading order.
        log_prior: (symbols, values), log probability of each value at each position.
        alphabet: the symbols' cells.
    """
    factor, target = _triangular(score)
    head, tail = (
        np.frombuffer(end, np.uint8).astype(np.float64)
        for end in (alphabet.head, alphabet.tail)
    )
    at, table = len(head), alphabet.table.astype(np.float64)
    left = (target - factor[:, :at] @ head)[None, :]
    unlike = -0.5 * np.square(left[:, :at]).sum(axis=1)
    kept = _Kept(unlike, unlike, left[:, at:])
    back = []
    for prior in log_prior:
        seen = table @ factor[at:, at : at + table.shape[1]].T
        kept, came = _advance(kept, seen, prior, table.shape[1])
        back.append(came)
        at += table.shape[1]
    unlike = -0.5 * np.square(kept.left - factor[at:, at:] @ tail).sum(axis=1)
    constant = 0.5 * float(target @ target) - score.offset
    log_mean = float(_log_sum((kept.summed + unlike)[:, None])[0]) + constant
    return Chain(log_mean, _path(back, int((kept.best + unlike).argmax())))


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """Beginnings of codes, the best one that ends in each value.

    `best` (m,) is what each says, `summed` what all say that end as it does, `left`
    (m, rest) what it leaves for later cells to explain.
    """

    best: Floats
    summed: Floats
    left: Floats


_Came: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Of each beginning kept: the one it continues, and its last value."""


def _advance(
    kept: _Kept, seen: Floats, prior: Floats, width: int
) -> tuple[_Kept, _Came]:
    """All beginnings one symbol longer.

    `seen` (values, rest) is what each value of that symbol, `width` cells, gives in the
    rows from its own on.
    """
    here, own = kept.left[:, :width], seen[:, :width]
    says = here @ own.T + (prior - 0.5 * np.square(own).sum(axis=1))
    says -= 0.5 * np.square(here).sum(axis=1)[:, None]
    reach = kept.best[:, None] + says
    summed = _log_sum(kept.summed[:, None] + says)
    values = np.flatnonzero(summed > summed.max() - _HOPELESS)
    came = reach.argmax(axis=0)[values]
    left = kept.left[came, width:] - seen[values, width:]
    longer = _Kept(reach.max(axis=0)[values], summed[values], left)
    return longer, (came, values)


def _triangular(score: Quadratic) -> tuple[Floats, Floats]:
    """The score as a constant minus half the square of (target - factor @ cells).

    `factor` is lower triangular, so that each row knows the cells up to its own only.
    What no pixel tells gets a precision too small to matter.
    """
    size = len(score.linear)
    precise = _FAINT + 1e-9 * float(np.trace(score.gram)) / size
    gram = score.gram + precise * np.eye(size)
    flipped = np.linalg.cholesky(gram[::-1, ::-1])
    factor = np.asarray(flipped.T[::-1, ::-1], np.float64)
    return factor, np.asarray(np.linalg.solve(factor.T, score.linear), np.float64)


def _log_sum(terms: Floats) -> Floats:
    """The log of the sum of exponentials over the first axis."""
    top = terms.max(axis=0)
    out: Floats = top + np.log(np.exp(np.asarray(terms - top, np.float32)).sum(axis=0))
    return out


def _path(back: Sequence[_Came], last: int) -> tuple[int, ...]:
    """The values of the code that is the one of that number of those kept last."""
    path = []
    for came, values in reversed(back):
        path.append(int(values[last]))
        last = int(came[last])
    return tuple(reversed(path))


def leave_out(
    chain: Chain, log_prior: Floats, values: Sequence[int], said: float
) -> float:
    """The log of a chain's mean likelihood without the part of one code.

    Args:
        chain: the sum over all codes.
        log_prior: what it was made with.
        values: the symbols of the code that is left out.
        said: its log-likelihood.
    """
    own = float(log_prior[np.arange(len(values)), list(values)].sum()) + said
    left = -np.expm1(min(own - chain.log_mean, 0.0))
    return chain.log_mean + float(np.log(max(left, _PRECISE)))


def code_prior(values: NDArray[np.intp], alphabet: Alphabet, spread: float) -> Floats:
    """How often each value stands at each position of some codes (n, symbols).

    Mixed with `spread` of the uniform distribution, and more of it where the codes are
    few: (symbols, values) log probabilities.
    """
    size, n = len(alphabet.table), len(values)
    seen = (1 - spread) * n / (n + _FEW)
    out = np.zeros((values.shape[1], size))
    for k in range(len(out)):
        out[k] = np.bincount(values[:, k], minlength=size) / max(n, 1) * seen
        out[k, : alphabet.free] += (1 - seen) / alphabet.free
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(out), -1e4)
