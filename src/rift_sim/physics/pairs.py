"""Pairs of groups: wars, pacts and coexistence, made and broken month by month."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Numbers
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import pair_place, uniform

__all__ = ["MEETING", "pair_intensity", "pair_shock_step", "pair_state_step"]


MEETING = 20.0
"""Engaged members at which a pair meets in earnest (63 % of the full hazard; judgement)."""


@kernel
def pair_state_step(
    state: Numbers,
    overlap: Floats,
    numbers: Numbers,
    war_onset: float,
    war_end: float,
    pact_onset: float,
    pact_end: float,
    key: np.uint64,
) -> None:
    """Draw which pairs go to war, make peace, make a pact or break one.

    A pair that does not meet starts nothing: hazards of making war and pacts grow with
    the members it engages, 1 - exp(-overlap / 20). Half of the broken pacts turn into war.

    Parameters
    ----------
    state
        War, pact or coexistence, shape (group, group), symmetric; changed in place.
    overlap
        Engaged members of each pair, shape (group, group).
    numbers
        Lasting numbers of the groups, shape (group,).
    war_onset, war_end, pact_onset, pact_end
        Hazards a year.
    key
        Stream of the process PAIR.
    """
    groups = state.shape[0]
    ends = 1.0 - exp(-war_end / 12.0)
    breaks = 1.0 - exp(-pact_end / 12.0)
    for g in range(groups):
        for h in range(g + 1, groups):
            u = uniform(key, pair_place(numbers[g], numbers[h]))
            now = state[g, h]
            new = now
            if now == WAR:
                if u < ends:
                    new = COEXISTENCE
            elif now == PACT:
                if u < breaks:
                    new = WAR if u < 0.5 * breaks else COEXISTENCE
            else:
                meet = 1.0 - exp(-overlap[g, h] / MEETING)
                war = 1.0 - exp(-war_onset / 12.0 * meet)
                pact = 1.0 - exp(-pact_onset / 12.0 * meet)
                if u < war:
                    new = WAR
                elif u < war + pact:
                    new = PACT
            state[g, h] = new
            state[h, g] = new


@kernel
def pair_shock_step(
    shock: Floats, numbers: Numbers, persistence: float, spread: float, key: np.uint64
) -> None:
    """Advance the log-intensity of every pair: first-order autoregressive, symmetric.

    Parameters
    ----------
    shock
        Shape (group, group); changed in place.
    numbers
        Lasting numbers of the groups, shape (group,).
    persistence, spread
        Monthly autocorrelation and standard deviation.
    key
        Stream of the process PAIR_SHOCK.
    """
    fresh = np.sqrt(1.0 - persistence * persistence) * spread
    for g in range(shock.shape[0]):
        for h in range(g + 1, shock.shape[0]):
            z = normal(uniform(key, pair_place(numbers[g], numbers[h])))
            shock[g, h] = persistence * shock[g, h] + fresh * z
            shock[h, g] = shock[g, h]


@kernel
def pair_intensity(
    out: Floats,
    hostile: Floats,
    state: Numbers,
    shock: Floats,
    war: float,
    calm: float,
    spread: float,
) -> None:
    """Say how fiercely each pair fights where it meets.

    Parameters
    ----------
    out
        Fighting per engaged member, shape (group, group); written.
    hostile
        1 for pairs at war, shape (group, group); written.
    state, shock
        From the two functions above.
    war, calm
        Fighting per engaged member of a pair at war (times a shock of mean 1) and of one
        that coexists; a pact has none.
    spread
        Standard deviation of `shock`.
    """
    for g in range(state.shape[0]):
        for h in range(state.shape[0]):
            at_war = state[g, h] == WAR
            hostile[g, h] = 1.0 if at_war else 0.0
            if at_war:
                out[g, h] = war * exp(shock[g, h] - 0.5 * spread * spread)
            else:
                out[g, h] = 0.0 if state[g, h] == PACT else calm
