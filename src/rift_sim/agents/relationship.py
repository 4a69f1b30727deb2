"""The U.S.-Colombia relationship: six pillars, and the crises that wear them down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rift_sim.agents.certification import Certification
from rift_sim.physics.quantiles import poisson
from rift_sim.physics.relationship import crisis_rate, echo_of, echo_step, pillar_step
from rift_sim.physics.streams import Process, uniform_at
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
    decertified, concessions
        1 in a month in which Colombia is decertified, or gives in to economic pressure.
    """

    def __init__(self, model: RiftModel) -> None:
        self.model = model
        self.pillars = dict.fromkeys(PILLARS, 0.75)
        self.crises = 0
        self.echo = 0.0
        self.tariff = 0.0
        self.decertified = self.concessions = 0
        self.certification = Certification(model)

    @property
    def index(self) -> float:
        """Mean of the six pillars."""
        return sum(self.pillars.values()) / len(self.pillars)

    @property
    def hostility(self) -> float:
        """Hostility of the pair of governments this month, in [0, 1]."""
        model = self.model
        raw: float = model.government.hostility * model.united_states.temper()
        if model.on("C21"):
            raw += model.draw.china_irritation * model.china.engagement
        return min(1.0, max(0.0, raw))

    @property
    def present_pair(self) -> bool:
        """Whether the two administrations of 2025 still face each other (C27)."""
        return self.model.government.president == "left" and self.model.united_states.since_2025

    def nudge(self, pillar: str, effect: float) -> None:
        """Move a pillar by a diplomatic act: `effect` in [-1, 1] times the depth of an act."""
        if effect > 0.0 and self.model.on("C27") and self.present_pair:
            effect *= 1.0 - self.model.draw.irreconcilable
        moved = self.pillars[pillar] + effect * self.model.draw.act_depth
        self.pillars[pillar] = min(1.0, max(0.0, moved))

    def provoke(self, severity: float) -> None:
        """Add what a hostile act of full severity brings: as much as a crisis (C21)."""
        draw = self.model.draw
        if self.model.on("C21"):
            self.echo += echo_of(severity, draw.crisis_echo, draw.crisis_echo_months)

    def step(self) -> None:
        """Draw the crises of the month and let every pillar answer."""
        draw, hostility = self.model.draw, self.hostility
        # The crises of the past are dated events of the history; none is drawn there.
        if self.model.started:
            self.crises = self._draw_crises(hostility)
        branching = draw.crisis_echo if self.model.on("C21") else 0.0
        self.echo = echo_step(self.echo, self.crises, branching, draw.crisis_echo_months)
        self.decertified = self.certification.step()
        self.concessions = self._concede()
        self._answer(1.0 - hostility, draw.crisis_depth * self.crises)

    def _draw_crises(self, hostility: float) -> int:
        """Draw how many crises the month brings (C21)."""
        model = self.model
        damping = model.stakeholders.damping() if model.on("C25") else 0.0
        rate = crisis_rate(model.draw.crisis_base, hostility, self.echo, damping)
        u = uniform_at(model.seed_number, model.replicate, model.month_index, Process.CRISIS)
        return int(poisson(rate, u))

    def _concede(self) -> int:
        """Give in to a tariff, the sooner the heavier it is: it goes, and contacts resume (C23)."""
        model = self.model
        if self.tariff <= 0.0 or not model.started or not model.on("C23"):
            return 0
        chance = 1.0 - math.exp(-model.draw.concession_rate / 12.0 * self.tariff / 25.0)
        u = uniform_at(model.seed_number, model.replicate, model.month_index, Process.CONCESSION)
        if u >= chance:
            return 0
        self.tariff = 0.0
        self.nudge("diplomacy", 1.0)
        self.nudge("migration", 1.0)
        return 1

    def _answer(self, calm: float, hit: float) -> None:
        """Move every pillar by a month; crises take `hit`, weighted by pillar (judgement)."""
        draw, government = self.model.draw, self.model.government
        states, years = self.model.united_states, draw.repair_years / self._help()
        shared = min(1.0, states.disbursed["intelligence"]) * government.sharing
        justice = government.extraditing * (0.5 + 0.5 * calm)
        trade = max(0.0, 1.0 - draw.tariff_effect * self.tariff / 25.0)
        level = self.pillars
        level["diplomacy"] = pillar_step(level["diplomacy"], calm, years, hit)
        level["security_aid"] = pillar_step(level["security_aid"], states.security, _AID_YEARS, 0.0)
        level["intelligence"] = pillar_step(level["intelligence"], shared, _AID_YEARS, 0.0)
        level["justice"] = pillar_step(level["justice"], justice, years, 0.3 * hit)
        level["trade"] = pillar_step(level["trade"], trade, years, 0.2 * hit)
        level["migration"] = pillar_step(level["migration"], 0.4 + 0.6 * calm, years, 0.3 * hit)

    def _help(self) -> float:
        """Return how much faster stakeholders make repair: most for a new president (C25)."""
        model = self.model
        if not model.on("C25"):
            return 1.0
        fresh = model.month_index - model.government.since < 12
        heard = model.draw.stakeholder_repair * (1.0 if fresh else 0.25)
        return 1.0 + heard * model.stakeholders.stake
