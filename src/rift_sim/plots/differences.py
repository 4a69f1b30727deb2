"""Differences of runs over time: one series as a fan, the main ones on a page."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.arrays import Floats
from rift_sim.plots.difference_style import (
    SPREAD,
    Caption,
    difference_scale,
    in_full,
    minus,
    names,
    set_height,
)
from rift_sim.plots.events import label_marks, marks_apart, rule_marks
from rift_sim.plots.overview import PANELS
from rift_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    PALETTE,
    VERMILLION,
    Scale,
    difference_label,
    new_figure,
    tidy,
)
from rift_sim.plots.time_axis import date_axis, whole_month
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.compare.comparison import Comparison

__all__ = ["difference_fan", "difference_overview"]

_ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
_COLUMNS, _PANEL, _LEFT, _ACROSS, _DOWN = 3, (3.15, 1.75), 0.75, 0.75, 0.62
_APART = (
    "Apart (triangle): first month from which on, to the end, the 95 % interval of the mean leaves "
    "out zero, on the same side."
)
_SINGLE_MONTHS = "Flows are those of single months."


def difference_fan(comparison: Comparison, variable: str) -> Figure:
    """Draw the difference of one series month by month, a panel for each other run.

    Events that are in only one of the two runs are marked.

    Raises
    ------
    InputError
        As `Comparison.over_time`.
    """
    data = comparison.over_time(variable)
    scale = difference_scale(data, variable)
    count = data.sizes["difference"]
    width, panel, gap = 8.0, 3.2 if count == 1 else 2.3, 0.55
    caption = Caption(
        comparison,
        width,
        f"{SERIES[variable].long_name}: difference",
        f"{in_full(comparison, minus(comparison))}. Line: mean; dashes: its 95 % interval; "
        f"bands: 50 and 90 % {SPREAD[comparison.paired]}.",
        _APART,
    )
    figure = new_figure(width, caption.head + caption.foot + 4.5 * count)
    first, *others = names(comparison)
    tops: list[float] = []
    for number, other in enumerate(others):
        axes = figure.add_axes((0.1, 0.1, 0.87, panel / figure.get_size_inches()[1]))
        part = data.isel(difference=number)
        _draw_fan(axes, part, scale)
        points = [comparison.arms[0].outline, comparison.arms[number + 1].outline]
        marks = marks_apart(points, [first, other])
        rule_marks(axes, marks)
        tops.append(label_marks(axes, marks, height=panel))
        _say_direction(axes, part, first, other)
    total = caption.head + sum(tops) + count * panel + (count - 1) * gap + caption.foot + 0.4
    figure.set_size_inches(width, total)
    top = total - caption.head
    for axes, taken in zip(list(figure.axes), tops, strict=True):
        top -= taken + panel
        axes.set_position((0.1, top / total, 0.87, panel / total))
        top -= gap
    caption.write(figure)
    return figure


def _curves(part: xr.Dataset, scale: Scale) -> tuple[NDArray[np.datetime64], Floats, Floats]:
    """Return time, quantiles, and mean with its interval, as they are drawn."""
    time = part["time"].to_numpy()
    fan = part["quantiles"].transpose("quantile", "time").to_numpy()
    mean = np.stack([part[name].to_numpy() for name in ("mean", "mean_low", "mean_high")])
    _, means = whole_month(time, mean * scale.factor)
    return *whole_month(time, fan * scale.factor), means


def _draw_fan(axes: Axes, part: xr.Dataset, scale: Scale) -> None:
    time, fan, (mean, low, high) = _curves(part, scale)
    axes.axhline(0.0, color=BLACK, linewidth=0.8)
    axes.fill_between(time, fan[0], fan[-1], color=BLUE, alpha=0.18, linewidth=0)
    axes.fill_between(time, fan[1], fan[-2], color=BLUE, alpha=0.34, linewidth=0)
    for edge in (low, high):
        axes.plot(time, edge, color=BLACK, linewidth=0.8, linestyle=(0, (3, 2)))
    axes.plot(time, mean, color=BLUE, linewidth=1.8)
    set_height(axes, [fan[0], low], [fan[-1], high])
    tidy(axes)
    date_axis(axes, part["time"].to_numpy())
    axes.set_ylabel("\n".join(textwrap.wrap(difference_label(scale), 34)), fontsize=8.5)


def _say_direction(axes: Axes, part: xr.Dataset, first: str, other: str) -> None:
    """Write which side of zero is whose, and from when on the runs are apart."""
    for y, va, words in (
        (0.985, "top", "above zero: higher"),
        (0.015, "bottom", "below zero: lower"),
    ):
        axes.text(
            0.008, y, f"{words} in {first}", transform=axes.transAxes, fontsize=7, color=GREY,
            va=va, style="italic", bbox=_ON_WHITE,
        )  # fmt: skip
    month = part["first_month_apart"].to_numpy()
    words = "not apart at the end" if np.isnat(month) else f"apart from {str(month)[:7]}"
    axes.text(
        0.992, 0.015, f"{first} minus {other}: {words}",
        transform=axes.transAxes, fontsize=7, ha="right", va="bottom", bbox=_ON_WHITE,
    )  # fmt: skip
    if not np.isnat(month):
        axes.plot([month], [0.0], marker="^", color=VERMILLION, markersize=5, zorder=4)


def difference_overview(comparison: Comparison, variables: Sequence[str]) -> Figure:
    """Draw the differences of several series, a panel each, a colour for each other run.

    Parameters
    ----------
    comparison
        From `rift_sim.compare`.
    variables
        Names of national series.

    Raises
    ------
    InputError
        As `Comparison.over_time`.
    """
    count = len(comparison.differences)
    rows = math.ceil(len(variables) / _COLUMNS)
    columns = min(_COLUMNS, len(variables))
    width = max(8.0, _LEFT + columns * _PANEL[0] + (columns - 1) * _ACROSS + 0.2)
    bands = (
        "its 95 % interval"
        if count > 1
        else f"its 95 % interval (dark) and 90 % {SPREAD[comparison.paired]} (light)"
    )
    caption = Caption(
        comparison,
        width,
        minus(comparison)[0] if count == 1 else f"{names(comparison)[0]} minus others",
        f"Differences month by month, {in_full(comparison, minus(comparison))}: mean and {bands}. "
        f"Above zero: higher in {names(comparison)[0]}.",
        _SINGLE_MONTHS,
    )
    head = caption.head + 0.3 + 0.25 * (count > 1)
    height = head + rows * _PANEL[1] + (rows - 1) * _DOWN + caption.foot + 0.4
    figure = new_figure(width, height)
    for place, variable in enumerate(variables):
        row, column = divmod(place, _COLUMNS)
        left = _LEFT + column * (_PANEL[0] + _ACROSS)
        bottom = height - head - (row + 1) * _PANEL[1] - row * _DOWN
        axes = figure.add_axes(
            (left / width, bottom / height, _PANEL[0] / width, _PANEL[1] / height)
        )
        _draw_panel(axes, comparison.over_time(variable), variable, minus(comparison))
    if count > 1:
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="upper left", fontsize=8, frameon=False, ncols=min(3, count),
            bbox_to_anchor=(0.005, 1 - (caption.head - 0.08) / height),
        )  # fmt: skip
    caption.write(figure)
    return figure


def _draw_panel(axes: Axes, data: xr.Dataset, variable: str, labels: Sequence[str]) -> None:
    time = data["time"].to_numpy()
    scale = difference_scale(data, variable)
    axes.axhline(0.0, color=BLACK, linewidth=0.8)
    lows, highs = [], []
    for number, (label, colour) in enumerate(zip(labels, cycle(PALETTE), strict=False)):
        part = data.isel(difference=number)
        time, fan, (mean, low, high) = _curves(part, scale)
        if len(labels) == 1:
            axes.fill_between(time, fan[0], fan[-1], color=colour, alpha=0.18, linewidth=0)
            low_shown, high_shown = np.minimum(low, fan[0]), np.maximum(high, fan[-1])
        else:
            low_shown, high_shown = low, high
        axes.fill_between(time, low, high, color=colour, alpha=0.4, linewidth=0)
        axes.plot(time, mean, color=colour, linewidth=1.4, label=label)
        lows.append(low_shown)
        highs.append(high_shown)
    set_height(axes, lows, highs)
    tidy(axes)
    date_axis(axes, data["time"].to_numpy())
    axes.set_title(
        PANELS.get(variable) or textwrap.shorten(SERIES[variable].long_name, 44, placeholder=" …"),
        fontsize=8.5,
        fontweight="bold",
        loc="left",
        pad=14,
    )
    axes.text(0, 1.03, difference_label(scale), transform=axes.transAxes, fontsize=7, color=GREY)
