"""Simulations that are done, kept on disk as they come, and the processes that do them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.analysis.calibrate.trials import PREDICTIVE, PRIOR, SUMMARY, Trial
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.errors import RiftError
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.ensemble.execution.cluster import Cluster
    from rift_sim.ensemble.storage.store import Block

__all__ = ["CalibrationError", "Kept", "Simulator"]

_PIECES = 4
"""Jobs for each worker in a batch, so that none waits long for the slowest."""
_MOST = 25


class CalibrationError(RiftError):
    """A calibration cannot go on; what is done is kept."""

    exit_code = 1


class Kept:
    """The simulations of one generation: a file of records that grows at its end.

    A record is an index and its numbers. One that a killed process left unfinished stands
    at the end of the file and is cut off.

    Parameters
    ----------
    path
        The file; made if it is not there.
    width
        Numbers in a record.
    """

    def __init__(self, path: Path, width: int) -> None:
        self._record = np.dtype([("index", "<i8"), ("numbers", "<f8", (width,))])
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab+")
        size = path.stat().st_size
        self._file.truncate(size - size % self._record.itemsize)
        self._file.seek(0)
        found = np.frombuffer(self._file.read(), self._record)
        self._rows = dict(zip(found["index"].tolist(), found["numbers"], strict=True))

    def __contains__(self, index: int) -> bool:
        return index in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, indices: Sequence[int], numbers: Floats) -> None:
        """Keep the numbers of some simulations, shape (simulation, number)."""
        records = np.empty(len(indices), self._record)
        records["index"], records["numbers"] = indices, numbers
        self._file.write(records.tobytes())
        self._file.flush()
        self._rows.update(zip(indices, numbers, strict=True))

    def rows(self, indices: Sequence[int]) -> Floats:
        """Return the numbers of some simulations, shape (simulation, number).

        Raises
        ------
        CalibrationError
            When one of them is not there.
        """
        try:
            return np.array([self._rows[index] for index in indices])
        except KeyError as error:
            raise CalibrationError(
                f"{self._file.name}: the simulation {error} is missing; remove the folder and "
                "start again"
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Simulator:
    """Runs trials that are not kept yet, and keeps them; a context manager.

    Parameters
    ----------
    plan
        A model whose replicates are trials, and its scenario.
    width
        Numbers that a trial returns.
    folder
        Where simulations are kept, a file for each generation.
    workers
        Number of processes; 1 computes here.
    cluster
        Where to compute instead of on this machine.
    """

    def __init__(
        self,
        plan: Plan,
        width: int,
        folder: Path,
        *,
        workers: int = 1,
        cluster: Cluster | None = None,
    ) -> None:
        from rift_sim.ensemble.execution.pool import Pool

        self._plan, self._width, self._folder = plan, width, folder
        self._workers = cluster.size if cluster else workers
        self._cluster = cluster
        self._pool = Pool(plan, workers) if workers > 1 and cluster is None else None
        self._worlds = Worlds(plan)
        self._kept: dict[int, Kept] = {}
        self._stack = ExitStack()
        self.computed = 0

    def __enter__(self) -> Simulator:
        if self._pool is not None:
            self._stack.enter_context(self._pool)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def probe(self, trial: Trial) -> float:
        """Simulate one trial here, keep nothing of it, and return the seconds it took.

        It compiles the model once for all processes, and finds what is wrong with the
        scenario before anything is written.

        Raises
        ------
        InputError
            As the world of the scenario does.
        CalibrationError
            When the simulation fails.
        """
        _ = self._worlds[0]  # Inside `compute` its errors would be noted, not raised.
        return _sound(compute(self._plan, self._worlds, Job(0, 0, (trial,)))).seconds

    def kept(self, generation: int) -> Kept:
        """Return what is kept of a generation."""
        if generation not in self._kept:
            kept = Kept(self._folder / f"{_name(generation)}.bin", self._width)
            self._stack.callback(kept.close)
            self._kept[generation] = kept
        return self._kept[generation]

    def run(self, generation: int, trials: Sequence[Trial]) -> Floats:
        """Return the numbers of trials, shape (trial, number), in their order.

        Raises
        ------
        CalibrationError
            When a simulation fails.
        """
        kept = self.kept(generation)
        missing = [trial for trial in trials if trial.index not in kept]
        size = min(_MOST, math.ceil(len(missing) / (_PIECES * self._workers)))
        jobs = [
            Job(0, place, tuple(missing[first : first + size]))
            for place, first in enumerate(range(0, len(missing), max(size, 1)))
        ]
        for block in self._blocks(jobs):
            _sound(block)
            places = [trial.index for trial in block.replicates if isinstance(trial, Trial)]
            kept.add(places, block.arrays[SUMMARY])
            self.computed += len(places)
        return kept.rows([trial.index for trial in trials])

    def _blocks(self, jobs: Sequence[Job]) -> Iterator[Block]:
        if self._cluster is not None:
            yield from self._cluster.run(self._plan, jobs, None)
        elif self._pool is not None:
            yield from self._pool.run(jobs)
        else:
            for job in jobs:
                yield compute(self._plan, self._worlds, job)


def _name(generation: int) -> str:
    """Name a generation; they count from 1 for readers."""
    if generation >= PREDICTIVE:
        return f"predictive-{generation - PREDICTIVE:02d}"
    if generation >= 0:
        return f"generation-{generation + 1:02d}"
    return "prior" if generation == PRIOR else "truth"


def _sound(block: Block) -> Block:
    """Return a block in which nothing failed."""
    for trial, reason in block.failures.items():
        raise CalibrationError(
            f"the simulation {int(trial)} failed: {reason}; what is finished is kept"
        )
    return block
