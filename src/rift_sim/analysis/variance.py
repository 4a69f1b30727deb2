"""Components of variance of a balanced nested experiment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rift_sim.analysis.resample import Estimate, draw_again, percentiles
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

__all__ = ["Components", "components"]


class Components(NamedTuple):
    """A variance and who it comes from.

    Attributes
    ----------
    total
        Sum of the components.
    shares
        Of the outer level, the middle one and the inner one, with 95 % intervals; not a number
        where nothing varies.
    """

    total: float
    shares: tuple[Estimate, Estimate, Estimate]


def components(values: Floats, *, seed: int = 0, draws: int = 1000) -> Components:
    """Break a variance down by the levels of a nested experiment.

    By the law of total variance, with outer level P, middle level M and inner level C,

    ``Var Y = Var E[Y | P] + E Var(E[Y | P, M] | P) + E Var(Y | P, M)``

    so that what levels do only together is counted at the inner one of them. Components are
    estimated from mean squares (analysis of variance of random effects, Searle, Casella and
    McCulloch 1992): the variance of means contains what the levels below leave of theirs in
    a mean over few, which is taken off. An estimate below zero is set to zero. Intervals come
    from drawing whole outer units again.

    Parameters
    ----------
    values
        Shape (outer, middle, inner), two or more of each.
    seed, draws
        Of the bootstrap.

    Raises
    ------
    InputError
        When a level has fewer than two.
    """
    if values.ndim != 3 or min(values.shape) < 2:
        raise InputError(f"an experiment of shape {values.shape}", allowed="two or more each")
    outer, middle, inner = values.shape
    means = values.mean(axis=2)
    # By outer unit: its mean, and the variances within it.
    centre = means.mean(axis=1) - values.mean()
    between, within = means.var(axis=1, ddof=1), values.var(axis=2, ddof=1).mean(axis=1)
    weights = np.vstack([np.ones(outer), draw_again(outer, seed=seed, draws=draws)]) / outer
    spread = weights @ centre**2 - (weights @ centre) ** 2
    # A sample of a sample has lost one degree of freedom twice.
    freedom = np.full(len(weights), (outer / (outer - 1.0)) ** 2)
    freedom[0] = outer / (outer - 1.0)
    low, mid = weights @ within, weights @ between
    parts = np.stack([spread * freedom - mid / middle, mid - low / inner, low])
    parts = np.maximum(parts, 0.0)
    total = parts.sum(axis=0)
    # Rounding is no variance.
    floor = 1e-20 * float((values**2).mean())
    shares = np.full(parts.shape, np.nan)
    np.divide(parts, total, out=shares, where=total > floor)
    found = tuple(percentiles(float(share[0]), share[1:]) for share in shares)
    return Components(float(total[0]), (found[0], found[1], found[2]))
