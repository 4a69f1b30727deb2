"""Pairs of armed groups, each an object: at war, in pact, or side by side."""

from __future__ import annotations

from itertools import combinations
from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import uniform

if TYPE_CHECKING:
    from rift_sim.initial.state import State

__all__ = ["Pair", "make_pairs"]

MEETING = 20.0
"""Engaged members at which a pair meets in earnest."""


class Pair:
    """Two groups, what they are to each other, and how hard they fight.

    Attributes
    ----------
    draws
        Coordinate of its draws.
    state, shock
        `WAR`, `PACT` or `COEXISTENCE`; log-intensity.
    overlap
        Members they engaged in the month, over all places.
    intensity
        Fighting per engaged member and month.
    """

    def __init__(self, first: int, second: int, draws: int, state: int, shock: float) -> None:
        self.first, self.second = first, second
        self.draws = draws
        self.state, self.shock = state, shock
        self.overlap = self.intensity = 0.0

    @property
    def at_war(self) -> bool:
        """Whether the two fight each other."""
        return self.state == WAR

    def reconsider(self, params: Any, key: np.uint64) -> None:
        """Go to war, make peace, make a pact or break one."""
        u = uniform(key, self.draws)
        meet = 1.0 - exp(-self.overlap / MEETING)
        if self.state == COEXISTENCE:
            to_war = 1.0 - exp(-params.war_onset / 12.0 * meet)
            to_pact = 1.0 - exp(-params.pact_onset / 12.0 * meet)
            if u < to_war:
                self.state = WAR
            elif u < to_war + to_pact:
                self.state = PACT
        elif self.state == WAR:
            if u < 1.0 - exp(-params.war_end / 12.0):
                self.state = COEXISTENCE
        else:
            broken = 1.0 - exp(-params.pact_end / 12.0)
            if u < 0.5 * broken:
                self.state = WAR
            elif u < broken:
                self.state = COEXISTENCE

    def warm_up(self, params: Any, key: np.uint64) -> None:
        """Advance the log-intensity, and say how hard the pair fights this month."""
        rho, spread = params.pair_shock_persistence, params.pair_shock_sd
        fresh = normal(uniform(key, self.draws))
        self.shock = rho * self.shock + sqrt(1.0 - rho * rho) * spread * fresh
        if self.state == WAR:
            self.intensity = params.war_intensity * exp(self.shock - 0.5 * spread**2)
        elif self.state == PACT:
            self.intensity = 0.0
        else:
            self.intensity = params.war_intensity * params.coexistence_intensity


def make_pairs(numbers: list[int], state: State) -> dict[tuple[int, int], Pair]:
    """Make a pair of every two groups, by their orders, the lower one first.

    Its draws go by the lasting numbers of the two, whichever comes first.
    """
    pairs = {}
    for a, b in combinations(range(len(numbers)), 2):
        low, high = sorted((numbers[a], numbers[b]))
        draws = low * 2**28 + high
        pairs[a, b] = Pair(a, b, draws, int(state.pair_state[a, b]), float(state.pair_shock[a, b]))
    return pairs
