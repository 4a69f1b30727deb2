"""The tables of ``rift compare``: the country series by series, one series place by place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rift_sim.analysis.compare_table import COUNTRY
from rift_sim.cli.results import HEADLINES
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rich.table import Table

    from rift_sim.analysis.compare_table import CompareRow
    from rift_sim.analysis.comparison import Comparison
    from rift_sim.plots.style import Scale

__all__ = ["compare_table", "heading"]


def heading(comparison: Comparison) -> list[str]:
    """Return the lines above the tables: which letter is which run, and what is subtracted."""
    first, last = comparison.months
    lines = [
        f"{letter}  {arm.label}: {arm.run.manifest.get('title', arm.run.name)}"
        for letter, arm in zip(comparison.letters, comparison.arms, strict=True)
    ]
    if comparison.marks:
        lines.append(f"{'; '.join(comparison.marks).upper()}.")
    counts = comparison.counts
    pairs = (
        f"{counts[0]:,} pairs of replicates"
        if comparison.paired
        else f"{', '.join(f'{count:,}' for count in counts)} replicates, compared as independent"
    )
    return [
        *lines,
        f"{pairs}, {first} to {last}. Stocks as they stand at the date, flows summed from January "
        "to the date; differences of shares in percentage points. Below a mean difference its 95 % "
        "interval; beside it, between what 90 % of the differences lie, and how often A is higher. "
        "Apart: from this month on, to the end, that interval of the mean leaves out zero"
        + ("; below it the first month in which any pair differs." if comparison.paired else "."),
    ]


def compare_table(rows: Sequence[CompareRow], names: Sequence[str], marks: Sequence[str]) -> Table:
    """Lay out one difference at one date.

    Parameters
    ----------
    rows
        Of one difference and one date: of several series for the country, or of one series by
        a dimension.
    names
        Short names of the first and the second run.
    marks
        What has to be said of the comparison.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    one, other = names
    row, scales = rows[0], _scales(rows)
    title = f"{one} minus {other} ({row.difference}), {row.date}"
    if row.by != COUNTRY:
        unit = scales[row.variable].label
        title = f"{SERIES[row.variable].long_name}, by {row.by}, {unit}: {title}"
    title = ": ".join([*([" and ".join(marks).upper()] if marks else []), title])
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0),
        title=Text(title, style="bold"), title_justify="left",
    )  # fmt: skip
    table.add_column("", min_width=16)
    for name in (one, other, f"{one} minus {other}", "5 to 95 %", f"{one} > {other}", "apart"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        scale = scales[row.variable]
        label = Text(HEADLINES.get(row.variable, row.variable) if row.by == COUNTRY else row.name)
        if row.by == COUNTRY:
            label.append(f"\n{scale.label}", style="dim")
        table.add_row(label, *_cells(row, scale.factor))
    return table


def _scales(rows: Sequence[CompareRow]) -> dict[str, Scale]:
    """Choose a unit for each series; of flows without the period, which the heading says."""
    from rift_sim.plots.style import Scale, scale_of

    found = {}
    for variable in dict.fromkeys(row.variable for row in rows):
        own = [row for row in rows if row.variable == variable]
        largest = max(max(abs(row.first_mean), abs(row.second_mean)) for row in own)
        scale = scale_of(variable, own[0].unit, own[0].kind, largest, period="year")
        found[variable] = Scale(scale.factor, scale.label.removesuffix(" per year"), scale.share)
    return found


def _cells(row: CompareRow, factor: float) -> list[str]:
    means = factor * row.first_mean, factor * row.second_mean
    digits = _digits(max(map(abs, means)))
    spread = [factor * value for value in (row.mean_low, row.mean_high, row.p05, row.p95)]
    fine = _digits(max(map(abs, spread)))
    mean, low, high, p05, p95 = (_signed(value, fine) for value in (factor * row.mean, *spread))
    equal = f"\n{_percent(row.probability_equal)} equal" if row.probability_equal else ""
    return [
        *(f"{value:,.{digits}f}" for value in means),
        f"{mean}\n{low} to {high}",
        f"{p05}\nto {p95}",
        f"{_percent(row.probability_first_above)}{equal}",
        f"{row.first_month_apart or 'no'}\n{row.first_month_unequal}",
    ]


def _digits(largest: float) -> int:
    """Decimals, at most three, that leave about three significant digits of the largest value."""
    if not math.isfinite(largest) or largest == 0.0:
        return 0
    return min(max(0, 2 - math.floor(math.log10(largest))), 3)


def _signed(value: float, digits: int) -> str:
    """Write a difference; a sign before 0.0 says on which side of zero it lies."""
    return f"{value:+,.{digits}f}" if value else f"{0.0:.{digits}f}"


def _percent(share: float) -> str:
    """Write a share; one that is not quite none or all is not rounded to it."""
    if 0.0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 < share < 1.0 else f"{100.0 * share:.0f} %"
