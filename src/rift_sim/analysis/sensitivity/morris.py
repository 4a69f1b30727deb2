"""Elementary effects (Morris 1991): what moves a result at all, at the price of few simulations.

A trajectory starts at a point and moves one factor after the other, each by half of its
probability: from the 12.5 % to the 62.5 % quantile, or from 37.5 to 87.5 %, or back. What the
result changes at such a step is an effect. The mean of its absolute values over trajectories
(Campolongo, Cariboni and Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004) says how much a factor
matters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rift_sim.analysis.extras import need
from rift_sim.analysis.resample import Estimate, draw_again, percentiles
from rift_sim.analysis.sensitivity.factors import Factors, Runs
from rift_sim.physics.arrays import Floats

__all__ = ["LEVELS", "Effect", "effect_sign", "elementary_effects", "morris_points"]

LEVELS = 4
"""Levels of each parameter: the middles of four parts of equal probability."""
_STEP = LEVELS / (2.0 * (LEVELS - 1))
"""Size of a step, where SALib has the distance of the outer levels for 1."""
_ABSOLUTE_NORMAL = (2.0 / np.pi) ** 0.5
"""Mean absolute value of a standard normal number."""

_CLEAR = 0.8
"""Share of the mean absolute effect from which on the mean tells the direction."""


class Effect(NamedTuple):
    """What a step of one factor does to a result.

    Attributes
    ----------
    factor
        Its name.
    size
        Mean absolute effect with its 95 % interval, in the unit of the result.
    mean
        Mean effect: equal to `size` where all effects are upward, near zero where they cancel.
        Not a number for several parameters together, which move in different directions.
    spread
        Standard deviation of the effects over trajectories: interplay with others, and bends.
        Not a number for several parameters.
    noise
        Size that chance alone would give a factor that only changed the luck of the draw.
    """

    factor: str
    size: Estimate
    mean: float
    spread: float
    noise: float

    @property
    def inert(self) -> bool:
        """Whether the factor changed nothing in any simulation."""
        return self.size.value == 0.0

    @property
    def hidden(self) -> bool:
        """Whether what it does cannot be told from chance."""
        return not self.inert and self.size.low <= self.noise


def effect_sign(effect: Effect) -> str:
    """Return which way the result goes when a parameter goes up: +, −, or ± where it depends."""
    if np.isnan(effect.mean) or effect.inert:
        return ""
    if abs(effect.mean) < _CLEAR * effect.size.value:
        return "±"
    return "+" if effect.mean > 0.0 else "−"


def morris_points(factors: Factors, trajectories: int, seed: int) -> Floats:
    """Return trajectories on the unit cube, shape (point, parameter).

    Parameters
    ----------
    factors
        What moves.
    trajectories
        How many; each has one point more than there are factors.
    seed
        Of the design; SALib draws its own numbers.

    Raises
    ------
    InputError
        When SALib is not installed.
    """
    edge = 0.5 / LEVELS
    sample = need("SALib.sample.morris").sample
    problem = factors.problem(edge, 1.0 - edge)
    found: Floats = sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    return found


def elementary_effects(
    factors: Factors, runs: Runs, quantity: int, *, seed: int = 0, draws: int = 1000
) -> list[Effect]:
    """Return the effect of every factor on one quantity.

    Parameters
    ----------
    factors, runs
        Of the trajectories.
    quantity
        Which quantity.
    seed, draws
        Of the bootstrap, in which whole trajectories are drawn again.
    """
    values = runs.values[quantity]
    edge = 0.5 / LEVELS
    analyze = need("SALib.analyze.morris").analyze
    found = analyze(
        factors.problem(edge, 1.0 - edge), runs.cube, values.mean(axis=0), num_levels=LEVELS,
        num_resamples=2, seed=1,
    )  # fmt: skip
    steps = _steps(factors, runs.cube, values)
    size = np.abs(steps.mean(axis=0))
    samples = draw_again(len(size), seed=seed, draws=draws) / len(size) @ size
    noise = (steps.var(axis=0, ddof=1).mean(axis=0) / len(values)) ** 0.5
    members = factors.members()
    effects = []
    for place, name in enumerate(map(str, found["names"])):
        column = factors.names.index(name)
        alone = len(members[name]) == 1
        effects.append(
            Effect(
                name,
                percentiles(_STEP * float(found["mu_star"][place]), samples[:, column]),
                _STEP * float(found["mu"][place]) if alone else np.nan,
                _STEP * float(found["sigma"][place]) if alone else np.nan,
                _ABSOLUTE_NORMAL * float(noise[column]),
            )
        )
    return sorted(effects, key=lambda effect: -effect.size.value)


def _steps(factors: Factors, cube: Floats, values: Floats) -> Floats:
    """Return what the result changes at each step, shape (replicate, trajectory, factor)."""
    size = len(factors.names) + 1
    change = np.diff(values.reshape(len(values), -1, size), axis=2)
    moved = np.abs(np.diff(cube.reshape(-1, size, cube.shape[1]), axis=1))
    # All parameters of a factor move at once, so that one of them tells which factor it is.
    firsts = [factors.labels.index(name) for name in factors.names]
    which = moved[:, :, firsts].argmax(axis=2)
    steps = np.empty(change.shape)
    steps[:, np.arange(len(which))[:, None], which] = change
    return steps
