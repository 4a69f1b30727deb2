"""Footholds: how groups enter new places and give up weak ones."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Flags, Floats, Indices, Numbers
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import inlined, kernel
from rift_sim.physics.reach import Cells, Lodgers, add_foothold, drop_foothold
from rift_sim.physics.streams import group_place, uniform

__all__ = ["enter", "highest_chance", "withdraw"]


@inlined
def highest_chance(rate: float) -> float:
    """Return a chance of entry in a month that no place exceeds; `rate` as in `enter`."""
    return rate / 12.0 * 5.0


@kernel
def enter(
    armed: Floats,
    support: Floats,
    present: Flags,
    listed: Flags,
    held: Cells,
    lodgers: Lodgers,
    prospects: Cells,
    utilities: Floats,
    mean_utility: Floats,
    indptr: Indices,
    indices: Indices,
    numbers: Numbers,
    key: np.uint64,
    rate: float,
    reach: float,
    party: float,
    scratch: Floats,
) -> int:
    """Found new footholds next to old ones.

    The yearly hazard that a group enters a place where it has none is
    rate * (1 - exp(-A / reach)) * exp(U - mean U), where A counts its armed members
    next door and the last factor is held within [0.02, 5]. The founding party comes
    from the neighbours in proportion to their members, at most a fifth of each.

    Parameters
    ----------
    armed, support, present
        Shape (group, place); changed in place.
    listed, held, lodgers
        Lists of footholds, as `list_footholds` makes them; changed in place.
    prospects
        Places worth a look: all that `scout` finds with `highest_chance`.
    utilities, mean_utility
        Shape (group, place), and the group's mean over its members, shape (group,).
    indptr, indices
        Neighbours, compressed rows.
    numbers
        Lasting numbers of the groups, shape (group,).
    key
        Stream of the process ENTRY.
    rate, reach, party
        Entries a year at full neighbouring strength; armed members next door at which
        63 % of that is reached; members in a founding party.
    scratch
        Shape (4, place), all zero; left so. Neighbours count as they were before the
        month's foundings.

    Returns
    -------
    int
        Number of footholds founded.
    """
    founded = 0
    near, strength = scratch[0], scratch[1]
    for g in range(armed.shape[0]):
        number = prospects.number[g]
        for c in range(number):
            i = prospects.place[g, c]
            for k in range(indptr[i], indptr[i + 1]):
                near[i] += armed[g, indices[k]]
                strength[i] += armed[g, indices[k]] + support[g, indices[k]]
        for c in range(number):
            i = prospects.place[g, c]
            if near[i] <= 0.0:
                continue
            appeal = min(5.0, max(0.02, exp(utilities[g, i] - mean_utility[g])))
            hazard = rate / 12.0 * (1.0 - exp(-near[i] / reach)) * appeal
            if uniform(key, group_place(numbers[g], i)) < 1.0 - exp(-hazard):
                share = min(0.2, party / strength[i])
                for k in range(indptr[i], indptr[i + 1]):
                    j = indices[k]
                    # 2 marks a foothold of this very month: it founds no other yet.
                    if present[g, j] == 1:
                        armed[g, i] += share * armed[g, j]
                        armed[g, j] -= share * armed[g, j]
                        support[g, i] += share * support[g, j]
                        support[g, j] -= share * support[g, j]
                present[g, i] = 2
                founded += 1
        for c in range(number):
            i = prospects.place[g, c]
            near[i] = strength[i] = 0.0
            if present[g, i] == 2:
                present[g, i] = 1
                add_foothold(g, i, listed, held, lodgers)
    return founded


@kernel
def withdraw(
    armed: Floats,
    support: Floats,
    present: Flags,
    listed: Flags,
    held: Cells,
    lodgers: Lodgers,
    utilities: Floats,
    mean_utility: Floats,
    indptr: Indices,
    indices: Indices,
    numbers: Numbers,
    key: np.uint64,
    rate: float,
    small: float,
    dispersed: Floats,
) -> int:
    """Give up weak footholds.

    The yearly hazard is rate * small / (members + small) * exp(mean U - U), the last
    factor within [0.1, 10]. Whoever leaves joins the strongest neighbouring foothold
    of the group, or goes home when there is none.

    Parameters
    ----------
    armed, support, present, listed, held, lodgers
        As in `enter`.
    utilities, mean_utility, indptr, indices, numbers
        As in `enter`.
    key
        Stream of the process EXIT.
    rate, small
        Exits a year of a foothold without members; members at which it is halved.
    dispersed
        Members gone home, shape (group,); written.

    Returns
    -------
    int
        Number of footholds given up.
    """
    dispersed[:] = 0.0
    given_up = 0
    luck = np.empty(armed.shape[1])
    for g in range(armed.shape[0]):
        number, dropped = held.number[g], np.uint64(0)
        for n in range(number):
            luck[n] = uniform(key, group_place(numbers[g], held.place[g, n]))
        for n in range(number):
            # Those given up before are off the list.
            i = held.place[g, n - dropped]
            here = armed[g, i] + support[g, i]
            base = rate / 12.0 * small / (here + small)
            if luck[n] > 10.0 * base:
                continue
            doubt = min(10.0, max(0.1, exp(mean_utility[g] - utilities[g, i])))
            if luck[n] >= 1.0 - exp(-base * doubt):
                continue
            best = i
            most = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                j = indices[k]
                if present[g, j] and armed[g, j] > most:
                    best = j
                    most = armed[g, j]
            if most > 0.0:
                armed[g, best] += armed[g, i]
                support[g, best] += support[g, i]
            else:
                dispersed[g] += here
            armed[g, i] = 0.0
            support[g, i] = 0.0
            present[g, i] = 0
            drop_foothold(g, i, listed, held, lodgers)
            dropped += np.uint64(1)
            given_up += 1
    return given_up
