"""Charts of a report: fans over time, and differences over time, as Bokeh figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.plots.fans import quantiles
from rift_sim.plots.style import BLACK, GREY, PALETTE, Scale, scale_of
from rift_sim.plots.time_axis import named_months, whole_month

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["BANDS", "BOTH", "COLORS", "DASHES", "MOST", "Fan", "fan_chart", "fan_of"]

COLORS = (*PALETTE[:4], BLACK, GREY)
"""The colours of all figures whose contrast to white is 3 or more."""
DASHES = ("solid", "dashed", "dotdash", "dotted", "dashdot", "solid")
"""So that lines are told apart without colours."""
MOST = len(COLORS)
BANDS = 3
"""With more fans than this only lines are drawn; bands of 90 % only with up to `BOTH`."""
BOTH = {False: 1, True: 2}
"""Fans that do not hide each other's wide bands: of a series, and of differences (signed)."""
_HEIGHT = 250
_WIDE, _HALF, _MEDIAN = (0, 4), (1, 3), (2, 2)
"""Rows of the bands of a fan: the outermost that are drawn."""


class Fan(NamedTuple):
    """One series of one scenario, or one difference.

    Attributes
    ----------
    label
        Of the scenario or the difference.
    bands
        In the unit of the scale, shape (5, month): 5, 25, 50, 75 and 95 % over replicates; of
        a mean with an interval, the interval stands for the 25 and 75 %.
    """

    label: str
    bands: NDArray[np.float64]


def fan_of(data: Sequence[xr.Dataset], labels: Sequence[str], name: str) -> tuple[Scale, list[Fan]]:
    """Return the fans of a series in all scenarios, and the unit they are in."""
    fans = [quantiles(part[name].transpose("replicate", "time").to_numpy()) for part in data]
    attrs = data[0][name].attrs
    largest = max(float(np.nanmax(fan)) for fan in fans)
    scale = scale_of(name, attrs["units"], attrs["kind"], largest)
    return scale, [Fan(label, fan * scale.factor) for label, fan in zip(labels, fans, strict=True)]


def fan_chart(
    time: NDArray[np.datetime64],
    fans: Sequence[Fan],
    scale: Scale,
    *,
    events: Sequence[np.datetime64] = (),
    signed: bool = False,
    colors: Sequence[str] = COLORS,
    dashes: Sequence[str] = DASHES,
) -> Any:
    """Draw fans as a Bokeh figure with values on hover.

    Parameters
    ----------
    time
        First day of each month, shape (month,).
    fans, scale
        What is drawn, and its unit.
    events
        Months that are marked by a thin line.
    signed
        Values are differences: zero is marked and the axis is free; else the axis is that of
        the figures of a run.
    colors, dashes
        Of the fans.
    """
    models = need("bokeh.models")
    source = models.ColumnDataSource(_columns(time, fans))
    outer = _outermost(len(fans), signed=signed)
    low, high = _limits(fans, scale, outer, signed=signed)
    chart = need("bokeh.plotting").figure(
        height=_HEIGHT,
        sizing_mode="stretch_width",
        x_axis_type="datetime",
        x_range=models.Range1d(*_months_shown(time)),
        y_range=models.Range1d(low, high),
        toolbar_location=None,
        tools="",
        min_border_left=46,
    )
    for moment in events:
        place = moment.astype("datetime64[ms]").astype("int64")
        chart.add_layout(models.Span(location=int(place), dimension="height", line_color="#C4C4C4"))
    if signed:
        chart.add_layout(models.Span(location=0, dimension="width", line_color="#333333"))
    if outer != _MEDIAN:
        _draw_bands(chart, source, colors[: len(fans)], wide=outer == _WIDE)
    lines = [
        chart.line(
            "time", f"q{k}_2", source=source, color=colors[k], line_width=2, line_dash=dashes[k]
        )
        for k in range(len(fans))
    ]
    chart.add_tools(_hover(lines[0], len(fans), signed=signed, digits=_digits(low, high)))
    _tidy(chart)
    _name_months(chart.xaxis, time)
    return chart


def _columns(time: NDArray[np.datetime64], fans: Sequence[Fan]) -> dict[str, Any]:
    """Return the data of a chart: month, and label and quantiles of each fan."""
    shown, _ = whole_month(time, np.zeros(len(time)))
    columns: dict[str, Any] = {
        "time": shown.astype("datetime64[ms]"),
        "month": [str(month) for month in shown.astype("datetime64[M]")],
    }
    for k, fan in enumerate(fans):
        columns[f"label{k}"] = [fan.label] * len(shown)
        _, bands = whole_month(time, np.asarray(fan.bands))
        columns |= {f"q{k}_{j}": band.astype("f4") for j, band in enumerate(bands)}
    return columns


def _draw_bands(chart: Any, source: Any, colors: Sequence[str], *, wide: bool) -> None:
    """Draw the bands of half of the replicates, and of 90 % of them."""
    pairs = ((0, 4, 0.14), (1, 3, 0.24)) if wide else ((1, 3, 0.24),)
    for k, color in enumerate(colors):
        for low, high, alpha in pairs:
            chart.varea(
                "time", f"q{k}_{low}", f"q{k}_{high}", source=source,
                fill_color=color, fill_alpha=alpha,
            )  # fmt: skip


def _outermost(count: int, *, signed: bool) -> tuple[int, int]:
    """Return the outermost rows of the bands that are drawn of so many fans."""
    if count <= BOTH[signed]:
        return _WIDE
    return _HALF if count <= BANDS else _MEDIAN


def _months_shown(time: NDArray[np.datetime64]) -> tuple[int, int]:
    """Return the horizontal axis in milliseconds; it ends within the last month.

    An axis with room beyond it would name the year that comes after the run.
    """
    first, last = time[[0, -1]].astype("datetime64[D]")
    beyond = np.timedelta64(14 if len(time) > 1 else 31, "D")
    ends = np.array([first, last + beyond], "datetime64[ms]").astype("int64")
    return int(ends[0]), int(ends[1])


def _limits(
    fans: Sequence[Fan], scale: Scale, outer: tuple[int, int], *, signed: bool
) -> tuple[float, float]:
    """Return the vertical axis of what is drawn.

    Shares go from 0 to 100 %, others from 0, differences are free.
    """
    low = min(float(np.nanmin(fan.bands[outer[0]])) for fan in fans)
    high = max(float(np.nanmax(fan.bands[outer[1]])) for fan in fans)
    if signed:
        room = 0.08 * max(high - low, 1e-9)
        return min(low, 0.0) - room, max(high, 0.0) + room
    if scale.share:
        return 0.0, max(100.0, 1.05 * high)
    return 0.0, 1.08 * high if high > 0 else 1.0


def _digits(low: float, high: float) -> int:
    """Return the decimals that leave about four figures of the span of an axis."""
    return int(np.clip(3 - np.floor(np.log10(max(high - low, 1e-9))), 0, 6))


def _hover(line: Any, count: int, *, signed: bool, digits: int) -> Any:
    """Show the values of every fan in the month under the pointer.

    Labels are texts of users. They come from a column, which Bokeh puts in as text; in the
    template itself they would be markup.
    """
    form = "{" + ("+" if signed else "") + "0,0" + ("." + "0" * digits if digits else "") + "}"
    rows = "".join(
        f"<tr><th>@label{k}</th><td>@q{k}_2{form}</td><td>@q{k}_0{form} to @q{k}_4{form}</td></tr>"
        for k in range(count)
    )
    head = "<tr><th>@month</th><td>median</td><td>90 % band</td></tr>"
    return need("bokeh.models").HoverTool(
        renderers=[line],
        mode="vline",
        tooltips=f'<table style="font-size:12px;color:#1a1a1a">{head}{rows}</table>',
    )


def _name_months(axis: Any, time: NDArray[np.datetime64]) -> None:
    """Name the months that a figure names; Bokeh's own choice puts labels upon each other."""
    models = need("bokeh.models")
    named, form = named_months(time)
    axis.ticker = models.FixedTicker(ticks=named.astype("datetime64[ms]").astype("int64").tolist())
    axis.formatter = models.DatetimeTickFormatter(days=form, months=form, years=form)


def _tidy(chart: Any) -> None:
    """Take away what carries no information, and make texts dark enough to be read."""
    chart.outline_line_color = None
    chart.xgrid.visible = False
    chart.ygrid.grid_line_color = "#E3E3E3"
    chart.yaxis.formatter = need("bokeh.models").NumeralTickFormatter(format="0,0.[000]")
    for axis in (chart.xaxis, chart.yaxis):
        axis.axis_line_color = "#999999"
        axis.major_tick_line_color = "#999999"
        axis.minor_tick_line_color = None
        axis.major_label_text_color = "#333333"
        axis.major_label_text_font_size = "12px"
    chart.yaxis.axis_label_text_color = GREY
