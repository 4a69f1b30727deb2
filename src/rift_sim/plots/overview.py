"""The main series of a run on one page."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rift_sim.plots.events import Mark, marks_of, rule_marks
from rift_sim.plots.fans import draw_series
from rift_sim.plots.style import GREY, add_footer, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run

__all__ = ["PANELS", "overview_figure"]

PANELS = {
    "presence_alert": "Presence of armed groups (alerts)",
    "presence_survey": "Presence of armed groups (survey)",
    "control": "De facto control by a group",
    "members": "Members of armed groups",
    "newly_displaced": "Newly displaced",
    "confined": "Newly confined",
    "displaced_stock": "Internally displaced, stock",
    "conflict_deaths": "Deaths in armed conflict",
    "coca_ha": "Coca under cultivation",
    "capability": "Capability of the security forces",
    "relationship_index": "U.S.-Colombia relationship",
    "aid_usd": "U.S. aid disbursed",
}
_COLUMNS = 3
_PANEL = (3.15, 1.75)
_LEFT, _ACROSS, _DOWN = 0.75, 0.75, 0.68
_HEAD, _LINE, _FOOT = 0.95, 0.15, 0.5
_KEY_COLUMNS, _KEY_LETTERS = 2, 100


def overview_figure(run: Run) -> Figure:
    """Draw the main series as small fan charts, events numbered and listed below."""
    data = run.dataset
    names = [name for name in PANELS if name in data]
    marks = marks_of(run)
    key = [f"{k}  {str(mark.date)[:7]}  {mark.label}" for k, mark in enumerate(marks, 1)]
    rows = -(-len(names) // _COLUMNS)
    key_rows = -(-len(key) // _KEY_COLUMNS)
    width = _LEFT + _COLUMNS * _PANEL[0] + (_COLUMNS - 1) * _ACROSS + 0.2
    foot = _FOOT + key_rows * _LINE + 0.4
    height = _HEAD + rows * _PANEL[1] + (rows - 1) * _DOWN + foot
    figure = new_figure(width, height)
    for place, name in enumerate(names):
        row, column = divmod(place, _COLUMNS)
        left = _LEFT + column * (_PANEL[0] + _ACROSS)
        bottom = height - _HEAD - (row + 1) * _PANEL[1] - row * _DOWN
        axes = figure.add_axes(
            (left / width, bottom / height, _PANEL[0] / width, _PANEL[1] / height)
        )
        scale, remark = draw_series(axes, data[name])
        tidy(axes)
        axes.set_title(PANELS[name], fontsize=9, fontweight="bold", loc="left", pad=14)
        unit = f"{scale.label} ({remark})" if remark else scale.label
        axes.text(0, 1.03, unit, transform=axes.transAxes, fontsize=7, color=GREY)
        rule_marks(axes, marks)
        _number(axes, marks)
        if place and (legend := axes.get_legend()) is not None:
            legend.remove()
    title = str(run.manifest.get("title", run.name))
    figure.text(0.012, 1 - 0.1 / height, title, fontsize=13, fontweight="bold", va="top")
    figure.text(0.012, 1 - 0.37 / height, _explain(run), fontsize=8.5, va="top")
    _write_key(figure, key, key_rows, width, height)
    add_footer(figure, run, width=170)
    return figure


def _explain(run: Run) -> str:
    what = (
        "Medians of the scenarios"
        if "scenario" in run.dataset.dims
        else ("Median, 50 % band (dark) and 90 % band (light)")
    )
    numbered = "; numbered lines: events listed below" if run.outline.timeline else ""
    return f"{what} over {run.replicates:,} replicates, by month{numbered}"


def _number(axes: Axes, marks: list[Mark]) -> None:
    """Write the numbers of the marks inside the panel's top, lower where they would touch."""
    width = axes.get_window_extent().width / axes.figure.dpi
    left, right = axes.get_xlim()
    last, level = -1.0, 0
    for number, mark in enumerate(marks, 1):
        inches = (mark.position - left) / (right - left) * width
        level = (level + 1) % 4 if inches - last < 0.12 else 0
        last = inches
        axes.text(
            mark.position,
            0.985 - level * 0.068,
            str(number),
            transform=axes.get_xaxis_transform(),
            fontsize=5.5,
            color=GREY,
            ha="center",
            va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )


def _write_key(figure: Figure, key: list[str], rows: int, width: float, height: float) -> None:
    top = (_FOOT + rows * _LINE) / height
    for column in range(_KEY_COLUMNS):
        part = key[column * rows : (column + 1) * rows]
        if not part:
            continue
        lines = [textwrap.shorten(line, _KEY_LETTERS, placeholder=" …") for line in part]
        figure.text(
            (0.15 + column * (width / _KEY_COLUMNS)) / width,
            top,
            "\n".join(lines),
            fontsize=7,
            va="top",
            linespacing=1.35,
            color="#333333",
        )
