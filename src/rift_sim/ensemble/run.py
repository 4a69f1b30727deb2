"""Run a scenario, and open a run that is there."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.ensemble.arguments import as_path, check_texts, check_whole
from rift_sim.ensemble.digest import content_hash
from rift_sim.ensemble.folder import (
    RESOLVED,
    STORE,
    check_run,
    existing_store,
    no_store,
    read_manifest,
)
from rift_sim.ensemble.inputs import Request, resolve_request
from rift_sim.ensemble.outline import Outline, missing_among, outline_without
from rift_sim.ensemble.reporter import Reporter
from rift_sim.ensemble.scratch import scratch_folder
from rift_sim.ensemble.session import Session
from rift_sim.ensemble.storage.damage import DamageWarning, changed_files
from rift_sim.ensemble.storage.dataset import names_of, open_dataset
from rift_sim.ensemble.storage.layout import BLOCK
from rift_sim.ensemble.storage.store import Store
from rift_sim.ensemble.summary import SummaryRow, learn_series, summarise
from rift_sim.ensemble.verify import Verification, notice, verify
from rift_sim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.engine import Engine
    from rift_sim.scenario import Scenario

__all__ = ["Run", "load", "run", "run_request"]


class Run:
    """A run: a folder with trajectories, and what they were made from.

    Parameters
    ----------
    directory
        The folder, as `load` and `run` open it.

    Attributes
    ----------
    directory
        The folder.
    manifest
        Versions, hashes, seed, replicates, timings and the ledger entries used.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.manifest: dict[str, Any] = read_manifest(directory)

    def __repr__(self) -> str:
        return f"Run('{self.directory}', {self.replicates} replicates)"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest.get("scenario", self.directory.name))

    @property
    def replicates(self) -> int:
        """How many replicates are finished (in a sweep: in every scenario)."""
        return int((Store(self.directory / STORE).status() == 1).all(axis=0).sum())

    @property
    def failures(self) -> Mapping[str, str]:
        """Errors of failed replicates, by ``scenario number/replicate``."""
        return Store(self.directory / STORE).failures

    def digest(self) -> str:
        """Return a hash of all finished replicates; equal numbers have equal hashes.

        Reads the whole store. Block size, workers and interruptions do not change it.
        """
        return content_hash(self.directory / STORE)

    def verify(self) -> Verification:
        """Read all of the run, compare checksums, and say what is damaged.

        Replicates whose numbers are damaged are left out from then on, in this process: by
        `dataset`, `replicates`, `summary`, and by whatever opens the folder. Nothing is
        written.
        """
        found = verify(self.directory)
        self.__dict__.pop("dataset", None)
        return found

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario, as resolved when the run began.

        Raises InputError when its file is not as it was written.
        """
        from rift_sim.scenario import load_scenario

        # Its files were let in when the run was made; here they are named only.
        return load_scenario(self._resolved(), allow_outside=True)

    @cached_property
    def outline(self) -> Outline:
        """The scenario, as far as it can be told where extensions of the run are missing.

        Raises InputError as `scenario` does, but for a missing extension.
        """
        if missing := missing_among(self.manifest.get("extensions") or ()):
            return outline_without(self._resolved(), missing)
        return Outline(self.scenario)

    def _resolved(self) -> Path:
        """Return the file of the scenario, if it is as it was written."""
        digest = self.manifest.get("files", {}).get(RESOLVED)
        for damage in changed_files(self.directory, {RESOLVED: digest} if digest else {}):
            raise InputError(
                f"{damage.reason}, so it is not known what ran",
                file=damage.file,
                allowed="the file as it was written; the rift run command that made the run "
                "writes it anew",
            )
        return self.directory / RESOLVED

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The trajectories, read from disk as they are used.

        Dimensions ``replicate`` and ``time`` (and ``scenario`` first, in a sweep), then
        department, group, pillar or aid line. Every variable carries ``long_name``,
        ``units`` and ``kind``: a ``stock`` is the state at the end of the month, a
        ``flow`` the month's total.
        """
        data = open_dataset(self.directory / STORE)
        if self.manifest.get("extensions"):
            learn_series(data)
        axes = self.manifest.get("axes") or {}
        levels = {axis: ("scenario", list(points)) for axis, points in axes.items()}
        return data.assign_coords(levels | names_of(data))

    def rows(self) -> list[SummaryRow]:
        """Summarise the national series by year."""
        return summarise(self.dataset, self.name)

    def summary(self) -> Any:
        """Return the summary as a pandas DataFrame.

        Columns: scenario, variable, year, median, p05, p25, p75, p95, unit. Stocks are
        those at the year's end, flows the year's sums.
        """
        import pandas as pd  # type: ignore[import-untyped,unused-ignore]

        return pd.DataFrame(self.rows())


def load(directory: str | Path) -> Run:
    """Open the folder of a run, finished or not.

    Damage that indexes and lengths show is told in a `DamageWarning`, and the replicates
    concerned are left out. Numbers are checked when they are read, all at once by
    `Run.verify`.

    Raises
    ------
    InputError
        When the folder is missing or holds no run, its store is gone or of a later version, or
        its ``zarr.json`` is damaged.
    """
    folder = as_path(directory, "directory")
    if not folder.is_dir():
        problem = "a file, not a folder" if folder.is_file() else "no such folder"
        raise InputError(problem, file=folder, allowed="the folder of a run")
    check_run(folder)
    if existing_store(folder) is None:
        raise no_store(folder)
    if said := notice(folder):
        warnings.warn(said, DamageWarning, stacklevel=2)
    return Run(folder)


def run(
    path_or_scenario: str | Path | Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    settings: Sequence[str] = (),
    design: str | Path | None = None,
    allow_outside: bool = False,
    municipal: bool = False,
    force: bool = False,
    progress: Reporter | None = None,
    block: int = BLOCK,
    engine: Engine | None = None,
) -> Run:
    """Run a scenario and return its trajectories.

    Parameters
    ----------
    path_or_scenario
        A scenario file, the name of a shipped scenario, or a loaded scenario.
    replicates, seed
        Instead of those of the scenario.
    out
        Folder of the run. A folder that holds the same run is extended to the number
        of replicates asked for; one that was interrupted is completed. Without it the
        run lives in a temporary folder until Python ends.
    workers
        Processes; as many as there are cores if not given. They do not change a number.
    scheduler
        Address of a Dask scheduler, ``tcp://HOST:PORT``; its workers compute instead of
        processes here, and give the same numbers. Needs the extra ``cluster``.
    settings
        Overrides, each ``key=value``, as ``rift run --set`` takes them.
    design
        CSV with a column for each sweep axis and a row for each scenario.
    allow_outside
        Let a scenario file, and those it extends, name files outside its folder.
    municipal
        Also observe single municipalities, by year.
    force
        Replace the run that is in `out`.
    progress
        Told how the run goes on; silent if not given.
    block
        Replicates that are computed and stored together; a store keeps its own.
    engine
        Another model in place of `rift_sim.model`.

    Raises
    ------
    InputError
        When the scenario, a setting or the folder is not right; nothing is written then.
    """
    check_texts(settings, "settings", "a list of texts, each key=value")
    folder = None if out is None else as_path(out, "out")
    request = resolve_request(
        path_or_scenario,
        replicates=replicates,
        seed=seed,
        settings=settings,
        design=None if design is None else as_path(design, "design"),
        allow_outside=allow_outside,
    )
    return run_request(
        request,
        folder or scratch_folder(request.name),
        workers=workers,
        scheduler=scheduler,
        municipal=municipal,
        force=force,
        progress=progress,
        block=block,
        engine=engine,
    )


def run_request(
    request: Request,
    folder: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    municipal: bool = False,
    force: bool = False,
    progress: Reporter | None = None,
    block: int = BLOCK,
    engine: Engine | None = None,
) -> Run:
    """Run what is resolved already; parameters and errors as in `run`."""
    if workers is not None:
        check_whole(workers, "workers", "there must be a worker")
    if workers is not None and scheduler is not None:
        raise InputError(
            "a scheduler brings its own workers", key="workers", allowed="scheduler without workers"
        )
    if scheduler is not None:
        check_texts([scheduler], "scheduler", "its address, tcp://HOST:PORT")
    check_whole(block, "block", "a block has at least a replicate")
    Session(
        request,
        folder=folder,
        workers=workers,
        scheduler=scheduler,
        municipal=municipal,
        force=force,
        block=block,
        reporter=progress,
        engine=engine,
    ).execute()
    return Run(folder)
