"""A waterfall chart: a difference of two scenarios, part by part."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim import __version__
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    VERMILLION,
    difference_label,
    new_figure,
    scale_of,
    tidy,
    write_figure,
)
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rift_sim.analysis.explain import Explanation

__all__ = ["draw_waterfall", "waterfall"]

_NOTE = (
    "Each part: what the difference loses when its mechanisms are off in both scenarios. Thin "
    "lines: 95 % intervals of the mean over replicates."
)


def waterfall(found: Explanation) -> Figure:
    """Draw an explanation: contributions from zero on, what is left over, and the whole.

    Parameters
    ----------
    found
        From `rift_sim.analysis.explain.explain`.
    """
    series = SERIES[found.variable]
    rows = [*found.parts.items(), ("left over", found.rest)]
    largest = max(abs(value) for _, part in rows for value in part)
    scale = scale_of(found.variable, series.units, series.kind, largest)
    figure = new_figure(7.5, 1.7 + 0.32 * (len(rows) + 1))
    axes = figure.add_axes((0.34, 0.2, 0.62, 0.69))
    start = 0.0
    for row, (_, part) in enumerate(rows):
        mean, low, high = (scale.factor * value for value in part)
        colour = GREY if row == len(rows) - 1 else BLUE if mean >= 0.0 else VERMILLION
        axes.barh(row, mean, left=start, height=0.62, color=colour)
        axes.hlines(row, start + low, start + high, color=BLACK, linewidth=0.8)
        start += mean
        axes.vlines(start, row, row + 1, color=GREY, linewidth=0.6)
    mean, low, high = (scale.factor * value for value in found.difference)
    axes.barh(len(rows), mean, height=0.62, color=BLACK)
    axes.hlines(len(rows), low, high, color=GREY, linewidth=1.2)
    axes.set_yticks(range(len(rows) + 1), [*(name for name, _ in rows), "difference"], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    tidy(axes)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    axes.set_xlabel(difference_label(scale), fontsize=8)
    when = {"end": "at the end", "sum": "over the whole run"}.get(found.when, f"in {found.when}")
    title = f"{series.long_name}, {when}\n{found.first} minus {found.second}"
    figure.text(0.012, 0.985, title, fontsize=9.5, fontweight="bold", va="top")
    source = f"Source: rift_sim {__version__}, {found.replicates:,} pairs of replicates."
    lines = [line for text in (_NOTE, LIMITS, source) for line in textwrap.wrap(text, 118)]
    figure.text(0.012, 0.012, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom")
    return figure


def draw_waterfall(found: Explanation, file: Path) -> None:
    """Write the chart; errors as in `rift_sim.plots.style.write_figure`."""
    write_figure(waterfall(found), file)
