"""Those who gain from the relationship: business, mayors, legislators, former presidents."""

from __future__ import annotations

from rift_sim.agents.base import Actor

__all__ = ["Stakeholders"]


class Stakeholders(Actor):
    """Stakeholders decide each month whether to speak up against a crisis."""

    def damping(self) -> float:
        """Return the share of crises they talk away: more, the more trade is at stake."""
        return self.rift.draw.stakeholder_damping * self.stake

    @property
    def stake(self) -> float:
        """What they have to lose, in [0.5, 1]."""
        return 0.5 + 0.5 * self.rift.relationship.pillars["trade"]
