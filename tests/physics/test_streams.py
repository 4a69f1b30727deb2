"""The random numbers: keyed, uniform, independent of order, and shaped as they claim."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rift_sim.initial.draws import normals, uniforms
from rift_sim.physics.elementary import exp, log, power
from rift_sim.physics.quantiles import fill_poisson, normal, poisson
from rift_sim.physics.streams import Process, fill_at, stream, uniform, uniform_at


def test_uniform_numbers_are_uniform() -> None:
    u = uniforms(stream(1, 2, 3, Process.ENTRY), 200_000)
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.01


@pytest.mark.parametrize("coordinate", range(4))
def test_every_coordinate_matters_and_streams_are_uncorrelated(coordinate: int) -> None:
    here = [7, 0, 24312, Process.ENTRY]
    there = list(here)
    there[coordinate] = Process.EXIT if coordinate == 3 else here[coordinate] + 1
    a, b = (uniforms(stream(*at), 50_000) for at in (here, there))
    assert not np.array_equal(a, b)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.02


def test_a_number_does_not_depend_on_how_many_are_drawn() -> None:
    key = stream(5, 6, 7, Process.DEATHS)
    few, many = uniforms(key, 10), uniforms(key, 1000)
    np.testing.assert_array_equal(few, many[:10])
    assert uniform(key, 3) == few[3]
    assert uniform_at(5, 6, 7, Process.DEATHS, 3) == few[3]
    assert uniform_at(5, 6, 7, Process.DEATHS) == few[0]


def test_first_numbers_of_neighbouring_replicates_are_uniform() -> None:
    first = [uniform_at(2026, r, 0, Process.ELECTION) for r in range(20_000)]
    assert stats.kstest(first, "uniform").pvalue > 1e-3


@given(st.floats(1e-12, 1 - 1e-12))
def test_normal_is_the_inverse_of_the_normal_distribution(u: float) -> None:
    assert normal(u) == pytest.approx(stats.norm.ppf(u), rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("mean", [0.05, 0.7, 3.0, 5.1, 5.9])
def test_poisson_is_the_exact_quantile_for_small_means(mean: float) -> None:
    # Close to every step of the distribution, where an approximation would err.
    steps = stats.poisson.cdf(np.arange(4), mean)
    close = [u + side * 1e-4 for u in steps for side in (-1, 1) if u < 0.9998]
    for u in (*np.linspace(0.001, 0.999, 97), *close):
        assert poisson(mean, u) == stats.poisson.ppf(u, mean)


@pytest.mark.parametrize("mean", [6.0, 10.0, 31.0, 200.0, 5000.0])
def test_poisson_is_close_for_large_means(mean: float) -> None:
    u = uniforms(stream(1, 1, 1, Process.DEATHS), 40_000)
    x = np.array([poisson(mean, v) for v in u])
    exact = stats.poisson.ppf(u, mean)
    assert np.abs(x - exact).max() <= 1
    assert x.mean() == pytest.approx(exact.mean(), rel=1e-3)


def test_poisson_of_nothing_is_nothing() -> None:
    assert poisson(0.0, 0.999999) == 0.0


def test_normals_have_mean_zero_and_variance_one() -> None:
    z = normals(stream(3, 3, 3, Process.FRAILTY), 100, 1000)
    assert z.shape == (100, 1000)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1.0) < 0.02


def test_process_numbers_are_unique_and_never_reused() -> None:
    # A changed number would change every draw of the process: only additions are allowed.
    known = {
        "PARAMETER": 1, "INITIAL_PRESENCE": 2, "INITIAL_MEMBERS": 3, "INITIAL_COCA": 4,
        "INITIAL_STOCK": 5, "FRAILTY": 6, "DETECTION": 7, "INITIAL_COCA_SHOCK": 9,
        "ELECTION": 20, "CRISIS": 21, "TALKS": 22, "PAIR": 23, "PAIR_SHOCK": 24, "TABLES": 25,
        "CERTIFICATION": 26, "CONCESSION": 27, "ENTRY": 30, "EXIT": 31, "DEATHS": 32,
        "DISPLACEMENT": 33, "DISPLACEMENT_NOISE": 34, "DEPARTMENT_SHOCK": 35, "MASS_EVENT": 36,
        "MASS_SIZE": 37, "CONFINEMENT": 38, "COUNTRY_SHOCK": 39, "COCA_NATIONAL": 40,
        "COCA_DEPARTMENT": 41, "COCA_LOCAL": 42, "COCA_ENTRY": 43, "SELF_DEFENCE": 44,
        "TURNING": 45, "OBSERVATION": 50, "HOMICIDES": 51, "BOOTSTRAP": 60, "RANK": 61,
        "NAIVE_WALK": 62, "NAIVE_CLIMATE": 63, "NAIVE_HURDLE": 64, "ONSET": 65, "PROPOSAL": 70,
    }  # fmt: skip
    for name, number in known.items():
        assert Process[name] == number


@pytest.mark.parametrize(
    ("at", "key", "first"),
    [
        ((0, 0, 0, Process.ENTRY), 81752415803891429, 0.3791990970496096),
        ((2026, 5, 24312, Process.DEATHS), 9365711378311834079, 0.23233625672748986),
        ((2**63 - 1, 10**6, 24399, Process.COCA_LOCAL), 10618908691323569955, 0.9788160991879917),
    ],
)
def test_the_numbers_themselves_stay_what_they_are(
    at: tuple[int, int, int, Process], key: int, first: float
) -> None:
    """A change here changes every result: mark it in the changelog."""
    assert int(stream(*at)) == key
    assert uniform(stream(*at), 7) == first


def test_counts_of_many_places_are_those_of_each() -> None:
    rng = np.random.default_rng(1)
    mean = np.concatenate(
        [[0.0, 5.999, 6.0], rng.exponential(4.0, 3000), rng.exponential(80.0, 300)]
    )
    luck = rng.random(mean.size)
    out, *space = np.ones((3, mean.size))
    fill_poisson(out, mean, luck, *space)
    np.testing.assert_array_equal(out, [poisson(m, u) for m, u in zip(mean, luck, strict=True)])


def test_numbers_at_given_places() -> None:
    key, places = stream(1, 1, 1, Process.PARAMETER), np.array([3, 2**32 - 1], dtype=np.uint64)
    out = np.empty(2)
    fill_at(out, key, places)
    assert out.tolist() == [uniform(key, 3), uniform(key, 2**32 - 1)]


@given(st.floats(-700.0, 700.0))
def test_exponential_and_logarithm_are_right_to_the_last_digits(x: float) -> None:
    assert exp(x) == pytest.approx(np.exp(x), rel=4e-16)
    assert log(np.exp(x)) == pytest.approx(np.log(np.exp(x)), rel=8e-16, abs=1e-300)


@given(st.floats(0.5, 2.0))
def test_the_logarithm_is_right_near_one(x: float) -> None:
    assert log(x) == pytest.approx(np.log(x), rel=8e-16, abs=1e-300)


def test_exponential_and_logarithm_at_the_edges() -> None:
    assert exp(0.0) == 1.0
    assert exp(-1000.0) == exp(-np.inf) == 0.0
    assert exp(1000.0) == exp(np.inf) == np.inf
    assert log(1.0) == 0.0
    assert log(0.0) == -np.inf
    assert log(np.inf) == np.inf
    assert np.isnan([exp(np.nan), log(np.nan), log(-1.0), power(np.nan, 0.5)]).all()


@given(st.floats(1e-6, 1e6), st.floats(-3.0, 3.0))
def test_powers(x: float, exponent: float) -> None:
    assert power(x, exponent) == pytest.approx(x**exponent, rel=2e-14)


def test_powers_of_nothing() -> None:
    assert power(0.0, 0.5) == 0.0
    assert power(0.0, 0.0) == 1.0
