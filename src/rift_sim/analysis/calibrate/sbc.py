"""Simulation-based calibration: whether the method finds what it is told to find.

Parameters are drawn from the prior, history is simulated with them, and they are fitted to it as
if it had been observed. Over many such histories the rank of the true value among the draws of its
posterior is uniform if the method is right (Talts et al. 2018, arXiv:1804.06788).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import chisquare, kstest

from rift_sim.analysis.calibrate.kept import Simulator
from rift_sim.analysis.calibrate.problem import Effort, Problem
from rift_sim.analysis.calibrate.smc import fit
from rift_sim.analysis.calibrate.trials import Trial
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, fill_at, stream

if TYPE_CHECKING:
    from rift_sim.ensemble.execution.cluster import Cluster
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["DRAWS", "Uniformity", "find_ranks", "uniformity"]

DRAWS = 99
"""Draws of each posterior; a rank is one of 0 to 99."""
_APART = 1 << 21
"""Offset between two histories; no calibration has as many generations."""
_TRUTH = -2
"""Generation of the history that is made up."""


class Uniformity(NamedTuple):
    """Whether the ranks of one parameter look uniform.

    Attributes
    ----------
    chi_square, chi_square_p
        Statistic over equal bins, and the chance of a larger one.
    ecdf, ecdf_p
        Largest distance of the distribution of ranks from the uniform one, and the chance
        of a larger one.
    mean_rank
        Mean of ranks scaled to [0, 1]; 0.5 if uniform.
    """

    parameter: str
    histories: int
    mean_rank: float
    chi_square: float
    chi_square_p: float
    ecdf: float
    ecdf_p: float


def find_ranks(
    problem: Problem,
    effort: Effort,
    histories: int,
    folder: Path,
    reporter: Reporter,
    *,
    workers: int = 1,
    cluster: Cluster | None = None,
) -> NDArray[np.int64]:
    """Rank the true values of made-up histories among the draws of their posteriors.

    Parameters
    ----------
    problem, effort
        What is calibrated, and how long; what was observed does not matter.
    histories
        How many to make up.
    folder
        A folder in it is kept for each history; an interrupted call goes on.
    reporter
        Told how it goes on.
    workers, cluster
        As in `Simulator`.

    Returns
    -------
    numpy.ndarray
        Number of draws below the true value, 0 to `DRAWS`, shape (history, parameter).
    """
    width = len(problem.observed)
    ranks = np.empty((histories, len(problem.space.names)), dtype=np.int64)
    for history in range(histories):
        scores = true_scores(problem, history)
        own = folder / f"history-{history:04d}"
        simulator = Simulator(
            problem.plan, width, own / "simulations", workers=workers, cluster=cluster
        )
        with simulator:
            mine = replace(problem, offset=(history + 1) * _APART)
            truth = Trial(mine.number(_TRUTH, 0), mine.space.trial_values(scores))
            mine = replace(mine, observed=simulator.run(_TRUTH, [truth])[0])
            found = fit(mine, effort, own, simulator, reporter)
        ranks[history] = (found.draws(DRAWS) < np.array(scores)).sum(axis=0)
        reporter.say(f"History {history + 1} of {histories} is fitted.")
    return ranks


def true_scores(problem: Problem, history: int) -> list[float]:
    """Draw the normal scores that a history is made with."""
    names = problem.space.names
    places = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint64)
    luck: Floats = np.empty(len(names))
    fill_at(luck, stream(problem.seed, history, 0, Process.PROPOSAL), places)
    return [float(score) for score in ndtri(luck)]


def uniformity(
    names: Sequence[str], ranks: NDArray[np.int64], bins: int | None = None
) -> list[Uniformity]:
    """Test whether ranks are uniform, parameter by parameter.

    Parameters
    ----------
    names
        Of the parameters.
    ranks
        From `find_ranks`.
    bins
        Bins of the chi-square test, a divisor of 100; by default as many as leave five
        histories in each on average, between 2 and 20.
    """
    histories = len(ranks)
    if bins is None:
        fitting = [b for b in (2, 4, 5, 10, 20) if b * 5 <= histories]
        bins = fitting[-1] if fitting else 2
    found = []
    for place, name in enumerate(names):
        counts = np.bincount(ranks[:, place] * bins // (DRAWS + 1), minlength=bins)
        chi = chisquare(counts)
        # Ranks are whole numbers; their middles lie on a line of the uniform distribution.
        middles = (ranks[:, place] + 0.5) / (DRAWS + 1)
        ecdf = kstest(middles, "uniform")
        found.append(
            Uniformity(
                name,
                histories,
                float(middles.mean()),
                float(chi.statistic),
                float(chi.pvalue),
                float(ecdf.statistic),
                float(ecdf.pvalue),
            )
        )
    return found
