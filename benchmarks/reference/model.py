"""The twin of `rift_sim.model.RiftModel`: same agents, same draws, places instead of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from benchmarks.reference.events import TWIN_HANDLERS
from benchmarks.reference.ground import TwinGround
from benchmarks.reference.recorder import TwinRecorder
from rift_sim.agents.politics import MOVE_MEMBERS
from rift_sim.model import RiftModel

if TYPE_CHECKING:
    from rift_sim.agents.armed_group import ArmedGroup
    from rift_sim.initial.world import World

__all__ = ["TwinModel", "simulate_twin"]


class TwinModel(RiftModel):
    """One replicate, with a Mesa agent for every municipality and border zone.

    Attributes
    ----------
    ground
        Network, places and pairs of groups; there are no arrays.
    """

    ground: TwinGround  # type: ignore[assignment]  # same methods, other ground

    def _make_ground(self) -> TwinGround:  # type: ignore[override]
        ground = TwinGround(
            self,
            self.world,
            self.draw,
            self.state,
            self.seed_number,
            self.replicate,
            closed=not self.on("C16"),
        )
        # The places hold the state now: whoever asks for the arrays is mistaken.
        del self.state
        return ground

    def coca_hectares(self) -> float:
        """Return the coca under cultivation in hectares."""
        return float(sum(place.coca for place in self.ground.places))

    def growth_at_table(self, group: ArmedGroup) -> float:
        """Return how much larger a group is than at the start, within [0.5, 2]."""
        before = self.ground.members_start[group.order]
        if before <= 0.0:
            return 1.0
        return min(2.0, max(0.5, self.ground.members(group.order) / before))

    def step(self) -> None:
        """Simulate one month."""
        self.month_index += 1
        ground, government = self.ground, self.government
        ground.begin(self.month_index)
        self._politics()
        self.united_states.step()
        for neighbour in self.neighbours.values():
            neighbour.step()
        self.relationship.step()
        self.china.step()
        government.step()
        ground.exposure = [group.exposure for group in self.groups]
        ground.stand_guard(self.self_defence)
        ground.deploy(
            government.ratio,
            {name: neighbour.permissiveness for name, neighbour in self.neighbours.items()},
        )
        for group in self.groups:
            group.step()
            ground.recruitment[group.order] = group.recruitment
        ground.weigh(government.pressure, government.ratio, self.on)
        ground.recruit(self.on)
        ground.move()
        ground.strike(government.loss_rate)
        ground.contest(self.on)
        ground.people(self.on)
        ground.grow_coca(*government.clearing)
        ground.observe(self.on)

    def _politics(self) -> None:
        for event in self.scenario.events_in(self.month_index):
            for kind, action in event.actions:
                if self.started or kind not in MOVE_MEMBERS:
                    TWIN_HANDLERS[kind](self, action)


def simulate_twin(world: World, replicate: int) -> dict[str, NDArray[Any]]:
    """Run one replicate from start to end, as `rift_sim.replicate.simulate` does."""
    model = TwinModel(replicate=replicate, world=world)
    recorder = TwinRecorder(world)
    for _ in range(world.scenario.months):
        model.step()
        recorder.record(model)
    return recorder.arrays
