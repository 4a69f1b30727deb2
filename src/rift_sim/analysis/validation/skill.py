"""Scores of rolling origins: our forecasts beside the naive ones, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.forecasts.cases import Cases
from rift_sim.analysis.forecasts.scores import (
    coverage,
    rank_histogram,
    relative_difference,
    score,
    skill,
)
from rift_sim.analysis.resample import Estimate
from rift_sim.observed.names import MEASURES
from rift_sim.physics.arrays import Floats

__all__ = ["BINS", "ScoreRow", "ShareRow", "ranks", "score_rows", "share_rows"]

BINS = 10
"""Bins of rank histograms."""


class ScoreRow(NamedTuple):
    """Scores of one forecaster over all cases of a measure.

    Attributes
    ----------
    target, level, units, mode, forecaster
        What was forecast and in which unit, whether history's later events were given, and by
        whom.
    first, last
        First and last year that was forecast.
    cases, clusters
        Number of cases that the forecaster has, and of departments (years, for the country) they
        belong to.
    crps, crps_log, interval_90
        Means over cases, in `units` (`crps_log`: of ``log(1 + x)``).
    width_50, width_90
        Mean widths of the central bands.
    inside_50, inside_90
        Share of cases within them, with a 95 % interval over clusters.
    skill, skill_log, skill_interval
        How much lower CRPS, CRPS of the logarithm, and interval score of the 90 % band are
        than those of persistence, as a share, over the cases that both have; of persistence
        itself 0, and NaN where it has none. A single cluster gives no interval.
    """

    target: str
    level: str
    units: str
    mode: str
    forecaster: str
    first: int
    last: int
    cases: int
    clusters: int
    crps: float
    crps_log: float
    interval_90: float
    width_50: float
    width_90: float
    inside_50: Estimate
    inside_90: Estimate
    skill: Estimate
    skill_log: Estimate
    skill_interval: Estimate


class ShareRow(NamedTuple):
    """How well the shares of departments are met (Flee's averaged relative difference).

    Attributes
    ----------
    target, mode, forecaster
        What was forecast, and by whom.
    origin, year
        First year of the forecast, and the year.
    value
        Sum over departments of the difference of median shares, relative to 1; 0 to 2.
    """

    target: str
    mode: str
    forecaster: str
    origin: int
    year: int
    value: float


def score_rows(cases: Cases, mode: str) -> list[ScoreRow]:
    """Score every forecaster on the cases it has; ours first, then the naive ones."""
    if not len(cases):
        return []
    # The country is one unit: what is drawn again there are years.
    clusters = cases.year if cases.target.level == "national" else cases.unit
    scored = {name: score(cases.observed, members) for name, members in cases.ensembles.items()}
    base = scored["persistence"]
    rows = []
    for name, ours in scored.items():
        known = ~np.isnan(ours.crps)
        if not known.any():
            continue
        rows.append(
            ScoreRow(
                cases.target.id,
                cases.target.level,
                MEASURES[cases.target.measure].units,
                mode,
                name,
                int(cases.year[known].min()),
                int(cases.year[known].max()),
                int(known.sum()),
                len(np.unique(clusters[known])),
                float(np.nanmean(ours.crps)),
                float(np.nanmean(ours.crps_log)),
                float(np.nanmean(ours.interval_90)),
                float(np.nanmean(ours.width_50)),
                float(np.nanmean(ours.width_90)),
                coverage(ours.inside_50, clusters),
                coverage(ours.inside_90, clusters),
                _skill(ours.crps, base.crps, clusters),
                _skill(ours.crps_log, base.crps_log, clusters),
                _skill(ours.interval_90, base.interval_90, clusters),
            )
        )
    return rows


def _skill(ours: Floats, theirs: Floats, clusters: NDArray[np.generic]) -> Estimate:
    """Return the skill; without an interval where there is a single cluster to draw again."""
    found = skill(ours, theirs, clusters)
    known = np.isfinite(ours) & np.isfinite(theirs)
    if len(np.unique(clusters[known])) > 1:
        return found
    return Estimate(found.value, float("nan"), float("nan"))


def ranks(cases: Cases) -> Mapping[str, Floats]:
    """Return the rank histogram of each forecaster, shape (bin,) each."""
    return {
        name: rank_histogram(score(cases.observed, members).rank, members.shape[1], BINS)
        for name, members in cases.ensembles.items()
    }


def share_rows(cases: Cases, mode: str) -> list[ShareRow]:
    """Compare shares of departments, year by year; medians of the members are shared out.

    Left out where nothing was observed anywhere, or nothing forecast.
    """
    if cases.target.level != "department":
        return []
    rows = []
    for origin, year in _years(cases):
        some = cases.where((cases.origin == origin) & (cases.year == year))
        for name, members in some.ensembles.items():
            middle = np.median(members, axis=1)
            observed, told = float(some.observed.sum()), float(middle.sum())
            if observed > 0.0 and told > 0.0:
                found = relative_difference(middle / told, some.observed / observed)
                rows.append(ShareRow(some.target.id, mode, name, origin, year, float(found)))
    return rows


def _years(cases: Cases) -> Iterator[tuple[int, int]]:
    pairs: Iterable[tuple[int, int]] = zip(cases.origin.tolist(), cases.year.tolist(), strict=True)
    yield from sorted(set(pairs))
