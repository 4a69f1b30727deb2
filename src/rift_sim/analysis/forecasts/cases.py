"""Cases of validation: a target, a place and a year; what was observed and what was forecast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.forecasts.hurdle import hurdle
from rift_sim.analysis.forecasts.naive import climatology, persistence, trend
from rift_sim.observed import Record, Target, observed_values
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["HURDLE", "MODEL", "NAIVE", "NATION", "Cases", "collect", "history", "join"]

Years = NDArray[np.int64]

MODEL = "model"
"""Name of our own forecasts among the forecasters."""

NAIVE: Mapping[str, Callable[..., Floats]] = {
    "persistence": persistence,
    "trend": trend,
    "climatology": climatology,
}
"""Naive forecasts by name; each is given the years up to the origin and nothing else."""
_WALKS = ("persistence", "trend")
"""Those whose spread is that of the changes from year to year."""

HURDLE = "hurdle"
"""Name of the hurdle regression, which forecasts departments."""

_PAIRS = 3
"""So many years at least must lie a horizon apart for a regression."""

NATION = "00"
"""Label of the country among departments."""


@dataclass(frozen=True)
class Cases:
    """Forecasts of one target, beside what was observed.

    Attributes
    ----------
    target
        What was forecast.
    origin, year
        First year of the forecast and the year that is forecast, shape (case,). Nothing later
        than the year before the origin was known.
    unit
        Department, or ``00`` for the country, shape (case,).
    observed
        Shape (case,); never NaN.
    ensembles
        By forecaster, shape (case, member); NaN where a naive one has too short a past.
    """

    target: Target
    origin: Years
    year: Years
    unit: NDArray[np.str_]
    observed: Floats
    ensembles: Mapping[str, Floats] = field(repr=False)

    def __len__(self) -> int:
        return self.observed.size

    def where(self, chosen: NDArray[np.bool_]) -> Cases:
        """Return some of the cases; `chosen` has shape (case,)."""
        return Cases(
            self.target,
            self.origin[chosen],
            self.year[chosen],
            self.unit[chosen],
            self.observed[chosen],
            {name: ensemble[chosen] for name, ensemble in self.ensembles.items()},
        )


def history(target: Target, record: Record) -> tuple[Years, Floats]:
    """Return everything observed of a target, national or by department.

    Returns
    -------
    years, values
        Shapes (year,) and (year, unit). Years without a value are there as NaN, so that rows
        are a year apart. Both empty where nothing is observed.
    """
    known = {year: np.atleast_1d(v) for year, v in observed_values(target, record).items()}
    if not known:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0))
    years = np.arange(min(known), max(known) + 1)
    nothing = np.full(next(iter(known.values())).size, np.nan)
    return years, np.array([known.get(int(year), nothing) for year in years])


def collect(
    target: Target,
    record: Record,
    origin: int,
    model: xr.DataArray,
    years: Collection[int] | None = None,
) -> Cases:
    """Set the forecasts of one origin beside the record and the naive forecasts.

    Cases are the scored years and places that were observed, and had been observed before the
    origin: elsewhere a naive forecast has nothing to start from.

    Parameters
    ----------
    target
        At level national or department.
    record
        The record; of what lies after the origin only the observations to score with are read.
    origin
        First year of the forecast.
    model
        What the model says its source would have reported, dimensions replicate and year, and
        department at that level (`rift_sim.analysis.forecasts.modelled.modelled`).
    years
        Which years are scored; those of the target if not given.
    """
    known, values = history(target, record)
    past = values[known < origin]
    units = np.array(record.departments if target.level == "department" else (NATION,))
    told = set(model["year"].to_numpy().tolist()) & set(known[known >= origin].tolist())
    parts = []
    for year in sorted(told & set(target.scored if years is None else years)):
        if not past.size:
            break
        ours = np.atleast_2d(model.sel(year=year).transpose(..., "replicate").to_numpy())
        parts.append(_cases(target, origin, year, units, values[known == year][0], past, ours))
    return join(target, parts)


def _cases(
    target: Target,
    origin: int,
    year: int,
    units: NDArray[np.str_],
    observed: Floats,
    past: Floats,
    ours: Floats,
) -> Cases:
    horizon = year - origin + 1
    members = {MODEL: ours}
    moved = (np.isfinite(past[1:]) & np.isfinite(past[:-1])).any()
    for name, forecast in NAIVE.items():
        # A walk that has seen no change would be a point without any spread.
        possible = moved or name not in _WALKS
        members[name] = (
            forecast(past, horizon, ours.shape[1], case=origin)
            if possible
            else np.full(ours.shape, np.nan)
        )
    if target.level == "department":
        members[HURDLE] = _regression(past, horizon, ours.shape, origin)
    seen = np.isfinite(observed) & np.isfinite(past).any(axis=0) & np.isfinite(ours).all(axis=1)
    count = int(seen.sum())
    return Cases(
        target,
        np.full(count, origin),
        np.full(count, year),
        units[seen],
        observed[seen],
        {name: ensemble[seen] for name, ensemble in members.items()},
    )


def _regression(past: Floats, horizon: int, shape: tuple[int, ...], origin: int) -> Floats:
    """Forecast by regression on the units' own past; NaN where the past is too short.

    It starts from the last year in which anything was observed, as the walks do.
    """
    seen = np.asarray(np.isfinite(past).any(axis=1))
    last = int(np.flatnonzero(seen)[-1])
    ahead = horizon + len(past) - 1 - last
    pairs = seen[: last + 1 - ahead] & seen[ahead : last + 1] if ahead <= last else seen[:0]
    if pairs.sum() < _PAIRS:
        return np.full(shape, np.nan)
    nothing = np.zeros((last + 1, past.shape[1], 0))
    return hurdle(past[: last + 1], nothing, ahead, shape[1], case=origin)


def join(target: Target, parts: Iterable[Cases]) -> Cases:
    """Put the cases of several origins together."""
    some = [part for part in parts if len(part)]
    if not some:
        none = np.zeros(0, dtype=np.int64)
        return Cases(target, none, none, np.zeros(0, dtype="<U2"), np.zeros(0), {})
    return Cases(
        target,
        np.concatenate([part.origin for part in some]),
        np.concatenate([part.year for part in some]),
        np.concatenate([part.unit for part in some]),
        np.concatenate([part.observed for part in some]),
        {name: np.concatenate([p.ensembles[name] for p in some]) for name in some[0].ensembles},
    )
