"""Distributions: quantiles against scipy's, medians, supports, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from rift_sim.seeds.distributions import DISTRIBUTIONS, Distribution

ADAPTER: TypeAdapter[Distribution] = TypeAdapter(Distribution)
LEVELS = (1e-9, 1e-4, 0.025, 0.3, 0.5, 0.77, 0.975, 1 - 1e-4, 1 - 1e-9)


def make(kind: str, **numbers: float) -> Distribution:
    return ADAPTER.validate_python({"distribution": kind, **numbers})


def truncated(mean: float, sd: float, low: float, high: float) -> Any:
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


PAIRS = {
    "uniform": (make("uniform", low=-2, high=3), stats.uniform(-2, 5)),
    "loguniform": (make("loguniform", low=0.01, high=50), stats.loguniform(0.01, 50)),
    "normal": (make("normal", mean=4, sd=2), stats.norm(4, 2)),
    "normal between": (make("normal", mean=4, sd=2, low=3, high=9), truncated(4, 2, 3, 9)),
    "normal from": (make("normal", mean=0, sd=1, low=0), truncated(0, 1, 0, math.inf)),
    "normal to": (make("normal", mean=0, sd=1, high=-1), truncated(0, 1, -math.inf, -1)),
    "normal far above": (make("normal", mean=0, sd=1, low=4), truncated(0, 1, 4, math.inf)),
    "normal far below": (make("normal", mean=0, sd=1, high=-4), truncated(0, 1, -math.inf, -4)),
    "lognormal": (make("lognormal", median=6, sigma=0.35), stats.lognorm(0.35, scale=6)),
    "beta": (make("beta", a=2, b=4), stats.beta(2, 4)),
    "beta stretched": (make("beta", a=6, b=4, low=-1, high=2), stats.beta(6, 4, -1, 3)),
    "triangular": (make("triangular", low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
    "triangular at an end": (make("triangular", low=1, mode=1, high=5), stats.triang(0, 1, 4)),
}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS.keys())
def test_quantile_inverts_the_distribution_function(ours: Distribution, theirs: Any) -> None:
    for u in LEVELS:
        assert theirs.cdf(ours.quantile(u)) == pytest.approx(u, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS.keys())
def test_median_and_support(ours: Distribution, theirs: Any) -> None:
    assert ours.median == pytest.approx(float(theirs.median()), rel=1e-9)
    assert ours.support == pytest.approx(tuple(float(end) for end in theirs.support()))


def test_fixed_is_its_value_everywhere() -> None:
    fixed = make("fixed", value=7)
    assert [fixed.quantile(u) for u in LEVELS] == [7.0] * len(LEVELS)
    assert fixed.median == 7.0
    assert fixed.support == (7.0, 7.0)


def test_every_kind_has_a_case_here() -> None:
    cases = {ours.distribution for ours, _ in PAIRS.values()} | {"fixed"}
    assert cases == set(DISTRIBUTIONS)


numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
shapes = st.floats(0.2, 20)
spreads = st.floats(0.01, 100)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    kind = draw(st.sampled_from(DISTRIBUTIONS))
    low = draw(numbers)
    width = draw(spreads)
    share = draw(st.floats(0, 1))
    given_numbers: dict[str, dict[str, float]] = {
        "fixed": {"value": low},
        "uniform": {"low": low, "high": low + width},
        "loguniform": {"low": width, "high": width * (1.1 + 10 * share)},
        "normal": {
            "mean": low,
            "sd": width,
            "low": low + (4 * share - 2) * width,
            "high": low + (4 * share - 1) * width,
        },
        "lognormal": {"median": width, "sigma": 0.05 + share},
        "beta": {"a": draw(shapes), "b": draw(shapes), "low": low, "high": low + width},
        "triangular": {"low": low, "mode": low + share * width, "high": low + width},
    }
    return make(kind, **given_numbers[kind])


@given(distributions(), st.floats(1e-12, 1 - 1e-12), st.floats(1e-12, 1 - 1e-12))
def test_quantiles_ascend_and_stay_inside(ours: Distribution, one: float, two: float) -> None:
    low, high = ours.support
    first, second = ours.quantile(min(one, two)), ours.quantile(max(one, two))
    assert low <= first <= high
    assert low <= second <= high
    # Equal up to the rounding of the special functions themselves.
    assert first <= second + 1e-12 * max(1.0, abs(first))


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, 1.5, math.nan])
@pytest.mark.parametrize("ours", [pair[0] for pair in PAIRS.values()], ids=PAIRS.keys())
def test_levels_outside_are_refused(ours: Distribution, u: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ours.quantile(u)


@pytest.mark.parametrize(
    ("kind", "given_numbers", "message"),
    [
        ("uniform", {"low": 1, "high": 1}, "low must lie below high, but low is 1 and high is 1"),
        ("loguniform", {"low": 0, "high": 1}, "greater than 0"),
        ("loguniform", {"low": 3, "high": 1}, "low must lie below high"),
        ("normal", {"mean": 0, "sd": 0}, "greater than 0"),
        ("normal", {"mean": 0, "sd": 1, "low": 2, "high": 1}, "low must lie below high"),
        ("normal", {"mean": 0, "sd": 1, "low": 7}, "leave almost nothing"),
        ("normal", {"mean": 0, "sd": 1, "high": -7}, "leave almost nothing"),
        ("lognormal", {"median": 0, "sigma": 1}, "greater than 0"),
        ("lognormal", {"median": 1, "sigma": -1}, "greater than 0"),
        ("beta", {"a": 0, "b": 1}, "greater than 0"),
        ("beta", {"a": 1, "b": 1, "low": 2}, "low must lie below high"),
        ("triangular", {"low": 0, "mode": 2, "high": 1}, "mode must lie between low and high"),
        ("fixed", {"value": math.inf}, "finite"),
        ("fixed", {"value": "7"}, "valid number"),
        ("fixed", {"value": 7, "high": 8}, "not permitted"),
        ("uniform", {"low": 1}, "required"),
        ("gamma", {"a": 1}, "does not match any of the expected tags"),
    ],
)
def test_refused(kind: str, given_numbers: dict[str, float], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make(kind, **given_numbers)


def test_frozen_and_described() -> None:
    ours = make("normal", mean=0.4, sd=0.1, low=0)
    assert ours.describe() == "normal(mean 0.4, sd 0.1, low 0)"
    with pytest.raises(ValidationError):
        ours.sd = 2.0  # type: ignore[union-attr,misc]
