"""Simulation-based calibration: the test notices what is wrong, and finds the method right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from small_model import CONFIG, SmallSummaries, small_calibration
from toy import NOISE, PRIOR_SD, Listener, toy_problem

from rift_sim.analysis.calibrate.config import make_problem
from rift_sim.analysis.calibrate.problem import Effort
from rift_sim.analysis.calibrate.sbc import DRAWS, find_ranks, true_scores, uniformity


def conjugate_ranks(histories: int, *, width: float = 1.0, shift: float = 0.0) -> NDArray[np.int64]:
    """Ranks under the exact posterior of a normal mean, or under one that is off."""
    rng = np.random.default_rng(8)
    truth = PRIOR_SD * rng.standard_normal(histories)
    data = truth[:, None] + NOISE * rng.standard_normal((histories, 2))
    precision = 1.0 / PRIOR_SD**2 + 2.0 / NOISE**2
    centre = data.sum(axis=1) / NOISE**2 / precision + shift * precision**-0.5
    draws = centre[:, None] + width * precision**-0.5 * rng.standard_normal((histories, DRAWS))
    ranks: NDArray[np.int64] = (draws < truth[:, None]).sum(axis=1)[:, None]
    return ranks


def test_the_exact_posterior_passes() -> None:
    found = uniformity(["mean"], conjugate_ranks(400))[0]
    assert found.histories == 400
    assert found.chi_square_p > 0.05
    assert found.ecdf_p > 0.05
    assert abs(found.mean_rank - 0.5) < 0.05


@pytest.mark.parametrize("wrong", [{"width": 0.5}, {"width": 2.0}, {"shift": 0.6}])
def test_a_wrong_posterior_does_not(wrong: Mapping[str, float]) -> None:
    found = uniformity(["mean"], conjugate_ranks(400, **wrong))[0]
    assert min(found.chi_square_p, found.ecdf_p) < 1e-4


def test_bins_hold_five_histories_each() -> None:
    ranks = np.arange(100, dtype=np.int64)[:, None]
    assert uniformity(["even"], ranks, bins=10)[0].chi_square == 0.0
    assert uniformity(["even"], ranks)[0].chi_square == 0.0
    assert uniformity(["even"], ranks)[0].mean_rank == 0.5


def test_truths_are_draws_of_the_prior() -> None:
    scores = np.array([true_scores(toy_problem(), history) for history in range(400)])
    assert np.all(np.abs(scores.mean(axis=0)) < 0.2)
    assert np.all(np.abs(scores.std(axis=0) - 1.0) < 0.15)
    assert abs(np.corrcoef(scores.T)[0, 1]) < 0.2


@pytest.mark.long
def test_the_method_is_right_about_a_normal_mean(tmp_path: Path) -> None:
    """Conjugate toy: ranks of both parameters are uniform, the same when asked again."""
    problem = toy_problem()
    effort = Effort(population=40, generations=2)
    ranks = find_ranks(problem, effort, 30, tmp_path, Listener())
    for found in uniformity(problem.space.names, ranks):
        assert found.chi_square_p > 0.005
        assert found.ecdf_p > 0.005
    again = find_ranks(problem, effort, 30, tmp_path, Listener())
    np.testing.assert_array_equal(again, ranks)


@pytest.mark.long
def test_the_method_is_right_about_the_model(tmp_path: Path, small_map: Mapping[str, Path]) -> None:
    """Three parameters of the real model, a year on five places."""
    config = CONFIG.replace("coca_growth]", "coca_growth, coca_department_sd]")
    problem = make_problem(small_calibration(tmp_path, small_map, config), SmallSummaries())
    assert len(problem.space.names) == 3
    effort = Effort(population=20, generations=2)
    ranks = find_ranks(problem, effort, 20, tmp_path / "sbc", Listener())
    for found in uniformity(problem.space.names, ranks):
        assert found.chi_square_p > 0.005
        assert found.ecdf_p > 0.005
