"""The state of a replicate: plain arrays over groups and places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Levels", "State"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]


@dataclass(frozen=True)
class Levels:
    """Factors that make the first month reproduce the levels observed at the start.

    Attributes
    ----------
    violence
        Deaths a month per unit of fighting, clashes and coercion, shape (3,).
    displaced, mass_events, confined
        People, events and people a month per unit of hazard.
    mean_rent, mean_utility
        Means of each group over its members at the start, shape (group,); of all groups for
        one without members.
    reach, extortion
        Influence of all groups at the start, shape (place,), and cases of extortion a month
        where all of an index of trade of 1 pays.
    """

    violence: Floats
    displaced: float
    mass_events: float
    confined: float
    mean_rent: Floats
    mean_utility: Floats
    reach: Floats
    extortion: float


@dataclass
class State:
    """What changes from month to month on the map. G groups, N places, D departments.

    Attributes
    ----------
    armed, support
        Members of each group, shape (G, N).
    present
        1 where a group has a foothold, shape (G, N).
    state_reference, state_presence
        Presence of the state in [0, 1] at the capability of the start, and now.
    operations
        Effort of the forces, mean 1 over exposed members.
    violence, memory
        Expected conflict deaths a month, and their recent mean.
    guards
        People in self-defence units that protect, shape (N,).
    coca, coca_capacity
        Hectares; what a place could be planted with, at most, in its first month.
    coca_ceiling
        Hectares that each department could hold, last all places outside the country, shape
        (D + 1,).
    resident, away, protracted
        People not displaced; freshly displaced, by origin; protracted, by host.
    frailty, noise, region_shock
        Persistent factor of displacement; its log-noise; log-shock of each department
        (shape (D,)).
    country_shock
        Log-shocks of the whole country, see `rift_sim.physics.shocks`, shape (2,).
    detection, attention
        Members above which the survey sees a foothold, shape (G, N); influence above which
        alerts name a place, shape (N,). Both exponential.
    destination_weights
        Shares of destinations, shape (N, K).
    pair_state, pair_shock
        War, pact or coexistence of each pair, and log-intensity, shape (G, G).
    levels
        See `Levels`.
    """

    armed: Floats
    support: Floats
    present: Flags
    state_reference: Floats
    state_presence: Floats
    operations: Floats
    violence: Floats
    memory: Floats
    guards: Floats
    coca: Floats
    coca_capacity: Floats
    coca_ceiling: Floats
    resident: Floats
    away: Floats
    protracted: Floats
    frailty: Floats
    noise: Floats
    region_shock: Floats
    country_shock: Floats
    detection: Floats
    attention: Floats
    destination_weights: Floats
    pair_state: NDArray[np.int64]
    pair_shock: Floats
    levels: Levels

    @property
    def members(self) -> Floats:
        """Armed members and support network, shape (G, N)."""
        return self.armed + self.support

    @property
    def people(self) -> float:
        """All people on the books inside the country: resident, away and protracted."""
        return float(self.resident.sum() + self.away.sum() + self.protracted.sum())
