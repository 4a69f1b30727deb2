"""Pictures of one replicate while it goes on: small charts, and the map of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.plots.events import rule_marks
from rift_sim.plots.fans import date_axis
from rift_sim.plots.maps import draw_layer
from rift_sim.plots.style import BLUE, GREY, Scale, new_figure, scale_of, set_limits, tidy

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from rift_sim.plots.events import Mark
    from rift_sim.plots.map_values import MapLayer

__all__ = ["layer_figure", "line_figure", "line_scale"]

_MAP = (4.3, 5.1)
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
    lines = [(series, BLUE, 1.8)] if before is None else [(before, "#9A9A9A", 1.4)]
    lines += [] if before is None else [(series, BLUE, 1.8)]
    values = []
    for part, color, width in lines:
        found = part.isel(replicate=0).to_numpy() * scale.factor
        axes.plot(part["time"].to_numpy(), found, color=color, linewidth=width)
        values.append(found)
    axes.plot(series["time"].to_numpy()[-1:], values[-1][-1:], "o", color=BLUE, markersize=4)
    axes.set_xlim(months[0], months[-1] + np.timedelta64(27, "D"))
    everything = np.concatenate(values)
    remark = set_limits(axes, scale, everything, everything)
    date_axis(axes, len(months))
    tidy(axes)
    rule_marks(axes, marks)
    if remark:
        axes.text(0.01, 0.02, remark, transform=axes.transAxes, fontsize=6.5, color=GREY)
    return figure


def layer_figure(layer: MapLayer) -> Figure:
    """Draw the map of a month by department, without heading and footer."""
    figure: Any = new_figure(*_MAP)
    draw_layer(figure, layer, bottom=0.005, height=0.99, scale=(0.02, 0.19))
    return figure
