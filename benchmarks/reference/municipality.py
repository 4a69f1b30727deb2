"""What happens in a place besides armed groups: the state, violence, people, coca, observers."""

from __future__ import annotations

from math import exp, floor, sqrt

import numpy as np

from benchmarks.reference.armed import HeldPlace
from rift_sim.initial.levels import MASS_LARGEST, MASS_LIMIT, MASS_SMALLEST
from rift_sim.physics.quantiles import normal, poisson
from rift_sim.physics.streams import uniform

__all__ = ["BorderZone", "Municipality"]

FIRST_FIELD = 20.0
"""Hectares with which cultivation starts in a new place."""


class Municipality(HeldPlace):
    """A municipality of Colombia."""

    def deploy(self, ratio: float) -> None:
        """Move the presence of the state toward what its capability can hold."""
        params = self.ground.params
        exponent = params.presence_response * (1.5 - self.state_reference)
        target = min(1.0, self.state_reference * ratio**exponent)
        speed = min(1.0, 1.0 / params.presence_months)
        self.state_presence += speed * (target - self.state_presence)

    def ask_for_operations(self, mean_violence: float, focus: float) -> float:
        """Weigh the effort of the forces here; return the members exposed to it."""
        exposure = self.ground.exposure
        need = (0.1 + self.memory / mean_violence) ** focus
        self.operations = (0.25 + 0.75 * self.access) * need
        return sum(exposure[group] * f.armed for group, f in self.footholds.items())

    def count_violence(self, scale: list[float], tempo: float, months: float) -> None:
        """Add up the expected deaths of the month, and remember them."""
        self.reach = sum(self.strength.values())
        here = scale[0] * self.fighting + scale[1] * self.clashes + scale[2] * self.reach
        self.violence = tempo * here
        self.memory += min(1.0, 1.0 / months) * (self.violence - self.memory)

    def stand_guard(
        self, group: int, formation: float, turning: float, key_form: np.uint64, key_turn: np.uint64
    ) -> None:
        """Let a self-defence unit form, grow while it is needed, or turn on others."""
        ground, params = self.ground, self.ground.params
        if self.trade <= 0.0:
            return
        threat = self.reach / (self.reach + params.threat_scale)
        bare = max(0.0, 1.0 - self.state_presence)
        if self.guards <= 0.0:
            hazard = formation * self.trade * bare * threat
            if uniform(key_form, self.index) < 1.0 - exp(-hazard):
                self.guards = params.self_defence_founders
            return
        room = max(0.0, 1.0 - self.guards / (params.self_defence_limit * self.trade))
        self.guards += params.self_defence_growth / 12.0 * threat * room * self.guards
        hazard = turning * exp(params.self_defence_prey * self.trade * (bare - threat))
        if uniform(key_turn, self.index) < 1.0 - exp(-hazard):
            share = ground.armed_share[group]
            camp = self.foothold(group)
            camp.armed += share * self.guards
            camp.support += (1.0 - share) * self.guards
            ground.turned[group] += self.guards
            self.guards = 0.0

    def extort(self, level: float, scale: float, follow: bool) -> None:
        """Count the cases of extortion; without C08 those of the groups of the start."""
        takers = self.reach if follow else float(self.ground.levels.reach[self.index])
        self.extorted = level * self.trade * takers / (takers + scale)

    def bury(self, spread: float, key: np.uint64) -> None:
        """Draw the deaths of the month."""
        z = normal(uniform(key, len(self.ground.places) + self.index))
        noise = exp(spread * z - 0.5 * spread * spread)
        self.dead = poisson(self.violence * noise, uniform(key, self.index))

    def fear(self, national: float, regional: dict[int, float]) -> None:
        """Weigh how much displacement the violence would cause, and the shock it shares."""
        params = self.ground.params
        self.shock = exp(regional.get(self.department, 0.0) + national)
        self.expected = 0.0
        if self.violence > 0.0 and self.resident > 0.0:
            self.expected = (
                (self.rural_share * self.resident) ** params.displacement_people
                * self.violence**params.displacement_violence_now
                * max(self.memory, 1e-6) ** params.displacement_violence_memory
                * self.frailty
            )

    def flee(
        self,
        rates: tuple[float, float],
        key_noise: np.uint64,
        key_count: np.uint64,
        key_mass: np.uint64,
        key_size: np.uint64,
    ) -> None:
        """Draw the newly displaced: a steady flow, and now and then a mass event.

        `rates` are people and mass events per unit of hazard.
        """
        params = self.ground.params
        rho, spread = params.noise_persistence, params.noise_sd
        fresh = sqrt(1.0 - rho * rho) * spread
        self.noise = rho * self.noise + fresh * normal(uniform(key_noise, self.index))
        self.newly = 0.0
        if self.expected <= 0.0:
            return
        level = self.expected * self.shock
        factor = level * exp(self.noise - 0.5 * spread * spread)
        count = poisson(rates[0] * factor, uniform(key_count, self.index))
        limit = MASS_LIMIT * self.resident
        if uniform(key_mass, self.index) < 1.0 - exp(-rates[1] * level):
            largest = max(MASS_SMALLEST * 1.01, min(MASS_LARGEST, limit))
            count += floor(self.mass_event(largest, uniform(key_size, self.index)))
        self.newly = min(count, floor(limit))
        self.resident -= self.newly

    def mass_event(self, largest: float, u: float) -> float:
        """Return the size of a mass event: Pareto, cut at `largest`."""
        tail = self.ground.params.mass_tail
        top = 1.0 - (MASS_SMALLEST / largest) ** tail
        return float(MASS_SMALLEST * (1.0 - u * top) ** (-1.0 / tail))

    def confine(self, rate: float, key: np.uint64) -> None:
        """Draw the people newly confined: the same violence, but no way out."""
        self.confined = 0.0
        if self.expected > 0.0:
            spread = self.ground.params.noise_sd
            factor = self.expected * self.shock * exp(self.noise - 0.5 * spread * spread)
            mean = rate * factor * self.remoteness * self.remoteness
            drawn = poisson(mean, uniform(key, self.index))
            self.confined = min(drawn, floor(MASS_LIMIT * self.resident))

    def resettle(self) -> None:
        """Let the newly displaced leave, and those away return or settle elsewhere."""
        params, flows = self.ground.params, self.ground.flows
        crossing = self.newly * self.abroad_share
        flows[1] += crossing
        self.away += self.newly - crossing
        if self.away <= 0.0:
            return
        calm = exp(-params.return_violence * self.violence)
        back = self.away * params.return_share / 12.0 * calm
        settle = (self.away - back) / params.protracted_months
        self.away -= back + settle
        self.resident += back
        flows[0] += back
        for place, share in self.destinations:
            place.protracted += settle * share

    def settle(self) -> None:
        """Let protracted displacement end where people live, and the residents grow."""
        params, flows = self.ground.params, self.ground.flows
        solved = self.protracted * params.solutions_rate / 12.0
        self.protracted -= solved
        self.resident += solved
        flows[2] += solved
        born = self.resident * params.natural_increase / 12.0
        self.resident += born
        flows[3] += born

    def count_hosted(self) -> None:
        """Tell the hosts of those who fled from here that they are there."""
        if self.away > 0.0:
            for place, share in self.destinations:
                place.hosted += self.away * share

    def clear(self, removed: float) -> None:
        """Eradicate: `removed` is the share of the fields within full reach."""
        self.cleared = self.coca > 0.0
        taken = self.eradicable * removed
        self.coca -= taken
        self.ground.coca_flows[1] += taken

    def tend(self, drift: dict[int, float], shock: float, regional: dict[int, float]) -> float:
        """Let fields grow as those of the whole department do; return what stands then."""
        before = self.coca
        self.coca *= exp(drift[self.department] + shock + regional.get(self.department, 0.0))
        self.ground.coca_flows[0] += self.coca - before
        return self.coca

    def shift(self, key: np.uint64) -> float:
        """Let fields move between the places of the department; return the weight of this one."""
        spread = self.ground.params.coca_local_sd * sqrt(1.0 / 12.0)
        self.coca *= exp(spread * normal(uniform(key, self.index)))
        return self.coca

    def plant(self, key: np.uint64) -> None:
        """Plant a first field next to others, where a group holds the place."""
        if (
            not self.cleared
            and self.coca_capacity > 0.0
            and self.reach > 0.0
            and any(neighbour.coca > 30.0 for neighbour in self.neighbours)
            and uniform(key, self.index) < 1.0 - exp(-self.ground.params.coca_entry / 12.0)
        ):
            self.coca = min(FIRST_FIELD, self.coca_capacity)
            self.ground.coca_flows[0] += self.coca

    @property
    def eradicable(self) -> float:
        """Hectares, as far as eradicators reach them."""
        return self.coca * (0.3 + 0.7 * self.access)

    def observe(self, presence: float, margin: float, demand: float) -> None:
        """Say which groups survey, alerts and control report."""
        survey, control = set(), set()
        total = self.reach
        needed = demand * presence / max(1.0 - presence, 0.02) * (self.rural_people + 500.0)
        for group, foothold in self.footholds.items():
            if foothold.armed + foothold.support > self.detection[group]:
                survey.add(group)
            own = self.strength.get(group, 0.0)
            if own > margin * (total - own) and own * 1000.0 > needed:
                control.add(group)
        heard = {group for group, own in self.strength.items() if own > self.attention}
        self.survey, self.alert, self.control = survey, survey | heard, control


class BorderZone(Municipality):
    """A zone across the border: groups rest there, no Colombian state, no displaced people."""

    def shelter(self, permissiveness: dict[str, float]) -> None:
        """Follow how freely the neighbour lets groups rest."""
        self.state_presence = 1.0 - permissiveness[self.country]
