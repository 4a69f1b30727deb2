"""The table at the end of a run: year-end medians and 90 % bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table

    from rift_sim.ensemble.run import Run
    from rift_sim.ensemble.summary import SummaryRow

__all__ = ["HEADLINES", "make_sweep_table", "make_table", "print_results"]

HEADLINES = {
    "presence_alert": "Presence, alerts",
    "presence_survey": "Presence, survey",
    "control": "De facto control",
    "members": "Members of groups",
    "members_armed": "Armed members",
    "newly_displaced": "Newly displaced",
    "confined": "Confined",
    "displaced_stock": "Displaced, stock",
    "conflict_deaths": "Conflict deaths",
    "coca_ha": "Coca",
    "capability": "State capability",
    "relationship_index": "Relationship index",
    "aid_usd": "U.S. aid",
}
"""The main series, and what they are called in a narrow column."""
_IN_SWEEPS = ("presence_alert", "control", "newly_displaced", "displaced_stock", "coca_ha")
_SHARES_OF_PLACES = ("presence", "control", "contested")
_YEAR_WIDTH = 11
_LABEL_WIDTH = 23


def print_results(run: Run, console: Console) -> None:
    """Print the table, where the run lies, and its limits."""
    from rift_sim.ensemble.storage.dataset import LIMITS

    rows = run.rows()
    if not rows:
        console.print(f"No replicate is finished in {run.directory}.")
        return
    sweep = len({row.scenario for row in rows}) > 1
    table = (
        make_sweep_table(rows, run.manifest.get("axes") or {})
        if sweep
        else make_table(rows, console.width)
    )
    console.print(str(run.manifest.get("title", run.name)), style="bold")
    console.print(
        f"Medians, replicates: {run.replicates:,}; below them the 90 % band (5 to 95 %). "
        "Stocks at the year's end, flows ('a year') summed."
    )
    console.print(table)
    console.print(LIMITS)
    console.print(f"All of it: {run.directory}")


def make_table(rows: Sequence[SummaryRow], width: int) -> Table:
    """Lay out one scenario: a row for each main series, a column for each year.

    Parameters
    ----------
    rows
        Of one scenario, as `summarise` returns them.
    width
        Columns of the terminal; years that do not fit are left out, the first and the
        last stay.
    """
    from rich.table import Table
    from rich.text import Text

    room = (width - _LABEL_WIDTH) // _YEAR_WIDTH
    years = _fitting(sorted({row.year for row in rows}), room)
    table = Table(box=_box(), pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", min_width=_LABEL_WIDTH, no_wrap=True)
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    for variable, label in HEADLINES.items():
        of_series = {row.year: row for row in rows if row.variable == variable}
        if not of_series:
            continue
        factor, unit = _scale(variable, list(of_series.values()))
        digits = _digits([of_series[year] for year in years], factor)
        cells = [_cell(of_series.get(year), factor, digits) for year in years]
        name = Text(label)
        name.append(f"\n{unit}", style="dim")
        table.add_row(name, *cells)
    return table


def make_sweep_table(rows: Sequence[SummaryRow], axes: Mapping[str, Sequence[str]]) -> Table:
    """Lay out a sweep: a row for each scenario, some main series in the last year.

    Parameters
    ----------
    rows
        As `summarise` returns them, scenario by scenario.
    axes
        Level of each scenario on each axis.
    """
    from rich.table import Table

    last = max(row.year for row in rows)
    found = [row for row in rows if row.year == last]
    table = Table(box=_box(), pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for axis in axes:
        table.add_column(f"{last}\n{axis}" if axis == next(iter(axes)) else f"\n{axis}")
    variables = [v for v in _IN_SWEEPS if any(row.variable == v for row in found)]
    scales = {v: _scale(v, [row for row in found if row.variable == v]) for v in variables}
    digits = {
        v: _digits([row for row in found if row.variable == v], scales[v][0]) for v in variables
    }
    for variable in variables:
        unit = scales[variable][1].replace(" of municipalities", "").replace(" people", "")
        table.add_column(f"{HEADLINES[variable]}\n{unit}", justify="right", min_width=9)
    by_key = {(row.scenario, row.variable): row for row in found}
    for place, scenario in enumerate(dict.fromkeys(row.scenario for row in found)):
        levels = [str(points[place]) for points in axes.values()]
        cells = [_cell(by_key.get((scenario, v)), scales[v][0], digits[v]) for v in variables]
        table.add_row(*levels, *cells)
    return table


def _box() -> Box:
    from rich import box

    return box.SIMPLE_HEAD


def _fitting(years: list[int], room: int) -> list[int]:
    if len(years) <= room:
        return years
    room = max(room, 2)
    picks = {round(k * (len(years) - 1) / (room - 1)) for k in range(room)}
    return [years[k] for k in sorted(picks)]


def _scale(variable: str, rows: list[SummaryRow]) -> tuple[float, str]:
    """Return the factor to show a series with, and its unit in words."""
    unit = rows[0].unit
    if unit == "1":
        if variable.endswith("_population"):
            return 100.0, "% of people"
        if variable.startswith(_SHARES_OF_PLACES):
            return 100.0, "% of municipalities"
        return 100.0, "index, 0 to 100" if variable == "relationship_index" else "% of full"
    largest = max(abs(row.p95) for row in rows)
    per = " a year" if SERIES[variable].kind == "flow" else ""
    for size, word in ((1e6, "million"), (1e4, "thousand")):
        if largest >= size:
            return (1e-6 if word == "million" else 1e-3), f"{word} {unit}{per}"
    return 1.0, f"{unit}{per}"


def _digits(rows: Sequence[SummaryRow], factor: float) -> int:
    """Decimals that leave about three significant digits of the largest value."""
    largest = max((abs(row.p95) * factor for row in rows), default=0.0)
    if not math.isfinite(largest) or largest >= 100:
        return 0
    return 1 if largest >= 10 else 2


def _cell(row: SummaryRow | None, factor: float, digits: int) -> str:
    if row is None:
        return "-"
    median, low, high = (
        f"{value * factor:,.{digits}f}" for value in (row.median, row.p05, row.p95)
    )
    return f"{median}\n{low}–{high}"
