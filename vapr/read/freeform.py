"""The evidence of "some Code 128, whatever its text", by a chain over the symbols.

Under a linear image model with the geometry, light and blur known, the residual of a
code is quadratic in its cells. Blur couples a symbol with its neighbours only, so the
sum over all codes (and the best of them) follows exactly from a chain of 103-state
symbols, as in a hidden Markov model. Couplings two symbols away, small above 0.2 px
per module, are taken at a reference code's values. The check symbol is left free.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.symbols import code128_alphabet, code128_stop

_SYMBOL = 11  # cells
_VALUES = 103  # data and check symbols


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """Minus half the residual of cells c: (linear . c) - c . gram . c / 2 - offset."""

    linear: Floats
    gram: Floats
    offset: float

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

    def best_cells(self) -> NDArray[np.float64]:
        """The best code as cells, stop included."""
        body = code128_alphabet()[list(self.best)].tobytes() + code128_stop()
        return np.frombuffer(body, np.uint8).astype(np.float64)


def sum_over_codes(
    score: Quadratic, reference: NDArray[np.floating], log_prior: Floats
) -> Chain:
    """Sum over all symbol strings of the reference's length.

    Args:
        score: log-likelihood of cells, in reading order.
        reference: cells of a code near the best one (width,).
        log_prior: (symbols, 106), log probability of each value at each position,
            check symbol included, stop left out.
    """
    table = code128_alphabet().astype(np.float64)
    count = len(log_prior)
    unary = _unary(score, np.asarray(reference, np.float64), table, count) + log_prior
    forward, best = unary[0], unary[0]
    back = []
    for k in range(1, count):
        block = score.gram[_cut(k - 1), _cut(k)]
        pair = -(table @ block @ table.T)
        reach = best[:, None] + pair
        back.append(reach.argmax(axis=0))
        best = reach.max(axis=0) + unary[k]
        top = forward.max()
        joint = forward[:, None] - top + pair
        peak = joint.max(axis=0)
        forward = top + peak + np.log(np.exp(joint - peak).sum(axis=0)) + unary[k]
    top = forward.max()
    log_mean = float(top + np.log(np.exp(forward - top).sum())) - score.offset
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return Chain(log_mean, tuple(reversed(path)))


def _cut(k: int) -> slice:
    return slice(_SYMBOL * k, _SYMBOL * (k + 1))


def _unary(score: Quadratic, reference: Floats, table: Floats, count: int) -> Floats:
    """Each symbol's own part: (count, 106); the stop pattern is fixed."""
    out = np.empty((count, len(table)))
    stop = np.frombuffer(code128_stop(), np.uint8).astype(np.float64)
    tail = slice(_SYMBOL * count, None)
    far_sum = 0.0
    for k in range(count):
        own = _cut(k)
        out[k] = table @ score.linear[own]
        out[k] -= 0.5 * np.einsum("vi,vi->v", table @ score.gram[own, own], table)
        out[k] -= table @ (score.gram[own, tail] @ stop)
        far = reference[: _SYMBOL * count].copy()
        far[_SYMBOL * max(k - 1, 0) : _SYMBOL * (k + 2)] = 0
        pull = score.gram[own, : _SYMBOL * count] @ far
        out[k] -= table @ pull
        far_sum += float(reference[own] @ pull)
    constant = float(stop @ score.linear[tail]) - 0.5 * float(
        stop @ score.gram[tail, tail] @ stop
    )
    out[0] += constant + 0.5 * far_sum
    return out


def code_prior(values: NDArray[np.intp], spread: float) -> Floats:
    """How often each value stands at each position of some codes (n, symbols).

    Mixed with `spread` of the uniform distribution: (symbols, 106) log probabilities.
    """
    count = values.shape[1]
    out = np.zeros((count, 106))
    for k in range(count):
        out[k] = np.bincount(values[:, k], minlength=106) / len(values) * (1 - spread)
        out[k, :_VALUES] += spread / _VALUES
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(out), -1e4)
