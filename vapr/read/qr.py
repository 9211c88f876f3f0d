"""QR codes as modules: many texts of one size and level at once (ISO/IEC 18004).

Versions 1 to 6, all levels and masks. The mask stays apart from the data, so that a
code under eight masks is one row of data and not eight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vapr.read.galois import QR_FIELD, Words, check_words

Signs = NDArray[np.int8]
"""Modules: dark 1, light -1, and 0 where another array tells."""

LEVELS = "LMQH"
_LEVEL_BITS = {"L": 1, "M": 0, "Q": 3, "H": 2}
_TOTAL = (26, 44, 70, 100, 134, 172)  # codewords of versions 1 to 6
# check words of a block, and blocks, by version
_BLOCKS = {
    "L": ((7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2)),
    "M": ((10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4)),
    "Q": ((13, 1), (22, 1), (18, 2), (26, 2), (18, 4), (24, 4)),
    "H": ((17, 1), (28, 1), (22, 2), (16, 4), (22, 4), (28, 4)),
}
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_INDEX = {char: i for i, char in enumerate(_ALNUM)}
Segment = tuple[str, str]
"""A mode, "numeric", "alnum" or "byte", and the text in it."""


def data_words(version: int, level: str) -> int:
    """How many data codewords a symbol holds."""
    each, blocks = _BLOCKS[level][version - 1]
    return _TOTAL[version - 1] - each * blocks


def smallest_version(bits: int, level: str) -> int | None:
    """The smallest version that holds so many bits; None beyond version 6."""
    for version in range(1, len(_TOTAL) + 1):
        if bits <= 8 * data_words(version, level):
            return version
    return None


@lru_cache(maxsize=16384)
def bits_of(segments: tuple[Segment, ...]) -> str:
    """Segments as a string of 0 and 1, without terminator and padding."""
    return "".join(_SEGMENT[mode](text) for mode, text in segments)


def _numeric(text: str) -> str:
    groups = [text[i : i + 3] for i in range(0, len(text), 3)]
    body = "".join(f"{int(g):0{(0, 4, 7, 10)[len(g)]}b}" for g in groups)
    return f"0001{len(text):010b}{body}"


def _alnum(text: str) -> str:
    values = [_INDEX[char] for char in text]
    pairs = zip(values[::2], values[1::2], strict=False)
    body = "".join(f"{45 * a + b:011b}" for a, b in pairs)
    tail = f"{values[-1]:06b}" if len(values) % 2 else ""
    return f"0010{len(text):09b}{body}{tail}"


def _byte(text: str) -> str:
    raw = text.encode("utf-8")
    return f"0100{len(raw):08b}" + "".join(f"{byte:08b}" for byte in raw)


_SEGMENT = {"numeric": _numeric, "alnum": _alnum, "byte": _byte}
_HEAD = {"numeric": 14, "alnum": 13, "byte": 12}
_COST = {"numeric": 10 / 3, "alnum": 5.5, "byte": 8.0}


def segmentations(text: str) -> list[tuple[Segment, ...]]:
    """How writers split a text: in the shortest way, in one mode, in bytes."""
    kinds = "".join(_narrowest(char) for char in text)
    ways = []
    for modes in _ways(kinds):
        at, segments = 0, []
        for mode, length in modes:
            segments.append((mode, text[at : at + length]))
            at += length
        ways.append(tuple(segments))
    return ways


def fits(text: str, mode: str) -> bool:
    """Whether all characters of a text can be written in a mode."""
    return all(_fits(_narrowest(char), mode) for char in text)


def _narrowest(char: str) -> str:
    """The mode that fits a character and takes the fewest bits, by its first letter."""
    if char in "0123456789":
        return "n"
    return "a" if char in _INDEX else "b"


Modes = tuple[tuple[str, int], ...]


@lru_cache(maxsize=1024)
def _ways(kinds: str) -> list[Modes]:
    """The ways to split texts whose characters are of such kinds, each once."""
    if not kinds:
        return []
    single = next(m for m in _HEAD if all(_fits(kind, m) for kind in kinds))
    ways = [_shortest(kinds), ((single, len(kinds)),), (("byte", len(kinds)),)]
    return list(dict.fromkeys(ways))


def _fits(kind: str, mode: str) -> bool:
    return "nab".index(kind) <= "nab".index(mode[0])


def _shortest(kinds: str) -> Modes:
    """The split that takes the fewest bits: dynamic programming over the modes."""
    best: dict[str, tuple[float, Modes]] = {}
    for kind in kinds:
        before = min(best.values(), default=(0.0, ()))
        after = {}
        for mode in (m for m in _HEAD if _fits(kind, m)):
            start = (before[0] + _HEAD[mode] + _COST[mode], (*before[1], (mode, 1)))
            after[mode] = start
            if mode in best:
                cost, done = best[mode]
                longer = (*done[:-1], (mode, done[-1][1] + 1))
                after[mode] = min(start, (cost + _COST[mode], longer))
        best = after
    return min(best.values())[1]


@dataclass(frozen=True, slots=True, eq=False)
class QrLayout:
    """What all codes of one version and level share.

    `order` (bits,) are the flat modules that hold the codewords' bits in turn; `masks`
    (8, modules) are 1 or -1 there and 0 elsewhere, `fixed` (8, modules) the modules
    that say nothing of the text, 0 elsewhere.
    """

    side: int
    order: NDArray[np.intp]
    masks: Signs
    fixed: Signs


def qr_signs(version: int, level: str, streams: Sequence[str]) -> Signs:
    """Data modules (n, side * side) before masking, of texts as bits."""
    layout = qr_layout(version, level)
    words = _codewords(
        version, level, np.stack([_padded(version, level, s) for s in streams])
    )
    bits = np.unpackbits(words, axis=1).astype(np.int8)
    out = np.zeros((len(bits), layout.side**2), np.int8)
    out[:, layout.order] = -1  # remainder bits are light before the mask
    out[:, layout.order[: bits.shape[1]]] = 2 * bits - 1
    return out


def _padded(version: int, level: str, stream: str) -> Words:
    count = data_words(version, level)
    stream += "0" * min(4, 8 * count - len(stream))
    stream += "0" * (-len(stream) % 8)
    words = int(stream, 2).to_bytes(len(stream) // 8, "big")
    pads = (b"\xec\x11" * count)[: count - len(words)]
    return np.frombuffer(words + pads, np.uint8)


def _codewords(version: int, level: str, data: Words) -> Words:
    """Data words (n, k) with their check words, interleaved block by block."""
    each, blocks = _BLOCKS[level][version - 1]
    short, longer = divmod(data.shape[1], blocks)
    sizes = [short + (i >= blocks - longer) for i in range(blocks)]
    ends = np.cumsum([0, *sizes])
    parts = [data[:, a:b] for a, b in pairwise(ends.tolist())]
    checks = [check_words(part, each, QR_FIELD, 0) for part in parts]
    columns = [p[:, i] for i in range(max(sizes)) for p in parts if i < p.shape[1]]
    columns += [check[:, i] for i in range(each) for check in checks]
    return np.column_stack(columns)


@cache
def qr_layout(version: int, level: str) -> QrLayout:
    """The layout of a version and level."""
    side = 17 + 4 * version
    plain = _function_modules(version)
    order = _data_order(plain)
    rows, columns = np.mgrid[0:side, 0:side]
    masks = np.stack([_mask(k, rows, columns) for k in range(8)])
    signs = np.where(masks, -1, 1) * (plain == 0)
    fixed = np.stack([_with_format(plain, level, k) for k in range(8)])
    flat = (8, side * side)
    masks_flat = signs.reshape(flat).astype(np.int8)
    return QrLayout(side, order, masks_flat, fixed.reshape(flat))


def _function_modules(version: int) -> Signs:
    """Finders, timing and alignment; format modules are light for now; data is 0."""
    side = 17 + 4 * version
    out = np.zeros((side, side), np.int8)
    out[8, :9] = out[:9, 8] = out[8, -8:] = out[-8:, 8] = -1
    out[6, 8:-8] = out[8:-8, 6] = np.where(np.arange(8, side - 8) % 2, -1, 1)
    ring = np.maximum(*np.abs(np.mgrid[-3:4, -3:4]))
    finder = np.where(ring == 2, -1, 1)
    out[:8, :8] = out[:8, -8:] = out[-8:, :8] = -1
    out[:7, :7] = out[:7, -7:] = out[-7:, :7] = finder
    out[-8, 8] = 1
    if version > 1:
        out[-9:-4, -9:-4] = np.where(ring == 1, -1, 1)[1:-1, 1:-1]
    return out


def _data_order(plain: Signs) -> NDArray[np.intp]:
    """Data modules in the order of bits: two columns at a time, up and down."""
    side = len(plain)
    order = []
    upward = True
    for right in [c for c in range(side - 1, 0, -2) if c > 6] + [5, 3, 1]:
        rows = range(side - 1, -1, -1) if upward else range(side)
        order += [
            row * side + c
            for row in rows
            for c in (right, right - 1)
            if not plain[row, c]
        ]
        upward = not upward
    return np.array(order, np.intp)


def _mask(k: int, i: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Modules that mask k inverts, at rows i and columns j."""
    told = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )
    return np.asarray(told[k] == 0)


def _with_format(plain: Signs, level: str, mask: int) -> Signs:
    """The fixed modules with level and mask written in, twice."""
    value = _LEVEL_BITS[level] << 3 | mask
    rest = value << 10
    for shift in range(4, -1, -1):
        rest ^= 0x537 << shift if rest >> (shift + 10) & 1 else 0
    told = (value << 10 | rest) ^ 0x5412
    bits = [1 if told >> i & 1 else -1 for i in range(15)]  # the lowest first
    out = plain.copy()
    side = len(out)
    for i, bit in enumerate(bits):
        row = i if i < 6 else i + 1
        if i < 8:
            out[row, 8] = bit
            out[8, side - 1 - i] = bit
        else:
            out[8, 15 - i if i == 8 else 14 - i] = bit
            out[side - 15 + i, 8] = bit
    return out
