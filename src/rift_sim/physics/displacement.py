"""People: displacement, confinement, return, and where the displaced live."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel
from rift_sim.physics.streams import normal, poisson, uniform

__all__ = [
    "confine",
    "destination_weights",
    "displace",
    "hazard",
    "hosted",
    "mass_size",
    "resettle",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@kernel
def destination_weights(
    out: Floats,
    log_population: Floats,
    log_distance: Floats,
    stay: float,
    population_exponent: float,
    distance_exponent: float,
) -> None:
    """Share those who flee from a place among their destinations by gravity.

    Parameters
    ----------
    out
        Shares, shape (place, destination), rows sum to 1; written. Destination 0 is
        the place itself: flight from the countryside to the town.
    log_population, log_distance
        Of each destination, shape (place, destination); entry 0 is not used.
    stay
        Share that stays within the municipality.
    population_exponent, distance_exponent
        Exponents of gravity, the second one negative.
    """
    places, count = out.shape
    for i in range(places):
        total = 0.0
        for k in range(1, count):
            out[i, k] = np.exp(
                population_exponent * log_population[i, k] + distance_exponent * log_distance[i, k]
            )
            total += out[i, k]
        out[i, 0] = stay
        for k in range(1, count):
            out[i, k] *= (1.0 - stay) / total


@kernel
def hazard(
    out: Floats,
    violence: Floats,
    memory: Floats,
    resident: Floats,
    rural: Floats,
    frailty: Floats,
    elasticity_now: float,
    elasticity_memory: float,
    people_exponent: float,
) -> None:
    """Weigh how much displacement the violence of a place would cause, before scaling.

    rural residents ** people_exponent * v ** e_now * m ** e_memory * frailty, with v
    the deaths expected this month and m their recent mean. Shapes (place,).
    """
    for i in range(out.size):
        v = violence[i]
        if v > 0.0 and resident[i] > 0.0:
            out[i] = (
                (rural[i] * resident[i]) ** people_exponent
                * v**elasticity_now
                * max(memory[i], 1e-6) ** elasticity_memory
                * frailty[i]
            )
        else:
            out[i] = 0.0


@kernel
def mass_size(u: float, smallest: float, largest: float, tail: float) -> float:
    """Return the size of a mass event: Pareto with exponent `tail`, cut at `largest`."""
    top = 1.0 - (smallest / largest) ** tail
    return float(smallest * (1.0 - u * top) ** (-1.0 / tail))


@kernel
def displace(
    newly: Floats,
    expected: Floats,
    noise: Floats,
    shock: Floats,
    resident: Floats,
    rates: Floats,
    persistence: float,
    spread: float,
    key_noise: np.uint64,
    key_count: np.uint64,
    key_mass: np.uint64,
    key_size: np.uint64,
) -> None:
    """Draw the newly displaced of each place and take them from the residents.

    Parameters
    ----------
    newly
        People, whole numbers, shape (place,); written.
    expected
        Hazard of the place from `hazard`, shape (place,).
    noise
        First-order autoregressive log-noise of the place, shape (place,); changed in
        place.
    shock
        Factor shared by the region of the place, mean 1, shape (place,).
    resident
        People, shape (place,); changed in place.
    rates
        People displaced per unit of hazard; mass events per unit of hazard; smallest,
        largest size and tail exponent of mass events; largest share of residents that
        can flee in a month. Shape (6,).
    persistence, spread
        Monthly autocorrelation and standard deviation of the log-noise.
    key_noise, key_count, key_mass, key_size
        Streams.
    """
    fresh = np.sqrt(1.0 - persistence * persistence) * spread
    for i in range(newly.size):
        noise[i] = persistence * noise[i] + fresh * normal(uniform(key_noise, i))
        newly[i] = 0.0
        if expected[i] <= 0.0:
            continue
        factor = expected[i] * shock[i] * np.exp(noise[i] - 0.5 * spread * spread)
        count = poisson(rates[0] * factor, uniform(key_count, i))
        chance = 1.0 - np.exp(-rates[1] * expected[i] * shock[i])
        limit = rates[5] * resident[i]
        if uniform(key_mass, i) < chance:
            largest = max(rates[2] * 1.01, min(rates[3], limit))
            count += np.floor(mass_size(uniform(key_size, i), rates[2], largest, rates[4]))
        newly[i] = min(count, np.floor(limit))
        resident[i] -= newly[i]


@kernel
def confine(
    confined: Floats,
    expected: Floats,
    shock: Floats,
    noise: Floats,
    spread: float,
    remoteness: Floats,
    resident: Floats,
    rate: float,
    limit: float,
    key: np.uint64,
) -> None:
    """Draw the people newly confined: the same violence, but no way out.

    Confinement competes with flight: its rate grows with the square of remoteness.
    Shapes (place,); `limit` is the largest share of residents in a month.
    """
    for i in range(confined.size):
        factor = expected[i] * shock[i] * np.exp(noise[i] - 0.5 * spread * spread)
        mean = rate * factor * remoteness[i] * remoteness[i]
        confined[i] = min(poisson(mean, uniform(key, i)), np.floor(limit * resident[i]))


@kernel
def resettle(
    newly: Floats,
    violence: Floats,
    resident: Floats,
    away: Floats,
    protracted: Floats,
    destinations: Ints,
    weights: Floats,
    abroad_share: Floats,
    rates: Floats,
    totals: Floats,
) -> None:
    """Move the displaced through their states: away, protracted, returned, settled.

    The newly displaced of a place are `away` (or across the border). Each month part of
    those away returns, where violence allows, and part becomes protracted at the
    destination. Part of the protracted finds a durable solution where they live.
    Residents grow by natural increase; the register of the displaced does not. Every
    flow leaves one account and enters another.

    Parameters
    ----------
    newly, violence, resident, away, protracted
        Shape (place,); `away` is kept by origin, `protracted` by host. The last three
        are changed in place.
    destinations, weights
        From the territory and `destination_weights`, shape (place, destination).
    abroad_share
        Share of the newly displaced that crosses the border, shape (place,).
    rates
        A month: return of those away at no violence; passage to protracted; solutions
        among the protracted; natural increase; damping of return by violence (per
        death). Shape (5,).
    totals
        Returned, crossed the border, solved, natural increase (people), shape (4,);
        written.
    """
    totals[:] = 0.0
    places, count = weights.shape
    for i in range(places):
        out = newly[i] * abroad_share[i]
        totals[1] += out
        away[i] += newly[i] - out
        back = away[i] * rates[0] * np.exp(-rates[4] * violence[i])
        settle = (away[i] - back) * rates[1]
        away[i] -= back + settle
        resident[i] += back
        totals[0] += back
        for k in range(count):
            protracted[destinations[i, k]] += settle * weights[i, k]
    for i in range(places):
        solved = protracted[i] * rates[2]
        protracted[i] -= solved
        resident[i] += solved
        totals[2] += solved
        born = resident[i] * rates[3]
        resident[i] += born
        totals[3] += born


@kernel
def hosted(
    out: Floats, away: Floats, protracted: Floats, destinations: Ints, weights: Floats
) -> None:
    """Count the displaced people who live in each place, shape (place,); written."""
    places, count = weights.shape
    for i in range(places):
        out[i] = protracted[i]
    for i in range(places):
        if away[i] > 0.0:
            for k in range(count):
                out[destinations[i, k]] += away[i] * weights[i, k]
