"""The government of Colombia: what it can do, and where and on whom it presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rift_sim.agents.base import Actor
from rift_sim.agents.partners import ABSORBED
from rift_sim.physics.capability import ces, leadership_step, relax, substitution_step, with_partner
from rift_sim.vocabulary import SECURITY_LINES

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["POLICY_MONTHS", "Government"]

RUPTURE = 0.4
"""Level of diplomacy below which a relationship counts as ruptured (judgement)."""

POLICY_MONTHS = 4.0
"""Time constant with which a new posture reaches the field (judgement)."""


class Government(Actor):
    """The government: its president's type, its forces and its posture.

    Attributes
    ----------
    president
        Type of president, one of `rift_sim.vocabulary.PRESIDENT_TYPES`.
    since
        Month in which the president took office, as an index.
    hostility
        Of the pair of governments in [0, 1], before partners and time change it.
    pressure, pressure_wanted
        Pressure on armed groups relative to 2023-2025, now and as decided.
    eradication, eradication_effect
        Hectares of coca eradicated a year, and hectares gone for good per hectare.
    mobility, intelligence, leadership, force
        Inputs of capability, 1 at full strength.
    start_pressure, start_extraditing, start_support, start_clearing
        Pressure, extradition, U.S. security aid and eradication at the start of the run.
    officers
        Experience of police intelligence officers, in [0, 1].
    sharing, extradition
        Intelligence sharing with the U.S. and extradition, in [0, 1].
    capability, reference
        Capability now and at the start of the run.
    force_trend
        Relative change of the forces a year under this president.
    lent
        What partners of extensions add to U.S. aid by line (`air_mobility`, `intelligence`,
        `police`), 1 = fiscal year 2024. The forces take up both together, as far as they can.
    frozen
        By claim, what partners and experience provided at the start of the run, for the
        mechanisms that are switched off.
    """

    def __init__(self, model: RiftModel) -> None:
        super().__init__(model)
        self.president = "left"
        self.hostility = 0.0
        self.pressure = self.pressure_wanted = 1.0
        self.eradication = self.eradication_effect = 0.0
        self.leadership = self.officers = self.force = 1.0
        self.sharing = self.extradition = 1.0
        self.substitute_mobility = self.substitute_intelligence = 0.0
        self.mobility = self.intelligence = self.capability = self.reference = 1.0
        self.reference_intelligence = 1.0
        self.start_clearing = (0.0, 0.0)
        self.start_extraditing = self.start_pressure = self.start_support = 1.0
        self.force_ramp = (0.0, 0)
        self.lent = dict.fromkeys(SECURITY_LINES, 0.0)
        self.frozen: dict[str, float] = {}
        self.adopt("left", first=True)

    def adopt(self, president: str, *, first: bool = False) -> None:
        """Take over the posture of a type of president; C24 decides on the relationship."""
        draw = self.rift.draw
        self.president, self.since = president, self.rift.month_index
        self.pressure_wanted = draw[f"pressure_{president}"]
        self.eradication = draw[f"eradication_{president}"]
        self.eradication_effect = draw.eradication_effect
        self.force_trend = draw[f"force_trend_{president}"]
        # A switch changes what happens, not where it starts: the past had its presidents.
        if not self.rift.started or self.rift.on("C24"):
            self.hostility = draw[f"hostility_{president}"]
        if first:
            self.pressure = self.pressure_wanted

    def set_reference(self) -> None:
        """Remember the start: effects on the map are relative to it, what is off stays there."""
        self.reference = self.capability
        self.reference_intelligence = max(self.intelligence, 1e-6)
        self.start_clearing = (self.eradication, self.eradication_effect)
        self.start_extraditing = max(self.extraditing, 1e-6)
        self.start_pressure = self.pressure
        self.start_support = self.rift.united_states.support
        self.frozen = {c: level for c, level in self._provided().items() if not self.rift.on(c)}

    @property
    def ratio(self) -> float:
        """Capability relative to the start of the run."""
        return self.capability / self.reference

    @property
    def loss_rate(self) -> float:
        """Losses of armed groups a member and year under the effort of this month.

        They follow pressure by C12 and capability by C05; intelligence has switches of its own.
        """
        draw = self.rift.draw
        pressure = self.pressure if self.rift.on("C12") else self.start_pressure
        able: float = self.ratio**draw.loss_capability if self.rift.on("C05") else 1.0
        found: float = (self.intelligence / self.reference_intelligence) ** draw.loss_intelligence
        lost: float = draw.loss_rate * pressure * able * found
        if self.rift.on("C18"):
            # Whoever faces extradition talks: without it fewer leaders and depots are found.
            lost *= 1.0 - draw.informant_share * (1.0 - self.extraditing / self.start_extraditing)
        return lost

    @property
    def extraditing(self) -> float:
        """Extradition as it goes on: policy, and what a ruptured relationship leaves (C18)."""
        if not self.rift.on("C18"):
            return self.extradition
        depth = max(0.0, 1.0 - self.rift.relationship.pillars["diplomacy"] / RUPTURE)
        return self.extradition * (1.0 - self.rift.draw.extradition_rupture * depth)

    @property
    def clearing(self) -> tuple[float, float]:
        """Hectares of coca eradicated a year, and the share of them that is gone for good (C13)."""
        if not self.rift.on("C13"):
            return self.start_clearing
        return self.eradication, self.eradication_effect

    def step(self) -> None:
        """Update the forces: experience, size, and what partners still provide."""
        draw, rift = self.rift.draw, self.rift
        self.pressure = relax(self.pressure, self.pressure_wanted, POLICY_MONTHS)
        police = rift.united_states.disbursed["police"] + self.lent["police"]
        training = draw.training_effect * police if rift.on("C28") else 0.0
        experience = leadership_step(self.leadership, draw.leadership_rebuild, training)
        self.leadership = self.frozen.get("C03", experience)
        officers = leadership_step(self.officers, draw.officer_rebuild, 0.0)
        self.officers = self.frozen.get("C04", officers)
        change, months = self.force_ramp
        if months > 0:
            self.force += change
            self.force_ramp = (change, months - 1)
        self.force *= 1.0 + self.force_trend / 12.0
        self._combine()

    def _provided(self) -> dict[str, float]:
        """Return what partners and experience provide this month, by claim."""
        aid, lent = self.rift.united_states.disbursed, self.lent
        return {
            "C01": aid["air_mobility"] + lent["air_mobility"],
            "C02": aid["intelligence"] * self.sharing + lent["intelligence"],
            "C03": self.leadership,
            "C04": self.officers,
        }

    def _combine(self) -> None:
        """Build up substitutes for what is missing, and combine it all into capability."""
        draw = self.rift.draw
        provided = self._provided() | self.frozen if self.frozen else self._provided()
        air, analysts, experience, officers = provided.values()
        years, ceiling = draw.substitution_years, draw.substitution_ceiling
        # Who holds what the partner gives holds what stands in for it, too.
        if "C01" not in self.frozen:
            self.substitute_mobility = substitution_step(
                self.substitute_mobility, draw.us_share_mobility * (1.0 - air), ceiling, years
            )
        if "C02" not in self.frozen:
            self.substitute_intelligence = substitution_step(
                self.substitute_intelligence,
                draw.us_share_intelligence * (1.0 - analysts),
                ceiling,
                years,
            )
        self.mobility = with_partner(
            1.0, draw.us_share_mobility, min(air, ABSORBED), self.substitute_mobility
        )
        link = 1.0 - draw.officer_link * (1.0 - officers)
        self.intelligence = with_partner(
            officers,
            draw.us_share_intelligence,
            min(analysts, ABSORBED) * link,
            self.substitute_intelligence,
        )
        self.capability = ces(
            (self.mobility, self.intelligence, experience, self.force),
            (
                draw.weight_mobility,
                draw.weight_intelligence,
                draw.weight_leadership,
                draw.weight_force,
            ),
            draw.ces_elasticity,
            draw.capability_floor,
        )

    def retire(self, share: float, officers: float) -> None:
        """Lose experience: `share` of leadership, `officers` of police intelligence."""
        self.leadership *= 1.0 - self.rift.draw.leadership_relevance * share
        self.officers *= 1.0 - officers

    def rebuild(self, share: float) -> None:
        """Regain a share of the experience that is missing."""
        self.leadership += share * (1.0 - self.leadership)
        self.officers += share * (1.0 - self.officers)
