"""People: displacement, confinement, return, and where the displaced live."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Indices
from rift_sim.physics.elementary import exp, log, power
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import fill_normal, fill_poisson
from rift_sim.physics.streams import uniform

__all__ = [
    "confine",
    "destination_weights",
    "displace",
    "hazard",
    "mass_size",
    "mean_mass_size",
    "resettle",
]


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
        for k in range(count):
            out[i, k] = exp(
                population_exponent * log_population[i, k] + distance_exponent * log_distance[i, k]
            )
        total = 0.0
        for k in range(1, count):
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
        at_risk = violence[i] > 0.0 and rural[i] * resident[i] > 0.0
        rate = exp(
            people_exponent * log(rural[i] * resident[i])
            + elasticity_now * log(violence[i])
            + elasticity_memory * log(max(memory[i], 1e-6))
        )
        out[i] = rate * frailty[i] if at_risk else 0.0


@kernel
def mass_size(u: float, smallest: float, largest: float, tail: float) -> float:
    """Return the size of a mass event: Pareto with exponent `tail`, cut at `largest`."""
    top = 1.0 - power(smallest / largest, tail)
    return float(smallest * power(1.0 - u * top, -1.0 / tail))


@kernel
def mean_mass_size(smallest: float, largest: float, tail: float) -> float:
    """Return the mean size of a mass event, over 400 equally likely quantiles."""
    total = 0.0
    for k in range(400):
        total += mass_size((k + 0.5) / 400.0, smallest, largest, tail)
    return total / 400.0


@kernel
def displace(
    newly: Floats,
    pressure: Floats,
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
    space: Floats,
) -> None:
    """Draw the newly displaced of each place and take them from the residents.

    Parameters
    ----------
    newly
        People, whole numbers, shape (place,); written.
    pressure
        Hazard of the place with the noise of place and region, shape (place,); written.
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
    space
        Shape (4, place); overwritten.
    """
    fresh = np.sqrt(1.0 - persistence * persistence) * spread
    places = newly.size
    mean, luck, margin = space[0], space[1], space[2]
    for i in range(places):
        luck[i] = uniform(key_noise, i)
    fill_normal(mean, luck)
    for i in range(places):
        noise[i] = persistence * noise[i] + fresh * mean[i]
    for i in range(places):
        pressure[i] = expected[i] * shock[i] * exp(noise[i] - 0.5 * spread * spread)
    for i in range(places):
        mean[i] = rates[0] * pressure[i]
    for i in range(places):
        luck[i] = uniform(key_count, i)
    fill_poisson(newly, mean, luck, margin, space[3])
    for i in range(places):
        margin[i] = 1.0 - exp(-rates[1] * expected[i] * shock[i]) - uniform(key_mass, i)
    for i in range(places):
        if margin[i] > 0.0:
            largest = max(rates[2] * 1.01, min(rates[3], rates[5] * resident[i]))
            newly[i] += np.floor(mass_size(uniform(key_size, i), rates[2], largest, rates[4]))
    for i in range(places):
        newly[i] = min(newly[i], np.floor(rates[5] * resident[i]))
    for i in range(places):
        resident[i] -= newly[i]


@kernel
def confine(
    confined: Floats,
    pressure: Floats,
    remoteness: Floats,
    resident: Floats,
    rate: float,
    limit: float,
    key: np.uint64,
    space: Floats,
) -> None:
    """Draw the people newly confined: the same violence, but no way out.

    Confinement competes with flight: its rate grows with the square of remoteness.
    `pressure` is that of `displace`. Shapes (place,); `limit` is the largest share of
    residents in a month; `space` has shape (4, place) and is overwritten.
    """
    places = confined.size
    mean, luck = space[0], space[1]
    for i in range(places):
        mean[i] = rate * pressure[i] * remoteness[i] * remoteness[i]
    for i in range(places):
        luck[i] = uniform(key, i)
    fill_poisson(confined, mean, luck, space[2], space[3])
    for i in range(places):
        confined[i] = min(confined[i], np.floor(limit * resident[i]))


@kernel
def resettle(
    newly: Floats,
    violence: Floats,
    resident: Floats,
    away: Floats,
    protracted: Floats,
    destinations: Indices,
    weights: Floats,
    abroad_share: Floats,
    returning: Floats,
    rates: Floats,
    totals: Floats,
    hosted: Floats,
    space: Floats,
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
    returning
        What others make of returns (`rift_sim.physics.outside`), shape (place,).
    rates
        A month: return of those away at no violence; passage to protracted; solutions
        among the protracted; natural increase; damping of return by violence (per
        death). Shape (5,).
    totals
        Returned, crossed the border, solved, natural increase (people), shape (4,);
        written.
    hosted
        Displaced people who live in each place, shape (place,); written.
    space
        Shape (4, place); overwritten.
    """
    returned = crossed = settled = grown = 0.0
    places, count = weights.shape
    calm, guests = space[0], space[1]
    guests[:] = 0.0
    most = 1.0 / rates[0]  # Nobody can return twice, whatever the factor.
    for i in range(places):
        calm[i] = exp(-rates[4] * violence[i]) * min(returning[i], most)
    for i in range(places):
        out = newly[i] * abroad_share[i]
        crossed += out
        away[i] += newly[i] - out
        back = away[i] * rates[0] * calm[i]
        staying = away[i] - back
        away[i] = staying * (1.0 - rates[1])
        resident[i] += back
        returned += back
        # Those who settle and those who stay away live with the same hosts.
        for k in range(count):
            guests[destinations[i, k]] += staying * weights[i, k]
    for i in range(places):
        protracted[i] += rates[1] * guests[i]
        solved = protracted[i] * rates[2]
        protracted[i] -= solved
        resident[i] += solved
        settled += solved
        born = resident[i] * rates[3]
        resident[i] += born
        grown += born
        hosted[i] = protracted[i] + (1.0 - rates[1]) * guests[i]
    totals[0], totals[1], totals[2], totals[3] = returned, crossed, settled, grown
