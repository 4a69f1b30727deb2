"""What the naive regressions share: covariates on one scale, and a logistic regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.physics.arrays import Floats

__all__ = ["RIDGE", "chances", "standardise"]

RIDGE = 1.0
"""Penalty on the squares of coefficients of standardised covariates: a mild one, set beforehand."""


def standardise(rows: Floats, *others: Floats) -> tuple[Floats, ...]:
    """Centre and scale covariates by the mean and spread of `rows`; gaps become the mean.

    Parameters
    ----------
    rows
        Shape (row, covariate), NaN where missing.
    others
        To be put on the same scale.
    """
    known = ~np.isnan(rows)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, rows, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, rows - mean, 0.0) ** 2).sum(axis=0) / count)
    scale = np.where(spread > 0.0, spread, 1.0)
    return tuple(np.nan_to_num((part - mean) / scale, nan=0.0) for part in (rows, *others))


def chances(rows: Floats, happened: NDArray[np.bool_], new: Floats) -> Floats:
    """Return the chances that a ridge-penalised logistic regression gives.

    Parameters
    ----------
    rows, new
        Standardised covariates of what is known and of what is asked, shape (row, covariate).
    happened
        Shape (row,), one at least; where all are alike so is the chance.

    Raises
    ------
    InputError
        When scikit-learn is not installed.
    """
    if happened.all() or not happened.any():
        return np.full(len(new), float(happened[0]))
    model = need("sklearn.linear_model").LogisticRegression(C=1.0 / RIDGE, max_iter=1000)
    return np.asarray(model.fit(rows, happened).predict_proba(new)[:, 1], np.float64)
