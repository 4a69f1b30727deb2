"""What armed groups weigh and do where they are: rents, utility, recruitment, movement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel

__all__ = ["move", "recruit", "rent", "utility"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
Ints = NDArray[np.int32]


@kernel
def rent(out: Floats, mix: Floats, resources: Floats, coca: Floats, coca_scale: float) -> None:
    """Value each place by the rents a group lives on.

    Parameters
    ----------
    out
        Rent, shape (group, place), dimensionless, about 0 to 1; written.
    mix
        Shares of coca, mining, smuggling and extortion in a group's income,
        shape (group, 4).
    resources
        Index of mining, smuggling and legal wealth in [0, 1], shape (3, place).
    coca
        Hectares, shape (place,).
    coca_scale
        Hectares at which the coca index reaches one half.
    """
    groups, places = out.shape
    for i in range(places):
        leaf = coca[i] / (coca[i] + coca_scale)
        for g in range(groups):
            out[g, i] = (
                mix[g, 0] * leaf
                + mix[g, 1] * resources[0, i]
                + mix[g, 2] * resources[1, i]
                + mix[g, 3] * resources[2, i]
            )


@kernel
def utility(
    out: Floats,
    rents: Floats,
    armed: Floats,
    hostile: Floats,
    state: Floats,
    operations: Floats,
    access: Floats,
    exposure: Floats,
    weights: Floats,
) -> None:
    """Weigh the rent of a place against the state and rivals there.

    Parameters
    ----------
    out
        Utility, shape (group, place); written.
    rents
        From `rent`.
    armed
        Armed members, shape (group, place).
    hostile
        1 where two groups are at war, shape (group, group).
    state
        State presence in [0, 1], shape (place,).
    operations, access, exposure
        As in `rift_sim.physics.operations`.
    weights
        Of rent, state presence, operations where the forces reach, and rivals,
        shape (4,). The operations weight carries the pressure of the month.
    """
    groups, places = out.shape
    rivals = np.zeros(groups)
    for i in range(places):
        base = weights[1] * state[i]
        push = weights[2] * operations[i] * access[i]
        rivals[:] = 0.0
        for h in range(groups):
            if armed[h, i] > 0.0:
                for g in range(groups):
                    rivals[g] += hostile[g, h] * armed[h, i]
        for g in range(groups):
            value = weights[0] * rents[g, i] - base - exposure[g] * push
            if rivals[g] > 0.0:
                value -= weights[3] * rivals[g] / (rivals[g] + armed[g, i] + 5.0)
            out[g, i] = value


@kernel
def recruit(
    armed: Floats,
    support: Floats,
    rents: Floats,
    mean_rent: Floats,
    capacity: Floats,
    rates: Floats,
    armed_share: Floats,
    elasticity: float,
    recruits: Floats,
) -> None:
    """Recruit in every place held, more where rents are high, less where all are taken.

    Parameters
    ----------
    armed, support
        Members, shape (group, place); changed in place.
    rents, mean_rent
        Rent of the place, shape (group, place), and the group's mean at the start,
        shape (group,).
    capacity
        Members a place can feed, all groups together, shape (place,).
    rates
        Gross recruitment, recruits a member and year, shape (group,).
    armed_share
        Armed part of the members that the group keeps to, shape (group,).
    elasticity
        Of recruitment to rent.
    recruits
        Recruits of each group, shape (group,); written.
    """
    groups, places = armed.shape
    recruits[:] = 0.0
    for i in range(places):
        total = 0.0
        for g in range(groups):
            total += armed[g, i] + support[g, i]
        if total > 0.0:
            room = max(0.0, 1.0 - total / capacity[i])
            for g in range(groups):
                here = armed[g, i] + support[g, i]
                if here > 0.0:
                    pull = (0.05 + rents[g, i]) / (0.05 + mean_rent[g])
                    pull = min(3.0, pull**elasticity)
                    gain = here * rates[g] / 12.0 * pull * room
                    recruits[g] += gain
                    # Who arms whom follows need: losses of fighters are made good first.
                    lack = armed_share[g] - armed[g, i] / here
                    part = min(1.0, max(0.0, armed_share[g] + 2.0 * lack))
                    armed[g, i] += gain * part
                    support[g, i] += gain * (1.0 - part)


@kernel
def move(
    armed: Floats,
    support: Floats,
    utilities: Floats,
    present: Flags,
    indptr: Ints,
    indices: Ints,
    share: float,
    scratch: Floats,
) -> None:
    """Let a share of the members choose again between here and next door.

    Quantal response: of those who move, a place j within reach (here or a neighbour
    where the group has a foothold) is chosen with probability proportional to
    exp(utility of j). Factorised so that two sparse sums do it; members are conserved.

    Parameters
    ----------
    armed, support
        Members, shape (group, place); changed in place.
    utilities
        Shape (group, place).
    present
        1 where the group has a foothold, shape (group, place).
    indptr, indices
        Neighbours, compressed rows.
    share
        Share of members who choose again each month.
    scratch
        Shape (3, place), all zero; left so.
    """
    groups, places = armed.shape
    weight, leaving, joining = scratch[0], scratch[1], scratch[2]
    for g in range(groups):
        for i in range(places):
            if present[g, i]:
                weight[i] = np.exp(utilities[g, i])
        for i in range(places):
            if present[g, i]:
                total = weight[i]
                for k in range(indptr[i], indptr[i + 1]):
                    total += weight[indices[k]]
                leaving[i] = armed[g, i] / total
                joining[i] = support[g, i] / total
        for i in range(places):
            if present[g, i]:
                fighters, helpers = leaving[i], joining[i]
                for k in range(indptr[i], indptr[i + 1]):
                    fighters += leaving[indices[k]]
                    helpers += joining[indices[k]]
                armed[g, i] += share * (weight[i] * fighters - armed[g, i])
                support[g, i] += share * (weight[i] * helpers - support[g, i])
        scratch[:] = 0.0
