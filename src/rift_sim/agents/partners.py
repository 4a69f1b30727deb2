"""Partner states: the United States, China, and the neighbours across the border."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from rift_sim.agents.base import Actor
from rift_sim.physics.capability import relax
from rift_sim.vocabulary import AID_LINES, COUNTRIES, SECURITY_LINES

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["ABSORBED", "China", "Neighbour", "Partner", "UnitedStates"]

ABSORBED = 1.5
"""Level of aid above which more of it changes nothing more (judgement)."""

_security = itemgetter(*SECURITY_LINES)

_TERM_2025 = 2025 * 12 + 1
_TERM_2029 = 2029 * 12 + 1
"""February of the year in which a U.S. administration takes office, as month index."""


class Partner(Actor):
    """A state that gives, withholds, tolerates or closes."""

    def set_reference(self) -> None:
        """Remember the start of the run; called once, before its first month."""


class UnitedStates(Partner):
    """The United States: aid by line, and how it treats the pair of governments.

    Attributes
    ----------
    level
        Appropriated aid by line, 1 = fiscal year 2024.
    held
        Lines that a scenario holds; the agent leaves them alone.
    disbursed
        Aid that arrives, by line, 1 = fiscal year 2024.
    support
        Mean of what is disbursed in the three security lines, as far as it can be absorbed.
    dollars
        Dollars a month by line at a level of 1.
    """

    def __init__(self, model: RiftModel) -> None:
        super().__init__(model)
        self.level = dict.fromkeys(AID_LINES, 1.0)
        self.disbursed = dict.fromkeys(AID_LINES, 1.0)
        self.dollars = {line: model.draw[f"aid_{line}"] / 12.0 for line in AID_LINES}
        self.anticrime = self.support = 1.0
        self.held: set[str] = set()
        self.ramps: dict[str, tuple[float, int]] = {}

    def decree(self, levels: dict[str, float], over_months: int, hold: bool) -> None:
        """Set aid by line, at once or along a straight line."""
        for line, level in levels.items():
            self.held.discard(line)
            self.ramps.pop(line, None)
            if hold:
                self.held.add(line)
            if over_months:
                self.ramps[line] = ((level - self.level[line]) / over_months, over_months)
            else:
                self.level[line] = level

    def temper(self) -> float:
        """Return the factor by which the administration of the month changes hostility."""
        if self.rift.month_index < _TERM_2025:
            return self.rift.draw.us_earlier_factor
        return 1.0 if self.since_2025 else self.rift.draw.us_2029_factor

    @property
    def since_2025(self) -> bool:
        """Whether the administration of 2025 is in office."""
        return _TERM_2025 <= self.rift.month_index < _TERM_2029

    def step(self) -> None:
        """Appropriate at the start of the fiscal year; disburse with the pipeline's delay."""
        rift = self.rift
        if rift.started and rift.month.month == 10:
            self._appropriate()
        if self.ramps:
            self._climb()
        level, disbursed, delay = self.level, self.disbursed, rift.draw.aid_pipeline
        for line in AID_LINES:
            disbursed[line] = relax(disbursed[line], level[line], delay)
        self.support = min(ABSORBED, sum(_security(disbursed)) / 3.0)
        if rift.on("C19") or not rift.started:
            lost = rift.draw.anticrime_share * (1.0 - rift.relationship.index)
            self.anticrime = relax(self.anticrime, 1.0 - lost, 24.0)

    def _climb(self) -> None:
        """Take one step along the straight lines that a scenario draws."""
        for line, (change, months) in list(self.ramps.items()):
            self.level[line] += change
            self.ramps[line] = (change, months - 1)
            if months <= 1:
                del self.ramps[line]

    def _appropriate(self) -> None:
        """Move free lines part of the way to the aid that the state of diplomacy earns."""
        draw = self.rift.draw
        earned = draw.aid_restoration_ceiling * self.rift.relationship.pillars["diplomacy"]
        for line in AID_LINES:
            if line not in self.held and line not in self.ramps:
                gap = earned - self.level[line]
                self.level[line] += draw.aid_appropriation_speed * gap

    def usd(self, line: str) -> float:
        """Return the dollars disbursed in the month in one line."""
        return self.dollars[line] * self.disbursed[line]

    @property
    def security(self) -> float:
        """Mean level of the three security lines, at most 1."""
        return min(1.0, self.support)


class China(Partner):
    """China: offers what the United States leaves.

    Attributes
    ----------
    engagement
        In [0, 1].
    """

    def __init__(self, model: RiftModel) -> None:
        super().__init__(model)
        self.engagement = 0.1

    def step(self) -> None:
        """Move toward the room that the relationship leaves, over about two years (C20)."""
        if self.rift.started and not self.rift.on("C20"):
            return
        room = self.rift.draw.china_gain * (1.0 - self.rift.relationship.index)
        self.engagement = relax(self.engagement, room, 24.0)


class Neighbour(Partner):
    """A neighbour: how freely armed groups rest on its side of the border.

    Attributes
    ----------
    country
        ``venezuela`` or ``ecuador``.
    permissiveness, wanted
        In [0, 1], now and where it is heading.
    instability
        What groups from across the border make of the country, 1 = as at the start (C17).
    """

    def __init__(self, model: RiftModel, country: str, permissiveness: float) -> None:
        super().__init__(model)
        self.country = country
        self.permissiveness = self.wanted = permissiveness
        self.order = COUNTRIES.index(country)
        self.instability = 1.0
        self.abroad = 0.0
        self.leaving = model.draw[f"emigration_{country}"] / 12.0

    def step(self) -> None:
        """Follow the regime within about half a year, and the groups on this side in a year."""
        self.permissiveness = relax(self.permissiveness, self.wanted, 6.0)
        if self.rift.started and self.rift.on("C17"):
            # A hundred members more or less mean little where there were none.
            spill = (self.rift.ground.abroad[self.order] + 100.0) / (self.abroad + 100.0)
            felt = float(spill) ** self.rift.draw.spillover_response
            self.instability = relax(self.instability, felt, 12.0)

    def set_reference(self) -> None:
        """Remember how many members of groups were here at the start."""
        self.abroad = float(self.rift.ground.abroad[self.order])

    @property
    def emigration(self) -> float:
        """People who leave the country in the month."""
        return self.leaving * self.instability
