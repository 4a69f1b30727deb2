"""Capability: limits, monotonicity, and what a partner's share can and cannot do."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.physics.capability import ces, leadership_step, relax, substitution_step, with_partner

levels = st.lists(st.floats(0.05, 1.5), min_size=4, max_size=4)
weights = (0.25, 0.3, 0.25, 0.2)


@given(st.floats(0.2, 3.0), st.floats(0.0, 0.5))
def test_full_strength_is_one(elasticity: float, floor: float) -> None:
    assert ces([1.0] * 4, weights, elasticity, floor) == pytest.approx(1.0)


@given(levels, st.integers(0, 3), st.floats(0.2, 3.0))
def test_more_of_an_input_never_hurts(x: list[float], which: int, elasticity: float) -> None:
    more = list(x)
    more[which] += 0.1
    assert ces(more, weights, elasticity, 0.15) >= ces(x, weights, elasticity, 0.15) - 1e-12


@given(levels, st.floats(0.2, 3.0))
def test_capability_lies_between_floor_and_the_best_input(x: list[float], sigma: float) -> None:
    value = ces(x, weights, sigma, 0.15)
    assert 0.15 <= value <= 0.15 + 0.85 * max(x) + 1e-9


def test_elasticity_one_is_the_limit_of_its_neighbours() -> None:
    x = [0.4, 0.8, 1.0, 0.6]
    middle = ces(x, weights, 1.0, 0.0)
    assert ces(x, weights, 0.9999, 0.0) == pytest.approx(middle, rel=1e-3)
    assert ces(x, weights, 1.0001, 0.0) == pytest.approx(middle, rel=1e-3)


def test_elasticity_one_is_the_geometric_mean_whatever_the_weights_add_up_to() -> None:
    x, shares = [0.4, 0.8, 1.0, 0.6], [1.0, 1.5, 0.5, 2.0]
    mean = math.prod(value ** (share / 5.0) for value, share in zip(x, shares, strict=True))
    assert ces(x, shares, 1.0, 0.1) == pytest.approx(0.1 + 0.9 * mean)
    assert ces([0.0, 1.0, 1.0, 1.0], weights, 1.0, 0.0) == pytest.approx(1e-6**0.25)


@pytest.mark.parametrize("elasticity", [0.5, 1.0])
def test_every_input_needs_a_weight(elasticity: float) -> None:
    with pytest.raises(ValueError, match="zip"):
        ces([1.0] * 3, weights, elasticity, 0.1)


def test_losing_one_input_is_not_losing_everything() -> None:
    """The reason for a CES with a floor instead of a product."""
    assert ces([0.0, 1.0, 1.0, 1.0], weights, 0.7, 0.15) >= 0.15


def test_only_the_partners_share_can_be_lost() -> None:
    assert with_partner(1.0, 0.25, 0.0, 0.0) == pytest.approx(0.75)
    assert with_partner(1.0, 0.25, 1.0, 0.0) == 1.0


def test_substitution_approaches_its_ceiling_and_never_passes_it() -> None:
    substitute = 0.0
    for _ in range(600):
        before, substitute = substitute, substitution_step(substitute, 0.25, 0.4, 3.0)
        assert before <= substitute <= 0.1
    assert substitute == pytest.approx(0.1, rel=1e-3)


def test_leadership_rebuilds_toward_one_and_stays() -> None:
    assert leadership_step(1.0, 0.07, 0.03) == 1.0
    assert 0.5 < leadership_step(0.5, 0.07, 0.0) < leadership_step(0.5, 0.07, 0.03)
    # A hundredth of what is missing a month, whoever brings it.
    for rebuild, training in ((0.12, 0.0), (0.0, 0.12), (0.06, 0.06)):
        assert leadership_step(0.4, rebuild, training) == pytest.approx(0.406, rel=1e-12)
    assert leadership_step(0.4, 30.0, 0.0) == 1.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 60))
def test_relaxing_never_overshoots(value: float, target: float, months: float) -> None:
    moved = relax(value, target, months)
    assert min(value, target) - 1e-12 <= moved <= max(value, target) + 1e-12


@pytest.mark.parametrize(("months", "moved"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (1.6, 0.625)])
def test_a_month_covers_its_part_of_the_way(months: float, moved: float) -> None:
    assert relax(2.0, 3.0, months) == pytest.approx(2.0 + moved)
