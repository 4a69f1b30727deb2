"""Runs set side by side: how far the first differs from each of the others, and from when on.

Every difference is the first run minus another one. Runs that share seed, months and the source
of their parameters are compared replicate by replicate: what both have in common (parameters,
starting map, chance) cancels, and what is left is the difference of the scenarios.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.analysis.arms import MIXED, Arm, common_replicates, open_arms, unpairable
from rift_sim.analysis.differences import (
    LEVELS,
    Differences,
    first_apart,
    first_unequal,
    independent_differences,
    paired_differences,
    stack,
)
from rift_sim.analysis.selection import (
    month_range,
    pick_month,
    pick_variable,
    pick_variables,
    read_month,
)
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.run import Run

__all__ = ["DIMENSIONS", "FEW", "UNPAIRED", "Comparison", "compare"]

UNPAIRED = "not paired"
"""What marks outputs of runs that were compared as independent."""
DIMENSIONS = ("department", "group", "pillar", "line")
"""What a series may be compared by, where it is observed by it."""
FEW = 50
"""With fewer pairs, intervals are rough."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """A first run and others, side by side; made by `compare`.

    Attributes
    ----------
    arms
        The runs (or scenarios of a sweep) in the order given; the first one is the one that
        the others are subtracted from.
    data
        Trajectories of each: what is compared of them.
    paired
        Whether they are compared replicate by replicate.
    mixed
        In what code and seeds differ; empty if in nothing.
    notes
        Sentences that a reader must know.
    """

    arms: tuple[Arm, ...]
    data: tuple[xr.Dataset, ...]
    paired: bool
    mixed: tuple[str, ...]
    notes: tuple[str, ...]
    _known: dict[tuple[str, str | None], xr.Dataset] = field(default_factory=dict, repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each arm."""
        return tuple(arm.label for arm in self.arms)

    @property
    def differences(self) -> tuple[str, ...]:
        """Name of each difference: ``FIRST minus OTHER``."""
        return tuple(f"{self.labels[0]} minus {label}" for label in self.labels[1:])

    @property
    def marks(self) -> tuple[str, ...]:
        """What every output of this comparison has to say of it, in two or three words each."""
        return (() if self.paired else (UNPAIRED,)) + ((MIXED,) if self.mixed else ())

    @property
    def counts(self) -> tuple[int, ...]:
        """Replicates of each arm; when paired, all the same."""
        return tuple(int(data.sizes["replicate"]) for data in self.data)

    @property
    def months(self) -> tuple[Month, Month]:
        """First and last month that is compared."""
        return month_range(self.data[0])

    def variables(self, by: str | None = None) -> list[str]:
        """Return the series that all arms have, for the country or by a dimension."""
        lists = [pick_variables(data, None, by) for data in self.data]
        return [name for name in lists[0] if all(name in other for other in lists)]

    def at(self, variable: str, date: str | None = None, by: str | None = None) -> xr.Dataset:
        """Compare one month: a stock as it stands, a flow summed from January to the month.

        Parameters
        ----------
        variable
            Name of a national series.
        date
            Month, ``YYYY-MM``; the last one if not given.
        by
            A dimension it is observed by (`DIMENSIONS`); None for the country.

        Returns
        -------
        Dataset
            Dimension ``difference`` (labels ``FIRST minus OTHER``), then `by`. Variables as in
            `rift_sim.analysis.differences.Differences`, in the unit of the series; and
            ``first_month_apart`` and ``first_month_unequal``, as `over_time` has them. The
            coordinates ``since`` and ``date`` are the first and the last month that is in it.

        Raises
        ------
        InputError
            When an arm has no such series, or the month lies outside.
        """
        month = self.months[1] if date is None else pick_month(self.data[0], date)
        series = self._series(variable, by)
        read = [read_month(part, month) for part in series]
        values = [np.asarray(part.to_numpy(), np.float64) for part, _ in read]
        found = [self._statistics(values[0], other) for other in values[1:]]
        data = self._dataset(found, series[0], [by] if by else [])
        whole = self.over_time(variable, by)
        kept = [name for name in whole.data_vars if name not in data]
        moments = {"since": _start_of(read[0][1]), "date": _start_of(month)}
        return data.assign({name: whole[name] for name in kept}).assign_coords(moments)

    def over_time(self, variable: str, by: str | None = None) -> xr.Dataset:
        """Compare month by month; flows are those of the single month.

        Parameters, errors and variables as `at`, with the dimension ``time`` after
        ``difference``. Without time:

        ``first_month_apart``
            First month from which on, to the end, the 95 % interval of the mean difference
            leaves out zero, always on the same side. Not a time where the last month's holds
            zero.
        ``first_month_unequal``
            First month in which any pair differs at all; not a time where none does, and
            without pairs.
        """
        if (variable, by) in self._known:
            return self._known[variable, by]
        series = self._series(variable, by)
        values = [part.to_numpy() for part in series]
        found = []
        for other in values[1:]:
            # Month by month, so that a large ensemble is not held in double precision.
            months = [
                self._statistics(values[0][:, t].astype(np.float64), other[:, t].astype(np.float64))
                for t in range(other.shape[1])
            ]
            found.append(stack(months))
        data = self._dataset(found, series[0], ["time", *([by] if by else [])])
        for name, place in (
            ("first_month_apart", self._apart),
            ("first_month_unequal", self._unequal),
        ):
            data[name] = _first(data, place)
            data[name].attrs["long_name"] = name.replace("_", " ")
        self._known[variable, by] = data
        return data

    def _apart(self, part: xr.Dataset) -> int | None:
        return first_apart(part["mean_low"].to_numpy(), part["mean_high"].to_numpy())

    def _unequal(self, part: xr.Dataset) -> int | None:
        return first_unequal(part["probability_equal"].to_numpy()) if self.paired else None

    def _statistics(self, first: Floats, second: Floats) -> Differences:
        return (paired_differences if self.paired else independent_differences)(first, second)

    def _series(self, variable: str, by: str | None) -> list[xr.DataArray]:
        """Return a series of every arm, over the same places."""
        if by is not None and by not in DIMENSIONS:
            raise InputError(f"nothing is observed by '{by}'", key="--by", allowed=DIMENSIONS)
        found = []
        for arm, data in zip(self.arms, self.data, strict=True):
            try:
                found.append(pick_variable(data, variable, by))
            except InputError as error:
                raise InputError(
                    error.problem,
                    file=arm.run.directory,
                    key=error.key,
                    allowed=self.variables(by),
                    given=variable,
                ) from None
        dims = ("replicate", "time", *([by] if by else []))
        return [part.transpose(*dims) for part in found]

    def _dataset(
        self, found: Sequence[Differences], series: xr.DataArray, dims: list[str]
    ) -> xr.Dataset:
        """Put the differences from every other arm into one dataset."""
        import xarray as xr

        coords: dict[str, Any] = {
            "difference": list(self.differences),
            "second": ("difference", list(self.labels[1:])),
            "first": self.labels[0],
            "quantile": list(LEVELS),
        }
        for dim in dims:
            coords[dim] = series[dim]
            if (name := f"{dim}_name") in series.coords:
                coords[name] = (dim, series[name].to_numpy())
        units, long_name = str(series.attrs["units"]), str(series.attrs["long_name"])
        content: dict[str, Any] = {}
        for name, values in zip(Differences._fields, zip(*found, strict=True), strict=True):
            own = ["difference", *(["quantile"] if name == "quantiles" else []), *dims]
            share = name.startswith("probability")
            about = {"long_name": _MEANING[name], "units": "1" if share else units}
            content[name] = (own, np.stack(values), about)
        attrs: dict[str, Any] = {
            "variable": str(series.name),
            "long_name": long_name,
            "units": units,
            "kind": str(series.attrs["kind"]),
            "direction": f"differences are {self.labels[0]} (first) minus another (second)",
            "pairing": "paired" if self.paired else UNPAIRED,
            "replicates": list(self.counts),
            "versions": MIXED if self.mixed else "the same",
        }
        return xr.Dataset(content, coords, attrs)


_MEANING = {
    "first_mean": "mean of the first run over replicates",
    "second_mean": "mean of the second run over replicates",
    "mean": "mean of first minus second",
    "mean_low": "mean of first minus second, lower end of its 95 % interval",
    "mean_high": "mean of first minus second, upper end of its 95 % interval",
    "quantiles": "quantiles of first minus second over pairs of replicates",
    "probability_above": "probability that the first exceeds the second",
    "probability_equal": "probability that both are equal",
}


def _start_of(month: Month) -> np.datetime64:
    return np.datetime64(str(month), "ns")


def _first(data: xr.Dataset, place: Callable[[xr.Dataset], int | None]) -> xr.DataArray:
    """Find a month in every cell; not a time where there is none."""
    import xarray as xr

    time = data["time"].to_numpy()
    shape = data["mean"].isel(time=0)
    found = np.full(shape.shape, np.datetime64("NaT"), "datetime64[ns]")
    for cell in np.ndindex(shape.shape):
        own = dict(zip(map(str, shape.dims), cell, strict=True))
        month = place(data.isel(own))
        if month is not None:
            found[cell] = time[month]
    return xr.DataArray(found, dims=shape.dims)


def compare(
    *runs: Run | str | Path,
    scenarios: Sequence[str] = (),
    replicates: int | None = None,
    unpaired: bool = False,
    allow_mixed: bool = False,
) -> Comparison:
    """Set runs side by side, the first against each of the others.

    Parameters
    ----------
    runs
        Two or more runs or folders of runs; or a single sweep. Differences are the first one
        minus another.
    scenarios
        Labels in a sweep: of a single run, two or more to be compared; of several runs, the
        one to take of each that is a sweep.
    replicates
        Compare the first so many only.
    unpaired
        Compare as independent samples. Everything that comes of it is marked so. Needed for
        runs of other seeds, months or sources of parameters, which are no pairs.
    allow_mixed
        Take runs of different code or seeds, and mark everything that comes of it.

    Raises
    ------
    InputError
        When there are fewer than two, one cannot be opened (`rift_sim.analysis.arms`), they
        are no pairs and `unpaired` is not given, or fewer than two replicates are left.
    """
    arms, mixed, notes = open_arms(runs, scenarios, allow_mixed=allow_mixed)
    if len(arms) < 2:
        raise InputError(
            "there is nothing to compare with",
            file=arms[0].run.directory,
            allowed="two or more runs, or one sweep with two or more --scenario",
        )
    reasons = unpairable(arms)
    if reasons and not unpaired:
        raise InputError(
            f"the runs are no pairs: {'; '.join(reasons)}",
            allowed="runs with the same seed, months and parameters; or --unpaired, which "
            "compares them as independent and marks every output",
        )
    data, more = _align(arms, replicates, paired=not unpaired)
    if mixed:
        notes += (f"Mixed versions: {'; '.join(mixed)} differ.",)
    return Comparison(arms, data, not unpaired, mixed, (*notes, *more))


def _align(
    arms: Sequence[Arm], replicates: int | None, *, paired: bool
) -> tuple[tuple[xr.Dataset, ...], list[str]]:
    """Cut arms to the replicates (of pairs), months and places that they share."""
    notes: list[str] = []
    whole = [arm.data for arm in arms]
    sizes = {arm.label: len(arm.replicates) for arm in arms}
    if paired:
        shared = common_replicates(arms)
        if {shared.size} != set(sizes.values()):
            counts = ", ".join(f"'{label}' has {size:,}" for label, size in sizes.items())
            notes.append(
                f"Replicates: {counts}; the {shared.size:,} that are in all of them are compared."
            )
        whole = [data.sel(replicate=shared) for data in whole]
    have = min(data.sizes["replicate"] for data in whole)
    wanted = have if replicates is None else replicates
    if not 2 <= wanted <= have:
        raise InputError(
            f"{wanted:,} replicates cannot be compared",
            key="--replicates",
            allowed=f"2 to {have:,}" if have > 1 else "runs with two or more replicates in common",
        )
    if replicates is not None:
        whole = [data.isel(replicate=slice(replicates)) for data in whole]
    if wanted < FEW:
        notes.append(f"Below {FEW} {'pairs' if paired else 'replicates'} intervals are rough.")
    return tuple(_same_labels(_same_months(whole, notes), notes)), notes


def _same_months(whole: Sequence[xr.Dataset], notes: list[str]) -> list[xr.Dataset]:
    ranges = [month_range(data) for data in whole]
    first, last = max(start for start, _ in ranges), min(end for _, end in ranges)
    if last < first:
        spans = " and ".join(f"{start} to {end}" for start, end in ranges)
        raise InputError(f"the runs have no month in common: {spans}", allowed="runs that overlap")
    if len(set(ranges)) > 1:
        notes.append(f"Only months that all runs have are compared: {first} to {last}.")
    return [data.sel(time=slice(str(first), str(last))) for data in whole]


def _same_labels(whole: Sequence[xr.Dataset], notes: list[str]) -> list[xr.Dataset]:
    found = list(whole)
    for dim in DIMENSIONS:
        lists = [list(data[dim].to_numpy()) if dim in data.dims else [] for data in found]
        shared = [label for label in lists[0] if all(label in other for other in lists)]
        left_out = sorted(
            {str(label) for other in lists for label in other} - set(map(str, shared))
        )
        if left_out and shared:
            notes.append(f"Not in all runs, and left out: {dim} {', '.join(left_out)}.")
            found = [data.sel({dim: shared}) for data in found]
    return found
