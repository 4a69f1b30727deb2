"""The simulations of an experiment: in order, on several processes, kept as they come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.analysis.calibrate.kept import Kept
from rift_sim.analysis.sensitivity.experiment import QUANTITY, Case, Experiment
from rift_sim.drafts import make_folder
from rift_sim.ensemble.execution.executor import Job, compute_blocks
from rift_sim.ensemble.lock import writer_lock
from rift_sim.errors import RiftError
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["SIMULATIONS", "FailedCaseError", "run_cases"]

SIMULATIONS = "simulations"
"""Name of the folder in which finished simulations are kept."""
_BLOCK = 25


class FailedCaseError(RiftError):
    """A simulation failed; those that are finished are kept, where there is a folder."""

    exit_code = 1


@dataclass
class _Memory:
    """What `Kept` is to a folder, where there is none."""

    found: dict[int, Floats] = field(default_factory=dict)

    def __contains__(self, index: int) -> bool:
        return index in self.found

    def add(self, indices: Sequence[int], numbers: Floats) -> None:
        self.found.update(zip(indices, numbers, strict=True))

    def rows(self, indices: Sequence[int]) -> Floats:
        return np.array([self.found[index] for index in indices])


def run_cases(
    experiment: Experiment,
    cases: Sequence[Case],
    *,
    design: bytes = b"",
    folder: Path | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Floats:
    """Return the quantities of cases, shape (case, quantity), in their order.

    Neither workers nor interruptions change a number.

    Parameters
    ----------
    experiment
        The model.
    cases
        With numbers of their own.
    design
        All that decides which case a number stands for.
    folder
        Where finished simulations are kept as they come; those that are there already are not
        computed again.
    workers
        Processes; 1 computes here.
    progress
        Told how many cases there are, and how many are done.

    Raises
    ------
    FailedCaseError
        When a simulation fails.
    """
    with _kept(experiment, design, folder) as kept:
        missing = [case for case in cases if int(case) not in kept]
        if progress is not None:
            progress.begin(len(cases))
            progress.advance(len(cases) - len(missing))
        worlds = experiment.worlds if workers <= 1 else None
        for block in compute_blocks(experiment.plan, _jobs(missing, workers), workers, worlds):
            if block.replicates:
                kept.add(list(map(int, block.replicates)), block.arrays[QUANTITY])
            for number, reason in block.failures.items():
                raise FailedCaseError(f"simulation {int(number)} failed: {reason}")
            if progress is not None:
                progress.advance(len(block.replicates))
        return kept.rows(list(map(int, cases)))


def _jobs(cases: Sequence[Case], workers: int) -> Iterator[Job]:
    """Put cases of one scenario together, so that a worker builds few worlds twice."""
    size = max(1, min(_BLOCK, len(cases) // (4 * workers)))
    for scenario in sorted({case.scenario for case in cases}):
        own = [case for case in cases if case.scenario == scenario]
        for place, first in enumerate(range(0, len(own), size)):
            yield Job(scenario, place, tuple(own[first : first + size]))


@contextmanager
def _kept(experiment: Experiment, design: bytes, folder: Path | None) -> Iterator[Kept | _Memory]:
    """Open what is kept of the experiment: a file named by everything that decides a number."""
    if folder is None:
        yield _Memory()
        return
    total = hashlib.sha256(experiment.digest.encode() + design)
    make_folder(folder)
    with writer_lock(folder), ExitStack() as stack:
        path = folder / SIMULATIONS / f"{total.hexdigest()[:16]}.bin"
        kept = Kept(path, len(experiment.quantities))
        stack.callback(kept.close)
        yield kept
