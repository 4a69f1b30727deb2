"""Numbers that say how a series or a table of departments went; the same for both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rift_sim.physics.arrays import Floats

__all__ = ["SHORT", "TRACE", "error_of", "of_departments", "of_series"]

SHORT = 4
"""So many years at least make a series."""
TRACE = 100.0
"""Hectares added before the logarithm of a department, so that traces of coca weigh little."""


def of_series(values: Floats, years: Sequence[int]) -> dict[str, float]:
    """Say how a national series went.

    Parameters
    ----------
    values
        Positive, shape (year,).
    years
        Ascending; fewer than `SHORT` are returned one by one.

    Returns
    -------
    dict
        ``level``, the geometric mean; ``growth``, slope of the logarithm a year; ``jumps``,
        standard deviation of its change from one year to the next, gaps left out. Or the value of
        each year, by year.
    """
    if len(years) < SHORT:
        return {str(year): float(value) for year, value in zip(years, values, strict=True)}
    logs, time = np.log(np.maximum(values, 1e-9)), np.asarray(years, np.float64)
    centred = time - time.mean()
    changes = np.diff(logs)[np.diff(time) == 1.0]
    return {
        "level": float(np.exp(logs.mean())),
        "growth": float(centred @ logs / (centred @ centred)),
        "jumps": float(changes.std(ddof=1)),
    }


def error_of(statistic: str, values: Floats, years: Sequence[int], spread: float) -> float:
    """Return what an error of observation in every year does to a number of `of_series`.

    Parameters
    ----------
    statistic
        Its name.
    values, years
        What was observed.
    spread
        Standard deviation of the logarithm of a year, independent from year to year.
    """
    time = np.asarray(years, np.float64)
    match statistic:
        case "level":
            return float(spread / np.sqrt(time.size))
        case "growth":
            return float(spread / np.sqrt(((time - time.mean()) ** 2).sum()))
        case "jumps":
            # Of the logarithm: errors add to the variance of changes, and blur it.
            jumps = of_series(values, years)["jumps"]
            return float(min(1.0, spread**2 / jumps**2 + 1.0 / np.sqrt(2.0 * time.size)))
        case _:
            return spread


def of_departments(values: Floats) -> dict[str, float]:
    """Say how departments moved against each other; `values` has shape (year, department).

    Returns
    -------
    dict
        ``spread``, the standard deviation over departments of the yearly change of
        ``ln(x + 100)``, mean over years, among departments that ever had more than `TRACE`;
        ``order``, the correlation of that logarithm between the first and the last year.
    """
    logs = np.log(values + TRACE)
    grown = logs[:, (values > TRACE).any(axis=0)]
    first, last = grown[0] - grown[0].mean(), grown[-1] - grown[-1].mean()
    scale = np.sqrt((first @ first) * (last @ last))
    return {
        "spread": float(np.diff(grown, axis=0).std(axis=1, ddof=1).mean()),
        "order": float(first @ last / scale) if scale > 0.0 else 0.0,
    }
