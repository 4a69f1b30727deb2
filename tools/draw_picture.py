"""Draw the picture of the README: a map, and what the end of aid changes.

    python tools/draw_picture.py runs/full-cutoff runs/no-cutoff -o docs/images/aid-and-control.png

The runs are those of the shipped scenarios, with 200 replicates.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import rift_sim
from rift_sim.calendar import Month
from rift_sim.plots.fans import draw_fan, quantiles
from rift_sim.plots.map_values import department_layer
from rift_sim.plots.maps import draw_layer
from rift_sim.plots.style import BLUE, GREY, VERMILLION, new_figure, tidy
from rift_sim.plots.time_axis import date_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run

DATE = "2028-12"


def main() -> None:
    """Read the command line, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("without", type=Path, help="run in which aid ends")
    parser.add_argument("with_aid", type=Path, help="run in which it goes on")
    parser.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args()
    figure = picture(rift_sim.load(given.without), rift_sim.load(given.with_aid))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(given.out, dpi=130, pil_kwargs={"optimize": True})


def picture(without: Run, with_aid: Run) -> Figure:
    """Put a map beside both runs and their difference."""
    whole = new_figure(10.4, 5.6)
    parts: Any = whole.subfigures(1, 2, width_ratios=(4.0, 6.4))
    left, right = parts
    layer = department_layer(without.dataset, "control", Month.parse(DATE), None)
    draw_layer(left, layer, bottom=0.05, height=0.83, scale=(0.0, 0.16))
    _head(
        left,
        "If all aid ends: control in December 2028",
        "% of municipalities under one armed group, median",
    )
    axes = right.add_axes((0.09, 0.55, 0.88, 0.33))
    _both(axes, without, with_aid)
    _head(right, "Municipalities under the control of one armed group, %",
          "Median, 50 and 90 % of replicates")  # fmt: skip
    axes = right.add_axes((0.09, 0.10, 0.88, 0.27))
    _difference(axes, without, with_aid)
    _head(right, "What the end of aid adds, percentage points",
          "Mean of the paired differences, 50 and 90 % of them", top=0.47)  # fmt: skip
    count = f"{without.dataset.sizes['replicate']} pairs of replicates"
    note = (
        f"rift_sim {rift_sim.__version__}, {count}. Conditional projection, not a prediction; "
        "not for operational use."
    )
    whole.text(0.012, 0.012, note, fontsize=7, color=GREY)
    return whole


def _head(figure: Figure, title: str, below: str, top: float = 0.98) -> None:
    figure.text(0.02, top, title, fontsize=10.5, fontweight="bold", va="top")
    figure.text(0.02, top - 0.042, below, fontsize=8, color=GREY, va="top")


def _both(axes: Axes, without: Run, with_aid: Run) -> None:
    for run, color, name in (
        (without, VERMILLION, "all aid ends in January 2026"),
        (with_aid, BLUE, "aid stays at its level of 2024"),
    ):
        control = run.dataset["control"]
        time, fan = control["time"].to_numpy(), quantiles(control.to_numpy()) * 100.0
        draw_fan(axes, time, fan, color)
        axes.plot([], [], color=color, label=name)
    axes.set_ylim(0.0, None)
    axes.legend(fontsize=8, frameon=False, loc="lower left")
    _finish(axes, time)


def _difference(axes: Axes, without: Run, with_aid: Run) -> None:
    change = (without.dataset["control"] - with_aid.dataset["control"]) * 100.0
    time, values = change["time"].to_numpy(), change.transpose("replicate", "time").to_numpy()
    fan = quantiles(values)
    fan[2] = values.mean(axis=0)
    draw_fan(axes, time, fan, GREY)
    axes.axhline(0.0, color="black", linewidth=0.8)
    _finish(axes, time)


def _finish(axes: Axes, time: NDArray[np.datetime64]) -> None:
    tidy(axes)
    date_axis(axes, time)
    axes.tick_params(labelsize=8)


if __name__ == "__main__":
    main()
