"""Nothing appears or vanishes: members, people and hectares, every month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rift_sim.model import RiftModel, World
from rift_sim.scenario import Scenario, load_scenario

Maker = Callable[..., Scenario]


@pytest.fixture(scope="module")
def model() -> RiftModel:
    return RiftModel("reference", replicate=3)


def test_members_people_and_hectares_balance_every_month(model: RiftModel) -> None:
    state, ground = model.state, model.ground
    for _ in range(24):
        members, people, coca = state.members.sum(axis=1), state.people, state.coca.sum()
        model.step()
        gone = ground.lost_state + ground.lost_rivals + ground.dispersed - ground.turned
        np.testing.assert_allclose(
            state.members.sum(axis=1), members + ground.recruits - gone, rtol=1e-9, atol=1e-9
        )
        _, crossed, _, born = ground.flows
        assert state.people == pytest.approx(people - crossed + born, rel=1e-12)
        planted, removed = ground.coca_flows
        assert state.coca.sum() == pytest.approx(coca + planted - removed, rel=1e-9)
        for array in (
            state.armed,
            state.support,
            state.coca,
            state.resident,
            state.away,
            state.protracted,
        ):
            assert np.isfinite(array).all()
            assert (array >= 0.0).all()
        assert ((state.armed + state.support > 0) <= (state.present == 1)).all()
        assert (state.state_presence <= 1.0).all()
        assert all(0.0 <= level <= 1.0 for level in model.relationship.pillars.values())


def test_splits_and_demobilisations_keep_the_books(make_scenario: Maker) -> None:
    timeline = [
        {"date": "2026-02", "split": {"group": "EGC", "into": "ACSN", "share": 0.25}},
        {"date": "2026-03", "demobilisation": {
            "group": "ELN", "share": 0.6, "dissident": "EPL", "dissident_share": 0.1}},
        {"date": "2026-04", "strike": {"severity": 1.0, "group": "EMC"}},
    ]  # fmt: skip
    model = RiftModel(make_scenario(timeline=timeline))
    order = {name: row for row, name in enumerate(model.world.groups)}
    shares = {}
    for _ in range(4):
        before = model.state.members.sum(axis=1)
        model.step()
        ground = model.ground
        gone = ground.lost_state + ground.lost_rivals + ground.dispersed - ground.turned
        total = before + ground.recruits - gone
        after = model.state.members.sum(axis=1)
        assert after.sum() == pytest.approx(total.sum(), rel=1e-9)
        shares[str(model.month)] = after / np.maximum(before, 1e-9)
    assert shares["2026-02"][order["EGC"]] == pytest.approx(0.75, abs=0.03)
    assert shares["2026-02"][order["ACSN"]] > 3.0
    assert shares["2026-03"][order["ELN"]] == pytest.approx(0.4, abs=0.03)
    assert shares["2026-03"][order["EPL"]] > 2.0


def test_the_past_moves_no_members(make_scenario: Maker) -> None:
    # The members that the ledger gives for the start have been through it already.
    past = [
        {"date": "2025-10", "split": {"group": "EGC", "into": "ACSN", "share": 0.25}},
        {"date": "2025-11", "demobilisation": {
            "group": "ELN", "share": 0.6, "dissident": "EPL", "dissident_share": 0.1}},
        {"date": "2025-12", "strike": {"severity": 1.0, "group": "EMC"}},
    ]  # fmt: skip
    with_past, without = RiftModel(make_scenario(history=past)), RiftModel(make_scenario())
    np.testing.assert_array_equal(with_past.state.armed, without.state.armed)
    np.testing.assert_array_equal(with_past.state.support, without.state.support)
    np.testing.assert_array_equal(with_past.state.present, without.state.present)
    assert not with_past.ground.dispersed.any()
    # What a strike does to the relationship it does.
    past[2] = {"date": "2025-12", "strike": {"severity": 0.0, "group": "EMC"}}
    without_strike = RiftModel(make_scenario(history=past))
    assert with_past.relationship.index < without_strike.relationship.index


def test_department_series_sum_to_the_nation() -> None:
    from rift_sim.replicate import simulate

    world = World(load_scenario("reference", settings=["end=2026-06"]))
    out = simulate(world, 0)
    for name in ("newly_displaced", "confined", "coca_ha", "displaced_stock", "conflict_deaths"):
        np.testing.assert_allclose(out[f"{name}_department"].sum(axis=1), out[name], rtol=1e-5)
    np.testing.assert_allclose(out["members_group"].sum(axis=1), out["members"], rtol=1e-12)
    np.testing.assert_allclose(out["aid_usd_line"].sum(axis=1), out["aid_usd"], rtol=1e-12)
    np.testing.assert_allclose(
        out["relationship_index_pillar"].mean(axis=1), out["relationship_index"], rtol=1e-12
    )
    # Members in border zones belong to the nation's total and to no department.
    assert (out["members_department"].sum(axis=1) < out["members"]).all()
