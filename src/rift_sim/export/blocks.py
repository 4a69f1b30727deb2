"""Runs cut into blocks that fit into memory, whatever the number of replicates.

A block is a rectangle of one array of one scenario: numbers of replicates, or levels of
quantiles, by periods, by the labels of further dimensions. Every format is written from
blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.export.source import Source

__all__ = [
    "DEFAULT_LEVELS",
    "Block",
    "Layout",
    "Statistic",
    "blocks",
    "count_arrays",
    "parse_levels",
    "periods_of",
    "variable_of",
]

Statistic = Literal["replicate", "quantile", "mean"]

DEFAULT_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles if none are asked for: the median, and the bands with 50 and 90 %."""

_LARGEST = 1 << 20
"""Values in a block of replicates, about; a block has at least one replicate."""
_LARGEST_SORTED = 1 << 23
"""Values that are held at once to find quantiles, about; at least those of one period."""
_STORED_TOGETHER = 25
"""Replicates in a chunk of most stores; blocks that hold whole chunks read them once."""


@dataclass(frozen=True)
class Layout:
    """What is written of every array that has replicates.

    Attributes
    ----------
    samples
        Every replicate.
    levels
        Quantiles over replicates.
    period
        As stored, or whole years: stocks at the year's end, flows summed.
    """

    samples: bool
    levels: tuple[float, ...]
    period: str = "month"


class Block(NamedTuple):
    """A part of one array of one scenario.

    Attributes
    ----------
    array
        Name under which the run stores it.
    variable
        Name of the quantity, without the dimensions it is observed by.
    units, kind
        As the run has them.
    arm
        Position of the scenario in `Source.arms`.
    statistic
        What the first axis is: replicates, quantiles, or nothing (a mean over replicates).
    first
        Position of the first number along that axis of the whole array.
    numbers
        Numbers of replicates, or levels; one NaN for a mean.
    period
        What a date is the first day of.
    dates
        Of the second axis.
    labels
        Of the further axes, by dimension.
    values
        Shape (numbers, dates, ...).
    """

    array: str
    variable: str
    units: str
    kind: str
    arm: int
    statistic: Statistic
    first: int
    numbers: NDArray[Any]
    period: str
    dates: NDArray[np.datetime64]
    labels: dict[str, list[str]]
    values: NDArray[Any]


def parse_levels(text: str) -> tuple[float, ...]:
    """Read levels of quantiles, such as ``0.05,0.5,0.95``.

    Raises
    ------
    InputError
        When one is no number between 0 and 1, or stands twice.
    """
    allowed = "numbers from 0 to 1 with commas between them, each once, such as 0.05,0.5,0.95"
    try:
        levels = [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"'{text}' is no list", key="--quantiles", allowed=allowed) from None
    if not all(0 <= level <= 1 for level in levels) or len(set(levels)) < len(levels):
        raise InputError(f"'{text}' cannot be used", key="--quantiles", allowed=allowed)
    return tuple(sorted(levels))


def variable_of(array: xr.DataArray, whole: xr.Dataset) -> str:
    """Return the name of the quantity in an array.

    ``control_department`` is ``control`` by department. An array that has another unit than
    the quantity without its dimensions keeps its own name.
    """
    name = str(array.name)
    for dims in (("department", "group"), *((dim,) for dim in map(str, array.dims))):
        base = name.removesuffix("_" + "_".join(dims))
        known = base in whole and whole[base].attrs.get("units") == array.attrs.get("units")
        if base != name and known:
            return base
    return name


def periods_of(part: xr.Dataset, period: str) -> list[tuple[np.datetime64, slice]]:
    """Return the first day of each period and where its months lie.

    Years of which months are missing are left out: their sums would look like those of a
    whole year.
    """
    time = part["time"].to_numpy().astype("datetime64[M]")
    if period == "month":
        return [(day, slice(k, k + 1)) for k, day in enumerate(time.astype("datetime64[D]"))]
    years = time.astype("datetime64[Y]")
    found = []
    for year in np.unique(years):
        places = np.flatnonzero(years == year)
        if places.size == 12:
            found.append((year.astype("datetime64[D]"), slice(places[0], places[-1] + 1)))
    return found


def count_arrays(source: Source) -> int:
    """Return how many arrays there are in all scenarios."""
    return sum(len(part.data_vars) for part in source.parts)


def blocks(source: Source, layout: Layout, progress: Reporter | None = None) -> Iterator[Block]:
    """Cut all arrays of all scenarios into blocks, one after the other.

    Parameters
    ----------
    source
        Opened runs.
    layout
        What is written of arrays with replicates. Arrays by municipality hold means over
        replicates by year, and come as they are, without years that the run does not cover.
    progress
        Told how many arrays there are, and how many are done.
    """
    if progress is not None:
        progress.begin(count_arrays(source))
    for number, (arm, part) in enumerate(zip(source.arms, source.parts, strict=True)):
        for name in map(str, part.data_vars):
            array = part[name]
            variable = variable_of(array, arm.data)
            if "replicate" not in array.dims:
                yield from _means(array, variable, number, _whole_years(arm.data))
            else:
                if layout.levels:
                    yield from _quantiles(part, array, variable, number, layout)
                if layout.samples:
                    yield from _samples(part, array, variable, number, layout)
            if progress is not None:
                progress.advance(1)


def _whole_years(data: xr.Dataset) -> list[int]:
    return [int(str(day)[:4]) for day, _ in periods_of(data, "year")]


def _means(array: xr.DataArray, variable: str, arm: int, whole: Sequence[int]) -> Iterator[Block]:
    array = array.isel(year=np.flatnonzero(np.isin(array["year"].to_numpy(), whole)))
    if not array.sizes["year"]:
        return
    dims = [str(dim) for dim in array.dims if dim != "year"]
    years = array["year"].to_numpy().astype(str).astype("datetime64[D]")
    values = array.transpose("year", *dims).to_numpy()[None]
    yield Block(
        *_heads(array, variable, arm), "mean", 0, np.array([np.nan]), "year", years,
        _labels(array, dims), values,
    )  # fmt: skip


def _samples(
    part: xr.Dataset, array: xr.DataArray, variable: str, arm: int, layout: Layout
) -> Iterator[Block]:
    periods = periods_of(part, layout.period)
    if not periods:
        return
    dims = _further(array)
    array = array.transpose("replicate", "time", *dims)
    numbers = part["replicate"].to_numpy()
    step = _step(array.size // numbers.size)
    dates = np.array([day for day, _ in periods])
    for first in range(0, numbers.size, step):
        values = _by_period(array[first : first + step].to_numpy(), periods, layout, array)
        yield Block(
            *_heads(array, variable, arm), "replicate", first, numbers[first : first + step],
            layout.period, dates, _labels(array, dims), values,
        )  # fmt: skip


def _quantiles(
    part: xr.Dataset, array: xr.DataArray, variable: str, arm: int, layout: Layout
) -> Iterator[Block]:
    periods = periods_of(part, layout.period)
    if not periods:
        return
    dims = _further(array)
    array = array.transpose("replicate", "time", *dims)
    of_period = array.size // array.sizes["time"] * (periods[0][1].stop - periods[0][1].start)
    step = max(1, _LARGEST_SORTED // of_period)
    found = []
    for first in range(0, len(periods), step):
        some = periods[first : first + step]
        start = some[0][1].start
        values = array[:, start : some[-1][1].stop].to_numpy()
        moved = [(day, slice(at.start - start, at.stop - start)) for day, at in some]
        ensemble = _by_period(values, moved, layout, array).astype(np.float64)
        found.append(np.quantile(ensemble, layout.levels, axis=0))
    yield Block(
        *_heads(array, variable, arm), "quantile", 0, np.array(layout.levels), layout.period,
        np.array([day for day, _ in periods]), _labels(array, dims), np.concatenate(found, axis=1),
    )  # fmt: skip


def _step(of_replicate: int) -> int:
    """Return how many replicates a block holds, if it can whole chunks of the store."""
    step = max(1, _LARGEST // of_replicate)
    return step - step % _STORED_TOGETHER if step >= _STORED_TOGETHER else step


def _by_period(
    values: NDArray[Any],
    periods: Sequence[tuple[np.datetime64, slice]],
    layout: Layout,
    array: xr.DataArray,
) -> NDArray[Any]:
    """Return values by period, from those by month along the second axis."""
    if layout.period == "month":
        return values
    if array.attrs["kind"] == "flow":
        sums = [values[:, at].sum(axis=1, dtype=np.float64) for _, at in periods]
        return np.stack(sums, axis=1)
    return values[:, [at.stop - 1 for _, at in periods]]


def _heads(array: xr.DataArray, variable: str, arm: int) -> tuple[str, str, str, str, int]:
    attrs = array.attrs
    return str(array.name), variable, str(attrs["units"]), str(attrs["kind"]), arm


def _further(array: xr.DataArray) -> list[str]:
    return [str(dim) for dim in array.dims if dim not in ("replicate", "time")]


def _labels(array: xr.DataArray, dims: Sequence[str]) -> dict[str, list[str]]:
    return {dim: [str(label) for label in array[dim].to_numpy()] for dim in dims}
