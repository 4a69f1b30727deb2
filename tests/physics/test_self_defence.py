"""Self-defence and extortion on places with obvious answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from rift_sim.physics.extortion import extort
from rift_sim.physics.self_defence import stand_guard
from rift_sim.physics.streams import Process, stream

PLACES = 4000
FORM, TURN = (stream(3, 1, 24000, process) for process in (Process.SELF_DEFENCE, Process.TURNING))


class Units(NamedTuple):
    guards: np.ndarray
    armed: np.ndarray
    support: np.ndarray
    present: np.ndarray
    turned: float


def live(
    *, guards: float = 0.0, trade: float = 1.0, state: float = 0.0, reach: float = 10.0,
    form: float = 0.05, turn: float = 0.05, prey: float = 2.0,
) -> Units:  # fmt: skip
    """Live a month in many equal places."""
    people, armed, support = np.full(PLACES, guards), *np.zeros((2, 1, PLACES))
    present = np.zeros((1, PLACES), dtype=np.uint8)
    rates = np.array([form, turn, 25.0, 0.05, 150.0, prey, 10.0])
    turned = stand_guard(
        people, armed, support, present, 0, 0.6, np.full(PLACES, trade), np.full(PLACES, state),
        np.full(PLACES, reach), rates, FORM, TURN,
    )  # fmt: skip
    return Units(people, armed, support, present, turned)


def formed(**given: float) -> int:
    return int((live(**given).guards > 0.0).sum())


def turned(**given: float) -> int:
    return int(live(guards=60.0, **given).present.sum())


def test_units_form_where_wealth_is_threatened_and_nobody_protects_it() -> None:
    # Hazard: 0.05 x full trade x no state x half threat.
    assert formed() == pytest.approx(PLACES * (1.0 - np.exp(-0.025)), rel=0.25)
    assert formed(trade=0.4) < formed()
    assert formed(state=0.7) < formed()
    assert formed(reach=1.0) < formed()
    assert formed(trade=0.0) == formed(state=1.0) == formed(reach=0.0) == formed(form=0.0) == 0


def test_units_turn_where_preying_pays_more_than_protecting() -> None:
    # No state and hardly a threat: nobody pays for protection, and everything can be taken.
    assert turned(reach=1.0) > 1.5 * turned(reach=100.0)
    assert turned(state=0.9) < turned(state=0.0)
    assert turned(turn=0.0) == 0


def test_who_turns_is_an_armed_group_and_nobody_is_lost() -> None:
    units = live(guards=60.0, reach=0.0)
    assert units.turned > 0.0
    gone = units.present[0].astype(bool)
    assert (units.guards[gone] == 0.0).all()
    assert (units.guards[~gone] == 60.0).all()
    np.testing.assert_allclose(units.armed[0, gone], 36.0)
    members = units.armed.sum() + units.support.sum()
    assert members == pytest.approx(units.turned) == pytest.approx(60.0 * gone.sum())


def test_units_grow_toward_what_trade_can_pay_for() -> None:
    assert (live(guards=60.0, turn=0.0).guards > 60.0).all()
    assert (live(guards=150.0, turn=0.0).guards == 150.0).all()
    assert (live(guards=100.0, trade=0.5, turn=0.0).guards == 100.0).all()


def test_extortion_follows_trade_and_the_reach_of_groups() -> None:
    out = np.empty(4)
    trade, reach = np.array([1.0, 0.5, 1.0, 0.0]), np.array([15.0, 15.0, 0.0, 15.0])
    extort(out, trade, reach, 15.0, 8.0)
    assert out.tolist() == [4.0, 2.0, 0.0, 0.0]
