"""How well strings explain a line of text, under the recogniser's probabilities.

No best string is taken and no edit distance: each string is scored by the CTC forward
probability (Graves et al. 2006) of the line reading so, against its reading anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.text_book import Entry, fold
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
def fold_matrix(
    alphabet: tuple[str, ...], characters: tuple[str, ...]
) -> NDArray[np.intp]:
    """Column of `Reading.symbols` for each character of the recogniser; -1 for none."""
    at = {character: i + 1 for i, character in enumerate(characters)}
    columns = []
    for symbol in alphabet:
        plain = fold(symbol)
        columns.append(0 if not plain else at.get(plain, -1))
    columns[0] = 0
    return np.asarray(columns, np.intp)


def relate(
    odds: Plane, alphabet: tuple[str, ...], characters: tuple[str, ...]
) -> Reading:
    """The recogniser's probabilities (steps, alphabet) folded to a route's letters."""
    columns = fold_matrix(alphabet, characters)
    known = columns >= 0
    out = np.zeros((len(odds), 1 + len(characters)))
    np.add.at(out.T, columns[known], odds.T[known])
    rest = odds[:, ~known].max(axis=1) if not known.all() else np.zeros(len(odds))
    top = np.maximum(out.max(axis=1), rest)
    symbols = np.log(np.maximum(out, LEAST) / top[:, None])
    space = np.log(np.maximum(out[:, 0] - odds[:, 0], LEAST) / top)
    return Reading(np.minimum(symbols, 0.0), np.minimum(space, 0.0))


def score_entries(
    reading: Reading, entries: Sequence[Entry], characters: tuple[str, ...]
) -> Floats:
    """Log-probability (n,) of each string in a line, against any text; <= 0 or so.

    A string may be part of a longer line, at a price. Those that cannot come near are
    not followed and get `HOPELESS`.
    """
    out = np.full(len(entries), HOPELESS)
    bounds = _bounds(reading, entries, characters)
    likely = np.argsort(-bounds, kind="stable")[:FOLLOWED]
    likely = likely[bounds[likely] > HOPELESS]
    if len(likely):
        texts = [entries[i].text for i in likely]
        out[likely] = np.maximum(forward(reading, _labels(texts, characters)), HOPELESS)
    return out


def _bounds(
    reading: Reading, entries: Sequence[Entry], characters: tuple[str, ...]
) -> Floats:
    """No string can score more than its characters' best steps."""
    labels = _labels([entry.text for entry in entries], characters)
    best = np.append(reading.symbols.max(axis=0), 0.0)  # the last for padding
    out: Floats = best[labels].sum(axis=1)
    out[(labels >= 0).sum(axis=1) > len(reading.symbols)] = -np.inf
    return out


def _labels(texts: Sequence[str], characters: tuple[str, ...]) -> NDArray[np.intp]:
    """Columns of `Reading.symbols` (n, longest), -1 beyond each string's end."""
    at = {character: i + 1 for i, character in enumerate(characters)}
    out = np.full((len(texts), max(map(len, texts), default=0)), -1, np.intp)
    for row, text in zip(out, texts, strict=True):
        row[: len(text)] = [at[c] for c in text]
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
