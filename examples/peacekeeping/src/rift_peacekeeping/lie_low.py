"""The group strategy: keep away from peacekeepers, and recruit less while they are there."""

from __future__ import annotations

import numpy as np

from rift_peacekeeping.mission import mission_of
from rift_sim import ArmedGroup

__all__ = ["LieLow"]


class LieLow(ArmedGroup):
    """A group that moves out of the way of a mission and waits."""

    def step(self) -> None:
        """Decide as every group does, and shun the places that the mission covers."""
        super().step()
        mission, rift = mission_of(self.rift), self.rift
        shun = rift.draw.peacekeeping_aversion * mission.strength
        rift.outside.pull[self.order] = np.where(mission.places, -shun, 0.0)

    @property
    def recruitment(self) -> float:
        """Recruits a member and year: fewer, the more of the members live beside the mission."""
        mission, members = mission_of(self.rift), self.rift.state.members[self.order]
        beside = float(members[mission.places].sum()) / max(float(members.sum()), 1.0)
        return super().recruitment * (1.0 - beside * mission.strength)
