"""Self-defence groups: they form, protect, and may turn on others (C15)."""

from __future__ import annotations

from rift_sim.agents.armed_group import ArmedGroup

__all__ = ["SelfDefence"]


class SelfDefence(ArmedGroup):
    """What self-defence units become: an armed group like the others once they have turned.

    Units that protect stand in the state (`guards`), place by place; surveys of armed groups
    do not count them. Where one turns, its people become members of this group, which then
    taxes, spreads and fights as every other does.
    """

    @property
    def formation(self) -> float:
        """Hazard (1/month) of a unit at full trade and threat where there is no state."""
        return self.rift.draw.self_defence_formation / 12.0 if self.rift.on("C15") else 0.0

    @property
    def turning(self) -> float:
        """Hazard (1/month) of turning where preying and protecting yield the same."""
        return self.rift.draw.self_defence_turning / 12.0
