"""The map of a report: departments in every scenario, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.calendar import Month
from rift_sim.plots.map_values import spell_months
from rift_sim.plots.overview import PANELS
from rift_sim.plots.style import Scale, scale_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LAYERS", "Layer", "department_layers", "map_figures", "palette", "period"]

LAYERS = (
    "control",
    "presence_survey",
    "presence_alert",
    "members",
    "newly_displaced",
    "conflict_deaths",
    "coca_ha",
)
"""Series that can be shown on the map, the first one first."""
YEAR = 12
"""Months over which flows are summed."""
_EXTENT = (-79.4, -66.6, -4.5, 12.8)
_ARCHIPELAGO = "88"
_MOVED = (3.0, -1.0)
"""Degrees by which the archipelago is moved toward the coast, so that it is seen."""


@dataclass(frozen=True)
class Layer:
    """One series on the map.

    Attributes
    ----------
    name, title
        Of the series.
    scale
        Unit of the values.
    flow
        Whether values are sums over up to twelve months.
    values
        Medians over replicates, shape (scenario, month, department).
    top
        Upper end of the colour scale, over all scenarios and months.
    """

    name: str
    title: str
    scale: Scale
    flow: bool
    values: NDArray[np.float64]
    top: float


def department_layers(data: Sequence[xr.Dataset]) -> list[Layer]:
    """Return the layers that every scenario has."""
    names = [name for name in LAYERS if all(f"{name}_department" in part for part in data)]
    return [_layer(data, name) for name in names]


def _layer(data: Sequence[xr.Dataset], name: str) -> Layer:
    attrs = data[0][f"{name}_department"].attrs
    flow = attrs["kind"] == "flow"
    values = np.stack([_medians(part[f"{name}_department"], flow=flow) for part in data])
    largest = float(values.max())
    scale = scale_of(name, attrs["units"], attrs["kind"], largest, period="year")
    if attrs["units"] == "count":
        scale = Scale(1.0, "municipalities")
    elif flow:
        scale = Scale(scale.factor, scale.label.removesuffix(" per year"))
    title = PANELS.get(name, str(attrs["long_name"]).split(", by ")[0])
    top = 100.0 if scale.share else max(largest * scale.factor, 1e-9)
    return Layer(name, title, scale, flow, values * scale.factor, top)


def _medians(series: xr.DataArray, *, flow: bool) -> NDArray[np.float64]:
    """Return medians over replicates, shape (month, department); flows over up to a year."""
    part = series.transpose("replicate", "time", "department").to_numpy().astype(np.float64)
    if flow:
        total = part.cumsum(axis=1)
        part = total.copy()
        part[:, YEAR:] -= total[:, :-YEAR]
    return np.asarray(np.median(part, axis=0))


def period(start: Month, place: int, *, flow: bool) -> str:
    """Say in words what a value of the month at `place` covers."""
    month = start.shift(place)
    if not flow:
        return month.in_words
    return spell_months(start.shift(max(0, place - YEAR + 1)), month)


def palette() -> list[str]:
    """Return the colours of the scale, light to dark (yellow to brown)."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["YlOrBr"](level)) for level in np.linspace(0.0, 0.95, 64)]


def map_figures(layer: Layer, departments: Sequence[str], names: Sequence[str]) -> list[Any]:
    """Draw one map for each scenario, of the last month; all share one source of places.

    The source is called ``places`` and has a column ``v0``, ``v1``, ... for each scenario; the
    scale of colours is called ``colors``. A page moves the map by setting both.
    """
    models, figure = need("bokeh.models"), need("bokeh.plotting").figure
    shapes = [_rings(code) for code in departments]
    columns: dict[str, Any] = {
        "xs": [x for x, _ in shapes],
        "ys": [y for _, y in shapes],
        "name": list(names),
    }
    count = len(layer.values)
    columns |= {f"v{k}": layer.values[k, -1] for k in range(count)}
    source = models.ColumnDataSource(columns, name="places")
    mapper = models.LinearColorMapper(palette(), low=0.0, high=layer.top, name="colors")
    found = []
    for k in range(count):
        chart = figure(
            # Near the equator a degree is as long to the east as to the north.
            aspect_ratio=(_EXTENT[1] - _EXTENT[0]) / (_EXTENT[3] - _EXTENT[2]),
            sizing_mode="stretch_width",
            x_range=models.Range1d(*_EXTENT[:2]),
            y_range=models.Range1d(*_EXTENT[2:]),
            min_border=0,
            toolbar_location=None,
            tools="",
        )
        places = chart.patches(
            "xs", "ys", source=source, line_color="#6B6B6B", line_width=0.6,
            fill_color={"field": f"v{k}", "transform": mapper},
        )  # fmt: skip
        tip = f'<div style="font-size:12px;color:#1a1a1a"><b>@name</b><br>@v{k}{{0,0.[0]}}</div>'
        chart.add_tools(models.HoverTool(renderers=[places], tooltips=tip))
        chart.axis.visible = False
        chart.grid.visible = False
        chart.outline_line_color = None
        found.append(chart)
    return found


def _rings(code: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the outline of a department, its parts apart from each other by NaN."""
    from rift_sim.territory import load_outlines

    moved = np.array(_MOVED if code == _ARCHIPELAGO else (0.0, 0.0))
    parts = [ring + moved for ring in load_outlines().departments.get(code, ())]
    gap = np.full((1, 2), np.nan)
    joined = [piece for part in parts for piece in (part, gap)][:-1]
    flat = np.concatenate(joined) if joined else gap
    return flat[:, 0].astype("f4"), flat[:, 1].astype("f4")
