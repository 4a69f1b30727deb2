"""Fighting: where it flares, who loses, and when there is none."""

import numpy as np
import pytest
from lists import everywhere, overwritten
from numpy.typing import NDArray

from rift_sim.physics import contest
from rift_sim.physics.contest import deaths, fight, violence
from rift_sim.physics.operations import allocate_operations, state_presence_step, strike
from rift_sim.physics.pairs import pair_shock_step, pair_state_step
from rift_sim.physics.streams import Process, stream

Floats = NDArray[np.float64]
WAR = np.array([[0.0, 1.0], [1.0, 0.0]])


def fought(
    armed: Floats, state: float = 0.0, deterrence: float = 0.5, intensity: Floats = WAR,
    hostile: Floats = WAR, loss: float = 0.05,
) -> dict[str, Floats]:  # fmt: skip
    places = armed.shape[1]
    out = {
        "fighting": np.zeros(places), "contested": np.zeros(places, dtype=np.uint8),
        "overlap": np.zeros((2, 2)), "losses": np.zeros(2),
    }  # fmt: skip
    left = armed.copy()
    _, lodgers = everywhere(*armed.shape)
    fight(
        left, lodgers, intensity, hostile, np.full(places, state), deterrence, np.ones(places),
        loss, *out.values(),
    )  # fmt: skip
    return {**out, "left": left}


def test_fighting_peaks_between_equals_and_falls_under_hegemony() -> None:
    armed = np.array([[50.0, 80.0, 99.0, 100.0], [50.0, 20.0, 1.0, 0.0]])
    fighting = fought(armed)["fighting"]
    assert fighting[0] > fighting[1] > fighting[2] > fighting[3] == 0.0


def test_who_is_weaker_loses_more() -> None:
    out = fought(np.array([[80.0], [20.0]]))
    assert out["losses"][1] > out["losses"][0] > 0.0


def test_losses_are_what_is_missing() -> None:
    armed = np.array([[80.0, 10.0, 0.0], [20.0, 30.0, 5.0]])
    out = fought(armed)
    np.testing.assert_allclose(armed.sum(1) - out["left"].sum(1), out["losses"], rtol=1e-12)


def test_a_pact_means_no_fighting() -> None:
    out = fought(np.full((2, 1), 50.0), intensity=np.zeros((2, 2)), hostile=np.zeros((2, 2)))
    assert out["fighting"][0] == 0.0
    assert out["contested"][0] == 0
    assert out["overlap"][0, 1] == 25.0


def test_the_state_deters_and_without_the_mechanism_does_not() -> None:
    armed = np.full((2, 1), 50.0)
    calm, wild = (fought(armed, state=s)["fighting"][0] for s in (0.9, 0.1))
    assert calm < wild
    same = {fought(armed, state=s, deterrence=0.0)["fighting"][0] for s in (0.9, 0.1)}
    assert len(same) == 1


def test_contested_is_where_enemies_meet() -> None:
    out = fought(np.array([[50.0, 50.0], [50.0, 0.0]]))
    np.testing.assert_array_equal(out["contested"], [1, 0])


def test_violence_adds_up_and_is_remembered() -> None:
    out, memory = np.zeros(1), np.zeros(1)
    parts = [np.array([2.0]), np.array([3.0]), np.array([4.0])]
    violence(out, memory, *parts, np.array([1.0, 10.0, 100.0]), 0.5, 2.0)
    assert out[0] == 216.0
    assert memory[0] == 108.0


@pytest.mark.many
def test_deaths_are_whole_numbers_with_the_expected_mean() -> None:
    out = np.zeros(200_000)
    space = overwritten(out.size)
    deaths(out, np.full(out.size, 0.7), 0.8, stream(1, 1, 1, Process.DEATHS), space)
    assert (out == np.floor(out)).all()
    assert out.mean() == pytest.approx(0.7, rel=0.02)
    assert out.var() > 1.2 * out.mean()


def test_operations_move_losses_between_places_without_adding_any() -> None:
    rng = np.random.default_rng(1)
    armed = rng.gamma(1.0, 30.0, (2, 20))
    exposure, access = np.array([1.0, 0.4]), rng.random(20)
    totals = []
    for focus in (0.0, 0.8):
        operations, (held, _) = np.zeros(20), everywhere(2, 20)
        allocate_operations(operations, armed, held, exposure, rng.random(20), access, focus)
        totals.append((operations * (exposure[:, None] * armed).sum(0)).sum())
    assert totals[0] == pytest.approx(totals[1])
    assert totals[0] == pytest.approx((exposure[:, None] * armed).sum())


def test_operations_go_where_the_violence_is_and_the_road_leads() -> None:
    operations = np.zeros(3)
    allocate_operations(
        operations, np.full((1, 3), 10.0), everywhere(1, 3)[0], np.ones(1),
        np.array([5.0, 0.1, 5.0]), np.array([0.9, 0.9, 0.1]), 0.5,
    )  # fmt: skip
    assert operations[0] > operations[1]
    assert operations[0] > operations[2]


def test_losses_to_the_state_meet_the_yearly_rate_and_spare_who_is_not_exposed() -> None:
    armed, support = np.full((2, 5), 40.0), np.full((2, 5), 60.0)
    losses, clashes, (held, _) = np.zeros(2), np.zeros(5), everywhere(2, 5)
    for _ in range(12):
        strike(armed, support, held, np.ones(5), np.array([1.0, 0.0]), 0.2, losses, clashes)
    assert (armed + support)[0].sum() == pytest.approx(500.0 * np.exp(-0.2))
    assert (armed + support)[1].sum() == 500.0
    assert losses[1] == 0.0
    assert clashes.sum() > 0.0


def test_those_lost_to_the_state_are_missing_where_they_were() -> None:
    """A month so hard that most are lost, in one of two places."""
    armed, support = np.array([[40.0, 40.0]]), np.array([[10.0, 10.0]])
    losses, clashes, (held, _) = np.zeros(1), np.zeros(2), everywhere(1, 2)
    strike(armed, support, held, np.array([24.0, 0.0]), np.ones(1), 1.0, losses, clashes)
    np.testing.assert_allclose(armed, [[40.0 * np.exp(-2.0), 40.0]])
    np.testing.assert_allclose(clashes, [40.0 - armed[0, 0], 0.0])
    assert losses[0] == pytest.approx(100.0 - armed.sum() - support.sum())


def test_a_group_is_no_pair_with_itself() -> None:
    war, calm = contest.WAR, contest.COEXISTENCE
    state, shock = np.full((2, 2), war), np.ones((2, 2))
    numbers, key = np.array([3, 4]), stream(1, 1, 1, Process.PAIR)
    pair_state_step(state, np.full((2, 2), 1e9), numbers, 0.0, 1e9, 0.0, 0.0, key)
    pair_shock_step(shock, numbers, 0.0, 0.5, key)
    np.testing.assert_array_equal(state, [[war, calm], [calm, war]])
    np.testing.assert_array_equal(np.diag(shock), 1.0)
    assert shock[0, 1] == shock[1, 0] != 1.0


def test_state_presence_follows_capability_most_where_it_is_thin() -> None:
    reference = np.array([0.9, 0.3])
    presence = reference.copy()
    for _ in range(200):
        state_presence_step(presence, reference, 0.8, 0.5, 12.0)
    relative = presence / reference
    assert relative[1] < relative[0] < 1.0
    unchanged = reference.copy()
    state_presence_step(unchanged, reference, 1.0, 0.5, 12.0)
    np.testing.assert_allclose(unchanged, reference)
