"""What figures of differences share: titles, marks and sources, units, and zero on the axis."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rift_sim import __version__
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.physics.arrays import Floats
from rift_sim.plots.style import BLACK, GREY, VERMILLION, Scale, scale_of
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.analysis.compare.comparison import Comparison

__all__ = ["SPREAD", "Caption", "difference_scale", "in_full", "minus", "names", "set_height"]

_LONGEST = 28
SPREAD = {
    True: "over pairs of replicates",
    False: "of one run's replicates minus the other's, each with each",
}
"""What bands hold 50 and 90 % of, by whether runs are paired."""


def names(comparison: Comparison) -> tuple[str, ...]:
    """Return what to call each run in a figure: its label, or a letter if one is long."""
    if any(len(label) > _LONGEST for label in comparison.labels):
        return comparison.letters
    return comparison.labels


def minus(comparison: Comparison) -> tuple[str, ...]:
    """Return what to call each difference in a figure."""
    first, *others = names(comparison)
    return tuple(f"{first} minus {other}" for other in others)


def in_full(comparison: Comparison, differences: Sequence[str]) -> str:
    """Write differences out, and what letters stand for if there are any."""
    text = "; ".join(differences)
    if names(comparison) == comparison.labels:
        return text
    pairs = zip(comparison.letters, comparison.labels, strict=True)
    return f"{text}, where {'; '.join(f'{letter} is {label}' for letter, label in pairs)}"


def difference_scale(data: xr.Dataset, variable: str, *, period: str = "month") -> Scale:
    """Choose the unit to show differences in, from the largest that is shown."""
    shown = np.abs(data["quantiles"].to_numpy()[:, [0, -1]]).max()
    series = SERIES[variable]
    return scale_of(variable, data.attrs["units"], series.kind, float(shown), period=period)


@dataclass(frozen=True)
class Caption:
    """What stands above and below a figure.

    Comparisons of independent runs or of mixed versions are marked under the title.

    Attributes
    ----------
    comparison
        That is shown.
    width
        Of the figure, in inches.
    title, subtitle, note
        Above, and at the bottom.
    """

    comparison: Comparison
    width: float
    title: str
    subtitle: str
    note: str

    @property
    def head(self) -> float:
        """Height of what stands above, in inches."""
        return 0.2 + sum(height for *_, height in self._above())

    @property
    def foot(self) -> float:
        """Height of what stands below, in inches."""
        return 0.12 + 0.114 * len(self._below())

    def write(self, figure: Figure) -> None:
        """Write it all."""
        width, height = figure.get_size_inches()
        top = 0.1
        for text, colour, size, weight, taken in self._above():
            figure.text(
                0.1 / width, 1 - top / height, text, fontsize=size, color=colour, va="top",
                fontweight=weight, linespacing=1.2,
            )  # fmt: skip
            top += taken
        figure.text(
            0.1 / width, 0.06 / height, "\n".join(self._below()), fontsize=6.5, color=GREY,
            va="bottom", linespacing=1.25,
        )  # fmt: skip

    def _above(self) -> list[tuple[str, str, float, str, float]]:
        """Return texts with colour, size, weight and height."""
        title = textwrap.wrap(self.title, int(self.width * 9.4))
        marks = "; ".join(self.comparison.marks).upper()
        below = textwrap.wrap(self.subtitle, int(self.width * 15.5))
        return [
            ("\n".join(title), BLACK, 11.0, "bold", 0.2 * len(title)),
            (marks, VERMILLION, 8.5, "bold", 0.17 * bool(marks)),
            ("\n".join(below), BLACK, 8.5, "normal", 0.15 * len(below)),
        ]

    def _below(self) -> list[str]:
        counts = self.comparison.counts
        seeds = sorted({arm.seed for arm in self.comparison.arms})
        how_many = f"{counts[0]:,} pairs of replicates"
        if not self.comparison.paired:
            how_many = f"{' and '.join(f'{count:,}' for count in counts)} replicates, not paired"
        source = (
            f"Source: rift_sim {__version__}, rift compare; {how_many}, "
            f"seed {' and '.join(map(str, seeds))}."
        )
        texts = [text for text in (self.note, *self.comparison.notes, LIMITS, source) if text]
        return [line for text in texts for line in textwrap.wrap(text, int(self.width * 18.5))]


def set_height(axes: Axes, lows: Sequence[Floats], highs: Sequence[Floats]) -> None:
    """Set the vertical axis so that zero is on it, with room for words above and below."""
    low = min(0.0, *(float(np.min(part)) for part in lows))
    high = max(0.0, *(float(np.max(part)) for part in highs))
    room = 0.14 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)
    if low == high:
        axes.set_yticks([0.0])
        axes.text(
            0.5, 0.62, "the same in all replicates", transform=axes.transAxes, fontsize=7,
            color=GREY, ha="center",
        )  # fmt: skip
