"""A threshold: how often a value of a lever does it, and what it does to the outcome."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.analysis.levers.threshold import FEW, threshold_figures
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLUE, GREY, VERMILLION, new_figure, scale_of, tidy
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.levers.threshold import Threshold

__all__ = ["threshold_figure"]

_RESTS = {
    "history": "history has informed what the lever acts through",
    "part": "history has informed part of what the lever acts through",
    "priors": "what the lever acts through rests on priors alone",
}


def threshold_figure(found: Threshold) -> Figure:
    """Draw the share of replicates that do it, and the outcome, by value of the lever.

    Parameters
    ----------
    found
        From `rift_sim.analysis.levers.threshold.find_threshold`, with a search.
    """
    assert found.search is not None
    figure = new_figure(7.0, 5.4)
    share = figure.add_axes((0.12, 0.58, 0.84, 0.32))
    outcome = figure.add_axes((0.12, 0.2, 0.84, 0.29), sharex=share)
    _share(share, found)
    _outcome(outcome, found)
    for axes in (share, outcome):
        tidy(axes)
        axes.set_xlim(found.low, found.high)
    figure.text(
        0.012, 0.985, f"{found.scenario.name}: {found.goal} by {found.lever.name}",
        fontsize=10.5, fontweight="bold", va="top",
    )  # fmt: skip
    note = (
        f"Every value with the same {found.replicates:,} replicates, set in {found.since}; "
        f"{_RESTS[found.footing.kind]}."
    )
    source = f"Source: rift_sim {__version__}, scenario '{found.scenario.name}', seed "
    lines = (note, LIMITS, f"{source}{found.scenario.seed}.")
    wrapped = [line for text in lines for line in textwrap.wrap(text, 118)]
    figure.text(0.012, 0.012, "\n".join(wrapped), fontsize=6.5, color=GREY, va="bottom")
    return figure


def _share(axes: Axes, found: Threshold) -> None:
    search, goal = found.search, found.goal
    assert search is not None
    axes.plot(search.values, 100.0 * search.shares, "o-", color=BLUE, markersize=3.5, linewidth=1.2)
    axes.axhline(100.0 * goal.share, color=VERMILLION, linewidth=1.0, linestyle="--")
    if search.threshold is not None:
        value, low, high = search.threshold
        band = (max(low, found.low), min(high, found.high))
        axes.axvspan(*band, color=GREY, alpha=0.13, linewidth=0)
        axes.axvline(value, color=GREY, linewidth=1.0)
        about, *ends = threshold_figures(found)
        rough = f"rough: {found.replicates} replicates; " if found.replicates < FEW else ""
        text = f"about {about} ({rough}95 % interval, shaded: {ends[0]} to {ends[1]})"
    else:
        texts = {
            "none": "no value does it",
            "all": "every value does it",
            "not one way": "the share does not go one way",
        }
        text = texts[search.outcome]
    axes.set_title(f"Threshold: {text}", fontsize=8.5, loc="left")
    axes.set_ylim(0.0, 104.0)
    axes.set_ylabel("% of replicates\nin which it holds", fontsize=8)
    axes.tick_params(labelbottom=False)
    # On the side where the share is low.
    side, align = (0.008, "left") if search.rising else (0.992, "right")
    axes.annotate(
        f"wanted: {100.0 * goal.share:g} %", (side, 100.0 * goal.share), fontsize=7,
        xycoords=("axes fraction", "data"), ha=align, va="top", color=VERMILLION,
        xytext=(0, -2), textcoords="offset points",
    )  # fmt: skip


def _outcome(axes: Axes, found: Threshold) -> None:
    search, goal = found.search, found.goal
    assert search is not None
    series = SERIES[goal.outcome.series]
    when = goal.outcome.when
    period = "run" if when == "sum" else "year" if when.isdigit() else "month"
    low, middle, high = np.quantile(found.outcomes, [0.1, 0.5, 0.9], axis=1)
    largest = float(max(np.abs(high).max(), abs(goal.value)))
    scale = scale_of(goal.outcome.series, series.units, series.kind, largest, period=period)
    axes.fill_between(
        search.values, scale.factor * low, scale.factor * high, color=BLUE, alpha=0.2, linewidth=0
    )
    axes.plot(search.values, scale.factor * middle, color=BLUE, linewidth=1.4)
    axes.axhline(scale.factor * goal.value, color=VERMILLION, linewidth=1.0, linestyle="--")
    axes.set_title("Outcome: median, and the band of 10 to 90 % of replicates", fontsize=8.5,
                   loc="left")  # fmt: skip
    axes.set_ylabel(scale.label, fontsize=8)
    axes.set_xlabel(found.lever.meaning, fontsize=8)
