"""Sequential Monte Carlo: generation after generation closer to history, and resumable.

Each generation is begun from what is on disk, whether or not the process has seen the one before
it: the history that pyABC keeps in a database, and the simulations kept beside it. So a
calibration that was stopped anywhere goes on to the same numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyabc

from rift_sim.analysis.calibrate.adjust import adjusted
from rift_sim.analysis.calibrate.kept import CalibrationError
from rift_sim.analysis.calibrate.problem import Effort, Fit, Generation, Problem
from rift_sim.analysis.calibrate.sampler import (
    OneModel,
    OrderedSampler,
    ScaledDistance,
    numpy_generator,
    standard_prior,
)
from rift_sim.analysis.calibrate.trials import SUMMARY
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.kept import Simulator
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["fit"]

HISTORY = "history.db"
_RUN = 1
"""Number of the one calibration in the database."""


def fit(
    problem: Problem, effort: Effort, folder: Path, simulator: Simulator, reporter: Reporter
) -> Fit:
    """Calibrate, or go on with a calibration, until one of the reasons to stop holds.

    Parameters
    ----------
    problem, effort
        What is calibrated, and how long.
    folder
        Where the history is kept.
    simulator
        Runs and keeps the simulations.
    reporter
        Told how it goes on.

    Raises
    ------
    CalibrationError
        When a simulation fails, or not even the first generation comes to its end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / HISTORY
    with _quiet(), numpy_generator():
        history = _open(database)
        done = _generations(history)
        reason = _reason(done, effort)
        while not reason:
            sampler = OrderedSampler(problem, simulator, effort.batch, reporter)
            history = _next(problem, effort, database, sampler, simulator, done)
            now = _generations(history)
            if len(now) == len(done):
                reason = f"fewer than {effort.acceptance:.2%} of the simulations were accepted"
            else:
                reporter.say(_news(now))
                reason = _reason(now, effort)
            done = now
        if not done:
            raise CalibrationError(f"{folder}: the first generation failed: {reason}")
        scores, weights = _draws(problem, history)
    return Fit(scores, weights, tuple(done), reason)


def _draws(problem: Problem, history: Any) -> tuple[Floats, Floats]:
    """Return scores and weights of the last generation, adjusted to what was observed."""
    particles = history.get_population().particles
    names = problem.space.names
    return adjusted(
        np.array([[particle.parameter[name] for name in names] for particle in particles]),
        np.array([particle.weight for particle in particles]),
        np.array([particle.sum_stat[SUMMARY] for particle in particles]),
        problem.observed,
        np.array([particle.distance for particle in particles]),
    )


def _news(done: list[Generation]) -> str:
    last = done[-1]
    return (
        f"Generation {len(done)}: distance {last.epsilon:.4g}, {last.accepted:,} of "
        f"{last.simulations:,} simulations accepted, effective sample size {last.effective:.0f}."
    )


def _next(
    problem: Problem,
    effort: Effort,
    database: Path,
    sampler: OrderedSampler,
    simulator: Simulator,
    done: list[Generation],
) -> Any:
    """Live through one generation and return the history with it."""
    judged = done[-1].simulations if done else effort.population
    abc = pyabc.ABCSMC(
        sampler.model,
        standard_prior(problem.space.names),
        ScaledDistance(problem, simulator, judged),
        model_prior=OneModel(),
        population_size=effort.population,
        transitions=sampler.transition,
        eps=pyabc.QuantileEpsilon(alpha=0.5 if done else effort.accept),
        sampler=sampler,
    )
    observed = {SUMMARY: problem.observed}
    if database.exists():
        abc.load(_address(database), _RUN, observed)
    else:
        abc.new(_address(database), observed)
    abc.run(max_nr_populations=1, min_acceptance_rate=effort.acceptance)
    return abc.history


def _address(database: Path) -> str:
    return f"sqlite:///{database.resolve()}"


def _open(database: Path) -> Any:
    """Open the history; None, and no file, where none has properly begun."""
    if database.exists():
        try:
            history = pyabc.History(_address(database), _id=_RUN)
            if [run.id for run in history.all_runs()] == [_RUN]:
                return history
        except AssertionError:  # Its version is missing: killed while the file was made.
            pass
        database.unlink()
    return None


def _generations(history: Any) -> list[Generation]:
    """List the generations that are finished."""
    if history is None:
        return []
    table = history.get_all_populations()
    found = []
    for t, judged, epsilon in zip(table["t"], table["samples"], table["epsilon"], strict=True):
        if t >= 0:
            _, weights = history.get_distribution(0, int(t))
            effective = float(1.0 / np.sum(np.asarray(weights) ** 2))
            found.append(Generation(float(epsilon), int(judged), len(weights), effective))
    return found


def _reason(done: list[Generation], effort: Effort) -> str:
    """Say why to stop after these generations; empty to go on.

    It looks at finished generations only, so that a calibration that was interrupted stops
    where it would have stopped.
    """
    if not done:
        return ""
    last = done[-1]
    total = effort.population + sum(generation.simulations for generation in done)
    reasons = {
        "all generations are done": len(done) >= effort.generations,
        f"the distance is down to {last.epsilon:.4g}": last.epsilon <= effort.epsilon,
        f"accepted {last.accepted / last.simulations:.2%} of the simulations": (
            last.accepted / last.simulations < effort.acceptance
        ),
        f"{total:,} simulations are done": total >= effort.simulations,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pyABC's news to itself; what matters we say."""
    logger = logging.getLogger("ABC")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
