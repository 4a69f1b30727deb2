"""Pictures of one replicate while it goes on: small charts, and the map of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rift_sim.plots.events import rule_marks
from rift_sim.plots.maps import draw_layer
from rift_sim.plots.style import BLUE, GREY, Scale, new_figure, scale_of, set_limits, tidy

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from rift_sim.plots.events import Mark
    from rift_sim.plots.map_values import MapLayer

__all__ = ["layer_figure", "line_figure", "line_scale"]

_MAP = (3.5, 4.15)
_LETTERS = 9.0
"""Points: a page beside its controls shows the map at some 100 dots per inch."""
_LINE = (3.0, 1.75)


def line_scale(series: xr.DataArray, before: xr.DataArray | None) -> Scale:
    """Choose the unit for a series of one replicate, and for the same one of a run before."""
    shown = [part for part in (series, before) if part is not None]
    largest = max(float(np.nanmax(part.to_numpy())) for part in shown)
    return scale_of(str(series.name), series.attrs["units"], series.attrs["kind"], largest)


def line_figure(
    series: xr.DataArray,
    before: xr.DataArray | None,
    months: NDArray[np.datetime64],
    marks: list[Mark],
) -> Figure:
    """Draw a series of one replicate as far as it has come, over the months of the scenario.

    Parameters
    ----------
    series
        National series with dimensions (replicate, time), of one replicate.
    before
        The same of an earlier run, drawn in grey.
    months
        All months of the scenario.
    marks
        Events, ruled as thin lines.
    """
    figure = new_figure(*_LINE)
    axes = figure.add_axes((0.15, 0.14, 0.82, 0.80))
    scale = line_scale(series, before)
    shown = [] if before is None else [(before, "#9A9A9A", 1.4)]
    values: list[NDArray[np.float64]] = []
    for part, color, width in (*shown, (series, BLUE, 1.8)):
        values.append(part.isel(replicate=0).to_numpy() * scale.factor)
        axes.plot(_days(part["time"].to_numpy()), values[-1], color=color, linewidth=width)
    axes.plot(_days(series["time"].to_numpy()[-1:]), values[-1][-1:], "o", color=BLUE, markersize=4)
    _year_axis(axes, months)
    # Room above and below: a few months would else look like a jump.
    everything = np.concatenate(values)
    remark = set_limits(axes, scale, 0.9 * everything, 1.1 * everything)
    tidy(axes)
    axes.yaxis.set_major_formatter("{x:,g}")
    rule_marks(axes, marks)
    if remark:
        axes.text(0.01, 0.02, remark, transform=axes.transAxes, fontsize=6.5, color=GREY)
    return figure


def _days(time: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return dates as matplotlib counts them: days since the beginning of 1970."""
    return time.astype("datetime64[D]").astype(np.float64)


def _year_axis(axes: Axes, months: NDArray[np.datetime64]) -> None:
    """Mark beginnings of years; plain ticks are drawn several times faster than dates."""
    days = _days(months)
    axes.set_xlim(days[0], days[-1] + 27.0)
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    begun = np.flatnonzero(np.diff(years, prepend=years[0] - 1))
    begun = begun[:: 1 + len(begun) // 8]
    axes.set_xticks(days[begun], [str(years[k]) for k in begun])


def layer_figure(layer: MapLayer) -> Figure:
    """Draw the map of a month by department, without heading and footer."""
    figure = new_figure(*_MAP)
    draw_layer(figure, layer, bottom=0.005, height=0.99, scale=(0.02, 0.19), letters=_LETTERS)
    return figure
