"""A model with a posterior that is known: a normal mean, and a scale that data cannot tell."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rift_sim.analysis.calibrate.kept import Simulator
from rift_sim.analysis.calibrate.problem import Effort, Fit, Problem
from rift_sim.analysis.calibrate.space import Space
from rift_sim.analysis.calibrate.trials import SUMMARY, Summary, Trial
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Plan
from rift_sim.seeds.distributions import LogNormal, Normal

PRIOR_SD, NOISE = 2.0, 0.5
KEYS = ("first", "second", "noise")


class Listener:
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def begin(self, total: int) -> None:
        pass

    def advance(self, replicates: int) -> None:
        pass


class ToyVariable(NamedTuple):
    dims: tuple[str, ...]
    dtype: str
    attrs: Mapping[str, Any]


@dataclass(frozen=True)
class ToyScenario:
    """Knobs of the toy: which index fails, and how long a simulation takes."""

    failing: int = -1
    pause: float = 0.0


class ToyWorld:
    def __init__(self, scenario: ToyScenario, municipal: bool) -> None:
        self.scenario = scenario
        self.coords = {SUMMARY: list(KEYS)}
        self.variables = {SUMMARY: ToyVariable((SUMMARY,), "float64", {})}


def toy_simulate(world: ToyWorld, trial: Trial) -> dict[str, Any]:
    """Two observations of `mean`, and a number that has nothing to do with anything."""
    if trial.index == world.scenario.failing:
        raise RuntimeError("told to fail")
    time.sleep(world.scenario.pause)
    mean, _ = trial.values
    rng = np.random.default_rng(int(trial))
    pair = mean + NOISE * rng.standard_normal(2)
    return {SUMMARY: np.array([*pair, rng.standard_normal()])}


def toy_problem(
    first: float = 1.2, second: float = 0.8, *, seed: int = 5, weights: Any = None, **knobs: Any
) -> Problem:
    space = Space(
        ("mean", "idle"),
        ("1", "years"),
        (
            Normal(distribution="normal", mean=0.0, sd=PRIOR_SD),
            LogNormal(distribution="lognormal", median=3.0, sigma=0.5),
        ),
        ((-50.0, 50.0), (0.01, 100.0)),
    )
    known = {
        "first": Summary("pair", "first", "1", first, 0.0),
        "second": Summary("pair", "second", "1", second, 0.0),
        "noise": Summary("noise", "noise", "1", 0.0, 0.0),
    }
    plan = Plan(Engine(ToyWorld, toy_simulate), (ToyScenario(**knobs),), False)
    weights = weights or {"pair": 1.0, "noise": 0.01}
    return Problem(space, plan, known, weights, seed, np.array([first, second, 0.0]))


def toy_fit(
    folder: Path,
    problem: Problem | None = None,
    *,
    workers: int = 1,
    listener: Listener | None = None,
    **effort: Any,
) -> Fit:
    # Imported late: processes that only simulate do without pyABC, which takes seconds.
    from rift_sim.analysis.calibrate.smc import fit

    problem = problem or toy_problem()
    settings = Effort(**{"population": 60, "generations": 3, **effort})
    with Simulator(problem.plan, len(KEYS), folder / "simulations", workers=workers) as simulator:
        return fit(problem, settings, folder, simulator, listener or Listener())


def exact(first: float, second: float) -> tuple[float, float]:
    """Mean and standard deviation of the conjugate posterior."""
    precision = 1.0 / PRIOR_SD**2 + 2.0 / NOISE**2
    return (first + second) / NOISE**2 / precision, precision**-0.5
