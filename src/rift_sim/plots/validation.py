"""Figures of a validation: skill, coverage, rank histograms, onset."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.analysis.forecasts.cases import MODEL, Cases
from rift_sim.analysis.forecasts.forecast import Mode
from rift_sim.analysis.onset.discrimination import Calibration
from rift_sim.analysis.onset.trial import OnsetRow
from rift_sim.analysis.validation.skill import BINS, ScoreRow, ranks
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLACK, BLUE, GREY, VERMILLION, new_figure, tidy, write_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_coverage", "draw_onset", "draw_ranks", "draw_skill", "place_axes", "titled_figure"]

_COLOURS: Mapping[str, str] = {"conditional": VERMILLION, "forecast": BLUE}
_WORDS = {
    "conditional": "given history's later events",
    "forecast": "nothing known after the origin",
}
_NAIVE_MARKERS = {"trend": "|", "hurdle": "x"}
_NAIVE_WORDS = {"trend": "trend", "hurdle": "hurdle regression"}
_PALE = "#999999"
_FEW = 8
"""Fewer cases than this are not drawn: their scores say next to nothing."""
_WORST = -1.5
"""Skill further left is an arrow."""
_NARROWEST, _WIDEST = 0.2, 5.0
"""Widths of bands, relative to persistence; what lies beyond is an arrow."""
_SHIFT: Mapping[str, float] = {"conditional": -0.13, "forecast": 0.13}


def titled_figure(title: str, note: str, width: float, height: float) -> Figure:
    """Return a figure with a title above and a note below."""
    figure = new_figure(width, height)
    figure.text(0.012, 1 - 0.1 / height, title, fontsize=10.5, fontweight="bold", va="top")
    lines = [
        line
        for text in (note, LIMITS, f"Source: rift_sim {__version__}, rift validate.")
        for line in textwrap.wrap(text, int(width * 17))
    ]
    figure.text(0.012, 0.06 / height, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom")
    return figure


def place_axes(
    figure: Figure, left: float, right: float, low: float = 1.0, top: float = 0.75
) -> Axes:
    """Add axes; margins in inches."""
    width, height = figure.get_size_inches()
    box = (left / width, low / height, 1 - (left + right) / width, 1 - (low + top) / height)
    return figure.add_axes(box)


def _shown(rows: Sequence[ScoreRow]) -> dict[str, int]:
    """Return the cases of each target that has enough of them, most cases first."""
    cases = {row.target: row.cases for row in rows if row.forecaster == MODEL}
    shown = sorted((name for name in cases if cases[name] >= _FEW), key=lambda name: -cases[name])
    return {name: cases[name] for name in shown}


def _label_rows(axes: Axes, targets: Mapping[str, int]) -> None:
    names = [f"{name.replace('_', ' ')} ({cases})" for name, cases in targets.items()]
    axes.set_yticks(range(len(names)), names, fontsize=8)


def _add_legend(figure: Figure, axes: Axes, columns: int) -> None:
    """Say which colour is which, in a line under the title."""
    for mode, colour in _COLOURS.items():
        axes.plot([], [], "o-", color=colour, label=f"model, {_WORDS[mode]}", markersize=5)
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.32 / figure.get_size_inches()[1]),
        ncols=columns,
        fontsize=7.5,
        frameon=False,
    )


def draw_skill(rows: Sequence[ScoreRow], file: Path) -> None:
    """Draw how much lower our CRPS is than that of persistence, with 95 % intervals."""
    targets = _shown(rows)
    if not targets:
        return
    figure = titled_figure(
        "Skill against probabilistic persistence",
        "1 - CRPS / CRPS of persistence, over all origins and places; above 0 the model is better. "
        "Bars: 95 %, bootstrap over departments (over years for the country). Grey: damped trend, "
        f"and hurdle regression for departments. Targets with {_FEW} cases or more; an arrow "
        "points to what lies further left.",
        7.5,
        1.9 + 0.42 * len(targets),
    )
    axes = place_axes(figure, 2.1, 0.2, 1.15)
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    for place, target in enumerate(targets):
        for row in (row for row in rows if row.target == target):
            ours = row.forecaster == MODEL
            if not ours and (row.forecaster not in _NAIVE_MARKERS or row.mode != "forecast"):
                continue
            colour = _COLOURS[row.mode] if ours else _PALE
            marker = "o" if ours else _NAIVE_MARKERS[row.forecaster]
            height = place + (_SHIFT[row.mode] if ours else 0.3)
            value, low, high = row.skill
            if ours and high > _WORST:
                axes.hlines(height, max(low, _WORST), high, color=colour, linewidth=1.4)
            if value < _WORST:
                axes.plot(_WORST + 0.04, height, "<", color=colour, markersize=5)
            else:
                axes.plot(value, height, marker, color=colour, markersize=5)
    _label_rows(axes, targets)
    axes.set_ylim(len(targets) - 0.5, -0.5)
    axes.set_xlim(_WORST, 1.0)
    axes.set_xlabel("skill (1 = perfect, 0 = as good as persistence)", fontsize=8)
    tidy(axes)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    for name, marker in _NAIVE_MARKERS.items():
        axes.plot([], [], marker, color=_PALE, label=_NAIVE_WORDS[name], linestyle="none")
    _add_legend(figure, axes, 4)
    write_figure(figure, file)


def draw_coverage(rows: Sequence[ScoreRow], file: Path) -> None:
    """Draw how often 50 and 90 % bands held the observation, and how wide they are."""
    targets = _shown(rows)
    if not targets:
        return
    figure = titled_figure(
        "Do the bands hold what they promise?",
        "Left: share of observations within the 90 % band, with a 95 % interval; the line is what "
        "it should be. Right: mean width of that band relative to that of persistence; an arrow "
        "points to what lies further out.",
        7.5,
        1.9 + 0.42 * len(targets),
    )
    width, height = figure.get_size_inches()
    bottom, tall = 1.1 / height, 1 - 1.85 / height
    held = figure.add_axes((2.1 / width, bottom, 3.0 / width, tall))
    wide = figure.add_axes((5.4 / width, bottom, 1.9 / width, tall))
    held.axvline(90.0, color=BLACK, linewidth=0.8)
    wide.axvline(1.0, color=BLACK, linewidth=0.8)
    for place, target in enumerate(targets):
        chosen = [row for row in rows if row.target == target]
        base = {row.mode: row.width_90 for row in chosen if row.forecaster == "persistence"}
        for row in (row for row in chosen if row.forecaster == MODEL):
            height, colour = place + _SHIFT[row.mode], _COLOURS[row.mode]
            share = 100.0 * np.array(row.inside_90)
            held.hlines(height, share[1], share[2], color=colour, linewidth=1.4)
            held.plot(share[0], height, "o", color=colour, markersize=5)
            if base.get(row.mode, 0.0) > 0.0:
                ratio = row.width_90 / base[row.mode]
                marker = "<" if ratio < _NARROWEST else ">" if ratio > _WIDEST else "o"
                shown = float(np.clip(ratio, 1.05 * _NARROWEST, _WIDEST / 1.05))
                wide.plot(shown, height, marker, color=colour, markersize=5)
    _label_rows(held, targets)
    wide.set_yticks([])
    held.set_xlim(0.0, 100.0)
    wide.set_xscale("log")
    wide.set_xticks([0.25, 0.5, 1.0, 2.0, 4.0], ["1/4", "1/2", "1", "2", "4"])
    wide.minorticks_off()
    wide.set_xlim(_NARROWEST, _WIDEST)
    held.set_xlabel("within the 90 % band, %", fontsize=8)
    wide.set_xlabel("width, persistence = 1", fontsize=8)
    for axes in (held, wide):
        axes.set_ylim(len(targets) - 0.5, -0.5)
        tidy(axes)
        axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    _add_legend(figure, held, 2)
    write_figure(figure, file)


def draw_ranks(cases: Mapping[tuple[Mode, str], Cases], file: Path) -> None:
    """Draw rank histograms of our forecasts without later events: flat where they are honest."""
    chosen = {
        name: some
        for (mode, name), some in cases.items()
        if mode == "forecast" and len(some) >= _FEW
    }
    if not chosen:
        return
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    figure = titled_figure(
        "Ranks of the observations among the members",
        "Cases by tenth of the ensemble, lowest to highest; dashed: what an honest forecast has. "
        "High on the right: observations above the forecasts. A valley: bands too narrow. "
        "Model without events after the origin.",
        max(6.0, 1.0 + 1.75 * columns),
        1.7 + 1.55 * rows,
    )
    width, height = figure.get_size_inches()
    for place, (name, some) in enumerate(chosen.items()):
        row, column = divmod(place, columns)
        left, bottom = 0.55 + column * 1.75, height - 0.75 - (row + 1) * 1.1 - row * 0.45
        axes = figure.add_axes((left / width, bottom / height, 1.35 / width, 1.1 / height))
        counts = ranks(some)[MODEL]
        axes.bar(np.arange(BINS), counts, width=0.9, color=BLUE)
        axes.axhline(counts.sum() / BINS, color=BLACK, linewidth=0.8, linestyle="--")
        axes.set_title(f"{name.replace('_', ' ')} ({len(some)})", fontsize=7.5)
        axes.set_xticks([-0.5, 4.5, 9.5], ["0", "rank", "1"])
        tidy(axes)
        axes.tick_params(labelsize=7)
    write_figure(figure, file)


def draw_onset(rows: Sequence[OnsetRow], curves: Mapping[str, Calibration], file: Path) -> None:
    """Draw how well onset is ranked within and across departments, and whether chances hold."""
    onset = [row for row in rows if row.event == "onset"]
    if not onset:
        return
    figure = titled_figure(
        f"Where groups appeared between {onset[0].first} and {onset[0].last}: "
        f"{onset[0].events} of {onset[0].places} municipalities",
        "Left: area under the ROC curve, 95 % by drawing departments again; filled: all places, "
        "hollow: within departments. Models that were shown other departments' outcome knew more "
        "than a forecast can. Right: chances beside what happened, in classes of equal size.",
        8.2,
        1.95 + 0.42 * len(onset),
    )
    width, height = figure.get_size_inches()
    bottom, tall = 1.15 / height, 1 - 1.75 / height
    axes = figure.add_axes((2.45 / width, bottom, 2.9 / width, tall))
    for place, row in enumerate(onset):
        colour = BLUE if row.forecaster.startswith("model") else "#777777"
        for shift, found, face in ((-0.13, row.auc, colour), (0.13, row.within, "white")):
            axes.hlines(place + shift, found.low, found.high, color=colour, linewidth=1.2)
            axes.plot(
                found.value, place + shift, "o", color=colour, markerfacecolor=face, markersize=5
            )
    axes.axvline(0.5, color=BLACK, linewidth=0.8)
    labels = ["\n".join(textwrap.wrap(row.forecaster, 32)) for row in onset]
    axes.set_yticks(range(len(onset)), labels)
    axes.set_ylim(len(onset) - 0.5, -0.5)
    areas = np.array([(*row.auc, *row.within) for row in onset])
    axes.set_xlim(min(0.45, float(np.nanmin(areas, initial=0.5)) - 0.02), 1.0)
    axes.set_xlabel("area under the ROC curve (0.5 = no better than chance)", fontsize=8)
    tidy(axes)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    side = min(2.1, height - 1.75)
    chance = figure.add_axes((5.95 / width, bottom, 2.0 / width, side / height))
    chance.plot([0, 100], [0, 100], color=BLACK, linewidth=0.8, linestyle="--")
    for (name, curve), colour in zip(curves.items(), (BLUE, VERMILLION), strict=False):
        chance.plot(
            100 * curve.predicted,
            100 * curve.observed,
            "o-",
            color=colour,
            markersize=4,
            label=name,
        )
    chance.set_xlim(0, 100)
    chance.set_ylim(0, 100)
    chance.set_xlabel("chance, %", fontsize=8)
    chance.set_ylabel("appeared, %", fontsize=8)
    chance.legend(fontsize=6.5, frameon=False, loc="upper left")
    tidy(chance)
    write_figure(figure, file)
