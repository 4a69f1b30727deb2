"""The observers: one latent strength per group and place, several ways to see it."""

from __future__ import annotations

from rift_sim.physics.arrays import Flags, Floats, Indices
from rift_sim.physics.kernel import kernel
from rift_sim.physics.reach import Cells

__all__ = ["influence", "observe"]


@kernel
def influence(
    out: Floats,
    reach: Floats,
    armed: Floats,
    support: Floats,
    held: Cells,
    indptr: Indices,
    indices: Indices,
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
    held
        Footholds.
    indptr, indices
        Neighbours, compressed rows.
    spill, support_weight
        Shares in [0, 1].
    """
    groups, places = out.shape
    reach[:] = 0.0
    for g in range(groups):
        out[g, :] = 0.0
        for c in range(held.number[g]):
            i = held.place[g, c]
            weight = armed[g, i] + support_weight * support[g, i]
            out[g, i] += weight
            for k in range(indptr[i], indptr[i + 1]):
                out[g, indices[k]] += spill * weight
        for i in range(places):
            reach[i] += out[g, i]


@kernel
def observe(
    strength: Floats,
    reach: Floats,
    held: Cells,
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
    strength, reach
        From `influence`, shapes (group, place) and (place,).
    held
        Footholds.
    armed, support
        Members, shape (group, place).
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
    for g in range(groups):
        for i in range(places):
            alert[g, i] = strength[g, i] > attention[i]
        survey[g, :] = 0
        control[g, :] = 0
        for c in range(held.number[g]):
            i = held.place[g, c]
            own = strength[g, i]
            if armed[g, i] + support[g, i] > detection[g, i]:
                survey[g, i] = 1
                alert[g, i] = 1
            needed = demand * state[i] / max(1.0 - state[i], 0.02) * (rural_people[i] + 500.0)
            if own > margin * (reach[i] - own) and own * 1000.0 > needed:
                control[g, i] = 1
