"""Parts of a run by name: scenario, variables, months, departments, groups, replicates.

Every choice is refused with what there is and the nearest name, and so is one that leaves
nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rift_sim.calendar import Month
from rift_sim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.run import Run

__all__ = [
    "month_range",
    "one_scenario",
    "pick_departments",
    "pick_groups",
    "pick_month",
    "pick_variable",
    "pick_variables",
    "read_month",
    "select",
]


def one_scenario(run: Run, scenario: str | None) -> Any:
    """Return the dataset of a run, or of one scenario of a sweep.

    Raises
    ------
    InputError
        When a sweep has no scenario of that label; lists those it has.
    """
    data = run.dataset
    if "scenario" not in data.dims:
        return data
    names = [str(name) for name in data["scenario"].to_numpy()]
    if scenario not in names:
        problem = f"there is no scenario '{scenario}'" if scenario else "the run is a sweep"
        raise InputError(problem, key="--scenario", allowed=names, given=scenario)
    return data.isel(scenario=names.index(str(scenario)))


def month_range(data: xr.Dataset | xr.DataArray) -> tuple[Month, Month]:
    """Return the first and the last month of what has a dimension ``time``."""
    time = data["time"].to_numpy()
    return Month.parse(str(time[0])[:7]), Month.parse(str(time[-1])[:7])


def pick_month(data: xr.Dataset, text: str, key: str = "--date") -> Month:
    """Read a month of the run.

    Raises
    ------
    InputError
        When it is not a month, or lies outside the run; says what the run covers.
    """
    first, last = month_range(data)
    try:
        month = Month.parse(text)
    except ValueError as error:
        raise InputError(str(error), key=key, allowed=f"{first} to {last}") from None
    if not first <= month <= last:
        raise InputError(f"{month} lies outside the run", key=key, allowed=f"{first} to {last}")
    return month


def pick_variable(data: xr.Dataset, name: str, by: str | None = None) -> xr.DataArray:
    """Return a series by the name it has in `rift_sim.vocabulary.SERIES`.

    Parameters
    ----------
    data
        Of a run, or of one scenario of it.
    name
        Of the national series.
    by
        A dimension to have it by (department, group, pillar, line); None for the country.

    Raises
    ------
    InputError
        When the run has no such series, or not by that dimension; names the nearest.
    """
    known = _series_by(data, by)
    if name in known:
        return data[known[name]]
    if by is not None and name in _series_by(data, None):
        raise InputError(
            f"'{name}' is not observed by {by}", key="--variable", allowed=list(known), given=name
        )
    raise InputError(
        f"the run has no series '{name}'", key="--variable", allowed=list(known), given=name
    )


def pick_variables(
    data: xr.Dataset, names: Iterable[str] | None, by: str | None = None
) -> list[str]:
    """Return the names of several series, each once; all there are if none is given.

    Raises
    ------
    InputError
        When one is not there (see `pick_variable`), or the choice is empty.
    """
    known = list(_series_by(data, by))
    chosen = known if names is None else list(dict.fromkeys(names))
    for name in chosen:
        pick_variable(data, name, by)
    if not chosen:
        problem = "no series is chosen" if known else f"the run has no series by {by}"
        raise InputError(problem, key="--variable", allowed=known or "another --by")
    return chosen


def _series_by(data: xr.Dataset, by: str | None) -> dict[str, str]:
    """Return the stored name of each series that has a dimension, by its national name."""
    dims = {"replicate", "time"} | ({by} if by else set())
    ending = f"_{by}" if by else ""
    own = [str(name) for name in data.data_vars if set(data[name].dims) - {"scenario"} == dims]
    return {name.removesuffix(ending): name for name in own if name.endswith(ending)}


def read_month(series: xr.DataArray, month: Month) -> tuple[xr.DataArray, Month]:
    """Read a series at one month: a stock as it stands, a flow summed from January on.

    Parameters
    ----------
    series
        With a dimension ``time``, which goes away.
    month
        Within the series.

    Returns
    -------
    DataArray, Month
        The values, and the first month that is in them: of a flow January, or the first month
        of the run if that is later.
    """
    first, _ = month_range(series)
    stop = month.index - first.index
    start = max(0, stop - month.month + 1) if series.attrs["kind"] == "flow" else stop
    part = series.isel(time=slice(start, stop + 1))
    return part.sum("time", dtype="float64", keep_attrs=True), first.shift(start)


def pick_departments(data: xr.Dataset, names: Iterable[str]) -> list[str]:
    """Return the codes of departments that are given by code or name.

    Raises
    ------
    InputError
        When one is not known, or none is given.
    """
    codes = _labels(data, "department")
    words = [str(name) for name in data["department_name"].to_numpy()]
    known = {_plain(name): code for name, code in zip(words, codes, strict=True)}
    known |= {code: code for code in codes}
    found = []
    for name in dict.fromkeys(names):
        if _plain(name) not in known:
            raise InputError(
                f"there is no department '{name}'", key="--department", allowed=words, given=name
            )
        found.append(known[_plain(name)])
    return _not_empty(list(dict.fromkeys(found)), "department", words)


def _plain(name: str) -> str:
    """Fold case and accents, so that Bogota finds Bogotá."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold().strip()


def pick_groups(data: xr.Dataset, names: Iterable[str]) -> list[str]:
    """Return the ids of armed groups that are given by id or another name of theirs.

    Raises
    ------
    InputError
        When one is not in the run, or none is given.
    """
    from rift_sim.seeds import load_ledger

    ledger = load_ledger()
    groups = _labels(data, "group")
    found = []
    for name in dict.fromkeys(names):
        group = ledger.group_id(name) or name
        if group not in groups:
            raise InputError(
                f"there is no group '{name}'", key="--group", allowed=groups, given=name
            )
        found.append(group)
    return _not_empty(list(dict.fromkeys(found)), "group", groups)


def _labels(data: xr.Dataset, dim: str) -> list[str]:
    if dim not in data.dims:
        raise InputError(f"the run has nothing by {dim}", key=f"--{dim}", allowed="without it")
    return [str(label) for label in data[dim].to_numpy()]


def _not_empty(found: list[str], what: str, known: Sequence[str]) -> list[str]:
    if not found:
        raise InputError(f"no {what} is chosen", key=f"--{what}", allowed=known)
    return found


def select(
    data: xr.Dataset,
    *,
    variables: Iterable[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    departments: Iterable[str] | None = None,
    groups: Iterable[str] | None = None,
    replicates: int | None = None,
) -> xr.Dataset:
    """Return the part of a dataset that is asked for; what is not named stays whole.

    Parameters
    ----------
    data
        Of a run, or of one scenario of it.
    variables
        National series by name, each with what it is also observed by; or single arrays by
        the name they are stored under.
    since, until
        First and last month, ``YYYY-MM``.
    departments, groups
        By code, id or name.
    replicates
        The first so many.

    Raises
    ------
    InputError
        When something is not there, or nothing would be left.
    """
    names = None if variables is None else _stored(data, variables)
    first, last = month_range(data)
    start = first if since is None else pick_month(data, since, "--since")
    stop = last if until is None else pick_month(data, until, "--until")
    if stop < start:
        raise InputError(
            f"no month lies between {start} and {stop}", key="--until", allowed=f"{start} or later"
        )
    data = data.isel(time=slice(start.index - first.index, stop.index - first.index + 1))
    if "year" in data.dims:
        data = data.sel(year=slice(start.year, stop.year))
    if departments is not None:
        data = data.sel(department=pick_departments(data, departments))
    if groups is not None:
        data = data.sel(group=pick_groups(data, groups))
    have = data.sizes["replicate"]
    if replicates is not None and not 1 <= replicates <= have:
        raise InputError(
            f"{replicates:,} replicates are not there",
            key="-n/--replicates",
            allowed=f"1 to {have:,}",
        )
    if replicates is not None:
        data = data.isel(replicate=slice(replicates))
    # Last, because arrays by municipality have neither months nor replicates.
    return data if names is None else data[names]


def _stored(data: xr.Dataset, names: Iterable[str]) -> list[str]:
    """Return the arrays that names mean, in the order of the dataset."""
    stored = [str(name) for name in data.data_vars]
    series = list(_series_by(data, None))
    wanted = set(names)
    if not wanted:
        raise InputError("no series is chosen", key="--variable", allowed=series)
    for name in sorted(wanted - set(stored)):
        pick_variable(data, name)
    for name in wanted & set(series):
        dims = {str(dim) for array in data.data_vars.values() for dim in array.dims}
        wanted |= {f"{name}_{dim}" for dim in (*dims, "department_group")} & set(stored)
    return [name for name in stored if name in wanted]
