"""Which of a route's matrix codes come nearest to the pixels of a proposed code.

What all codes of a size share (finders, borders, the head and the padding of the text)
says how the code lies; then all of them are held against it, as one matrix product.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from vapr.geometry import Floats
from vapr.read.matrix_book import MatrixPage, Signs
from vapr.read.matrix_fit import Shared, fit_known, reach_of, window
from vapr.read.matrix_place import Size, place_sizes
from vapr.read.matrix_view import Pixels, Pose, send

_SIGMA = 0.75  # px, until the blur is known
_UNIT = 10  # modules of an outline, any number
_TRIED = 6  # poses that are fitted by what codes of their size share
_POSES = 4  # in which all codes are tried
_EXACT = 256  # codes a pose that are compared exactly
_TOP = 8  # codes a pose that are kept
_KEPT = 6  # codes that are fitted
_LEGIBLE = 0.3  # px per module in some pose; codes are named from 0.36 on
_JITTER = ((0.0, 0.0), (0.45, 0.0), (-0.45, 0.0), (0.0, 0.45), (0.0, -0.45))

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A code of a page under a mask, in a pose; `fit` is the share it explains."""

    page: MatrixPage
    row: int
    mask: int
    pose: Pose
    fit: float

    @property
    def ink(self) -> Floats:
        """Its modules (rows, columns), 1 where dark."""
        return ink_of(self.page.signs(self.row, self.mask), self.pose)


def ink_of(signs: Signs | Floats, pose: Pose) -> Floats:
    """Flat modules (..., n) as ink (..., rows, columns)."""
    out = 0.5 + 0.5 * np.asarray(signs, np.float64)
    return out.reshape(*out.shape[:-1], pose.rows, pose.columns)


def search_codes(pixels: Pixels, pages: Sequence[MatrixPage]) -> list[Found]:
    """The codes that explain the pixels best, each once, the best first.

    Empty where modules are too small in every likely pose: comparing all codes would
    cost most of a label's time and tell nothing.
    """
    likely = likely_poses(pixels, pages)
    if not any(p.px_per_module >= _LEGIBLE * pixels.scale for p in likely):
        return []
    poses: defaultdict[Size, list[Pose]] = defaultdict(list)
    for pose in likely:
        poses[pose.rows, pose.columns].append(pose)
    found: list[Found] = []
    for size, some in poses.items():
        found += _likely_codes(pixels, [p for p in pages if _size(p) == size], some)
    best: dict[tuple[int, int], Found] = {}
    for one in sorted(found, key=lambda one: -one.fit):
        best.setdefault((id(one.page), one.row), one)
    return list(best.values())[:_KEPT]


def likely_poses(pixels: Pixels, pages: Sequence[MatrixPage]) -> list[Pose]:
    """Poses for codes of any size on these pages, turned each way, likeliest first."""
    by_size = groupby(sorted(pages, key=_size), key=_size)
    shared = {size: _shared(tuple(some)) for size, some in by_size}
    outline = Pose.of(pixels.quad, _UNIT, _UNIT)
    tried = place_sizes(pixels, outline, shared)
    fits = [fit_known(pixels, shared[s], pose, _SIGMA) for s, pose in tried[:_TRIED]]
    fits = [fit for fit in fits if fit.contrast > 0]
    fits.sort(key=lambda fit: fit.rss)
    return [fit.pose for fit in fits[:_POSES]]


def _size(page: MatrixPage) -> Size:
    return page.kind.rows, page.kind.columns


@lru_cache(maxsize=32)
def _shared(pages: tuple[MatrixPage, ...]) -> Shared:
    """Mean ink of all codes of a size under any mask, and its variance."""
    means = []
    for page in pages:
        data = page.data.mean(axis=0)
        means.append((data * page.masks + page.fixed).mean(axis=0))
    sums = np.average(means, axis=0, weights=[len(page.data) for page in pages])
    mean = (0.5 + 0.5 * sums).reshape(_size(pages[0]))
    return Shared(mean, mean * (1 - mean))


def _likely_codes(
    pixels: Pixels, pages: Sequence[MatrixPage], poses: Sequence[Pose]
) -> Iterator[Found]:
    """The best codes of pages of one size in each pose, moved a little each way."""
    looks = [_Look.at(pixels, pose) for pose in poses]
    said = np.concatenate([look.said for look in looks])
    like = np.concatenate([_products(page, said) for page in pages])
    starts = np.cumsum([0, *(len(page.data) for page in pages)])
    count = len(_JITTER)
    for index, look in enumerate(looks):
        part = like[:, index * count : (index + 1) * count]
        rows = np.argsort(-part.max(axis=(1, 2)))[:_EXACT]
        yield from look.best(pages, starts, rows, part[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A pose and its small moves; `said` (moves, modules) is what the pixels say.

    `shows` (n, modules) is what modules send to the pixels, without an even light and
    its slopes; `power` is what is to be explained.
    """

    poses: tuple[Pose, ...]
    shows: Plane
    power: float
    said: Plane

    @staticmethod
    def at(pixels: Pixels, pose: Pose) -> "_Look":
        """Look at a pose."""
        near = window(pose, pixels)
        flat = _flat(near)
        dark = -(near.light - flat @ (flat.T @ near.light))
        poses = tuple(_moved(pose, *by) for by in _JITTER)
        sent = [send(each, near, _SIGMA) for each in poses]
        said = np.stack([each.gathered(dark).ravel() for each in sent])
        shows = sent[0].flat()
        shows -= flat @ (flat.T @ shows)
        power = float(dark @ dark)
        return _Look(poses, shows.astype(np.float32), power, said.astype(np.float32))

    def best(
        self,
        pages: Sequence[MatrixPage],
        starts: NDArray[np.intp],
        rows: NDArray[np.intp],
        like: Plane,
    ) -> Iterator[Found]:
        """The best of some rows of pages that start at `starts`, compared exactly.

        A code of more ink agrees more whatever is seen: what agrees (rows, moves,
        masks) is divided by what each code should show.
        """
        at = like.reshape(len(rows), -1).argmax(axis=1)
        moves, masks = np.unravel_index(at, like.shape[1:])
        of = np.searchsorted(starts, rows, "right") - 1
        codes = [
            (pages[page], int(row), int(mask))
            for page, row, mask in zip(of, rows - starts[of], masks, strict=True)
        ]
        ink = 0.5 + 0.5 * np.stack([p.signs(row, mask) for p, row, mask in codes])
        norm = np.square(ink.astype(np.float32) @ self.shows.T).sum(axis=1)
        agrees = like.reshape(len(rows), -1).max(axis=1) + self.said.sum(axis=1)[moves]
        fit = np.square(np.maximum(0.5 * agrees, 0)) / (self.power * norm + 1e-12)
        for one in np.argsort(-fit)[:_TOP].tolist():
            pose = self.poses[int(moves[one])]
            page, row, mask = codes[one]
            yield Found(page, row, mask, pose, float(fit[one]))


def _products(page: MatrixPage, said: Plane) -> Plane:
    """How well all codes agree with what pixels say of modules (moves, modules)."""
    masks = page.masks.astype(np.float32)
    columns = (said[:, None, :] * masks).reshape(-1, said.shape[1])
    fixed = said @ page.fixed.astype(np.float32).T
    out = page.data.astype(np.float32) @ columns.T
    return np.asarray(out.reshape(len(out), len(said), -1) + fixed, np.float32)


def _flat(pixels: Pixels) -> Floats:
    """An orthonormal basis of an even light and its slopes: (n, 3)."""
    reach = reach_of(pixels)
    plain = np.column_stack(
        [np.ones_like(pixels.x), pixels.x / reach, pixels.y / reach]
    )
    return np.linalg.qr(plain)[0]


def _moved(pose: Pose, columns: float, rows: float) -> Pose:
    """A pose moved by so many modules."""
    move = np.array([[1, 0, columns], [0, 1, rows], [0, 0, 1]])
    return replace(pose, matrix=move @ pose.matrix)
