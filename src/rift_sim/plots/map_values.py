"""The values that a map shows: one variable of a run at one date, by place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.plots.style import Scale, scale_of

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run

__all__ = [
    "MapLayer",
    "department_layer",
    "last_month",
    "mappable",
    "municipal_layer",
    "one_scenario",
    "parse_date",
]

_MUNICIPAL = {"presence_survey": "presence_probability", "control": "control_probability"}
_MUNICIPAL |= {"newly_displaced": "newly_displaced_municipality"}


@dataclass(frozen=True)
class MapLayer:
    """Values to be shown.

    Attributes
    ----------
    values
        By department or municipality code, in the units of `scale`.
    scale
        Their unit.
    meaning, when
        What they are and of which month, in words.
    top
        Upper end of the colour scale.
    """

    values: dict[str, float]
    scale: Scale
    meaning: str
    when: str
    top: float


def mappable(run: Run, *, municipal: bool = False) -> list[str]:
    """Return the names of the variables of a run that can be mapped."""
    data = run.dataset
    if municipal:
        return [name for name, stored in _MUNICIPAL.items() if stored in data]
    return sorted(
        str(name).removesuffix("_department")
        for name in data.data_vars
        if str(name).endswith("_department")
    )


def last_month(run: Run) -> Month:
    """Return the last month of a run."""
    return Month.parse(str(run.dataset["time"].to_numpy()[-1])[:7])


def parse_date(run: Run, text: str) -> Month:
    """Read a month of the run.

    Raises
    ------
    InputError
        When it is not a month, or lies outside the run; says what the run covers.
    """
    time = run.dataset["time"].to_numpy()
    first, last = (Month.parse(str(time[k])[:7]) for k in (0, -1))
    try:
        month = Month.parse(text)
    except ValueError as error:
        raise InputError(str(error), key="--date", allowed=f"{first} to {last}") from None
    if not first <= month <= last:
        raise InputError(
            f"{month} lies outside the run", key="--date", allowed=f"{first} to {last}"
        )
    return month


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


def _known_group(data: Any, group: str) -> str:
    from rift_sim.seeds import load_ledger

    groups = [str(name) for name in data["group"].to_numpy()]
    group = load_ledger().group_id(group) or group
    if group not in groups:
        raise InputError(f"there is no group '{group}'", key="--group", allowed=groups, given=group)
    return group


def department_layer(data: Any, variable: str, month: Month, group: str | None) -> MapLayer:
    """Return medians by department: stocks of the month, flows from January to the month.

    Raises
    ------
    InputError
        When the variable is not observed by group, or there is no such group.
    """
    name = f"{variable}_department"
    if group is not None:
        name = f"{variable}_department_group"
        if name not in data:
            raise InputError(
                f"'{variable}' is not observed by department and group",
                key="--group",
                allowed="--variable presence_survey",
            )
        data = data.sel(group=_known_group(data, group))
    series = data[name]
    time = series["time"].to_numpy()
    stop = month.index - Month.parse(str(time[0])[:7]).index
    start = max(0, stop - month.month + 1) if series.attrs["kind"] == "flow" else stop
    part = series.isel(time=slice(start, stop + 1)).transpose("replicate", "time", "department")
    values = np.median(part.to_numpy().sum(axis=1, dtype=np.float64), axis=0)
    units, kind = series.attrs["units"], series.attrs["kind"]
    largest = float(values.max())
    scale = scale_of(name, units, kind, largest, period="year")
    if units == "count":
        scale = Scale(1.0, "municipalities")
    elif kind == "flow":
        scale = Scale(scale.factor, scale.label.removesuffix(" per year"))
    first = Month.from_index(month.index - (stop - start))
    codes = [str(code) for code in series["department"].to_numpy()]
    shown = {code: float(v) * scale.factor for code, v in zip(codes, values, strict=True)}
    which = "median over replicates" if part.sizes["replicate"] > 1 else "one replicate"
    meaning = f"{series.attrs['long_name'].split(', by ')[0]}; {which}"
    when = _spell(month) if first == month else f"{_spell(first, month)} to {_spell(month)}"
    return MapLayer(shown, scale, meaning, when, 100.0 if scale.share else largest * scale.factor)


def municipal_layer(data: Any, variable: str, month: Month, group: str | None) -> MapLayer:
    """Return probabilities or means by municipality in the year of the month.

    Raises
    ------
    InputError
        When the variable is not kept by group, or there is no such group.
    """
    name = _MUNICIPAL[variable]
    if group is not None:
        name = f"{name}_group"
        if name not in data:
            raise InputError(
                f"'{variable}' is not kept by municipality and group",
                key="--group",
                allowed=["presence_survey", "control"],
            )
        data = data.sel(group=_known_group(data, group))
    stored = data[name].sel(year=month.year)
    values = np.asarray(stored.to_numpy(), np.float64)
    share = stored.attrs["units"] == "1"
    scale = Scale(100.0, "probability, %", True) if share else Scale(1.0, "people")
    codes = [str(code) for code in stored["municipality"].to_numpy()]
    shown = {code: float(v) * scale.factor for code, v in zip(codes, values, strict=True)}
    when = f"End of {month.year}" if share else f"Year {month.year}"
    meaning = stored.attrs["long_name"].split(", by ")[0]
    # A few places far above all others would leave the rest without colour.
    top = 100.0 if share else max(1.0, float(np.quantile(values, 0.99)))
    return MapLayer(shown, scale, meaning, when, top)


def _spell(month: Month, reader_knows: Month | None = None) -> str:
    """Write a month in words, without the year that another month gives already."""
    words = "%B" if reader_knows and reader_knows.year == month.year else "%B %Y"
    return date(month.year, month.month, 1).strftime(words)
