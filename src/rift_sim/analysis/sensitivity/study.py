"""Which parameters decide a result: a screening of all, then variance by the largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rift_sim.analysis.conditions.quantity import Quantity
from rift_sim.analysis.sensitivity.experiment import make_experiment
from rift_sim.analysis.sensitivity.factors import Factors, evaluate
from rift_sim.analysis.sensitivity.history import history_said
from rift_sim.analysis.sensitivity.inputs import Inputs, inputs_of
from rift_sim.analysis.sensitivity.morris import Effect, elementary_effects, morris_points
from rift_sim.analysis.sensitivity.sobol import (
    Indices,
    check_rows,
    sobol_block,
    sobol_points,
    variance_shares,
)
from rift_sim.errors import InputError
from rift_sim.extension.registry import ledger_with

if TYPE_CHECKING:
    from pathlib import Path

    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["BY", "METHODS", "Effort", "Result", "Study", "check_effort", "study"]

METHODS = ("both", "morris", "sobol")
BY = ("parameter", "section")


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes
    ----------
    trajectories
        Of the elementary effects.
    points
        Base samples of the shares of variance, a power of two.
    replicates
        Simulations of each point, two or more.
    top
        How many factors go from the screening on to the shares of variance.
    """

    trajectories: int = 10
    points: int = 64
    replicates: int = 2
    top: int = 8


class Result(NamedTuple):
    """What came out for one quantity; what was not computed is empty or None."""

    quantity: Quantity
    effects: list[Effect]
    indices: Indices | None


@dataclass(frozen=True)
class Study:
    """What came out.

    Attributes
    ----------
    scenario
        What was varied.
    inputs
        All parameters that were varied.
    members
        Ids of the parameters of each factor.
    history
        What history said of each parameter.
    results
        By quantity.
    screening, shares
        Simulations of either part.
    """

    scenario: Scenario
    inputs: Inputs
    members: Mapping[str, tuple[str, ...]]
    history: Mapping[str, str]
    results: tuple[Result, ...]
    screening: int
    shares: int

    def said(self, factor: str) -> str:
        """Return what history said of a factor: of each kind, for several parameters."""
        words = [self.history[name] for name in self.members[factor]]
        counts = {word: words.count(word) for word in dict.fromkeys(words)}
        if len(words) == 1:
            return words[0]
        return ", ".join(f"{count} {word}" for word, count in counts.items())

    def claims(self, factor: str) -> tuple[str, ...]:
        """Return the mechanisms that the parameters of a factor serve."""
        own = [p for p in self.inputs.parameters if p.name in self.members[factor]]
        return tuple(sorted({claim for parameter in own for claim in parameter.claims}))


def study(
    scenario: Scenario,
    quantities: Sequence[Quantity],
    effort: Effort,
    *,
    method: str = "both",
    by: str = "parameter",
    wanted: Sequence[str] = (),
    folder: Path | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Study:
    """Vary the parameters of a scenario and say which of them decide what comes out.

    Parameters
    ----------
    scenario
        Not a sweep.
    quantities
        What is read of each simulation.
    effort
        How much is computed.
    method
        One of `METHODS`.
    by
        One of `BY`: vary parameters, or all parameters of a section of the ledger together.
    wanted
        Ids of parameters; all that the scenario leaves open if empty. The others are drawn as in
        a run.
    folder, workers, progress
        As in `rift_sim.analysis.sensitivity.running.run_cases`.

    Raises
    ------
    InputError
        When something asked for does not exist or is too small.
    FailedCaseError
        When a simulation fails.
    """
    check_effort(effort, method, by)
    if scenario.sweep:
        raise InputError(
            f"'{scenario.name}' is a sweep", key="scenario", allowed="a scenario without a sweep"
        )
    inputs = inputs_of(scenario, wanted)
    factors = Factors.sections(inputs) if by == "section" else Factors.single(inputs)
    quantities = tuple(dict.fromkeys(quantities))
    ledger = ledger_with(scenario.extensions)
    work = _Work(scenario, quantities, effort, folder, workers, progress)
    effects: list[list[Effect]] = [[] for _ in quantities]
    indices: list[Indices | None] = [None for _ in quantities]
    screening = shares = 0
    if method != "sobol":
        effects, screening = work.screen(factors)
    if method != "morris":
        chosen = factors if by == "section" or method == "sobol" else _top(factors, effects, effort)
        indices[:], shares = work.break_down(chosen)
    return Study(
        scenario,
        inputs,
        factors.members(),
        history_said(inputs.table, ledger, scenario.assumptions),
        tuple(Result(*parts) for parts in zip(quantities, effects, indices, strict=True)),
        screening,
        shares,
    )


@dataclass(frozen=True)
class _Work:
    scenario: Scenario
    quantities: tuple[Quantity, ...]
    effort: Effort
    folder: Path | None
    workers: int
    progress: Reporter | None

    def screen(self, factors: Factors) -> tuple[list[list[Effect]], int]:
        """Return the effects on each quantity, and how many simulations they took."""
        experiment = make_experiment([self.scenario], self.quantities, factors.inputs.names)
        cube = morris_points(factors, self.effort.trajectories, experiment.seed)
        runs = evaluate(
            experiment, factors.inputs, cube, len(factors.names) + 1, self.effort.replicates,
            folder=self.folder, workers=self.workers, progress=self.progress,
        )  # fmt: skip
        places = range(len(self.quantities))
        found = [elementary_effects(factors, runs, k, seed=experiment.seed) for k in places]
        return found, runs.values[0].size

    def break_down(self, factors: Factors) -> tuple[list[Indices], int]:
        """Return the shares in the variance of each quantity, and how many simulations."""
        experiment = make_experiment([self.scenario], self.quantities, factors.inputs.names)
        cube = sobol_points(factors, self.effort.points, experiment.seed)
        runs = evaluate(
            experiment, factors.inputs, cube, sobol_block(factors), self.effort.replicates,
            folder=self.folder, workers=self.workers, progress=self.progress,
        )  # fmt: skip
        places = range(len(self.quantities))
        found = [variance_shares(factors, runs, k, seed=experiment.seed) for k in places]
        return found, runs.values[0].size


def _top(factors: Factors, effects: Sequence[Sequence[Effect]], effort: Effort) -> Factors:
    """Return the factors with the largest effects on any quantity, each beside its largest."""
    score = dict.fromkeys(factors.names, 0.0)
    for found in effects:
        largest = found[0].size.value or 1.0
        for effect in found:
            score[effect.factor] = max(score[effect.factor], effect.size.value / largest)
    kept = sorted(factors.names, key=lambda name: -score[name])[: effort.top]
    return Factors.single(factors.inputs.chosen(kept))


def check_effort(effort: Effort, method: str, by: str) -> None:
    """Refuse what no study can be made with, before anything is read or run.

    Raises
    ------
    InputError
        When there is no such method or grouping, or a number is too small or does not fit.
    """
    for key, value, known in (("--method", method, METHODS), ("--by", by, BY)):
        if value not in known:
            raise InputError(f"there is no '{value}'", key=key, allowed=known, given=value)
    for key in ("trajectories", "replicates", "top"):
        count, least = getattr(effort, key), 1 if key == "top" else 2
        if count < least:
            raise InputError(f"{count} is too few", key=f"--{key}", allowed=f"{least} or more")
    if method != "morris":
        check_rows(effort.points)
