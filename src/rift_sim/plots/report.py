"""The figures that every run gets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.drafts import make_folder
from rift_sim.ensemble.folder import FIGURES
from rift_sim.plots.fans import fan_figure
from rift_sim.plots.overview import overview_figure
from rift_sim.plots.style import write_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rift_sim.ensemble.run import Run

__all__ = ["draw_run"]

_SINGLE = ("presence_survey", "control", "newly_displaced")


def draw_run(run: Run) -> list[Path]:
    """Draw overview, some fan charts and, without a sweep, a map of Colombia; return the files."""
    from rift_sim.plots.map_values import last_month
    from rift_sim.plots.maps import map_figure

    folder = run.directory / FIGURES
    make_folder(folder)
    data = run.dataset
    jobs: dict[str, Callable[[], Figure]] = {"overview": partial(overview_figure, run)}
    jobs |= {name: partial(fan_figure, run, name) for name in _SINGLE if name in data}
    outlined = run.outline.scenario.territory.departments is None
    if outlined and "control_department" in data and "scenario" not in data.dims:
        date = last_month(run)
        jobs[f"map-control-{date}"] = partial(map_figure, run, "control", date)
    files = [folder / f"{name}.png" for name in jobs]
    for file, draw in zip(files, jobs.values(), strict=True):
        write_figure(draw(), file)
    return files
