"""What a calibration says: prior beside posterior, what stays open, and whether history fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from rift_sim.analysis.calibrate.problem import Fit, Problem
from rift_sim.drafts import write_whole
from rift_sim.outputs import csv_text
from rift_sim.physics.arrays import Floats

__all__ = [
    "LEAST_DISTANCE",
    "ParameterRow",
    "Result",
    "SummaryRow",
    "ks_distance",
    "least_distance",
    "parameter_rows",
    "share_inside",
    "summary_rows",
    "write_rows",
]

LEAST_DISTANCE = 0.1
"""A posterior nearer to its prior than this counts as the same."""
_CRITICAL = 1.36
"""Kolmogorov-Smirnov distance at 5 %, times the root of the sample size."""
_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Result:
    """A finished calibration.

    Attributes
    ----------
    problem, fit
        What was calibrated, and the last generation.
    draws
        Values of draws of equal weight, shape (draw, parameter).
    before, after
        Simulations from the prior, and fresh ones from the posterior, as they are compared
        and with errors of observation, shape (simulation, summary).
    """

    problem: Problem
    fit: Fit
    draws: Floats
    before: Floats
    after: Floats

    @cached_property
    def threshold(self) -> float:
        """Distance from the prior up to which a posterior is taken for its prior."""
        return least_distance(self.fit.effective)


class ParameterRow(NamedTuple):
    """Prior beside posterior of one parameter, in its unit.

    Attributes
    ----------
    shrinkage
        1 - variance of the posterior / variance of the prior, of normal scores.
    ks_distance
        Largest difference of the two distribution functions.
    informed
        ``yes`` where it is larger than the threshold; else the posterior is the prior.
    """

    parameter: str
    unit: str
    prior_p05: float
    prior_median: float
    prior_p95: float
    posterior_p05: float
    posterior_median: float
    posterior_p95: float
    shrinkage: float
    ks_distance: float
    informed: str


class SummaryRow(NamedTuple):
    """One number of history beside what was simulated, in its unit.

    Attributes
    ----------
    inside
        ``yes`` where the observed value lies within 5 to 95 % of the posterior predictive.
    """

    key: str
    target: str
    unit: str
    observed: float
    prior_p05: float
    prior_p95: float
    posterior_p05: float
    posterior_median: float
    posterior_p95: float
    inside: str


def least_distance(effective: float) -> float:
    """Return how far a posterior must be from its prior to count as informed.

    Parameters
    ----------
    effective
        Effective sample size of the posterior.
    """
    return max(LEAST_DISTANCE, _CRITICAL / float(np.sqrt(effective)))


def ks_distance(scores: Floats, weights: Floats) -> float:
    """Return how far weighted scores are from the standard normal distribution.

    Parameters
    ----------
    scores, weights
        Shape (particle,); weights sum to 1.

    Returns
    -------
    float
        Largest difference of the distribution functions, 0 to 1.
    """
    order = np.argsort(scores)
    above = np.cumsum(weights[order])
    below = above - weights[order]
    exact = ndtr(scores[order])
    return float(max(np.max(np.abs(above - exact)), np.max(np.abs(exact - below))))


def parameter_rows(result: Result) -> list[ParameterRow]:
    """Compare prior and posterior of each parameter."""
    space, fit = result.problem.space, result.fit
    rows = []
    for place, name in enumerate(space.names):
        scores = fit.scores[:, place]
        mean = float(np.sum(fit.weights * scores))
        variance = float(np.sum(fit.weights * (scores - mean) ** 2))
        distance = ks_distance(scores, fit.weights)
        prior = space.value(place, ndtri(np.array(_QUANTILES))).tolist()
        posterior = np.quantile(result.draws[:, place], _QUANTILES).tolist()
        informed = "yes" if distance > result.threshold else "no"
        rows.append(
            ParameterRow._make(
                (name, space.units[place], *prior, *posterior, 1.0 - variance, distance, informed)
            )
        )
    return rows


def summary_rows(result: Result) -> list[SummaryRow]:
    """Compare each number of history with simulations from the prior and the posterior."""
    rows = []
    for place, (key, known) in enumerate(result.problem.known.items()):
        before = known.plain(np.quantile(result.before[:, place], (0.05, 0.95))).tolist()
        after = known.plain(np.quantile(result.after[:, place], _QUANTILES)).tolist()
        inside = "yes" if after[0] <= known.observed <= after[2] else "no"
        rows.append(
            SummaryRow._make(
                (key, known.target, known.units, known.observed, *before, *after, inside)
            )
        )
    return rows


def write_rows(path: Path, rows: Sequence[Any]) -> None:
    """Write named tuples of one kind as a CSV."""
    write_whole(path, csv_text(rows[0]._fields, rows))


def share_inside(rows: Sequence[SummaryRow]) -> Mapping[str, tuple[int, int]]:
    """Count for each target how many of its numbers lie inside, and how many there are."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        inside, total = found.get(row.target, (0, 0))
        found[row.target] = (inside + (row.inside == "yes"), total + 1)
    return found
