"""``rift export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rift_sim.cli.console import echo

__all__ = ["export"]


def export(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of runs; each is a scenario.")
    ],
    to: Annotated[str, typer.Option("--to", help="Format: netcdf, parquet, csv, iamc or hub.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write; for a hub, the folder.")],
    variables: Annotated[
        list[str] | None,
        typer.Option("--variable", help="Series to write; may be repeated. All if not given."),
    ] = None,
    national: Annotated[
        bool, typer.Option("--national", help="Only series of the country as a whole.")
    ] = False,
    departments: Annotated[
        list[str] | None,
        typer.Option(
            "--department", help="Only series of this department, by code or name; repeatable."
        ),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option("--group", help="Only series of this armed group; repeatable."),
    ] = None,
    since: Annotated[str | None, typer.Option(help="First month, YYYY-MM.")] = None,
    until: Annotated[str | None, typer.Option(help="Last month, YYYY-MM.")] = None,
    period: Annotated[
        str | None,
        typer.Option(help="month, or year (whole years). Months, but years in an IAMC table."),
    ] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Write every replicate.")] = False,
    quantiles: Annotated[
        str | None,
        typer.Option(help="Write these quantiles over replicates, such as 0.05,0.5,0.95."),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option("-n", "--replicates", min=1, help="Only the first so many replicates."),
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Scenario of a sweep; repeatable. All if not given."),
    ] = None,
    model_id: Annotated[
        str, typer.Option(metavar="TEAM-MODEL", help="Who a hub says it is from.")
    ] = "rift-sim",
    hub_files: Annotated[
        str, typer.Option(help="How a hub keeps model output: parquet or csv.")
    ] = "parquet",
    named_groups: Annotated[
        bool,
        typer.Option(
            "--named-group-in-municipalities",
            help="Also write single groups by municipality; not for publication.",
        ),
    ] = False,
    allow_mixed: Annotated[
        bool, typer.Option("--allow-mixed", help="Take runs of different versions; marked so.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an output that is there.")
    ] = False,
) -> None:
    """Write runs for other programs: NetCDF, tidy tables, IAMC, hubverse.

    With neither --samples nor --quantiles: every replicate in NetCDF, the quantiles 0.05, 0.25,
    0.5, 0.75 and 0.95 in tables, both in a hub. Needs the extra `export`, but for csv and iamc.

    Example: rift export runs/full-cutoff runs/no-cutoff --to csv --national -o cutoff.csv
    """
    from rift_sim.cli.console import Progress
    from rift_sim.export.blocks import parse_levels
    from rift_sim.export.source import Choice
    from rift_sim.export.write import export as write

    choice = Choice(
        variables=_tuple(variables),
        national=national,
        since=since,
        until=until,
        departments=_tuple(departments),
        groups=_tuple(groups),
        replicates=replicates,
        named_groups=named_groups,
    )
    with Progress("series") as progress:
        written = write(
            directories,
            to,
            out,
            choice=choice,
            scenarios=scenarios or (),
            samples=samples,
            levels=None if quantiles is None else parse_levels(quantiles),
            period=period,
            model_id=model_id,
            hub_files=hub_files,
            allow_mixed=allow_mixed,
            force=force,
            progress=progress,
        )
    for note in written.notes:
        echo(f"note: {note}", err=True)
    if named_groups:
        echo(
            "warning: where one named group will be, municipality by municipality, is far less "
            "certain than its totals; do not publish or act on these figures",
            err=True,
        )
    echo(f"{written.files[0]} written: {written.written:,} {written.unit}.")
    for beside in written.files[1:]:
        echo(f"{beside} says what is in it.")


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
