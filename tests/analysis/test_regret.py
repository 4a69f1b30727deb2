"""Regret: hand-made outcomes with obvious answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.analysis.levers.regret import lower_is_better, regrets
from rift_sim.errors import InputError

OUTCOMES = np.array([[1.0, 2.0, 5.0], [4.0, 2.0, 5.0], [1.0, 1.0, 5.0], [0.0, 2.0, 5.0]])


def test_regret_is_the_distance_from_the_best_of_the_draw() -> None:
    first, second, third = regrets(["a", "b", "c"], OUTCOMES, lower=True)
    assert first.mean.value == pytest.approx((0 + 2 + 0 + 0) / 4)
    assert second.mean.value == pytest.approx((1 + 0 + 0 + 2) / 4)
    assert third.mean.value == pytest.approx((4 + 3 + 4 + 5) / 4)
    # A tie is shared.
    assert (first.best, second.best, third.best) == (0.625, 0.375, 0.0)
    assert third.p90 == pytest.approx(np.quantile([4, 3, 4, 5], 0.9))
    assert second.mean.low <= second.mean.value <= second.mean.high


def test_higher_may_be_better() -> None:
    assert [row.best for row in regrets(["a", "b", "c"], OUTCOMES, lower=False)] == [0, 0, 1]


@given(shift=st.floats(-1e3, 1e3), scale=st.floats(1e-3, 1e3))
def test_regret_follows_the_unit_only(shift: float, scale: float) -> None:
    plain = regrets(["a", "b", "c"], OUTCOMES, lower=True, draws=20)
    other = regrets(["a", "b", "c"], shift + scale * OUTCOMES, lower=True, draws=20)
    for one, two in zip(plain, other, strict=True):
        assert two.mean.value == pytest.approx(scale * one.mean.value, abs=1e-9)
        assert two.best == one.best


def test_who_says_what_is_better() -> None:
    assert lower_is_better("control") is True
    assert lower_is_better("capability") is False
    assert lower_is_better("aid_usd") is None
    assert lower_is_better("aid_usd", "lower") is True
    assert lower_is_better("control", "higher") is False
    with pytest.raises(InputError, match="did you mean 'higher'"):
        lower_is_better("control", "highest")
