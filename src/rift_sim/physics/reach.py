"""Where groups are and where they could go: lists of cells of the map of groups and places.

Groups hold few of the places there are. The kernels go along these lists instead of
over all places.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rift_sim.physics.arrays import Flags, Indices, Numbers
from rift_sim.physics.kernel import inlined, kernel
from rift_sim.physics.streams import group_place, uniform

__all__ = [
    "Cells",
    "Lodgers",
    "footholds_of",
    "list_footholds",
    "new_cells",
    "new_lodgers",
    "scout",
]


class Cells(NamedTuple):
    """Places by group.

    Attributes
    ----------
    number
        How many places each group has, shape (group,).
    place
        Their indices, ascending; the first `number` of each row count, shape (group, place).
    """

    number: Indices
    place: Indices


class Lodgers(NamedTuple):
    """Groups by place.

    Attributes
    ----------
    number
        How many groups have a foothold, shape (place,).
    group
        Their indices, ascending; the first `number` of each row count, shape (place, group).
    """

    number: Indices
    group: Indices


def new_cells(groups: int, places: int) -> Cells:
    """Make an empty list with room for every group in every place."""
    return Cells(np.zeros(groups, dtype=np.uint32), np.zeros((groups, places), dtype=np.uint32))


def new_lodgers(groups: int, places: int) -> Lodgers:
    """Make an empty list with room for every group in every place."""
    return Lodgers(np.zeros(places, dtype=np.uint32), np.zeros((places, groups), dtype=np.uint32))


def footholds_of(present: Flags) -> tuple[Cells, Lodgers]:
    """List the footholds on a map, by group and by place; `present` as in `list_footholds`."""
    held, lodgers = new_cells(*present.shape), new_lodgers(*present.shape)
    list_footholds(present, np.zeros_like(present), held, lodgers)
    return held, lodgers


@kernel
def list_footholds(present: Flags, listed: Flags, held: Cells, lodgers: Lodgers) -> None:
    """Bring the lists of footholds, by group and by place, up to date.

    Parameters
    ----------
    present
        1 where a group has a foothold, else 0, shape (group, place).
    listed
        The same when the lists were made last, all 0 before; changed in place.
    held, lodgers
        Changed in place.
    """
    groups, places = present.shape
    changed = False
    for g in range(groups):
        differ = 0
        for i in range(places):
            differ |= present[g, i] ^ listed[g, i]
        if differ:
            changed = True
            for i in range(places):
                listed[g, i] = present[g, i]
            held.number[g] = _gather(present[g], held.place[g])
    if changed:
        lodgers.number[:] = 0
        for g in range(groups):
            for c in range(held.number[g]):
                i = held.place[g, c]
                lodgers.group[i, lodgers.number[i]] = g
                lodgers.number[i] += 1


@inlined
def _gather(flags: Flags, found: Indices) -> int:
    """Write the places where `flags` is 1, else 0, to `found`; return how many there are."""
    n = np.int64(0)
    for i in range(flags.size):
        # Without a branch: whoever is not there is overwritten by the next.
        found[n] = i
        n += flags[i]
    return int(n)


@inlined
def _choose(flags: Flags, places: Indices, found: Indices) -> int:
    """Write those of `places` whose flag is 1 to `found`; return how many there are."""
    n = np.int64(0)
    for k in range(flags.size):
        found[n] = places[k]
        n += flags[k]
    return int(n)


@inlined
def add_foothold(g: int, i: int, listed: Flags, held: Cells, lodgers: Lodgers) -> None:
    """Put one foothold, of group `g` in place `i`, on the lists."""
    listed[g, i] = 1
    _insert(held.place[g], held.number[g], i)
    held.number[g] += 1
    _insert(lodgers.group[i], lodgers.number[i], g)
    lodgers.number[i] += 1


@inlined
def drop_foothold(g: int, i: int, listed: Flags, held: Cells, lodgers: Lodgers) -> None:
    """Take one foothold, of group `g` in place `i`, off the lists."""
    listed[g, i] = 0
    held.number[g] -= 1
    _remove(held.place[g], held.number[g], i)
    lodgers.number[i] -= 1
    _remove(lodgers.group[i], lodgers.number[i], g)


@inlined
def _insert(row: Indices, number: int, value: int) -> None:
    """Insert into the first `number` entries of an ascending row."""
    slot = np.int64(number)
    while slot > 0 and row[slot - 1] > value:
        row[slot] = row[slot - 1]
        slot -= 1
    row[slot] = value


@inlined
def _remove(row: Indices, left: int, value: int) -> None:
    """Remove a value from an ascending row, of which `left` remain."""
    slot = np.int64(left)
    after = row[slot]
    while after != value:
        slot -= 1
        row[slot], after = after, row[slot]


@kernel
def scout(
    held: Cells,
    present: Flags,
    indptr: Indices,
    indices: Indices,
    numbers: Numbers,
    key: np.uint64,
    highest: float,
    prospects: Cells,
    mark: Flags,
) -> None:
    """List the places next to a group's footholds that it might enter this month.

    A place whose draw misses even the highest chance there is cannot be entered, whatever
    it is worth to the group: most are settled here, before anybody weighs them.

    Parameters
    ----------
    held
        Footholds.
    present
        1 where a group has a foothold, shape (group, place).
    indptr, indices
        Neighbours, compressed rows.
    numbers
        Lasting numbers of the groups, shape (group,).
    key
        Stream of the process ENTRY.
    highest
        Highest chance of entry in a month.
    prospects
        Written.
    mark
        Shape (place,), all zero; left so.
    """
    near, lucky = np.empty(mark.size, dtype=np.uint32), np.empty(mark.size, dtype=np.uint8)
    for g in range(present.shape[0]):
        around = np.uint64(0)
        for c in range(held.number[g]):
            j = held.place[g, c]
            for k in range(indptr[j], indptr[j + 1]):
                i = indices[k]
                # Without a branch, as in `_gather`; each place once.
                fresh = 1 - (mark[i] | present[g, i])
                near[around] = i
                around += np.uint64(fresh)
                mark[i] |= fresh
        for n in range(around):
            mark[near[n]] = 0
        for n in range(around):
            lucky[n] = uniform(key, group_place(numbers[g], near[n])) <= highest
        number = _choose(lucky[:around], near, prospects.place[g])
        for n in range(number):
            _insert(prospects.place[g], n, prospects.place[g, n])
        prospects.number[g] = number
