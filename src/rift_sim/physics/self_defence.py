"""Self-defence: those who own something arm themselves where nobody protects them (C15)."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Flags, Floats
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel
from rift_sim.physics.streams import uniform

__all__ = ["stand_guard"]


@kernel
def stand_guard(
    guards: Floats,
    armed: Floats,
    support: Floats,
    present: Flags,
    row: int,
    share: float,
    trade: Floats,
    state: Floats,
    reach: Floats,
    rates: Floats,
    key_form: np.uint64,
    key_turn: np.uint64,
) -> float:
    """Let units form, grow and turn; return the people of the units that turned.

    A unit forms with a hazard that grows with what there is to protect, the lack of the
    state, and the threat of armed groups. It grows while those under threat pay for it. It
    turns on others the sooner, the more preying yields over protecting: unprotected trade
    pays the first, trade under threat the second. A unit that turns becomes a foothold of
    the armed group in `row`.

    Parameters
    ----------
    guards
        People in units that protect, shape (place,); changed in place.
    armed, support, present
        Members and footholds, shape (group, place); changed in place.
    row, share
        Group of those who turned, and the armed part of its members.
    trade
        Index of legal trade in [0, 1], 0 in border zones; shape (place,).
    state
        State presence in [0, 1], shape (place,).
    reach
        Influence of all groups, in armed members, shape (place,).
    rates
        Hazard of formation and hazard of turning (1/month), founders (people), growth
        (1/month), largest size at full trade (people), weight of the gain from preying,
        influence at which the threat is one half. Shape (7,).
    key_form, key_turn
        Streams.
    """
    # Few places have a unit or get one: the others are settled all together.
    places = guards.size
    forms = np.empty(places, dtype=np.uint8)
    for i in range(places):
        threat = reach[i] / (reach[i] + rates[6])
        hazard = rates[0] * trade[i] * max(0.0, 1.0 - state[i]) * threat
        forms[i] = uniform(key_form, i) < 1.0 - exp(-hazard)
    turned = 0.0
    for i in range(places):
        if (trade[i] <= 0.0) | ((forms[i] == 0) & (guards[i] <= 0.0)):
            continue
        threat = reach[i] / (reach[i] + rates[6])
        bare = max(0.0, 1.0 - state[i])
        if guards[i] <= 0.0:
            guards[i] = rates[2]
            continue
        room = max(0.0, 1.0 - guards[i] / (rates[4] * trade[i]))
        guards[i] += rates[3] * threat * room * guards[i]
        hazard = rates[1] * exp(rates[5] * trade[i] * (bare - threat))
        if uniform(key_turn, i) < 1.0 - exp(-hazard):
            turned += guards[i]
            armed[row, i] += share * guards[i]
            support[row, i] += (1.0 - share) * guards[i]
            present[row, i] = 1
            guards[i] = 0.0
    return turned
