"""Fan charts: median, 50 and 90 % bands over replicates, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError
from rift_sim.plots.events import label_marks, marks_of, rule_marks
from rift_sim.plots.style import (
    BLUE,
    PALETTE,
    Scale,
    add_footer,
    new_figure,
    scale_of,
    set_limits,
    tidy,
)
from rift_sim.plots.time_axis import date_axis, whole_month

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run

__all__ = ["choose_series", "draw_fan", "fan_figure"]

_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOST_BANDS = 3


def choose_series(run: Run, name: str) -> xr.DataArray:
    """Return a national series of a run by name.

    Raises
    ------
    InputError
        When there is none; names the nearest.
    """
    from rift_sim.ensemble.summary import national_series

    names = national_series(run.dataset)
    if name not in names:
        raise InputError(
            f"the run has no series '{name}'", key="--variable", allowed=names, given=name
        )
    return run.dataset[name]


def quantiles(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the quantiles that a fan shows; shape (5, time) from (replicate, time)."""
    return np.quantile(np.asarray(values, np.float64), _LEVELS, axis=0)


def draw_fan(
    axes: Axes, time: NDArray[np.datetime64], fan: NDArray[np.float64], color: str = BLUE
) -> None:
    """Draw one fan: bands light to dark, the median on top; a single month as a level."""
    time, fan = whole_month(time, fan)
    axes.fill_between(time, fan[0], fan[4], color=color, alpha=0.18, linewidth=0)
    axes.fill_between(time, fan[1], fan[3], color=color, alpha=0.34, linewidth=0)
    axes.plot(time, fan[2], color=color, linewidth=1.6)


def draw_series(axes: Axes, series: xr.DataArray) -> tuple[Scale, str]:
    """Draw a national series, of one scenario or of each in a sweep; set both axes.

    Returns
    -------
    Scale, str
        The unit used, and a remark about the axis.
    """
    time = series["time"].to_numpy()
    name = str(series.name)
    if "scenario" in series.dims:
        fans = np.stack([quantiles(part.to_numpy()) for part in series.transpose("scenario", ...)])
    else:
        fans = quantiles(series.to_numpy())[None]
    scale = scale_of(name, series.attrs["units"], series.attrs["kind"], float(np.nanmax(fans)))
    fans = fans * scale.factor
    if len(fans) == 1:
        draw_fan(axes, time, fans[0])
    else:
        _draw_several(axes, series, time, fans)
    remark = set_limits(axes, scale, fans[:, 0], fans[:, -1])
    date_axis(axes, time)
    return scale, remark


def fan_figure(run: Run, name: str) -> Figure:
    """Draw one series of a run as a fan chart, with the scenario's events.

    Raises
    ------
    InputError
        When the run has no such series.
    """
    series = choose_series(run, name)
    height, width, bottom = 3.4, 8.0, 0.78
    figure = new_figure(width, 6.0)
    axes = figure.add_axes((0.09, bottom / 6.0, 0.87, height / 6.0))
    scale, remark = draw_series(axes, series)
    tidy(axes)
    marks = marks_of(run)
    rule_marks(axes, marks)
    taken = label_marks(axes, marks, height=height)
    total = bottom + height + taken + 0.66
    figure.set_size_inches(width, total)
    axes.set_position((0.09, bottom / total, 0.87, height / total))
    axes.set_ylabel(f"{scale.label}\n({remark})" if remark else scale.label, fontsize=8.5)
    figure.text(
        0.012,
        1 - 0.1 / total,
        series.attrs["long_name"],
        fontsize=11.5,
        va="top",
        fontweight="bold",
    )
    figure.text(0.012, 1 - 0.34 / total, _subtitle(run, series), fontsize=8.5, va="top")
    add_footer(figure, run)
    return figure


def _subtitle(run: Run, series: xr.DataArray) -> str:
    title = str(run.manifest.get("title", run.name))
    if "scenario" in series.dims:
        count = series.sizes["scenario"]
        bands = "medians and 50 % bands" if count <= _MOST_BANDS else "medians"
        return f"{title}. {count} scenarios, {bands}"
    return f"{title}. Median, 50 % band (dark) and 90 % band (light)"


def _draw_several(
    axes: Axes, series: xr.DataArray, time: NDArray[np.datetime64], fans: NDArray[np.float64]
) -> None:
    """One line for each scenario; with many, one colour for each level of the first axis."""
    names = [str(name) for name in series["scenario"].to_numpy()]
    groups, axis = names, None
    if len(names) > len(PALETTE):
        axis = next(
            (
                str(c)
                for c in series.coords
                if series[c].dims == ("scenario",) and str(c) != "scenario"
            ),
            None,
        )
        groups = [str(level) for level in series[axis].to_numpy()] if axis else [""] * len(names)
    order = list(dict.fromkeys(groups))
    time, fans = whole_month(time, fans)
    labelled: set[str] = set()
    for group, fan in zip(groups, fans, strict=True):
        color = PALETTE[order.index(group) % len(PALETTE)]
        if len(names) <= _MOST_BANDS:
            axes.fill_between(time, fan[1], fan[3], color=color, alpha=0.25, linewidth=0)
        label = None if group in labelled else group
        labelled.add(group)
        axes.plot(time, fan[2], color=color, linewidth=1.3, label=label)
    axes.legend(fontsize=7, frameon=False, loc="best", title=axis, title_fontsize=7)
