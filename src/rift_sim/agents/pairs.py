"""Pairs of groups: wars, pacts and coexistence, made and broken month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.draws import normals, uniforms
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.streams import Process, stream

if TYPE_CHECKING:
    from rift_sim.parameters import Draw

__all__ = ["next_pair_shock", "next_pair_state", "set_pair"]

_MEETING = 20.0
"""Engaged members at which a pair meets in earnest (63 % of the full hazard; judgement)."""


def next_pair_state(
    state: NDArray[np.int64],
    overlap: NDArray[np.float64],
    draw: Draw,
    seed: int,
    replicate: int,
    month: int,
) -> NDArray[np.int64]:
    """Draw which pairs go to war, make peace, make a pact or break one.

    A pair that does not meet changes nothing. Hazards of making war and pacts grow with
    the members it engages, 1 - exp(-overlap / 20).

    Parameters
    ----------
    state
        War, pact or coexistence, shape (group, group), symmetric.
    overlap
        Engaged members of each pair, shape (group, group).
    draw, seed, replicate, month
        Parameters and coordinates of the draws.

    Returns
    -------
    ndarray
        The new state, symmetric.
    """
    groups = state.shape[0]
    u = uniforms(stream(seed, replicate, month, Process.PAIR), groups, groups)
    meet = 1.0 - np.exp(-overlap / _MEETING)

    def chance(rate: float) -> NDArray[np.float64]:
        return np.asarray(1.0 - np.exp(-rate / 12.0 * meet))

    to_war = chance(draw.war_onset)
    to_pact = chance(draw.pact_onset)
    new = state.copy()
    calm, war, pact = state == COEXISTENCE, state == WAR, state == PACT
    new[calm & (u < to_war)] = WAR
    new[calm & (u >= to_war) & (u < to_war + to_pact)] = PACT
    new[war & (u < 1.0 - np.exp(-draw.war_end / 12.0))] = COEXISTENCE
    broken = 1.0 - np.exp(-draw.pact_end / 12.0)
    new[pact & (u < broken)] = COEXISTENCE
    new[pact & (u < 0.5 * broken)] = WAR
    upper = np.triu(new, 1)
    return np.asarray(upper + upper.T)


def next_pair_shock(
    shock: NDArray[np.float64], draw: Draw, seed: int, replicate: int, month: int
) -> NDArray[np.float64]:
    """Advance the log-intensity of every pair: first-order autoregressive, symmetric."""
    groups = shock.shape[0]
    rho, spread = draw.pair_shock_persistence, draw.pair_shock_sd
    fresh = normals(stream(seed, replicate, month, Process.PAIR_SHOCK), groups, groups)
    new = np.triu(rho * shock + np.sqrt(1.0 - rho * rho) * spread * fresh, 1)
    return np.asarray(new + new.T)


def set_pair(state: NDArray[np.int64], a: int, b: int, value: int) -> None:
    """Write the state of a pair, both ways."""
    state[a, b] = state[b, a] = value
