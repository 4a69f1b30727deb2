"""A place of the map as a Mesa agent: what it is, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesa.discrete_space import FixedAgent

if TYPE_CHECKING:
    from benchmarks.reference.ground import TwinGround
    from rift_sim.initial.state import State

__all__ = ["Foothold", "Place"]


@dataclass(slots=True)
class Foothold:
    """What one group has in one place.

    `fresh` marks a foothold of this very month. The last three serve movement: exp(utility),
    and armed members and support network per unit of that within reach.
    """

    armed: float = 0.0
    support: float = 0.0
    fresh: bool = False
    pull: float = 0.0
    leaving: float = 0.0
    joining: float = 0.0


class Place(FixedAgent):  # type: ignore[misc]  # Mesa carries no types
    """A municipality or a border zone, fixed to one cell of the network.

    Attributes
    ----------
    footholds
        Footholds by order of the group, ascending.
    rents, utilities, prospects, strength
        By order of the group, for the groups within reach.
    destinations
        Places that those who flee go to, with their shares.
    survey, alert, control
        Groups that the observers report here.
    """

    def __init__(self, model: Any, cell: Any, ground: TwinGround, state: State, index: int) -> None:
        super().__init__(model)
        self.cell = cell
        self.ground = ground
        self.index = index
        self._survey_land(ground)
        self._settle(state)
        self.rents: dict[int, float] = {}
        self.utilities: dict[int, float] = {}
        self.prospects: dict[int, tuple[float, float]] = {}
        self.strength: dict[int, float] = {}
        self.destinations: list[tuple[Place, float]] = []
        self.fighting = self.clashes = self.reach = self.extorted = self.guards = 0.0
        self.contested = False
        self.expected = self.newly = self.confined = self.dead = self.hosted = 0.0
        self.shock = 1.0
        self.survey: set[int] = set()
        self.alert: set[int] = set()
        self.control: set[int] = set()

    def _survey_land(self, ground: TwinGround) -> None:
        """Take over what never changes."""
        i, world, territory = self.index, ground.world, ground.world.territory
        self.is_zone = bool(territory.is_zone[i])
        self.country = territory.country[i]
        self.department = int(territory.department_index[i])
        self.rural_share = float(territory.rural_share[i])
        self.remoteness = float(territory.remoteness[i])
        self.access = 1.0 - self.remoteness
        people = float(territory.population[i])
        self.rural_people = 1000.0 if self.is_zone else people * self.rural_share
        self.capacity = ground.params.recruitment_ceiling * self.rural_people + 20.0
        border = territory.border_venezuela[i] or territory.border_ecuador[i]
        self.abroad_share = ground.params.cross_border_share if border else 0.0
        self.resources = tuple(float(index) for index in world.resources[:, i])
        self.trade = 0.0 if self.is_zone else self.resources[2]

    def _settle(self, state: State) -> None:
        """Take over the state of the start."""
        i = self.index
        self.state_reference = float(state.state_reference[i])
        self.state_presence = float(state.state_presence[i])
        self.operations = float(state.operations[i])
        self.violence = float(state.violence[i])
        self.memory = float(state.memory[i])
        self.coca = float(state.coca[i])
        self.coca_capacity = float(state.coca_capacity[i])
        self.resident = float(state.resident[i])
        self.away = float(state.away[i])
        self.protracted = float(state.protracted[i])
        self.frailty = float(state.frailty[i])
        self.noise = float(state.noise[i])
        self.detection = state.detection[:, i].tolist()
        self.attention = float(state.attention[i])
        self.footholds = {
            int(g): Foothold(float(state.armed[g, i]), float(state.support[g, i]))
            for g in state.present[:, i].nonzero()[0]
        }
        # Whoever rests behind a closed border: on no list, but not gone.
        self.resting = {
            g: Foothold(float(armed), float(support))
            for g, (armed, support) in enumerate(
                zip(state.armed[:, i], state.support[:, i], strict=True)
            )
            if g not in self.footholds and armed + support > 0.0
        }

    @cached_property
    def neighbours(self) -> list[Any]:
        """The places next door, in the order of the map."""
        near = [place for cell in self.cell.connections.values() for place in cell.agents]
        if self.ground.closed:
            return [place for place in near if place.is_zone == self.is_zone]
        return near

    @property
    def members(self) -> float:
        """Armed members and support network of all groups."""
        return sum(foothold.armed + foothold.support for foothold in self.footholds.values())

    def foothold(self, group: int) -> Foothold:
        """Return the foothold of a group; make an empty one where there is none."""
        if group not in self.footholds:
            self.footholds[group] = Foothold()
            self.footholds = dict(sorted(self.footholds.items()))
        return self.footholds[group]

    def within_reach(self) -> set[int]:
        """Return the groups with a foothold here or next door."""
        groups = set(self.footholds)
        for neighbour in self.neighbours:
            groups.update(neighbour.footholds)
        return groups
