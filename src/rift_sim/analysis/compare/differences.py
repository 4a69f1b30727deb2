"""Two samples of a series set side by side: differences of pairs, or of independent draws.

All arrays have replicates first; what follows (places, groups) is treated cell by cell. The
difference is always the first sample minus the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rift_sim.analysis.paired import Z95
from rift_sim.physics.arrays import Floats

__all__ = [
    "LEVELS",
    "Differences",
    "first_apart",
    "first_unequal",
    "independent_differences",
    "mean_interval",
    "paired_differences",
    "stack",
]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Levels of the quantiles of the difference."""
_GRID = 200
"""Quantiles of each sample that independent draws are crossed with, if it has more values."""


class Differences(NamedTuple):
    """What is said of a difference, cell by cell.

    Attributes
    ----------
    first_mean, second_mean
        Mean of each sample over replicates.
    mean, mean_low, mean_high
        Mean of the difference with its 95 % interval (normal).
    quantiles
        Of the difference over pairs, shape (level, ...), levels as in `LEVELS`.
    probability_above, probability_equal
        Share of pairs in which the first is greater, and in which both are equal.
    """

    first_mean: Floats
    second_mean: Floats
    mean: Floats
    mean_low: Floats
    mean_high: Floats
    quantiles: Floats
    probability_above: Floats
    probability_equal: Floats


def paired_differences(first: Floats, second: Floats) -> Differences:
    """Compare pair by pair.

    Parameters
    ----------
    first, second
        Of the same shape (replicate, ...), rows of the same number from the same draws; two
        replicates or more.
    """
    return _describe(first, second, first - second, paired=True)


def independent_differences(first: Floats, second: Floats) -> Differences:
    """Compare samples that share no draws: every value of one with every value of the other.

    Parameters
    ----------
    first, second
        Shapes (replicate, ...), equal but for the number of replicates, which is two or more.
        Of a sample with more than 200 values, 200 quantiles stand for it in quantiles and
        probabilities, which are exact to half a percentage point then; means are of all.
    """
    one, other = _thin(first), _thin(second)
    crossed = (one[:, None] - other[None, :]).reshape(-1, *first.shape[1:])
    return _describe(first, second, crossed, paired=False)


def _describe(first: Floats, second: Floats, found: Floats, *, paired: bool) -> Differences:
    return Differences(
        first.mean(axis=0),
        second.mean(axis=0),
        *mean_interval(first, second, paired=paired),
        np.quantile(found, LEVELS, axis=0),
        (found > 0.0).mean(axis=0),
        (found == 0.0).mean(axis=0),
    )


def mean_interval(first: Floats, second: Floats, *, paired: bool) -> tuple[Floats, Floats, Floats]:
    """Return the mean difference, and both ends of its 95 % interval (normal).

    Parameters
    ----------
    first, second
        Shapes (replicate, ...), two replicates or more.
    paired
        Whether rows of the same number are pairs; there are as many of both then.
    """
    if paired:
        found = first - second
        mean = found.mean(axis=0)
        error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    else:
        mean = first.mean(axis=0) - second.mean(axis=0)
        error = np.sqrt(sum(part.var(axis=0, ddof=1) / len(part) for part in (first, second)))
    return mean, mean - Z95 * error, mean + Z95 * error


def _thin(values: Floats) -> Floats:
    if len(values) <= _GRID:
        return values
    levels = (np.arange(_GRID) + 0.5) / _GRID
    # Values of the sample itself, so that ties stay ties.
    return np.asarray(np.quantile(values, levels, axis=0, method="inverted_cdf"))


def stack(parts: Sequence[Differences]) -> Differences:
    """Put differences of several months together, time before the cells."""
    columns = zip(*parts, strict=True)
    axes = [1 if name == "quantiles" else 0 for name in Differences._fields]
    return Differences(*(np.stack(c, axis) for c, axis in zip(columns, axes, strict=True)))


def first_apart(low: Floats, high: Floats) -> int | None:
    """Find the first month from which on, to the end, an interval leaves out zero.

    Parameters
    ----------
    low, high
        Ends of the interval, shape (month,).

    Returns
    -------
    int or None
        Its place. From it on all intervals lie on the side of zero where the last one lies;
        None where the last one holds zero.
    """
    side = np.where(low > 0.0, 1, np.where(high < 0.0, -1, 0))
    if side[-1] == 0:
        return None
    others = np.flatnonzero(side != side[-1])
    return int(others[-1]) + 1 if others.size else 0


def first_unequal(probability_equal: Floats) -> int | None:
    """Find the first month in which any pair differs, from the share of pairs that do not."""
    found = np.flatnonzero(probability_equal < 1.0)
    return int(found[0]) if found.size else None
