"""Scores against analytic answers, and what makes them proper."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from rift_sim.analysis.forecasts.scores import (
    coverage,
    rank_histogram,
    relative_difference,
    score,
    skill,
)
from rift_sim.analysis.resample import draw_again
from rift_sim.errors import InputError

RANDOM = np.random.default_rng(5)


def normal_quantiles(members: int) -> np.ndarray:
    return norm.ppf((np.arange(members) + 0.5) / members)


def test_crps_of_a_normal_forecast() -> None:
    """CRPS(N(m, s), y) = s [z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)]."""
    observed = np.array([10.0, 12.0, 3.0])
    mean, spread = 10.0, 2.0
    z = (observed - mean) / spread
    expected = spread * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    ensemble = np.tile(mean + spread * normal_quantiles(20_000), (3, 1))
    np.testing.assert_allclose(score(observed, ensemble).crps, expected, rtol=1e-3)


def test_crps_is_the_fair_one_whatever_the_size() -> None:
    observed, ensemble = RANDOM.normal(size=7), RANDOM.normal(size=(7, 9))
    pairs = np.abs(ensemble[:, :, None] - ensemble[:, None, :]).sum(axis=(1, 2))
    by_hand = np.abs(ensemble - observed[:, None]).mean(axis=1) - pairs / (2 * 9 * 8)
    np.testing.assert_allclose(score(observed, ensemble).crps, by_hand, atol=1e-12)
    # Without the bias of small ensembles: 4 members score as 4,000 do, on average.
    truth = RANDOM.normal(size=4000)
    few, many = (score(truth, RANDOM.normal(size=(4000, m))).crps.mean() for m in (4, 200))
    biased = scoringrules.crps_ensemble(truth, RANDOM.normal(size=(4000, 4)), estimator="nrg")
    assert few == pytest.approx(many, abs=0.03)
    assert biased.mean() > many + 0.1


def test_the_logarithm_weighs_places_alike() -> None:
    observed = np.array([100.0, 100_000.0])
    ensemble = observed[:, None] * np.array([0.5, 1.0, 2.0, 3.0])
    found = score(observed, ensemble)
    assert found.crps[1] == pytest.approx(1000.0 * found.crps[0])
    assert found.crps_log[1] == pytest.approx(found.crps_log[0], rel=0.02)
    assert np.isnan(score(np.array([1.0]), np.array([[-1.0, 2.0]])).crps_log[0])


def test_intervals_by_hand() -> None:
    # 19 members: the 5 % quantile is the lowest, the 95 % quantile the highest.
    ensemble = np.tile(np.arange(1.0, 20.0), (3, 1))
    found = score(np.array([10.0, 22.0, 0.0]), ensemble)
    assert found.width_90.tolist() == [18.0, 18.0, 18.0]
    assert found.width_50.tolist() == [10.0, 10.0, 10.0]
    assert found.inside_90.tolist() == [1.0, 0.0, 0.0]
    assert found.interval_90.tolist() == pytest.approx([18.0, 18.0 + 20 * 3.0, 18.0 + 20 * 1.0])
    assert found.interval_50[1] == pytest.approx(10.0 + 4 * 7.0)


def test_an_observation_drawn_like_the_members_is_inside_as_often_as_said() -> None:
    drawn = RANDOM.gamma(0.5, size=(20_000, 20))
    found = score(drawn[:, 0], drawn[:, 1:])
    assert found.inside_90.mean() == pytest.approx(0.9, abs=0.01)
    assert found.inside_50.mean() == pytest.approx(0.5, abs=0.015)
    flat = rank_histogram(found.rank, 19, bins=10)
    assert flat.sum() == pytest.approx(20_000)
    np.testing.assert_allclose(flat, 2000.0, rtol=0.1)


def test_ties_are_broken_evenly_and_the_same_way_each_time() -> None:
    observed, ensemble = np.zeros(4000), np.zeros((4000, 3))
    ranks = score(observed, ensemble, seed=1).rank
    np.testing.assert_allclose(np.bincount(ranks.astype(int)), 1000, rtol=0.12)
    np.testing.assert_array_equal(ranks, score(observed, ensemble, seed=1).rank)
    assert not np.array_equal(ranks, score(observed, ensemble, seed=2).rank)


def test_ranks_that_lie_in_two_bins_are_shared_out() -> None:
    np.testing.assert_allclose(rank_histogram(np.array([1.0]), 2, bins=2), [0.5, 0.5])
    np.testing.assert_allclose(rank_histogram(np.array([0.0, 1, 2, np.nan]), 2, bins=4), 0.75)


def test_what_was_not_observed_has_no_score() -> None:
    found = score(np.array([np.nan, 1.0, 1.0]), np.array([[1.0, 2], [np.nan, 2], [1, 2]]))
    for name, column in found._asdict().items():
        assert np.isnan(column).tolist() == [True, True, False], name


@pytest.mark.parametrize(
    ("observed", "ensemble"),
    [(np.zeros(2), np.zeros((3, 4))), (np.zeros(2), np.zeros((2, 1))), (np.zeros(()), np.ones(3))],
)
def test_shapes_that_do_not_fit_are_refused(observed: np.ndarray, ensemble: np.ndarray) -> None:
    with pytest.raises(InputError, match="member"):
        score(observed, ensemble)


def test_without_the_extra_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scoringrules", None)
    with pytest.raises(InputError, match="validate"):
        score(np.ones(1), np.ones((1, 3)))


@settings(max_examples=20, deadline=None)
@given(
    shift=st.floats(-2.0, 2.0).filter(lambda x: abs(x) > 0.3),
    width=st.floats(0.3, 3.0).filter(lambda x: abs(x - 1.0) > 0.3),
    seed=st.integers(0, 1000),
)
def test_no_forecast_beats_the_truth_in_expectation(shift: float, width: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    observed = random.normal(size=4000)
    members = normal_quantiles(99)
    honest = score(observed, np.tile(members, (4000, 1)))
    for wrong in (members + shift, members * width):
        other = score(observed, np.tile(wrong, (4000, 1)))
        assert honest.crps.mean() < other.crps.mean()
        assert honest.interval_90.mean() < other.interval_90.mean()
        assert honest.interval_50.mean() < other.interval_50.mean()


def test_skill_of_equal_better_and_perfect_forecasts() -> None:
    theirs = RANDOM.gamma(2.0, size=300)
    clusters = np.repeat(np.arange(30), 10)
    assert skill(theirs, theirs, clusters) == (0.0, 0.0, 0.0)
    assert skill(0.0 * theirs, theirs, clusters) == (1.0, 1.0, 1.0)
    # A fixed ratio leaves nothing to chance: pairs are drawn together.
    np.testing.assert_allclose(skill(0.8 * theirs, theirs, clusters), 0.2)
    assert np.isnan(skill(0.0 * theirs, 0.0 * theirs, clusters).value)


def test_skill_holds_the_truth_as_often_as_said() -> None:
    """Scores with a shared error in each cluster: whole clusters must be drawn again."""
    random, held, alone = np.random.default_rng(8), 0, 0
    clusters, single = np.repeat(np.arange(40), 8), np.arange(320)
    for _ in range(200):
        shared = np.repeat(random.gamma(4.0, 0.25, size=40), 8)
        ours = 0.9 * shared * random.gamma(4.0, 0.25, size=320)
        theirs = np.repeat(random.gamma(4.0, 0.25, size=40), 8)
        for labels in (clusters, single):
            _, low, high = skill(ours, theirs, labels, draws=400)
            inside = low <= 0.1 <= high
            held, alone = (held + inside, alone) if labels is clusters else (held, alone + inside)
    assert held / 200 == pytest.approx(0.95, abs=0.05)
    assert alone / 200 < 0.8


def test_skill_leaves_out_cases_without_both_scores() -> None:
    ours, theirs = np.array([1.0, np.nan, 5.0, 1.0]), np.array([2.0, 9.0, np.nan, 2.0])
    assert skill(ours, theirs, ["a", "b", "c", "a"]) == (0.5, 0.5, 0.5)
    with pytest.raises(InputError, match="label"):
        skill(ours, theirs, ["a", "b"])


def test_bootstrap_samples_have_the_size_of_the_sample() -> None:
    counts = draw_again(7, seed=1, draws=500)
    assert (counts.sum(axis=1) == 7).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1.0, atol=0.15)
    np.testing.assert_array_equal(counts[:10], draw_again(7, seed=1, draws=10))


def test_coverage_of_independent_cases_is_the_exact_interval() -> None:
    inside = np.array([1.0] * 17 + [0.0] * 3 + [np.nan])
    exact = binomtest(17, 20).proportion_ci(0.95, method="exact")
    assert coverage(inside) == pytest.approx((0.85, exact.low, exact.high))
    assert coverage(np.ones(20)).high == 1.0
    assert coverage(np.ones(20)).low == pytest.approx(0.025 ** (1 / 20))
    assert np.isnan(coverage(np.full(3, np.nan)).value)


def test_clusters_that_agree_count_once() -> None:
    clusters = np.repeat(np.arange(10), 50)
    alike = np.repeat([1.0, 1, 1, 0, 1, 1, 0, 1, 1, 1], 50)
    found, one_each = coverage(alike, clusters), coverage(alike[::50])
    assert found.value == 0.8
    assert found.low == pytest.approx(one_each.low, abs=0.05)
    assert coverage(alike).low > found.low + 0.15
    assert coverage(np.ones(500), clusters) == pytest.approx(coverage(np.ones(10)))
    mixed = np.tile(np.repeat([1.0, 0.0], 25), 10)
    assert coverage(mixed, clusters) == pytest.approx(coverage(mixed))


def test_relative_difference() -> None:
    data = np.array([10.0, 30.0, 0.0, np.nan])
    assert relative_difference(data, data) == 0.0
    assert relative_difference(np.array([0.0, 0.0, 40.0, 5.0]), data) == 2.0
    members = np.array([[10.0, 30.0, 0.0, 0.0], [20.0, 20.0, 0.0, 0.0]])
    assert relative_difference(members, data).tolist() == [0.0, 0.5]
    assert np.isnan(relative_difference(np.ones(2), np.zeros(2)))
