"""``rift report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rift_sim.cli.console import echo

__all__ = ["report"]


def report(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of runs, the first one first.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The page to write.")] = Path(
        "report.html"
    ),
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Scenario of a sweep; may be repeated for a single run."),
    ] = None,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Compare runs that are no pairs; marks the page.")
    ] = False,
    allow_mixed: Annotated[
        bool, typer.Option("--allow-mixed", help="Take runs of other versions; marks the page.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write one page about one or several runs, complete in itself.

    Question and assumptions with their sources, trajectories, a map with a time slider,
    differences of the first run from each of the others, the claims they touch, validation
    scores, limits of use, and how to repeat it. The page loads nothing from the network.
    Needs the extra 'report'.

    Example: rift report runs/no-cutoff runs/full-cutoff -o report.html
    """
    from rift_sim.cli.console import Progress
    from rift_sim.report.write import write_report

    with Progress("charts") as progress:
        written = write_report(
            directories,
            out,
            scenarios=scenarios or (),
            unpaired=unpaired,
            allow_mixed=allow_mixed,
            force=force,
            progress=progress,
        )
    echo(f"{written} written ({written.stat().st_size / 1e6:.1f} MB).")
