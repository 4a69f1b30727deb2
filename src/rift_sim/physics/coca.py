"""Coca: growth, shocks, spread and eradication, hectare by hectare."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Indices, Ints
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel, part
from rift_sim.physics.quantiles import fill_normal
from rift_sim.physics.streams import uniform

__all__ = ["coca_step"]


@kernel
def coca_step(
    coca: Floats,
    capacity: Floats,
    ceiling: Floats,
    department: Ints,
    held: Floats,
    access: Floats,
    trend: float,
    shock: Floats,
    indptr: Indices,
    indices: Indices,
    local_spread: float,
    eradication: float,
    gone: float,
    entry_rate: float,
    first_field: float,
    key_local: np.uint64,
    key_entry: np.uint64,
    totals: Floats,
) -> None:
    """Advance cultivation by a month.

    The trend is logistic by department: it fades as the department nears what its land can
    hold and turns where it holds more. Shared shocks multiply with mean 1. Local shocks move
    cultivation between the places of a department and leave its sum alone: otherwise the sum
    would hang on a few lucky places. Eradication goes by area and access. New fields start next to
    old ones, where a group holds the place.

    Of R hectares within reach, H hectares eradicated in a year at random hit the share
    ``1 - exp(-H / R)`` at least once, and of that a share is gone for good. Where H is small,
    hectares go in proportion to it; where it is large (146,000 ha a year on 62,000 ha in 2010),
    the same fields are hit again and again.

    Parameters
    ----------
    coca
        Hectares, shape (place,); changed in place.
    capacity
        Above 0 where coca can grow, and at most so many hectares are a first field, shape
        (place,).
    ceiling
        Hectares that each department could hold, and, last, all places outside the country,
        shape (department + 1,).
    department
        Department of each place, -1 outside the country, shape (place,).
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
        Standard deviation of local log-growth in a month, before the sum is brought back.
    eradication, gone
        Hectares eradicated a year over all places, and the share of fields hit that is gone
        for good.
    entry_rate, first_field
        New places a year per place next to cultivation; hectares they start with.
    key_local, key_entry
        Streams.
    totals
        Hectares planted (net of abandonment) and removed, shape (2,); written.
    """
    places, last = coca.size, ceiling.size - 1
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
    share = 0.0
    if reachable > 0.0:
        share = gone * (1.0 - exp(-eradication / reachable)) / 12.0
    left, grown, moved = np.zeros(last + 1), np.zeros(last + 1), np.zeros(last + 1)
    planted = removed = 0.0
    for n in range(number):
        i = fields[n]
        taken = coca[i] * (0.3 + 0.7 * access[i]) * share
        removed += taken
        coca[i] -= taken
        left[department[i] if department[i] >= 0 else last] += coca[i]
    for n in range(number):
        i = fields[n]
        d = department[i] if department[i] >= 0 else last
        field = coca[i] * exp(_drift(trend, left[d], ceiling[d]) + shock[i])
        planted += field - coca[i]
        grown[d] += field
        coca[i] = field * exp(local_spread * weather[n])
        moved[d] += coca[i]
    for n in range(number):
        i = fields[n]
        d = department[i] if department[i] >= 0 else last
        coca[i] *= grown[d] / moved[d] if moved[d] > 0.0 else 0.0
    chance, passed = 1.0 - exp(-entry_rate / 12.0), np.uint64(0)
    for i in range(places):
        if passed < number and fields[passed] == i:
            passed += np.uint64(1)
        elif capacity[i] > 0.0 and held[i] > 0.0 and uniform(key_entry, i) < chance:
            near = False
            for k in range(indptr[i], indptr[i + 1]):
                near = near or coca[indices[k]] > 30.0
            if near:
                coca[i] = min(first_field, capacity[i])
                planted += coca[i]
    totals[0], totals[1] = planted, removed


@part
def _drift(trend: float, area: float, ceiling: float) -> float:
    """Return the log-growth of a month where `area` hectares stand and `ceiling` could."""
    room = 1.0 - area / max(ceiling, 1.0)
    drift = trend * room if trend > 0.0 or room < 0.0 else trend
    return min(drift, 0.05 * room) if room < 0.0 else drift
