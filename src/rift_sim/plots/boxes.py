"""Boxes of parameters: the way of the search beside what each box limits."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLACK, BLUE, GREY, VERMILLION, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.sensitivity.boxes import Box, Limit
    from rift_sim.analysis.sensitivity.discovery import Discovery

__all__ = ["boxes_figure"]

_WIDTH, _TALL, _HEAD, _FOOT, _GAP = 9.4, 2.1, 0.62, 0.72, 0.95
_NOTE = (
    "Left: boxes on the way of the search, by how many parameters they limit; the box that is "
    "reported, on the cases that the search saw and on the others (with a 95 % interval). Right: "
    "what it limits, from the lowest to the highest value of all cases. Dashed: share of all cases."
)


def boxes_figure(found: Discovery) -> Figure:
    """Draw a row for each box.

    Parameters
    ----------
    found
        With one box or more.
    """
    rows = len(found.boxes)
    height = _HEAD + rows * (_TALL + _GAP) + _FOOT
    figure = new_figure(_WIDTH, height)
    for row, box in enumerate(found.boxes):
        bottom = height - _HEAD - row * (_TALL + _GAP) - _TALL - 0.3
        left = figure.add_axes((0.62 / _WIDTH, bottom / height, 3.1 / _WIDTH, _TALL / height))
        tall = min(_TALL, 0.5 * len(box.limits) + 0.1)
        place = (6.1 / _WIDTH, (bottom + _TALL - tall) / height, 3.0 / _WIDTH, tall / height)
        _way(left, box, legend=row == 0)
        _bars(figure.add_axes(place), found, box)
        verdict = "" if box.stands else " (does not stand the test)"
        left.set_title(f"Box {row + 1}{verdict}", fontsize=8.5, loc="left", fontweight="bold")
        figure.text(place[0], place[1] - 0.12 / height, _result(box, row), fontsize=7.5, va="top")
    title = f"{found.name}: where '{found.expression.text}'"
    figure.text(0.012, 1 - 0.08 / height, title, fontsize=10.5, fontweight="bold", va="top")
    cases = found.table.holds.size
    source = f"Source: rift_sim {__version__}, {cases:,} simulations."
    wide = int(_WIDTH * 17)
    lines = [line for text in (_NOTE, LIMITS, source) for line in textwrap.wrap(text, wide)]
    figure.text(0.012, 0.06 / height, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom")
    return figure


def _result(box: Box, row: int) -> str:
    """Say how the box does on cases that the search did not see."""
    fit = box.unseen
    share, low, high = (100.0 * number for number in fit.density)
    rest = " that earlier boxes leave" if row else ""
    return (
        f"So in {share:.0f} % of {fit.inside:,} cases not seen ({low:.0f} to {high:.0f} %),\n"
        f"against {100.0 * fit.base:.0f} % of all{rest}."
    )


def _way(axes: Axes, box: Box, *, legend: bool) -> None:
    """Draw density over coverage, step by step."""
    coverage = 100.0 * np.array([step.coverage for step in box.steps])
    density = 100.0 * np.array([step.density for step in box.steps])
    shade = np.minimum([step.limits for step in box.steps], 8) / 8.0
    axes.plot(coverage, density, color="#CCCCCC", linewidth=0.8, zorder=1)
    axes.scatter(
        coverage, density, c=0.85 - 0.75 * shade, cmap="gray", vmin=0.0, vmax=1.0, s=14, zorder=2,
        edgecolor="#777777", linewidth=0.4, label="search: darker, more limits",
    )  # fmt: skip
    for fit, colour, mark, label in (
        (box.seen, BLUE, "s", "this box, cases seen"),
        (box.unseen, VERMILLION, "D", "this box, cases not seen"),
    ):
        value, low, high = (100.0 * number for number in fit.density)
        axes.plot(100.0 * fit.coverage, value, mark, color=colour, markersize=6, label=label)
        if fit is box.unseen:
            axes.vlines(100.0 * fit.coverage, low, high, color=colour, linewidth=1.2)
    axes.axhline(100.0 * box.seen.base, color=BLACK, linewidth=0.7, linestyle="--")
    axes.set_xlim(0.0, 105.0)
    axes.set_ylim(0.0, 105.0)
    axes.set_xlabel("coverage: share of such cases in the box, %", fontsize=7.5)
    axes.set_ylabel("density: share of the box, %", fontsize=7.5)
    if legend:
        axes.legend(fontsize=6.5, frameon=False, loc="best", handletextpad=0.3)
    tidy(axes)


def _bars(axes: Axes, found: Discovery, box: Box) -> None:
    """Draw what is inside of each limit, between the ends of all cases."""
    labels = []
    for row, limit in enumerate(box.limits):
        labels.append(limit.name)
        axes.barh(row, 1.0, height=0.42, color="#E6E6E6")
        if limit.levels:
            _levels(axes, found, limit, row)
            continue
        values = found.table.columns[limit.name]
        least, most = float(values.min()), float(values.max())
        width = most - least
        start = 0.0 if limit.low is None else (limit.low - least) / width
        stop = 1.0 if limit.high is None else (limit.high - least) / width
        axes.barh(row, stop - start, left=start, height=0.42, color=BLUE)
        unit = found.inputs[limit.name].unit
        for place, value, side in ((0.0, least, "left"), (1.0, most, "right")):
            axes.text(place, row + 0.26, f"{value:.3g}", fontsize=6, color=GREY, ha=side, va="top")
        for place, bound in ((start, limit.low), (stop, limit.high)):
            if bound is not None:
                text = f"{bound:.3g}" + ("" if unit == "1" else f" {unit}")
                side = "left" if place < 0.4 else "right" if place > 0.6 else "center"
                axes.text(place, row - 0.25, text, fontsize=7, ha=side, va="bottom")
    axes.set_yticks(range(len(labels)), labels, fontsize=7.5)
    axes.set_ylim(len(labels) - 0.45, -0.6)
    axes.set_xlim(-0.01, 1.01)
    axes.set_xticks([])
    axes.set_frame_on(False)
    axes.tick_params(axis="y", length=0)


def _levels(axes: Axes, found: Discovery, limit: Limit, row: int) -> None:
    """Draw the levels of an axis side by side, those inside in colour."""
    levels = list(dict.fromkeys(found.table.columns[limit.name].tolist()))
    for place, level in enumerate(levels):
        start, width = place / len(levels), 1.0 / len(levels)
        inside = level in limit.levels
        axes.barh(
            row, width, left=start, height=0.42, color=BLUE if inside else "#E6E6E6",
            edgecolor="white", linewidth=1.0,
        )  # fmt: skip
        axes.text(
            start + width / 2.0, row, level, fontsize=6.5, ha="center", va="center",
            color="white" if inside else BLACK,
        )  # fmt: skip
