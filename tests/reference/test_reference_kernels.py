"""Every kernel of the physics does what plain Python over agents does, to rounding."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from operator import attrgetter
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from benchmarks.reference import TwinModel
from benchmarks.reference.armed import Weights
from benchmarks.reference.recorder import TwinRecorder
from random_ground import RandomGround

import rift_sim.physics
from rift_sim.initial.levels import MASS_LARGEST, MASS_LIMIT, MASS_SMALLEST
from rift_sim.initial.world import World
from rift_sim.model import RiftModel
from rift_sim.physics import (
    coca,
    contest,
    displacement,
    elementary,
    footholds,
    groups,
    observation,
    operations,
    outside,
    pairs,
    quantiles,
    reach,
    shocks,
    streams,
    tally,
)
from rift_sim.physics.contest import WAR
from rift_sim.physics.extortion import extort
from rift_sim.physics.self_defence import stand_guard
from rift_sim.physics.streams import Process

Check = Callable[[RandomGround], None]

CHECKS: dict[str, Check] = {}
"""What holds each kernel against the twin, by the name of the kernel."""


def against(*kernels: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(kernels, check))
        return check

    return register


def same(kernel: Any, twin: Any) -> None:
    np.testing.assert_allclose(twin, kernel, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def world(small_world: Callable[..., World]) -> World:
    return small_world()


@against("state_presence_step")
def state_presence_step(r: RandomGround) -> None:
    ratio = r.rng.uniform(0.3, 1.5)
    r.ground.deploy(ratio, {"venezuela": 0.7, "ecuador": 0.2})
    presence, d = r.state.state_presence.copy(), r.draw
    operations.state_presence_step(
        presence, r.state.state_reference, ratio, d.presence_response, d.presence_months
    )
    inside, twin = r.world.inside, r.of_places("state_presence")
    same(presence[inside], twin[inside])
    same(np.full((~inside).sum(), 1.0 - 0.7), twin[~inside])


@against("allocate_operations")
def allocate_operations(r: RandomGround) -> None:
    r.ground.deploy(1.0, {"venezuela": 0.5, "ecuador": 0.5})
    effort, focus = np.zeros(r.places), r.draw.operations_focus
    operations.allocate_operations(
        effort, r.state.armed, r.held, r.exposure, r.state.memory, r.access, focus
    )
    same(effort, r.of_places("operations"))


@against("strike")
def strike(r: RandomGround) -> None:
    state, losses, clashes = r.state, np.zeros(r.groups), np.zeros(r.places)
    r.ground.strike(0.4)
    operations.strike(
        state.armed, state.support, r.held, state.operations, r.exposure, 0.4, losses, clashes
    )
    same_members(r)
    same(losses, r.ground.lost_state)
    same(clashes, r.of_places("clashes"))


def same_members(r: RandomGround) -> None:
    same(r.state.armed, r.of_footholds("armed"))
    same(r.state.support, r.of_footholds("support"))
    np.testing.assert_array_equal(r.state.present, r.of_groups(lambda p: set(p.footholds)))


def rents_of(r: RandomGround) -> np.ndarray:
    out = np.zeros((r.groups, r.places))
    groups.rent(
        out, r.world.everywhere, r.world.mix, r.world.resources, r.state.coca, r.draw.coca_scale
    )
    return out


@against("rent", "utility")
def rent_and_utility(r: RandomGround) -> None:
    weights = Weights(*r.rng.uniform(0.1, 4.0, 4))
    hostile = (r.state.pair_state == WAR).astype(float)
    rents, out = rents_of(r), np.zeros((r.groups, r.places))
    groups.utility(
        out, r.world.everywhere, r.lodgers, rents, r.state.armed, hostile,
        r.state.state_presence, r.state.operations, r.access, r.exposure,
        r.give("guards", r.rng.exponential(9.0, r.places)), np.array(weights),
    )  # fmt: skip
    r.ground.weigh(1.0, 1.0, lambda claim: True)  # who is at war with whom
    r.ground.places.do("value")
    for place in r.ground.places:
        place.weigh(weights, place.state_presence)
    # The twin weighs only what is within reach: here, or next door.
    near = r.state.present.astype(bool)
    for place in r.twins:
        near[:, place.index] |= r.state.present[
            :, r.world.territory.neighbours_of(place.index)
        ].any(axis=1)
    np.testing.assert_array_equal(near, r.of_groups(lambda p: set(p.rents)) == 1.0)
    same(np.where(near, rents, 0.0), r.of_groups(lambda p: p.rents))
    same(np.where(near, out, 0.0), r.of_groups(lambda p: p.utilities))


@against("recruit")
def recruit(r: RandomGround) -> None:
    rates, gained = r.rng.uniform(0.0, 0.5, r.groups), np.zeros(r.groups)
    r.ground.recruitment = rates.tolist()
    r.give_groups("rents", rents_of(r))
    capacity = r.give("capacity", r.rng.exponential(400.0, r.places) + 20.0)
    groups.recruit(
        r.state.armed, r.state.support, r.held, rents_of(r), r.state.levels.mean_rent, capacity,
        rates, np.array(r.ground.armed_share), r.draw.recruitment_rent, gained, r.scratch,
    )  # fmt: skip
    r.ground.recruit(lambda claim: True)
    same_members(r)
    same(gained, r.ground.recruits)


def random_utilities(r: RandomGround) -> np.ndarray:
    return r.give_groups("utilities", r.rng.normal(size=(r.groups, r.places)))


@against("move")
def move(r: RandomGround) -> None:
    utilities = random_utilities(r)
    groups.move(
        r.state.armed, r.state.support, utilities, r.held, r.indptr, r.indices, 0.3, r.scratch,
    )  # fmt: skip
    r.ground.places.do("attract").do("offer").do("gather", 0.3)
    same_members(r)


@against("enter", "scout", "highest_chance")
def enter(r: RandomGround) -> None:
    utilities, key = random_utilities(r), r.key(Process.ENTRY)
    far, party, params = r.draw.entry_reach, r.draw.entry_party, r.ground.params
    params.entry_rate = 1.5
    prospects, mark = reach.new_cells(r.groups, r.places), np.zeros(r.places, dtype=np.uint8)
    highest = footholds.highest_chance(1.5)
    assert 0.0 < highest < 1.0
    reach.scout(
        r.held, r.state.present, r.indptr, r.indices, r.world.numbers, key, highest, prospects,
        mark,
    )  # fmt: skip
    founded = footholds.enter(
        r.state.armed, r.state.support, r.state.present, r.state.present.copy(), r.held,
        r.lodgers, prospects, utilities,
        r.state.levels.mean_utility, r.indptr, r.indices, r.world.numbers, key, 1.5, far, party,
        r.scratch,
    )  # fmt: skip
    r.ground.places.do("scout").do("enter", key)
    assert len(r.ground.founded) == founded > 5
    same_members(r)


@against("withdraw")
def withdraw(r: RandomGround) -> None:
    utilities, key, gone = random_utilities(r), r.key(Process.EXIT), np.zeros(r.groups)
    r.ground.params.exit_rate, r.ground.params.exit_size = 3.0, 30.0
    given_up = footholds.withdraw(
        r.state.armed, r.state.support, r.state.present, r.state.present.copy(), r.held,
        r.lodgers, utilities,
        r.state.levels.mean_utility, r.indptr, r.indices, r.world.numbers, key, 3.0, 30.0, gone,
    )  # fmt: skip
    r.ground.places.do("withdraw", key)
    assert r.ground.given_up == given_up > 5
    same_members(r)
    same(gone, r.ground.dispersed)


@against("fight", "pair_state_step", "pair_shock_step", "pair_intensity")
def pairs_and_fight(r: RandomGround) -> None:
    state, d, numbers = r.state, r.draw, r.world.numbers
    size = (r.groups, r.groups)
    overlap, intensity, hostile = np.triu(r.rng.exponential(20.0, size), 1), *np.zeros((2, *size))
    for (a, b), pair in r.ground.pairs.items():
        pair.overlap = float(overlap[a, b])
    pairs.pair_state_step(
        state.pair_state, overlap + overlap.T, numbers, d.war_onset, d.war_end, d.pact_onset,
        d.pact_end, r.key(Process.PAIR),
    )  # fmt: skip
    pairs.pair_shock_step(
        state.pair_shock, numbers, d.pair_shock_persistence, d.pair_shock_sd,
        r.key(Process.PAIR_SHOCK),
    )  # fmt: skip
    pairs.pair_intensity(
        intensity, hostile, state.pair_state, state.pair_shock, d.war_intensity,
        d.war_intensity * d.coexistence_intensity, d.pair_shock_sd,
    )  # fmt: skip
    # Where groups at war meet, losses reach their largest share of the engaged in some places.
    loss = 0.15 / d.war_intensity
    r.ground.params.battle_loss = 12.0 * loss
    fighting, losses = np.zeros(r.places), np.zeros(r.groups)
    contested = np.zeros(r.places, dtype=np.uint8)
    contest.fight(
        state.armed, r.lodgers, intensity, hostile, state.state_presence, d.deterrence,
        np.ones(r.places), loss, fighting, contested, overlap, losses,
    )  # fmt: skip
    r.ground.contest(lambda claim: True)
    for (a, b), pair in r.ground.pairs.items():
        assert pair.state == state.pair_state[a, b]
        assert pair.at_war == (hostile[a, b] > 0.0)
        same(state.pair_shock[a, b], pair.shock)
        same(intensity[a, b], pair.intensity)
        same(overlap[a, b], pair.overlap)
    same_members(r)
    same(fighting, r.of_places("fighting"))
    np.testing.assert_array_equal(contested, r.of_places("contested"))
    same(losses, r.ground.lost_rivals)


@against("influence")
def influence(r: RandomGround) -> None:
    strength, total = np.zeros((r.groups, r.places)), np.zeros(r.places)
    spill, weight = r.draw.spill, r.draw.support_weight
    observation.influence(
        strength, total, r.state.armed, r.state.support, r.held, r.indptr, r.indices, spill, weight
    )
    r.ground.places.do("radiate", spill, weight)
    same(strength, r.of_groups(lambda p: p.strength))
    r.ground.places.do("count_violence", [0.0, 0.0, 0.0], 1.0, 1.0)
    same(total, r.of_places("reach"))


@against("violence", "deaths")
def violence_and_deaths(r: RandomGround) -> None:
    parts = [r.rng.exponential(50.0, r.places) for _ in range(3)]
    r.give("fighting", parts[0])
    r.give("clashes", parts[1])
    r.give_groups("strength", np.tile(parts[2] / r.groups, (r.groups, 1)))
    scale, months = r.state.levels.violence, r.draw.violence_months
    contest.violence(r.state.violence, r.state.memory, *parts, scale, 1.3, months)
    r.ground.places.do("count_violence", r.ground.violence_levels, 1.3, months)
    same(r.state.violence, r.of_places("violence"))
    same(r.state.memory, r.of_places("memory"))
    dead, key = np.zeros(r.places), r.key(Process.DEATHS)
    contest.deaths(dead, r.state.violence, r.draw.deaths_spread, key, r.scratch)
    r.ground.places.do("bury", r.draw.deaths_spread, key)
    assert dead.sum() > 10.0
    np.testing.assert_array_equal(dead, r.of_places("dead"))


@against("hazard")
def hazard(r: RandomGround) -> None:
    expected, state, d = np.zeros(r.places), r.state, r.draw
    displacement.hazard(
        expected, state.violence, state.memory, state.resident, r.world.territory.rural_share,
        state.frailty, d.displacement_violence_now, d.displacement_violence_memory,
        d.displacement_people,
    )  # fmt: skip
    r.ground.places.do("fear", 0.1, {0: 0.4})
    same(expected, r.of_places("expected"))
    shared = r.world.territory.department_index == 0
    same(np.exp(0.1 + 0.4 * shared), r.of_places("shock"))


@against("displace", "confine", "mass_size", "mean_mass_size")
def displace_and_confine(r: RandomGround) -> None:
    state, d, levels = r.state, r.draw, r.state.levels
    expected = r.give("expected", r.rng.exponential(3.0, r.places) * (state.resident > 0.0))
    shock = r.give("shock", np.exp(r.rng.normal(size=r.places)))
    rates = np.array([levels.displaced, 0.5, MASS_SMALLEST, MASS_LARGEST, d.mass_tail, MASS_LIMIT])
    keys = [
        r.key(process)
        for process in (
            Process.DISPLACEMENT_NOISE,
            Process.DISPLACEMENT,
            Process.MASS_EVENT,
            Process.MASS_SIZE,
        )
    ]
    newly, confined, pressure = np.zeros((3, r.places))
    displacement.displace(
        newly, pressure, expected, state.noise, shock, state.resident, rates, d.noise_persistence,
        d.noise_sd, *keys, r.scratch,
    )  # fmt: skip
    displacement.confine(
        confined, pressure, r.world.territory.remoteness, state.resident, levels.confined,
        MASS_LIMIT, r.key(Process.CONFINEMENT), r.scratch,
    )  # fmt: skip
    r.ground.places.do("flee", (levels.displaced, 0.5), *keys)
    r.ground.places.do("confine", levels.confined, r.key(Process.CONFINEMENT))
    assert newly.sum() > 100.0
    assert confined.sum() > 10.0
    np.testing.assert_array_equal(newly, r.of_places("newly"))
    np.testing.assert_array_equal(confined, r.of_places("confined"))
    same(state.noise, r.of_places("noise"))
    same(state.resident, r.of_places("resident"))
    for u, largest in r.rng.uniform((0.0, 60.0), (1.0, 8000.0), (50, 2)):
        size = displacement.mass_size(u, MASS_SMALLEST, largest, d.mass_tail)
        same(size, r.twins[0].mass_event(largest, u))
    sizes = [r.twins[0].mass_event(4000.0, (k + 0.5) / 400.0) for k in range(400)]
    same(displacement.mean_mass_size(MASS_SMALLEST, 4000.0, d.mass_tail), np.mean(sizes))


@against("resettle")
def resettle(r: RandomGround) -> None:
    state, d, world = r.state, r.draw, r.world
    newly = r.give("newly", np.floor(r.rng.exponential(20.0, r.places)) * (state.resident > 0.0))
    rates = [
        d.return_share / 12.0,
        1.0 / d.protracted_months,
        d.solutions_rate / 12.0,
        d.natural_increase / 12.0,
        d.return_violence,
    ]
    flows, hosted, abroad = np.zeros(4), np.zeros(r.places), r.of_places("abroad_share")
    displacement.resettle(
        newly, state.violence, state.resident, state.away, state.protracted,
        world.destination_index, state.destination_weights, abroad, np.ones(r.places),
        np.array(rates), flows,
        hosted, r.scratch,
    )  # fmt: skip
    r.ground.places.do("resettle").do("settle")
    assert flows[1] > 0.0
    for name in ("resident", "away", "protracted"):
        same(getattr(state, name), r.of_places(name))
    same(flows, r.ground.flows)
    r.give("hosted", state.protracted)
    r.ground.places.do("count_hosted")
    same(hosted, r.of_places("hosted"))


@against("destination_weights")
def destination_weights(r: RandomGround) -> None:
    """The twin takes its shares from the initial state; here they are made by hand."""
    d, world = r.draw, r.world
    for index, place in enumerate(r.twins):
        pulls = [
            math.exp(d.gravity_population * people + d.gravity_distance * far)
            for people, far in zip(
                world.log_population[index, 1:], world.log_distance[index, 1:], strict=True
            )
        ]
        shares = [d.stay_share, *((1.0 - d.stay_share) * pull / sum(pulls) for pull in pulls)]
        same([share for _, share in place.destinations], shares)
        assert [town.index for town, _ in place.destinations] == list(
            world.destination_index[index]
        )


@against("coca_step")
def coca_step(r: RandomGround) -> None:
    state, d = r.state, r.draw
    held = r.give("reach", r.rng.exponential(5.0, r.places) * (r.rng.random(r.places) < 0.8))
    local, entry = r.key(Process.COCA_LOCAL), r.key(Process.COCA_ENTRY)
    shock, regional = np.zeros(r.places), np.zeros(state.region_shock.size + 1)
    shared, own = (sd / math.sqrt(12.0) for sd in (d.coca_national_sd, d.coca_department_sd))
    totals = np.zeros(2)
    reachable = sum(place.eradicable for place in r.twins)
    before, r.ground.params.coca_entry = (state.coca == 0.0).sum(), 3.0
    department = r.world.territory.department_index
    shocks.coca_shock(
        shock, regional, state.coca, department, shared, own, d.coca_size_exponent,
        r.key(Process.COCA_NATIONAL), r.key(Process.COCA_DEPARTMENT),
    )  # fmt: skip
    coca.coca_step(
        state.coca, state.coca_capacity, state.coca_ceiling, department, held, r.access,
        d.coca_growth / 12.0, shock, r.indptr, r.indices, d.coca_local_sd / math.sqrt(12.0),
        0.5 * reachable, 0.4, 3.0, 20.0, local, entry, totals,
    )  # fmt: skip
    r.ground.grow_coca(0.5 * reachable, 0.4)
    assert (state.coca == 0.0).sum() < before
    same(state.coca, r.of_places("coca"))
    same(totals, r.ground.coca_flows)


@against("observe")
def observe(r: RandomGround) -> None:
    state, d = r.state, r.draw
    # Some places with hardly any countryside, and the state nearly everywhere in them.
    full = r.rng.random(r.places) < 0.3
    r.give("rural_people", np.where(full, 0.0, r.of_places("rural_people")))
    presence = np.where(full, r.rng.uniform(0.9, 1.0, r.places), state.state_presence)
    r.give("state_presence", presence)
    strength = r.rng.exponential(30.0, (r.groups, r.places))
    strength *= r.rng.random(strength.shape) < 0.4
    for place in r.twins:
        held = strength[:, place.index]
        place.strength = {int(g): float(held[g]) for g in held.nonzero()[0]}
        place.reach = sum(place.strength.values())
    total = r.of_places("reach")
    survey, alert, control = (np.zeros(strength.shape, dtype=np.uint8) for _ in range(3))
    observation.observe(
        strength, total, r.held, state.armed, state.support, presence,
        r.of_places("rural_people"), state.detection, state.attention, d.control_margin,
        d.control_demand, survey, alert, control,
    )  # fmt: skip
    r.ground.observe(lambda claim: True)
    for name, report in (("survey", survey), ("alert", alert), ("control", control)):
        assert 0 < report.sum() < report.size
        np.testing.assert_array_equal(report, r.of_groups(attrgetter(name)))


@against("list_footholds")
def list_footholds(r: RandomGround) -> None:
    for g in range(r.groups):
        held = [place.index for place in r.twins if g in place.footholds]
        assert r.held.place[g, : r.held.number[g]].tolist() == held
    for place in r.twins:
        here = r.lodgers.group[place.index, : r.lodgers.number[place.index]]
        assert here.tolist() == list(place.footholds)


@against("country_shock_step", "region_shock_step", "coca_shock")
def shared_shocks(r: RandomGround) -> None:
    d, department = r.draw, r.world.territory.department_index
    out, factor = np.zeros(r.places), np.zeros(r.state.region_shock.size + 1)
    month = math.sqrt(1.0 / 12.0)
    shocks.country_shock_step(
        r.state.country_shock, d.national_shock_persistence, d.violence_shock_sd * month,
        d.national_shock_sd * month, r.key(Process.COUNTRY_SHOCK),
    )  # fmt: skip
    r.ground._wander()
    same(r.state.country_shock, r.ground.country_shock)
    shocks.region_shock_step(
        out, factor, r.state.region_shock, department, d.region_shock_persistence,
        d.region_shock_sd, r.state.country_shock[shocks.DISPLACEMENT],
        r.key(Process.DEPARTMENT_SHOCK),
    )  # fmt: skip
    national, regional = r.ground._shared_shock()
    same(r.state.region_shock, r.ground.region_shock)
    expected = [math.exp(regional.get(place.department, 0.0) + national) for place in r.twins]
    same(out, expected)

    # The twin draws the shocks of coca and grows it in one go: without other growth.
    before, params = r.give("coca", np.full(r.places, 100.0)), r.ground.params
    shocks.coca_shock(
        out, factor, before, department, d.coca_national_sd * month,
        d.coca_department_sd * month, d.coca_size_exponent, r.key(Process.COCA_NATIONAL),
        r.key(Process.COCA_DEPARTMENT),
    )  # fmt: skip
    r.ground.coca_ceiling = [1e12] * len(r.ground.coca_ceiling)
    params.coca_growth = params.coca_local_sd = 0.0
    r.ground.grow_coca(0.0, 0.0)
    same(before * np.exp(out), r.of_places("coca"))


@against("extort")
def extortion(r: RandomGround) -> None:
    out, reach = np.empty(r.places), r.give("reach", r.rng.exponential(20.0, r.places))
    for follow, takers in ((True, reach), (False, r.state.levels.reach)):
        extort(out, r.world.trade, takers, 15.0, 3.0)
        r.ground.places.do("extort", 3.0, 15.0, follow)
        same(out, r.of_places("extorted"))


@against("stand_guard")
def self_defence(r: RandomGround) -> None:
    r.give("reach", r.rng.exponential(20.0, r.places))
    guards = np.where(r.rng.random(r.places) < 0.5, r.rng.uniform(1.0, 120.0, r.places), 0.0)
    r.give("guards", guards)
    params, row = r.ground.params, 2
    rates = np.array([
        0.5, 0.3, params.self_defence_founders, params.self_defence_growth / 12.0,
        params.self_defence_limit, params.self_defence_prey, params.threat_scale,
    ])  # fmt: skip
    state, before = r.state, guards.copy()
    form, turn = r.key(Process.SELF_DEFENCE), r.key(Process.TURNING)
    turned = stand_guard(
        guards, state.armed, state.support, state.present, row, r.ground.armed_share[row],
        r.world.trade, state.state_presence, r.of_places("reach"), rates, form, turn,
    )  # fmt: skip
    r.ground.municipalities.do("stand_guard", row, 0.5, 0.3, form, turn)
    assert ((before == 0.0) & (guards > 0.0)).any()
    assert turned > 0.0
    same(turned, r.ground.turned[row])
    same(guards, r.of_places("guards"))
    same(state.armed, r.of_groups(lambda p: {g: f.armed for g, f in p.footholds.items()}))
    same(state.support, r.of_groups(lambda p: {g: f.support for g, f in p.footholds.items()}))


@against("tally_reports", "tally_members", "tally_places", "tally_month")
def tallies(r: RandomGround) -> None:
    world, state = r.world, r.state
    department = world.territory.department_index
    departments, count = len(world.territory.departments), int(world.inside.sum())
    alert = (r.rng.random(world.shape) < 0.3).astype(np.uint8)
    survey, control = (state.present & (r.rng.random(world.shape) < 0.5) for _ in range(2))
    for name, report in (("alert", alert), ("survey", survey), ("control", control)):
        for place in r.twins:
            setattr(place, name, {int(g) for g in report[:, place.index].nonzero()[0]})
    contested = r.give("contested", r.rng.random(r.places) < 0.3).astype(np.uint8)
    newly, confined, dead = (
        r.give(name, r.rng.exponential(9.0, r.places)) for name in ("newly", "confined", "dead")
    )
    extorted, guards = (
        r.give(name, r.rng.exponential(9.0, r.places)) for name in ("extorted", "guards")
    )
    lost = r.rng.exponential(9.0, r.groups)
    r.ground.lost_state = lost.tolist()
    model = TwinModel(world=world)
    model.ground = r.ground
    recorder = TwinRecorder(world)
    recorder.record(model)
    found = {name: values[0] for name, values in recorder.arrays.items()}
    sums = tally.Tallies(
        np.ones((2, 3, departments)), np.ones((2, 3, r.groups)), np.ones((2, 4)),
        np.ones((2, departments, r.groups), dtype=np.uint16), np.ones((2, 2, departments)),
        np.ones((2, 2, r.groups)), np.ones((2, 8, departments)), np.ones((2, 4)),
    )  # fmt: skip
    tally.tally_month(
        1, sums, department, world.territory.remoteness, r.held, state.armed, state.support,
        state.resident, state.coca, alert, survey, control, contested, newly, confined, dead,
        r.of_places("hosted"), extorted, guards, lost, np.zeros(r.places),
        np.zeros(r.places, dtype=np.uint8),
    )  # fmt: skip
    assert all((buffer[0] == 1).all() for buffer in sums)
    sizes = world.municipalities_by_department
    for k, name in enumerate(tally.REPORTS):
        same(sums.named_department[1, k].sum() / count, found[name])
        same(sums.living[1, k] / sums.living[1, 3], found[f"{name}_population"])
        same(sums.named_group[1, k] / count, found[f"{name}_group"])
        by_department = (sums.named_department[1, k] / sizes).astype("float32")
        same(by_department, found[f"{name}_department"])
    np.testing.assert_array_equal(sums.surveyed[1], found["presence_survey_department_group"])
    for k, name in enumerate(("members", "members_armed")):
        same(sums.members_group[1, k], found[f"{name}_group"])
        same(sums.members_department[1, k].astype("float32"), found[f"{name}_department"])
    abroad, remoteness, inside, gone = sums.elsewhere[1]
    same([abroad, gone], [found["members_abroad"], found["members_lost"]])
    same(remoteness / inside, found["members_remoteness"])
    same(sums.places[1, 0].sum() / count, found["contested"])
    names = ("newly_displaced", "confined", "conflict_deaths", "coca_ha", "displaced_stock",
             "extortion", "self_defence")  # fmt: skip
    for k, name in enumerate(names, start=1):
        same(sums.places[1, k].sum(), found[name])
        same(sums.places[1, k].astype("float32"), found[f"{name}_department"])


@against(
    "uniform", "fill_at", "normal", "poisson", "fill_normal", "fill_poisson", "group_place",
    "pair_place", "stream_key",
)  # fmt: skip
def draws(r: RandomGround) -> None:
    """The twin draws with the first three, one at a time; here they face the textbook."""
    numbers = r.world.numbers
    for (a, b), pair in r.ground.pairs.items():
        assert streams.pair_place(numbers[a], numbers[b]) == pair.draws
        assert streams.pair_place(numbers[b], numbers[a]) == pair.draws
        assert streams.group_place(numbers[a], 17) == r.twins[17].ticket(a)
    mask = (1 << 64) - 1
    for place in (0, 1, 17, 1128, 10**6):
        key = r.key(Process.DEATHS)
        x = (int(key) + (place + 1) * 0x9E3779B97F4A7C15) & mask
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
        x ^= x >> 31
        assert streams.uniform(key, place) == ((x >> 11) + 0.5) / 2**53
    places, out = np.array([5, 2**32 - 1], dtype=np.uint64), np.empty(2)
    streams.fill_at(out, key, places)
    assert out.tolist() == [streams.uniform(key, 5), streams.uniform(key, 2**32 - 1)]
    coordinates = (7, 3, 24313, Process.DEATHS)
    assert streams.stream_key(*coordinates) == int(streams.stream(*coordinates))
    luck = np.concatenate(
        [r.rng.random(100), 1e-9 ** r.rng.random(20), 1.0 - r.rng.random(20) / 99.0]
    )
    normals = np.empty(luck.size)
    quantiles.fill_normal(normals, luck)
    assert normals.tolist() == [quantiles.normal(u) for u in luck]
    for u in r.rng.random(100):
        np.testing.assert_allclose(quantiles.normal(u), NormalDist().inv_cdf(u), rtol=2e-9)
        mean = r.rng.uniform(0.0, 6.0)
        count, total = 0, math.exp(-mean)
        while total < u:
            count += 1
            total += math.exp(-mean + count * math.log(mean) - math.lgamma(count + 1))
        assert quantiles.poisson(mean, u) == count
        together, *space = np.empty((3, 5))
        quantiles.fill_poisson(together, np.full(5, mean), np.full(5, u), *space)
        assert (together == count).all()


@against("exp", "log", "power")
def elementary_functions(r: RandomGround) -> None:
    for x in r.rng.uniform(-600.0, 600.0, 200):
        np.testing.assert_allclose(elementary.exp(x), math.exp(x), rtol=4e-16)
        y = math.exp(x)
        np.testing.assert_allclose(elementary.log(y), math.log(y), rtol=8e-16)
        np.testing.assert_allclose(elementary.power(y, 0.37), y**0.37, rtol=1e-13)


@against("live_month", "make_realm", "record_month")
def live_month(r: RandomGround) -> None:
    """Whole runs are compared in test_reference_run; here, that a month leaves things tidy."""
    model = RiftModel(world=r.world)
    model.step()
    assert model.ground.hosted.sum() > 0.0
    np.testing.assert_array_equal(model.ground.listed, model.state.present)
    assert not model.ground.scratch.any()
    assert not model.ground.mark.any()


@against("raise_to", "scale_by", "add_pull")
def what_extensions_set(r: RandomGround) -> None:
    """The twin has no extensions: the rule is written out here."""
    values, factor, least = (r.rng.uniform(0.0, 2.0, r.places) for _ in range(3))
    raised, scaled = values.copy(), np.empty(r.places)
    outside.raise_to(raised, least)
    outside.scale_by(scaled, values, factor)
    assert raised.tolist() == [max(v, low) for v, low in zip(values, least, strict=True)]
    assert scaled.tolist() == [v * f for v, f in zip(values, factor, strict=True)]
    before = r.rng.normal(size=(r.groups, r.places))
    pull, pulled = r.rng.normal(size=before.shape), before.copy()
    outside.add_pull(pulled, r.held, pull)
    held = r.state.present > 0
    np.testing.assert_array_equal(pulled, np.where(held, before + pull, before))
    assert held.any()
    assert not held.all()


@pytest.mark.parametrize("replicate", range(4))
@pytest.mark.parametrize("kernel", sorted(CHECKS))
def test_the_kernel_agrees_with_plain_python(kernel: str, replicate: int, world: World) -> None:
    CHECKS[kernel](RandomGround(world, replicate))


def test_no_kernel_is_left_out() -> None:
    modules = [
        importlib.import_module(f"rift_sim.physics.{found.name}")
        for found in pkgutil.iter_modules(rift_sim.physics.__path__)
    ]
    compiled = {
        name
        for module in modules
        for name in module.__all__
        if hasattr(getattr(module, name), "py_func")
    }
    assert compiled == set(CHECKS)
