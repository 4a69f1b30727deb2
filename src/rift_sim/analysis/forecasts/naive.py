"""Naive forecasts, as ensembles: what a model of armed groups has to beat.

Persistence, a damped trend and climatology, each fitted to the years up to the origin only. They
know that counts have zeros (`rift_sim.analysis.forecasts.walk`).

Units are drawn independently of each other: the ensemble of a unit is a forecast, sums of members
over units are not. A national forecast is made from the national series, as a single unit.
"""

from __future__ import annotations

import numpy as np

from rift_sim.analysis.forecasts.walk import fit_walk, luck, walk_on
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process

__all__ = ["climatology", "persistence", "trend"]

_FEWEST = 4


def persistence(
    history: Floats, horizon: int, members: int, *, seed: int = 0, case: int = 0
) -> Floats:
    """Forecast the last value: a random walk of the logarithm without drift.

    Changes are resampled from the past, both signs, so the median stays where it is and the
    spread grows with the root of the horizon.

    Parameters
    ----------
    history
        Values of zero or more, the origin last, shape (year, unit); NaN where not observed.
        A unit without a value at the origin starts from its last one and walks longer.
    horizon
        Years from the origin to the year that is forecast, 1 or more.
    members
        Size of the ensemble, 1 to 65,536.
    seed, case
        Coordinates of the draws. Give each origin a case of its own, such as its year.

    Returns
    -------
    ndarray
        Shape (unit, member); NaN for a unit that was never observed.

    Raises
    ------
    InputError
        When the history is empty or negative, or the horizon or the ensemble is out of range.
    """
    values = _checked(history, horizon, members)
    walk = fit_walk(values, np.zeros(values.shape[1]))
    return walk_on(walk, horizon, members, seed=seed, case=case)


def trend(
    history: Floats,
    horizon: int,
    members: int,
    *,
    years: int = 10,
    damping: float = 0.8,
    seed: int = 0,
    case: int = 0,
) -> Floats:
    """Forecast a log-linear trend that fades: persistence with a drift.

    The drift of year k is ``damping ** k`` times the slope of the logarithm of the positive
    values of the last `years` years, by least squares (damped trend, Gardner and McKenzie 1985,
    doi:10.1287/mnsc.31.10.1237); 0 with fewer than four of them. Spread is that of the changes
    around the slope.

    Parameters
    ----------
    history, horizon, members, seed, case
        As in `persistence`, and with the same errors and result.
    years
        Years up to the origin in which the slope is measured.
    damping
        Share of the slope that is left a year later.
    """
    values = _checked(history, horizon, members)
    walk = fit_walk(values, _slopes(values[-years:]))
    return walk_on(walk, horizon, members, damping=damping, seed=seed, case=case)


def climatology(
    history: Floats,
    horizon: int,
    members: int,
    *,
    years: int | None = None,
    seed: int = 0,
    case: int = 0,
) -> Floats:
    """Forecast that a year of the past comes again: each unit's own values, drawn anew.

    The horizon does not matter; it is there so that naive forecasts can be called alike.

    Parameters
    ----------
    history, horizon, members, seed, case
        As in `persistence`, and with the same errors and result.
    years
        Only the last so many years; all of them if not given.
    """
    values = _checked(history, horizon, members)
    values = values[-(years or len(values)) :]
    count = (~np.isnan(values)).sum(axis=0)[:, None]
    # Sorted, the years that were not observed come last and are not drawn.
    values = np.sort(values, axis=0)
    u = luck(Process.NAIVE_CLIMATE, seed, case, 0, count.size, members)
    chosen = np.minimum((u * count).astype(np.intp), np.maximum(count - 1, 0))
    return np.asarray(values[chosen, np.arange(count.size)[:, None]])


def _slopes(history: Floats) -> Floats:
    """Return the slope of the logarithm of positive values, shape (unit,)."""
    positive = history > 0.0
    count = positive.sum(axis=0)
    time = np.where(positive, np.arange(len(history))[:, None], 0.0)
    centred = np.where(positive, time - time.sum(axis=0) / np.maximum(count, 1), 0.0)
    level = np.log(history, out=np.zeros(history.shape), where=positive)
    spread, shared = (centred**2).sum(axis=0), (centred * level).sum(axis=0)
    slope = np.zeros(count.shape)
    np.divide(shared, spread, out=slope, where=count >= _FEWEST)
    return slope


def _checked(history: Floats, horizon: int, members: int) -> Floats:
    values = np.asarray(history, np.float64)
    if values.ndim != 2 or not values.size:
        raise InputError(f"a history of shape {values.shape}", allowed="(year, unit), not empty")
    if (values < 0.0).any():
        raise InputError("a history with negative values", allowed="counts or amounts, 0 and up")
    if horizon < 1:
        raise InputError(f"a horizon of {horizon} years", key="horizon", allowed="1 or more")
    if not 1 <= members <= 65_536:
        raise InputError(f"an ensemble of {members}", key="members", allowed="1 to 65,536")
    return values
