"""Coca: growth, shocks, spread and eradication, hectare by hectare."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Indices
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import fill_normal
from rift_sim.physics.streams import uniform

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
    fields, number = np.empty(places, dtype=np.uint32), np.uint64(0)
    for i in range(places):
        fields[number] = i
        number += np.uint64(coca[i] > 0.0)
    luck, weather = np.empty(number), np.empty(number)
    reachable = 0.0
    for n in range(number):
        reachable += coca[fields[n]] * (0.3 + 0.7 * access[fields[n]])
    for n in range(number):
        luck[n] = uniform(key_local, fields[n])
    fill_normal(weather, luck)
    share = min(0.5, removal / reachable) if reachable > 0.0 else 0.0
    planted = removed = 0.0
    chance = 1.0 - exp(-entry_rate / 12.0)
    number = np.uint64(0)
    for i in range(places):
        if coca[i] > 0.0:
            taken = coca[i] * (0.3 + 0.7 * access[i]) * share
            left = coca[i] - taken
            room = 1.0 - left / max(capacity[i], 1.0)
            drift = trend * room if trend > 0.0 or room < 0.0 else trend
            if room < 0.0:
                drift = min(drift, 0.05 * room)
            noise = local_spread * weather[number]
            number += np.uint64(1)
            grown = left * exp(drift + shock[i] + noise - 0.5 * local_spread**2)
            planted += grown - left
            removed += taken
            coca[i] = grown
        elif capacity[i] > 0.0 and held[i] > 0.0 and uniform(key_entry, i) < chance:
            near = False
            for k in range(indptr[i], indptr[i + 1]):
                near = near or coca[indices[k]] > 30.0
            if near:
                coca[i] = min(first_field, capacity[i])
                planted += coca[i]
    totals[0], totals[1] = planted, removed
