"""Compute blocks on a Dask cluster, with the same bits as here.

The client hands out one task for each block and takes the results one by one, so the
run still has a single writer. Dask computes again what a lost worker had. Before it
touches a block a worker compares its code, its seeds and its libraries with ours.
"""

from __future__ import annotations

import contextlib
import logging
import math
import pickle
import queue
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from rift_sim.ensemble.execution.calls import block_function, check_function
from rift_sim.ensemble.execution.executor import Job, Plan
from rift_sim.ensemble.execution.remote import Parcel, digests, processor, requirements
from rift_sim.ensemble.execution.scheduler import connect, is_open
from rift_sim.ensemble.storage.store import Block
from rift_sim.errors import InputError, RiftError
from rift_sim.extension.identity import Need
from rift_sim.extension.identity import requirements as needed

__all__ = ["Cluster", "ClusterError"]

_LOOK_SECONDS = 2.0
"""How often we look whether workers came or went."""
_QUEUED = 2
"""Blocks that a worker has at hand, so that it need not wait while we write."""
_ADDRESS = re.compile(r"(tcp|tls)://(\[[^\]]+\]|[^:/\s]+):\d+")
_SHOWN = 3
_LOGGERS = ("distributed", "distributed.client")


class ClusterError(RiftError):
    """The scheduler went away in the middle of a run."""

    exit_code = 1


class Cluster:
    """A connection to a Dask scheduler; a context manager.

    Parameters
    ----------
    address
        Such as ``tcp://10.0.0.1:8786``.
    say
        Told what the user should know.
    extensions
        Extensions that the run uses.

    Raises
    ------
    InputError
        When Dask is missing, the address is not one, nobody answers there, or no worker
        there has the same code, seeds and libraries.
    """

    def __init__(
        self, address: str, say: Callable[[str], None], extensions: Iterable[Need] = ()
    ) -> None:
        if not _ADDRESS.fullmatch(address):
            raise InputError(
                f"'{address}' is not the address of a scheduler",
                key="scheduler",
                allowed="tcp://HOST:PORT, as 'dask scheduler' prints it",
            )
        self._address = address
        self._say = say
        self._wanted = requirements() | needed(extensions)
        self._refused: set[str] = set()
        self._workers: set[str] = set()
        self._looked = -math.inf
        # Dask's client and futures are called Any: few of their methods carry types.
        self._client: Any = None
        self._levels: dict[str, int] = {}
        self._flight: dict[Any, tuple[Job, frozenset[str] | None]] = {}
        self._finished: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __enter__(self) -> Cluster:
        if is_open(self._address):
            self._say(
                f"warning: what is sent to {self._address} is not encrypted, and whoever can "
                "reach a scheduler can run code on its workers and here; see docs/security.md"
            )
        self._client = connect(self._address)
        self._levels = {name: logging.getLogger(name).level for name in _LOGGERS}
        for name in _LOGGERS:
            # What goes wrong we say ourselves, in one line instead of tracebacks.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            with self._translated():
                self._wait_for_workers()
                self._check_workers()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(Exception):  # Nothing to cancel where nobody answers.
            if self._flight and self._client.status == "running":
                self._client.cancel(list(self._flight), force=True)
        self._flight.clear()
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            self._client.close()
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    @property
    def size(self) -> int:
        """Number of workers that may compute."""
        return max(1, len(self._fit()))

    def run(
        self, plan: Plan, jobs: Iterable[Job], coordinates: Mapping[str, tuple[Any, ...]] | None
    ) -> Iterator[Block]:
        """Yield blocks as they finish, with no more than a few per worker under way.

        Parameters
        ----------
        plan
            What the jobs share.
        jobs
            Taken one by one, as workers become free.
        coordinates
            Labels that the worlds of a sweep share; None without a sweep.

        Raises
        ------
        ClusterError
            When the scheduler goes away.
        """
        file_hashes = digests(plan)
        waiting, again = iter(jobs), deque[Job]()
        job = next(waiting, None)
        while job is not None or self._flight:
            with self._translated():
                self._look(again)
                while job is not None and len(self._flight) < _QUEUED * len(self._fit()):
                    scenario, digest = plan.scenarios[job.scenario], file_hashes[job.scenario]
                    self._submit(
                        Parcel(plan.engine, scenario, plan.municipal, job, digest, coordinates)
                    )
                    job = again.popleft() if again else next(waiting, None)
                block = self._receive(again)
            if job is None and again:
                job = again.popleft()
            if block is not None:
                yield block

    def _submit(self, parcel: Parcel) -> None:
        allowed = frozenset(self._fit()) if self._refused else None
        future = self._client.submit(
            block_function(),
            self._wanted,
            pickle.dumps(parcel),
            key=f"rift_sim-{uuid.uuid4().hex}",
            workers=sorted(allowed) if allowed else None,
            pure=False,
        )
        self._flight[future] = (parcel.job, allowed)
        future.add_done_callback(self._finished.put)

    def _receive(self, again: deque[Job]) -> Block | None:
        """Wait for a block, not for ever; None when there is none yet."""
        try:
            future = self._finished.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return None
        if future not in self._flight:
            return None
        if future.status in ("cancelled", "lost"):
            raise self._gone()
        job, _ = self._flight.pop(future)
        try:
            worker, reason, block = future.result()
        except Exception as error:
            if future.status != "error":
                raise
            return _failed(job, error)
        finally:
            future.release()
        if reason is None:
            found: Block = block
            return found
        self._refuse(worker, reason)
        again.append(job)
        return None

    def _look(self, again: deque[Job]) -> None:
        """Notice workers that came or went; take back blocks that nobody may compute."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        before = self._workers
        self._workers = set(self._client.nthreads())
        self._looked = time.monotonic()
        if before - self._refused and not self._fit():
            self._say(f"No worker is left at {self._address}; waiting for one.")
        for future, (job, allowed) in list(self._flight.items()):
            if allowed and not allowed & self._workers and not future.done():
                del self._flight[future]
                future.cancel()
                again.append(job)

    def _fit(self) -> set[str]:
        return self._workers - self._refused

    def _refuse(self, worker: str, reason: str) -> None:
        if worker not in self._refused:
            self._refused.add(worker)
            self._say(f"Worker {worker} is left out: it {reason}.")

    def _wait_for_workers(self) -> None:
        self._workers = set(self._client.nthreads())
        if not self._workers:
            self._say(f"{self._address} has no worker yet; waiting for the first.")
        while not self._workers:
            time.sleep(0.2)
            self._workers = set(self._client.nthreads())

    def _check_workers(self) -> None:
        """Ask each worker what it has, before anything is written."""
        answers: dict[str, Any] = self._client.run(
            check_function(), self._wanted, on_error="return"
        )
        reasons, mixed = dict[str, str](), 0
        for worker, answer in sorted(answers.items()):
            if isinstance(answer, BaseException):
                reasons[worker] = f"fails ({type(answer).__name__}: {answer})"
            elif answer[0] is not None:
                reasons[worker] = answer[0]
            else:
                mixed += answer[1] != processor()
        if len(reasons) == len(answers):
            raise InputError(
                f"no worker at {self._address} can compute this run: "
                + "; ".join(f"{w} {why}" for w, why in list(reasons.items())[:_SHOWN]),
                key="scheduler",
                allowed="workers with rift_sim, Python, libraries and extensions as here, "
                "restarted after a change",
            )
        for worker, reason in reasons.items():
            self._refuse(worker, reason)
        if mixed:
            self._say(
                f"{mixed} of {len(answers)} workers have another type of processor than this "
                "machine; the last bits of a replicate may depend on where it is computed."
            )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn an error of the connection into one that says what happened."""
        try:
            yield
        except OSError as error:  # Also what Dask raises for a closed connection.
            raise self._gone() from error

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"{self._address}: the scheduler does not answer any more; finished replicates "
            "are kept, and the same command goes on from there"
        )


def _failed(job: Job, error: Exception) -> Block:
    killed = type(error).__name__ == "KilledWorker"
    reason = (
        "every worker that computed it died"
        if killed
        else " ".join(f"{type(error).__name__}: {error}".split())
    )
    return Block(job.scenario, job.number, (), {}, dict.fromkeys(job.replicates, reason))
