"""Numbers that say how a series went: made-up series with obvious answers."""

from __future__ import annotations

import numpy as np
import pytest

from rift_sim.analysis.calibrate.statistics import SHORT, TRACE, error_of, of_departments, of_series

YEARS = list(range(2010, 2020))


def test_steady_growth_has_no_jumps() -> None:
    values = 1000.0 * np.exp(0.1 * np.arange(10))
    found = of_series(values, YEARS)
    assert found["growth"] == pytest.approx(0.1)
    assert found["jumps"] == pytest.approx(0.0, abs=1e-12)
    assert found["level"] == pytest.approx(1000.0 * np.exp(0.45))


def test_ups_and_downs_are_jumps() -> None:
    values = np.array([100.0, 200.0] * 5)
    found = of_series(values, YEARS)
    changes = np.log(2.0) * np.array([1, -1] * 4 + [1])
    assert found["jumps"] == pytest.approx(changes.std(ddof=1))
    assert found["level"] == pytest.approx(np.sqrt(100.0 * 200.0))


def test_changes_over_a_gap_are_left_out() -> None:
    years = [2010, 2011, 2012, 2017, 2018]
    values = np.exp(np.array([0.0, 0.1, 0.3, 9.0, 9.2]))
    assert of_series(values, years)["jumps"] == pytest.approx(np.std([0.1, 0.2, 0.2], ddof=1))


def test_without_years_that_follow_each_other_there_are_no_jumps() -> None:
    found = of_series(np.array([1.0, 2.0, 4.0, 8.0]), [2010, 2012, 2014, 2016])
    assert set(found) == {"level", "growth"}
    assert found["growth"] == pytest.approx(np.log(2.0) / 2.0)
    assert set(of_series(np.ones(4), [2010, 2011, 2013, 2015])) == {"level", "growth"}


def test_errors_are_those_of_many_observers() -> None:
    """What an error of each year does, found by drawing it."""
    rng = np.random.default_rng(3)
    truth, spread = np.exp(rng.normal(0.0, 0.5, 10).cumsum() + 8.0), 0.2
    seen = [of_series(truth * np.exp(spread * rng.normal(size=10)), YEARS) for _ in range(4000)]
    level = np.log([one["level"] for one in seen])
    assert error_of("level", truth, YEARS, spread) == pytest.approx(level.std(), rel=0.05)
    growth = np.array([one["growth"] for one in seen])
    assert error_of("growth", truth, YEARS, spread) == pytest.approx(growth.std(), rel=0.05)
    jumps = np.log([one["jumps"] for one in seen])
    # Of the truth's own chance too, so not less than what observers differ by.
    assert jumps.std() < error_of("jumps", truth, YEARS, spread) < 1.0


def test_jumps_smaller_than_the_error_say_next_to_nothing() -> None:
    assert error_of("jumps", np.full(SHORT, 5.0), YEARS[:SHORT], 0.2) == 1.0


def test_departments_that_move_alike_do_not_move_apart() -> None:
    large = 1e6 * np.array([1.0, 2.0, 4.0])
    found = of_departments(np.array([large, 2.0 * large, 3.0 * large]))
    assert found["spread"] == pytest.approx(0.0, abs=1e-3)
    assert found["order"] == pytest.approx(1.0, abs=1e-6)


def test_departments_that_swap() -> None:
    first = np.array([1e6, 4e6])
    found = of_departments(np.array([first, first[::-1]]))
    assert found["order"] == pytest.approx(-1.0)
    changes = [np.log(4.0), -np.log(4.0)]
    assert found["spread"] == pytest.approx(np.std(changes, ddof=1), rel=1e-3)


def test_traces_do_not_count() -> None:
    first = np.array([1e6, 4e6])
    both = np.array([first, first[::-1]])
    traces = np.array([[3.0, TRACE], [90.0, 0.0]])
    assert of_departments(np.hstack([both, traces])) == of_departments(both)
    # One that once had more counts.
    assert of_departments(np.hstack([both, 2.0 * traces])) != of_departments(both)


@pytest.mark.parametrize("values", [np.zeros((3, 4)), np.array([[500.0, 0.0], [900.0, 0.0]])])
def test_fewer_than_two_departments_with_anything(values: np.ndarray) -> None:
    assert of_departments(values) == {"spread": 0.0, "order": 0.0}
