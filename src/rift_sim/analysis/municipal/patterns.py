"""Statistics of maps and panels, computed alike from the record and from a run.

Arrays have the place as their last axis; axes before it (replicates) are kept. Places that
are NaN in what a statistic needs do not count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["contested_ratio", "log_correlation", "refill_ratio", "variance_power"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


def _mean(values: Floats, chosen: Flags) -> Floats:
    """Average over chosen places; NaN where none is chosen."""
    number = chosen.sum(axis=-1)
    total = np.where(chosen, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))


def contested_ratio(displaced: Floats, people: Floats, groups: Counts) -> Floats:
    """Compare displacement where groups meet with that under one group.

    mean of D_i / N_i over places with two groups or more, over that of places with one.

    Parameters
    ----------
    displaced, people
        People newly displaced in a year and residents, shape (..., place).
    groups
        Number of groups present, shape (..., place).
    """
    rate = np.where(people > 0, displaced / np.where(people > 0, people, 1.0), np.nan)
    known = np.isfinite(rate)
    return _mean(rate, known & (groups >= 2)) / _mean(rate, known & (groups == 1))


def refill_ratio(before: Flags, after: Flags) -> Floats:
    """Compare presence in places a group has left with presence elsewhere.

    share of places with any group now among those of the group that left, over the share
    among all others.

    Parameters
    ----------
    before
        Places of the group that left, shape (..., place).
    after
        Places with any group now, shape (..., place).
    """
    now = after.astype(np.float64)
    return _mean(now, before) / _mean(now, ~before)


def variance_power(displaced: Floats) -> Floats:
    """Measure how the variance of a place over years grows with its mean (Taylor's law).

    Slope b of ln(variance) on ln(mean) over places: 1 for Poisson counts, 2 where the
    spread is in proportion to the level.

    Parameters
    ----------
    displaced
        Shape (..., year, place).
    """
    mean, variance = displaced.mean(axis=-2), displaced.var(axis=-2, ddof=1)
    known = np.isfinite(mean) & (mean > 0) & (variance > 0)
    x = np.log(np.where(known, mean, 1.0))
    y = np.log(np.where(known, variance, 1.0))
    x_off = x - _mean(x, known)[..., None]
    y_off = y - _mean(y, known)[..., None]
    return _mean(x_off * y_off, known) / _mean(x_off**2, known)


def log_correlation(first: Floats, second: Floats) -> Floats:
    """Correlate ln(x + 1) of the same places in two years.

    Parameters
    ----------
    first, second
        Shape (..., place).
    """
    known = np.isfinite(first) & np.isfinite(second)
    x, y = (np.log1p(np.where(known, values, 0.0)) for values in (first, second))
    x_off = x - _mean(x, known)[..., None]
    y_off = y - _mean(y, known)[..., None]
    scale = np.sqrt(_mean(x_off**2, known) * _mean(y_off**2, known))
    return _mean(x_off * y_off, known) / scale
