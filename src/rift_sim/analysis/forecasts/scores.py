"""Scores of forecasts that are ensembles: how far off, how wide, how honest.

All scores here are proper: in expectation no forecast does better than the truth (Gneiting and
Raftery 2007, doi:10.1198/016214506000001437). Lower is better.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rift_sim.analysis.extras import need
from rift_sim.analysis.resample import Estimate, draw_again, number_clusters, percentiles
from rift_sim.errors import InputError
from rift_sim.initial.draws import uniforms
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, stream

__all__ = ["Scores", "coverage", "rank_histogram", "relative_difference", "score", "skill"]


class Scores(NamedTuple):
    """Scores of each case, shape (case,); not a number where nothing was observed.

    Attributes
    ----------
    crps
        Continuous ranked probability score, in the unit of what was observed.
    crps_log
        The same after ``log(1 + x)``: a score of relative errors, in which a department of a
        hundred displaced counts as much as one of ten thousand. Not a number where an
        observation or a member is negative.
    interval_50, interval_90
        Interval scores of the central intervals, in the unit of what was observed.
    width_50, width_90
        Widths of these intervals.
    inside_50, inside_90
        1 where the observation lies within, 0 where it does not.
    rank
        Members below the observation, 0 to the number of members; ties broken at random.
    """

    crps: Floats
    crps_log: Floats
    interval_50: Floats
    interval_90: Floats
    width_50: Floats
    width_90: Floats
    inside_50: Floats
    inside_90: Floats
    rank: Floats


def score(observed: ArrayLike, ensemble: ArrayLike, *, seed: int = 0) -> Scores:
    """Score ensemble forecasts, case by case.

    The CRPS of members x_1 ... x_m and an observation y is estimated without the bias of small
    ensembles (the fair estimator, Ferro 2014, doi:10.1002/qj.2270):

    ``mean |x_i - y| - sum_ij |x_i - x_j| / (2 m (m - 1))``

    computed from probability-weighted moments, which gives the same number from sorted members
    (Zamo and Naveau 2018, doi:10.1007/s11004-017-9709-7). ``log(1 + x)`` before scoring is the
    practice of epidemic forecasting (Bosse et al. 2023, doi:10.1371/journal.pcbi.1011393).

    The interval score of an interval [l, u] of level 1 - a is its width plus ``2 / a`` times the
    distance by which the observation misses it. Bounds are the quantiles at ``p (m + 1)``, so
    that an observation drawn like the members lies within as often as the level says; the
    5 % quantile needs 19 members for that, and is the lowest member with fewer.

    Parameters
    ----------
    observed
        Shape (case,); NaN where not observed.
    ensemble
        Shape (case, member), two members or more. A case with a member that is not a number has
        no score.
    seed
        Of the numbers that break ties of ranks, which depend on the position of the case.

    Raises
    ------
    InputError
        When the shapes do not fit or scoringrules is not installed.
    """
    y, x = np.asarray(observed, np.float64), np.asarray(ensemble, np.float64)
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or x.shape[1] < 2:
        raise InputError(
            f"observations of shape {y.shape} do not fit an ensemble of shape {x.shape}",
            allowed="(case,) and (case, member), two members or more",
        )
    missing = np.isnan(y) | np.isnan(x).any(axis=1)
    y, x = np.where(missing, 0.0, y), np.where(missing[:, None], 0.0, x)
    negative = (y < 0.0) | (x < 0.0).any(axis=1)
    log_y, log_x = np.log1p(np.maximum(y, 0.0)), np.log1p(np.maximum(x, 0.0))
    crps_log = np.where(negative, np.nan, _crps(log_y, log_x))
    halves, nineties = _interval(y, x, 0.5), _interval(y, x, 0.1)
    columns = [_crps(y, x), crps_log]
    columns += [part for pair in zip(halves, nineties, strict=True) for part in pair]
    columns.append(_rank(y, x, seed))
    return Scores(*(np.where(missing, np.nan, column) for column in columns))


def _crps(observed: Floats, ensemble: Floats) -> Floats:
    found = need("scoringrules").crps_ensemble(observed, ensemble, estimator="pwm", backend="numpy")
    return np.asarray(found, np.float64)


def _interval(observed: Floats, ensemble: Floats, outside: float) -> tuple[Floats, ...]:
    """Return score, width, and whether the observation lies within."""
    levels = [outside / 2.0, 1.0 - outside / 2.0]
    low, high = np.quantile(ensemble, levels, axis=1, method="weibull")
    found = need("scoringrules").interval_score(observed, low, high, outside, backend="numpy")
    inside = (low <= observed) & (observed <= high)
    return np.asarray(found, np.float64), high - low, inside.astype(np.float64)


def _rank(observed: Floats, ensemble: Floats, seed: int) -> Floats:
    below = (ensemble < observed[:, None]).sum(axis=1)
    ties = (ensemble == observed[:, None]).sum(axis=1)
    luck = uniforms(stream(seed, 0, 0, Process.RANK), len(observed))
    return np.asarray(below + np.floor(luck * (ties + 1)))


def rank_histogram(ranks: Floats, members: int, bins: int = 10) -> Floats:
    """Count how often the observation had which rank among the members.

    Flat where forecasts are honest, a valley in the middle where bands are too narrow, a hill
    where they are too wide, a slope where forecasts are too high or too low (Hamill 2001,
    doi:10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2).

    Parameters
    ----------
    ranks
        From `score`; those that are not a number are left out.
    members
        Size of the ensemble; there are ``members + 1`` ranks.
    bins
        Number of bins. A rank that belongs to two bins is shared out, so that honest forecasts
        are flat whatever the number of bins.

    Returns
    -------
    ndarray
        Cases by bin, shape (bin,); adds up to the number of ranks.
    """
    known = ranks[~np.isnan(ranks)].astype(np.intp)
    by_rank = np.bincount(known, minlength=members + 1).astype(np.float64)
    reached = np.concatenate([[0.0], np.cumsum(by_rank)])
    edges = np.linspace(0.0, members + 1.0, bins + 1)
    return np.diff(np.interp(edges, np.arange(members + 2.0), reached))


def coverage(inside: Floats, clusters: ArrayLike | None = None) -> Estimate:
    """Return the share of cases whose interval held the observation, with a 95 % interval.

    Exact binomial interval (Clopper and Pearson 1934) of independent cases. With clusters it is
    that of the effective number of cases, the number divided by the design effect (Korn and
    Graubard 1998): the variance of the share between clusters, relative to that of independent
    cases, one or more. Where all cases agree that ratio says nothing, and the number of clusters
    is taken.

    Parameters
    ----------
    inside
        1 or 0, shape (case,); NaN is left out.
    clusters
        Label of each case.
    """
    inside = np.asarray(inside, np.float64)
    known = ~np.isnan(inside)
    hits, cases = float(inside[known].sum()), int(known.sum())
    if not cases:
        return Estimate(float("nan"), float("nan"), float("nan"))
    share = hits / cases
    effective = float(cases)
    if clusters is not None:
        numbers = number_clusters(clusters, inside.size)[known]
        effective = _effective(inside[known] - share, np.unique(numbers, return_inverse=True)[1])
    return Estimate(share, *_clopper_pearson(share * effective, effective))


def _effective(residual: Floats, numbers: NDArray[np.intp]) -> float:
    cases, groups = residual.size, int(numbers.max()) + 1
    variance = float((residual**2).mean()) / cases
    if variance == 0.0 or groups == 1:
        return float(groups)
    sums = np.bincount(numbers, residual)
    between = groups / (groups - 1.0) * float((sums**2).sum()) / cases**2
    return max(1.0, cases / max(1.0, between / variance))


def _clopper_pearson(hits: float, cases: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = 0.0 if hits <= 0.0 else float(betaincinv(hits, cases - hits + 1.0, 0.025))
    high = 1.0 if hits >= cases else float(betaincinv(hits + 1.0, cases - hits, 0.975))
    return low, high


def skill(
    ours: ArrayLike, theirs: ArrayLike, clusters: ArrayLike, *, seed: int = 0, draws: int = 2000
) -> Estimate:
    """Return how much lower our mean score is than theirs, as a share of theirs.

    ``1 - mean(ours) / mean(theirs)``: 0 for equal forecasts, 1 for a perfect one, below 0 where
    theirs is better. The interval comes from drawing whole clusters again, both forecasts
    together.

    Parameters
    ----------
    ours, theirs
        Scores of the same cases, shape (case,), lower is better. Cases in which either is not a
        number are left out.
    clusters
        Label of each case, such as its department or its year.
    seed, draws
        Of the bootstrap.

    Raises
    ------
    InputError
        When the shapes do not fit.
    """
    first, second = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise InputError(
            f"scores of shapes {first.shape} and {second.shape} cannot be compared",
            allowed="(case,) both",
        )
    numbers = number_clusters(clusters, first.size)
    known = ~(np.isnan(first) | np.isnan(second))
    if not known.any():
        return Estimate(float("nan"), float("nan"), float("nan"))
    numbers = np.unique(numbers[known], return_inverse=True)[1]
    sums = np.stack([np.bincount(numbers, part[known]) for part in (first, second)])
    counts = draw_again(sums.shape[1], seed=seed, draws=draws)
    samples = _ratio(counts @ sums[0], counts @ sums[1])
    value = float(_ratio(sums[0].sum(keepdims=True), sums[1].sum(keepdims=True))[0])
    return percentiles(value, samples)


def _ratio(ours: Floats, theirs: Floats) -> Floats:
    found = np.full(ours.shape, np.nan)
    np.divide(ours, theirs, out=found, where=theirs > 0.0)
    return 1.0 - found


def relative_difference(simulated: ArrayLike, observed: ArrayLike) -> Floats:
    """Return the averaged relative difference of Flee (Suleimenova, Bell and Groen 2017).

    ``sum_i |simulated_i - observed_i| / sum_i observed_i`` over places i
    (doi:10.1038/s41598-017-13828-9): 0 where every place has its number; 2 where both have the
    same total and none of it in the same place.

    Parameters
    ----------
    simulated
        Shape (..., place); leading dimensions, such as members, are kept.
    observed
        Shape (place,); places that were not observed (NaN) are left out of both sums.

    Returns
    -------
    ndarray
        Shape (...); NaN where nothing was observed, or nothing but zeros.
    """
    model, data = np.asarray(simulated, np.float64), np.asarray(observed, np.float64)
    known = ~np.isnan(data)
    total = float(data[known].sum())
    distance = np.abs(model[..., known] - data[known]).sum(axis=-1)
    return np.asarray(distance / total if total > 0.0 else np.full(distance.shape, np.nan))
