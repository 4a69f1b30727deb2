"""How every figure looks: colours, units in words, honest axes, the footer."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim import __version__
from rift_sim.drafts import drafted
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run

__all__ = [
    "BLACK",
    "BLUE",
    "GREY",
    "PALETTE",
    "VERMILLION",
    "Scale",
    "add_footer",
    "difference_label",
    "new_figure",
    "scale_of",
    "set_limits",
    "tidy",
    "write_figure",
]

BLACK, BLUE, VERMILLION, GREY = "#000000", "#0072B2", "#D55E00", "#5F5F5F"
PALETTE = (BLUE, VERMILLION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", BLACK, "#F0E442")
"""Okabe and Ito's colours, which people with any kind of colour vision tell apart."""

_OF_PLACES = ("presence", "control", "contested")


@dataclass(frozen=True)
class Scale:
    """How to show the numbers of a series.

    Attributes
    ----------
    factor
        What to multiply them with.
    label
        Unit in words.
    share
        Whether it is a share, shown from 0 to 100 %.
    """

    factor: float
    label: str
    share: bool = False


def scale_of(name: str, units: str, kind: str, largest: float, *, period: str = "month") -> Scale:
    """Choose the unit to show a series in.

    Parameters
    ----------
    name, units, kind
        Of the variable, as the dataset has them.
    largest
        Largest value to be shown.
    period
        What a flow is summed over.
    """
    if units == "1":
        return Scale(100.0, _share_of(name), True)
    per = f" per {period}" if kind == "flow" else ""
    word = {"ha": "hectares", "USD": "dollars", "count": "number"}.get(units, units)
    if largest >= 2e6:
        return Scale(1e-6, f"million {word}{per}")
    if largest >= 2e4:
        return Scale(1e-3, f"thousand {word}{per}")
    return Scale(1.0, f"{word}{per}")


def _share_of(name: str) -> str:
    if "_population" in name:
        return "% of people"
    if name.startswith(_OF_PLACES):
        return "% of municipalities"
    return "index, 0 to 100" if name.startswith("relationship") else "% of full strength"


def difference_label(scale: Scale) -> str:
    """Name the unit of a difference of two values: of shares, percentage points."""
    if scale.label.startswith("index"):
        return "points of an index, 0 to 100"
    return scale.label.replace("% of", "percentage points of")


def new_figure(width: float, height: float) -> Figure:
    """Return a figure of its own, which leaves matplotlib's global state alone."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    class Plain(Figure):
        """A figure in whose texts a dollar sign is one, not the beginning of a formula."""

        def draw(self, renderer: Any) -> None:
            for text in self.findobj(Text):
                text.set_parse_math(False)
            super().draw(renderer)

    figure = Plain(figsize=(width, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def tidy(axes: Axes) -> None:
    """Take away what carries no information."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#999999")
    axes.tick_params(colors="#333333", labelsize=8, length=3)
    axes.grid(axis="y", color="#E3E3E3", linewidth=0.6)
    axes.set_axisbelow(True)


def set_limits(
    axes: Axes, scale: Scale, low: NDArray[np.float64], high: NDArray[np.float64]
) -> str:
    """Set the vertical axis: 0 to 100 for shares, from zero where that shows anything.

    Returns
    -------
    str
        What the reader must be told about the axis; empty when it starts at zero.
    """
    bottom, top = float(np.nanmin(low)), float(np.nanmax(high))
    if scale.share:
        axes.set_ylim(0, max(100.0, top * 1.05))
        return ""
    if bottom >= 0.6 * top > 0:
        room = 0.25 * max(top - bottom, 0.02 * top)
        axes.set_ylim(bottom - room, top + room)
        return "axis does not start at zero"
    axes.set_ylim(0, top * 1.08 if top > 0 else 1.0)
    return ""


def add_footer(figure: Figure, run: Run, *, note: str = "", width: int = 130) -> None:
    """Write limits, source, number of replicates and version under a figure."""
    source = (
        f"Source: rift_sim {__version__}, scenario '{run.name}', "
        f"{run.replicates:,} replicates, seed {run.manifest.get('seed', '?')}; "
        "figures and parameters with their sources: rift seeds."
    )
    lines = [line for text in (note, LIMITS, source) if text for line in textwrap.wrap(text, width)]
    _, inches = figure.get_size_inches()
    figure.text(
        0.012,
        0.06 / inches,
        "\n".join(lines),
        fontsize=6.5,
        color=GREY,
        ha="left",
        va="bottom",
        linespacing=1.25,
    )


def write_figure(figure: Figure, file: Path) -> None:
    """Write a figure, whole or not at all; the ending of the file says how (png, svg, pdf).

    Raises
    ------
    InputError
        When its ending is not known.
    OutputError
        When the file cannot be written.
    """
    form = file.suffix[1:].lower()
    if form not in ("png", "svg", "pdf"):
        raise InputError(
            f"'{file.suffix}' is no format for figures", file=file, allowed=".png, .svg or .pdf"
        )
    with drafted(file) as draft:
        figure.savefig(draft, format=form)
