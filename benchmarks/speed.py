"""Replicate-months per second: the twin, the model on one core, and on two."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Options, Row, Section, interleave, ratios, spread, stopwatch
from benchmarks.reference import agent_steps_per_second, simulate_twin
from benchmarks.work import jobs, plan_for, pooled, replicates_in, warm
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.ensemble.execution.pool import Pool
from rift_sim.ensemble.storage.store import Store
from rift_sim.model import World

__all__ = ["TWIN_GOAL", "TWO_CORES_GOAL", "measure", "minutes"]

TWIN_GOAL = 230.0
TWO_CORES_GOAL = 1.85


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.5 if options.quick else options.repeat * 0.8


def measure(options: Options) -> Section:
    """Measure the rates, round by round, with warm processes.

    Every arm runs whole replicates of the reference scenario: parameters, starting map, all
    months and what is observed. The twin runs one replicate a round, the others as many as
    take a second or more. Compilation and the start of processes come before the clock.
    """
    plan = plan_for(options.end)
    worlds = Worlds(plan)
    warm(plan, worlds)
    world = worlds[0]
    assert isinstance(world, World)
    months = world.scenario.months
    single, size, blocks = (2, 1, 4) if options.quick else (25, 10, 24)
    with tempfile.TemporaryDirectory() as folder:
        pool = pooled(plan)
        with pool:
            two = _TwoCores(pool, world, Path(folder), months, size, blocks)
            arms: dict[str, Callable[[], float]] = {
                "one": lambda: _one_core(plan, worlds, single, months),
                "twin": lambda: months / stopwatch(lambda: simulate_twin(world, 0)),
                "two": lambda: two.rate(store=False),
                "stored": lambda: two.rate(store=True),
            }
            found = interleave(arms, options.repeat)
    return Section(
        "Speed",
        f"Scenario reference, {months} months, whole replicates. A round: the twin one, one "
        f"core {single}, two cores {size * blocks} replicates in blocks of {size}.",
        [*_rates(found, options), *_agent_steps(options)],
        [
            "Without compilation and the start of processes; see Start-up.",
            "An agent-step of the twin is a month of a municipality; one of Mesa's examples is "
            "a look at the neighbours.",
        ],
    )


class _TwoCores:
    """A warm pool of two workers, with a new store for each measurement that wants one."""

    def __init__(
        self, pool: Pool, world: World, folder: Path, months: int, size: int, count: int
    ) -> None:
        self._pool, self._world, self._folder, self._months = pool, world, folder, months
        self._size, self._jobs = size, jobs(count, size)
        self._stores = 0

    def rate(self, *, store: bool) -> float:
        target = self._new_store() if store else None
        begun = perf_counter()
        done = replicates_in(self._pool.run(self._jobs), target)
        return done * self._months / (perf_counter() - begun)

    def _new_store(self) -> Store:
        self._stores += 1
        return Store.create(
            self._folder / f"{self._stores}.zarr",
            self._world,
            identity="benchmark",
            replicates=self._size * len(self._jobs),
            block=self._size,
        )


def _one_core(plan: Plan, worlds: Worlds, replicates: int, months: int) -> float:
    block = compute(plan, worlds, Job(0, 0, tuple(range(replicates))))
    return replicates_in(iter([block])) * months / block.seconds


def _rates(found: dict[str, list[float]], options: Options) -> list[Row]:
    beside_twin = spread(ratios(found["one"], found["twin"]))
    beside_one = spread(ratios(found["two"], found["one"]))
    stored = spread(ratios(found["stored"], found["one"]))
    counts = not options.quick
    unit = "replicate-months/s"
    return [
        Row("idiomatic Mesa twin", spread(found["twin"]), unit),
        Row("one core", spread(found["one"]), unit),
        Row("two cores, computing", spread(found["two"]), unit),
        Row("two cores, computing and storing", spread(found["stored"]), unit),
        Row(
            "one core : twin",
            beside_twin,
            "x",
            f">= {TWIN_GOAL:g}",
            beside_twin.median >= TWIN_GOAL if counts else None,
        ),
        Row(
            "two cores : one core, computing",
            beside_one,
            "x",
            f">= {TWO_CORES_GOAL:g}",
            beside_one.median >= TWO_CORES_GOAL if counts else None,
        ),
        Row("two cores with store : one core without", stored, "x"),
    ]


def _agent_steps(options: Options) -> list[Row]:
    found: dict[str, list[float]] = {}
    seconds = 0.1 if options.quick else 2.0
    for _ in range(options.repeat):
        for timed in agent_steps_per_second(seconds=seconds):
            found.setdefault(timed.model, []).append(timed.agent_steps_per_second)
    rows = [
        Row(f"agent-steps, {_NAMES.get(name, name)}", spread(rates), "agent-steps/s")
        for name, rates in found.items()
    ]
    twin = found.pop("twin")
    return rows + [
        Row(f"agent-steps, {_NAMES.get(name, name)} : twin", spread(ratios(rates, twin)), "x")
        for name, rates in found.items()
    ]


_NAMES = {"schelling": "Mesa's Schelling", "conway": "Mesa's Conway"}
