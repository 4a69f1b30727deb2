"""Models with known answers, run through the engine as cases of an experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rift_sim.analysis.conditions.quantity import Quantity
from rift_sim.analysis.sensitivity.experiment import QUANTITY, Case, Experiment
from rift_sim.analysis.sensitivity.inputs import Input, Inputs
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Plan
from rift_sim.seeds.distributions import Uniform

NOISE = 3.0


class ToyVariable(NamedTuple):
    dims: tuple[str, ...]
    dtype: str
    attrs: Mapping[str, Any]


@dataclass(frozen=True)
class ToyScenario:
    """Which function is simulated, whether a parameter is drawn too, and which case fails."""

    function: Callable[[np.ndarray, np.random.Generator], float]
    drawn: bool = False
    failing: int = -1


class ToyWorld:
    def __init__(self, scenario: ToyScenario, municipal: bool) -> None:
        self.scenario = scenario
        self.coords = {QUANTITY: ["toy"]}
        self.variables = {QUANTITY: ToyVariable((QUANTITY,), "float64", {})}


def toy_simulate(world: ToyWorld, case: Case) -> dict[str, Any]:
    if int(case) == world.scenario.failing:
        raise RuntimeError("told to fail")
    luck = np.random.default_rng(case.luck)
    values = [*case.values]
    if world.scenario.drawn:  # The last parameter is not varied.
        values.append(np.random.default_rng([5, case.beliefs]).random())
    return {QUANTITY: np.array([world.scenario.function(np.array(values), luck)])}


def toy_experiment(function: Any, **knobs: Any) -> Experiment:
    plan = Plan(Engine(ToyWorld, toy_simulate), (ToyScenario(function, **knobs),), False)
    return Experiment(plan, (Quantity("toy"),), 7)


def toy_inputs(low: float, high: float, *names: str) -> Inputs:
    prior = Uniform(distribution="uniform", low=low, high=high)
    return Inputs(
        tuple(
            Input(name, "1", name, f"section {k // 2}", ("C01",), prior.quantile, (low, high))
            for k, name in enumerate(names)
        )
    )


def ishigami(x: np.ndarray, luck: np.random.Generator) -> float:
    """Ishigami and Homma (1990) with a = 7, b = 0.1."""
    return float(np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def noisy_ishigami(x: np.ndarray, luck: np.random.Generator) -> float:
    """The same with additive chance of a known variance."""
    return ishigami(x, luck) + NOISE * float(luck.standard_normal())


def chaotic(x: np.ndarray, luck: np.random.Generator) -> float:
    """A sum; the last parameter does nothing but change what luck brings."""
    shaken = np.random.default_rng([int(luck.integers(1 << 30)), int(1e6 * x[-1])])
    return float(2.0 * x[0] + x[1] + shaken.standard_normal())


def linear(x: np.ndarray, luck: np.random.Generator) -> float:
    """Effects of 4, -2 and 0, and chance that is common to all."""
    return float(4.0 * x[0] - 2.0 * x[1] + 10.0 * luck.standard_normal())
