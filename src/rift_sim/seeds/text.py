"""Numbers, figures and tables as the terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rift_sim.seeds.records import Fact

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["build_table", "figures", "number", "span", "yes"]


def number(value: float) -> str:
    """Write a number with thousands separators and up to four significant decimals."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def _year(value: float, unit: str) -> str:
    return str(int(value)) if unit == "year" else number(value)


def span(low: float | None, high: float | None) -> str:
    """Write bounds, either of which may be unknown."""
    if low is None and high is None:
        return ""
    return f"{'' if low is None else number(low)} to {'' if high is None else number(high)}"


def figures(fact: Fact) -> str:
    """Summarise the figures of a fact in one cell."""
    if fact.value is not None:
        return _year(fact.value, fact.unit)
    if fact.series is not None:
        keys = list(fact.series)
        first, last = keys[0], keys[-1]
        if first == last:
            return f"{number(fact.series[first])} ({first})"
        return f"{number(fact.series[first])} ({first}) ... {number(fact.series[last])} ({last})"
    assert fact.table is not None
    cells = sum(len(row) for row in fact.table.values())
    return f"table, {len(fact.table)} rows, {cells} numbers"


def build_table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    """Lay out rows of plain text under `columns`; the first column never wraps."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, no_wrap=position == 0, overflow="fold")
    for row in rows:
        # Text, not markup: a bracket in a note is a bracket.
        table.add_row(*(Text(cell) for cell in row))
    return table


def yes(value: bool) -> str:
    """Write a truth value."""
    return "yes" if value else "no"
