"""What comes of setting runs side by side: differences at a date, and month by month.

Every difference is the first run minus another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.compare.arms import MIXED, Arm
from rift_sim.analysis.compare.differences import (
    LEVELS,
    Differences,
    first_apart,
    first_unequal,
    independent_differences,
    mean_interval,
    paired_differences,
    stack,
)
from rift_sim.analysis.compare.selection import (
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

__all__ = ["DIMENSIONS", "UNPAIRED", "Comparison"]

UNPAIRED = "not paired"
"""What marks outputs of runs that were compared as independent."""
DIMENSIONS = ("department", "group", "pillar", "line")
"""What a series may be compared by, where it is observed by it."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """A first run and others, side by side; made by `rift_sim.compare`.

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
    _loaded: dict[tuple[str, str | None], list[xr.DataArray]] = field(
        default_factory=dict, repr=False
    )

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each arm."""
        return tuple(arm.label for arm in self.arms)

    @property
    def letters(self) -> tuple[str, ...]:
        """Name of each arm where there is no room for more: A, B, C ..."""
        count = len(self.arms)
        if count > len(ascii_uppercase):
            return tuple(f"R{number}" for number in range(1, count + 1))
        return tuple(ascii_uppercase[:count])

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

    def check(self, variable: str, by: str | None = None) -> None:
        """Refuse what `at` would refuse, without reading it.

        Raises
        ------
        InputError
            When an arm has no such series, or not by that dimension.
        """
        self._picked(variable, by)

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
            `rift_sim.analysis.compare.differences.Differences`, in the unit of the series; and
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
        data = self._dataset(found, series, [by] if by else [])
        return data.assign_coords(since=_start_of(read[0][1]), date=_start_of(month))

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
        series = self._series(variable, by)
        first, *others = (part.to_numpy() for part in series)
        # Month by month, so that a large ensemble is not held in double precision.
        found = [
            stack([self._statistics(*pair) for pair in _by_month(first, other)]) for other in others
        ]
        return self._dataset(found, series, ["time", *([by] if by else [])])

    def _partings(self, series: Sequence[xr.DataArray]) -> dict[str, NDArray[np.datetime64]]:
        """Find the first months apart, shape (difference, ...)."""
        first, *others = (part.to_numpy() for part in series)
        apart, unequal = [], []
        for other in others:
            lows, highs, equal = [], [], []
            for one, two in _by_month(first, other):
                _, low, high = mean_interval(one, two, paired=self.paired)
                lows.append(low)
                highs.append(high)
                equal.append((one == two).mean(axis=0) if self.paired else np.ones(low.shape))
            apart.append(_moments(series[0], first_apart, np.stack(lows), np.stack(highs)))
            unequal.append(_moments(series[0], first_unequal, np.stack(equal)))
        return {"first_month_apart": np.stack(apart), "first_month_unequal": np.stack(unequal)}

    def _statistics(self, first: Floats, second: Floats) -> Differences:
        return (paired_differences if self.paired else independent_differences)(first, second)

    def _series(self, variable: str, by: str | None) -> list[xr.DataArray]:
        """Return a series of every arm, over the same places; the last one read is kept."""
        if (variable, by) not in self._loaded:
            found = [part.load() for part in self._picked(variable, by)]
            self._loaded.clear()
            self._loaded[variable, by] = found
        return self._loaded[variable, by]

    def _picked(self, variable: str, by: str | None) -> list[xr.DataArray]:
        if by is not None and by not in DIMENSIONS:
            raise InputError(
                f"nothing is observed by '{by}'", key="--by", allowed=DIMENSIONS, given=by
            )
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
        self, found: Sequence[Differences], arms: Sequence[xr.DataArray], dims: list[str]
    ) -> xr.Dataset:
        """Put the differences from every other arm into one dataset."""
        import xarray as xr

        series = arms[0]
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
        for name, months in self._partings(arms).items():
            own = ["difference", *(dim for dim in dims if dim != "time")]
            content[name] = (own, months, {"long_name": name.replace("_", " ")})
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


def _by_month(first: NDArray[Any], second: NDArray[Any]) -> Iterator[tuple[Floats, Floats]]:
    """Yield the values of each month in double precision, shape (replicate, ...)."""
    for month in range(first.shape[1]):
        yield first[:, month].astype(np.float64), second[:, month].astype(np.float64)


def _moments(
    series: xr.DataArray, place: Callable[..., int | None], *values: Floats
) -> NDArray[np.datetime64]:
    """Find a month in every cell of arrays (month, ...); not a time where there is none."""
    time = series["time"].to_numpy()
    found = np.full(values[0].shape[1:], np.datetime64("NaT"), "datetime64[ns]")
    for cell in np.ndindex(found.shape):
        month = place(*(array[:, *cell] for array in values))
        if month is not None:
            found[cell] = time[month]
    return found
