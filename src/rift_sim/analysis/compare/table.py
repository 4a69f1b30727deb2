"""A comparison as rows: one for each difference, series, place and date."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rift_sim.analysis.compare.differences import LEVELS
from rift_sim.calendar import Month
from rift_sim.outputs import csv_text

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.analysis.compare.comparison import Comparison

__all__ = ["COUNTRY", "CompareRow", "compare_rows", "rows_of", "to_csv", "year_ends"]

COUNTRY = "country"
"""Stands where a row is not of a department, group, pillar or line."""


class CompareRow(NamedTuple):
    """One series of two runs at one date and place.

    Attributes
    ----------
    first, second, difference
        Names of the runs, and what is subtracted from what: ``FIRST minus SECOND``.
    variable, unit, kind
        The series. Numbers are in its unit; shares have the unit ``1``.
    by, place, name
        What it is by (``country`` for all), code and name of the place or group.
    since, date
        First and last month that is in it: of a flow the sum from January, of a stock the date.
    first_mean, second_mean
        Means over replicates.
    mean, mean_low, mean_high
        Mean difference and its 95 % interval.
    p05, p25, p50, p75, p95
        Quantiles of the difference over pairs.
    probability_first_above, probability_equal
        Share of pairs in which the first is greater, and in which both are equal.
    first_month_apart, first_month_unequal
        See `rift_sim.analysis.compare.comparison.Comparison.over_time`; empty where there is none.
    first_replicates, second_replicates
        How many there are of each.
    pairing, versions
        ``paired`` or ``not paired``; ``the same`` or ``mixed versions``.
    """

    first: str
    second: str
    difference: str
    variable: str
    by: str
    place: str
    name: str
    since: str
    date: str
    unit: str
    kind: str
    first_mean: float
    second_mean: float
    mean: float
    mean_low: float
    mean_high: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    probability_first_above: float
    probability_equal: float
    first_month_apart: str
    first_month_unequal: str
    first_replicates: int
    second_replicates: int
    pairing: str
    versions: str


def year_ends(comparison: Comparison) -> list[str]:
    """Return every December that is compared, and the last month."""
    first, last = comparison.months
    found = [Month(year, 12) for year in range(first.year, last.year + 1)]
    return [str(month) for month in found if month < last] + [str(last)]


def compare_rows(
    comparison: Comparison,
    variables: Iterable[str],
    dates: Collection[str],
    by: str | None = None,
    places: Collection[str] | None = None,
) -> list[CompareRow]:
    """Return rows for some series at some dates, for the country or by a dimension.

    Parameters
    ----------
    comparison
        From `rift_sim.compare`.
    variables, dates
        Names of series, and months.
    by, places
        A dimension, and its labels that are wanted; all if not given.

    Raises
    ------
    InputError
        As `Comparison.at`.
    """
    found = []
    for variable in variables:
        for date in dates:
            data = comparison.at(variable, date, by)
            if by is not None and places is not None:
                data = data.sel({by: list(places)})
            found += rows_of(data, variable, by)
    return found


def rows_of(data: xr.Dataset, variable: str, by: str | None = None) -> list[CompareRow]:
    """Return the rows of what `Comparison.at` gave."""
    codes = [""] if by is None else [str(code) for code in data[by].to_numpy()]
    labels = data.coords.get(f"{by}_name")
    names = codes if labels is None else [str(name) for name in labels.to_numpy()]
    arrays = {str(name): data[name].to_numpy() for name in data.data_vars}
    spread = np.moveaxis(arrays.pop("quantiles"), 1, 0)
    arrays |= {f"p{round(100 * level):02d}": q for level, q in zip(LEVELS, spread, strict=True)}
    arrays["probability_first_above"] = arrays.pop("probability_above")
    counts = data.attrs["replicates"]
    found = []
    for number, difference in enumerate(data["difference"].to_numpy()):
        shared = {
            "first": str(data["first"].item()),
            "second": str(data["second"].to_numpy()[number]),
            "difference": str(difference),
            "variable": variable,
            "by": by or COUNTRY,
            "since": _month(data["since"].to_numpy()),
            "date": _month(data["date"].to_numpy()),
            "unit": str(data.attrs["units"]),
            "kind": str(data.attrs["kind"]),
            "first_replicates": counts[0],
            "second_replicates": counts[number + 1],
            "pairing": str(data.attrs["pairing"]),
            "versions": str(data.attrs["versions"]),
        }
        for place, (code, name) in enumerate(zip(codes, names, strict=True)):
            cell = (number,) if by is None else (number, place)
            own: dict[str, Any] = {key: _plain(array[cell]) for key, array in arrays.items()}
            found.append(CompareRow(**shared, place=code, name=name, **own))
    return found


def _plain(value: Any) -> float | str:
    """Return a number as such, and a month as text; empty where there is none."""
    return _month(value) if isinstance(value, np.datetime64) else float(value)


def _month(moment: Any) -> str:
    return "" if np.isnat(moment) else str(moment)[:7]


def to_csv(rows: Iterable[CompareRow]) -> str:
    """Return rows as CSV, names of the fields first."""
    return csv_text(CompareRow._fields, rows)
