"""Shocks that places share: of the country and of departments."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats, Ints
from rift_sim.physics.elementary import exp, log
from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import uniform

__all__ = ["coca_shock", "region_shock_step"]


@kernel
def region_shock_step(
    out: Floats,
    factor: Floats,
    shock: Floats,
    department: Ints,
    persistence: float,
    spread: float,
    national_persistence: float,
    national_spread: float,
    key: np.uint64,
) -> None:
    """Advance the shocks to displacement, and say what each place gets of them.

    Parameters
    ----------
    out
        Factor of mean 1, shape (place,); written.
    factor
        The same by department and, last, across the border, shape (department + 1,); written.
    shock
        Log-shock of each department and, last, of the country: first-order
        autoregressive, shape (department + 1,); changed in place.
    department
        Department of each place, -1 across the border: the last one, shape (place,).
    persistence, spread, national_persistence, national_spread
        Monthly autocorrelation and standard deviation, of departments and country.
    key
        Stream of the process DEPARTMENT_SHOCK.
    """
    last = shock.size - 1
    fresh = np.sqrt(1.0 - persistence * persistence) * spread
    for d in range(last):
        shock[d] = persistence * shock[d] + fresh * normal(uniform(key, d))
    fresh = np.sqrt(1.0 - national_persistence * national_persistence) * national_spread
    shock[last] = national_persistence * shock[last] + fresh * normal(uniform(key, last))
    everywhere = shock[last] - 0.5 * national_spread * national_spread
    for d in range(last):
        factor[d] = exp(shock[d] - 0.5 * spread * spread + everywhere)
    factor[last] = exp(everywhere)
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
