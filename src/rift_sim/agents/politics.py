"""Politics: what each kind of dated event does to the agents.

One function a kind; `HANDLERS` maps the kinds of `rift_sim.scenario` to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.extension.registry import event_kind
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.streams import Process, uniform_at

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["HANDLERS", "MOVE_MEMBERS", "apply_event"]


MOVE_MEMBERS = ("demobilisation", "split")
"""Kinds of event that take members out of a group."""


def apply_event(model: RiftModel, event: Any) -> None:
    """Apply every action of one event, in the order of `rift_sim.scenario.ACTIONS`.

    Those of extensions come last. Before the start nobody leaves a group or goes over to
    another: the members that the ledger gives for the start have done so already.
    """
    for kind, action in event.actions:
        if model.started or kind not in MOVE_MEMBERS:
            handler = HANDLERS.get(kind) or event_kind(kind).apply
            handler(model, action)


def _aid(model: RiftModel, action: Any) -> None:
    model.united_states.decree(action.levels, action.over_months, action.hold)


def _commanders(model: RiftModel, action: Any) -> None:
    """Yearly repetitions come as events of their own (`Scenario.events_in`)."""
    model.government.retire(action.retire or 0.0, action.intelligence_officers or 0.0)
    model.government.rebuild(action.rebuild or 0.0)


def _force_size(model: RiftModel, action: Any) -> None:
    government = model.government
    goal = action.level if action.level is not None else government.force * (1 + action.change)
    if action.over_months:
        step = (goal - government.force) / action.over_months
        government.force_ramp = (step, action.over_months)
    else:
        government.force, government.force_ramp = goal, (0.0, 0)


def _eradication(model: RiftModel, action: Any) -> None:
    draw = model.draw
    model.government.eradication = action.hectares_per_year
    effects = {"substitution": draw.substitution_effect, "aerial": draw.spraying_effect}
    model.government.eradication_effect = effects.get(action.method, draw.eradication_effect)


def _intelligence_sharing(model: RiftModel, level: float) -> None:
    model.government.sharing = level


def _extradition(model: RiftModel, level: float) -> None:
    model.government.extradition = level


def _designation(model: RiftModel, action: Any) -> None:
    model.group(action.group).designated = action.kind == "fto"


def _sanctuary(model: RiftModel, action: Any) -> None:
    model.neighbours[action.country].wanted = action.level


def _diplomacy(model: RiftModel, action: Any) -> None:
    model.relationship.nudge("diplomacy", action.effect)


def _cooperation(model: RiftModel, action: Any) -> None:
    """Count for as much as a plea, and for more where work is what counts (C26)."""
    gain = model.draw.interest_gain if model.on("C26") else 0.0
    model.relationship.nudge("diplomacy", action.effort * (1.0 + gain))


def _posture(model: RiftModel, action: Any) -> None:
    government = model.government
    if action.pressure is not None:
        government.pressure_wanted = action.pressure
    if action.eradication is not None:
        government.eradication = action.eradication
    if action.talks is False:
        for group in model.groups:
            group.leave_table()


def _talks(model: RiftModel, action: Any) -> None:
    for name in action.targets(model.world.groups):
        if action.open:
            model.group(name).talks = True
        else:
            model.group(name).leave_table()


def _ceasefire(model: RiftModel, action: Any) -> None:
    for name in action.targets(model.world.groups):
        group = model.group(name)
        group.ceasefire = action.on
        group.ceasefire_until = model.month_index + action.months if action.months else 0


def _inauguration(model: RiftModel, action: Any) -> None:
    u = uniform_at(model.seed_number, model.replicate, 0, Process.ELECTION, model.elections)
    model.elections += 1
    president, total = "", 0.0
    for name, chance in action.mix.items():
        total += chance
        if chance > 0.0:
            president = name
            if u < total:
                break
    model.government.adopt(president)
    if not model.started:
        return  # Tables of the start stand in the ledger; the past has closed its own.
    kept = model.draw[f"talks_kept_{president}"]
    for group in model.groups:
        if group.talks:
            u = uniform_at(
                model.seed_number, model.replicate, model.month_index, Process.TABLES, group.number
            )
            if u >= kept:
                group.leave_table()


def _certification(model: RiftModel, outcome: str) -> None:
    model.relationship.certification.announce(outcome)


def _tariff(model: RiftModel, action: Any) -> None:
    if action.by == "us":
        model.relationship.tariff = action.rate
        model.relationship.nudge("diplomacy", -action.rate / 50.0)
    else:
        # A quarrel with Ecuador closes the border to cooperation against groups.
        ecuador = model.neighbours["ecuador"]
        ecuador.wanted = min(1.0, ecuador.wanted + 0.002 * action.rate)


def _sanction(model: RiftModel, action: Any) -> None:
    model.relationship.nudge("diplomacy", -action.severity)
    model.relationship.provoke(action.severity)
    if action.target == "economy":
        model.relationship.nudge("trade", -action.severity)


def _threat(model: RiftModel, action: Any) -> None:
    model.relationship.nudge("diplomacy", -action.severity)
    model.relationship.provoke(action.severity)


def _strike(model: RiftModel, action: Any) -> None:
    model.relationship.nudge("diplomacy", -action.severity)
    if action.group is not None and model.started:
        row = model.group(action.group).order
        kept = 1.0 - model.draw.strike_loss * action.severity
        model.lose(row, (1.0 - kept) * model.state.members[row].sum())
        model.state.armed[row] *= kept
        model.state.support[row] *= kept


def _venezuela(model: RiftModel, action: Any) -> None:
    venezuela = model.neighbours["venezuela"]
    venezuela.wanted = model.draw[f"sanctuary_{action.regime}"]


def _demobilisation(model: RiftModel, action: Any) -> None:
    row = model.group(action.group).order
    refuse = action.dissident_share or 0.0
    if action.dissident is not None:
        _transfer(model, row, model.group(action.dissident).order, action.share * refuse)
    leaving = action.share * (1.0 - refuse) / max(1.0 - action.share * refuse, 1e-9)
    model.lose(row, leaving * model.state.members[row].sum())
    model.state.armed[row] *= 1.0 - leaving
    model.state.support[row] *= 1.0 - leaving
    if action.share >= 1.0:
        model.state.present[row] = 0


def _split(model: RiftModel, action: Any) -> None:
    _transfer(model, model.group(action.group).order, model.group(action.into).order, action.share)


def _transfer(model: RiftModel, source: int, target: int, share: float) -> None:
    """Hand a share of the members of one group to another, place by place."""
    state = model.state
    for members in (state.armed, state.support):
        moved = share * members[source]
        members[source] -= moved
        members[target] += moved
    if share > 0.0:
        np.maximum(state.present[target], state.present[source], out=state.present[target])


def _pair(value: int) -> Callable[[RiftModel, Any], None]:
    def apply(model: RiftModel, pair: tuple[str, str]) -> None:
        first, second = (model.group(name).order for name in pair)
        state = model.state.pair_state
        state[first, second] = state[second, first] = value

    return apply


HANDLERS: dict[str, Callable[[Any, Any], None]] = {
    "aid": _aid,
    "commanders": _commanders,
    "force_size": _force_size,
    "eradication": _eradication,
    "intelligence_sharing": _intelligence_sharing,
    "extradition": _extradition,
    "designation": _designation,
    "sanctuary": _sanctuary,
    "diplomacy": _diplomacy,
    "cooperation": _cooperation,
    "posture": _posture,
    "talks": _talks,
    "ceasefire": _ceasefire,
    "inauguration": _inauguration,
    "certification": _certification,
    "tariff": _tariff,
    "sanction": _sanction,
    "threat": _threat,
    "strike": _strike,
    "venezuela": _venezuela,
    "demobilisation": _demobilisation,
    "split": _split,
    "pact": _pair(PACT),
    "war": _pair(WAR),
    "coexistence": _pair(COEXISTENCE),
}
"""What each kind of event does."""
