"""State presence and operations: where the security forces are and what they take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel

__all__ = ["allocate_operations", "state_presence_step", "strike"]

Floats = NDArray[np.float64]


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
    for i in range(presence.size):
        exponent = response * (1.5 - reference[i])
        target = min(1.0, reference[i] * ratio**exponent)
        presence[i] += speed * (target - presence[i])


@kernel
def allocate_operations(
    operations: Floats,
    armed: Floats,
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
    weighted = 0.0
    exposed = 0.0
    for i in range(places):
        force = 0.0
        for g in range(groups):
            force += exposure[g] * armed[g, i]
        operations[i] = (0.25 + 0.75 * access[i]) * (0.1 + violence[i] / mean) ** focus
        weighted += operations[i] * force
        exposed += force
    scale = exposed / weighted if weighted > 0.0 else 0.0
    for i in range(places):
        operations[i] *= scale


@kernel
def strike(
    armed: Floats,
    support: Floats,
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
    operations, exposure
        As `allocate_operations` makes them.
    rate
        Losses in members a member and year at mean effort.
    losses
        Members lost by each group, shape (group,); written.
    clashes
        Armed members lost in each place, shape (place,); written.
    """
    groups, places = armed.shape
    losses[:] = 0.0
    clashes[:] = 0.0
    for g in range(groups):
        for i in range(places):
            here = armed[g, i] + support[g, i]
            if here > 0.0:
                share = 1.0 - np.exp(-rate / 12.0 * exposure[g] * operations[i])
                clashes[i] += share * armed[g, i]
                losses[g] += share * here
                armed[g, i] *= 1.0 - share
                support[g, i] *= 1.0 - share
