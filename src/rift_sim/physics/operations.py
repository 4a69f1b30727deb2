"""State presence and operations: where the security forces are and what they take."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats
from rift_sim.physics.elementary import exp, log, power
from rift_sim.physics.kernel import kernel
from rift_sim.physics.reach import Cells

__all__ = ["allocate_operations", "state_presence_step", "strike"]


@kernel
def state_presence_step(
    presence: Floats, reference: Floats, ratio: float, response: float, months: float
) -> None:
    """Move the state's presence in each place toward what its capability can hold.

    Parameters
    ----------
    presence
        State presence in [0, 1], shape (place,); changed in place.
    reference
        Presence at the capability of the start, shape (place,).
    ratio
        Capability relative to the start.
    response
        Elasticity of presence to capability; remote places lose more, because the
        exponent grows with the distance of `reference` from 1.
    months
        Time constant of deployment.
    """
    speed = min(1.0, 1.0 / months)
    growth = log(ratio)
    for i in range(presence.size):
        exponent = response * (1.5 - reference[i])
        target = min(1.0, reference[i] * exp(exponent * growth))
        presence[i] += speed * (target - presence[i])


@kernel
def allocate_operations(
    operations: Floats,
    armed: Floats,
    held: Cells,
    exposure: Floats,
    violence: Floats,
    access: Floats,
    focus: float,
) -> None:
    """Spread the effort of the forces over places: toward violence, away from remoteness.

    Parameters
    ----------
    operations
        Effort for each place, shape (place,); written. Its mean over exposed armed
        members is 1, so that it shifts losses between places without adding any.
    armed
        Armed members, shape (group, place).
    held
        Footholds.
    exposure
        Share of the effort that a group has to face, shape (group,): below 1 under
        a ceasefire or at the table.
    violence
        Recent violence in each place (deaths a month), shape (place,).
    access
        How easily a place is reached, in [0, 1], shape (place,).
    focus
        Elasticity of effort to violence; 0 spreads it evenly.
    """
    groups, places = armed.shape
    mean = 0.0
    for i in range(places):
        mean += violence[i]
    mean = mean / places + 1e-9
    for i in range(places):
        operations[i] = (0.25 + 0.75 * access[i]) * power(0.1 + violence[i] / mean, focus)
    weighted = 0.0
    exposed = 0.0
    for g in range(groups):
        for c in range(held.number[g]):
            i = held.place[g, c]
            force = exposure[g] * armed[g, i]
            weighted += operations[i] * force
            exposed += force
    scale = exposed / weighted if weighted > 0.0 else 0.0
    for i in range(places):
        operations[i] *= scale


@kernel
def strike(
    armed: Floats,
    support: Floats,
    held: Cells,
    operations: Floats,
    exposure: Floats,
    rate: float,
    losses: Floats,
    clashes: Floats,
) -> None:
    """Take members out by death, capture and surrender.

    Parameters
    ----------
    armed, support
        Members, shape (group, place); changed in place.
    held
        Footholds.
    operations, exposure
        As `allocate_operations` makes them.
    rate
        Losses in members a member and year at mean effort.
    losses
        Members lost by each group, shape (group,); written.
    clashes
        Armed members lost in each place, shape (place,); written.
    """
    clashes[:] = 0.0
    kept = np.empty(clashes.size)
    for g in range(armed.shape[0]):
        faced, lost, number = -rate / 12.0 * exposure[g], 0.0, held.number[g]
        for c in range(number):
            kept[c] = faced * operations[held.place[g, c]]
        for k in range(number):
            kept[k] = exp(kept[k])
        for c in range(number):
            i = held.place[g, c]
            clashes[i] += (1.0 - kept[c]) * armed[g, i]
            lost += (1.0 - kept[c]) * (armed[g, i] + support[g, i])
            armed[g, i] *= kept[c]
            support[g, i] *= kept[c]
        losses[g] = lost
