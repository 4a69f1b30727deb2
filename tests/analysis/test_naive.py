"""Naive forecasts know the past up to the origin, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from rift_sim.analysis.forecasts.hurdle import hurdle, hurdle_parts, lagged
from rift_sim.analysis.forecasts.naive import climatology, persistence, trend
from rift_sim.analysis.forecasts.scores import score
from rift_sim.analysis.forecasts.walk import fit_walk
from rift_sim.errors import InputError

NAIVE = [persistence, trend, climatology]


def walks(years: int, units: int, spread: float, drift: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(3)
    steps = drift + spread * random.normal(size=(years, units))
    return np.exp(6.0 + np.cumsum(steps, axis=0))


def test_persistence_of_a_random_walk_is_calibrated() -> None:
    history = walks(14, 800, 0.3)
    for horizon in (1, 3):
        found = score(history[10 + horizon], persistence(history[:11], horizon, 199))
        assert found.inside_90.mean() == pytest.approx(0.9, abs=0.04)
        assert found.inside_50.mean() == pytest.approx(0.5, abs=0.06)


def test_spread_grows_with_the_root_of_the_horizon_and_the_median_stays() -> None:
    history = walks(12, 1, 0.3)
    one, four = (np.log(persistence(history, h, 20_000)[0]) for h in (1, 4))
    assert four.std() == pytest.approx(2.0 * one.std(), rel=0.05)
    assert np.median(four) == pytest.approx(np.log(history[-1, 0]), abs=0.05)


def test_small_counts_move_more_than_large_ones() -> None:
    random = np.random.default_rng(4)
    means = np.repeat([20.0, 4000.0], 200)
    history = random.poisson(means, size=(9, 400)).astype(float)
    found = np.log(np.maximum(persistence(history, 1, 500), 0.1)).std(axis=1)
    assert found[:200].mean() > 5.0 * found[200:].mean()


def test_a_unit_s_own_past_counts_the_more_the_longer_it_is() -> None:
    history = np.concatenate([walks(12, 40, 0.4), np.full((12, 1), 50.0)], axis=1)
    short, long = (fit_walk(part, np.zeros(41)).factor for part in (history[-4:], history))
    assert long[-1] < short[-1] < 0.9
    assert np.median(long[:-1]) == pytest.approx(1.0, abs=0.15)


def test_zeros_are_entered_and_left_at_the_rates_of_the_past() -> None:
    """Units at zero enter with 20 % a year, units above fall to zero with 10 %."""
    random = np.random.default_rng(6)
    history = np.zeros((12, 600))
    for year in range(1, 12):
        u, was = random.random(600), history[year - 1] > 0.0
        above = np.where(was, u > 0.1, u < 0.2)
        size = np.where(was, history[year - 1], 30.0) * np.exp(0.1 * random.normal(size=600))
        history[year] = np.where(above, size, 0.0)
    above = (persistence(history, 1, 400) > 0.0).mean(axis=1)
    was = history[-1] > 0.0
    # A little too low: those still at zero are those with the fewest entries.
    assert above[~was].mean() == pytest.approx(0.2, abs=0.05)
    assert above[was].mean() == pytest.approx(0.9, abs=0.03)


def test_a_past_of_zeros_stays_at_zero() -> None:
    for naive in NAIVE:
        assert not naive(np.zeros((6, 3)), 2, 50).any()


def test_the_trend_goes_on_and_fades() -> None:
    history = np.exp(0.2 * np.arange(12.0))[:, None] * np.array([[10.0, 1000.0]])
    found = trend(history, 3, 10)
    faded = 0.2 * (0.8 + 0.8**2 + 0.8**3)
    np.testing.assert_allclose(found, np.exp(faded) * history[-1][:, None] * np.ones(10))
    # Three years say nothing about a trend.
    np.testing.assert_allclose(
        trend(history[:3], 1, 5000).mean(), persistence(history[:3], 1, 5000).mean()
    )


def test_climatology_draws_the_years_that_were() -> None:
    history = np.array([[1.0, 7.0], [2.0, np.nan], [np.nan, np.nan], [4.0, 0.0]])
    found = climatology(history, 5, 3000)
    assert [sorted(set(row)) for row in found] == [[1.0, 2.0, 4.0], [0.0, 7.0]]
    assert (found[0] == 4.0).mean() == pytest.approx(1 / 3, abs=0.03)
    assert set(climatology(history, 1, 100, years=1)[0]) == {4.0}


@pytest.mark.parametrize("naive", NAIVE)
def test_missing_years_and_units(naive) -> None:
    history = walks(8, 3, 0.2)
    history[-2:, 1], history[:, 2] = np.nan, np.nan
    found = naive(history, 1, 400)
    assert found.shape == (3, 400)
    assert np.isfinite(found[:2]).all()
    assert np.isnan(found[2]).all()


def test_who_was_not_seen_at_the_origin_walks_from_where_they_were_seen() -> None:
    history = walks(8, 20, 0.2)
    gap = history.copy()
    gap[-2:] = np.nan
    np.testing.assert_array_equal(persistence(gap, 1, 50), persistence(history[:-2], 3, 50))


@pytest.mark.parametrize("naive", NAIVE)
def test_draws_are_keyed(naive) -> None:
    history = walks(8, 5, 0.2)
    first = naive(history, 2, 60, seed=1, case=2019)
    np.testing.assert_array_equal(first, naive(history, 2, 60, seed=1, case=2019))
    np.testing.assert_array_equal(first[:, :20], naive(history, 2, 20, seed=1, case=2019))
    assert not np.array_equal(first, naive(history, 2, 60, seed=1, case=2020))
    assert not np.array_equal(first, naive(history, 2, 60, seed=2, case=2019))


@pytest.mark.parametrize("naive", NAIVE)
def test_bad_histories_are_refused(naive) -> None:
    good = walks(4, 2, 0.1)
    for bad, horizon, members, says in (
        (good[0], 1, 9, "year, unit"),
        (-good, 1, 9, "negative"),
        (good, 0, 9, "horizon"),
        (good, 1, 0, "members"),
    ):
        with pytest.raises(InputError, match=says):
            naive(bad, horizon, members)


def past(years: int = 10, units: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """A covariate that decides two years later whether there is anything, and how much."""
    random = np.random.default_rng(9)
    cause = random.normal(size=(years, units, 1))
    history = np.zeros((years, units))
    before = cause[:-2, :, 0]
    above = random.random(before.shape) < 1.0 / (1.0 + np.exp(-2.0 * before))
    history[2:] = np.where(
        above, np.exp(3.0 + before + 0.2 * random.normal(size=before.shape)), 0.0
    )
    return history, cause


def test_the_hurdle_regression_finds_what_was_put_in() -> None:
    history, cause = past()
    parts = hurdle_parts(history[2:], cause[2:], 2)
    now = cause[-1, :, 0]
    np.testing.assert_allclose(parts.chance, 1.0 / (1.0 + np.exp(-2.0 * now)), atol=0.12)
    assert np.corrcoef(parts.level, now)[0, 1] > 0.98
    assert parts.residuals.std() == pytest.approx(0.2, abs=0.03)
    found = hurdle(history[2:], cause[2:], 2, 2000)
    np.testing.assert_allclose((found > 0.0).mean(axis=1), parts.chance, atol=0.05)


def test_the_hurdle_regression_uses_the_past_only() -> None:
    history, cause = past()
    early = hurdle(history[:8], cause[:8], 2, 50, case=1)
    later_history, later_cause = history.copy(), cause.copy()
    later_history[8:], later_cause[8:] = 99.0, 99.0
    np.testing.assert_array_equal(early, hurdle(later_history[:8], later_cause[:8], 2, 50, case=1))
    # A covariate that says nothing at the right lag gives away nothing at a wrong one.
    naive = hurdle_parts(history[2:], cause[2:], 1)
    assert np.corrcoef(naive.chance, cause[-1, :, 0])[0, 1] < 0.5


def test_the_hurdle_regression_takes_gaps() -> None:
    history, cause = past()
    cause[3, ::7], history[5, ::5] = np.nan, np.nan
    found = hurdle(history, cause, 1, 20)
    assert np.isfinite(found).all()
    assert not hurdle(np.zeros((4, 5)), np.ones((4, 5, 1)), 1, 10).any()
    with pytest.raises(InputError, match="longer past"):
        hurdle(history[:2], cause[:2], 2, 20)
    with pytest.raises(InputError, match="covariate"):
        hurdle(history, cause[0], 1, 20)


def test_what_a_past_says() -> None:
    found = lagged(np.array([[0.0], [np.nan], [np.e**2 - 1.0]]))
    np.testing.assert_allclose(found[:, 0, 0], [0.0, np.nan, 2.0])
    np.testing.assert_allclose(found[:, 0, 1], [0.0, np.nan, 1.0])
    np.testing.assert_allclose(found[:, 0, 2], [0.0, 0.0, 1.0])
