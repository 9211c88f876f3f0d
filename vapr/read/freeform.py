"""The evidence of "some code of this symbology, whatever its text", by a chain.

Under a linear image model with the geometry, light and blur known, the residual of a
code is quadratic in its cells. Blur couples a symbol with its neighbours only, so the
sum over all codes (and the best of them) follows exactly from a chain over the symbols,
as in a hidden Markov model. Couplings two symbols away, small above 0.2 px per module,
are taken at a reference code's values. Check symbols and digits are left free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.symbols import Alphabet

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


@dataclass(frozen=True, slots=True)
class Chain:
    """Log of the mean likelihood over all codes, and the best one's symbol values."""

    log_mean: float
    best: tuple[int, ...]


def sum_over_codes(
    score: Quadratic,
    reference: NDArray[np.floating],
    log_prior: Floats,
    alphabet: Alphabet,
) -> Chain:
    """Sum over all symbol strings of the reference's length.

    Args:
        score: log-likelihood of cells, in reading order.
        reference: cells of a code near the best one (width,).
        log_prior: (symbols, values), log probability of each value at each position.
        alphabet: the symbols' cells.
    """
    table = alphabet.table.astype(np.float64)
    unary = _unary(score, np.asarray(reference, np.float64), alphabet, len(log_prior))
    unary += log_prior
    forward, best, total = unary[0], unary[0].astype(np.float32), 0.0
    back = []
    for k in range(1, len(log_prior)):
        block = score.gram[_cut(alphabet, k - 1), _cut(alphabet, k)]
        pair = np.asarray(-(table @ block @ table.T), np.float32)
        own = unary[k].astype(np.float32)
        reach = best[:, None] + pair
        back.append(reach.argmax(axis=0))
        best = reach.max(axis=0) + own
        best -= best.max()
        top = forward.max()
        pair += np.asarray(forward - top, np.float32)[:, None]
        peak = pair.max(axis=0)
        joint = np.exp(pair - peak).sum(axis=0)
        forward = peak + np.log(joint) + unary[k]
        total += float(top)
    top = forward.max()
    log_mean = float(top + np.log(np.exp(forward - top).sum())) + total - score.offset
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return Chain(log_mean, tuple(reversed(path)))


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


def _cut(alphabet: Alphabet, k: int) -> slice:
    width = alphabet.table.shape[1]
    start = len(alphabet.head) + width * k
    return slice(start, start + width)


def _unary(
    score: Quadratic, reference: Floats, alphabet: Alphabet, count: int
) -> Floats:
    """Each symbol's own part: (count, values); what is fixed goes to the first."""
    table = alphabet.table.astype(np.float64)
    symbols = slice(_cut(alphabet, 0).start, _cut(alphabet, count - 1).stop)
    fixed = reference.copy()
    fixed[symbols] = 0
    out = np.empty((count, len(table)))
    far_sum = 0.0
    for k in range(count):
        own = _cut(alphabet, k)
        out[k] = table @ (score.linear[own] - score.gram[own] @ fixed)
        out[k] -= 0.5 * np.einsum("vi,vi->v", table @ score.gram[own, own], table)
        far = reference - fixed
        far[_cut(alphabet, max(k - 1, 0)).start : _cut(alphabet, k + 1).stop] = 0
        pull = score.gram[own] @ far
        out[k] -= table @ pull
        far_sum += float(reference[own] @ pull)
    constant = fixed @ score.linear - 0.5 * fixed @ score.gram @ fixed
    out[0] += constant + 0.5 * far_sum
    return out


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
