"""The figure of what agents add: skill of the model over its rivals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rift_sim.analysis.validation.ablation import AblationRow
from rift_sim.plots.style import BLACK, BLUE, GREY, VERMILLION, tidy, write_figure
from rift_sim.plots.validation import place_axes, titled_figure

__all__ = ["draw_ablation"]

_COLOURS = {"hurdle": VERMILLION, "persistence": GREY, "model, only C11 on": BLUE}
_WORST = -1.0


def draw_ablation(rows: Sequence[AblationRow], file: Path) -> None:
    """Draw skill over regression, persistence and a model without mechanisms, by horizon.

    Forecasts without later events only; log CRPS, so that small departments count.
    """
    shown = [
        row
        for row in rows
        if row.mode == "forecast" and row.horizon != "all" and row.rival in _COLOURS
    ]
    if not shown:
        return
    lines = list(dict.fromkeys((row.target, row.horizon) for row in shown))
    lines.sort(key=lambda line: ([row.target for row in shown].index(line[0]), line[1]))
    height = 1.9 + 0.3 * len(lines)
    figure = titled_figure(
        "Do agents add anything? Skill of the model over its rivals",
        "1 - log CRPS / log CRPS of the rival, nothing known after the origin; above 0 the model "
        "is better. Bars: 95 %, bootstrap over departments (over years for the country). C11 on: "
        "violence displaces as at the start, and nothing answers to anything.",
        7.5,
        height,
    )
    axes = place_axes(figure, 2.3, 0.2, 1.1)
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    for row in shown:
        place = lines.index((row.target, row.horizon))
        shift = 0.22 * (list(_COLOURS).index(row.rival) - 1)
        colour, (value, low, high) = _COLOURS[row.rival], row.skill_log
        if not np.isfinite(value):
            continue
        if value < _WORST:
            axes.plot(_WORST + 0.03, place + shift, "<", color=colour, markersize=4)
            continue
        axes.hlines(place + shift, max(low, _WORST), high, color=colour, linewidth=1.2)
        axes.plot(value, place + shift, "o", color=colour, markersize=4)
    labels = [f"{target.replace('_', ' ')}, year {horizon}" for target, horizon in lines]
    axes.set_yticks(range(len(lines)), labels, fontsize=7.5)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlim(_WORST, 1.0)
    axes.set_xlabel("skill (1 = perfect, 0 = as good as the rival)", fontsize=8)
    tidy(axes)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    for name, colour in _COLOURS.items():
        label = "hurdle regression" if name == "hurdle" else name
        axes.plot([], [], "o-", color=colour, label=f"over: {label}", markersize=4)
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.32 / height),
        ncols=3,
        fontsize=7.5,
        frameon=False,
    )
    write_figure(figure, file)
