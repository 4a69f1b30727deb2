"""Shocks that places share: of the country and of departments."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Ints
from rift_sim.physics.elementary import exp, log
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import uniform

__all__ = ["DISPLACEMENT", "VIOLENCE", "coca_shock", "country_shock_step", "region_shock_step"]

VIOLENCE, DISPLACEMENT = 0, 1
"""Rows of the log-shocks of the whole country."""


@kernel
def country_shock_step(
    shock: Floats, persistence: float, violence: float, displacement: float, key: np.uint64
) -> None:
    """Advance the log-shocks of the whole country, each first-order autoregressive.

    They start at zero, the level on record, and wander off: their median is zero, and they hardly
    return.

    Parameters
    ----------
    shock
        Rows `VIOLENCE` and `DISPLACEMENT`, shape (2,); changed in place.
    persistence
        Monthly autocorrelation of both.
    violence, displacement
        Standard deviation of what a month adds.
    key
        Stream of the process COUNTRY_SHOCK.
    """
    shock[VIOLENCE] = persistence * shock[VIOLENCE] + violence * normal(uniform(key, VIOLENCE))
    fresh = displacement * normal(uniform(key, DISPLACEMENT))
    shock[DISPLACEMENT] = persistence * shock[DISPLACEMENT] + fresh


@kernel
def region_shock_step(
    out: Floats,
    factor: Floats,
    shock: Floats,
    department: Ints,
    persistence: float,
    spread: float,
    everywhere: float,
    key: np.uint64,
) -> None:
    """Advance the shocks of departments to displacement, and say what each place gets.

    Parameters
    ----------
    out
        Factor of displacement, shape (place,); written.
    factor
        The same by department and, last, across the border, shape (department + 1,); written.
    shock
        Log-shock of each department: first-order autoregressive, shape (department,); changed in
        place.
    department
        Department of each place, -1 across the border: the last one, shape (place,).
    persistence, spread
        Monthly autocorrelation and standard deviation. The factor of a department has mean 1.
    everywhere
        Log-shock of the whole country.
    key
        Stream of the process DEPARTMENT_SHOCK.
    """
    fresh = np.sqrt(1.0 - persistence * persistence) * spread
    for d in range(shock.size):
        shock[d] = persistence * shock[d] + fresh * normal(uniform(key, d))
        factor[d] = exp(shock[d] - 0.5 * spread * spread + everywhere)
    factor[shock.size] = exp(everywhere)
    for i in range(out.size):
        out[i] = factor[department[i]]


@kernel
def coca_shock(
    out: Floats,
    factor: Floats,
    coca: Floats,
    department: Ints,
    shared: float,
    own: float,
    exponent: float,
    key: np.uint64,
    key_department: np.uint64,
) -> None:
    """Draw the log-shocks of the month to coca: of mean 1 once exponentiated.

    The larger the area A of a department, the smaller its own shocks: their standard deviation is
    ``own (A / 5,000 ha) ** -exponent``, A at least 100 ha. (So it is with the growth of firms,
    Stanley et al. 1996, doi:10.1038/379804a0, and with departments of Colombia from 2010 to 2019:
    0.6 below 1,000 ha, 0.16 above 12,000.)

    Parameters
    ----------
    out
        Log-shock of each place, shape (place,); written.
    factor
        The same by department and, last, across the border, shape (department + 1,); written.
    coca
        Hectares, shape (place,).
    department
        Department of each place, -1 across the border: the last one, shape (place,).
    shared, own
        Standard deviation in a month, of the country and of a department of 5,000 ha.
    exponent
        How fast a department's shocks fall with its area.
    key, key_department
        Streams of the processes COCA_NATIONAL and COCA_DEPARTMENT.
    """
    national = shared * normal(uniform(key, 0)) - 0.5 * shared * shared
    last = factor.size - 1
    factor[:] = 0.0
    for i in range(coca.size):
        factor[department[i]] += coca[i]
    for d in range(last):
        spread = own * exp(-exponent * log(max(factor[d], 100.0) / 5000.0))
        luck = normal(uniform(key_department, d))
        factor[d] = national + spread * luck - 0.5 * spread * spread
    factor[last] = national
    for i in range(out.size):
        out[i] = factor[department[i]]
