"""The partner: a mission that comes, protects, costs money and leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim import Partner

if TYPE_CHECKING:
    from rift_sim import RiftModel

__all__ = ["Mission", "mission_of"]


class Mission(Partner):
    """A peacekeeping mission in the departments of its mandate.

    Attributes
    ----------
    wanted, deployed
        Peacekeepers by mandate, and those in the field.
    until
        Month index from which the mission withdraws.
    places
        True in the places it covers, shape (place,).
    cost
        Dollars spent in the month.
    attacks
        Attacks on it in the month.
    """

    def __init__(self, model: RiftModel) -> None:
        super().__init__(model)
        self.wanted = self.deployed = self.cost = 0.0
        self.until = 0
        self.attacks = 0
        self.places = np.zeros(model.world.shape[1], dtype=bool)

    def deploy(self, departments: tuple[str, ...], troops: int, months: int) -> None:
        """Take over a mandate; one of nobody ends the mission."""
        territory = self.rift.world.territory
        named = [territory.departments.index(code) for code in departments]
        self.leave_map()
        self.places = np.isin(territory.department_index, named)
        self.wanted = float(troops)
        self.until = self.rift.month_index + months

    def step(self) -> None:
        """Come or go within the months that takes, and protect those around."""
        draw = self.rift.draw
        goal = self.wanted if self.rift.month_index < self.until else 0.0
        self.deployed += (goal - self.deployed) / draw.peacekeeping_months
        self.cost = self.deployed * draw.peacekeeping_cost / 12.0
        self.attacks = 0
        if self.rift.started and self.places.any():
            self._protect()

    @property
    def density(self) -> float:
        """Peacekeepers for a thousand inhabitants of the places they cover."""
        people = float(self.rift.state.resident[self.places].sum())
        return 1000.0 * self.deployed / people if people > 0.0 else 0.0

    @property
    def strength(self) -> float:
        """How much of all that a mission can do it does here, in [0, 1]."""
        return self.density / (self.density + self.rift.draw.peacekeeping_half)

    def _protect(self) -> None:
        """Set the factors of the map in the places the mission covers (`model.outside`)."""
        strength, outside = self.strength, self.rift.outside
        outside.violence[self.places] = 1.0 - self.rift.draw.peacekeeping_effect * strength
        outside.returns[self.places] = 1.0 + strength

    def leave_map(self) -> None:
        """Let the places it covered be as they were without it."""
        outside = self.rift.outside
        outside.violence[self.places] = outside.returns[self.places] = 1.0

    def by_department(self) -> NDArray[np.float64]:
        """Return peacekeepers by department, where the people are that they protect."""
        world = self.rift.world
        people = np.where(self.places, self.rift.state.resident, 0.0)
        share = people / max(people.sum(), 1.0)
        count = len(world.territory.departments)
        rows = world.territory.department_index[world.inside]
        found = np.bincount(rows, share[world.inside], minlength=count)
        return self.deployed * found.astype(np.float64)


def mission_of(model: Any) -> Mission:
    """Return the mission of a model."""
    mission: Mission = model.partners["mission"]
    return mission
