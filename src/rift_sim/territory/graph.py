"""Neighbour lists: from pairs to compressed rows, islands and components."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rift_sim.territory.estimates import distance_km

__all__ = ["components", "compress", "link_isolated", "neighbour_spacing"]

Floats = NDArray[np.float64]
Ints = NDArray[np.uint32]


def compress(n: int, pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Turn pairs of positions into symmetric compressed rows.

    Parameters
    ----------
    n
        Number of places.
    pairs
        Positions (a, b), a != b; each link may stand once or twice.

    Returns
    -------
    indptr, indices
        Shapes (n + 1,) and (2 x links,), uint32: the neighbours of place k are
        ``indices[indptr[k]:indptr[k + 1]]``, ascending.
    """
    links = np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)
    both = np.unique(np.concatenate([links, links[:, ::-1]]), axis=0)
    indptr = np.zeros(n + 1, dtype=np.uint32)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=indptr[1:])
    return indptr, both[:, 1].astype(np.uint32)


def components(n: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected sets of places, largest first, each ascending."""
    parent = list(range(n))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for a, b in pairs:
        parent[root(a)] = root(b)
    sets: dict[int, list[int]] = {}
    for k in range(n):
        sets.setdefault(root(k), []).append(k)
    return sorted(sets.values(), key=lambda members: (-len(members), members[0]))


def link_isolated(
    longitude: Floats, latitude: Floats, isolated: list[int]
) -> list[tuple[int, int]]:
    """Link places without neighbours to the nearest place that is linked already.

    The nearest goes first, so that two islands side by side are linked to each other and
    only one of them to the mainland. Without any linked place the first one starts.

    Parameters
    ----------
    longitude, latitude
        Degrees, shape (N,).
    isolated
        Positions of the places without neighbours.

    Returns
    -------
    list of (isolated place, place it is linked to)
    """
    waiting = np.zeros(len(longitude), dtype=bool)
    waiting[isolated] = True
    linked = np.flatnonzero(~waiting)
    if not len(linked):
        linked = np.array([min(isolated)])
        waiting[linked] = False
    apart = np.full(len(longitude), np.inf)
    nearest = np.full(len(longitude), -1, dtype=np.int64)
    for k in np.flatnonzero(waiting):
        far = distance_km(longitude[k], latitude[k], longitude[linked], latitude[linked])
        nearest[k], apart[k] = linked[int(np.argmin(far))], far.min()
    links: list[tuple[int, int]] = []
    while waiting.any():
        first = int(np.argmin(np.where(waiting, apart, np.inf)))
        links.append((first, int(nearest[first])))
        waiting[first] = False
        far = distance_km(longitude[first], latitude[first], longitude, latitude)
        closer = far < apart
        apart[closer], nearest[closer] = far[closer], first
    return links


def neighbour_spacing(longitude: Floats, latitude: Floats, indptr: Ints, indices: Ints) -> Floats:
    """Return the median distance (km) of each place to its neighbours, shape (N,).

    A place without neighbours gets the median of all places, or 10 km when none has any.
    """
    spacing = np.full(len(longitude), np.nan)
    for k in range(len(longitude)):
        near = indices[indptr[k] : indptr[k + 1]]
        if len(near):
            apart = distance_km(longitude[k], latitude[k], longitude[near], latitude[near])
            spacing[k] = float(np.median(apart))
    known = spacing[~np.isnan(spacing)]
    spacing[np.isnan(spacing)] = float(np.median(known)) if len(known) else 10.0
    return spacing
