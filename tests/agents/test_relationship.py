"""Crises and acts, verdicts, concessions, stakeholders, and the phases they add up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rift_sim.model import RiftModel
from rift_sim.physics.relationship import PHASES, echo_of, phase_of
from rift_sim.scenario import Scenario

Maker = Callable[..., Scenario]


@pytest.fixture
def build(make_scenario: Maker) -> Callable[..., RiftModel]:
    """A model on five places, with events and settings as given."""

    def make(replicate: int = 0, **fields: Any) -> RiftModel:
        return RiftModel(make_scenario(small=True, end="2031-12", **fields), replicate=replicate)

    return make


Builder = Callable[..., RiftModel]


def steps(model: RiftModel, months: int) -> RiftModel:
    for _ in range(months):
        model.step()
    return model


@pytest.mark.parametrize(
    "act",
    [
        {"threat": {"severity": 1}},
        {"sanction": {"target": "economy", "severity": 1}},
        {"certification": "decertified"},
    ],
)
def test_hostile_acts_bring_crises_as_a_crisis_does(build: Builder, act: dict[str, Any]) -> None:
    timeline = [{"date": "2026-02", **act}]
    plain, acted = (steps(build(timeline=t), 2).relationship for t in ([], timeline))
    assert acted.echo > plain.echo
    off = {"C21": False}
    plain, acted = (
        steps(build(timeline=t, mechanisms=off), 2).relationship for t in ([], timeline)
    )
    assert acted.echo == plain.echo == 0.0


def test_an_act_brings_as_many_crises_as_it_says() -> None:
    assert echo_of(1.0, 0.3, 4.0) / (1.0 - np.exp(-1.0 / 4.0)) == pytest.approx(0.3)


def verdicts(build: Builder, coca: float, **fields: Any) -> float:
    """Share of replicates decertified in September 2026, with coca times a factor since."""
    found = 0
    for replicate in range(40):
        model = build(replicate=replicate, **fields)
        steps(model, 8)
        model.state.coca *= coca
        found += steps(model, 1).relationship.decertified
    return found / 40


def test_verdicts_look_at_hostility_and_at_coca(build: Builder) -> None:
    sure = {"decertification_coca": 3.0, "decertification_hostility": 4.0, "hostility_left": 0.9}
    calm, grown = (verdicts(build, factor, assumptions=sure) for factor in (1.0, 8.0))
    assert 0.1 < calm < grown
    same = [verdicts(build, f, assumptions=sure, mechanisms={"C22": False}) for f in (1.0, 8.0)]
    assert same[0] == same[1]
    friendly = verdicts(build, 1.0, assumptions={**sure, "hostility_left": 0.0})
    assert friendly < calm


def test_a_verdict_of_the_scenario_takes_the_place_of_the_draw(build: Builder) -> None:
    certain = {"decertification_base": 3.0, "decertification_hostility": 12.0}
    event = {"date": "2026-09", "certification": "certified"}
    model = steps(build(timeline=[event], assumptions=certain), 9)
    assert model.relationship.decertified == 0
    assert steps(model, 12).relationship.decertified == 1


def test_heavy_pressure_brings_a_concession_and_the_tariff_goes(build: Builder) -> None:
    tariff = {"date": "2026-02", "tariff": {"rate": 25, "by": "us"}}
    quick = {"concession_rate": 1000.0}
    model = steps(build(timeline=[tariff], assumptions=quick), 2)
    assert model.relationship.concessions == 1
    assert model.relationship.tariff == 0.0
    assert steps(model, 1).relationship.concessions == 0
    model = steps(build(timeline=[tariff], assumptions=quick, mechanisms={"C23": False}), 12)
    assert model.relationship.concessions == 0
    assert model.relationship.tariff == 25.0


def test_the_pair_of_2025_wastes_goodwill_and_its_successor_does_not(build: Builder) -> None:
    visit = {"date": "2026-02", "diplomacy": {"effect": 1, "kind": "visit"}}
    new = {"date": "2026-01", "inauguration": {"president": "centre"}}

    def gain(events: list[dict[str, Any]], **fields: Any) -> float:
        plain, visited = (
            steps(build(timeline=t, assumptions={"irreconcilable": 0.9}, **fields), 2)
            for t in (events, [*events, visit])
        )
        return visited.relationship.pillars["diplomacy"] - plain.relationship.pillars["diplomacy"]

    assert gain([]) < 0.2 * gain([], mechanisms={"C27": False})
    assert gain([new]) > 5.0 * gain([])


def test_stakeholders_talk_crises_away_and_hasten_repair(build: Builder) -> None:
    helpful = {"stakeholder_damping": 0.9, "stakeholder_repair": 1.0, "hostility_left": 1.0}
    new = {"date": "2026-02", "inauguration": {"president": "right"}}
    fast, slow = (
        steps(build(timeline=[new], assumptions=helpful, mechanisms=m), 12).relationship
        for m in ({}, {"C25": False})
    )
    assert fast.pillars["migration"] > slow.pillars["migration"]
    crises = [
        sum(steps(build(assumptions=helpful, mechanisms=m), 1 + k).relationship.crises
            for k in range(12))
        for m in ({}, {"C25": False})
    ]  # fmt: skip
    assert crises[0] < crises[1]


def test_china_takes_the_room_that_is_left_unless_switched_off(build: Builder) -> None:
    worse = {"date": "2026-01", "aid": {"all": 0, "hold": True}}
    for off, moves in (({}, True), ({"C20": False}, False)):
        model = build(timeline=[worse], mechanisms=off)
        start = model.china.engagement
        assert (steps(model, 24).china.engagement != start) is moves


def test_phases() -> None:
    falling = np.concatenate([np.linspace(0.9, 0.2, 20), np.linspace(0.2, 0.9, 20)])
    names = [PHASES[k] for k in phase_of(falling)]
    assert list(dict.fromkeys(names[:20])) == ["cooperation", "strain", "rupture"]
    assert "reset" in names[20:]
    assert names[-1] == "cooperation"
    assert (phase_of(np.full((2, 5), 0.5)) == 1).all()


def test_work_on_an_interest_buys_more_than_a_plea(build: Builder) -> None:
    new = {"date": "2026-01", "inauguration": {"president": "centre"}}
    plea = {"date": "2026-02", "diplomacy": {"effect": 0.5, "kind": "statement"}}
    work = {"date": "2026-02", "cooperation": {"interest": "drugs", "effort": 0.5}}

    def diplomacy(act: dict[str, Any], **fields: Any) -> float:
        model = build(timeline=[new, act], assumptions={"interest_gain": 1.0}, **fields)
        return steps(model, 2).relationship.pillars["diplomacy"]

    assert diplomacy(work) > diplomacy(plea)
    off = {"C26": False}
    assert diplomacy(work, mechanisms=off) == diplomacy(plea, mechanisms=off)


def test_a_rupture_stops_extraditions_and_what_they_bring(build: Builder) -> None:
    given = {"extradition_rupture": 1.0, "informant_share": 0.5, "hostility_left": 1.0}
    rupture = [
        {"date": f"2026-{month:02}", "threat": {"severity": 1}} for month in range(1, 7)
    ]  # fmt: skip
    friends = {"date": "2026-01", "inauguration": {"president": "right"}}
    for off, stops in (({}, True), ({"C18": False}, False)):
        torn = steps(build(timeline=rupture, assumptions=given, mechanisms=off), 12).government
        whole = steps(build(timeline=[friends], assumptions=given, mechanisms=off), 12).government
        assert (torn.extraditing < 0.5 < whole.extraditing) is stops
        share = torn.loss_rate / torn.pressure, whole.loss_rate / whole.pressure
        assert (share[0] < share[1]) or not stops


def test_without_the_partnership_crime_is_harder_to_fight(build: Builder) -> None:
    cut = {"date": "2026-01", "aid": {"all": 0, "hold": True}}
    for off, falls in (({}, True), ({"C19": False}, False)):
        model = build(timeline=[cut], mechanisms=off)
        before = model.united_states.anticrime
        assert (steps(model, 24).united_states.anticrime < before) is falls
