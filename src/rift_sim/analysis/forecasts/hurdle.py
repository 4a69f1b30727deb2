"""A hurdle regression on lagged covariates: what regression alone makes of the same past.

Two parts (Mullahy 1986, doi:10.1016/0304-4076(86)90002-3): a logistic regression says whether a
unit is above zero, a linear regression of the logarithm says how far. If agents do not beat it,
they add nothing to what was measured before the origin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rift_sim.analysis.extras import need
from rift_sim.analysis.forecasts.regression import RIDGE, chances, standardise
from rift_sim.analysis.forecasts.walk import luck
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process

__all__ = ["Parts", "hurdle", "hurdle_parts", "lagged"]


class Parts(NamedTuple):
    """What the regression says at the origin.

    Attributes
    ----------
    chance
        Of a value above zero, shape (unit,).
    level
        Expected logarithm of that value, shape (unit,).
    residuals
        Of the logarithm in the past, pooled.
    """

    chance: Floats
    level: Floats
    residuals: Floats


def hurdle(
    history: Floats, covariates: Floats, horizon: int, members: int, *, seed: int = 0, case: int = 0
) -> Floats:
    """Forecast by a hurdle regression, fitted directly at the horizon.

    Rows are all pairs of a year t and the year ``t + horizon``, up to the origin: covariates of
    the first, values of the second. The unit's own past is among the covariates (`lagged`). A
    member is above zero with the fitted chance, and then ``exp(level + e)`` with e from the
    residuals of all units; that the coefficients are themselves uncertain is left out, which is
    small beside the residuals with hundreds of units.

    Parameters
    ----------
    history
        Values of zero or more, the origin last, shape (year, unit); NaN where not observed.
    covariates
        In the same years, nothing from after them, shape (year, unit, covariate). What is
        missing is replaced by the mean of what is there.
    horizon
        Years from the origin to the year that is forecast.
    members
        Size of the ensemble, up to 65,536.
    seed, case
        Coordinates of the draws.

    Returns
    -------
    ndarray
        Shape (unit, member).

    Raises
    ------
    InputError
        When shapes do not fit, the past is too short for the horizon, or scikit-learn is not
        installed.
    """
    parts = hurdle_parts(history, covariates, horizon)
    units = parts.chance.size
    turn = luck(Process.NAIVE_HURDLE, seed, case, 0, units, members)
    move = luck(Process.NAIVE_HURDLE, seed, case, 1, units, members)
    place = (move * parts.residuals.size).astype(np.intp)
    noise = parts.residuals[np.minimum(place, parts.residuals.size - 1)]
    return np.where(turn < parts.chance[:, None], np.exp(parts.level[:, None] + noise), 0.0)


def hurdle_parts(history: Floats, covariates: Floats, horizon: int) -> Parts:
    """Fit both parts and read them at the origin; parameters and errors as in `hurdle`."""
    values, given = np.asarray(history, np.float64), np.asarray(covariates, np.float64)
    if values.ndim != 2 or given.ndim != 3 or given.shape[:2] != values.shape:
        raise InputError(
            f"covariates of shape {given.shape} do not fit a history of shape {values.shape}",
            allowed="(year, unit) and (year, unit, covariate)",
        )
    if not 1 <= horizon < len(values):
        raise InputError(
            f"a horizon of {horizon} years needs a longer past than {len(values)} years",
            key="horizon",
            allowed=f"1 to {len(values) - 1}",
        )
    columns = np.concatenate([lagged(values), given], axis=2)
    count = columns.shape[2]
    rows, target = columns[:-horizon].reshape(-1, count), values[horizon:].ravel()
    rows, target = rows[~np.isnan(target)], target[~np.isnan(target)]
    if not target.size:
        raise InputError("no pair of years was observed", allowed="a longer past")
    rows, now = standardise(rows, columns[-1])
    above = target > 0.0
    level, residuals = _level(rows[above], np.log(target[above]), now)
    return Parts(chances(rows, above, now), level, residuals)


def lagged(history: Floats) -> Floats:
    """Return what a unit's own past says in each year, shape (year, unit, 3).

    ``log(1 + x)`` of the year, whether it is above zero, and the mean of ``log(1 + x)`` over all
    years up to it.
    """
    level = np.log1p(history)
    known = ~np.isnan(level)
    reached = np.cumsum(np.where(known, level, 0.0), axis=0)
    count = np.cumsum(known, axis=0)
    mean = np.divide(reached, count, out=np.full(level.shape, np.nan), where=count > 0)
    above = np.where(known, (history > 0.0).astype(np.float64), np.nan)
    return np.stack([level, above, mean], axis=2)


def _level(rows: Floats, logs: Floats, now: Floats) -> tuple[Floats, Floats]:
    if not logs.size:
        return np.zeros(len(now)), np.zeros(1)
    model = need("sklearn.linear_model").Ridge(alpha=RIDGE).fit(rows, logs)
    residuals = np.sort(logs - model.predict(rows))
    return np.asarray(model.predict(now), np.float64), residuals
