"""Figures of a calibration: prior beside posterior, and history beside what is predicted."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from rift_sim import __version__
from rift_sim.analysis.calibrate.results import SummaryRow, parameter_rows, summary_rows
from rift_sim.drafts import make_folder
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLACK, BLUE, GREY, VERMILLION, new_figure, tidy, write_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.calibrate.results import Result

__all__ = ["draw_calibration"]

_COLUMNS = 4
_BINS = (8, 30)
_GRID = (np.arange(4000) + 0.5) / 4000
_DECADES = 30.0
"""Values so many times apart are shown by their logarithm, if that was compared."""
_LABELLED = 12
"""So many years or places on an axis have room for a label each."""


def draw_calibration(result: Result, folder: Path) -> None:
    """Draw ``posterior.png`` and ``predictive.png``.

    Parameters
    ----------
    result
        A finished calibration.
    folder
        Where they go; made if it is not there.
    """
    make_folder(folder)
    write_figure(_draw_parameters(result), folder / "posterior.png")
    write_figure(_draw_predictions(result), folder / "predictive.png")


def _grid(panels: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    rows = math.ceil(panels / columns)
    figure = new_figure(11.0, 1.6 + height * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for spare in axes[panels:]:
        spare.set_visible(False)
    return figure, axes[:panels]


def _draw_parameters(result: Result) -> Figure:
    """Small multiples: the density of each parameter before and after."""
    space = result.problem.space
    rows = parameter_rows(result)
    figure, axes = _grid(len(rows), min(_COLUMNS, len(rows)), 2.1)
    bins = int(np.clip(1.5 * result.fit.effective**0.5, *_BINS))
    for place, (panel, row) in enumerate(zip(axes, rows, strict=True)):
        before, after = space.value(place, ndtri(_GRID)), result.draws[:, place]
        low, high = np.quantile(np.concatenate([before, after]), (0.005, 0.995)).tolist()
        edges = np.linspace(low, high, bins + 1)
        for values, colour, width in ((before, GREY, 1.2), (after, BLUE, 1.6)):
            density, _ = np.histogram(values, edges, density=True)
            panel.stairs(density, edges, color=colour, linewidth=width)
        tidy(panel)
        panel.set_yticks([])
        same = "" if row.informed == "yes" else ", as before"
        panel.set_title(f"{row.parameter}{same}", fontsize=8, loc="left", color=BLACK)
        unit = "no unit" if row.unit == "1" else row.unit
        panel.set_xlabel(unit, fontsize=7)
    axes[0].set_ylabel("density", fontsize=7)
    note = (
        "Grey: prior. Blue: posterior. 'As before': its distribution function differs from "
        f"the prior's by no more than {result.threshold:.2f}; history said nothing about it."
    )
    return _finished(figure, "What history says about parameters", note, result)


def _draw_predictions(result: Result) -> Figure:
    """Draw observed numbers on the intervals that are predicted.

    Numbers of a target share a panel where they are of the same kind: a level and a growth rate
    have no axis in common.
    """
    alike: dict[tuple[str, str, bool], list[SummaryRow]] = {}
    for row in summary_rows(result):
        statistic = row.key.rpartition(":")[2]
        kind = "" if statistic.isdigit() or row.key.count(":") > 1 else statistic
        logs = result.problem.known[row.key].offset is not None
        alike.setdefault((row.target, kind, logs), []).append(row)
    figure, axes = _grid(len(alike), min(_COLUMNS, len(alike)), 2.1)
    for panel, ((target, _, _), found) in zip(axes, alike.items(), strict=True):
        many = len(found) > 3 * _LABELLED
        rows = sorted(found, key=lambda row: row.observed) if many else found
        x = np.arange(len(rows))
        width = max(0.6, 3.5 - 0.1 * len(rows))
        ends = [np.array([getattr(row, name) for row in rows]) for name in _ENDS]
        panel.vlines(x - 0.12, ends[0], ends[1], color="#BBBBBB", linewidth=width)
        panel.vlines(x + 0.12, ends[2], ends[3], color=BLUE, linewidth=width)
        inside = np.array([row.inside == "yes" for row in rows])
        observed = np.array([row.observed for row in rows])
        size = 14 if not many else 5
        panel.scatter(x[inside], observed[inside], size, BLACK, zorder=3)
        panel.scatter(x[~inside], observed[~inside], size, VERMILLION, marker="D", zorder=3)
        tidy(panel)
        known = result.problem.known[rows[0].key]
        if known.offset is not None and ends[1].max() > _DECADES * max(ends[0].min(), 1e-9):
            panel.set_yscale("symlog", linthresh=max(known.offset, 1e-9))
            panel.set_ylim(bottom=0.0)
        panel.set_xlim(-1.0, len(rows))
        _label(panel, rows, many)
        title = textwrap.wrap(f"{target}: {known.label}", 37)[:2]
        panel.set_title("\n".join(title), fontsize=7, loc="left")
        unit = "no unit" if rows[0].unit == "1" else rows[0].unit
        panel.set_ylabel(unit, fontsize=7)
    note = (
        "Bars hold 90 % of simulations, errors of observation included: grey from the prior, blue "
        "from the posterior. Observed: black dots inside the blue bar, red diamonds outside. "
        "These numbers were fitted; this is no forecast."
    )
    return _finished(figure, "History beside what the posterior predicts", note, result)


_ENDS = ("prior_p05", "prior_p95", "posterior_p05", "posterior_p95")


def _label(panel: Axes, rows: list[SummaryRow], many: bool) -> None:
    """Write years, or years and places, below the axis; many are put in order of size."""
    if many:
        panel.set_xticks([])
        panel.set_xlabel(f"{len(rows)} numbers, in order of size", fontsize=7)
        return
    names = [row.key.partition(":")[2] or row.key for row in rows]
    step = max(1, math.ceil(len(rows) / _LABELLED))
    panel.set_xticks(range(0, len(rows), step), names[::step], fontsize=7)


def _finished(figure: Figure, title: str, note: str, result: Result) -> Figure:
    source = (
        f"Source: rift_sim {__version__}, {result.fit.weights.size:,} particles, effective sample "
        f"size {result.fit.effective:.0f}."
    )
    lines = [line for text in (note, LIMITS, source) for line in textwrap.wrap(text, 150)]
    _, inches = figure.get_size_inches()
    figure.text(0.012, 1.0 - 0.1 / inches, title, fontsize=11, fontweight="bold", va="top")
    figure.text(
        0.012, 0.06 / inches, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom",
        linespacing=1.25,
    )  # fmt: skip
    figure.tight_layout(rect=(0.0, (0.16 + 0.12 * len(lines)) / inches, 1.0, 1.0 - 0.4 / inches))
    return figure
