"""Patches as planar pieces: what a renderer can hold against a ray."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vapr.synth.solid import Patch

Floats = NDArray[np.float64]

_ZERO = np.zeros(3)
_LARGEST_M = 0.45
_MOST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Planar pieces of patches, as arrays over n facets, patch by patch.

    `corner`, `u`, `v`: (n, 3); a triangle keeps u + v <= 1. `tex`: (n, 3, 2), origin
    and steps of texture coordinates. `normal`: (n, 3, 3), origin and steps.
    """

    corner: Floats
    u: Floats
    v: Floats
    tex: Floats
    normal: Floats
    triangle: NDArray[np.bool_]
    patch: NDArray[np.int32]


_Piece = tuple[Floats, Floats, Floats, Floats, Floats, bool]


def split(patches: Sequence[Patch]) -> Facets:
    """Cells of all patches as parallelograms where they are, else two triangles."""
    pieces: list[_Piece] = []
    owners: list[int] = []
    for index, patch in enumerate(patches):
        cells = list(_cells(patch))
        pieces += cells
        owners += [index] * len(cells)
    corner, u, v, tex, normal, triangle = (
        np.array(column) for column in zip(*pieces, strict=True)
    )
    return Facets(corner, u, v, tex, normal, triangle, np.array(owners, np.int32))


def _cells(patch: Patch) -> Iterator[_Piece]:
    g = patch.grid
    rows, columns = g.shape[0] - 1, g.shape[1] - 1
    if rows == columns == 1 and _even(g):
        yield from _panes(g, patch.size)
        return
    n = patch.normals
    steps = np.array([[1 / columns, 0], [0, 1 / rows]])
    for i in range(rows):
        for j in range(columns):
            at = np.array([j / columns, i / rows])
            near = (slice(i, i + 2), slice(j, j + 2))
            yield from _halves(g[near], n[near], np.vstack([[at], steps]))


def _panes(g: Floats, size: tuple[float, float]) -> Iterator[_Piece]:
    """A flat patch in panes of half a metre: few of them reach round a camera."""
    across, down = (min(int(s / _LARGEST_M) + 1, _MOST) for s in size)
    u, v = (g[0, 1] - g[0, 0]) / across, (g[1, 0] - g[0, 0]) / down
    upright = _upright(u, v)
    for i in range(down):
        for j in range(across):
            tex = np.array([[j, i], [1, 0], [0, 1]]) / (across, down)
            yield g[0, 0] + j * u + i * v, u, v, tex, upright, False


def _even(cell: Floats) -> bool:
    """Whether four corners (2, 2, 3) make a parallelogram, within 0.1 mm."""
    gap = cell[1, 1] - cell[0, 1] - cell[1, 0] + cell[0, 0]
    return bool(np.abs(gap).max() < 1e-4)


def _upright(u: Floats, v: Floats) -> Floats:
    """The one normal of a plane, with no steps."""
    x = v[1] * u[2] - v[2] * u[1]
    y = v[2] * u[0] - v[0] * u[2]
    z = v[0] * u[1] - v[1] * u[0]
    normal = np.array([x, y, z])
    normal /= max(float(np.sqrt(normal @ normal)), 1e-12)
    return np.array([normal, _ZERO, _ZERO])


def _halves(cell: Floats, normals: Floats, tex: Floats) -> Iterator[_Piece]:
    """A cell as one parallelogram, or as its upper left and lower right triangles."""
    (a, b), (d, c) = cell
    (na, nb), (nd, nc) = normals
    even = _even(cell)
    yield a, b - a, d - a, tex, np.array([na, nb - na, nd - na]), not even
    if not even:
        far = np.array([tex.sum(axis=0), -tex[1], -tex[2]])
        yield c, d - c, b - c, far, np.array([nc, nd - nc, nb - nc]), True
