"""What armed groups weigh and do where they are: rents, utility, recruitment, movement."""

from __future__ import annotations

from rift_sim.physics.arrays import Floats, Indices
from rift_sim.physics.elementary import exp, power
from rift_sim.physics.kernel import kernel
from rift_sim.physics.reach import Cells, Lodgers

__all__ = ["move", "recruit", "rent", "utility"]


@kernel
def rent(
    out: Floats, cells: Cells, mix: Floats, resources: Floats, coca: Floats, coca_scale: float
) -> None:
    """Value places by the rents a group lives on.

    Parameters
    ----------
    out
        Rent, shape (group, place), dimensionless, about 0 to 1; written at `cells`.
    cells
        Which places of each group.
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
    for g in range(out.shape[0]):
        for c in range(cells.number[g]):
            i = cells.place[g, c]
            out[g, i] = (
                mix[g, 0] * (coca[i] / (coca[i] + coca_scale))
                + mix[g, 1] * resources[0, i]
                + mix[g, 2] * resources[1, i]
                + mix[g, 3] * resources[2, i]
            )


@kernel
def utility(
    out: Floats,
    cells: Cells,
    lodgers: Lodgers,
    rents: Floats,
    armed: Floats,
    hostile: Floats,
    state: Floats,
    operations: Floats,
    access: Floats,
    exposure: Floats,
    guards: Floats,
    weights: Floats,
) -> None:
    """Weigh the rent of places against the state and rivals there.

    Parameters
    ----------
    out
        Utility, shape (group, place); written at `cells`.
    cells
        Which places of each group.
    lodgers
        Groups that are in each place.
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
    guards
        People in self-defence units, who resist all groups, shape (place,).
    weights
        Of rent, state presence, operations where the forces reach, and rivals,
        shape (4,). The operations weight carries the pressure of the month.
    """
    for g in range(out.shape[0]):
        for c in range(cells.number[g]):
            i = cells.place[g, c]
            push = weights[2] * operations[i] * access[i]
            value = weights[0] * rents[g, i] - weights[1] * state[i] - exposure[g] * push
            rivals = guards[i]
            for k in range(lodgers.number[i]):
                h = lodgers.group[i, k]
                rivals += hostile[g, h] * armed[h, i]
            if rivals > 0.0:
                value -= weights[3] * rivals / (rivals + armed[g, i] + 5.0)
            out[g, i] = value


@kernel
def recruit(
    armed: Floats,
    support: Floats,
    held: Cells,
    rents: Floats,
    mean_rent: Floats,
    capacity: Floats,
    rates: Floats,
    armed_share: Floats,
    elasticity: float,
    recruits: Floats,
    scratch: Floats,
) -> None:
    """Recruit in every place held, more where rents are high, less where all are taken.

    Parameters
    ----------
    armed, support
        Members, shape (group, place); changed in place.
    held
        Footholds.
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
    scratch
        Shape (4, place), all zero; left so.
    """
    total, pull = scratch[0], scratch[1]
    for g in range(armed.shape[0]):
        for c in range(held.number[g]):
            i = held.place[g, c]
            total[i] += armed[g, i] + support[g, i]
    for g in range(armed.shape[0]):
        number = held.number[g]
        for c in range(number):
            pull[c] = (0.05 + rents[g, held.place[g, c]]) / (0.05 + mean_rent[g])
        for k in range(number):
            pull[k] = min(3.0, power(pull[k], elasticity))
        joined = 0.0
        for c in range(number):
            i = held.place[g, c]
            here = armed[g, i] + support[g, i]
            if here > 0.0:
                room = max(0.0, 1.0 - total[i] / capacity[i])
                gain = here * rates[g] / 12.0 * pull[c] * room
                joined += gain
                # Who arms whom follows need: losses of fighters are made good first.
                lack = armed_share[g] - armed[g, i] / here
                part = min(1.0, max(0.0, armed_share[g] + 2.0 * lack))
                armed[g, i] += gain * part
                support[g, i] += gain * (1.0 - part)
        recruits[g] = joined
    total[:] = 0.0
    pull[:] = 0.0


@kernel
def move(
    armed: Floats,
    support: Floats,
    utilities: Floats,
    held: Cells,
    indptr: Indices,
    indices: Indices,
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
    held
        Footholds.
    indptr, indices
        Neighbours, compressed rows.
    share
        Share of members who choose again each month.
    scratch
        Shape (4, place), all zero; left so.
    """
    weight, leaving, joining = scratch[0], scratch[1], scratch[2]
    for g in range(armed.shape[0]):
        number = held.number[g]
        for c in range(number):
            leaving[c] = utilities[g, held.place[g, c]]
        for k in range(number):
            leaving[k] = exp(leaving[k])
        for c in range(number):
            weight[held.place[g, c]] = leaving[c]
        leaving[:number] = 0.0
        for c in range(number):
            i = held.place[g, c]
            total = weight[i]
            for k in range(indptr[i], indptr[i + 1]):
                total += weight[indices[k]]
            leaving[i] = armed[g, i] / total
            joining[i] = support[g, i] / total
        for c in range(number):
            i = held.place[g, c]
            fighters, helpers = leaving[i], joining[i]
            for k in range(indptr[i], indptr[i + 1]):
                fighters += leaving[indices[k]]
                helpers += joining[indices[k]]
            armed[g, i] += share * (weight[i] * fighters - armed[g, i])
            support[g, i] += share * (weight[i] * helpers - support[g, i])
        for c in range(number):
            i = held.place[g, c]
            weight[i] = leaving[i] = joining[i] = 0.0
