"""The values that a map shows: one variable of a run at one date, by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.analysis.compare.selection import (
    month_range,
    one_scenario,
    pick_groups,
    pick_month,
    read_month,
)
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
    "spell_months",
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
    return month_range(run.dataset)[1]


def parse_date(run: Run, text: str) -> Month:
    """Read a month of the run.

    Raises
    ------
    InputError
        When it is not a month, or lies outside the run; says what the run covers.
    """
    return pick_month(run.dataset, text)


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
        data = data.sel(group=pick_groups(data, [group])[0])
    series = data[name]
    part, first = read_month(series, month)
    values = np.median(part.transpose("replicate", "department").to_numpy(), axis=0)
    units, kind = series.attrs["units"], series.attrs["kind"]
    largest = float(values.max())
    scale = scale_of(name, units, kind, largest, period="year")
    if units == "count":
        scale = Scale(1.0, "municipalities")
    elif kind == "flow":
        scale = Scale(scale.factor, scale.label.removesuffix(" per year"))
    codes = [str(code) for code in series["department"].to_numpy()]
    shown = {code: float(v) * scale.factor for code, v in zip(codes, values, strict=True)}
    which = "median over replicates" if part.sizes["replicate"] > 1 else "one replicate"
    meaning = f"{series.attrs['long_name'].split(', by ')[0]}; {which}"
    when = spell_months(first, month)
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
        data = data.sel(group=pick_groups(data, [group])[0])
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


def spell_months(first: Month, last: Month) -> str:
    """Write a span of months in words, a year that is common to both once."""
    if first == last:
        return last.in_words
    begun = first.name if first.year == last.year else first.in_words
    return f"{begun} to {last.in_words}"
