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

__all__ = ["map_figure"]

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


def _draw(
    run: Run, layer: MapLayer, *, municipal: bool, group: str | None, scenario: str | None
) -> Figure:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    figure = new_figure(6.6, 8.4)
    norm = Normalize(0.0, layer.top if layer.top > 0 else 1.0)
    fills = {code: colormaps[_COLORS](norm(value)) for code, value in layer.values.items()}
    axes, inset = draw_country(figure, {} if municipal else fills)
    if municipal:
        for place in (axes, inset):
            _points(place, run, layer.values, norm)
    else:
        _name_highest(axes, layer)
    bar = figure.add_axes((0.07, 0.17, 0.022, 0.26))
    over = "max" if max(layer.values.values()) > layer.top * 1.001 else "neither"
    mapping = ScalarMappable(norm, colormaps[_COLORS])
    colors = figure.colorbar(mapping, cax=bar, extend=over)
    colors.ax.tick_params(labelsize=8, length=2)
    figure.text(0.045, 0.445, textwrap.fill(layer.scale.label, 15), fontsize=8, va="bottom")
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


def _points(axes: Axes, run: Run, values: dict[str, float], norm: Normalize) -> None:
    """Draw municipalities at their seats, larger where more people live, highest on top."""
    from rift_sim.territory import load_territory

    own = run.scenario.territory
    territory = load_territory(own.municipalities, own.neighbours, strict=own.strict)
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


def _name_highest(axes: Axes, layer: MapLayer) -> None:
    """Write name and value on the highest departments, leaving out what would overlap."""
    ranked = sorted(layer.values, key=lambda code: -layer.values[code])
    texts = {}
    for code in [code for code in ranked if layer.values[code] > 0]:
        value = layer.values[code]
        number = f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
        texts[code] = f"{number}{' %' if layer.scale.share else ''}"
    name_departments(axes, texts)
