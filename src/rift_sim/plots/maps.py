"""Maps of a run on the outlines of Colombia's departments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.calendar import Month
from rift_sim.errors import InputError
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

_ARCHIPELAGO = "88"
_EXTENT = (-79.3, -66.6, -4.5, 12.75)
_INSET = (-81.90, -81.20, 12.35, 13.50)
_LATITUDE = 4.5
_COLORS = "YlOrBr"
_NAMED = 6
_SHORT = {"11": "Bogotá", "88": "San Andrés and Providencia"}


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

    axes = figure.add_axes((0.02, bottom, 0.96, height))
    inset = figure.add_axes((0.045, bottom + 0.74375 * height, 0.115, 0.18125 * height))
    norm = Normalize(0.0, layer.top if layer.top > 0 else 1.0)
    for place, extent in ((axes, _EXTENT), (inset, _INSET)):
        _outline(place, layer.values if places is None else {}, norm)
        if places is not None:
            _points(place, places, layer.values, norm)
        _frame(place, extent)
    _finish_inset(inset)
    if places is None:
        _name_highest(axes, layer, letters)
    first, size = (bottom + scale[0] * height, scale[1] * height)
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


def _frame(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    """Show a window in which a kilometre is as long to the east as to the north."""
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_aspect(1.0 / np.cos(np.radians(_LATITUDE)))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _outline(axes: Axes, values: dict[str, float], norm: Normalize) -> None:
    """Draw the departments, filled where there is a value, and the nation around them."""
    from matplotlib import colormaps
    from matplotlib.collections import PolyCollection

    from rift_sim.territory import load_outlines

    outlines = load_outlines()
    colors = colormaps[_COLORS]
    rings: list[NDArray[np.float64]] = []
    fills: list[Any] = []
    for code, parts in outlines.departments.items():
        fill = colors(norm(values[code])) if code in values else "#F1F1EE"
        rings.extend(parts)
        fills.extend([fill] * len(parts))
    axes.add_collection(
        PolyCollection(rings, facecolors=fills, edgecolors="#8C8C8C", linewidths=0.45)
    )
    axes.add_collection(
        PolyCollection(
            list(outlines.nation), facecolors="none", edgecolors="#3C3C3C", linewidths=0.9
        )
    )


def _territory_of(run: Run) -> Territory:
    from rift_sim.territory import load_territory

    own = run.scenario.territory
    return load_territory(own.municipalities, own.neighbours, strict=own.strict)


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


def _finish_inset(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color("#999999")
        spine.set_linewidth(0.6)
    axes.set_title("San Andrés and\nProvidencia", fontsize=6.5, color=GREY, pad=2, loc="left")


def _name_highest(axes: Axes, layer: MapLayer, letters: float) -> None:
    """Write name and value on the highest departments, leaving out what would overlap."""
    from matplotlib.patheffects import withStroke

    from rift_sim.territory import load_outlines, load_territory

    territory = load_territory()
    names = dict(zip(territory.departments, territory.department_names, strict=True)) | _SHORT
    outlines = load_outlines()
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined,unused-ignore]
    drawn: list[Any] = []
    ranked = sorted(layer.values, key=lambda code: -layer.values[code])
    for code in [c for c in ranked if c != _ARCHIPELAGO and layer.values[c] > 0][:_NAMED]:
        x, y = _middle(outlines.departments[code][0])
        value = layer.values[code]
        number = f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
        text = axes.text(
            x,
            y,
            f"{names.get(code, code)}\n{number}{' %' if layer.scale.share else ''}",
            fontsize=letters,
            ha="center",
            va="center",
            linespacing=1.05,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )
        box = text.get_window_extent(renderer)
        if any(box.overlaps(other) for other in drawn):
            text.remove()
        else:
            drawn.append(box)


def _middle(ring: NDArray[np.float64]) -> tuple[float, float]:
    """Return the centroid of a ring, by area."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    area = cross.sum() * 3.0
    cx = ((x + np.roll(x, -1)) * cross).sum() / area + ring[0, 0]
    cy = ((y + np.roll(y, -1)) * cross).sum() / area + ring[0, 1]
    return float(cx), float(cy)
