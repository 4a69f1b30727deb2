"""Worker processes that compute blocks.

The standard pools do not fit: one worker's death ends the whole pool, workers outlive a
killed parent, and starting them runs the caller's script again. Here each worker has
its own pipe. A dead worker is replaced and its block tried once more; when the parent
dies the pipe closes and the worker ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any

from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.ensemble.storage.store import Block
from rift_sim.extension.identity import Need, prepare, refuse_typed

__all__ = ["Pool"]

_QUEUED = 2
"""Jobs a worker has at hand, so that it need not wait while the parent writes."""
_TRIES = 2
_SINGLE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    jobs: deque[Job] = field(default_factory=deque)


class Pool:
    """Processes that compute the blocks of one plan; a context manager.

    Parameters
    ----------
    plan
        Sent to each worker once.
    workers
        How many processes.

    Raises
    ------
    InputError
        When an extension of the plan lives in this process only.
    """

    def __init__(self, plan: Plan, workers: int) -> None:
        self._plan = plan
        refuse_typed(plan.extensions, "workers")
        # By itself, because a worker must have the extensions before it can read scenarios.
        self._packed = pickle.dumps(plan)
        self._size = workers
        # Chosen here, because importing mesa sets the start method of the whole program.
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
            worker.process.close()
        self._workers.clear()

    def run(self, jobs: Iterable[Job]) -> Iterator[Block]:
        """Yield blocks as they finish."""
        waiting = iter(jobs)
        again: deque[Job] = deque()
        tries: dict[Job, int] = {}
        while True:
            self._hand_out(again, waiting)
            busy = [worker for worker in self._workers if worker.jobs]
            if not busy:
                return
            for pipe in multiprocessing.connection.wait([worker.pipe for worker in busy]):
                worker = next(worker for worker in busy if worker.pipe is pipe)
                block = self._receive(worker)
                if block is not None:
                    worker.jobs.popleft()
                    yield block
                    continue
                lost, code = self._bury(worker)
                first = lost.popleft()
                again.extend(lost)
                tries[first] = tries.get(first, 0) + 1
                if tries[first] < _TRIES:
                    again.append(first)
                else:
                    yield _lost(first, code)

    def _hand_out(self, again: deque[Job], waiting: Iterator[Job]) -> None:
        for depth in range(_QUEUED):
            for place in range(self._size):
                if place < len(self._workers) and len(self._workers[place].jobs) > depth:
                    continue
                job = again.popleft() if again else next(waiting, None)
                if job is None:
                    return
                if place >= len(self._workers):
                    self._workers.append(self._start())
                worker = self._workers[place]
                worker.jobs.append(job)
                with contextlib.suppress(OSError):  # A dead worker shows when we receive.
                    worker.pipe.send(job)

    def _receive(self, worker: _Worker) -> Block | None:
        try:
            block: Block = worker.pipe.recv()
        except (EOFError, OSError):
            return None
        return block

    def _bury(self, worker: _Worker) -> tuple[deque[Job], int | None]:
        worker.pipe.close()
        worker.process.join()
        code = worker.process.exitcode
        worker.process.close()
        self._workers.remove(worker)
        return worker.jobs, code

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(there, self._plan.extensions, self._packed), daemon=True
        )
        with _quiet_start():
            process.start()
        there.close()
        return _Worker(process, here)


def _lost(job: Job, code: int | None) -> Block:
    reason = f"the worker process ended twice while computing it (exit code {code})"
    return Block(job.scenario, job.number, (), {}, dict.fromkeys(job.replicates, reason))


def _work(pipe: Connection, extensions: tuple[Need, ...], packed: bytes) -> None:
    """Compute jobs until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare(extensions)
    plan: Plan = pickle.loads(packed)
    worlds = Worlds(plan)
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(compute(plan, worlds, pipe.recv()))


@contextlib.contextmanager
def _quiet_start() -> Iterator[None]:
    """Start a process that runs one thread, ignores Ctrl-C and not the caller's script.

    Ctrl-C reaches every process of a terminal; only the parent should answer it.
    The caller's script is left out so that ``rift_sim.run(...)`` works at the top level
    of a script, without the usual guard.
    """
    main = sys.modules["__main__"]
    hidden: dict[str, Any] = {}
    for name in ("__spec__", "__file__"):
        if getattr(main, name, None) is not None:
            hidden[name] = getattr(main, name)
    before = {name: os.environ.get(name) for name in _SINGLE_THREAD}
    can_mask = hasattr(signal, "pthread_sigmask") and (
        threading.current_thread() is threading.main_thread()
    )
    if can_mask:
        # It starts on first use, and would lift the mask that follows.
        resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if can_mask else None
    try:
        for name in hidden:
            setattr(main, name, None)
        os.environ.update(dict.fromkeys(_SINGLE_THREAD, "1"))
        yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
