"""The figures that every run gets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.ensemble.folder import FIGURES
from rift_sim.plots.fans import fan_figure, save
from rift_sim.plots.overview import overview_figure

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run

__all__ = ["draw_run"]

_SINGLE = ("presence_survey", "control", "newly_displaced")


def draw_run(run: Run) -> list[Path]:
    """Draw overview, some fan charts and, without a sweep, a map of Colombia; return the files."""
    from rift_sim.plots.map_values import last_month
    from rift_sim.plots.maps import map_figure

    folder = run.directory / FIGURES
    made = [save(overview_figure(run), folder / "overview.png")]
    data = run.dataset
    made += [
        save(fan_figure(run, name), folder / f"{name}.png") for name in _SINGLE if name in data
    ]
    outlined = run.outline.scenario.territory.departments is None
    if outlined and "control_department" in data and "scenario" not in data.dims:
        date = last_month(run)
        made.append(save(map_figure(run, "control", date), folder / f"map-control-{date}.png"))
    return made
