"""What the extensions of a scenario add to one replicate: partners, strategies, mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from rift_sim.agents.armed_group import ArmedGroup
from rift_sim.agents.partners import Partner
from rift_sim.agents.self_defence import SelfDefence
from rift_sim.errors import RiftError
from rift_sim.extension.parts import PHASES, USUAL
from rift_sim.physics.outside import wrong
from rift_sim.vocabulary import SELF_DEFENCE

if TYPE_CHECKING:
    from rift_sim.extension import Extension
    from rift_sim.model import RiftModel

__all__ = ["armed_groups", "check_outside", "mechanisms_by_phase", "partners_of"]


def partners_of(model: RiftModel) -> dict[str, Partner]:
    """Make the partners of all extensions of the scenario, by name."""
    return {
        name: _made(make(model), Partner, extension, name)
        for extension in model.world.extensions
        for name, make in extension.partners.items()
    }


def armed_groups(model: RiftModel) -> list[ArmedGroup]:
    """Make the armed groups of a model, each with its strategy."""
    return [_group(model, name, row) for row, name in enumerate(model.world.groups)]


def _group(model: RiftModel, name: str, row: int) -> ArmedGroup:
    if name == SELF_DEFENCE:
        return SelfDefence(model, name, row)
    chosen = model.scenario.strategies.get(name, USUAL)
    for extension in model.world.extensions:
        if chosen in extension.strategies:
            own: ArmedGroup = _made(
                extension.strategies[chosen](model, name, row), ArmedGroup, extension, chosen
            )
            return own
    return ArmedGroup(model, name, row)


def _made(made: Any, kind: type[Any], extension: Extension, name: str) -> Any:
    if not isinstance(made, kind):
        raise RiftError(
            f"'{name}' of the extension '{extension.name}' is a {type(made).__name__}, "
            f"which does not derive from {kind.__name__}"
        )
    return made


def mechanisms_by_phase(model: RiftModel) -> dict[str, tuple[Callable[[RiftModel], None], ...]]:
    """Return what acts in each phase of the month: mechanisms of extensions that are on."""
    return {phase: tuple(_acting(model, phase)) for phase in PHASES}


def _acting(model: RiftModel, phase: str) -> Iterator[Callable[[RiftModel], None]]:
    for extension in model.world.extensions:
        for name, mechanism in extension.mechanisms.items():
            if mechanism.phase == phase and model.on(name):
                yield mechanism.act


def check_outside(model: RiftModel) -> None:
    """Refuse factors on the map that make no sense, before they do harm.

    Raises
    ------
    RiftError
        When one is out of range or not a number.
    """
    problem = wrong(model.outside)
    if problem is not None:
        names = ", ".join(extension.name for extension in model.world.extensions)
        raise RiftError(f"model.outside.{problem} (extensions: {names})")
