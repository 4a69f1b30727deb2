"""The tables of a validation: for the terminal, as CSV and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rift_sim.analysis.forecasts.cases import MODEL
from rift_sim.analysis.onset.trial import OnsetRow
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.validation.skill import ScoreRow
from rift_sim.outputs import csv_text

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "markdown",
    "onset_table",
    "score_table",
    "show_estimate",
    "show_number",
    "to_csv",
    "to_markdown",
]

_SCORES = (
    "target",
    "mode",
    "forecaster",
    "years",
    "cases",
    "CRPS",
    "log CRPS",
    "90 % band: score",
    "width",
    "holds",
    "skill against persistence [95 %]",
    "of log CRPS",
)
_SHOWN = ("target", "mode", "cases", "CRPS", "in band", "skill against\npersistence", "of log")
"""What fits a terminal."""
_ONSET = (
    "event",
    "forecaster",
    "AUC [95 %]",
    "within departments",
    "Brier",
    "model ahead [95 %]",
    "within departments",
)


def to_csv(rows: Sequence[tuple[Any, ...]]) -> str:
    """Return rows as CSV; an estimate takes three columns, its interval the last two."""
    if not rows:
        return ""
    head = _names(rows[0])
    return csv_text(head, ([cell for value in row for cell in _cells(value)] for row in rows))


def _names(row: Any) -> list[str]:
    names: list[str] = []
    for name, value in zip(row._fields, row, strict=True):
        ends = ("", "_low", "_high") if isinstance(value, Estimate) else ("",)
        names += [f"{name}{end}" for end in ends]
    return names


def _cells(value: object) -> list[object]:
    return list(value) if isinstance(value, Estimate) else [value]


def score_table(rows: Sequence[ScoreRow]) -> Table:
    """Return the scores of the model for a terminal: a line for each target and mode."""
    return _table(_SHOWN, (_short(row) for row in rows if row.forecaster == MODEL), 2)


def _short(row: ScoreRow) -> tuple[str, ...]:
    return (
        row.target,
        row.mode,
        str(row.cases),
        show_number(row.crps),
        f"{row.inside_90.value:.0%}",
        show_estimate(row.skill, "+.2f"),
        show_estimate(Estimate(row.skill_log.value, math.nan, math.nan), "+.2f"),
    )


def onset_table(rows: Sequence[OnsetRow]) -> Table:
    """Return the areas under the ROC curve for a terminal."""
    lines = (
        (row.event, row.forecaster, show_estimate(row.auc, ".2f"), show_estimate(row.within, ".2f"))
        for row in rows
    )
    return _table(("event", "forecaster", "AUC", "within departments"), lines, 2)


def to_markdown(rows: Sequence[ScoreRow] | Sequence[OnsetRow]) -> str:
    """Return rows as a Markdown table of their main columns; empty without rows."""
    lines = [_score(row) if isinstance(row, ScoreRow) else _onset(row) for row in rows]
    return markdown(_SCORES if rows and isinstance(rows[0], ScoreRow) else _ONSET, lines)


def markdown(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; empty without lines."""
    if not lines:
        return ""
    table = [headings, ["---"] * len(headings), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in table) + "\n"


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]], labels: int) -> Table:
    """Lay lines out; the first columns are labels."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place < labels else "right", no_wrap=True)
    for line in lines:
        table.add_row(*line)
    return table


def _score(row: ScoreRow) -> tuple[str, ...]:
    own = row.forecaster == "persistence"
    return (
        f"{row.target} ({row.units})",
        row.mode,
        row.forecaster,
        str(row.first) if row.first == row.last else f"{row.first}-{row.last}",
        str(row.cases),
        show_number(row.crps),
        f"{row.crps_log:.3f}",
        show_number(row.interval_90),
        show_number(row.width_90),
        f"{row.inside_90.value:.0%}",
        "" if own else show_estimate(row.skill, "+.2f"),
        "" if own else show_estimate(row.skill_log, "+.2f"),
    )


def _onset(row: OnsetRow) -> tuple[str, ...]:
    own = row.ahead.low == row.ahead.high == 0.0
    return (
        f"{row.event} {row.first}-{row.last} ({row.events} of {row.places})",
        row.forecaster,
        show_estimate(row.auc, ".3f"),
        show_estimate(row.within, ".3f"),
        "" if math.isnan(row.brier) else f"{row.brier:.3f}",
        "" if own else show_estimate(row.ahead, "+.3f"),
        "" if own else show_estimate(row.ahead_within, "+.3f"),
    )


def show_estimate(found: Estimate, form: str) -> str:
    """Write an estimate with its interval; nothing where there is none."""
    if math.isnan(found.value):
        return ""
    if math.isnan(found.low):
        return format(found.value, form)
    return f"{found.value:{form}} [{found.low:{form}}, {found.high:{form}}]"


def show_number(value: float) -> str:
    """Write a number with three digits, or whole from 100 on."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
