"""Differences of pairs and of independent draws, with answers known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.analysis.compare.differences import (
    LEVELS,
    first_apart,
    first_unequal,
    independent_differences,
    paired_differences,
    stack,
)
from rift_sim.analysis.paired import interval

RNG = np.random.default_rng(1)


def test_pairs_by_hand() -> None:
    first = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    second = np.array([[0.0, 5.0], [2.0, 6.0], [1.0, 4.0]])
    found = paired_differences(first, second)
    np.testing.assert_allclose(found.first_mean, [7 / 3, 5.0])
    np.testing.assert_allclose(found.second_mean, [1.0, 5.0])
    np.testing.assert_allclose(found.mean, [4 / 3, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.probability_above, [2 / 3, 1 / 3])
    np.testing.assert_allclose(found.probability_equal, [1 / 3, 1 / 3])
    np.testing.assert_allclose(found.quantiles[LEVELS.index(0.5)], [1.0, 0.0])
    mean, low, high = interval(first[:, 0] - second[:, 0])
    np.testing.assert_allclose(
        (found.mean[0], found.mean_low[0], found.mean_high[0]), (mean, low, high)
    )


def test_what_pairs_share_cancels_only_in_pairs() -> None:
    shared = 100.0 * RNG.standard_normal(150)
    first, second = shared + 1.0, shared
    paired, apart = paired_differences(first, second), independent_differences(first, second)
    assert paired.mean == pytest.approx(1.0)
    assert apart.mean == pytest.approx(1.0)
    assert paired.mean_high - paired.mean_low < 1e-9
    assert apart.mean_high - apart.mean_low > 20.0
    assert paired.probability_above == 1.0
    assert 0.45 < apart.probability_above < 0.55


def test_independent_samples_by_hand() -> None:
    found = independent_differences(np.array([1.0, 3.0]), np.array([0.0, 1.0, 2.0]))
    # All six differences: 1 0 -1 3 2 1.
    assert found.probability_above == pytest.approx(4 / 6)
    assert found.probability_equal == pytest.approx(1 / 6)
    assert found.quantiles[2] == pytest.approx(1.0)
    assert found.mean == pytest.approx(1.0)
    half = 1.96 * np.sqrt(2.0 / 2 + 1.0 / 3)
    assert found.mean_high - found.mean == pytest.approx(half)


def test_large_independent_samples_stand_by_quantiles() -> None:
    first, second = RNG.standard_normal((3000, 2)) + 1.0, RNG.standard_normal((2500, 2))
    found = independent_differences(first, second)
    for cell in range(2):
        exact = np.searchsorted(np.sort(second[:, cell]), first[:, cell]).mean() / 2500
        assert found.probability_above[cell] == pytest.approx(exact, abs=0.005)
        every = np.quantile(first[:, cell, None] - second[None, :, cell], LEVELS)
        np.testing.assert_allclose(found.quantiles[:, cell], every, atol=0.03)
    np.testing.assert_allclose(found.mean, first.mean(axis=0) - second.mean(axis=0))
    counts = RNG.poisson(2.0, 1000).astype(float)
    same = independent_differences(counts, counts)
    ties = ((np.bincount(counts.astype(int)) / 1000) ** 2).sum()
    assert same.probability_equal == pytest.approx(ties, abs=0.01)


@given(values=st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=30))
def test_the_other_way_round_turns_the_sign(values: list[tuple[float, float]]) -> None:
    first, second = np.array(values).T
    there, back = paired_differences(first, second), paired_differences(second, first)
    assert there.mean == -back.mean
    assert there.mean_low == -back.mean_high
    assert there.probability_equal == back.probability_equal
    total = there.probability_above + there.probability_equal + back.probability_above
    assert total == pytest.approx(1.0)
    np.testing.assert_allclose(there.quantiles, -back.quantiles[::-1], atol=1e-12)


def test_months_are_stacked_before_places() -> None:
    series = RNG.standard_normal((2, 6, 4, 3))
    found = stack([paired_differences(*series[:, :, t]) for t in range(4)])
    assert found.mean.shape == (4, 3)
    assert found.quantiles.shape == (5, 4, 3)
    np.testing.assert_allclose(found.mean, (series[0] - series[1]).mean(axis=0))
    np.testing.assert_allclose(found.quantiles[2], np.median(series[0] - series[1], axis=0))


@pytest.mark.parametrize(
    ("low", "high", "place"),
    [
        ([-1, -1, 1, 1], [1, 1, 2, 2], 2),
        ([1, 1, 1, 1], [2, 2, 2, 2], 0),
        ([1, 1, 1, -1], [2, 2, 2, 1], None),  # Apart for a while, but not at the end.
        ([1, -1, 1, 1], [2, 1, 2, 2], 2),  # Apart twice: the second time counts.
        ([1, 1, -2, -2], [2, 2, -1, -1], 2),  # The other side is not the same parting.
        ([0, 0, 0, 0], [0, 0, 0, 0], None),
    ],
)
def test_the_first_month_apart(low: list[int], high: list[int], place: int | None) -> None:
    assert first_apart(np.array(low, float), np.array(high, float)) == place


def test_the_first_month_in_which_any_pair_differs() -> None:
    assert first_unequal(np.array([1.0, 1.0, 0.9, 1.0])) == 2
    assert first_unequal(np.ones(3)) is None
