"""Change of displacement between two years of the register: the model beside naive forecasts.

Levels of displacement last: a map of one year is most of the map of another. What a forecast adds
is in the change, so the change of ``log(1 + x)`` is what is scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.forecasts.hurdle import hurdle
from rift_sim.analysis.forecasts.scores import coverage, score, skill
from rift_sim.analysis.municipal.maps import seen_places
from rift_sim.analysis.onset.features import inner_neighbours
from rift_sim.analysis.resample import Estimate, draw_again, number_clusters, percentiles
from rift_sim.errors import InputError
from rift_sim.observed.names import Level
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.analysis.municipal.runs import Municipal
    from rift_sim.observed import Record
    from rift_sim.territory import Territory

__all__ = ["EARLIER", "FIRST", "LAST", "ChangeRow", "change_rows", "correlation", "naive_changes"]

EARLIER, FIRST, LAST = 2002, 2008, 2013
"""Years of the municipal register: the change from the second to the third is forecast, that from
the first to the second was over at the origin."""

_KNOWS = {
    "forecast": "displacement and coca of 2008, national figures of 2009",
    "conditional": "the same, and the events of history after 2009",
}


class ChangeRow(NamedTuple):
    """How well one forecaster told changes of displacement.

    Attributes
    ----------
    level
        Municipality or department.
    forecaster, knows
        Who, and what it was given.
    first, last
        Years of the register.
    places, departments
        How many were compared.
    crps
        Mean, of the change of ``log(1 + x)``.
    inside_90
        Share of places within the central 90 %, with a 95 % interval over departments.
    correlation
        Of median forecast and observed change.
    ahead
        How much lower the CRPS of the first forecaster is, as a share of this one's.
    """

    level: Level
    forecaster: str
    knows: str
    first: int
    last: int
    places: int
    departments: int
    crps: float
    inside_90: Estimate
    correlation: Estimate
    ahead: Estimate


def change_rows(
    record: Record, territory: Territory, runs: Mapping[str, Municipal], level: Level
) -> list[ChangeRow]:
    """Score changes of displacement by runs and by naive forecasts, on the same places.

    Parameters
    ----------
    record, territory
        What was observed, and the map.
    runs
        Replicates that start after `FIRST` and reach `LAST`, by name of the forecaster; the
        first is the one whose skill over the others is given.
    level
        Of the places.

    Raises
    ------
    InputError
        When the register lacks one of the years.
    """
    panel = record.panel("newly_displaced_ruv", level)
    years = [None if panel is None else panel.year(year) for year in (EARLIER, FIRST, LAST)]
    if any(values is None for values in years):
        raise InputError(
            f"the register by {level} lacks a year", allowed=f"{EARLIER}, {FIRST} and {LAST}"
        )
    logs = np.log1p(np.array(years, dtype=np.float64))
    index = territory.department_index[~territory.is_zone].astype(np.intp)
    told: dict[str, tuple[Floats, str]] = {}
    for name, run in runs.items():
        people = seen_places(run.people(LAST), record, LAST)
        if level == "department":
            people = _by_department(people, index, logs.shape[1])
        change = np.log1p(people).T - logs[1][:, None]
        told[name] = (change, _KNOWS[run.mode])
    members = next(iter(told.values()))[0].shape[1]
    department = index if level == "municipality" else np.arange(logs.shape[1])
    nation = record.national("newly_displaced_ruv")
    told |= naive_changes(logs, department, np.log(nation[FIRST + 1] / nation[FIRST]), members)
    values = np.expm1(logs[:2])
    given = _covariates(record, territory, level, logs[:2])
    told["hurdle regression"] = (
        _regression(values, given, members) - logs[1][:, None],
        "register and coca of 2008, people, neighbours; fitted to 2002-2008",
    )
    return _rows(level, logs[2] - logs[1], told, department)


def _by_department(people: Floats, index: NDArray[np.intp], count: int) -> Floats:
    known = np.where(np.isfinite(people), people, 0.0)
    return np.stack([np.bincount(index, row, count) for row in known])


def naive_changes(
    logs: Floats, department: NDArray[np.intp], nation: float, members: int
) -> dict[str, tuple[Floats, str]]:
    """Return naive forecasts of change, shape (place, member), with what each knows.

    Spreads are those of the changes from the first to the second year, pooled; of forecasts
    around zero in both signs. Where every place is a department of its own there is no forecast
    by the department.

    Parameters
    ----------
    logs
        ``log(1 + x)`` in the three years, shape (3, place), NaN where not observed.
    department
        Number of each place's.
    nation
        Change of the logarithm of the national figure since the second year, as known at the
        origin.
    members
        Size of the ensembles.
    """
    past, change = logs[1] - logs[0], logs[2] - logs[1]
    known = past[np.isfinite(past)]
    both = np.concatenate([known, -known])
    still = np.zeros(past.size)
    found = {
        "no change": (_around(still, both, members), "register of 2008"),
        "national change": (
            _around(still + nation, both, members),
            "register of 2008, nation of 2009",
        ),
    }
    if np.unique(department).size == past.size:
        return found
    trend = _others_mean(past, department, itself=True)
    rest = (past - trend)[np.isfinite(past)]
    found["department change, 2002-2008 again"] = (
        _around(trend, rest, members),
        "register of 2002 and 2008",
    )
    after = _others_mean(change, department, itself=False)
    found["department change, known afterwards"] = (
        _around(after, rest, members),
        "no forecast: the change to 2013 in the other places of the department",
    )
    return found


def _around(middle: Floats, residuals: Floats, members: int) -> Floats:
    """Put quantiles of residuals around a forecast of each place."""
    spread = np.quantile(residuals, (np.arange(members) + 0.5) / members)
    return middle[:, None] + spread


def _others_mean(change: Floats, department: NDArray[np.intp], *, itself: bool) -> Floats:
    """Average changes in the department, with or without the place itself.

    Where no place of the department counts, the mean of the country is taken.
    """
    known = np.isfinite(change)
    value = np.where(known, change, 0.0)
    total, count = np.bincount(department, value), np.bincount(department, known)
    mine = np.zeros(known.size) if itself else known.astype(np.float64)
    others, size = total[department] - mine * value, count[department] - mine
    everywhere = float(value.sum() / max(known.sum(), 1))
    return np.where(size > 0, others / np.maximum(size, 1.0), everywhere)


def _covariates(record: Record, territory: Territory, level: Level, logs: Floats) -> Floats:
    """Return people, coca and, of places, neighbours and department; (2, place, covariate)."""
    inside = ~territory.is_zone
    index = territory.department_index[inside].astype(np.intp)
    people: Floats = territory.population[inside]
    if level == "department":
        people = np.bincount(index, people, logs.shape[1]).astype(np.float64)
    columns = [np.broadcast_to(np.log(np.maximum(people, 1.0)), logs.shape)]
    panel = record.panel("coca_ha", level)
    for_years = [None if panel is None else panel.year(year) for year in (EARLIER, FIRST)]
    if all(values is not None for values in for_years):
        columns.append(np.log1p(np.array(for_years, dtype=np.float64)))
    if level == "municipality":
        indptr, indices = inner_neighbours(territory)
        bounds = indptr.astype(np.intp)
        owner = np.repeat(np.arange(index.size), bounds[1:] - bounds[:-1])
        near = [_mean_by(owner, row[indices], index.size) for row in logs]
        columns.append(np.array(near))
        columns.append(np.array([_others_mean(row, index, itself=False) for row in logs]))
    return np.stack(columns, axis=2)


def _mean_by(owner: NDArray[np.intp], values: Floats, size: int) -> Floats:
    known = np.isfinite(values)
    count = np.bincount(owner[known], minlength=size)
    total = np.bincount(owner[known], values[known], size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _regression(values: Floats, given: Floats, members: int) -> Floats:
    """Forecast ``log(1 + x)`` by what the first year said of the second; rows are these two.

    The step learned is six years, the one that is forecast five.
    """
    return np.log1p(hurdle(values, given, 1, members, case=FIRST))


def _rows(
    level: Level,
    change: Floats,
    told: Mapping[str, tuple[Floats, str]],
    department: NDArray[np.intp],
) -> list[ChangeRow]:
    known = np.isfinite(change)
    for ensemble, _ in told.values():
        known &= np.isfinite(ensemble).all(axis=1)
    cluster, observed = department[known], change[known]
    scored = {name: score(observed, ensemble[known]) for name, (ensemble, _) in told.items()}
    ours = next(iter(scored.values()))
    return [
        ChangeRow(
            level,
            name,
            told[name][1],
            FIRST,
            LAST,
            observed.size,
            len(np.unique(cluster)),
            float(found.crps.mean()),
            coverage(found.inside_90, cluster),
            correlation(np.median(told[name][0][known], axis=1), observed, cluster),
            skill(ours.crps, found.crps, cluster),
        )
        for name, found in scored.items()
    ]


def correlation(
    forecast: Floats,
    observed: Floats,
    clusters: Sequence[int] | NDArray[np.intp],
    *,
    seed: int = 0,
    draws: int = 2000,
) -> Estimate:
    """Return the correlation of two columns, with an interval from drawing clusters again.

    Not a number where one of them does not vary.
    """
    numbers = number_clusters(clusters, observed.size)
    columns = (np.ones(observed.size), forecast, observed, forecast**2, observed**2)
    parts = [np.bincount(numbers, part) for part in (*columns, forecast * observed)]
    sums = np.stack(parts, axis=1)
    if np.ptp(forecast) == 0.0 or np.ptp(observed) == 0.0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    value = float(_pearson(sums.sum(axis=0)))
    counts = draw_again(len(sums), seed=seed, draws=draws)
    return percentiles(value, _pearson(counts @ sums))


def _pearson(sums: Floats) -> Floats:
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    scale = np.sqrt(np.maximum((n * xx - x * x) * (n * yy - y * y), 0.0))
    found = np.full(np.shape(scale), np.nan)
    np.divide(n * xy - x * y, scale, out=found, where=scale > 0.0)
    return found
