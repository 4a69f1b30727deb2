"""Spread figures of departments and groups over places: compiled, for the initial state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.presence import best_first, list_department
from rift_sim.physics.arrays import Flags, Floats, Indices, Ints, Numbers
from rift_sim.physics.elementary import exp, log
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import group_place, uniform

__all__ = ["LEAST_MEMBERS", "move_abroad", "share_members", "spread_coca", "survey_thresholds"]

LEAST_MEMBERS = 8.0
"""Members of a foothold at the least, where a group has enough for all: a commission."""


@kernel
def share_members(
    armed: Floats,
    support: Floats,
    present: Flags,
    rents: Floats,
    totals: Floats,
    elasticity: float,
    spread: float,
    numbers: Numbers,
    key: np.uint64,
) -> None:
    """Share the members of each group among its footholds, a commission at the least.

    Parameters
    ----------
    armed, support
        Members, shape (group, place); written.
    present
        1 where a group has a foothold, shape (group, place).
    rents
        Shape (group, place).
    totals
        All and armed members of each group, shape (group, 2).
    elasticity, spread
        Of the log of members to rent, and the standard deviation of its noise.
    numbers
        Lasting numbers of the groups, shape (group,).
    key
        Stream of the process INITIAL_MEMBERS.
    """
    groups, places = present.shape
    for g in range(groups):
        held = 0
        weights = 0.0
        for i in range(places):
            armed[g, i] = support[g, i] = 0.0
            if present[g, i]:
                noise = normal(uniform(key, group_place(numbers[g], i)))
                armed[g, i] = exp(elasticity * rents[g, i] + spread * noise)
                weights += armed[g, i]
                held += 1
        if held == 0 or totals[g, 0] <= 0.0:
            armed[g, :] = 0.0
            continue
        least = min(LEAST_MEMBERS, 0.5 * totals[g, 0] / held)
        free = totals[g, 0] - least * held
        for i in range(places):
            if present[g, i]:
                here = least + free * armed[g, i] / weights
                armed[g, i] = here * totals[g, 1] / totals[g, 0]
                support[g, i] = here - armed[g, i]


@kernel
def move_abroad(
    armed: Floats,
    support: Floats,
    present: Flags,
    zones: Indices,
    share: float,
    is_zone: NDArray[np.bool_],
    indptr: Indices,
    indices: Indices,
) -> None:
    """Move a share of the members next to border zones into them, zone by zone.

    Parameters
    ----------
    armed, support, present
        Members and footholds, shape (group, place); changed in place.
    zones
        Rows of the zones.
    share
        Share of the members of each foothold next to a zone.
    is_zone
        Shape (place,).
    indptr, indices
        Neighbours, compressed rows.
    """
    for zone in zones:
        for g in range(present.shape[0]):
            for k in range(indptr[zone], indptr[zone + 1]):
                i = indices[k]
                if present[g, i] and not is_zone[i]:
                    present[g, zone] = 1
                    armed[g, zone] += share * armed[g, i]
                    armed[g, i] -= share * armed[g, i]
                    support[g, zone] += share * support[g, i]
                    support[g, i] -= share * support[g, i]


@kernel
def survey_thresholds(
    out: Floats, armed: Floats, support: Floats, present: Flags, scale: float,
    numbers: Numbers, key: np.uint64,
) -> None:  # fmt: skip
    """Draw the members above which the survey sees a foothold: exponential.

    Whoever stands in the survey of the start is seen, with some room before losing sight.

    Parameters
    ----------
    out
        Shape (group, place); written.
    armed, support, present
        Members and footholds, shape (group, place).
    scale
        Mean threshold.
    numbers
        Lasting numbers of the groups, shape (group,).
    key
        Stream of the process DETECTION.
    """
    groups, places = present.shape
    for g in range(groups):
        for i in range(places):
            out[g, i] = uniform(key, group_place(numbers[g], i))
        for i in range(places):
            seen = 1.0 - exp(-(armed[g, i] + support[g, i]) / scale)
            share = out[g, i] * (0.6 * seen if present[g, i] else 1.0)
            out[g, i] = -scale * log(1.0 - share)


@kernel
def spread_coca(
    coca: Floats,
    score: Floats,
    attraction: Floats,
    department: Ints,
    hectares: Floats,
    counts: Numbers,
) -> None:
    """Spread the coca of departments over their best places.

    Parameters
    ----------
    coca
        Hectares, shape (place,); written.
    score
        Which places come first, shape (place,).
    attraction
        Log of the share of a chosen place, but for a constant, shape (place,).
    department
        Department of each place, -1 outside the country, shape (place,).
    hectares, counts
        Coca and places with coca of each department, shape (department,).
    """
    places = coca.size
    coca[:] = 0.0
    here, order = np.empty(places, dtype=np.int64), np.empty(places, dtype=np.int64)
    for d in range(hectares.size):
        if counts[d] == 0:
            continue
        found = list_department(department, d, here)
        best_first(score, here[:found], order)
        chosen = min(counts[d], found)
        total = 0.0
        for n in range(chosen):
            coca[order[n]] = exp(attraction[order[n]])
            total += coca[order[n]]
        for n in range(chosen):
            coca[order[n]] *= hectares[d] / total
