"""The example package: what each part does, and that it does nothing where it is not asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rift_sim.extension import Extension
from rift_sim.extension.registry import forget, register
from rift_sim.model import RiftModel, World
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario
from rift_sim.vocabulary import BUILT_IN_SERIES

Make = Callable[..., Scenario]
SURE = {
    "peacekeeping_effect": 0.8, "peacekeeping_half": 0.5, "peacekeeping_months": 2.0,
    "peacekeeping_attacks": 1e-5, "peacekeeping_aversion": 4.0,
}  # fmt: skip


def mandate(date: str = "2026-02", **fields: Any) -> dict[str, Any]:
    content = {"departments": ["05"], "troops": 2000, "months": 60, **fields}
    return {"date": date, "mandate": content}


def with_mission(make: Make, **fields: Any) -> Scenario:
    """Put a mission into the department of the city, with parameters that leave no doubt."""
    given = {"timeline": [mandate()], "assumptions": SURE, "end": "2027-12", **fields}
    return make(small=True, extensions=["peacekeeping"], **given)


def built_in(arrays: dict[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in arrays.items() if not name.startswith("peacekeep")}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    assert one.keys() == other.keys()
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_what_is_not_asked_of_it_moves_no_bit(make_scenario: Make, peacekeeping: Extension) -> None:
    """Neither being there, nor being named, nor a mandate of nobody; drawing parameters too."""
    plain = simulate(World(make_scenario(small=True)), 1)
    assert set(plain) & set(BUILT_IN_SERIES)
    named = World(make_scenario(small=True, extensions=["peacekeeping"]))
    assert same(built_in(simulate(named, 1)), plain)
    assert not same(simulate(named, 2), simulate(named, 1))
    idle = make_scenario(
        small=True,
        extensions=["peacekeeping"],
        strategies={"EGC": "lie_low", "ELN": "usual"},
        timeline=[mandate(troops=0)],
    )
    arrays = simulate(World(idle), 1)
    assert same(built_in(arrays), plain)
    assert not any(arrays[name].any() for name in arrays if name.startswith("peacekeep"))


def test_parameters_are_drawn_beside_ours(make_scenario: Make, peacekeeping: Extension) -> None:
    ours = World(make_scenario(small=True)).beliefs.draw(7, 3)
    both = World(make_scenario(small=True, extensions=["peacekeeping"])).beliefs.draw(7, 3)
    assert {name: both[name] for name in ours} == dict(ours)
    assert len(set(both) - set(ours)) == 6
    drawn = [
        World(make_scenario(small=True, extensions=["peacekeeping"])).beliefs.draw(7, k)
        for k in range(40)
    ]
    shares = [one.peacekeeping_effect for one in drawn]
    assert 0.2 < float(np.median(shares)) < 0.6
    assert min(shares) < 0.2
    assert max(shares) > 0.6


def test_the_mission_calms_comes_and_goes(make_scenario: Make, peacekeeping: Extension) -> None:
    quiet = [simulate(World(with_mission(make_scenario)), k) for k in range(4)]
    loud = [simulate(World(with_mission(make_scenario, timeline=[])), k) for k in range(4)]
    for name, most in (("conflict_deaths", 0.8), ("newly_displaced", 0.95)):
        with_it, without = (sum(run[name].sum() for run in runs) for runs in (quiet, loud))
        assert with_it < most * without
    short = simulate(World(with_mission(make_scenario, timeline=[mandate(months=6)])), 0)
    field = short["peacekeepers"]
    assert field[0] == 0.0
    assert field[6] == field.max()
    assert 0.0 < field[-1] < 0.01 * field.max()
    np.testing.assert_allclose(short["peacekeepers_department"].sum(1), field, rtol=1e-6)
    cost = World(with_mission(make_scenario)).beliefs.draw(1, 0).peacekeeping_cost
    np.testing.assert_allclose(short["peacekeeping_usd"], field * cost / 12.0)


def test_a_new_mandate_takes_the_place_of_the_old(
    make_scenario: Make, peacekeeping: Extension
) -> None:
    moved = [mandate(), mandate("2026-06", departments=["13"])]
    model = RiftModel(with_mission(make_scenario, timeline=moved))
    for _ in range(12):
        model.step()
    place = np.array(model.world.territory.department_index)
    calm = model.outside.violence < 1.0
    there = model.world.territory.departments.index("13")
    np.testing.assert_array_equal(calm, place == there)


def test_whoever_lies_low_goes_elsewhere(make_scenario: Make, peacekeeping: Extension) -> None:
    def beside(chosen: dict[str, str]) -> float:
        model = RiftModel(with_mission(make_scenario, strategies=chosen), replicate=1)
        for _ in range(24):
            model.step()
        row = model.group("EGC").order
        members = model.state.members[row]
        return float(members[model.partners["mission"].places].sum())

    assert 0.0 < beside({"EGC": "lie_low"}) < 0.8 * beside({})


def test_attacks_drive_it_away_unless_switched_off(
    make_scenario: Make, peacekeeping: Extension
) -> None:
    often = {**SURE, "peacekeeping_attacks": 1.0}

    def attacks(**switches: str) -> float:
        scenario = with_mission(make_scenario, assumptions=often, mechanisms=switches)
        return float(simulate(World(scenario), 0)["peacekeeping_attacks"].sum())

    assert attacks() > 0.0
    assert attacks(attacks="off") == attacks(all="off") == 0.0
    assert attacks(all="off", attacks="on") > 0.0
    tired = simulate(World(with_mission(make_scenario, assumptions=often)), 0)
    calm = simulate(World(with_mission(make_scenario)), 0)
    assert tired["peacekeepers"][-1] < 0.5 * calm["peacekeepers"][-1]


def test_people_are_conserved_whatever_the_mission_does(
    make_scenario: Make, peacekeeping: Extension
) -> None:
    model = RiftModel(with_mission(make_scenario))
    for _ in range(12):
        before = model.state.people
        model.step()
        _, crossed, _, grown = model.ground.flows
        assert model.state.people == pytest.approx(before - crossed + grown, rel=1e-12)


def test_the_same_numbers_again_with_any_other_extension_beside_it(
    make_scenario: Make, peacekeeping: Extension
) -> None:
    """Draws are keyed by the names of extension and process, not by who came before."""
    alone = simulate(World(with_mission(make_scenario)), 0)
    drawing = replace(peacekeeping.mechanisms["attacks"], act=lambda m: m.uniform("other", "x"))
    other = Extension("other", "1", __name__, mechanisms={"others_draw": drawing})
    register(other)
    scenario = with_mission(make_scenario)
    both = Scenario.model_validate({**scenario.plain(), "extensions": ["other", "peacekeeping"]})
    assert same(simulate(World(both), 0), alone)
    forget("other")
