"""What figures of differences share: titles, marks and sources, units, and zero on the axis."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.ensemble.dataset import LIMITS
from rift_sim.physics.arrays import Floats
from rift_sim.plots.style import BLACK, GREY, VERMILLION, Scale, scale_of
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.comparison import Comparison

__all__ = ["SPREAD", "difference_scale", "foot_height", "label_figure", "set_height", "short"]

_LONGEST = 44
SPREAD = {
    True: "over pairs of replicates",
    False: "of one run's replicates minus the other's, each with each",
}
"""What bands hold 50 and 90 % of, by whether runs are paired."""


def short(label: str) -> str:
    """Shorten the name of a run for where there is little room."""
    return textwrap.shorten(label, _LONGEST, placeholder=" …")


def difference_scale(data: xr.Dataset, variable: str, *, period: str = "month") -> Scale:
    """Choose the unit to show differences in, from the largest that is shown."""
    shown = np.abs(data["quantiles"].to_numpy()[:, [0, -1]]).max()
    series = SERIES[variable]
    return scale_of(variable, data.attrs["units"], series.kind, float(shown), period=period)


def label_figure(
    figure: Figure, comparison: Comparison, title: str, subtitle: str, note: str
) -> None:
    """Write title and subtitle above, and limits and source below a figure.

    Comparisons of independent runs or of mixed versions are marked under the title.
    """
    width, height = figure.get_size_inches()
    heading = textwrap.wrap(title, int(width * 9.4))
    words = "; ".join(comparison.marks).upper()
    below = textwrap.wrap(subtitle, int(width * 15.5))
    top = 0.1
    for text, colour, size, step, weight in (
        ("\n".join(heading), BLACK, 11.0, 0.2 * len(heading), "bold"),
        (words, VERMILLION, 8.5, 0.17 * bool(words), "bold"),
        ("\n".join(below), BLACK, 8.5, 0.0, "normal"),
    ):
        figure.text(
            0.1 / width, 1 - top / height, text, fontsize=size, color=colour, va="top",
            fontweight=weight, linespacing=1.2,
        )  # fmt: skip
        top += step
    figure.text(
        0.1 / width,
        0.06 / height,
        "\n".join(_foot(comparison, note, width)),
        fontsize=6.5,
        color=GREY,
        va="bottom",
        linespacing=1.25,
    )


def foot_height(comparison: Comparison, note: str, width: float) -> float:
    """Return the height, in inches, of what `label_figure` writes below a figure."""
    return 0.12 + 0.114 * len(_foot(comparison, note, width))


def _foot(comparison: Comparison, note: str, width: float) -> list[str]:
    counts, seeds = comparison.counts, sorted({arm.seed for arm in comparison.arms})
    how_many = f"{counts[0]:,} pairs of replicates"
    if not comparison.paired:
        how_many = f"{' and '.join(f'{count:,}' for count in counts)} replicates, not paired"
    source = (
        f"Source: rift_sim {__version__}, rift compare; {how_many}, "
        f"seed {' and '.join(map(str, seeds))}."
    )
    texts = [text for text in (note, *comparison.notes, LIMITS, source) if text]
    return [line for text in texts for line in textwrap.wrap(text, int(width * 18.5))]


def set_height(axes: Axes, lows: Sequence[Floats], highs: Sequence[Floats]) -> None:
    """Set the vertical axis so that zero is on it, with room for words above and below."""
    low = min(0.0, *(float(np.min(part)) for part in lows))
    high = max(0.0, *(float(np.max(part)) for part in highs))
    room = 0.14 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)
