"""Maps of a run on the outlines of Colombia's departments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.plots.country import draw_country, name_departments
from rift_sim.plots.map_values import (
    MapLayer,
    department_layer,
    mappable,
    municipal_layer,
    one_scenario,
)
from rift_sim.plots.style import GREY, add_footer, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run
    from rift_sim.territory import Territory

__all__ = ["draw_layer", "map_figure"]

_COLORS = "YlOrBr"


def map_figure(
    run: Run,
    variable: str,
    month: Month,
    *,
    group: str | None = None,
    municipal: bool = False,
    scenario: str | None = None,
) -> Figure:
    """Draw a variable on the map.

    Parameters
    ----------
    run
        Any run; a sweep needs `scenario`.
    variable
        Name of a national series that is also observed by department.
    month
        For stocks the month itself; for flows the end of the months summed from January.
    group
        Id of one group; by department only the survey's presence is observed by group.
    municipal
        Show municipalities as points; the run must have been made with ``municipal``.
    scenario
        Label of one scenario of a sweep.

    Raises
    ------
    InputError
        When the run has no such variable, group, scenario or municipal values.
    """
    if run.outline.scenario.territory.departments is not None:
        raise InputError(
            "the run is on a territory of its own, and there are no outlines to draw it with",
            file=run.directory,
            allowed="a run on the departments of Colombia",
        )
    names = mappable(run, municipal=municipal)
    if municipal and not names:
        raise InputError(
            "the run has no values by municipality",
            file=run.directory,
            allowed="a run made with --municipal",
        )
    if variable not in names:
        raise InputError(
            f"there is no map of '{variable}'", key="--variable", allowed=names, given=variable
        )
    data = one_scenario(run, scenario)
    find = municipal_layer if municipal else department_layer
    layer = find(data, variable, month, group)
    return _draw(run, layer, municipal=municipal, group=group, scenario=scenario)


def draw_layer(
    figure: Figure,
    layer: MapLayer,
    *,
    bottom: float = 0.095,
    height: float = 0.80,
    scale: tuple[float, float] = (0.09375, 0.325),
    letters: float = 6.5,
    places: Territory | None = None,
) -> None:
    """Draw a layer on the map, with the archipelago in an inset and the colour scale.

    Parameters
    ----------
    figure
        As wide as the map, and about `height` of it as high as the map is.
    bottom, height
        Where the map stands, in shares of the figure's height.
    scale
        Where the colour scale begins and how high it is, in shares of the map's height.
    letters
        Size of the names of departments, in points.
    places
        Municipalities to be drawn as points, where the layer is by municipality.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    norm = Normalize(0.0, layer.top if layer.top > 0 else 1.0)
    fills = {code: colormaps[_COLORS](norm(value)) for code, value in layer.values.items()}
    country = draw_country(figure, fills if places is None else {}, bottom=bottom, height=height)
    if places is None:
        _name_highest(country[0], layer, letters)
    else:
        for axes in country:
            _points(axes, places, layer.values, norm)
    first, size = bottom + scale[0] * height, scale[1] * height
    bar = figure.add_axes((0.07, first, 0.022, size))
    over = "max" if max(layer.values.values()) > layer.top * 1.001 else "neither"
    mapping = ScalarMappable(norm, colormaps[_COLORS])
    colors = figure.colorbar(mapping, cax=bar, extend=over)
    colors.ax.tick_params(labelsize=8, length=2)
    label = textwrap.fill(layer.scale.label, 15)
    figure.text(0.045, first + size + 0.01875 * height, label, fontsize=8, va="bottom")


def _draw(
    run: Run, layer: MapLayer, *, municipal: bool, group: str | None, scenario: str | None
) -> Figure:
    figure = new_figure(6.6, 8.4)
    draw_layer(figure, layer, places=_territory_of(run) if municipal else None)
    what = layer.meaning if group is None else f"{layer.meaning}; group {group.upper()}"
    heading = textwrap.fill(what, 62)
    figure.text(
        0.03,
        0.985,
        f"{layer.when}\n{heading}",
        fontsize=11,
        fontweight="bold",
        va="top",
        linespacing=1.3,
    )
    title = str(run.manifest.get("title", run.name))
    subtitle = f"{title} ({scenario})" if scenario else title
    lines = heading.count("\n") + 2
    figure.text(
        0.03,
        0.985 - lines * 0.0265,
        textwrap.shorten(subtitle, 105, placeholder=" …"),
        fontsize=8.5,
        va="top",
        color=GREY,
    )
    note = "Points at the seats of municipalities, larger where more people live. "
    note = (note if municipal else "") + "Outlines of departments simplified."
    add_footer(figure, run, note=note, width=112)
    return figure


def _territory_of(run: Run) -> Territory:
    from rift_sim.territory import load_territory

    own = run.outline.scenario.territory
    return load_territory(own.municipalities, own.neighbours, own.departments, strict=own.strict)


def _points(axes: Axes, territory: Territory, values: dict[str, float], norm: Normalize) -> None:
    """Draw municipalities at their seats, larger where more people live, highest on top."""
    places = [territory.index_of(code) for code in values]
    found = np.array(list(values.values()))
    order = np.argsort(found, kind="stable")
    rows = np.asarray(places)[order]
    size = np.clip(np.sqrt(territory.population[rows] / 1000.0) * 1.1, 3.0, 40.0)
    axes.scatter(
        territory.longitude[rows],
        territory.latitude[rows],
        s=size,
        c=found[order],
        cmap=_COLORS,
        norm=norm,
        edgecolors="#6B6B6B",
        linewidths=0.2,
        zorder=3,
    )


def _name_highest(axes: Axes, layer: MapLayer, letters: float) -> None:
    """Write name and value on the highest departments, leaving out what would overlap."""
    ranked = sorted(layer.values, key=lambda code: -layer.values[code])
    texts = {}
    for code in [code for code in ranked if layer.values[code] > 0]:
        value = layer.values[code]
        number = f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
        texts[code] = f"{number}{' %' if layer.scale.share else ''}"
    name_departments(axes, texts, letters)
