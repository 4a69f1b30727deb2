"""Certification: the verdict of each September on Colombia's work against narcotics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rift_sim.physics.streams import Process, uniform_at

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["Certification"]

_SEPTEMBER = 9


class Certification:
    """The yearly verdict. A dated event of the scenario takes the place of that year's draw.

    The log-odds of decertification rise with the hostility of the pair of governments and,
    by C22, with the growth of coca since the September before.

    Attributes
    ----------
    decided
        Year of the last verdict; 0 before any.
    coca
        Hectares in the last September; 0 before any.
    """

    def __init__(self, model: RiftModel) -> None:
        self.model = model
        self.decided = 0
        self.coca = 0.0

    def announce(self, outcome: str) -> None:
        """Let a verdict work: ``certified``, ``waiver`` or ``decertified``."""
        relationship = self.model.relationship
        effect = {"certified": 0.3, "waiver": -0.5, "decertified": -1.0}[outcome]
        relationship.nudge("diplomacy", effect)
        relationship.nudge("justice", 0.5 * effect)
        if outcome != "certified":
            relationship.provoke(-effect)
        self.decided = self.model.month.year

    def step(self) -> int:
        """Decide in September, unless the scenario has; return 1 for a decertification."""
        model = self.model
        if not model.started or model.month.month != _SEPTEMBER:
            return 0
        coca = model.coca_hectares()
        growth = math.log(coca / self.coca) if coca > 0.0 and self.coca > 0.0 else 0.0
        self.coca = coca
        if self.decided == model.month.year:
            return 0
        u = uniform_at(model.seed_number, model.replicate, model.month_index, Process.CERTIFICATION)
        chance = self.chance(growth)
        if u >= chance:
            return 0
        waived = u < model.draw.decertification_waiver * chance
        self.announce("waiver" if waived else "decertified")
        return 1

    def chance(self, growth: float) -> float:
        """Return the chance of decertification after a growth of coca, in logarithms."""
        model, draw = self.model, self.model.draw
        odds = draw.decertification_base
        odds += draw.decertification_hostility * model.relationship.hostility
        if model.on("C22"):
            odds += draw.decertification_coca * growth
        return 1.0 / (1.0 + math.exp(-odds))
