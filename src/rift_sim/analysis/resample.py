"""Drawing cases again (bootstrap), whole clusters at a time.

Scores of one department in one year are not independent of those of its neighbours, nor of the
next year's. Drawing whole clusters with replacement keeps what they share (Field and Welsh 2007,
doi:10.1111/j.1467-9868.2007.00593.x). Percentile intervals over few clusters (years, often) are
too narrow; how many there were belongs beside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rift_sim.errors import InputError
from rift_sim.initial.draws import uniforms
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, stream

__all__ = ["Estimate", "draw_again", "number_clusters", "percentiles"]


class Estimate(NamedTuple):
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float


def number_clusters(clusters: ArrayLike, cases: int) -> NDArray[np.intp]:
    """Return the number, from 0, of the cluster of each case.

    Parameters
    ----------
    clusters
        Label of each case, shape (case,).
    cases
        How many there must be.

    Raises
    ------
    InputError
        When there are not as many labels as cases.
    """
    labels = np.asarray(clusters)
    if labels.shape != (cases,):
        raise InputError(f"{labels.shape} labels for {cases} cases", allowed="a label a case")
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def draw_again(size: int, *, seed: int, draws: int) -> Floats:
    """Return how often each of `size` clusters is in each bootstrap sample.

    Parameters
    ----------
    size
        Number of clusters, 1 or more.
    seed
        Of the draws; more draws leave the first ones as they are.
    draws
        Number of samples.

    Returns
    -------
    ndarray
        Shape (draw, cluster); every row adds up to `size`.
    """
    luck = uniforms(stream(seed, 0, 0, Process.BOOTSTRAP), draws, size)
    chosen = np.minimum((luck * size).astype(np.intp), size - 1)
    chosen += size * np.arange(draws)[:, None]
    counts = np.bincount(chosen.ravel(), minlength=draws * size)
    return counts.reshape(draws, size).astype(np.float64)


def percentiles(value: float, samples: Floats) -> Estimate:
    """Put the 95 % percentile interval of bootstrap samples beside a value.

    Samples that are not a number (a ratio without a denominator) are left out.
    """
    known = samples[~np.isnan(samples)]
    if not known.size:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
