"""Coca: growth, shocks, spread and eradication, hectare by hectare."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Indices
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel
from rift_sim.physics.streams import normal, uniform

__all__ = ["coca_step"]


@kernel
def coca_step(
    coca: Floats,
    capacity: Floats,
    held: Floats,
    access: Floats,
    trend: float,
    shock: Floats,
    indptr: Indices,
    indices: Indices,
    local_spread: float,
    removal: float,
    entry_rate: float,
    first_field: float,
    key_local: np.uint64,
    key_entry: np.uint64,
    totals: Floats,
) -> None:
    """Advance cultivation by a month.

    The trend is logistic: it fades as a place nears what its land can hold and turns
    where the place holds more. Shocks, shared and local, multiply with mean 1. Eradication
    takes a given number of hectares for good, in proportion to area and access. New fields
    start next to old ones, where a group holds the place.

    Parameters
    ----------
    coca
        Hectares, shape (place,); changed in place.
    capacity
        Hectares the place could hold, shape (place,); 0 where coca does not grow.
    held
        Influence of groups, any scale, shape (place,): new fields need some.
    access
        How easily a place is reached, in [0, 1], shape (place,).
    trend
        Log-growth of a month where land is plentiful.
    shock
        Log-shock of the month shared by the region, shape (place,).
    indptr, indices
        Neighbours, compressed rows.
    local_spread
        Standard deviation of local log-growth in a month.
    removal
        Hectares removed for good in the month, over all places.
    entry_rate, first_field
        New places a year per place next to cultivation; hectares they start with.
    key_local, key_entry
        Streams.
    totals
        Hectares planted (net of abandonment) and removed, shape (2,); written.
    """
    places = coca.size
    reachable = 0.0
    for i in range(places):
        reachable += coca[i] * (0.3 + 0.7 * access[i])
    share = min(0.5, removal / reachable) if reachable > 0.0 else 0.0
    totals[:] = 0.0
    chance = 1.0 - exp(-entry_rate / 12.0)
    for i in range(places):
        if coca[i] > 0.0:
            taken = coca[i] * (0.3 + 0.7 * access[i]) * share
            left = coca[i] - taken
            room = 1.0 - left / max(capacity[i], 1.0)
            drift = trend * room if trend > 0.0 or room < 0.0 else trend
            if room < 0.0:
                drift = min(drift, 0.05 * room)
            noise = local_spread * normal(uniform(key_local, i))
            grown = left * exp(drift + shock[i] + noise - 0.5 * local_spread**2)
            totals[0] += grown - left
            totals[1] += taken
            coca[i] = grown
        elif capacity[i] > 0.0 and held[i] > 0.0:
            near = False
            for k in range(indptr[i], indptr[i + 1]):
                near = near or coca[indices[k]] > 30.0
            if near and uniform(key_entry, i) < chance:
                coca[i] = min(first_field, capacity[i])
                totals[0] += coca[i]
