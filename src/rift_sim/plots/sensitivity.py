"""What decides a result: effects and shares of the variance, parameter by parameter."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.analysis.sensitivity.history import ASSUMED, INFORMED, NOT_FITTED, SAME
from rift_sim.analysis.sensitivity.morris import effect_sign
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.plots.style import BLACK, BLUE, GREY, PALETTE, new_figure, scale_of, tidy
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.sensitivity.study import Result, Study
    from rift_sim.plots.style import Scale

__all__ = ["quantity_scale", "sensitivity_figure"]

_COLOURS = {
    INFORMED: BLUE,
    SAME: PALETTE[4],
    NOT_FITTED: "#BBBBBB",
    ASSUMED: PALETTE[3],
    "": PALETTE[2],
}
"""By what history said of a parameter; several at once are green."""
_WORDS = {
    INFORMED: "history informs it",
    SAME: "history was asked and says nothing",
    NOT_FITTED: "not fitted to history",
    ASSUMED: "assumed by the scenario",
    "": "several parameters",
}
_MOST, _BAR, _HEAD, _FOOT, _GAP = 14, 0.27, 1.12, 1.0, 0.62
_WIDTH, _LABELS, _PANEL = 9.4, 1.85, 2.65


def quantity_scale(result: Result) -> Scale:
    """Choose the unit to show a quantity in."""
    name = result.quantity.series
    series = SERIES[name]
    largest = abs(result.indices.mean) if result.indices else 0.0
    largest = max([largest, *(effect.size.high for effect in result.effects)])
    period = "year" if result.quantity.when.isdigit() else "month"
    return scale_of(name, series.units, series.kind, largest, period=period)


def sensitivity_figure(study: Study, result: Result) -> Figure:
    """Draw effects beside shares of the variance, a bar for each factor.

    Parameters
    ----------
    study
        What was varied.
    result
        Of one quantity.
    """
    shares = result.indices.shares if result.indices else []
    left = [effect.factor for effect in result.effects if not effect.inert][:_MOST]
    right = [share.factor for share in shares if share.total.value > 0.0][:_MOST]
    rows = max(len(left), len(right), 3)
    height = _HEAD + rows * _BAR + _FOOT
    figure = new_figure(_WIDTH, height)
    panels = [part for part in ((left, "effects"), (right, "shares")) if part[0]]
    for place, (factors, what) in enumerate(panels):
        start = _LABELS + place * (_LABELS + _PANEL)
        wide = _PANEL if len(panels) > 1 else _WIDTH - _LABELS - 0.4
        tall = len(factors) * _BAR
        bottom = height - _HEAD - tall
        axes = figure.add_axes((start / _WIDTH, bottom / height, wide / _WIDTH, tall / height))
        colours = [_COLOURS.get(study.said(factor), _COLOURS[""]) for factor in factors]
        if what == "effects":
            _effects(axes, result, factors, colours)
        else:
            _shares(axes, result, factors, colours)
        axes.set_yticks(range(len(factors)), [_label(study, factor) for factor in factors])
        axes.set_ylim(len(factors) - 0.5, -0.5)
        tidy(axes)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
        axes.tick_params(axis="y", labelsize=7, length=0)
    _words(figure, study, result, [*left, *right])
    return figure


def _effects(axes: Axes, result: Result, factors: list[str], colours: list[str]) -> None:
    scale = quantity_scale(result)
    found = {effect.factor: effect for effect in result.effects}
    size = scale.factor * np.array([found[factor].size for factor in factors])
    axes.barh(range(len(factors)), size[:, 0], height=0.7, color=colours)
    axes.hlines(range(len(factors)), size[:, 1], size[:, 2], color=BLACK, linewidth=0.9)
    for row, factor in enumerate(factors):
        mark = effect_sign(found[factor])
        axes.text(
            size[row, 2] + 0.015 * size[:, 2].max(), row, mark, fontsize=8, va="center", ha="left"
        )
    axes.set_xlim(0.0, 1.08 * size[:, 2].max())
    axes.set_title(
        f"Change by a step of half the probability of\nthe parameter, {scale.label}", fontsize=8
    )


def _shares(axes: Axes, result: Result, factors: list[str], colours: list[str]) -> None:
    assert result.indices is not None
    found = {share.factor: share for share in result.indices.shares}
    first, total = (
        100.0 * np.nan_to_num(np.array([getattr(found[factor], name) for factor in factors]))
        for name in ("first", "total")
    )
    rows = np.arange(len(factors))
    axes.barh(rows - 0.17, total[:, 0], height=0.34, color=colours)
    axes.barh(rows + 0.19, first[:, 0], height=0.34, color=colours, alpha=0.45)
    axes.hlines(rows - 0.17, total[:, 1], total[:, 2], color=BLACK, linewidth=0.9)
    axes.hlines(rows + 0.19, first[:, 1], first[:, 2], color=BLACK, linewidth=0.9)
    axes.set_xlim(0.0, max(10.0, 1.05 * total[:, 2].max(), 1.05 * first[:, 2].max()))
    axes.set_title(
        "Share of the variance by parameters, %\nin all (dark) and alone (pale)", fontsize=8
    )


def _label(study: Study, factor: str) -> str:
    claims = study.claims(factor)
    shown = " ".join(claims[:3]) + (" …" if len(claims) > 3 else "")
    return f"{factor}\n{shown}" if shown else factor


def _words(figure: Figure, study: Study, result: Result, factors: list[str]) -> None:
    from matplotlib.patches import Patch

    _, height = figure.get_size_inches()
    name = f"{study.scenario.name}: what decides {result.quantity}"
    figure.text(0.012, 1 - 0.08 / height, name, fontsize=10.5, fontweight="bold", va="top")
    shown = {study.said(factor) for factor in factors}
    kinds = [kind for kind in _COLOURS if kind in shown or (not kind and shown - set(_COLOURS))]
    handles = [Patch(color=_COLOURS[kind], label=_WORDS[kind]) for kind in kinds]
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.008, 1 - 0.28 / height), ncols=4,
        fontsize=7.5, frameon=False,
    )  # fmt: skip
    note = (
        "Below a name: mechanisms it serves. Signs: which way the result goes when the parameter "
        "goes up; ± where it depends. Black: 95 % intervals."
    )
    if result.indices is not None and not math.isnan(result.indices.chance.value):
        note += (
            f" Chance and the starting map make {100 * result.indices.chance.value:.0f} % of the "
            "variance of a replicate."
        )
        varied = {name for share in result.indices.shares for name in study.members[share.factor]}
        if len(varied) < len(study.inputs.names):
            note += (
                " Parameters without a bar on the right make "
                f"{100 * result.indices.others.value:.0f} % of the rest."
            )
    source = f"Source: rift_sim {__version__}, {study.screening + study.shares:,} simulations."
    wide = int(_WIDTH * 17)
    lines = [line for text in (note, LIMITS, source) for line in textwrap.wrap(text, wide)]
    figure.text(0.012, 0.06 / height, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom")
