"""Armed groups: at the table or not, recruiting, and whom they fight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rift_sim.agents.base import Actor
from rift_sim.physics.streams import Process, group_number, uniform_at

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["ArmedGroup"]


class ArmedGroup(Actor):
    """One armed group. Its members live in the arrays of the state.

    Attributes
    ----------
    name, order, number
        Id in the ledger, row in the arrays, and lasting number for its draws.
    talks, ceasefire
        Whether a table is open, and whether state and group hold their fire.
    ceasefire_until
        Month index at which a ceasefire of fixed length ends; 0 if open.
    designated
        Whether the United States lists the group as a terrorist organisation.
    armed_share
        Armed part of its recruits.
    """

    def __init__(self, model: RiftModel, name: str, order: int, armed_share: float) -> None:
        super().__init__(model)
        self.name = name
        self.order = order
        self.number = group_number(name)
        self.armed_share = armed_share
        known = model.world.ledger.groups[name].talks
        self.talks = bool(known and known.open)
        self.ceasefire = bool(known and known.ceasefire)
        self.ceasefire_until = 0
        self.designated = False

    @property
    def exposure(self) -> float:
        """Share of the state's effort that the group has to face."""
        draw = self.rift.draw
        faced = 1.0 + (draw.designation_pressure if self.designated else 0.0)
        if not self.rift.on("C12"):
            return faced
        if self.ceasefire:
            return faced * (1.0 - draw.talks_halt)
        return faced * (1.0 - draw.talks_halt_open) if self.talks else faced

    @property
    def recruitment(self) -> float:
        """Recruits a member and year, before rent and crowding."""
        draw = self.rift.draw
        base = draw.get(f"recruitment_{self.name}", draw.recruitment_other)
        if self.talks and self.rift.on("C12"):
            base *= 1.0 + draw.talks_growth
        return base

    def step(self) -> None:
        """Decide whether to stay at the table."""
        month = self.rift.month_index
        if self.ceasefire_until and month >= self.ceasefire_until:
            self.ceasefire, self.ceasefire_until = False, 0
        if self.talks and self.rift.on("C12"):
            # A group that grows at the table has less reason to stay there.
            strength = self.rift.growth_at_table(self)
            hazard = self.rift.draw.talks_leave / 12.0 * strength
            u = uniform_at(
                self.rift.seed_number, self.rift.replicate, month, Process.TALKS, self.number
            )
            if u < 1.0 - math.exp(-hazard):
                self.leave_table()

    def leave_table(self) -> None:
        """End talks and any ceasefire."""
        self.talks = self.ceasefire = False
        self.ceasefire_until = 0
