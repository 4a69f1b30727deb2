"""Tables of ``rift levers``, and how it writes numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rift_sim.cli.console import faint_below

if TYPE_CHECKING:
    from rich.table import Table

    from rift_sim.analysis.levers.effects import Effect, Levers

__all__ = ["RESTS", "cut", "decimals", "effects_table", "number", "regrets_table", "silent_table"]

RESTS = {
    "history": "history",
    "part": "history in part",
    "priors": "priors alone",
    "nothing": "no mechanism",
}
"""What a lever rests on, in words."""
_NAMED = 5


def cut(names: Sequence[str], most: int = _NAMED) -> str:
    """Write names down, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def effects_table(rows: Sequence[Effect], found: Levers) -> Table:
    """Lay out what each lever does to one outcome, the largest effect first."""
    from rich.table import Table

    from rift_sim.plots.levers import scale_of_effects, unit

    scale = scale_of_effects(rows)
    title = f"{_heading(rows[0].outcome, found)}, {unit(scale)}"
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0)
    )  # fmt: skip
    table.add_column("lever and step")
    for heading in ("difference [95 %]", "same\nsign"):
        table.add_column(heading, justify="right", no_wrap=True)
    written = []
    for row in rows:
        informed = found.footings[row.lever, row.outcome].informed
        written.append(RESTS[row.rests] + (f":\n{cut(informed, 1)}" if informed else ""))
    # Lines of their own, so that no name of a parameter is broken.
    table.add_column("rests on", no_wrap=True)
    ends = [scale.factor * x for row in rows for x in (row.mean, row.low, row.high)]
    places = decimals(ends)
    for row, rests in sorted(zip(rows, written, strict=True), key=lambda pair: -abs(pair[0].mean)):
        mean, low, high = (number(scale.factor * x, places) for x in (row.mean, row.low, row.high))
        share = f"{100 * row.share:.0f} %" if row.mean else "-"
        table.add_row(faint_below(row.lever, row.step), f"{mean} [{low}, {high}]", share, rests)
    return table


def _heading(outcome: str, found: Levers) -> str:
    """Write an outcome with the time it is read at."""
    from rift_sim.analysis.conditions.quantity import parse_quantity
    from rift_sim.plots.levers import period

    return f"{outcome.partition('@')[0]}, {period(parse_quantity(outcome), found.scenario)}"


def regrets_table(outcome: str, found: Levers) -> Table:
    """Lay out what each option of the same cost leaves on the table."""
    from rich.table import Table

    from rift_sim.plots.levers import scale_of_effects, unit

    scale = scale_of_effects([e for e in found.effects if e.outcome == outcome])
    heading = f"{_heading(outcome, found)}, {unit(scale)}"
    title = f"Regret of {found.million:g} million USD a year: {heading}"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("spent on")
    for heading in ("mean [95 %]", "90th percentile", "best in", "rests on"):
        table.add_column(heading, justify="right", no_wrap=True)
    every = [scale.factor * x for row in found.regrets[outcome] for x in (*row.mean, row.p90)]
    places = decimals(every)
    for row in found.regrets[outcome]:
        mean, low, high, p90 = (
            number(scale.factor * x, places, sign="") for x in (*row.mean, row.p90)
        )
        rests = RESTS[found.footings[row.option, outcome].kind]
        table.add_row(row.option, f"{mean} [{low}, {high}]", p90, f"{100 * row.best:.0f} %", rests)
    return table


def silent_table(effects: Sequence[Effect], found: Levers) -> Table:
    """Lay out where no number is given, and why."""
    from rich.table import Table

    title = (
        "No number: history has not moved anything that these act through away from its prior; "
        "--from-priors gives what follows from the priors"
    )
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("lever", no_wrap=True)
    for heading in ("on", "acts through"):
        table.add_column(heading)
    every = len({effect.outcome for effect in found.effects})
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for effect in effects:
        through = found.footings[effect.lever, effect.outcome].open
        rows.setdefault((effect.lever, through), []).append(effect.outcome)
    for (lever, through), outcomes in rows.items():
        on = "all that was read" if len(outcomes) == every > 1 else ", ".join(outcomes)
        table.add_row(lever, on, cut(through))
    return table


def decimals(values: Iterable[float]) -> int:
    """Return the decimals with which the largest of some numbers has three figures."""
    largest = max(map(abs, values), default=0.0)
    return min(max(2 - math.floor(math.log10(largest)), 0), 4) if largest > 0.0 else 0


def number(value: float, places: int, *, sign: str = "+") -> str:
    """Write a number with so many decimals; what rounds to nothing has no sign."""
    rounded = round(value, places)
    return f"{rounded:{sign},.{places}f}" if rounded else f"{0.0:.{places}f}"
