"""Levers beside each other: what a step of each does to an outcome, with intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.analysis.conditions.quantity import parse_quantity
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    PALETTE,
    VERMILLION,
    Scale,
    new_figure,
    scale_of,
    tidy,
)
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.conditions.quantity import Quantity
    from rift_sim.analysis.levers.effects import Effect, Levers
    from rift_sim.scenario import Scenario

__all__ = ["levers_figure", "period", "scale_of_effects", "unit"]

_STYLES = {
    "history": ("rests on history", BLUE, "o"),
    "part": ("rests on history in part", PALETTE[2], "s"),
    "priors": ("rests on priors alone", VERMILLION, "D"),
}
"""What each mark means: label, colour, mark."""
_MOST, _FEWER = 30, 10
"""Levers in a panel; fewer where there are several panels."""
_ROW, _ABOVE, _BELOW, _HEAD, _FOOT = 0.21, 0.34, 0.42, 0.62, 0.6


def scale_of_effects(rows: Sequence[Effect]) -> Scale:
    """Choose the unit to show differences of one outcome in."""
    outcome = parse_quantity(rows[0].outcome)
    ends = [abs(end) for row in rows if row.pairs for end in (row.low, row.high)]
    period = "run" if outcome.when == "sum" else "year" if outcome.when.isdigit() else "month"
    kind = SERIES[outcome.series].kind
    return scale_of(outcome.series, rows[0].unit, kind, max(ends, default=0.0), period=period)


def unit(scale: Scale) -> str:
    """Write the unit of a difference."""
    if not scale.share:
        return scale.label
    return scale.label.replace("% of", "percentage points of").replace("index, 0 to 100", "points")


def period(outcome: Quantity, scenario: Scenario) -> str:
    """Say when an outcome is read: ``end of 2030``, ``flow of 2030``, ``end of 2028-06``."""
    if outcome.when == "sum":
        return f"sum of {scenario.start} to {scenario.end}"
    flow = SERIES[outcome.series].kind == "flow"
    when = str(scenario.end) if outcome.when == "end" else outcome.when
    return f"flow of {when}" if flow else f"end of {when.removesuffix('-12')}"


def levers_figure(found: Levers) -> Figure:
    """Draw a panel for each outcome, a row for each lever, the largest effect first.

    Parameters
    ----------
    found
        From `rift_sim.analysis.levers.effects.pull_levers`, with a number at least.
    """
    counted = [effect for effect in found.effects if effect.pairs]
    outcomes = list(dict.fromkeys(effect.outcome for effect in counted))
    most = _MOST if len(outcomes) == 1 else _FEWER
    panels = {
        outcome: sorted(
            (e for e in counted if e.outcome == outcome), key=lambda e: abs(e.mean), reverse=True
        )
        for outcome in outcomes
    }
    shown = {outcome: rows[:most] for outcome, rows in panels.items()}
    heights = [_ROW * (len(rows) + 0.6) for rows in shown.values()]
    height = _HEAD + sum(heights) + len(heights) * (_ABOVE + _BELOW) + _FOOT
    figure = new_figure(8.0, height)
    top = height - _HEAD
    for (outcome, rows), tall in zip(shown.items(), heights, strict=True):
        bottom = top - _ABOVE - tall
        axes = figure.add_axes((0.37, bottom / height, 0.6, tall / height))
        title = _panel(axes, rows, len(panels[outcome]), found.scenario)
        figure.text(
            0.012, (top - _ABOVE + 0.08) / height, title, fontsize=8.5, fontweight="bold"
        )  # fmt: skip
        top = bottom - _BELOW
    _words(figure, found, height, {effect.rests for rows in shown.values() for effect in rows})
    return figure


def _panel(axes: Axes, rows: Sequence[Effect], of: int, scenario: Scenario) -> str:
    """Draw the effects on one outcome, and return its title."""
    scale = scale_of_effects(rows)
    for place, row in enumerate(rows):
        _, colour, mark = _STYLES[row.rests]
        within = colour if row.low > 0.0 or row.high < 0.0 else "white"
        mean, low, high = (scale.factor * value for value in (row.mean, row.low, row.high))
        axes.hlines(place, low, high, color=colour, linewidth=1.4)
        axes.plot(
            mean, place, mark, color=colour, markerfacecolor=within, markersize=4.5, zorder=3
        )  # fmt: skip
    labels = [_label(row) for row in rows]
    axes.set_yticks(np.arange(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    tidy(axes)
    axes.tick_params(axis="y", labelsize=7, length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="y", color="#EFEFEF", linewidth=0.6)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_xlabel(unit(scale), fontsize=7.5)
    outcome = parse_quantity(rows[0].outcome)
    some = f" ({len(rows)} largest of {of})" if of > len(rows) else ""
    label = f" [{outcome.label}]" if outcome.label else ""
    return f"{SERIES[outcome.series].long_name}{label}, {period(outcome, scenario)}{some}"


def _label(row: Effect) -> str:
    """Write a lever and its step; what is set stands in the table."""
    return f"{row.lever}: {row.step.rpartition(': ')[2]}"


def _words(figure: Figure, found: Levers, height: float, rests: set[str]) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], color=c, marker=m, markersize=4.5, linewidth=1.4, label=t)
        for kind, (t, c, m) in _STYLES.items()
        if kind in rests
    ]
    hollow = "hollow: the 95 % interval holds zero"
    marks.append(
        Line2D([], [], color=GREY, marker="o", markerfacecolor="white", markersize=4.5,
               linewidth=1.4, label=hollow)
    )  # fmt: skip
    figure.legend(
        handles=marks, loc="upper left", bbox_to_anchor=(0.008, 1 - 0.26 / height), ncols=4,
        fontsize=7.5, frameon=False,
    )  # fmt: skip
    figure.text(
        0.012, 1 - 0.08 / height, f"{found.scenario.name}: what a step of each lever does",
        fontsize=10.5, fontweight="bold", va="top",
    )  # fmt: skip
    note = (
        f"Levers pulled in {found.since}; mean difference over {found.replicates:,} pairs of "
        "replicates with its 95 % interval. Steps differ in kind and cost. Where a lever rests on "
        "priors alone, its size is the judgement that went into them."
    )
    source = f"Source: rift_sim {__version__}, scenario '{found.scenario.name}', seed "
    lines = (note, LIMITS, f"{source}{found.scenario.seed}.")
    wrapped = [line for text in lines for line in textwrap.wrap(text, 135)]
    figure.text(
        0.012, 0.06 / height, "\n".join(wrapped), fontsize=6.5, color=GREY, va="bottom"
    )  # fmt: skip
