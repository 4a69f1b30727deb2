"""Scores of chances of an event: whether they rank places right, and are what they say.

Places whose outcome is not a number are left out everywhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rift_sim.analysis.resample import Estimate, draw_again, number_clusters, percentiles
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

__all__ = [
    "Calibration",
    "auc",
    "auc_difference",
    "auc_interval",
    "brier",
    "calibration_curve",
    "within_auc",
]

Places = NDArray[np.intp]


class Calibration(NamedTuple):
    """Chances beside what happened, by class of chance, rising; shape (class,).

    Attributes
    ----------
    predicted
        Mean chance.
    observed
        Share of places with the event.
    places
        How many.
    """

    predicted: Floats
    observed: Floats
    places: Floats


def auc(outcome: ArrayLike, chance: ArrayLike) -> float:
    """Return the area under the ROC curve.

    The chance that a place with the event was ranked above one without it; ties count half
    (Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747). 0.5 says nothing; not a
    number where all or none have the event.

    Parameters
    ----------
    outcome
        1 or 0, shape (place,); NaN is left out.
    chance
        Anything that ranks, shape (place,).

    Raises
    ------
    InputError
        When the shapes do not fit.
    """
    return within_auc(outcome, chance, np.zeros(np.shape(outcome)))


def within_auc(outcome: ArrayLike, chance: ArrayLike, groups: ArrayLike) -> float:
    """Return the area under the ROC curve within groups, such as departments.

    The mean over groups, each weighted by its pairs of a place with and one without the event:
    only places of the same group are compared, so that knowing which groups are bad helps
    nothing.

    Parameters
    ----------
    outcome, chance
        As in `auc`, with the same errors.
    groups
        Label of each place.
    """
    _, won, pairs = _compare(outcome, [chance], groups)
    return float(won[0].sum() / pairs.sum()) if pairs.any() else float("nan")


def auc_interval(
    outcome: ArrayLike,
    chance: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    seed: int = 0,
    draws: int = 2000,
) -> Estimate:
    """Return the area under the ROC curve with a bootstrap interval.

    Parameters
    ----------
    outcome, chance
        As in `auc`, with the same errors.
    groups
        Compare places within these only, as `within_auc` does.
    clusters
        What is drawn again as a whole; single places if not given.
    seed, draws
        Of the bootstrap.
    """
    areas, samples = _resampled(outcome, [chance], groups, clusters, seed, draws)
    return percentiles(float(areas[0]), samples[0])


def auc_difference(
    outcome: ArrayLike,
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    seed: int = 0,
    draws: int = 2000,
) -> Estimate:
    """Return by how much our area exceeds theirs; samples hold the same places for both.

    Parameters
    ----------
    ours, theirs
        Chances of the same places.
    outcome, groups, clusters, seed, draws
        As in `auc_interval`.
    """
    areas, samples = _resampled(outcome, [ours, theirs], groups, clusters, seed, draws)
    return percentiles(float(areas[0] - areas[1]), samples[0] - samples[1])


def _compare(
    outcome: ArrayLike, chances: list[ArrayLike], groups: ArrayLike | None
) -> tuple[tuple[Places, Places], list[Floats], Floats]:
    """Set places with the event beside those without it.

    Returns
    -------
    tuple
        Numbers of the places with the event, and of those without it.
    list
        For each forecast 1, 1/2 or 0 for each pair, shape (with, without).
    ndarray
        Which pairs count.
    """
    happened = np.asarray(outcome, np.float64)
    found = [np.asarray(chance, np.float64) for chance in chances]
    if happened.ndim != 1 or any(chance.shape != happened.shape for chance in found):
        raise InputError("chances and outcomes of different places", allowed="shape (place,) all")
    known = ~np.isnan(happened) & ~np.isnan(np.array(found)).any(axis=0)
    labels = number_clusters(np.zeros(happened.size) if groups is None else groups, happened.size)
    yes, no = np.flatnonzero(known & (happened > 0.5)), np.flatnonzero(known & (happened <= 0.5))
    pairs = (labels[yes][:, None] == labels[no]).astype(np.float64)
    won: list[Floats] = []
    for chance in found:
        first, second = chance[yes][:, None], chance[no]
        won.append(pairs * ((first > second) + 0.5 * (first == second)))
    return (yes, no), won, pairs


def _resampled(
    outcome: ArrayLike,
    chances: list[ArrayLike],
    groups: ArrayLike | None,
    clusters: ArrayLike | None,
    seed: int,
    draws: int,
) -> tuple[Floats, Floats]:
    """Return areas, shape (forecast,), and those of bootstrap samples, (forecast, draw)."""
    (yes, no), won, pairs = _compare(outcome, chances, groups)
    size = np.size(np.asarray(outcome))
    numbers = number_clusters(np.arange(size) if clusters is None else clusters, size)
    known = np.concatenate([yes, no])
    if not pairs.any():
        return np.full(len(won), np.nan), np.full((len(won), draws), np.nan)
    labels = np.unique(numbers[known], return_inverse=True)[1]
    counts = draw_again(int(labels.max()) + 1, seed=seed, draws=draws)
    first, second = counts[:, labels[: yes.size]], counts[:, labels[yes.size :]]
    total = ((first @ pairs) * second).sum(axis=1)
    samples = np.full((len(won), draws), np.nan)
    for row, part in zip(samples, won, strict=True):
        np.divide(((first @ part) * second).sum(axis=1), total, out=row, where=total > 0.0)
    return np.array([part.sum() / pairs.sum() for part in won]), samples


def brier(outcome: ArrayLike, chance: ArrayLike) -> float:
    """Return the mean squared error of chances (Brier 1950); lower is better, 0 is perfect.

    Parameters
    ----------
    outcome
        1 or 0, shape (place,); NaN is left out.
    chance
        Between 0 and 1, shape (place,).
    """
    errors = (np.asarray(chance, np.float64) - np.asarray(outcome, np.float64)) ** 2
    known = ~np.isnan(errors)
    return float(errors[known].mean()) if known.any() else float("nan")


def calibration_curve(outcome: ArrayLike, chance: ArrayLike, bins: int = 10) -> Calibration:
    """Set chances beside what happened, in classes of equally many places.

    Parameters
    ----------
    outcome, chance
        As in `brier`.
    bins
        Classes at most; equal chances are never divided, so there may be fewer.
    """
    happened, said = np.asarray(outcome, np.float64), np.asarray(chance, np.float64)
    known = ~(np.isnan(happened) | np.isnan(said))
    happened, said = happened[known], said[known]
    if not said.size:
        return Calibration(np.zeros(0), np.zeros(0), np.zeros(0))
    edges = np.quantile(said, np.arange(1, bins) / bins, method="lower")
    number = np.unique(np.searchsorted(edges, said, side="left"), return_inverse=True)[1]
    count = np.bincount(number).astype(np.float64)
    predicted, observed = (np.bincount(number, part) / count for part in (said, happened))
    return Calibration(predicted, observed, count)
