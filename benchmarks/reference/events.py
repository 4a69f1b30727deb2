"""What dated events do to the places of the twin, and to its pairs of groups.

All other kinds of event concern the national agents, which are those of `rift_sim.agents`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.reference.place import Foothold
from rift_sim.agents.politics import HANDLERS
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR

if TYPE_CHECKING:
    from benchmarks.reference.model import TwinModel

__all__ = ["TWIN_HANDLERS"]


def _strike(model: TwinModel, action: Any) -> None:
    model.relationship.nudge("diplomacy", -action.severity)
    if action.group is not None and model.started:
        _disperse(model, model.group(action.group).order, model.draw.strike_loss * action.severity)


def _demobilisation(model: TwinModel, action: Any) -> None:
    group = model.group(action.group).order
    refuse = action.dissident_share or 0.0
    if action.dissident is not None:
        _transfer(model, group, model.group(action.dissident).order, action.share * refuse)
    stayed = max(1.0 - action.share * refuse, 1e-9)
    _disperse(model, group, action.share * (1.0 - refuse) / stayed)
    if action.share >= 1.0:
        for place in model.ground.places:
            place.footholds.pop(group, None)


def _split(model: TwinModel, action: Any) -> None:
    source, target = model.group(action.group).order, model.group(action.into).order
    _transfer(model, source, target, action.share)


def _disperse(model: TwinModel, group: int, share: float) -> None:
    """Send a share of the members of a group home."""
    model.lose(group, share * model.ground.members(group))
    for place in model.ground.places:
        for holding in (place.footholds, place.resting):
            if group in holding:
                holding[group].armed *= 1.0 - share
                holding[group].support *= 1.0 - share


def _transfer(model: TwinModel, source: int, target: int, share: float) -> None:
    """Hand a share of the members of one group to another, place by place."""
    if share <= 0.0:
        return
    for place in model.ground.places:
        if source in place.footholds or source in place.resting:
            resting = source in place.resting
            giver = place.resting[source] if resting else place.footholds[source]
            taker = (
                place.resting.setdefault(target, Foothold()) if resting else place.foothold(target)
            )
            armed, support = share * giver.armed, share * giver.support
            giver.armed -= armed
            giver.support -= support
            taker.armed += armed
            taker.support += support


def _become(value: int) -> Callable[[TwinModel, Any], None]:
    def apply(model: TwinModel, groups: tuple[str, str]) -> None:
        first, second = sorted(model.group(name).order for name in groups)
        model.ground.pairs[first, second].state = value

    return apply


TWIN_HANDLERS: dict[str, Callable[[Any, Any], None]] = {
    **HANDLERS,
    "strike": _strike,
    "demobilisation": _demobilisation,
    "split": _split,
    "pact": _become(PACT),
    "war": _become(WAR),
    "coexistence": _become(COEXISTENCE),
}
"""What each kind of event does."""
