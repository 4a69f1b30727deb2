"""Footholds that a survey did not see: drawn where groups are likely, from what was known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.presence import best_of_country
from rift_sim.physics.arrays import Flags, Floats, Indices

__all__ = ["add_hidden", "conflict_score", "neighbourhood"]


def neighbourhood(present: NDArray[Any], indptr: Indices, indices: Indices) -> Floats:
    """Return the share of places with presence two steps away, shape (..., place).

    The mean, over the neighbours of a place, of the share of their neighbours with presence;
    0 for a place without neighbours.

    Parameters
    ----------
    present
        Shape (..., place).
    indptr, indices
        Neighbours, compressed rows.
    """
    bounds = indptr.astype(np.intp)
    degree = bounds[1:] - bounds[:-1]
    owner = np.repeat(np.arange(degree.size), degree)
    flat = present.reshape(-1, degree.size).astype(np.float64)
    for _ in range(2):
        flat = np.stack([np.bincount(owner, row[indices], degree.size) for row in flat])
        flat /= np.maximum(degree, 1)
    return flat.reshape(present.shape)


def conflict_score(
    present: Flags,
    appeal: Floats,
    displaced: Floats | None,
    inside: NDArray[np.bool_],
    indptr: Indices,
    indices: Indices,
) -> Floats:
    """Say how likely each group is in a place where it was not seen, shape (group, place).

    Equally weighted standard scores of what speaks for it: presence nearby, of the group and of
    any group in equal parts; what the place is worth to it; and how many people fled from there,
    where that is known. Equal weights, because there is nothing to fit them to that is not the
    survey itself (on such rules: Dawes 1979, doi:10.1037/0003-066X.34.7.571).

    Parameters
    ----------
    present
        What the survey saw, shape (group, place).
    appeal
        Worth of each place to each group, shape (group, place).
    displaced
        People newly displaced, shape (place,); None where not known.
    inside
        Municipalities of the country, shape (place,).
    indptr, indices
        Neighbours, compressed rows.
    """
    own = neighbourhood(present, indptr, indices)
    anyone = neighbourhood(present.max(axis=0), indptr, indices)
    score = 0.5 * _standard(own, inside) + 0.5 * _standard(anyone, inside)
    score = score + _standard(appeal, inside)
    if displaced is not None:
        score += _standard(np.log1p(displaced), inside)
    return score


def add_hidden(present: Flags, coverage: float, score: Floats, inside: NDArray[np.bool_]) -> Flags:
    """Add the footholds that a survey missed because it did not cover their places.

    Each group with n footholds in the survey gets ``n (1 / coverage - 1)`` more, rounded, in the
    places with the highest score among those where the survey names nobody: where it names one
    group it looked, and would have named the others.

    Parameters
    ----------
    present
        What the survey saw, shape (group, place).
    coverage
        Share of footholds that it saw, above 0 up to 1.
    score
        Shape (group, place).
    inside
        Municipalities of the country, shape (place,).
    """
    missed = np.rint(present[:, inside].sum(axis=1) * (1.0 / coverage - 1.0)).astype(np.int64)
    uncovered = np.flatnonzero(inside & ~present.any(axis=0))
    found: Flags = np.maximum(present, best_of_country(missed, score, uncovered))
    return found


def _standard(values: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return standard scores over the country, row by row; 0 where all are alike."""
    within = values[..., inside]
    mean, spread = within.mean(axis=-1, keepdims=True), within.std(axis=-1, keepdims=True)
    return np.asarray((values - mean) / np.where(spread > 0.0, spread, 1.0))
