"""Dask on the loopback beside the local pool, two workers each."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import rift_sim
from benchmarks.measure import (
    NotMeasured,
    Options,
    Row,
    Section,
    interleave,
    ratios,
    say,
    spread,
    stopwatch,
)
from benchmarks.work import jobs, plan_for, pooled, replicates_in
from rift_sim.ensemble.execution.executor import Plan

__all__ = ["dask_cluster", "measure", "minutes"]

_PATIENCE = 60.0
_SOURCE = str(Path(rift_sim.__file__).resolve().parents[1])


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.3 if options.quick else 0.5 + options.repeat * 0.5


@contextmanager
def dask_cluster(workers: int) -> Iterator[str]:
    """Start ``dask scheduler`` and ``dask worker`` processes; yield the address.

    Raises
    ------
    NotMeasured
        When Dask is missing, or does not start.
    """
    if importlib.util.find_spec("distributed") is None:
        raise NotMeasured("Dask is not installed; pip install 'rift-sim[cluster]'")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        place = Path(folder) / "scheduler.json"

        def start(*arguments: str) -> None:
            path = os.pathsep.join(filter(None, (_SOURCE, os.environ.get("PYTHONPATH", ""))))
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                env=os.environ | {"PYTHONPATH": path},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)

        local = ("--host", "127.0.0.1", "--port", "0", "--no-show")
        start("scheduler", *local, "--scheduler-file", str(place))
        deadline = time.monotonic() + _PATIENCE
        while not place.exists():
            if time.monotonic() > deadline:
                raise NotMeasured("the Dask scheduler did not start")
            time.sleep(0.05)
        address = str(json.loads(place.read_text(encoding="utf-8"))["address"])
        for number in range(workers):
            own = str(Path(folder) / f"worker-{number}")
            start("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", own)
        _wait_for(address, workers)
        yield address


def measure(options: Options) -> Section:
    """Hand the same blocks to warm workers of both kinds, in turn; nothing is stored."""
    from rift_sim.ensemble.execution.cluster import Cluster

    plan = plan_for(options.end)
    size, count = (1, 8) if options.quick else (10, 24)
    months = int(plan.scenarios[0].months)
    with ExitStack() as stack:
        address = stack.enter_context(dask_cluster(2))
        cluster = stack.enter_context(Cluster(address, say))
        _warm_dask(plan, cluster.run)
        pool = stack.enter_context(pooled(plan))
        work = jobs(count, size)

        def rate(seconds: float) -> float:
            return size * count * months / seconds

        arms: dict[str, Callable[[], float]] = {
            "pool": lambda: rate(stopwatch(lambda: replicates_in(pool.run(work)))),
            "dask": lambda: rate(stopwatch(lambda: replicates_in(cluster.run(plan, work, None)))),
        }
        found = interleave(arms, options.repeat)
    unit = "replicate-months/s"
    return Section(
        "Dask",
        f"Scenario reference to {options.end}, {size * count} replicates in blocks of {size}, "
        "warm workers, nothing stored. Scheduler, workers and client share one machine.",
        [
            Row("local pool, two workers", spread(found["pool"]), unit),
            Row("Dask on the loopback, two workers", spread(found["dask"]), unit),
            Row("Dask : local pool", spread(ratios(found["dask"], found["pool"])), "x"),
        ],
    )


def _warm_dask(plan: Plan, run: Callable[..., Iterator[object]]) -> None:
    """Let both workers import and compile; which of them takes a block is up to Dask."""
    for _ in range(2):
        for _block in run(plan, jobs(8, 1), None):
            pass


def _wait_for(address: str, workers: int) -> None:
    import distributed

    # Dask's client is called Any: few of its methods carry types.
    connect: Any = distributed.Client
    client = connect(address, timeout=_PATIENCE, set_as_default=False)
    try:
        client.wait_for_workers(workers, timeout=_PATIENCE)
    except TimeoutError as error:
        raise NotMeasured("the Dask workers did not start") from error
    finally:
        client.close()
