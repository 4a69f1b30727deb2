"""People: every account balances, and flight answers to violence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import overwritten
from numpy.typing import NDArray

from rift_sim.physics.displacement import (
    confine,
    destination_weights,
    displace,
    hazard,
    mass_size,
    resettle,
)
from rift_sim.physics.streams import Process, stream

Floats = NDArray[np.float64]


def flee(
    expected: Floats, resident: Floats, month: int = 0, spread: float = 0.0,
    rate: float = 1.0, mass: float = 0.0,
) -> tuple[Floats, Floats]:  # fmt: skip
    newly, left = np.zeros(expected.size), resident.copy()
    keys = [
        stream(9, 0, month, p)
        for p in (
            Process.DISPLACEMENT_NOISE,
            Process.DISPLACEMENT,
            Process.MASS_EVENT,
            Process.MASS_SIZE,
        )
    ]
    rates = np.array([rate, mass, 50.0, 8000.0, 1.2, 0.15])
    space = overwritten(expected.size)
    displace(
        newly,
        np.zeros(expected.size),
        expected,
        np.zeros(expected.size),
        np.ones(expected.size),
        left,
        rates,
        0.9,
        spread,
        *keys,
        space,
    )
    return newly, left


def test_no_violence_no_flight() -> None:
    out = np.empty(2)
    ones = np.ones(2)
    hazard(out, np.array([0.0, 1.0]), ones, 1000 * ones, ones, ones, 0.35, 0.18, 0.5)
    assert out[0] == 0.0 < out[1]
    newly, left = flee(out, np.full(2, 1e5), rate=100.0)
    assert newly[0] == 0.0 < newly[1]
    np.testing.assert_array_equal(newly + left, np.full(2, 1e5))


@pytest.mark.parametrize("position", [0, 1])
def test_hazard_has_the_elasticities_it_is_given(position: int) -> None:
    elasticities = (0.35, 0.18)
    values = []
    for size in (1.0, np.e):
        v = [np.ones(1), np.ones(1)]
        v[position] *= size
        out = np.empty(1)
        hazard(out, *v, np.full(1, 500.0), np.ones(1), np.ones(1), *elasticities, 0.5)
        values.append(out[0])
    assert np.log(values[1] / values[0]) == pytest.approx(elasticities[position])


@pytest.mark.many
def test_counts_have_the_expected_mean_and_are_overdispersed() -> None:
    newly, _ = flee(np.full(100_000, 3.0), np.full(100_000, 1e6), spread=0.0)
    assert newly.mean() == pytest.approx(3.0, rel=0.02)
    assert newly.var() == pytest.approx(newly.mean(), rel=0.05)
    noisy = np.zeros(0)
    noise = np.zeros(50_000)
    for month in range(60):
        out = np.zeros(noise.size)
        keys = [
            stream(9, 0, month, p)
            for p in (
                Process.DISPLACEMENT_NOISE,
                Process.DISPLACEMENT,
                Process.MASS_EVENT,
                Process.MASS_SIZE,
            )
        ]
        displace(
            out,
            np.zeros(noise.size),
            np.full(noise.size, 3.0),
            noise,
            np.ones(noise.size),
            np.full(noise.size, 1e6),
            np.array([1.0, 0.0, 50.0, 8000.0, 1.2, 0.15]),
            0.9,
            0.75,
            *keys,
            overwritten(noise.size),
        )
        noisy = out
    assert noisy.mean() == pytest.approx(3.0, rel=0.05)
    assert noisy.var() > 2.0 * noisy.mean()


def test_never_more_than_a_share_of_the_residents() -> None:
    newly, left = flee(np.full(50, 1e6), np.full(50, 200.0), mass=10.0)
    assert (newly <= 0.15 * 200.0).all()
    assert (left >= 0.0).all()


@given(st.floats(0.0, 0.999999), st.floats(0.9, 1.6))
def test_mass_events_stay_within_their_bounds(u: float, tail: float) -> None:
    assert 50.0 <= mass_size(u, 50.0, 8000.0, tail) <= 8000.0 * (1 + 1e-9)


def test_confinement_belongs_to_remote_places() -> None:
    out, space = np.zeros(2), overwritten(2)
    ones = np.ones(2)
    confine(
        out,
        10 * ones,
        np.array([0.1, 0.9]),
        1e5 * ones,
        20.0,
        0.15,
        stream(1, 1, 1, Process.CONFINEMENT),
        space,
    )
    assert out[1] > out[0]


def weights(places: int, stay: float = 0.25) -> tuple[NDArray[np.uint32], Floats]:
    index = np.array(
        [[i, (i + 1) % places, (i + 2) % places] for i in range(places)], dtype=np.uint32
    )
    out = np.empty((places, 3))
    size = np.log(np.array([[1.0, 1e4, 1e5]] * places))
    far = np.log(np.array([[1.0, 10.0, 100.0]] * places))
    destination_weights(out, size, far, stay, 0.6, -1.2)
    return index, out


def test_destination_shares_sum_to_one_and_follow_gravity() -> None:
    _, out = weights(4)
    np.testing.assert_allclose(out.sum(axis=1), 1.0)
    assert out[0, 0] == 0.25
    assert out[0, 2] / out[0, 1] == pytest.approx(10**0.6 * 10**-1.2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_people_are_conserved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    index, shares = weights(n)
    resident, away, protracted = (rng.gamma(2.0, 1000.0, n) for _ in range(3))
    newly = np.floor(0.01 * resident)
    abroad = rng.random(n) * 0.2
    resident -= newly
    before = resident.sum() + newly.sum() + away.sum() + protracted.sum()
    totals, hosted, space = np.zeros(4), np.zeros(n), overwritten(n)
    resettle(
        newly,
        rng.random(n),
        resident,
        away,
        protracted,
        index,
        shares,
        abroad,
        np.ones(n),
        np.array([0.02, 0.08, 0.003, 0.0008, 1.0]),
        totals,
        hosted,
        space,
    )
    assert hosted.sum() == pytest.approx(away.sum() + protracted.sum(), rel=1e-12)
    after = resident.sum() + away.sum() + protracted.sum()
    assert after == pytest.approx(before - totals[1] + totals[3], rel=1e-12)
    assert totals[1] == pytest.approx((newly * abroad).sum())
    assert min(resident.min(), away.min(), protracted.min()) >= 0.0


def test_violence_keeps_people_from_returning() -> None:
    returned = []
    for level in (0.0, 5.0):
        index, shares = weights(3)
        totals = np.zeros(4)
        resettle(
            np.zeros(3),
            np.full(3, level),
            np.full(3, 1e4),
            np.full(3, 100.0),
            np.zeros(3),
            index,
            shares,
            np.zeros(3),
            np.ones(3),
            np.array([0.02, 0.08, 0.0, 0.0, 1.0]),
            totals,
            np.zeros(3),
            overwritten(3),
        )
        returned.append(totals[0])
    assert returned[1] < 0.1 * returned[0]


def test_whoever_is_away_lives_with_the_hosts() -> None:
    index, shares = weights(5)
    away, protracted, hosted = np.array([0.0, 0.0, 700.0, 0.0, 0.0]), np.ones(5) * 30, np.zeros(5)
    resettle(
        np.zeros(5), np.zeros(5), np.full(5, 1e4), away, protracted, index, shares, np.zeros(5),
        np.ones(5), np.zeros(5), np.zeros(4), hosted, overwritten(5),
    )  # fmt: skip
    expected = np.full(5, 30.0)
    expected[index[2]] += 700.0 * shares[2]
    np.testing.assert_allclose(hosted, expected)
