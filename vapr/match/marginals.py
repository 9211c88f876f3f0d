"""Exact probabilities of who is who, when one item is at most one parcel.

The joint data association problem of tracking (Bar-Shalom & Fortmann, *Tracking and
Data Association*, 1988): every way of giving items to parcels counts with its weight,
and a parcel's probability of being an item is the share of the ways that say so.
Parcels and items fall apart into small groups that compete; each is summed exactly.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_TANGLED = 12  # parcels in one group; 2^12 states times its items is milliseconds
NEGLIGIBLE = 1e-6  # a share this small cannot move a verdict at 0.999


def association_marginals(weights: Floats) -> Floats:
    """Probability of each parcel being each item, under one item, one parcel.

    Groups of up to 12 competing parcels are summed exactly. In a larger one every
    parcel gets what remains when all the others may claim its item at once: never
    more than the exact value where rivals are strong.

    Args:
        weights: (n, m) odds of parcel n being item m against being none of them.

    Returns:
        (n, m) marginal probabilities; each row sums to at most 1.
    """
    independent: Floats = weights / (1.0 + weights.sum(axis=1, keepdims=True))
    result = independent.copy()
    strong = independent > NEGLIGIBLE
    for rows, columns in _groups(strong):
        if len(rows) == 1:
            continue
        if len(rows) > MAX_TANGLED:
            result[rows] = _against_all(weights[rows])
            continue
        inside = np.where(strong[np.ix_(rows, columns)], 1.0, 0.0)
        group = weights[np.ix_(rows, columns)] * inside
        # What is left out of the group stays where it was: beside "none of these".
        # Summed, not subtracted: odds of e^40 would swallow the 1.
        outside = weights[rows].copy()
        outside[:, columns] -= group
        rest = 1.0 + outside.sum(axis=1)
        result[np.ix_(rows, columns)] = _sum_over_ways(group / rest[:, None])
    return result


def _against_all(weights: Floats) -> Floats:
    """Each parcel's claim on an item against the sum of all other claims on it."""
    rest = _one_and_the_others(weights)
    claims = weights / rest
    others = _one_and_the_others(claims.T).T  # and 1: that nobody claims it
    result: Floats = weights / (weights + rest * others)
    return result


def _one_and_the_others(weights: Floats) -> Floats:
    """For each weight, 1 + the sum of the others of its row.

    The largest is not subtracted from its sum: at e^40 the rest would cancel to 0.
    """
    rest: Floats = 1.0 + weights.sum(axis=1, keepdims=True) - weights
    rows, top = np.arange(len(weights)), weights.argmax(axis=1)
    others = weights.copy()
    others[rows, top] = 0.0
    rest[rows, top] = 1.0 + others.sum(axis=1)
    return rest


def _groups(strong: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Connected parts of the parcel-item graph: (rows, columns) of each."""
    left = set(range(strong.shape[0]))
    groups = []
    while left:
        rows, frontier = set[int](), {left.pop()}
        columns: set[int] = set()
        while frontier:
            rows |= frontier
            columns = set(np.flatnonzero(strong[sorted(rows)].any(axis=0)).tolist())
            touched = np.flatnonzero(strong[:, sorted(columns)].any(axis=1)).tolist()
            frontier = set(touched) - rows
        left -= rows
        groups.append((sorted(rows), sorted(columns)))
    return groups


def _sum_over_ways(weights: Floats) -> Floats:
    """Marginals by a forward and a backward pass over items.

    A state is a set of parcels already given an item, as the bits of its index.
    """
    n, m = weights.shape
    states = np.arange(1 << n)
    free = [np.flatnonzero((states >> p) & 1 == 0) for p in range(n)]
    forward = [np.zeros(1 << n)]
    forward[0][0] = 1.0
    for item in range(m):
        forward.append(_give(forward[-1], weights[:, item], free))
    backward = np.ones(1 << n)
    marginals = np.zeros((n, m))
    for item in reversed(range(m)):
        before = forward[item]
        for p in np.flatnonzero(weights[:, item]).tolist():
            taken = free[p] | (1 << p)
            marginals[p, item] = weights[p, item] * before[free[p]] @ backward[taken]
        backward = _back(backward, weights[:, item], free)
    ways: float = forward[-1].sum()
    result: Floats = marginals / ways
    return result


def _give(before: Floats, weights: Floats, free: Sequence[NDArray[np.intp]]) -> Floats:
    after = before.copy()
    for p in np.flatnonzero(weights).tolist():
        after[free[p] | (1 << p)] += weights[p] * before[free[p]]
    return after


def _back(after: Floats, weights: Floats, free: Sequence[NDArray[np.intp]]) -> Floats:
    before = after.copy()
    for p in np.flatnonzero(weights).tolist():
        before[free[p]] += weights[p] * after[free[p] | (1 << p)]
    return before
