"""The U.S.-Colombia relationship: six pillars, and the crises that wear them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rift_sim.physics.relationship import crisis_rate, echo_step, pillar_step
from rift_sim.physics.streams import Process, poisson, uniform_at
from rift_sim.vocabulary import PILLARS

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["Relationship"]

_CRISIS_WEIGHT = {"diplomacy": 1.0, "justice": 0.3, "migration": 0.3, "trade": 0.2}
"""How much of the depth of a crisis each pillar takes (judgement); aid and intelligence
follow what is disbursed and shared."""


class Relationship:
    """The state of the relationship between the two governments.

    Attributes
    ----------
    pillars
        Level of each pillar in [0, 1].
    crises
        Crises of the month.
    echo
        Expected further crises a month that past ones still cause.
    tariff
        U.S. tariff on Colombian goods in percent.
    """

    def __init__(self, model: RiftModel) -> None:
        self.model = model
        self.pillars = dict.fromkeys(PILLARS, 0.75)
        self.crises = 0
        self.echo = 0.0
        self.tariff = 0.0

    @property
    def index(self) -> float:
        """Mean of the six pillars."""
        return sum(self.pillars.values()) / len(self.pillars)

    @property
    def hostility(self) -> float:
        """Hostility of the pair of governments this month, in [0, 1]."""
        model = self.model
        irritation = model.draw.china_irritation * model.china.engagement
        raw = model.government.hostility * model.united_states.temper() + irritation
        return min(1.0, max(0.0, raw))

    def nudge(self, pillar: str, effect: float) -> None:
        """Move a pillar by a diplomatic act: `effect` in [-1, 1] times the depth of an act."""
        moved = self.pillars[pillar] + effect * self.model.draw.act_depth
        self.pillars[pillar] = min(1.0, max(0.0, moved))

    def step(self) -> None:
        """Draw the crises of the month and let every pillar answer."""
        model, draw = self.model, self.model.draw
        hostility = self.hostility
        rate = crisis_rate(draw.crisis_base, hostility, self.echo, model.stakeholders.damping())
        u = uniform_at(model.seed_number, model.replicate, model.month_index, Process.CRISIS)
        # The crises of the past are dated events of the history; none is drawn there.
        self.crises = int(poisson(rate, u)) if model.started else 0
        self.echo = echo_step(self.echo, self.crises, draw.crisis_echo, draw.crisis_echo_months)
        government, states = model.government, model.united_states
        calm = 1.0 - hostility
        targets = {
            "diplomacy": calm,
            "security_aid": states.security,
            "intelligence": min(1.0, states.disbursed["intelligence"]) * government.sharing,
            "justice": government.extradition * (0.5 + 0.5 * calm),
            "trade": max(0.0, 1.0 - draw.tariff_effect * self.tariff / 25.0),
            "migration": 0.4 + 0.6 * calm,
        }
        for pillar, target in targets.items():
            follows = pillar in ("security_aid", "intelligence")
            hit = draw.crisis_depth * self.crises * _CRISIS_WEIGHT.get(pillar, 0.0)
            years = 0.25 if follows else draw.repair_years
            self.pillars[pillar] = pillar_step(self.pillars[pillar], target, years, hit)
