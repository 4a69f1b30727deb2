"""Processes that work through cases; one that dies is a failed case, and another takes over."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any

from .formats import make_case
from .guard import Limits, Result, guarded, limit_memory

__all__ = ["work_through"]

_WALL = 120.0
"""Seconds on the clock after which a case that no signal can stop ends with its process."""

Job = tuple[str, int]
Done = tuple[Job, Result]


def work_through(
    jobs: Sequence[Job], seed: int, limits: Limits, *, workers: int, share: float
) -> Iterator[Done]:
    """Work through cases and give each back with how it ended, in any order.

    Parameters
    ----------
    jobs
        Format and number of each.
    seed
        Of all cases.
    limits
        What each may take.
    workers
        Number of processes.
    share
        Share of accepted scenarios that are also run.
    """
    context: Any = multiprocessing.get_context("fork")
    waiting = [list(jobs[k::workers]) for k in range(workers)]
    running: dict[Connection, tuple[Any, Any, list[Job]]] = {}

    def start(mine: list[Job]) -> None:
        if not mine:
            return
        ours, theirs = context.Pipe(duplex=False)
        place = context.Value("q", 0)
        arguments = (mine, seed, limits, share, theirs, place)
        process = context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        running[ours] = (process, place, mine)

    for mine in waiting:
        start(mine)
    while running:
        for ours in wait(list(running)):
            assert isinstance(ours, Connection)
            process, place, mine = running[ours]
            try:
                yield ours.recv()
            except EOFError:
                process.join()
                del running[ours]
                if process.exitcode != 0:
                    at = place.value
                    yield (
                        mine[at],
                        Result("failed", f"the process died ({process.exitcode})", 0.0, 0.0),
                    )
                    start(mine[at + 1 :])


def _work(
    jobs: Sequence[Job], seed: int, limits: Limits, share: float, out: Connection, place: Any
) -> None:
    limit_memory()
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_fast()) as name:
        faulthandler.enable(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - Until the end.
        for number, (format, which) in enumerate(jobs):
            place.value = number
            faulthandler.dump_traceback_later(_WALL, exit=True)
            case = make_case(format, seed, which)
            chosen = Random(f"run/{case.name}").random() < share
            out.send(((format, which), guarded(case, Path(name), limits, run=chosen)))
        faulthandler.cancel_dump_traceback_later()
    out.close()


def _fast() -> str | None:
    """Return a folder in memory, where there is one."""
    memory: Callable[[str], bool] = lambda path: os.path.isdir(path) and os.access(path, os.W_OK)  # noqa: E731
    return "/dev/shm" if memory("/dev/shm") else None
