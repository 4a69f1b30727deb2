"""Whole runs of the twin and of the fast model agree in every series they record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from benchmarks.reference import TwinModel, agent_steps_per_second, simulate_twin
from mesa.discrete_space import FixedAgent, Network

from rift_sim.agents.politics import HANDLERS
from rift_sim.model import RiftModel, World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario

Maker = Callable[..., World]

HISTORY: list[dict[str, Any]] = [
    {"date": "2025-06", "commanders": {"retire": 0.1}},
    {"date": "2025-08", "split": {"group": "ELN", "into": "EPL", "share": 0.1}},
    {"date": "2025-09", "demobilisation": {"group": "SM", "share": 1.0}},
    {"date": "2025-10", "aid": {"all": 0, "carve_out": {"security": 0.5}}},
]
TIMELINE: list[dict[str, Any]] = [
    {"date": "2026-01", "venezuela": {"regime": "interim"}, "threat": {"severity": 0.5}},
    {"date": "2026-02", "aid": {"police": 0.2, "over_months": 6, "hold": True}},
    {"date": "2026-02", "war": ["ELN", "EGC"]},
    {"date": "2026-03", "commanders": {"retire": 0.15, "every": "year"}},
    {"date": "2026-03", "force_size": {"change": -0.1, "over_months": 12}},
    {"date": "2026-04", "strike": {"severity": 1.0, "group": "ELN"}},
    {"date": "2026-04", "strike": {"severity": 0.3}},
    {"date": "2026-05", "talks": {"groups": ["EMBF", "EGC"], "open": True}},
    {"date": "2026-05", "ceasefire": {"group": "EMBF", "on": True, "months": 5}},
    {"date": "2026-06", "eradication": {"hectares_per_year": 60000, "method": "drone"}},
    {"date": "2026-07", "split": {"group": "EMC", "into": "CAPARROS", "share": 0.4}},
    {"date": "2026-08", "inauguration": {"president": {"left": 0.3, "centre": 0.3, "right": 0.4}}},
    {"date": "2026-09", "certification": "decertified", "extradition": 0.4},
    {"date": "2026-10", "demobilisation": {
        "group": "EGC", "share": 0.7, "dissident": "AUN", "dissident_share": 0.3}},
    {"date": "2026-11", "demobilisation": {"group": "EPL", "share": 1.0}},
    {"date": "2026-12", "pact": ["EMBF", "ELN"], "designation": {"group": "ELN", "kind": "fto"}},
    {"date": "2027-01", "coexistence": ["EMC", "ELN"], "intelligence_sharing": 0.3},
    {"date": "2027-02", "posture": {"pressure": 2.0, "talks": False}},
    {"date": "2027-02", "split": {"group": "ELN", "into": "EPL", "share": 0.2}},
    {"date": "2027-03", "tariff": {"rate": 30, "by": "us"}},
    {"date": "2027-04", "sanction": {"target": "economy", "severity": 0.4}},
    {"date": "2027-05", "sanctuary": {"country": "venezuela", "level": 0.9}},
    {"date": "2027-06", "diplomacy": {"effect": 0.5, "kind": "visit"}},
    {"date": "2027-07", "cooperation": {"interest": "drugs", "effort": 0.5}},
]  # fmt: skip
LIVELY = {
    "entry_rate": 1.0, "exit_rate": 1.0, "war_onset": 1.0, "war_end": 0.5, "pact_onset": 0.5,
    "self_defence_formation": 10.0, "self_defence_turning": 2.0,
}  # fmt: skip
"""Assumptions under which footholds, pairs and self-defence units change often."""

DISCRETE = (
    "presence_alert", "presence_survey", "control", "contested", "newly_displaced", "confined",
    "conflict_deaths", "crises",
)  # fmt: skip
"""National series that count municipalities, people or events: whole-number draws."""


def assert_agree(world: World, replicate: int) -> dict[str, np.ndarray]:
    """Hold one replicate of the twin against the fast model, series by series."""
    fast, twin = simulate(world, replicate), simulate_twin(world, replicate)
    assert list(fast) == list(twin) == list(world.variables)
    for name, values in fast.items():
        assert values.dtype == twin[name].dtype
        # What is stored in float32 may differ by its last bit.
        rtol = 1e-9 if values.dtype == np.float64 else 1.2e-7
        atol = 1e-9 * np.abs(values.astype(float)).max()
        np.testing.assert_allclose(twin[name], values, rtol=rtol, atol=atol, err_msg=name)
    for name in DISCRETE:
        # A whole number that flips moves these by far more than their last bits.
        np.testing.assert_allclose(twin[name], fast[name], rtol=1e-13, err_msg=name)
    return fast


@pytest.mark.parametrize("assumptions", [{}, LIVELY], ids=["priors", "lively"])
def test_two_years_of_every_kind_of_event(
    assumptions: dict[str, float], small_world: Maker
) -> None:
    kinds = {kind for event in TIMELINE for kind in event if kind != "date"}
    assert kinds == set(HANDLERS)
    world = small_world(municipal=True, history=HISTORY, timeline=TIMELINE, assumptions=assumptions)
    for replicate in range(4):
        run = assert_agree(world, replicate)
        for name in (*DISCRETE, "eradicated_ha", "returned", "crossed_border"):
            assert run[name].any(), name


@pytest.mark.parametrize(
    "claim",
    ["C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C11", "C12", "C13",
     "C14", "C15", "C16", "C17", "C24", "C28"],
)  # fmt: skip
def test_a_mechanism_switched_off(claim: str, small_world: Maker) -> None:
    world = small_world(
        end="2026-09", history=HISTORY, timeline=TIMELINE[:13], assumptions=LIVELY,
        mechanisms={claim: False},
    )  # fmt: skip
    assert_agree(world, 1)


def test_a_presence_map_of_ones_own(tmp_path: Any, small_world: Maker) -> None:
    """Groups come without members, and with members but without a place."""
    file = tmp_path / "presence.csv"
    file.write_text("code,group\n54001,ELN\n54810,ELN\n54810,EMBF\n81736,CAPARROS\n", "utf-8")
    world = small_world(
        end="2026-12", initial={"presence": {"file": str(file)}}, assumptions=LIVELY
    )
    assert_agree(world, 0)


def test_groups_that_arise_in_a_run_from_2016(small_world: Maker) -> None:
    peace = {"group": "FARC", "share": 1.0, "dissident": "DISIDENCIAS", "dissident_share": 0.1}
    timeline = [
        {"date": "2016-03", "split": {"group": "FARC", "into": "EMC", "share": 0.2}},
        {"date": "2016-05", "demobilisation": peace},
        {"date": "2016-06", "war": ["EMC", "ELN"]},
    ]
    world = small_world(
        municipal=True, start="2016-01", end="2017-06", timeline=timeline, assumptions=LIVELY
    )
    run = assert_agree(world, 0)
    row = world.groups.index("EMC")
    assert run["members_group"][0, row] == 0.0
    assert run["members_group"][-1, row] > 0.0


@pytest.mark.parametrize(
    ("scenario", "settings"),
    [("reference", ()), ("full-cutoff", ()), ("reference", ("mechanisms.C16=off",))],
)
def test_the_whole_country(scenario: str, settings: tuple[str, ...]) -> None:
    world = World(load_scenario(scenario, settings=["end=2026-03", *settings]), municipal=True)
    assert_agree(world, 2)


def test_footholds_and_accounts_agree_place_by_place(small_world: Maker) -> None:
    world = small_world(end="2026-12", assumptions=LIVELY)
    fast, twin = RiftModel(world=world), TwinModel(world=world)
    founded, turned = 0, 0.0
    for _ in range(12):
        fast.step()
        twin.step()
        founded += fast.ground.founded
        turned += fast.ground.turned.sum()
        assert (len(twin.ground.founded), twin.ground.given_up) == (
            fast.ground.founded, fast.ground.given_up,
        )  # fmt: skip
        for place in twin.ground.places:
            i = place.index
            held = np.flatnonzero(fast.state.present[:, i])
            assert list(place.footholds) == held.tolist()
            np.testing.assert_allclose(
                [place.footholds[g].armed for g in held], fast.state.armed[held, i], rtol=1e-9
            )
            assert place.newly == fast.ground.newly[i]
            assert place.dead == fast.ground.dead[i]
        for name in (
            "recruits",
            "lost_state",
            "lost_rivals",
            "dispersed",
            "turned",
            "flows",
            "coca_flows",
        ):
            np.testing.assert_allclose(
                getattr(twin.ground, name), getattr(fast.ground, name), rtol=1e-9, err_msg=name
            )
    assert founded > 5
    assert turned > 0.0
    assert fast.state.guards.any()
    np.testing.assert_allclose(
        [place.guards for place in twin.ground.places], fast.state.guards, rtol=1e-9
    )


def test_the_twin_is_idiomatic_mesa(small_world: Maker) -> None:
    world = small_world()
    twin = TwinModel(world=world)
    places = [agent for agent in twin.agents if isinstance(agent, FixedAgent)]
    assert len(places) == len(world.territory.code)
    assert isinstance(twin.ground.network, Network)
    for place in places:
        near = [neighbour.index for neighbour in place.neighbours]
        assert near == world.territory.neighbours_of(place.index).tolist()
    assert not hasattr(twin, "state")


def test_agent_steps_are_counted_beside_the_examples_of_mesa() -> None:
    rows = agent_steps_per_second("status-quo", seconds=0.01)
    assert [row.model for row in rows] == ["twin", "schelling", "conway"]
    assert all(row.steps >= 1 and row.agent_steps_per_second > 0.0 for row in rows)
    assert rows[0].agents > 1129
