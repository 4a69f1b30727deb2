"""Replicates as the benchmarks run them: the plan, its jobs, and pools that stay warm."""

from __future__ import annotations

from collections.abc import Iterator

from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.ensemble.execution.pool import Pool
from rift_sim.ensemble.storage.store import Block, Store
from rift_sim.scenario import load_scenario

__all__ = ["jobs", "plan_for", "pooled", "replicates_in", "warm"]


def plan_for(end: str, name: str = "reference") -> Plan:
    """Return the plan of a shipped scenario that ends in `end`."""
    return Plan(Engine(), (load_scenario(name, settings=[f"end={end}"]),), False)


def jobs(count: int, size: int) -> list[Job]:
    """Return `count` blocks of `size` replicates."""
    return [Job(0, n, tuple(range(n * size, (n + 1) * size))) for n in range(count)]


def replicates_in(blocks: Iterator[Block], store: Store | None = None) -> int:
    """Take blocks as they come, write them where a store is given, and count replicates.

    Raises
    ------
    RuntimeError
        When a replicate failed: its time would not be that of the work.
    """
    done = 0
    for block in blocks:
        if block.failures:
            raise RuntimeError(f"replicates failed: {dict(block.failures)}")
        done += len(block.replicates)
        if store is not None:
            store.write(block)
    return done


def warm(plan: Plan, worlds: Worlds) -> None:
    """Build the world, load the compiled kernels and run once."""
    compute(plan, worlds, Job(0, 0, (0,)))


def pooled(plan: Plan, workers: int = 2) -> Pool:
    """Return a pool whose workers have started, imported, compiled and run once."""
    pool = Pool(plan, workers)
    # Each worker takes two jobs before any gets a third, so all of them are warm after this.
    replicates_in(pool.run(jobs(2 * workers, 1)))
    return pool
