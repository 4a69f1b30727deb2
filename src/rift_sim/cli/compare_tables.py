"""The tables of ``rift compare``: the country series by series, one series place by place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rift_sim.analysis.compare.table import COUNTRY
from rift_sim.cli.results import HEADLINES
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from rift_sim.analysis.compare.comparison import Comparison
    from rift_sim.analysis.compare.table import CompareRow
    from rift_sim.plots.style import Scale

__all__ = ["compare_table", "heading"]

_GAP = 2
"""Between two columns: the padding and the box's own space."""
_LABEL_WIDTH = 18
"""Longer labels are broken before other columns give way."""


def heading(comparison: Comparison) -> list[str]:
    """Return the lines above the tables: which letter is which run, and what is subtracted."""
    first, last = comparison.months
    letters = " and ".join([", ".join(comparison.letters[:-1]), comparison.letters[-1]])
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
        f"{pairs}, {first} to {last}. {letters}: means over replicates (rift run prints medians). "
        "Stocks as they stand at the date, flows summed from January "
        "to the date; differences of shares in percentage points. Below a mean difference its 95 % "
        "interval; beside it, between what 90 % of the differences lie, and how often A is higher. "
        f"Apart, whatever the date: from this month on, up to {last}, that interval of the mean "
        "leaves out zero"
        + ("; below it the first month in which any pair differs." if comparison.paired else "."),
    ]


def compare_table(
    rows: Sequence[CompareRow], names: Sequence[str], marks: Sequence[str], width: int
) -> Table:
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
    width
        Columns of the terminal. Where they are few the two means stand in one column, and
        where they are fewer columns at the right are left out, which a line below says.
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
    labels = [_label(row, scales[row.variable]) for row in rows]
    least = max(len(word) for label in labels for word in label.plain.split())
    whole = max(len(line) for label in labels for line in label.plain.splitlines())
    cells = [_cells(row, scales[row.variable].factor) for row in rows]
    heads = [one, other, f"{one} minus {other}", "5 to 95 %", f"{one} > {other}", "apart"]
    columns = [list(column) for column in zip(heads, *cells, strict=True)]
    shown = _fitting(columns, width - max(min(whole, _LABEL_WIDTH), least), width - least)
    left_out = heads[heads.index(shown[-1][0]) + 1 :]
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0),
        title=Text(title, style="bold"), title_justify="left",
        caption=Text(f"No room for: {', '.join(left_out)}.") if left_out else None,
        caption_justify="left",
    )  # fmt: skip
    table.add_column("", min_width=least)
    for head, *_ in shown:
        table.add_column(head, justify="right", no_wrap=True)
    for number, label in enumerate(labels, start=1):
        table.add_row(label, *(column[number] for column in shown))
    return table


def _label(row: CompareRow, scale: Scale) -> Text:
    """Name a row; in a table of several series with the unit below."""
    from rich.text import Text

    if row.by != COUNTRY:
        return Text(row.name)
    label = Text(HEADLINES.get(row.variable, row.variable))
    return label.append(f"\n{scale.label}", style="dim")


def _fitting(columns: list[list[str]], room: int, most: int) -> list[list[str]]:
    """Return the columns that fit: the two means in one if need be, then without the last ones.

    `room` is left beside labels as they are, `most` beside labels broken at every word.
    """
    if _width(columns) > room:
        first, second, *rest = columns
        both = [f"{one}\n{other}" for one, other in zip(first, second, strict=True)]
        columns = [both, *rest]
    while _width(columns) > most and len(columns) > 2:
        columns = columns[:-1]
    return columns


def _width(columns: Sequence[Sequence[str]]) -> int:
    """Return how wide columns are on paper, each behind a gap."""
    lines = ([line for cell in column for line in cell.splitlines()] for column in columns)
    return sum(_GAP + max(map(len, column)) for column in lines)


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
