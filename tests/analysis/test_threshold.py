"""Thresholds: planted ones are found, and what has none is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rift_sim.analysis.levers.search import crossing, one_way, rounds, search

RISK = np.linspace(0.0, 1.0, 200)
"""A replicate needs a lever of this much."""


def needs(own: np.ndarray = RISK) -> Callable[[Sequence[float]], np.ndarray]:
    return lambda values: np.array([own <= value for value in values])


def test_a_planted_threshold_is_found() -> None:
    found = search(needs(), 0.0, 2.0, 0.9, tolerance=0.001)
    assert (found.outcome, found.rising) == ("found", True)
    assert found.threshold is not None
    truth = float(np.sort(RISK)[179])
    assert truth <= found.threshold.value <= truth + 0.001
    assert found.threshold.low <= truth <= found.threshold.high
    # It does it, and nothing smaller that was tried does.
    enough = found.shares >= 0.9
    assert found.values[enough].min() == found.threshold.value
    assert len(found.values) <= rounds(0.0, 2.0, 5, 0.001)


def test_the_interval_holds_the_truth_as_often_as_said() -> None:
    held, truth = 0, 0.8
    for seed in range(120):
        own = np.random.default_rng(seed).uniform(size=100)
        found = search(needs(own), 0.0, 1.0, truth, tolerance=0.01, grid=9, seed=seed, draws=300)
        assert found.threshold is not None
        held += found.threshold.low <= truth <= found.threshold.high
    assert held / 120 == pytest.approx(0.94, abs=0.05)


def test_where_the_share_falls_the_largest_value_counts() -> None:
    found = search(lambda values: ~needs()(values), 0.0, 2.0, 0.9, tolerance=0.001)
    assert not found.rising
    assert found.threshold is not None
    assert found.threshold.value == pytest.approx(0.1, abs=0.01)
    assert found.threshold.low <= found.threshold.value <= found.threshold.high


def test_no_value_or_every_value_does_it() -> None:
    assert search(needs(RISK + 5.0), 0.0, 2.0, 0.9, tolerance=0.01).outcome == "none"
    assert search(needs(RISK - 5.0), 0.0, 2.0, 0.9, tolerance=0.01).outcome == "all"
    assert search(needs(RISK + 5.0), 0.0, 2.0, 0.9, tolerance=0.01).threshold is None


def test_what_goes_up_and_down_has_no_threshold() -> None:
    def hump(values: Sequence[float]) -> np.ndarray:
        return np.array([(value >= RISK) & (value < 1.4) for value in values])

    found = search(hump, 0.0, 2.0, 0.9, tolerance=0.01)
    assert found.outcome == "not one way"
    assert found.values.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_chance_may_turn_a_few_replicates_round() -> None:
    holds = np.zeros((3, 100), dtype=bool)
    holds[1, :40] = holds[2, 3:80] = True
    assert one_way(holds)
    holds[2, :12], holds[2, 12:] = False, holds[1, 12:]
    assert not one_way(holds)
    assert one_way(np.zeros((3, 10), dtype=bool))


def test_the_ends_of_an_interval_may_lie_beyond_the_range() -> None:
    found = search(needs(), 0.0, 0.9005, 0.9, tolerance=0.01)
    assert found.threshold is not None
    assert found.threshold.high == math.inf


def test_crossings() -> None:
    values = np.array([0.0, 1.0, 2.0])
    assert crossing(values, np.array([0.0, 0.5, 1.0]), 0.75, True) == 1.5
    assert crossing(values, np.array([1.0, 0.5, 0.0]), 0.75, False) == 0.5
    assert crossing(values, np.array([0.0, 0.1, 0.2]), 0.75, True) == math.inf
    assert crossing(values, np.array([0.8, 0.9, 1.0]), 0.75, True) == -math.inf
    assert crossing(values, np.array([0.2, 0.1, 0.0]), 0.75, False) == -math.inf
    assert crossing(values, np.array([1.0, 0.9, 0.8]), 0.75, False) == math.inf


def test_the_number_of_values_is_known_beforehand() -> None:
    assert rounds(0.0, 1.0, 5, 0.25) == 5
    assert rounds(0.0, 1.0, 5, 0.2) == 6
    assert rounds(0.0, 1.0, 5, 0.01) == 10
