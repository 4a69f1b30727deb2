"""The contest between groups: pairs at war, in pact or coexisting, place by place."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Flags, Floats
from rift_sim.physics.elementary import exp
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import fill_normal, fill_poisson
from rift_sim.physics.reach import Lodgers
from rift_sim.physics.streams import uniform

__all__ = ["COEXISTENCE", "PACT", "WAR", "deaths", "fight", "violence"]


COEXISTENCE, WAR, PACT = 0, 1, 2


@kernel
def fight(
    armed: Floats,
    lodgers: Lodgers,
    intensity: Floats,
    hostile: Floats,
    state: Floats,
    deterrence: float,
    factor: Floats,
    loss: float,
    fighting: Floats,
    contested: Flags,
    overlap: Floats,
    losses: Floats,
) -> None:
    """Let groups that share a place fight.

    Two groups with a and b armed members engage a * b / (a + b) of them (half the
    harmonic mean: most when they are equal, none under hegemony), times the intensity
    of the pair, times 1 - deterrence * state presence (C10). Each side loses in
    proportion to the other's strength.

    Parameters
    ----------
    armed
        Shape (group, place); changed in place.
    lodgers
        Groups that are in each place.
    intensity
        Fighting per engaged member and month for each pair, shape (group, group),
        symmetric; 0 in a pact.
    hostile
        1 where two groups are at war, shape (group, group).
    state
        State presence in [0, 1], shape (place,).
    deterrence
        Share of the fighting that full state presence prevents.
    factor
        What others make of the fighting (`rift_sim.physics.outside`), shape (place,).
    loss
        Armed members lost per unit of fighting.
    fighting
        Shape (place,); written.
    contested
        1 where two groups at war meet, shape (place,); written.
    overlap
        Engaged members of each pair over all places, shape (group, group); written.
    losses
        Armed members lost by each group, shape (group,); written.
    """
    overlap[:] = 0.0
    losses[:] = 0.0
    fighting[:] = 0.0
    contested[:] = 0
    for i in range(armed.shape[1]):
        if lodgers.number[i] < 2:
            continue
        calm = max(0.0, 1.0 - deterrence * state[i]) * factor[i]
        for first in range(lodgers.number[i]):
            g = lodgers.group[i, first]
            if armed[g, i] <= 0.0:
                continue
            for second in range(first + 1, lodgers.number[i]):
                h = lodgers.group[i, second]
                if armed[h, i] <= 0.0:
                    continue
                total = armed[g, i] + armed[h, i]
                engaged = armed[g, i] * armed[h, i] / total
                overlap[g, h] += engaged
                overlap[h, g] += engaged
                if hostile[g, h] > 0.0:
                    contested[i] = 1
                burn = engaged * intensity[g, h] * calm
                if burn > 0.0:
                    fighting[i] += burn
                    dead = min(loss * burn, 0.3 * engaged)
                    toll = dead * armed[h, i] / total
                    other = dead - toll
                    losses[g] += toll
                    losses[h] += other
                    armed[g, i] -= toll
                    armed[h, i] -= other


@kernel
def violence(
    out: Floats,
    memory: Floats,
    fighting: Floats,
    clashes: Floats,
    coercion: Floats,
    scale: Floats,
    tempo: float,
    months: float,
) -> None:
    """Add up expected deaths a month, and remember them.

    Parameters
    ----------
    out
        Expected deaths in the month, shape (place,); written.
    memory
        Exponential mean of `out`, shape (place,); changed in place.
    fighting, clashes, coercion
        Fighting between groups, armed members lost to the state, and influence of
        groups over civilians, each shape (place,).
    scale
        Deaths per unit of the three, shape (3,).
    tempo
        Factor that the whole country shares.
    months
        Time constant of the memory.
    """
    speed = min(1.0, 1.0 / months)
    for i in range(out.size):
        out[i] = tempo * (scale[0] * fighting[i] + scale[1] * clashes[i] + scale[2] * coercion[i])
        memory[i] += speed * (out[i] - memory[i])


@kernel
def deaths(out: Floats, expected: Floats, spread: float, key: np.uint64, space: Floats) -> None:
    """Draw conflict deaths in each place.

    A Poisson count whose mean carries lognormal noise of standard deviation `spread`
    and mean 1. Shapes (place,); `space` has shape (4, place) and is overwritten.
    """
    places = out.size
    mean, luck, term = space[0], space[1], space[2]
    for i in range(places):
        luck[i] = uniform(key, places + i)
    fill_normal(term, luck)
    for i in range(places):
        mean[i] = expected[i] * exp(spread * term[i] - 0.5 * spread * spread)
    for i in range(places):
        luck[i] = uniform(key, i)
    fill_poisson(out, mean, luck, term, space[3])
