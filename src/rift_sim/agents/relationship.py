"""The U.S.-Colombia relationship: six pillars, and the crises that wear them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rift_sim.physics.relationship import crisis_rate, echo_step, pillar_step
from rift_sim.physics.streams import Process, poisson, uniform_at
from rift_sim.vocabulary import PILLARS

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["Relationship"]

_AID_YEARS = 0.25
"""Time constant of the pillars that follow what is disbursed and shared (judgement)."""


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
        draw, hostility = self.model.draw, self.hostility
        # The crises of the past are dated events of the history; none is drawn there.
        if self.model.started:
            self.crises = self._draw_crises(hostility)
        self.echo = echo_step(self.echo, self.crises, draw.crisis_echo, draw.crisis_echo_months)
        self._answer(1.0 - hostility, draw.crisis_depth * self.crises)

    def _draw_crises(self, hostility: float) -> int:
        model = self.model
        damping = model.stakeholders.damping()
        rate = crisis_rate(model.draw.crisis_base, hostility, self.echo, damping)
        u = uniform_at(model.seed_number, model.replicate, model.month_index, Process.CRISIS)
        return int(poisson(rate, u))

    def _answer(self, calm: float, hit: float) -> None:
        """Move every pillar by a month; crises take `hit`, weighted by pillar (judgement)."""
        draw, government = self.model.draw, self.model.government
        states, years = self.model.united_states, draw.repair_years
        shared = min(1.0, states.disbursed["intelligence"]) * government.sharing
        justice = government.extradition * (0.5 + 0.5 * calm)
        trade = max(0.0, 1.0 - draw.tariff_effect * self.tariff / 25.0)
        level = self.pillars
        level["diplomacy"] = pillar_step(level["diplomacy"], calm, years, hit)
        level["security_aid"] = pillar_step(level["security_aid"], states.security, _AID_YEARS, 0.0)
        level["intelligence"] = pillar_step(level["intelligence"], shared, _AID_YEARS, 0.0)
        level["justice"] = pillar_step(level["justice"], justice, years, 0.3 * hit)
        level["trade"] = pillar_step(level["trade"], trade, years, 0.2 * hit)
        level["migration"] = pillar_step(level["migration"], 0.4 + 0.6 * calm, years, 0.3 * hit)
