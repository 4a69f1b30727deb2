"""``rift uncertainty``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Force, Workers
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from rift_sim.analysis.resample import Estimate
    from rift_sim.analysis.uncertainty import Origin
    from rift_sim.ensemble.run import Run
    from rift_sim.plots.style import Scale
    from rift_sim.scenario import Scenario

__all__ = ["uncertainty"]


def uncertainty(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable", help="Series to look at; may be repeated. All main ones if not given."
        ),
    ] = None,
    parameters: Annotated[int, typer.Option(min=2, help="Draws of the parameters.")] = 100,
    maps: Annotated[int, typer.Option(min=2, help="Starting maps for each of them.")] = 2,
    chances: Annotated[int, typer.Option(min=2, help="Times that each map is lived through.")] = 2,
    scenario: Annotated[str | None, typer.Option(help="One scenario of a sweep.")] = None,
    workers: Workers = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Also write all years into this CSV.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the shares, year by year, into this file.")
    ] = None,
    allow_outside: AllowOutside = False,
    force: Force = False,
) -> None:
    """Say how much of each band is parameters, starting map and chance.

    Runs the scenario of DIR again as a nested experiment: every draw of parameters starts on
    several maps, every map is lived through several times. The run itself is left as it is.

    Example: rift uncertainty runs/reference --figure why-so-wide.png
    """
    from rift_sim.analysis.compare.opening import open_run
    from rift_sim.analysis.uncertainty import Design, break_down, to_csv
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.drafts import write_whole
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.outputs import check_figure, check_output
    from rift_sim.plots.shares import shares_figure
    from rift_sim.plots.style import write_figure

    run = open_run(directory)
    chosen, names = _choose(run, scenario), _series(run, variables)
    _check_files(chosen, directory, allow_outside=allow_outside)
    if out is not None:
        check_output(out, force=force)
    if figure is not None:
        check_figure(figure, force=force, key="--figure")
    design = Design(parameters, maps, chances)
    with Progress() as progress:
        found = break_down(
            chosen,
            names,
            design,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    console = make_console()
    console.print(
        f"{run.name}: {design.size:,} replicates, {parameters} draws of parameters x {maps} maps x "
        f"{chances} chances. Shares of the variance with 95 % intervals; what two sources do only "
        "together counts at the one further right."
    )
    console.print(_table(found))
    if out is not None:
        write_whole(out, to_csv(found))
        echo(f"{out} written.", err=True)
    if figure is not None:
        write_figure(shares_figure(found, run.name, design.size), figure)
        echo(f"{figure} written.", err=True)


def _choose(run: Run, scenario: str | None) -> Scenario:
    """Return the scenario of a run, or the one of a sweep that is asked for."""
    from rift_sim.ensemble.inputs import resolve_request

    request = resolve_request(run.scenario, replicates=None, seed=None, settings=(), design=None)
    if request.labels is None:
        return run.scenario
    if scenario not in request.labels:
        problem = f"there is no scenario '{scenario}'" if scenario else "the run is a sweep"
        raise InputError(problem, key="--scenario", allowed=request.labels, given=scenario)
    chosen: Scenario = request.scenarios[request.labels.index(scenario)]
    return chosen


def _check_files(scenario: Scenario, directory: Path, *, allow_outside: bool) -> None:
    """Refuse files that the scenario of a run names outside its folder.

    Whoever made the folder may have named any file, and here they are read.
    """
    from rift_sim.ensemble.folder import RESOLVED
    from rift_sim.scenario import Fence, named_files

    file = directory / RESOLVED
    fence = Fence.around(file, allow_outside=allow_outside)
    for key, named in named_files(scenario).items():
        fence.place(str(named), directory, partial(InputError, file=file, key=key))


def _series(run: Run, variables: Sequence[str] | None) -> list[str]:
    from rift_sim.cli.results import HEADLINES
    from rift_sim.plots.fans import choose_series

    for name in variables or ():
        choose_series(run, name)
    return list(dict.fromkeys(variables or [name for name in HEADLINES if name in run.dataset]))


def _table(found: Sequence[Origin]) -> Table:
    """Lay out the first and the last year of each series."""
    from rich.table import Table
    from rich.text import Text

    from rift_sim.cli.results import HEADLINES
    from rift_sim.plots.shares import SHARES

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", min_width=19)
    labels = (label.replace(" ", "\n") for label, _ in SHARES.values())
    for heading in ("year", "90 % band", *(f"{label}, %" for label in labels)):
        table.add_column(heading, justify="right", no_wrap=True)
    for variable in dict.fromkeys(origin.variable for origin in found):
        rows = [origin for origin in found if origin.variable == variable]
        scale = _scale(rows)
        cells: tuple[str | Text, ...] = (
            HEADLINES.get(variable, variable),
            Text(scale.label, style="dim"),
        )
        ends = rows[:: len(rows) - 1] if len(rows) > 1 else rows
        for cell, row in zip(cells, ends, strict=False):
            low, high = (_number(scale.factor * value) for value in (row.p05, row.p95))
            shares = (_percent(getattr(row, source)) for source in SHARES)
            table.add_row(cell, str(row.year), f"{low}–{high}", *shares)
        if len(ends) == 1:
            table.add_row(cells[1])
    return table


def _scale(rows: Sequence[Origin]) -> Scale:
    from rift_sim.plots.style import scale_of
    from rift_sim.vocabulary import SERIES

    series = SERIES[rows[0].variable]
    largest = max(row.p95 for row in rows)
    return scale_of(rows[0].variable, series.units, series.kind, largest, period="year")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(share: Estimate) -> str:
    if math.isnan(share.value):
        return "-"
    value, low, high = (round(100.0 * number) for number in share)
    return f"{value} ({low}–{high})"
