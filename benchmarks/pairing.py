"""How much pairing of scenarios, draw by draw, sharpens the difference between them.

For one draw of parameters and its starting map (one replicate r) an effect is a random
number: the difference between `full-cutoff` and `no-cutoff` depends on chance, month by
month. Both arms of this benchmark use the same r, hence the same parameters and the same map,
and so the same expected effect; they differ in chance alone:

- paired: both scenarios live through the same chance (seed k), as `rift_sim.run` does it;
- independent: each lives through a chance of its own (seeds k and j, k != j).

With K seeds of chance for each r, the variance of the paired difference is that of
``full[r, k] - none[r, k]`` over k. The variance of an independent difference is the sum
``var_k full[r, k] + var_k none[r, k]``, which is what pairs k != j have in expectation, without
the noise of choosing pairs. Both are taken within r and averaged over r, so that neither
parameters nor maps count; their ratio is shown. The interval comes from drawing whole
replicates r again (bootstrap).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Options, Row, Section, Spread, bootstrap
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Job, Plan
from rift_sim.ensemble.execution.pool import Pool
from rift_sim.initial.world import World
from rift_sim.model import RiftModel
from rift_sim.recorder import Recorder
from rift_sim.scenario import load_scenario

__all__ = ["GOAL", "ChanceModel", "chance_variances", "measure", "minutes", "variance_ratio"]

GOAL = 5.0
SCENARIOS = ("full-cutoff", "no-cutoff")
VARIABLES = ("control", "newly_displaced")
_CHANCE = 1_000_003
"""Seeds of chance count from here, far from the seeds of scenarios."""
_SEEDS = 10
_FEW_SEEDS = 3


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.3 if options.quick else 3.0


class ChanceModel(RiftModel):
    """A replicate that lives through its months with another seed than it started with.

    Parameters
    ----------
    world
        What replicates share.
    replicate
        Decides parameters and starting map, with the scenario's own seed.
    chance
        Seed of everything drawn from the first month on.
    """

    def __init__(self, world: World, *, replicate: int, chance: int) -> None:
        super().__init__(world=world, replicate=replicate)
        self.seed_number = chance
        self.ground.seed = chance


@dataclass(frozen=True)
class _National:
    """A single number, as the ensemble describes what it stores."""

    dims: tuple[str, ...] = ()
    dtype: str = "float64"
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ChanceWorld:
    """A world that shows the last state of control and the last year's newly displaced."""

    world: World
    coords: Mapping[str, Any]
    variables: Mapping[str, _National]


def chance_world(scenario: Any, municipal: bool) -> ChanceWorld:
    """Build what replicates share."""
    variables = {name: _National() for name in VARIABLES}
    return ChanceWorld(World(scenario, municipal=municipal), {}, variables)


def simulate_chance(shared: ChanceWorld, number: int) -> dict[str, NDArray[Any]]:
    """Run replicate ``number // 10`` through the chance ``number % 10``."""
    replicate, chance = divmod(number, _SEEDS)
    model = ChanceModel(shared.world, replicate=replicate, chance=_CHANCE + chance)
    recorder = Recorder(shared.world)
    for _ in range(shared.world.scenario.months):
        model.step()
        recorder.record(model)
    control, newly = (recorder.arrays[name] for name in VARIABLES)
    return {
        "control": np.asarray(control[-1], np.float64),
        "newly_displaced": np.asarray(newly[-12:].sum(dtype=np.float64)),
    }


def chance_variances(full: NDArray[np.float64], none: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return variances of the difference within each draw: paired, independent.

    Parameters
    ----------
    full, none
        Outcomes, shape (draw, chance).

    Returns
    -------
    ndarray
        Shape (draw, 2).
    """
    paired = (full - none).var(axis=1, ddof=1)
    independent = full.var(axis=1, ddof=1) + none.var(axis=1, ddof=1)
    return np.stack([paired, independent], axis=1)


def variance_ratio(variances: NDArray[np.float64]) -> float:
    """Divide the mean independent variance by the mean paired one."""
    paired, independent = variances.mean(axis=0)
    return float(independent / paired) if paired > 0.0 else float("inf")


def measure(options: Options) -> Section:
    """Run both scenarios through the same seeds of chance, and compare."""
    draws, seeds = (8, _FEW_SEEDS) if options.quick else (200, _SEEDS)
    end = "2026-06" if options.quick else "2028-12"
    outcomes = _outcomes(draws, seeds, end)
    rows = []
    for name in VARIABLES:
        variances = chance_variances(*outcomes[name])
        value = bootstrap(variance_ratio, variances)
        met = None if options.quick else value.median >= GOAL
        rows.append(Row(f"{name}, independent : paired", value, "x", f">= {GOAL:g}", met))
        paired, independent = np.sqrt(variances.mean(axis=0))
        unit = "people" if name == "newly_displaced" else "share of municipalities"
        full, none = outcomes[name]
        effect = bootstrap(lambda sample: float(sample.mean()), (full - none).mean(axis=1))
        rows.append(Row(f"{name}, mean of full-cutoff minus no-cutoff", effect, unit))
        for word, deviation in (("paired", paired), ("independent", independent)):
            once = float(deviation)
            rows.append(Row(f"{name}, standard deviation, {word}", _exact(once), unit))
    return Section(
        "Paired variance",
        f"Scenarios full-cutoff and no-cutoff to {end}: control at the end, newly displaced over "
        f"the last year. {draws} draws of parameters and map, {seeds} seeds of chance for each, "
        "the same in both arms; variance within draws.",
        rows,
        ["Ranges are 95 % bootstrap intervals over draws."],
    )


def _outcomes(
    draws: int, seeds: int, end: str
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return, by variable, the outcomes of both scenarios, each of shape (draw, chance)."""
    scenarios = tuple(load_scenario(name, settings=[f"end={end}"]) for name in SCENARIOS)
    plan = Plan(Engine(chance_world, simulate_chance), scenarios, False)
    found = {name: np.full((2, draws, seeds), np.nan) for name in VARIABLES}
    jobs = [
        Job(scenario, draw, tuple(draw * _SEEDS + seed for seed in range(seeds)))
        for draw in range(draws)
        for scenario in range(len(scenarios))
    ]
    with Pool(plan, 2) as pool:
        for block in pool.run(jobs):
            if block.failures:
                raise RuntimeError(f"replicates failed: {dict(block.failures)}")
            for name in VARIABLES:
                found[name][block.scenario, block.number] = block.arrays[name]
    return {name: (values[0], values[1]) for name, values in found.items()}


def _exact(value: float) -> Spread:
    return Spread(value, value, value)
