"""``rift verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rift_sim.ensemble.verify import Verification

__all__ = ["verify"]


def verify(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of runs; nothing is written.")
    ],
) -> None:
    """Read all of a run and say what is damaged: numbers, labels, manifest, summary.

    The exit code is 0 when all is as it was written, and 1 when something is damaged.

    Example: rift verify runs/reference
    """
    from rift_sim.ensemble.verify import verify as read_all

    found = [read_all(folder) for folder in directories]
    for one in found:
        _print(one)
    if any(one.damages for one in found):
        raise typer.Exit(1)


def _print(found: Verification) -> None:
    state = f"{len(found.damages)} damaged" if found.damages else "sound"
    typer.echo(
        f"{found.folder}: {state}; {found.sound:,} of {found.finished:,} finished replicates can "
        f"be used; {found.size / 1e6:,.1f} MB read"
    )
    if not found.checked:
        typer.echo(
            "  It was written by an earlier version, without checksums: only what cannot be "
            "unpacked at all is found. rift run with --force writes the run anew."
        )
    for damage in found.damages:
        typer.echo(f"  {damage}")
    if found.damages:
        typer.echo(
            "  The rift run command that made the run computes damaged blocks again and leaves "
            "the others alone. Until then commands read the run without them."
        )
