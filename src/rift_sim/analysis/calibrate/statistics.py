"""Numbers that say how a series or a table of departments went; the same for both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rift_sim.physics.arrays import Floats

__all__ = ["SHORT", "TRACE", "error_of", "of_departments", "of_series"]

SHORT = 4
"""So many years at least make a series."""
TRACE = 100.0
"""Added before the logarithm of a department, so that traces weigh little: hectares of coca,
people, victims."""


def of_series(values: Floats, years: Sequence[int]) -> dict[str, float]:
    """Say how a national series went.

    Parameters
    ----------
    values
        Positive, shape (year,).
    years
        Ascending, `SHORT` or more.

    Returns
    -------
    dict
        ``level``, the geometric mean; ``growth``, slope of the logarithm a year; ``jumps``,
        standard deviation of its change from one year to the next, gaps left out. No ``jumps``
        where fewer than two pairs of years follow each other.
    """
    logs, time = np.log(np.maximum(values, 1e-9)), np.asarray(years, np.float64)
    centred = time - time.mean()
    changes = np.diff(logs)[np.diff(time) == 1.0]
    found = {
        "level": float(np.exp(logs.mean())),
        "growth": float(centred @ logs / (centred @ centred)),
    }
    if changes.size > 1:
        found["jumps"] = float(changes.std(ddof=1))
    return found


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

    Returns
    -------
    float
        Standard deviation: of the logarithm of ``level`` and ``jumps``, of ``growth`` itself.
        That of ``jumps`` is 1 at most.
    """
    time = np.asarray(years, np.float64)
    match statistic:
        case "level":
            return float(spread / np.sqrt(time.size))
        case "growth":
            return float(spread / np.sqrt(((time - time.mean()) ** 2).sum()))
        case _:
            # Errors add to the variance of changes, and so few changes blur it.
            jumps = max(of_series(values, years)["jumps"], spread)
            return float(min(1.0, spread**2 / jumps**2 + 1.0 / np.sqrt(2.0 * time.size)))


def of_departments(values: Floats) -> dict[str, float]:
    """Say how departments moved against each other.

    Parameters
    ----------
    values
        Shape (year, department), two years or more; no NaN.

    Returns
    -------
    dict
        Among departments that ever had more than `TRACE`: ``spread``, the standard deviation over
        departments of the change of ``ln(x + 100)`` from a year to the next, mean over years;
        ``order``, the correlation of that logarithm between the first and the last year. Both are
        0 with fewer than two such departments.
    """
    logs = np.log(values + TRACE)[:, (values > TRACE).any(axis=0)]
    if logs.shape[1] < 2:
        return {"spread": 0.0, "order": 0.0}
    first, last = logs[0] - logs[0].mean(), logs[-1] - logs[-1].mean()
    scale = np.sqrt((first @ first) * (last @ last))
    return {
        "spread": float(np.diff(logs, axis=0).std(axis=1, ddof=1).mean()),
        "order": float(first @ last / scale) if scale > 0.0 else 0.0,
    }
