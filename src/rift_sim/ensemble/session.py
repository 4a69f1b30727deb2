"""One call of `run`: decide what is missing, compute it, store it, write it down."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.ensemble.engine import Engine, WorldLike
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, available_cores, compute_blocks
from rift_sim.ensemble.folder import (
    RESOLVED,
    STORE,
    SUMMARY,
    StorageError,
    check_target,
    clear_run,
    storage_error,
)
from rift_sim.ensemble.identity import Identity, code_digest
from rift_sim.ensemble.inputs import Request
from rift_sim.ensemble.lock import writer_lock
from rift_sim.ensemble.manifest import changed_versions, is_finished, session_entry, write_manifest
from rift_sim.ensemble.mend import mend, rebuild
from rift_sim.ensemble.reporter import Reporter, Silent
from rift_sim.ensemble.storage.damage import in_short
from rift_sim.ensemble.storage.dataset import open_dataset
from rift_sim.ensemble.storage.layout import write_text
from rift_sim.ensemble.storage.store import DONE, Store
from rift_sim.ensemble.summary import summarise, write_summary
from rift_sim.ensemble.verify import verify
from rift_sim.extension.identity import workers_for

if TYPE_CHECKING:
    from rift_sim.ensemble.execution.cluster import Cluster

__all__ = ["Session", "StorageError", "missing_jobs"]

_FEW = 10
"""So few replicates are not worth timing."""
_CHECKED_POINTS = 32
"""Points of a sweep looked at before it begins; a later one that is wrong fails by itself."""
_START_SECONDS = 3.0
"""About what it takes to start worker processes."""


def missing_jobs(store: Store, replicates: int) -> list[Job]:
    """List what is not computed yet of the first `replicates`; failed ones are due again.

    All scenarios of a block come before the next block, so that a sweep which stops has
    replicates that are complete in every scenario.
    """
    status = store.status()
    size = store.block
    jobs = []
    for number in range(math.ceil(replicates / size)):
        due = range(number * size, min((number + 1) * size, replicates))
        for scenario in range(status.shape[0]):
            known = status[scenario]
            left = tuple(r for r in due if r >= known.size or known[r] != DONE)
            if left:
                jobs.append(Job(scenario, number, left))
    return jobs


class Session:
    """What one call of `run` does to one folder.

    Parameters
    ----------
    request
        What to run.
    folder
        Where it goes.
    workers
        Number of processes; None chooses.
    scheduler
        Address of a Dask scheduler whose workers compute; None computes here.
    municipal, force, block, reporter, engine
        As in `rift_sim.run`.
    """

    def __init__(
        self,
        request: Request,
        *,
        folder: Path,
        workers: int | None,
        scheduler: str | None,
        municipal: bool,
        force: bool,
        block: int,
        reporter: Reporter | None,
        engine: Engine | None,
    ) -> None:
        self.request = request
        self.folder = folder
        self.force = force
        self._plan = Plan(engine or Engine(), request.scenarios, municipal)
        extensions = self._plan.extensions
        self.identity = Identity(
            scenario=request.digest,
            seed=request.seed,
            seeds=request.ledger_digest,
            code=code_digest(),
            municipal=municipal,
            extensions={one.name: one.text for one in extensions},
        )
        self._workers = workers_for(extensions, workers, scheduler)
        self._scheduler = scheduler
        self._block = block
        self._reporter: Reporter = reporter or Silent()
        self._begun = time.time()
        self._computed = 0
        self._used_workers = 1

    def execute(self) -> None:
        """Bring the folder to the number of replicates asked for.

        Raises
        ------
        InputError
            When the folder or the scenario does not allow it; nothing is written then.
        StorageError
            When writing fails; what is finished stays.
        """
        store = check_target(self.folder, self.identity, force=self.force)
        wanted = self.request.replicates
        done = is_finished(self.folder) and (self.folder / SUMMARY).exists()
        if store is not None and done and not missing_jobs(store, wanted) and self._is_sound():
            have = int((store.status() == DONE).all(axis=0).sum())
            self._reporter.say(
                f"Nothing to compute: {self.folder} already holds {have:,} replicates of this run."
            )
            return
        worlds = Worlds(self._plan)
        with self._connected() as cluster:
            pace = self._measure(worlds)
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                with writer_lock(self.folder):
                    store = self._open_store(worlds[0])
                    self._compute(store, worlds, pace, cluster)
                    self._finish(store, worlds[0])
            except OSError as error:
                raise storage_error(self.folder, error) from error

    def _is_sound(self) -> bool:
        """Whether nothing of what is there is damaged; reads all of it."""
        return not verify(self.folder).damages

    def _connected(self) -> AbstractContextManager[Cluster | None]:
        if self._scheduler is None:
            return nullcontext()
        from rift_sim.ensemble.execution.cluster import Cluster

        return Cluster(self._scheduler, self._reporter.say, self._plan.extensions)

    def _measure(self, worlds: Worlds) -> float:
        """Build the world, compile on first use, and time a replicate in seconds.

        Raises InputError for what only the world can find wrong, before anything is written.
        """
        world = worlds[0]
        for point in range(1, min(len(self.request.scenarios), _CHECKED_POINTS)):
            worlds[point]
        for warning in getattr(world, "warnings", ()):
            self._reporter.say(f"warning: {warning}")
        if self._plan.engine == Engine() and is_uncompiled():
            self._reporter.say("First use: compiling the model takes up to half a minute.")
        pace = self._time_replicate(world)
        if pace * self.request.replicates * len(self.request.scenarios) < _START_SECONDS:
            return pace
        return min(pace, self._time_replicate(world))

    def _time_replicate(self, world: WorldLike) -> float:
        begun = time.perf_counter()
        try:
            self._plan.engine.simulate(world, 0)
        except Exception:  # It will fail again in its block, and is recorded there.
            return 0.0
        return time.perf_counter() - begun

    def _open_store(self, world: WorldLike) -> Store:
        store = check_target(self.folder, self.identity, force=self.force, locked=True)
        wanted = self.request.replicates
        named: dict[str, Any] = {"scenarios": self.request.labels, "title": self.request.title}
        if store is None and not self.force:
            store = rebuild(self.folder, world, self.identity.digest, **named)
            if store is not None:
                self._reporter.say(f"{store.path / 'zarr.json'} was damaged and is written anew.")
        if store is None:
            clear_run(self.folder)
            store = Store.create(
                self.folder / STORE,
                world,
                identity=self.identity.digest,
                replicates=wanted,
                block=self._block,
                **named,
            )
        else:
            self._compare_versions()
            store, damages = mend(store, world, **named)
            if damages:
                self._reporter.say(f"Damaged, and made anew: {in_short(damages)}.")
            store.extend(wanted)
        write_text(self.folder / RESOLVED, self.request.resolved)
        write_manifest(self.folder, self.request, self.identity, store, world)
        return store

    def _compute(self, store: Store, worlds: Worlds, pace: float, cluster: Cluster | None) -> None:
        jobs = missing_jobs(store, self.request.replicates)
        total = sum(len(job.replicates) for job in jobs)
        workers = cluster.size if cluster else self._choose_workers(len(jobs), total * pace)
        self._used_workers = workers
        seconds = total * pace / workers + (_START_SECONDS if workers > 1 else 0)
        if seconds > 60:
            self._reporter.say(f"This run takes {_duration(seconds)}.")
        self._reporter.begin(total)
        try:
            for block in compute_blocks(self._plan, jobs, workers, worlds, cluster):
                store.write(block)
                self._computed += len(block.replicates)
                self._reporter.advance(len(block.replicates) + len(block.failures))
        except KeyboardInterrupt:
            have = int((store.status() == DONE).sum())
            self._reporter.say(
                f"Stopped. {have:,} of {store.status().size:,} replicates are stored in "
                f"{self.folder}; the same command goes on from there."
            )
            raise

    def _choose_workers(self, jobs: int, seconds: float) -> int:
        if self._workers is None and seconds < _START_SECONDS:
            return 1
        return max(1, min(self._workers or available_cores(), jobs))

    def _finish(self, store: Store, world: WorldLike) -> None:
        data = open_dataset(store.path)
        write_summary(self.folder / SUMMARY, summarise(data, self.request.name))
        data.close()
        session = session_entry(
            self._begun, self._computed, self._used_workers, cluster=bool(self._scheduler)
        )
        write_manifest(self.folder, self.request, self.identity, store, world, session=session)

    def _compare_versions(self) -> None:
        """Say so when the replicates that are there were computed with other libraries."""
        changed = changed_versions(self.folder)
        if changed:
            self._reporter.say(
                "The replicates in this folder were computed with other versions "
                f"({', '.join(changed)}); new ones may differ in their last bits."
            )


def is_uncompiled() -> bool:
    """Whether the kernels of this version of the code have never been compiled here."""
    from rift_sim.physics.kernel import COMPILED, kernel_cache

    return COMPILED and not any(kernel_cache().rglob("*.nbi"))


def _duration(seconds: float) -> str:
    steps: tuple[tuple[float, str, Callable[[float], float]], ...] = (
        (5400, "hours", lambda s: s / 3600),
        (90, "minutes", lambda s: s / 60),
    )
    for limit, unit, convert in steps:
        if seconds >= limit:
            return f"about {convert(seconds):.0f} {unit}"
    return f"about {seconds:.0f} seconds"
