"""Colombia's departments on a figure: filled, framed, named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.plots.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SHORT_NAMES", "draw_country", "hatch_departments", "name_departments"]

_ARCHIPELAGO = "88"
_EXTENT = (-79.3, -66.6, -4.5, 12.75)
_INSET = (-81.90, -81.20, 12.35, 13.50)
_LATITUDE = 4.5
_NAMED = 6
_NO_VALUE = "#F1F1EE"
SHORT_NAMES = {"11": "Bogotá", "88": "San Andrés and Providencia"}
"""Shorter than the official names, by code."""


def draw_country(
    figure: Figure, fills: Mapping[str, Any], *, bottom: float = 0.095, height: float = 0.80
) -> tuple[Axes, Axes]:
    """Draw the departments, and the archipelago in an inset.

    Parameters
    ----------
    figure
        As wide as the map, and about `height` of it as high as the map is: 6.6 by 8.4 inches as a
        rule, with room for a title, a colour bar and a footer.
    fills
        Colour by code of the department; those without one stay pale.
    bottom, height
        Where the map stands, in shares of the figure's height.

    Returns
    -------
    Axes, Axes
        The country and the inset.
    """
    axes = figure.add_axes((0.02, bottom, 0.96, height))
    inset = figure.add_axes((0.045, bottom + 0.74375 * height, 0.115, 0.18125 * height))
    for place, extent in ((axes, _EXTENT), (inset, _INSET)):
        _outline(place, fills)
        _frame(place, extent)
    _finish_inset(inset)
    return axes, inset


def _outline(axes: Axes, fills: Mapping[str, Any]) -> None:
    """Draw the departments, filled where there is a colour, and the nation around them."""
    from matplotlib.collections import PolyCollection

    from rift_sim.territory import load_outlines

    outlines = load_outlines()
    rings: list[NDArray[np.float64]] = []
    colors: list[Any] = []
    for code, parts in outlines.departments.items():
        rings.extend(parts)
        colors.extend([fills.get(code, _NO_VALUE)] * len(parts))
    axes.add_collection(
        PolyCollection(rings, facecolors=colors, edgecolors="#8C8C8C", linewidths=0.45)
    )
    axes.add_collection(
        PolyCollection(
            list(outlines.nation), facecolors="none", edgecolors="#3C3C3C", linewidths=0.9
        )
    )


def hatch_departments(axes: Axes, codes: list[str]) -> None:
    """Draw thin lines over some departments."""
    from matplotlib.collections import PolyCollection

    from rift_sim.territory import load_outlines

    outlines = load_outlines()
    rings = [ring for code in codes for ring in outlines.departments.get(code, ())]
    axes.add_collection(
        PolyCollection(rings, facecolors="none", edgecolors="#BDBDBD", linewidths=0.0, hatch="////")
    )


def _frame(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    """Show a window in which a kilometre is as long to the east as to the north."""
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_aspect(1.0 / np.cos(np.radians(_LATITUDE)))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _finish_inset(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color("#999999")
        spine.set_linewidth(0.6)
    axes.set_title("San Andrés and\nProvidencia", fontsize=6.5, color=GREY, pad=2, loc="left")


def name_departments(axes: Axes, texts: Mapping[str, str], letters: float = 6.5) -> None:
    """Write name and a text on some departments, leaving out what would overlap.

    Parameters
    ----------
    axes
        From `draw_country`.
    texts
        By code, most important first; the first six are written.
    letters
        Size of the letters, in points.
    """
    from matplotlib.patheffects import withStroke

    from rift_sim.territory import load_outlines, load_territory

    territory = load_territory()
    names = dict(zip(territory.departments, territory.department_names, strict=True)) | SHORT_NAMES
    outlines = load_outlines()
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined,unused-ignore]
    drawn: list[Any] = []
    for code in [code for code in texts if code != _ARCHIPELAGO][:_NAMED]:
        x, y = _middle(outlines.departments[code][0])
        text = axes.text(
            x,
            y,
            f"{names.get(code, code)}\n{texts[code]}",
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
