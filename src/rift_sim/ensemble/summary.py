"""Year by year: medians and bands of the national series over replicates."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.vocabulary import SERIES, Dimension, Series

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "COLUMNS",
    "QUANTILES",
    "SummaryRow",
    "learn_series",
    "national_series",
    "summarise",
    "write_summary",
]

QUANTILES = {"median": 0.5, "p05": 0.05, "p25": 0.25, "p75": 0.75, "p95": 0.95}
COLUMNS = ("scenario", "variable", "year", *QUANTILES, "unit")


@dataclass(frozen=True)
class SummaryRow:
    """One series in one year of one scenario.

    Attributes
    ----------
    scenario, variable, unit
        Names; shares have the unit ``1``.
    year
        Calendar year. Stocks are taken at its last month in the run, flows summed over
        its months in the run.
    median, p05, p25, p75, p95
        Quantiles over replicates.
    """

    scenario: str
    variable: str
    year: int
    median: float
    p05: float
    p25: float
    p75: float
    p95: float
    unit: str


def national_series(data: xr.Dataset) -> list[str]:
    """Return the names of the series that have no dimension but time."""
    own = {"scenario", "replicate", "time"}
    return [str(n) for n in data.data_vars if "time" in data[n].dims and set(data[n].dims) <= own]


def learn_series(data: xr.Dataset) -> None:
    """Make the series of extensions known as a run describes them.

    So a run can be compared and drawn where its extensions are not installed.
    """
    for name in national_series(data):
        parts: tuple[Dimension, ...] = ("department", "group")
        also = tuple(part for part in parts if f"{name}_{part}" in data.data_vars)
        about = data[name].attrs
        series = Series(str(about["long_name"]), str(about["units"]), about["kind"], also)
        SERIES.setdefault(name, series)


def summarise(data: xr.Dataset, scenario: str) -> list[SummaryRow]:
    """Summarise every national series of a dataset.

    Parameters
    ----------
    data
        As `open_dataset` returns it.
    scenario
        Name to write where the dataset has no scenario dimension.
    """
    if not data.sizes["replicate"]:
        return []
    rows: list[SummaryRow] = []
    sweep = "scenario" in data.dims
    names = [str(name) for name in data["scenario"].to_numpy()] if sweep else [scenario]
    for variable in national_series(data):
        series = data[variable]
        for place, name in enumerate(names):
            # One scenario of one variable at a time, so that memory does not grow with both.
            one = series.isel(scenario=place) if sweep else series
            part = one.transpose("replicate", "time").to_numpy()
            for year, yearly in by_year(part, data["time"].to_numpy(), str(series.attrs["kind"])):
                found = np.quantile(yearly, list(QUANTILES.values()))
                quantiles = dict(zip(QUANTILES, map(float, found), strict=True))
                unit = str(series.attrs["units"])
                rows.append(SummaryRow(name, variable, year, **quantiles, unit=unit))
    rows.sort(key=lambda row: names.index(row.scenario))
    return rows


def by_year(
    values: NDArray[np.floating], time: NDArray[np.datetime64], kind: str
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield each year and its value per replicate.

    Parameters
    ----------
    values
        Shape (replicate, time).
    time
        First day of each month.
    kind
        ``flow`` sums the months; anything else takes the last one.
    """
    years = time.astype("datetime64[Y]").astype(int) + 1970
    for year in np.unique(years):
        months = np.flatnonzero(years == year)
        part = values[:, months] if kind == "flow" else values[:, months[-1:]]
        yield int(year), part.sum(axis=1, dtype=np.float64)


def write_summary(path: Path, rows: list[SummaryRow]) -> None:
    """Write the long table as CSV, replacing what stands there at once."""
    draft = path.with_name(path.name + ".partial")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            numbers = (f"{getattr(row, name):.6g}" for name in QUANTILES)
            writer.writerow((row.scenario, row.variable, row.year, *numbers, row.unit))
    os.replace(draft, path)
