"""Shares of a variance by factor (Sobol 2001), with chance kept apart.

Two samples A and B of the unit cube, and for each factor the sample A with that factor from B:
`first` is the share of the variance that would go if the factor were known, `total` what it has a
part in, alone and with others. Both come from half the mean squared difference of two samples, the
total order of SALib (Jansen 1999; Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018).

A result that depends on chance, too, has every variance inflated. Here each point is simulated
several times, and every row of the scheme shares its luck. A variance or covariance of means over R
replicates has 1/R of what chance adds to one of single replicates; so (R x that of means - that of
single ones) / (R - 1) has none of it left. Parameters that are not varied are drawn once for each
row: they are what A and B of a row have in common when chance is taken away.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.analysis.resample import Estimate, draw_again, percentiles
from rift_sim.analysis.sensitivity.factors import Factors, Runs
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

__all__ = ["Indices", "Share", "check_rows", "sobol_block", "sobol_points", "variance_shares"]


class Share(NamedTuple):
    """The part of a factor in a variance, with 95 % intervals.

    Attributes
    ----------
    factor
        Its name.
    first
        Alone, or together with parameters that are not varied.
    total
        Alone and together with any others.
    """

    factor: str
    first: Estimate
    total: Estimate


class Indices(NamedTuple):
    """Where the variance of one quantity comes from.

    Attributes
    ----------
    mean
        Of the quantity over all points and replicates.
    deviation
        Standard deviation of a single replicate.
    chance
        Share of the variance of a single replicate that no parameter explains: chance, and the
        starting map.
    others
        Share of the rest that parameters make which are not varied, without the others.
    shares
        Of the rest of the variance, by factor, largest total first. Estimates outside 0 to 1,
        which few points can give, are set to 0 or 1; not a number where nothing varies.
    """

    mean: float
    deviation: float
    chance: Estimate
    others: Estimate
    shares: list[Share]


def sobol_block(factors: Factors) -> int:
    """Return how many points a row of the scheme has."""
    return len(factors.names) + 2


def check_rows(rows: int) -> None:
    """Refuse a number of base samples for which Sobol's sequence is not balanced.

    Raises
    ------
    InputError
        When it is not a power of two.
    """
    if rows < 2 or rows & (rows - 1):
        near = 1 << max(1, round(float(np.log2(max(rows, 2)))))
        raise InputError(
            f"{rows} is no power of two", key="--points", allowed=f"such as {near} or {2 * near}"
        )


def sobol_points(factors: Factors, rows: int, seed: int) -> Floats:
    """Return the points of the scheme, row by row, shape (point, parameter).

    Parameters
    ----------
    factors
        What varies.
    rows
        Base samples; a power of two, for which Sobol's sequence is balanced.
    seed
        Of the scrambling of the sequence; SALib draws its own numbers.

    Raises
    ------
    InputError
        When `rows` is not a power of two, or SALib is not installed.
    """
    check_rows(rows)
    sample = need("SALib.sample.sobol").sample
    found: Floats = sample(factors.problem(0.0, 1.0), rows, calc_second_order=False, seed=seed)
    return found


def variance_shares(
    factors: Factors, runs: Runs, quantity: int, *, seed: int = 0, draws: int = 1000
) -> Indices:
    """Break the variance of one quantity down by factor.

    Parameters
    ----------
    factors, runs
        Of the scheme, two or more replicates of each point.
    quantity
        Which quantity.
    seed, draws
        Of the bootstrap, in which whole rows are drawn again.
    """
    values = runs.values[quantity]
    replicates, size = len(values), sobol_block(factors)
    scale = float(values.std())
    names = factors.names
    if scale <= 1e-10 * float(np.abs(values).max()):  # Rounding is no variance.
        nothing = Estimate(np.nan, np.nan, np.nan)
        shares = [Share(name, nothing, nothing) for name in names]
        return Indices(float(values.mean()), 0.0, nothing, nothing, shares)
    scheme = ((values - values.mean()) / scale).reshape(replicates, -1, size)
    picks = _picks(scheme.shape[1], seed, draws)
    single = np.mean([_moments(part, picks) for part in scheme], axis=0)
    means = _moments(scheme.mean(axis=0), picks)
    variance, *parts, others = (replicates * means - single) / (replicates - 1)
    # Nothing is left for parameters where chance explains all; rows drawn again may all be alike.
    variance = np.where(variance > 0.0, variance, np.nan)
    chance = 1.0 - np.nan_to_num(variance) / np.where(single[0] > 0.0, single[0], np.nan)
    found = [_estimate(np.clip(part / variance, 0.0, 1.0)) for part in parts]
    shares = [Share(name, found[k], found[len(names) + k]) for k, name in enumerate(names)]
    return Indices(
        float(values.mean()),
        scale * float(single[0, 0]) ** 0.5,
        _estimate(np.clip(chance, 0.0, 1.0)),
        _estimate(np.clip(others / variance, 0.0, 1.0)),
        sorted(shares, key=lambda share: -np.nan_to_num(share.total.value, nan=-1.0)),
    )


def _picks(rows: int, seed: int, draws: int) -> NDArray[np.intp]:
    """Return the rows themselves, and rows drawn again, shape (row, 1 + draw)."""
    counts = draw_again(rows, seed=seed, draws=draws).astype(np.intp)
    own = np.arange(rows)
    return np.stack([own, *(np.repeat(own, count) for count in counts)], axis=1)


def _moments(scheme: Floats, picks: NDArray[np.intp]) -> Floats:
    """Return the variance, the parts in it of all factors (first, then total), and of others.

    Parameters
    ----------
    scheme
        Shape (row, point of the row): A, A with one factor from B each, B.
    picks
        As `_picks` returns them.

    Returns
    -------
    ndarray
        Shape (2 + 2 x factor, sample).
    """
    salib: Any = need("SALib.analyze.sobol")
    a, b = scheme[picks, 0], scheme[picks, -1]
    variance = np.var(np.concatenate([a, b]), axis=0)
    mixed = [scheme[picks, 1 + k] for k in range(scheme.shape[1] - 2)]
    total = [variance * salib.total_order(a, ab, b) for ab in mixed]
    # What A and B of a row have in common cancels in their difference; it would not in the
    # product of which SALib makes its first order.
    within = variance * salib.total_order(a, b, b)
    first = [within - variance * salib.total_order(b, ab, a) for ab in mixed]
    others = (a * b).mean(axis=0) - a.mean(axis=0) * b.mean(axis=0)
    return np.stack([variance, *first, *total, others])


def _estimate(samples: Floats) -> Estimate:
    """Return the first sample with the interval of the others."""
    return percentiles(float(samples[0]), samples[1:])
