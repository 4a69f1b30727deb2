"""Stacked shares: how much of a variance is parameters, starting map and chance, year by year."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLACK, BLUE, GREY, PALETTE, new_figure, tidy
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.uncertainty import Origin

__all__ = ["SHARES", "shares_figure"]

SHARES = {
    "parameters": ("parameters", BLUE),
    "initial": ("starting map", PALETTE[4]),
    "chance": ("chance", "#BBBBBB"),
}
"""What each source is called, and its colour: told apart with any kind of colour vision, and in
print by lightness."""

_COLUMNS, _PANEL, _ACROSS, _DOWN = 3, (2.6, 1.5), 0.5, 0.62
_HEAD, _FOOT = 0.9, 0.85
_NOTE = (
    "Shares of the variance over replicates at each year's end (flows: of the year's sum). What "
    "two sources do only together counts at the upper one. Thin lines: 95 % intervals of the upper "
    "edge of parameters, and of the lower edge of chance."
)


def shares_figure(found: Sequence[Origin], name: str, replicates: int) -> Figure:
    """Draw a panel for each series, a stack for each year.

    Parameters
    ----------
    found
        From `rift_sim.analysis.uncertainty.break_down`.
    name
        Title of the scenario.
    replicates
        Of the experiment.
    """
    variables = list(dict.fromkeys(origin.variable for origin in found))
    columns = min(_COLUMNS, len(variables))
    rows = math.ceil(len(variables) / columns)
    width = max(6.5, 0.55 + columns * (_PANEL[0] + _ACROSS))
    height = _HEAD + rows * (_PANEL[1] + _DOWN) + _FOOT
    figure = new_figure(width, height)
    for place, variable in enumerate(variables):
        row, column = divmod(place, columns)
        left = 0.5 + column * (_PANEL[0] + _ACROSS)
        bottom = height - _HEAD - (row + 1) * _PANEL[1] - row * _DOWN
        axes = figure.add_axes(
            (left / width, bottom / height, _PANEL[0] / width, _PANEL[1] / height)
        )
        _stack(axes, [origin for origin in found if origin.variable == variable])
        axes.set_title("\n".join(textwrap.wrap(SERIES[variable].long_name, 44)), fontsize=8)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.008, 1 - 0.28 / height), ncols=3,
        fontsize=8, frameon=False,
    )  # fmt: skip
    figure.text(
        0.012,
        1 - 0.08 / height,
        f"{name}: where the width of the bands comes from",
        fontsize=10.5,
        fontweight="bold",
        va="top",
    )
    source = f"Source: rift_sim {__version__}, {replicates:,} replicates."
    wide = int(width * 17)
    lines = [line for text in (_NOTE, LIMITS, source) for line in textwrap.wrap(text, wide)]
    figure.text(0.012, 0.06 / height, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom")
    return figure


def _stack(axes: Axes, found: Sequence[Origin]) -> None:
    years = np.array([origin.year for origin in found])
    base = np.zeros(years.size)
    for source, (label, colour) in SHARES.items():
        share = np.array([getattr(origin, source).value for origin in found])
        share = 100.0 * np.nan_to_num(share)
        axes.bar(years, share, bottom=base, width=0.8, color=colour, label=label)
        base += share
    for side, source, sign, start in ((-0.14, "parameters", 1.0, 0.0), (0.14, "chance", -1.0, 100)):
        low, high = (
            start + sign * 100.0 * np.array([getattr(getattr(o, source), end) for o in found])
            for end in ("low", "high")
        )
        axes.vlines(years + side, low, high, color=BLACK, linewidth=0.8)
    for year in years[base == 0.0]:
        axes.text(year, 50.0, "nothing varies", fontsize=6.5, rotation=90, ha="center", va="center")
    axes.set_ylim(0.0, 100.0)
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    step = math.ceil(years.size / 8)
    axes.set_xticks(years[::step])
    axes.set_yticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    tidy(axes)
