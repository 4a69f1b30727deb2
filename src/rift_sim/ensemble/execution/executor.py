"""Compute blocks of replicates, in this process or on several.

The result of a block depends on nothing but the plan and the block, so neither the
number of workers nor the order in which they finish can change a number.
"""

from __future__ import annotations

import os
import time
import traceback
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.engine import Engine, WorldLike
from rift_sim.ensemble.storage.store import Block
from rift_sim.errors import InputError
from rift_sim.extension.identity import Need, needs

if TYPE_CHECKING:
    from rift_sim.ensemble.execution.cluster import Cluster

__all__ = ["Job", "Plan", "Worlds", "available_cores", "compute", "compute_blocks", "coordinates"]

_WORLDS_KEPT = 32


@dataclass(frozen=True)
class Job:
    """One block to compute, or what is missing of it.

    Attributes
    ----------
    scenario
        Position in `Plan.scenarios`.
    number
        Number of the block along the replicate dimension.
    replicates
        Which replicates, in rising order.
    """

    scenario: int
    number: int
    replicates: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What all jobs of a run share; it is sent to each worker once.

    Attributes
    ----------
    engine
        The model.
    scenarios
        The scenarios of the run, more than one in a sweep.
    municipal
        Whether municipal arrays are observed.
    """

    engine: Engine
    scenarios: tuple[Any, ...]
    municipal: bool

    @cached_property
    def extensions(self) -> tuple[Need, ...]:
        """What another process must find before it can read the scenarios."""
        named = (name for one in self.scenarios for name in getattr(one, "extensions", ()))
        return needs(dict.fromkeys(named))


class Worlds:
    """Worlds of a plan, built where first needed; the last used are kept.

    Parameters
    ----------
    plan
        Which worlds.
    expected
        Labels that every world must have; those of the first scenario if not given.
    """

    def __init__(self, plan: Plan, expected: Mapping[str, tuple[Any, ...]] | None = None) -> None:
        self._plan = plan
        self._kept: OrderedDict[int, WorldLike] = OrderedDict()
        self._expected = expected

    def __getitem__(self, scenario: int) -> WorldLike:
        if scenario not in self._kept:
            plan = self._plan
            world = plan.engine.world(plan.scenarios[scenario], plan.municipal)
            self._check(scenario, world)
            self._kept[scenario] = world
            if len(self._kept) > _WORLDS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(scenario)
        return self._kept[scenario]

    def _check(self, scenario: int, world: WorldLike) -> None:
        """Refuse a point of a sweep with other dimensions than the first one has."""
        plan = self._plan
        if len(plan.scenarios) == 1 and self._expected is None:
            return
        found = coordinates(world)
        if self._expected is None:
            first = plan.engine.world(plan.scenarios[0], plan.municipal) if scenario else world
            self._expected = coordinates(first)
        different = [name for name, labels in self._expected.items() if found[name] != labels]
        if different:
            raise InputError(
                f"the points of the sweep differ in their {different[0]}s",
                key="sweep",
                allowed="points with the same dimensions; name in the scenario's own history or "
                "timeline every group that any of them names",
            )


def coordinates(world: WorldLike) -> dict[str, tuple[Any, ...]]:
    """Return the labels along each dimension, in a form that can be compared."""
    return {name: tuple(np.asarray(values).tolist()) for name, values in world.coords.items()}


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def compute(plan: Plan, worlds: Worlds, job: Job) -> Block:
    """Compute one block; a replicate that fails is recorded and the rest go on."""
    begun = time.perf_counter()
    failures: dict[int, str] = {}
    done: list[int] = []
    arrays: dict[str, NDArray[Any]] = {}
    for replicate in job.replicates:
        try:
            world = worlds[job.scenario]
            observed = plan.engine.simulate(world, replicate)
            row = len(done)
            for name, variable in world.variables.items():
                values = np.asarray(observed[name])
                if name not in arrays:
                    shape = (len(job.replicates), *(len(world.coords[d]) for d in variable.dims))
                    arrays[name] = np.empty(shape, variable.dtype)
                if values.shape != arrays[name].shape[1:]:
                    raise ValueError(f"{name} has shape {values.shape}")
                arrays[name][row] = values
            done.append(replicate)
        except Exception as error:
            failures[replicate] = _describe(error)
    return Block(
        scenario=job.scenario,
        number=job.number,
        replicates=tuple(done),
        arrays={name: values[: len(done)] for name, values in arrays.items()},
        failures=failures,
        seconds=time.perf_counter() - begun,
    )


def compute_blocks(
    plan: Plan,
    jobs: Iterable[Job],
    workers: int,
    worlds: Worlds | None = None,
    cluster: Cluster | None = None,
) -> Iterator[Block]:
    """Yield the blocks of `jobs` as they finish, with no more than a few in memory.

    Parameters
    ----------
    plan
        What the jobs share.
    jobs
        Taken one by one, as workers become free.
    workers
        Number of processes; 1 computes here.
    worlds
        Worlds that are built already, for computing here.
    cluster
        Where to compute instead of on this machine.
    """
    if cluster is not None:
        worlds = worlds or Worlds(plan)
        shared = coordinates(worlds[0]) if len(plan.scenarios) > 1 else None
        yield from cluster.run(plan, jobs, shared)
        return
    if workers <= 1:
        worlds = worlds or Worlds(plan)
        for job in jobs:
            yield compute(plan, worlds, job)
        return
    from rift_sim.ensemble.execution.pool import Pool

    with Pool(plan, workers) as pool:
        yield from pool.run(jobs)


def _describe(error: Exception) -> str:
    """One line: the error, and the line of code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}{where}" if text else f"{type(error).__name__}{where}"
