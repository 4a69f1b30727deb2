"""``rift run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Settings

__all__ = ["run"]


def run(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    replicates: Annotated[
        int | None, typer.Option("-n", "--replicates", help="Number of replicates.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all random numbers.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the run; runs/NAME if not given.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("-j", "--workers", help="Processes; as many as there are cores if not given."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT",
            help="Compute on the workers of a Dask scheduler (extra 'cluster').",
        ),
    ] = None,
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    design: Annotated[
        Path | None, typer.Option(help="CSV with one column for each axis of the sweep.")
    ] = None,
    municipal: Annotated[
        bool, typer.Option("--municipal", help="Also keep probabilities for single municipalities.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the run that is in the folder.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what otherwise gives a warning.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw figures at the end.")
    ] = True,
) -> None:
    """Run a scenario and print what comes out.

    The folder gets trajectories.zarr, scenario.resolved.yaml, manifest.json, summary.csv
    and figures/. The same command goes on where an interrupted run stopped, and with a
    larger -n only the further replicates are computed.

    Example: rift run scenarios/reference.yaml -n 200 --set end=2028-12 --out runs/short
    """
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.cli.results import print_results
    from rift_sim.ensemble.inputs import resolve_request
    from rift_sim.ensemble.run import run_request

    console = make_console()
    given = [*(settings or ()), *(["territory.strict=true"] if strict else ())]
    request = resolve_request(
        scenario,
        replicates=replicates,
        seed=seed,
        settings=given,
        design=design,
        allow_outside=allow_outside,
    )
    with Progress() as progress:
        finished = run_request(
            request,
            out or Path("runs") / request.name,
            workers=workers,
            scheduler=scheduler,
            municipal=municipal,
            force=force,
            progress=progress,
        )
    if municipal:
        console.print(
            "Note: values for a single municipality are uncertain far beyond their band; "
            "those of a named group there are not for publication."
        )
    if figures and finished.replicates:
        from rift_sim.plots.report import draw_run

        draw_run(finished)
    print_results(finished, console)
    failures = finished.failures
    if failures:
        key, reason = next(iter(failures.items()))
        echo(
            f"{len(failures)} replicate{'s' if len(failures) > 1 else ''} failed "
            f"(listed in manifest.json); scenario/replicate {key}: {reason}",
            err=True,
        )
        raise typer.Exit(1)
