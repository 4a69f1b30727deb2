"""Which group is where at the start: counts spread over municipalities."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Flags, Floats, Indices, Ints, Numbers
from rift_sim.physics.kernel import kernel

__all__ = [
    "HOMELAND",
    "assign_presence",
    "best_first",
    "best_of_country",
    "list_department",
    "smooth_noise",
]

HOMELAND = 1.5
"""What a place in a homeland department is worth in utility, where presence is spread over the
whole country. Under the counts of 2025 it puts 61 and 62 percent of the footholds of EGC and ELN
there; the survey has 58 and 62 (fact D_PRESENCE_2025)."""


def smooth_noise(noise: Floats, indptr: Indices, indices: Indices, weight: float = 0.7) -> Floats:
    """Blend noise with the mean of its neighbours, so that footholds form clusters.

    `noise` has shape (..., place); the variance is brought back to about 1.
    """
    rows = np.atleast_2d(noise)
    out = np.empty_like(rows)
    _smooth(out, rows, indptr, indices, weight)
    return out.reshape(noise.shape)


@kernel
def _smooth(out: Floats, noise: Floats, indptr: Indices, indices: Indices, weight: float) -> None:
    scale = np.sqrt((1.0 - weight) ** 2 + weight**2)
    for g in range(noise.shape[0]):
        for i in range(noise.shape[1]):
            near = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                near += noise[g, indices[k]]
            degree = max(1.0, float(indptr[i + 1] - indptr[i]))
            blend = (1.0 - weight) * noise[g, i] + weight * near / np.sqrt(degree)
            out[g, i] = blend / scale


@kernel
def list_department(department: Ints, d: int, here: Numbers) -> int:
    """Write the places of a department, ascending; return how many there are.

    Parameters
    ----------
    department
        Department of each place, shape (place,).
    d
        Which one.
    here
        Shape (place,); its first entries are written.
    """
    found = 0
    for i in range(department.size):
        if department[i] == d:
            here[found] = i
            found += 1
    return found


@kernel
def best_first(score: Floats, places: Numbers, order: Numbers) -> None:
    """Order places by falling score; of equal ones the first given comes first.

    Parameters
    ----------
    score
        Shape (place,).
    places
        Indices into `score`.
    order
        The same indices in order, at least as long; written.
    """
    for n in range(places.size):
        place = places[n]
        slot = n
        while slot > 0 and score[order[slot - 1]] < score[place]:
            order[slot] = order[slot - 1]
            slot -= 1
        order[slot] = place


@kernel
def best_of_country(counts: Numbers, score: Floats, places: Numbers) -> Flags:
    """Give each group the places it wants most, over the whole country.

    Parameters
    ----------
    counts
        Municipalities by group, shape (group,); a group that has more than there are gets all.
    score
        Shape (group, place).
    places
        Municipalities of the country.

    Returns
    -------
    ndarray
        1 where a group has a foothold, shape (group, place).
    """
    groups = score.shape[0]
    present = np.zeros(score.shape, dtype=np.uint8)
    order = np.empty(places.size, dtype=np.int64)
    for g in range(groups):
        if counts[g] > 0:
            best_first(score[g], places, order)
            for n in range(min(counts[g], places.size)):
                present[g, order[n]] = 1
    return present


@kernel
def assign_presence(
    counts: Numbers, any_group: Numbers, department: Ints, place_score: Floats, group_score: Floats
) -> Flags:
    """Choose municipalities so that every department count is met exactly.

    In each department the `any_group` places with the highest scores are affected; each
    group takes the best of them by its own score. Affected places left without a group
    then go to the one that wants them most among groups with a place to spare, which
    leaves the place it wants least of those it shares. A department whose counts
    contradict each other keeps the group counts.

    Parameters
    ----------
    counts
        Municipalities by group, shape (department, group).
    any_group
        Municipalities with at least one group, shape (department,).
    department
        Department of each place, -1 outside the country, shape (place,).
    place_score, group_score
        Shapes (place,) and (group, place).

    Returns
    -------
    ndarray
        1 where a group has a foothold, shape (group, place).
    """
    departments, groups = counts.shape
    places = department.size
    present = np.zeros((groups, places), dtype=np.uint8)
    here = np.empty(places, dtype=np.int64)
    affected, order = np.empty(places, dtype=np.int64), np.empty(places, dtype=np.int64)
    for d in range(departments):
        most = 0
        for g in range(groups):
            most = max(most, counts[d, g])
        if most == 0:
            continue
        found = list_department(department, d, here)
        size = min(max(any_group[d], most), found)
        best_first(place_score, here[:found], affected)
        for g in range(groups):
            if counts[d, g] > 0:
                best_first(group_score[g], affected[:size], order)
                for n in range(min(counts[d, g], size)):
                    present[g, order[n]] = 1
        _cover(present, group_score, affected[:size])
    return present


@kernel
def _cover(present: Flags, score: Floats, affected: Numbers) -> None:
    """Hand doubly held places over until none is left without a group."""
    groups = present.shape[0]
    for place in affected:
        held = np.int64(0)
        for g in range(groups):
            held += present[g, place]
        if held > 0:
            continue
        # Of the groups with a place to spare, the one that wants this place most gets it
        # for the one it wants least.
        taker, given = -1, -1
        for g in range(groups):
            worst = -1
            for other in affected:
                if present[g, other] == 1 and (worst < 0 or score[g, other] < score[g, worst]):
                    shared = np.int64(0)
                    for h in range(groups):
                        shared += present[h, other]
                    if shared > 1:
                        worst = other
            if worst >= 0 and (taker < 0 or score[g, place] > score[taker, place]):
                taker, given = g, worst
        if taker < 0:
            return
        present[taker, given] = 0
        present[taker, place] = 1
