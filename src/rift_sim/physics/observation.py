"""The observers: one latent strength per group and place, several ways to see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel

__all__ = ["influence", "observe"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
Ints = NDArray[np.int32]


@kernel
def influence(
    out: Floats,
    reach: Floats,
    armed: Floats,
    support: Floats,
    indptr: Ints,
    indices: Ints,
    spill: float,
    support_weight: float,
) -> None:
    """Measure the influence of each group in each place.

    Own armed members, plus `support_weight` of the support network, plus `spill` of
    the same next door.

    Parameters
    ----------
    out
        Influence in armed members, shape (group, place); written.
    reach
        The same summed over groups, shape (place,); written.
    armed, support
        Shape (group, place).
    indptr, indices
        Neighbours, compressed rows.
    spill, support_weight
        Shares in [0, 1].
    """
    groups, places = out.shape
    reach[:] = 0.0
    for g in range(groups):
        out[g, :] = 0.0
        for i in range(places):
            weight = armed[g, i] + support_weight * support[g, i]
            if weight > 0.0:
                out[g, i] += weight
                for k in range(indptr[i], indptr[i + 1]):
                    out[g, indices[k]] += spill * weight
        for i in range(places):
            reach[i] += out[g, i]


@kernel
def observe(
    strength: Floats,
    present: Flags,
    armed: Floats,
    support: Floats,
    state: Floats,
    rural_people: Floats,
    detection: Floats,
    attention: Floats,
    margin: float,
    demand: float,
    survey: Flags,
    alert: Flags,
    control: Flags,
) -> None:
    """Say what each observer reports.

    The survey reports a foothold whose members exceed a threshold that stays with the
    group and place; alerts add places where the influence of a group exceeds a threshold
    of the place. A group controls a place when it has a foothold there, and its influence
    exceeds that of all others together by a margin and, per 1,000 rural people, what the
    presence of the state demands.

    Parameters
    ----------
    strength
        From `influence`, shape (group, place).
    present, armed, support
        Footholds and members, shape (group, place).
    state
        State presence in [0, 1], shape (place,).
    rural_people
        Rural population, shape (place,).
    detection
        Members above which the survey sees a foothold, shape (group, place).
    attention
        Influence above which alerts name a place, shape (place,).
    margin, demand
        Influence over that of all rivals together; armed members per 1,000 rural people
        demanded where state presence is one half.
    survey, alert, control
        Reports, 0 or 1, shape (group, place); written.
    """
    groups, places = strength.shape
    for i in range(places):
        total = 0.0
        for g in range(groups):
            total += strength[g, i]
        needed = demand * state[i] / max(1.0 - state[i], 0.02) * (rural_people[i] + 500.0)
        for g in range(groups):
            own = strength[g, i]
            seen = present[g, i] == 1 and armed[g, i] + support[g, i] > detection[g, i]
            heard = seen or own > attention[i]
            holds = present[g, i] == 1 and own > margin * (total - own) and own * 1000.0 > needed
            survey[g, i] = 1 if seen else 0
            alert[g, i] = 1 if heard else 0
            control[g, i] = 1 if holds else 0
