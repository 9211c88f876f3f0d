"""How well strings explain a line of text, under the recogniser's probabilities.

No best string is taken and no edit distance: each string is scored by the CTC forward
probability (Graves et al. 2006) of the line reading so, against its reading anything.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.text_book import fold
from vapr.read.text_net import Plane

LEAST: Final = 1e-7  # probability below which the recogniser is not believed
APART: Final = -3.0  # nats for a string that is only part of the line, each side ...
JOINED: Final = -3.0  # ... and more where no space parts it from the rest
HOPELESS: Final = -30.0  # nats below which a string is not followed
FOLLOWED: Final = 160  # strings followed a line, the likeliest by their characters


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Per step of a line, relative to the best symbol there (all logs, <= 0).

    `symbols` (steps, 1 + characters): blank (spaces and points too), then the route's
    characters; `space` (steps,) is that a word ends.
    """

    symbols: Floats
    space: Floats


@lru_cache(maxsize=8)
def _folding(
    alphabet: tuple[str, ...], characters: tuple[str, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The recogniser's symbols a route's characters are summed of.

    Returns:
        Indices into the alphabet in runs of one target each, where each run starts,
        and its target: 0 for blank, then the characters.
    """
    at = {character: i + 1 for i, character in enumerate(characters)}
    pairs = []
    for index, symbol in enumerate(alphabet):
        plain = fold(symbol)
        if not plain or plain in at:
            pairs.append((at.get(plain, 0), index))
    pairs.sort()
    targets, indices = np.array(pairs, np.intp).T
    starts = np.flatnonzero(np.diff(targets, prepend=-1))
    return indices, starts, targets[starts]


def relate(
    odds: Plane, alphabet: tuple[str, ...], characters: tuple[str, ...]
) -> Reading:
    """The recogniser's probabilities (steps, alphabet) folded to a route's letters."""
    indices, starts, targets = _folding(alphabet, characters)
    out = np.zeros((len(odds), 1 + len(characters)))
    out[:, targets] = np.add.reduceat(odds[:, indices], starts, axis=1)
    top = np.maximum(out.max(axis=1), odds.max(axis=1))
    symbols = np.log(np.maximum(out, LEAST) / top[:, None])
    space = np.log(np.maximum(out[:, 0] - odds[:, 0], LEAST) / top)
    return Reading(np.minimum(symbols, 0.0), np.minimum(space, 0.0))


def score_strings(reading: Reading, labels: NDArray[np.intp]) -> Floats:
    """Log-probability (n,) of each string in a line, against any text; <= 0 or so.

    A string may be part of a longer line, at a price. Those that cannot come near are
    not followed and get `HOPELESS`.

    Args:
        reading: of the line.
        labels: columns of its symbols (n, longest), -1 beyond each string's end.
    """
    out = np.full(len(labels), HOPELESS)
    bounds = _bounds(reading, labels)
    likely = np.argsort(-bounds, kind="stable")[:FOLLOWED]
    likely = likely[bounds[likely] > HOPELESS]
    if len(likely):
        longest = int((labels[likely] >= 0).sum(axis=1).max())
        out[likely] = np.maximum(forward(reading, labels[likely, :longest]), HOPELESS)
    return out


def _bounds(reading: Reading, labels: NDArray[np.intp]) -> Floats:
    """No string can score more than its characters' best steps."""
    best = np.append(reading.symbols.max(axis=0), 0.0)  # the last for padding
    out: Floats = best[labels].sum(axis=1)
    out[(labels >= 0).sum(axis=1) > len(reading.symbols)] = -np.inf
    return out


def forward(reading: Reading, labels: NDArray[np.intp]) -> Floats:
    """CTC forward log-probabilities (n,) of strings anywhere in a line.

    Args:
        reading: of T steps.
        labels: columns (n, longest) of each string, -1 beyond its end.
    """
    count, longest = labels.shape
    lengths = (labels >= 0).sum(axis=1)
    states = np.zeros((count, 2 * longest + 1), np.intp)
    states[:, 1::2] = np.maximum(labels, 0)
    skips = np.zeros_like(states, np.float64)
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    symbols = np.exp(reading.symbols)
    border = np.exp(APART + np.maximum(reading.space, JOINED))
    rows, ends = np.arange(count), 2 * lengths
    alpha = np.zeros(states.shape)
    total = np.zeros(count)
    for step, emit in enumerate(symbols):
        moved = alpha.copy()
        moved[:, 1:] += alpha[:, :-1]
        moved[:, 2:] += skips[:, 2:] * alpha[:, :-2]
        start = 1.0 if step == 0 else border[step - 1]
        moved[:, 0] += start
        moved[:, 1] += start
        # leave for other text: the string was complete before this step
        total += (alpha[rows, ends] + alpha[rows, ends - 1]) * border[step]
        alpha = moved * emit[states]
    total += alpha[rows, ends] + alpha[rows, ends - 1]
    return np.asarray(np.log(np.maximum(total, 1e-300)), np.float64)
