"""The month on the map: who is handed to whom, and what each switch of a mechanism leaves."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from rift_sim.initial.start import initial_state
from rift_sim.initial.state import State
from rift_sim.initial.world import World
from rift_sim.month import Ground, rates
from rift_sim.parameters import Beliefs, Draw
from rift_sim.physics.books import Books, Living, Orders, make_realm
from rift_sim.physics.elementary import exp
from rift_sim.physics.month import live_month
from rift_sim.scenario import load_scenario

ORDERS = Orders(
    seed=5, replicate=0, month=24320, ratio=0.8, venezuela=0.7, ecuador=0.2, pressure=1.0,
    loss_rate=0.3, eradication=50_000.0, gone=0.3, formation=0.0, turning=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return World(load_scenario("reference", settings=["end=2026-02"]))


@pytest.fixture(scope="module")
def start(world: World) -> tuple[Draw, State]:
    draw = Beliefs(world.ledger, {}).draw(5, 0)
    return draw, initial_state(world, draw, 5, 0)


Live = Callable[..., Ground]


@pytest.fixture
def live(world: World, start: tuple[Draw, State]) -> Live:
    """Live one month on the shipped map, with orders and rates as the test wants them."""

    def month(orders: Orders = ORDERS, prepare: Any = None, **changes: Any) -> Ground:
        draw, began = start
        state = deepcopy(began)
        ground = Ground(world, draw, state, 5, 0, lambda claim: True)
        if prepare is not None:
            prepare(ground)
        given = rates(
            ground.draw,
            state.levels,
            ground.guard_row(),
            world.armed_share,
            lambda claim: True,
            False,
        )
        realm = make_realm(
            ground._survey_land(lambda claim: True),
            Living(*(getattr(state, name) for name in Living._fields)),
            Books(*(getattr(ground, name) for name in Books._fields)),
            given._replace(**changes),
        )
        live_month(realm, orders)
        return ground

    return month


def test_zones_across_the_border_take_the_presence_of_their_state(live: Live, world: World) -> None:
    ground = live()
    presence, zones = ground.state.state_presence, world.zone_rows
    assert len(zones["venezuela"]) > 0 < len(zones["ecuador"])
    np.testing.assert_allclose(presence[zones["venezuela"]], 1.0 - 0.7)
    np.testing.assert_allclose(presence[zones["ecuador"]], 1.0 - 0.2)
    members = ground.state.armed + ground.state.support
    abroad = [members[:, zones[country]].sum() for country in ("venezuela", "ecuador")]
    np.testing.assert_allclose(ground.abroad, abroad)
    assert ground.abroad[0] > 0.0


@pytest.mark.parametrize("row", [-1, 0, 2])
def test_units_turn_into_the_group_that_is_named(live: Live, row: int) -> None:
    def arm(ground: Ground) -> None:
        ground.state.guards[:] = 40.0 * (ground.world.trade > 0.0)
        ground.turned[:] = 7.0

    ground = live(ORDERS._replace(turning=1e9), arm, guard_row=row, guard_share=0.6)
    expected = np.zeros(ground.turned.size)
    if row >= 0:
        # Every unit turns, after a month in which it grew a little.
        assert not ground.state.guards.any()
        expected[row] = ground.turned[row]
        assert ground.turned[row] >= 40.0 * (ground.world.trade > 0.0).sum()
    np.testing.assert_array_equal(ground.turned, expected)


def test_units_form_as_ordered(live: Live) -> None:
    def threaten(ground: Ground) -> None:
        ground.reach[:] = 100.0

    none, some = live(prepare=threaten), live(ORDERS._replace(formation=1e9), threaten)
    assert not none.state.guards.any()
    guarded = some.state.guards > 0.0
    np.testing.assert_array_equal(some.state.guards[guarded], some.guard_rates[2])
    assert guarded.sum() > 100


def test_without_c05_groups_look_at_the_state_of_the_start(live: Live) -> None:
    bare = ORDERS._replace(ratio=0.3)
    follows, blind = live(bare), live(bare, groups_follow_the_state=False)
    assert follows.weights[2] == pytest.approx(0.3 * blind.weights[2])
    assert blind.weights[2] == pytest.approx(blind.draw.utility_operations)
    assert live(bare._replace(pressure=2.0)).weights[2] == pytest.approx(2.0 * follows.weights[2])
    same = [live(ORDERS._replace(ratio=r), groups_follow_the_state=False) for r in (0.3, 0.9)]
    held = [ground.utilities[0, ground.held.place[0, 0]] for ground in same]
    # Operations are spread by what there is to fight, presence counts as it was.
    assert held[0] == pytest.approx(held[1], rel=1e-6)


def test_without_c06_control_does_not_answer_to_the_state(live: Live) -> None:
    gone = ORDERS._replace(ratio=0.05)
    follows, blind = live(gone, presence_months=1.0), live(
        gone, presence_months=1.0, control_follows_the_state=False
    )  # fmt: skip
    assert follows.control.sum() > blind.control.sum()


def test_without_c08_extortion_takes_what_it_took_at_the_start(live: Live) -> None:
    follows, fixed = live(), live(extortion_follows_groups=False)
    start = fixed.state.levels.reach
    taken = fixed.state.levels.extortion * fixed.world.trade
    scale = fixed.draw.extortion_scale
    np.testing.assert_allclose(fixed.extorted, taken * start / (start + scale))
    now = follows.reach
    np.testing.assert_allclose(follows.extorted, taken * now / (now + scale))


def test_without_c09_nobody_dies_in_wars(live: Live) -> None:
    burns, calm = live(), live(wars_burn=False)
    assert burns.lost_rivals.sum() > 0.0 < burns.fighting.sum()
    assert calm.lost_rivals.sum() == calm.fighting.sum() == 0.0
    np.testing.assert_array_equal(calm.hostile, burns.hostile)
    assert calm.overlap.sum() > 0.0


def test_without_c11_nobody_flees(live: Live) -> None:
    flees, stays = live(), live(people_flee=False)
    assert flees.newly.sum() > 0.0 < flees.expected.sum()
    assert stays.newly.sum() == stays.expected.sum() == 0.0


def bring(**values: float) -> Callable[[Ground], None]:
    def write(ground: Ground) -> None:
        for name, value in values.items():
            getattr(ground.outside, name)[:] = value

    return write


def test_what_others_bring_acts_on_the_whole_month(live: Live) -> None:
    still = live()
    brought = bring(presence=0.95, effort=3.0, violence=0.0, flight=0.0, pull=2.0)
    acts, neutral = live(prepare=brought, others_act=True), live(others_act=True)
    for name in Living._fields:
        np.testing.assert_array_equal(getattr(neutral.state, name), getattr(still.state, name))
    assert still.state.state_presence.min() < 0.95 <= acts.state.state_presence.min()
    np.testing.assert_allclose(acts.state.operations, 3.0 * still.state.operations)
    # What is left of violence comes of clashes with the state.
    assert still.fighting.sum() > 0.0 == acts.fighting.sum()
    rest = acts.state.violence.sum() / acts.clashes.sum()
    assert rest > 0.0
    np.testing.assert_allclose(acts.state.violence, rest * acts.clashes)
    assert still.newly.sum() > 0.0 == acts.newly.sum()
    pulled = live(prepare=bring(pull=2.0), others_act=True)
    for cells in (neutral.held, neutral.prospects):
        g = int(np.argmax(cells.number))
        places = cells.place[g, : cells.number[g]]
        assert places.size > 0
        shift = pulled.utilities[g, places] - neutral.utilities[g, places]
        np.testing.assert_allclose(shift, 2.0)


def test_the_whole_country_shares_its_shocks(live: Live) -> None:
    def shake(ground: Ground) -> None:
        ground.state.country_shock[:] = (1.0, 2.0)

    steady = {"country_persistence": 1.0, "violence_fresh": 0.0, "displacement_fresh": 0.0}
    plain, shaken = live(**steady), live(prepare=shake, **steady)
    np.testing.assert_allclose(shaken.state.violence, exp(1.0) * plain.state.violence)
    np.testing.assert_allclose(shaken.shock, exp(2.0) * plain.shock)


def test_members_who_went_home_are_added_to_those_before(live: Live) -> None:
    def begin(ground: Ground) -> None:
        ground.dispersed[:] = 3.0

    ground = live(prepare=begin, exit_rate=1e4)
    assert ground.gone.sum() > 0.0
    np.testing.assert_allclose(ground.dispersed, 3.0 + ground.gone)
    assert ground.turnover[1] > 0
    assert live(exit_rate=0.0).turnover[1] == 0
    assert live(entry_rate=0.0).turnover[0] == 0


def test_turnover_is_what_the_footholds_of_the_map_gain_and_lose(
    live: Live, start: tuple[Draw, State]
) -> None:
    before = start[1].present.sum(dtype=int)
    founds, leaves = live(entry_rate=5.0, exit_rate=0.0), live(entry_rate=0.0, exit_rate=1e4)
    assert founds.state.present.sum(dtype=int) == before + founds.turnover[0] > before
    assert leaves.state.present.sum(dtype=int) == before - leaves.turnover[1] < before
