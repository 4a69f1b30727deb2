"""What is calibrated, against what, and how long: everything the method needs to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.calibrate.space import Space
from rift_sim.analysis.calibrate.trials import Summary, trial_number
from rift_sim.ensemble.execution.executor import Plan
from rift_sim.physics.arrays import Floats

__all__ = ["Effort", "Fit", "Generation", "Problem"]

_GOLDEN = 0.6180339887498949
"""Multiples of the golden ratio spread evenly over the unit interval, however many."""


@dataclass(frozen=True)
class Problem:
    """Parameters, a model, and numbers of history.

    Attributes
    ----------
    space
        The parameters.
    plan
        A model whose replicates are trials (`rift_sim.analysis.calibrate.trials`).
    known
        The numbers compared, by key.
    weights
        Weight of each target; its numbers share it.
    seed
        Seed of the proposals.
    observed
        What history gave, as it is compared, shape (summary,).
    offset
        Added to generations where replicates are numbered, so that problems with another
        offset share no random numbers.
    """

    space: Space
    plan: Plan
    known: Mapping[str, Summary]
    weights: Mapping[str, float]
    seed: int
    observed: Floats
    offset: int = 0

    def number(self, generation: int, index: int) -> int:
        """Return the replicate in which proposal `index` of a generation is simulated."""
        return trial_number(generation + self.offset, index)

    @cached_property
    def spread(self) -> Floats:
        """Error of observation, shape (summary,)."""
        return np.array([known.spread for known in self.known.values()])

    @cached_property
    def key_weights(self) -> Floats:
        """Factor of each difference, shape (summary,).

        A target adds its weight times the mean of its squared differences to the square of
        the distance, be they one or a thousand.
        """
        count = Counter(known.target for known in self.known.values())
        shares = [self.weights[k.target] / count[k.target] for k in self.known.values()]
        return np.array([share**0.5 for share in shares])


@dataclass(frozen=True)
class Effort:
    """How much is spent, and when enough is enough.

    Attributes
    ----------
    population
        Accepted draws of a generation.
    generations
        Generations at most.
    epsilon
        Distance at which to stop.
    acceptance
        Accepted share below which to stop; a generation that falls below it is given up.
    simulations
        Simulations after which no further generation begins.
    batch
        Proposals simulated together; changes no number.
    accept
        Share of the simulations from the prior that the first generation accepts.
    """

    population: int
    generations: int
    epsilon: float = 0.0
    acceptance: float = 0.0
    simulations: float = np.inf
    batch: int = 64
    accept: float = 0.5


@dataclass(frozen=True)
class Generation:
    """One generation: threshold, simulations judged, accepted, and what they are worth."""

    epsilon: float
    simulations: int
    accepted: int
    effective: float


@dataclass(frozen=True)
class Fit:
    """The last generation: weighted draws from the approximate posterior.

    Attributes
    ----------
    scores
        Normal scores of the parameters, shape (particle, parameter).
    weights
        Weights of the particles; they sum to 1.
    generations
        All generations in order.
    reason
        Why it stopped.
    """

    scores: Floats
    weights: Floats
    generations: tuple[Generation, ...]
    reason: str

    @property
    def effective(self) -> float:
        """Effective sample size."""
        return float(1.0 / np.sum(self.weights**2))

    def draws(self, count: int) -> Floats:
        """Return scores of `count` draws of equal weight, shape (draw, parameter).

        Systematic: a particle comes as often as its weight says, to less than one draw.
        """
        return self._at((np.arange(count) + 0.5) / count)

    def spread_draws(self, count: int) -> Floats:
        """Return scores of draws of equal weight; the first of many are those of few."""
        return self._at((0.5 + _GOLDEN * np.arange(count)) % 1.0)

    def _at(self, places: NDArray[np.floating[Any]]) -> Floats:
        edges = np.cumsum(self.weights)
        return self.scores[np.searchsorted(edges / edges[-1], places)]
