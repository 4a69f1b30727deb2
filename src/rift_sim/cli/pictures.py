"""``rift plot`` and ``rift map``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_map", "plot"]


def plot(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable", help="Series to draw; may be repeated. All main ones if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for the figures; DIR/figures if not given."),
    ] = None,
) -> None:
    """Draw fan charts of a run, with the scenario's events.

    The line is the median, the bands hold 50 and 90 % of the replicates.

    Example: rift plot runs/reference --variable control --variable newly_displaced
    """
    from rift_sim.analysis.compare.opening import open_run
    from rift_sim.drafts import make_folder
    from rift_sim.ensemble.folder import FIGURES
    from rift_sim.outputs import check_folder
    from rift_sim.plots.fans import choose_series, fan_figure
    from rift_sim.plots.overview import PANELS, overview_figure
    from rift_sim.plots.style import write_figure

    run = open_run(directory)
    folder = out or directory / FIGURES
    check_folder(folder, "--out")
    chosen = variables or [name for name in PANELS if name in run.dataset]
    for name in chosen:
        choose_series(run, name)
    make_folder(folder)
    jobs: dict[str, Callable[[], Figure]] = {}
    if not variables:
        jobs["overview"] = partial(overview_figure, run)
    jobs |= {name: partial(fan_figure, run, name) for name in chosen}
    for name, draw in jobs.items():
        file = folder / f"{name}.png"
        write_figure(draw(), file)
        echo(file)


def draw_map(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    variable: Annotated[str, typer.Option(help="What to show, such as control.")] = "control",
    date: Annotated[
        str | None, typer.Option(help="Month, YYYY-MM; the last one if not given.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="Only this group (with --variable presence_survey).")
    ] = None,
    municipal: Annotated[
        bool, typer.Option("--municipal", help="Municipalities as points (needs run --municipal).")
    ] = False,
    named_group: Annotated[
        bool,
        typer.Option(
            "--named-group-in-municipalities",
            help="Allow --group together with --municipal; not for publication.",
        ),
    ] = False,
    scenario: Annotated[str | None, typer.Option(help="One scenario of a sweep.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="File to write: .png, .svg or .pdf; in DIR/figures if not given."
        ),
    ] = None,
) -> None:
    """Draw a map of Colombia: departments, or municipalities as points.

    Example: rift map runs/reference --variable control --date 2027-12
    """
    from rift_sim.analysis.compare.opening import open_run
    from rift_sim.drafts import make_folder
    from rift_sim.ensemble.folder import FIGURES
    from rift_sim.errors import InputError
    from rift_sim.outputs import check_figure, check_folder
    from rift_sim.plots.map_values import last_month, parse_date
    from rift_sim.plots.maps import map_figure
    from rift_sim.plots.style import write_figure

    run = open_run(directory)
    if out is not None:
        check_figure(out, force=True, key="--out")
    else:
        check_folder(directory / FIGURES, "DIR")
    if group is not None and municipal and not named_group:
        raise InputError(
            "a map of one named group by municipality is not drawn by default",
            key="--group",
            allowed="departments (without --municipal), or --named-group-in-municipalities",
        )
    month = last_month(run) if date is None else parse_date(run, date)
    figure = map_figure(run, variable, month, group=group, municipal=municipal, scenario=scenario)
    if municipal and date is not None and month.month != 12:
        echo("note: municipalities are stored by year; the map shows its end", err=True)
    if group is not None and municipal:
        echo(
            "warning: where one named group will be, municipality by municipality, is far less "
            "certain than its totals; do not publish or act on this map",
            err=True,
        )
    parts = ["map", variable, *([group] if group else []), *(["places"] if municipal else [])]
    name = "-".join([*parts, str(month)]) + ".png"
    file = out or directory / FIGURES / name
    if out is None:
        make_folder(file.parent)
    write_figure(figure, file)
    echo(file)
