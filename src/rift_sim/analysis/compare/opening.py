"""A run opened to be read: nobody is writing it, and it has something to read.

Folders that cannot be read are refused here, once, so that comparisons, reports and exports all
say the same.
"""

from __future__ import annotations

from pathlib import Path

from rift_sim.ensemble.lock import held_by
from rift_sim.ensemble.run import Run, load
from rift_sim.errors import InputError

__all__ = ["open_run"]


def open_run(source: Run | str | Path) -> Run:
    """Open one run for analysis.

    Parameters
    ----------
    source
        A run, or its folder. A run that was interrupted is taken as far as it got.

    Raises
    ------
    InputError
        When there is no run, another process is writing it, its manifest is missing, or no
        replicate is finished.
    """
    folder = source.directory if isinstance(source, Run) else Path(source)
    if not folder.exists() and (usual := Path("runs") / folder).is_dir():
        raise InputError("no such folder", file=folder, allowed=f"the folder of a run: {usual}")
    if folder.is_dir() and (writer := _writer(folder)):
        raise InputError(
            f"the run is still being written ({writer})",
            file=folder,
            allowed="a run that nobody is writing: wait until it ends, or stop it",
        )
    run = load(folder)
    if not isinstance(run.manifest.get("identity"), dict):
        raise InputError(
            "manifest.json is missing or damaged, so it is not known what made the run",
            file=folder,
            allowed="a complete folder of a run; the same rift run command writes it anew",
        )
    if not run.replicates:
        raise InputError(
            "no replicate of the run is finished and sound",
            file=run.directory,
            allowed="rift run on it first; rift verify says whether anything is damaged",
        )
    return run


def _writer(folder: Path) -> str | None:
    """Say who writes to a folder; nobody can be told of where no lock may be opened."""
    try:
        return held_by(folder)
    except OSError:
        return None
