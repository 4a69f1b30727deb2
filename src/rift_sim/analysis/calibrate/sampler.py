"""What pyABC is given so that a calibration repeats: sampler, model, prior and distance.

pyABC draws proposals from numpy's global generator, and its own samplers for several processes
give other numbers on every call. Here each proposal has a number, the generator is seeded from
it, and proposals are judged in the order of their numbers. So it does not matter who simulates
them, how many at a time, or when.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyabc

from rift_sim.analysis.calibrate.trials import PRIOR, SUMMARY, Trial
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, stream

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.kept import Simulator
    from rift_sim.analysis.calibrate.problem import Problem
    from rift_sim.ensemble.reporter import Reporter

__all__ = [
    "OneModel",
    "OrderedSampler",
    "ScaledDistance",
    "Transition",
    "numpy_generator",
    "standard_prior",
]

_ROOT = math.sqrt(2.0 * math.pi)


class _Asked(Exception):
    """Carries out what pyABC wants to have simulated."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        super().__init__()
        self.scores = scores


class _Model(pyabc.Model):
    """The model as pyABC sees it: it asks, or hands over an answer that is there already."""

    def __init__(self) -> None:
        super().__init__("rift_sim")
        self.answer: Floats | None = None

    def sample(self, pars: Mapping[str, float]) -> dict[str, Floats]:
        """Return the simulation of `pars`, or ask for it."""
        if self.answer is None:
            raise _Asked(pars)
        return {SUMMARY: self.answer}


class Transition(pyabc.MultivariateNormalTransition):
    """Perturbs draws as pyABC does, to the same bits, and can hand over one it made before.

    Attributes
    ----------
    again
        What is to be proposed; None to draw it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.again: Mapping[str, float] | None = None

    def rvs_single(self) -> pyabc.Parameter:
        """Draw one; pyABC goes through a table with labels, which takes most of its time."""
        if self.again is not None:
            return self.again
        row = self._X_arr[np.random.choice(self._range, p=self.w)]  # noqa: NPY002
        moved = np.random.multivariate_normal(np.zeros(len(row)), self.cov)  # noqa: NPY002
        return pyabc.Parameter(dict(zip(self.X.columns, row + moved, strict=True)))


class _StandardNormal(pyabc.random_variables.RVBase):
    """The prior of a score; quicker than scipy's."""

    def copy(self) -> _StandardNormal:
        """Return another one."""
        return _StandardNormal()

    def rvs(self) -> float:
        """Draw one."""
        return float(np.random.standard_normal())  # noqa: NPY002 - pyABC's generator

    def pdf(self, x: float) -> float:
        """Return the density at `x`."""
        return math.exp(-0.5 * x * x) / _ROOT

    def pmf(self, x: float) -> float:
        """Return no mass: it is continuous."""
        return 0.0

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        return 0.5 * math.erfc(-x / math.sqrt(2.0))


class OneModel(pyabc.random_variables.RVBase):
    """The prior of models where there is one; pyABC asks scipy for each proposal."""

    def copy(self) -> OneModel:
        """Return another one."""
        return OneModel()

    def rvs(self) -> int:
        """Return the one; nothing is drawn for it."""
        return 0

    def pdf(self, x: float) -> float:
        """Return no density: it is discrete."""
        return 0.0

    def pmf(self, x: float) -> float:
        """Return the probability of model `x`."""
        return float(x == 0)

    def cdf(self, x: float) -> float:
        """Return the probability up to `x`."""
        return float(x >= 0)


def standard_prior(names: tuple[str, ...]) -> Any:
    """Return the prior of all scores."""
    return pyabc.Distribution(**{name: _StandardNormal() for name in names})


@contextmanager
def numpy_generator() -> Iterator[None]:
    """Give numpy's global generator back as it was found."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


class OrderedSampler(pyabc.sampler.Sampler):
    """Evaluates proposals in batches and accepts in the order of their numbers.

    Parameters
    ----------
    problem
        What is calibrated.
    simulator
        Runs the simulations.
    batch
        Proposals simulated together; it changes no number.
    reporter
        Told how many have been accepted.

    Attributes
    ----------
    model, transition
        The model and the transition that pyABC has to be given.
    """

    def __init__(
        self, problem: Problem, simulator: Simulator, batch: int, reporter: Reporter
    ) -> None:
        super().__init__()
        self.model, self.transition = _Model(), Transition()
        self._problem, self._simulator = problem, simulator
        self._batch, self._reporter = batch, reporter

    def sample_until_n_accepted(
        self,
        n: int,
        simulate_one: Callable[[], Any],
        t: int,
        *,
        max_eval: float = math.inf,
        all_accepted: bool = False,
        ana_vars: Any = None,
    ) -> Any:
        """Propose, simulate and judge until `n` are accepted or `max_eval` are judged."""
        sample = self._create_empty_sample()
        judged = 0
        self._reporter.begin(n)
        while sample.n_accepted < n and judged < max_eval:
            left = (n if all_accepted else max_eval) - judged
            size = math.ceil(min(self._batch, left))
            asked = [self._propose(simulate_one, t, judged + place) for place in range(size)]
            trials = [self._trial(t, judged + place, pars) for place, pars in enumerate(asked)]
            for pars, row in zip(asked, self._simulator.run(t, trials), strict=True):
                particle = self._judge(simulate_one, t, judged, pars, row)
                sample.append(particle)
                judged += 1
                self._reporter.advance(int(particle.accepted))
                if sample.n_accepted == n:
                    break
        self.nr_evaluations_ = judged
        sample.ok = sample.n_accepted == n
        return sample

    def _propose(self, simulate_one: Callable[[], Any], t: int, index: int) -> Mapping[str, float]:
        """Learn what pyABC would simulate as proposal `index`."""
        self.model.answer = self.transition.again = None
        self._seed(t, index)
        try:
            simulate_one()
        except _Asked as asked:
            return asked.scores
        raise AssertionError("pyABC simulated nothing")

    def _trial(self, t: int, index: int, asked: Mapping[str, float]) -> Trial:
        space = self._problem.space
        scores = [float(asked[name]) for name in space.names]
        return Trial(self._problem.number(t, index), space.trial_values(scores))

    def _judge(
        self,
        simulate_one: Callable[[], Any],
        t: int,
        index: int,
        asked: Mapping[str, float],
        row: Floats,
    ) -> Any:
        """Let pyABC make the same proposal again and judge its simulation."""
        self.model.answer, self.transition.again = row, asked
        self._seed(t, index)
        return simulate_one()

    def _seed(self, t: int, index: int) -> None:
        number = self._problem.number(t, index)
        key = int(stream(self._problem.seed, number, 0, Process.PROPOSAL))
        np.random.seed([key >> 32, key & 0xFFFFFFFF])  # noqa: NPY002


class ScaledDistance(pyabc.Distance):
    """Weighted Euclidean distance, with scales adapted to the simulations of each generation.

    The scale of a number is the median absolute deviation of all simulations of the
    generation before, accepted or not (Prangle 2017, doi:10.1214/16-BA1002), and at least
    its error of observation. A number that never varies counts for nothing.

    Parameters
    ----------
    problem
        What is calibrated.
    simulator
        Has kept the simulations.
    judged
        How many simulations of the generation before were judged.
    """

    def __init__(self, problem: Problem, simulator: Simulator, judged: int) -> None:
        super().__init__()
        self._problem, self._simulator, self._judged = problem, simulator, judged
        self._weights: Floats = np.ones(len(problem.observed))

    def initialize(
        self, t: int, get_sample: Callable[[], Any], x_0: dict[str, Any], total_sims: int
    ) -> None:
        """Set the scales for generation `t`; the sample of the prior is drawn if need be."""
        if t - 1 == PRIOR:
            get_sample()
        rows = self._simulator.kept(t - 1).rows(range(self._judged))
        centre = np.median(rows, axis=0)
        scale = np.maximum(np.median(np.abs(rows - centre), axis=0), self._problem.spread)
        self._weights = np.divide(
            self._problem.key_weights, scale, out=np.zeros_like(scale), where=scale > 0.0
        )

    def __call__(
        self, x: dict[str, Any], x_0: dict[str, Any], t: int | None = None, par: Any = None
    ) -> float:
        """Return the distance between two sets of numbers."""
        return float(np.linalg.norm(self._weights * (x[SUMMARY] - x_0[SUMMARY])))
