"""Armed groups: at the table or not, recruiting, and whom they fight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rift_sim.agents.base import Actor
from rift_sim.initial.as_of import talks_of
from rift_sim.physics.streams import Process, group_number, uniform_at

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["MOST_GROWTH", "ArmedGroup"]

_FED = ("paramilitary", "successor")
"""Families of groups that U.S. security aid may feed: those that fought beside the forces, and
what became of them (judgement; the evidence is on the former)."""

MOST_GROWTH = 2.0
"""Growth at the table above which a group is no more likely to leave it (judgement)."""


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
    usual_recruitment
        Recruits a member and year when no table is open, at the aid of the start.
    paramilitary
        Whether the group is or descends from paramilitaries, whom security aid may feed.
    """

    def __init__(self, model: RiftModel, name: str, order: int) -> None:
        super().__init__(model)
        self.name = name
        self.order = order
        self.number = group_number(name)
        draw = model.draw
        self.usual_recruitment = draw.get(f"recruitment_{name}", draw.recruitment_other)
        entry = model.world.ledger.groups[name]
        self.paramilitary = entry.family in _FED
        known = talks_of(model.world.ledger, name, model.scenario.start)
        self.talks = bool(known and known.open)
        self.ceasefire = bool(known and known.ceasefire)
        self.ceasefire_until = 0
        self.designated = False

    @property
    def exposure(self) -> float:
        """Share of the state's effort that the group has to face."""
        if not (self.talks or self.ceasefire or self.designated):
            return 1.0
        draw = self.rift.draw
        faced = 1.0 + draw.designation_pressure if self.designated else 1.0
        if not (self.talks or self.ceasefire) or not self.rift.on("C12"):
            return faced
        return faced * (1.0 - (draw.talks_halt if self.ceasefire else draw.talks_halt_open))

    @property
    def recruitment(self) -> float:
        """Recruits a member and year, before rent and crowding."""
        rate = self.usual_recruitment
        if self.paramilitary and self.rift.on("C28"):
            more = self.rift.united_states.support - self.rift.government.start_support
            rate *= math.exp(self.rift.draw.paramilitary_aid * more)
        if self.talks and self.rift.on("C12"):
            rate *= 1.0 + self.rift.draw.talks_growth
        return rate

    def step(self) -> None:
        """Let a ceasefire run out, and decide whether to stay at the table."""
        if self.ceasefire_until and self.rift.month_index >= self.ceasefire_until:
            self.ceasefire, self.ceasefire_until = False, 0
        if self.talks and self.rift.on("C12") and self._gives_up():
            self.leave_table()

    def _gives_up(self) -> bool:
        """Say whether the group leaves the table; one that grows there has less reason to stay."""
        rift = self.rift
        u = uniform_at(
            rift.seed_number, rift.replicate, rift.month_index, Process.TALKS, self.number
        )
        hazard = rift.draw.talks_leave / 12.0
        # Adding up members takes long, and most draws are above whatever growth may bring.
        if u >= 1.0 - math.exp(-hazard * MOST_GROWTH):
            return False
        return u < 1.0 - math.exp(-hazard * rift.growth_at_table(self))

    def leave_table(self) -> None:
        """End talks and any ceasefire."""
        self.talks = self.ceasefire = False
        self.ceasefire_until = 0
