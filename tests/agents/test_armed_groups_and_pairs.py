"""Armed groups at the table and at war."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rift_sim.model import RiftModel
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.pairs import pair_intensity, pair_shock_step, pair_state_step
from rift_sim.physics.streams import Process, group_number, stream
from rift_sim.scenario import Scenario

Maker = Callable[..., Scenario]
NUMBERS = np.array([group_number(f"group {k}") for k in range(40)], dtype=np.int64)
RATES = {"war_onset": 0.07, "war_end": 0.12, "pact_onset": 0.04, "pact_end": 0.15}


def build(make_scenario: Maker, **fields: Any) -> RiftModel:
    return RiftModel(make_scenario(**fields))


def test_a_ceasefire_shields_and_ends_when_it_should(make_scenario: Maker) -> None:
    fire = {"date": "2026-02", "ceasefire": {"group": "ELN", "on": True, "months": 2}}
    model = build(make_scenario, timeline=[fire], assumptions={"talks_leave": 1e-9})
    seen = []
    for _ in range(5):
        model.step()
        seen.append(model.group("ELN").exposure)
    halted = pytest.approx(1.0 - model.draw.talks_halt)
    assert seen == [1.0, halted, halted, 1.0, 1.0]


def test_without_c12_a_ceasefire_changes_nothing(make_scenario: Maker) -> None:
    fire = {"date": "2026-01", "ceasefire": {"groups": "all", "on": True}}
    model = build(make_scenario, timeline=[fire], mechanisms={"C12": "off"})
    model.step()
    assert {group.exposure for group in model.groups if not group.designated} == {1.0}


def test_tables_are_left_at_the_hazard_that_is_given(make_scenario: Maker) -> None:
    for hazard, left in ((100.0, True), (1e-9, False)):
        model = build(make_scenario, assumptions={"talks_leave": hazard})
        model.step()
        assert all(not group.talks for group in model.groups) is left


def test_growth_at_the_table_is_that_of_the_group_within_limits(make_scenario: Maker) -> None:
    model = build(make_scenario)
    group, other = model.group("ELN"), model.group("EGC")
    assert model.growth_at_table(group) == pytest.approx(1.0)
    for factor, growth in ((1.5, 1.5), (4.0, 2.0), (0.01, 0.5)):
        armed, support = model.state.armed.copy(), model.state.support.copy()
        model.state.armed[group.order] *= factor
        model.state.support[group.order] *= factor
        assert model.growth_at_table(group) == pytest.approx(growth)
        assert model.growth_at_table(other) == pytest.approx(1.0)
        model.state.armed[:], model.state.support[:] = armed, support


def test_a_posture_without_talks_closes_every_table(make_scenario: Maker) -> None:
    model = build(make_scenario, timeline=[{"date": "2026-01", "posture": {"talks": False}}])
    model.step()
    assert not any(group.talks or group.ceasefire for group in model.groups)


def test_a_listed_group_faces_what_the_listing_is_worth(make_scenario: Maker) -> None:
    listing = {"date": "2026-01", "designation": {"group": "ELN", "kind": "fto"}}
    model = build(make_scenario, timeline=[listing], assumptions={"designation_pressure": 0.2})
    model.step()
    assert model.group("ELN").exposure == pytest.approx(1.2)


def recruiting(model: RiftModel, months: int) -> dict[str, float]:
    """Return recruitment relative to that at the aid of the start, by group."""
    for _ in range(months):
        model.step()
    return {group.name: group.recruitment / group.usual_recruitment for group in model.groups}


def test_security_aid_feeds_paramilitary_groups_and_nobody_else(make_scenario: Maker) -> None:
    def relative(level: float, feed: float = 0.8, **more: Any) -> dict[str, float]:
        aid = {"date": "2026-01", "aid": {"all": level, "hold": True}}
        given = {"paramilitary_aid": feed, "aid_pipeline": 1, "talks_growth": 0}
        return recruiting(build(make_scenario, timeline=[aid], assumptions=given, **more), 2)

    fed = {"EGC", "ACSN", "CAPARROS"}
    for level, factor in ((0.0, np.exp(-0.8)), (1.0, 1.0), (1.25, np.exp(0.2)), (9, np.exp(0.4))):
        found = relative(level)
        assert {name for name in found if found[name] != 1.0} == (fed if level != 1.0 else set())
        assert found["EGC"] == pytest.approx(factor)
    assert set(relative(0.0, feed=0.0).values()) == {1.0}
    assert set(relative(0.0, mechanisms={"C28": "off"}).values()) == {1.0}


def test_aid_lost_before_the_start_is_the_aid_of_the_start(make_scenario: Maker) -> None:
    cut = {"date": "2024-01", "aid": {"all": 0, "hold": True}}
    given = {"paramilitary_aid": 1.5, "aid_pipeline": 1, "talks_growth": 0}
    model = build(make_scenario, history=[cut], assumptions=given)
    assert set(recruiting(model, 3).values()) == {1.0}


def test_groups_halve_when_pressed_and_grow_when_left_alone(make_scenario: Maker) -> None:
    def members(pressure: float) -> float:
        posture = {"date": "2026-01", "posture": {"pressure": pressure}}
        model = build(make_scenario, timeline=[posture], end="2027-12")
        for _ in range(24):
            model.step()
        return float(model.state.members.sum())

    assert members(4.0) < 0.75 * members(1.0) < members(1.0) < members(0.0)


@pytest.mark.parametrize(
    ("kind", "value"), [("war", WAR), ("pact", PACT), ("coexistence", COEXISTENCE)]
)
def test_events_set_pairs_both_ways(make_scenario: Maker, kind: str, value: int) -> None:
    slow = {"war_end": 1e-9, "pact_end": 1e-9, "war_onset": 1e-9, "pact_onset": 1e-9}
    model = build(
        make_scenario, timeline=[{"date": "2026-01", kind: ["ELN", "EGC"]}], assumptions=slow
    )
    model.step()
    a, b = model.group("ELN").order, model.group("EGC").order
    assert model.state.pair_state[a, b] == model.state.pair_state[b, a] == value


def pairs(start: int, months: int, overlap: float, **rates: float) -> np.ndarray:
    state = np.full((40, 40), start)
    np.fill_diagonal(state, COEXISTENCE)
    hazards = {**RATES, **rates}
    for month in range(months):
        pair_state_step(
            state,
            np.full((40, 40), overlap),
            NUMBERS,
            *(hazards[name] for name in ("war_onset", "war_end", "pact_onset", "pact_end")),
            stream(1, 0, month, Process.PAIR),
        )
    return state


def test_pairs_that_do_not_meet_start_nothing() -> None:
    assert (pairs(COEXISTENCE, 24, 0.0) == COEXISTENCE).all()


def test_wars_begin_and_end_at_their_hazards() -> None:
    upper = np.triu_indices(40, 1)
    begun = pairs(COEXISTENCE, 12, 1e6, war_onset=0.5, pact_onset=0.0, war_end=0.0)[upper]
    assert np.mean(begun == WAR) == pytest.approx(1 - np.exp(-0.5), abs=0.05)
    ended = pairs(WAR, 12, 1e6, war_end=0.5, war_onset=0.0, pact_onset=0.0)[upper]
    assert np.mean(ended == COEXISTENCE) == pytest.approx(1 - np.exp(-0.5), abs=0.05)


def test_broken_pacts_turn_into_war_half_of_the_time() -> None:
    upper = np.triu_indices(40, 1)
    state = pairs(PACT, 1, 1e6, pact_end=1e6, war_onset=0.0, pact_onset=0.0)[upper]
    assert np.mean(state == WAR) == pytest.approx(0.5, abs=0.06)
    assert not (state == PACT).any()


def test_pairs_stay_symmetric() -> None:
    state = pairs(WAR, 6, 30.0)
    np.testing.assert_array_equal(state, state.T)


def test_pair_shocks_keep_their_spread() -> None:
    shock = np.zeros((40, 40))
    for month in range(80):
        pair_shock_step(shock, NUMBERS, 0.9, 0.5, stream(1, 0, month, Process.PAIR_SHOCK))
    np.testing.assert_array_equal(shock, shock.T)
    assert shock[np.triu_indices(40, 1)].std() == pytest.approx(0.5, rel=0.1)


def test_only_wars_are_fought_and_their_shock_has_mean_one() -> None:
    state = np.array([[0, WAR, PACT], [WAR, 0, COEXISTENCE], [PACT, COEXISTENCE, 0]])
    out, hostile = np.zeros((3, 3)), np.zeros((3, 3))
    pair_intensity(out, hostile, state, np.full((3, 3), 0.3), 2.0, 0.1, 0.5)
    assert out[0, 1] == pytest.approx(2.0 * np.exp(0.3 - 0.125))
    assert out[0, 2] == 0.0
    assert out[1, 2] == 0.1
    np.testing.assert_array_equal(hostile, state == WAR)


def test_one_more_group_leaves_the_draws_of_the_others_alone(make_scenario: Maker) -> None:
    """A scenario that names a group of the past brings it in; nobody else notices."""
    plain = build(make_scenario)
    more = build(make_scenario, timeline=[{"date": "2026-12", "war": ["AUC", "ELN"]}])
    assert set(more.world.groups) - set(plain.world.groups) == {"AUC"}
    for _ in range(6):
        plain.step()
        more.step()
    for group in plain.groups:
        row = more.group(group.name).order
        np.testing.assert_array_equal(more.state.armed[row], plain.state.armed[group.order])
    np.testing.assert_array_equal(more.ground.newly, plain.ground.newly)
