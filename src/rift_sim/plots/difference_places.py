"""Differences of runs by place: a row of dots for each, and a map."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.calendar import Month
from rift_sim.plots.country import SHORT_NAMES, draw_country, hatch_departments, name_departments
from rift_sim.plots.difference_style import Caption, difference_scale, in_full, minus, names
from rift_sim.plots.map_values import spell_months
from rift_sim.plots.style import BLACK, GREY, PALETTE, Scale, difference_label, new_figure, tidy
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.compare.comparison import Comparison

__all__ = ["difference_dots", "difference_map"]

_COLORS = "PuOr_r"
"""Purple to orange, which people with any kind of colour vision tell apart; white is zero."""
_DOTS = (
    "Dots: mean difference; thick lines: its 95 % interval; thin lines: 5 to 95 % of the "
    "differences. Hollow: the 95 % interval holds zero. Of thirty intervals, one or two leave out "
    "zero by chance alone."
)
_MAP = (
    "Mean difference over replicates. Hatched: its 95 % interval holds zero. Numbers: the largest "
    "differences that are not hatched. Outlines of departments simplified."
)


def _when(data: xr.Dataset) -> str:
    first, last = (Month.parse(str(data[name].to_numpy())[:7]) for name in ("since", "date"))
    return spell_months(first, last)


def _scale(data: xr.Dataset, variable: str) -> Scale:
    scale = difference_scale(data, variable, period="year")
    # The title says which months a flow is summed over.
    return Scale(scale.factor, scale.label.removesuffix(" per year"), scale.share)


def difference_dots(
    comparison: Comparison,
    variable: str,
    date: str | None = None,
    by: str = "department",
    places: Sequence[str] | None = None,
) -> Figure:
    """Draw differences by place or group, sorted, with intervals.

    Parameters
    ----------
    comparison
        From `rift_sim.compare`.
    variable, date, by
        As `Comparison.at`; sorted by the first difference.
    places
        Labels along `by` that are wanted; all if not given.

    Raises
    ------
    InputError
        As `Comparison.at`.
    """
    data = comparison.at(variable, date, by)
    if places is not None:
        data = data.sel({by: list(places)})
    scale = _scale(data, variable)
    order = np.argsort(data["mean"].isel(difference=0).to_numpy(), kind="stable")
    data = data.isel({by: order})
    count, shown = data.sizes["difference"], data.sizes[by]
    width, step = 8.0, 0.19 + 0.09 * (count - 1)
    caption = Caption(
        comparison,
        width,
        f"{SERIES[variable].long_name}, by {by}: difference",
        f"{_when(data)}: {in_full(comparison, minus(comparison))}",
        _DOTS,
    )
    head, foot = caption.head + 0.25, caption.foot + 0.5
    height = head + step * shown + foot
    figure = new_figure(width, height)
    left, right = 2.35, 0.75
    axes = figure.add_axes(
        (left / width, foot / height, 1 - (left + right) / width, step * shown / height)
    )
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    labels = minus(comparison)
    for number, (label, colour) in enumerate(zip(labels, cycle(PALETTE), strict=False)):
        part = data.isel(difference=number)
        rows = np.arange(shown) + (0.5 - (number + 0.5) / count) * 0.62
        low, high = (part[name].to_numpy() * scale.factor for name in ("mean_low", "mean_high"))
        fan = part["quantiles"].transpose("quantile", by).to_numpy() * scale.factor
        mean = part["mean"].to_numpy() * scale.factor
        axes.hlines(rows, fan[0], fan[-1], color=colour, linewidth=0.7, alpha=0.7)
        axes.hlines(rows, low, high, color=colour, linewidth=2.2)
        apart = (low > 0.0) | (high < 0.0)
        for kind, face in ((apart, colour), (~apart, "white")):
            axes.plot(mean[kind], rows[kind], "o", color=colour, markerfacecolor=face, markersize=4)
        axes.plot([], [], "o-", color=colour, label=label)
    axes.set_ylim(-0.6, shown - 0.4)
    axes.set_yticks(range(shown), _names(data, by), fontsize=7.5)
    tidy(axes)
    axes.tick_params(axis="y", labelsize=7.5, length=0)
    axes.grid(axis="y", color="#F0F0F0", linewidth=0.6)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    first = names(comparison)[0]
    axes.set_xlabel(
        f"{difference_label(scale)}\n← lower in {first}    |    higher in {first} →", fontsize=8
    )
    if count == 1:
        _write_chances(axes, data)
    else:
        figure.legend(
            loc="upper left", fontsize=8, frameon=False, ncols=2,
            bbox_to_anchor=(0.005, 1 - (caption.head - 0.08) / height),
        )  # fmt: skip
    caption.write(figure)
    return figure


def _names(data: xr.Dataset, by: str) -> list[str]:
    codes = [str(code) for code in data[by].to_numpy()]
    if by == "group" or f"{by}_name" not in data.coords:
        return [code.replace("_", " ") for code in codes]
    words = [str(name) for name in data[f"{by}_name"].to_numpy()]
    found = zip(codes, words, strict=True)
    return [
        textwrap.shorten(SHORT_NAMES.get(code, word), 34, placeholder=" …") for code, word in found
    ]


def _write_chances(axes: Axes, data: xr.Dataset) -> None:
    """Write beside each row the probability that the first run exceeds the second."""
    chances = data["probability_above"].isel(difference=0).to_numpy()
    for row, chance in enumerate(chances):
        axes.text(
            1.02, row, f"{100 * chance:.0f} %", transform=axes.get_yaxis_transform(),
            fontsize=7, va="center", color=GREY,
        )  # fmt: skip
    axes.text(
        1.02, len(chances) - 0.4, "share\nabove 0", transform=axes.get_yaxis_transform(),
        fontsize=6.5, va="bottom", color=GREY,
    )  # fmt: skip


def difference_map(
    comparison: Comparison, variable: str, date: str | None = None, number: int = 0
) -> Figure:
    """Draw mean differences by department on the map.

    The colour scale has zero in its middle and reaches as far on both sides as the largest
    difference. Departments whose 95 % interval holds zero are hatched.

    Parameters
    ----------
    comparison
        From `rift_sim.compare`.
    variable, date
        As `Comparison.at`.
    number
        Which difference, in the order of `Comparison.differences`.

    Raises
    ------
    InputError
        As `Comparison.at`.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    data = comparison.at(variable, date, "department").isel(difference=[number])
    scale = _scale(data, variable)
    part = data.isel(difference=0)
    codes = [str(code) for code in part["department"].to_numpy()]
    mean, low, high = (
        part[name].to_numpy() * scale.factor for name in ("mean", "mean_low", "mean_high")
    )
    top = float(np.abs(mean).max()) or 1.0
    norm = Normalize(-top, top)
    figure = new_figure(6.6, 8.4)
    fills = {code: colormaps[_COLORS](norm(value)) for code, value in zip(codes, mean, strict=True)}
    axes, inset = draw_country(figure, fills)
    unsure = np.flatnonzero((low <= 0.0) & (high >= 0.0)).tolist()
    for place in (axes, inset):
        hatch_departments(place, [codes[k] for k in unsure])
    clear = sorted(set(range(len(codes))) - set(unsure), key=lambda k: -abs(mean[k]))
    digits = max(0, 1 - math.floor(math.log10(top)))
    name_departments(axes, {codes[k]: f"{mean[k]:+,.{digits}f}" for k in clear})
    bar = figure.colorbar(
        ScalarMappable(norm, colormaps[_COLORS]), cax=figure.add_axes((0.07, 0.17, 0.022, 0.26))
    )
    bar.ax.tick_params(labelsize=8, length=2)
    first = names(comparison)[0]
    unit, higher, lower = (
        textwrap.fill(text, 22, break_on_hyphens=False)
        for text in (difference_label(scale), f"higher in {first}", f"lower in {first}")
    )
    figure.text(0.045, 0.437, f"{unit}\n\n{higher}", fontsize=7.5, va="bottom")
    figure.text(0.045, 0.163, lower, fontsize=7.5, va="top")
    Caption(
        comparison,
        6.6,
        f"{SERIES[variable].long_name}: difference",
        f"{_when(data)}: {in_full(comparison, [minus(comparison)[number]])}",
        _MAP,
    ).write(figure)
    return figure
