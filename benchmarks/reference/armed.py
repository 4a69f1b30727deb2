"""What armed groups do in a place: weigh it, recruit, move, enter, leave, fight."""

from __future__ import annotations

from itertools import combinations
from math import exp
from typing import NamedTuple

import numpy as np

from benchmarks.reference.place import Foothold, Place
from rift_sim.physics.streams import uniform

__all__ = ["HeldPlace", "Weights"]


class Weights(NamedTuple):
    """Weights of utility: rent, state presence, operations (times pressure), rivals."""

    rent: float
    state: float
    operations: float
    rivals: float


class HeldPlace(Place):
    """A place that armed groups hold, want, share or fight over."""

    def value(self) -> None:
        """Value the place by the rents that each group within reach lives on."""
        leaf = self.coca / (self.coca + self.ground.params.coca_scale)
        mining, smuggling, wealth = self.resources
        self.rents = {}
        for group in self.within_reach():
            mix = self.ground.mix[group]
            self.rents[group] = (
                mix[0] * leaf + mix[1] * mining + mix[2] * smuggling + mix[3] * wealth
            )

    def weigh(self, weights: Weights, presence: float) -> None:
        """Weigh rents against the state, its operations, and rivals at war."""
        exposure, enemies = self.ground.exposure, self.ground.enemies
        base = weights.state * presence
        push = weights.operations * self.operations * self.access
        self.utilities = {}
        for group, rent in self.rents.items():
            utility = weights.rent * rent - base - exposure[group] * push
            rivals, own = self.guards, 0.0
            for other, foothold in self.footholds.items():
                if other == group:
                    own = foothold.armed
                elif other in enemies[group]:
                    rivals += foothold.armed
            if rivals > 0.0:
                utility -= weights.rivals * rivals / (rivals + own + 5.0)
            self.utilities[group] = utility

    def recruit(self, elasticity: float) -> None:
        """Recruit where rents are high and the place can feed more."""
        ground, total = self.ground, self.members
        if total <= 0.0:
            return
        room = max(0.0, 1.0 - total / self.capacity)
        for group, foothold in self.footholds.items():
            here = foothold.armed + foothold.support
            if here > 0.0:
                rent = (0.05 + self.rents[group]) / (0.05 + ground.mean_rent[group])
                pull = min(3.0, rent**elasticity)
                gain = here * ground.recruitment[group] / 12.0 * pull * room
                ground.recruits[group] += gain
                # Losses of fighters are made good first.
                share = ground.armed_share[group]
                lack = share - foothold.armed / here
                part = min(1.0, max(0.0, share + 2.0 * lack))
                foothold.armed += gain * part
                foothold.support += gain * (1.0 - part)

    def attract(self) -> None:
        """Say how strongly each foothold pulls members."""
        for group, foothold in self.footholds.items():
            foothold.pull = exp(self.utilities[group])

    def offer(self) -> None:
        """Divide the members by the pull of all footholds they could choose."""
        for group, foothold in self.footholds.items():
            total = foothold.pull
            for neighbour in self.neighbours:
                if group in neighbour.footholds:
                    total += neighbour.footholds[group].pull
            foothold.leaving = foothold.armed / total
            foothold.joining = foothold.support / total

    def gather(self, share: float) -> None:
        """Let those who move arrive: a share of the members has chosen again."""
        for group, foothold in self.footholds.items():
            armed, support = foothold.leaving, foothold.joining
            for neighbour in self.neighbours:
                if group in neighbour.footholds:
                    other = neighbour.footholds[group]
                    armed += other.leaving
                    support += other.joining
            foothold.armed += share * (foothold.pull * armed - foothold.armed)
            foothold.support += share * (foothold.pull * support - foothold.support)

    def scout(self) -> None:
        """Count the members next door of each group that has no foothold here."""
        self.prospects = {}
        for neighbour in self.neighbours:
            for group, foothold in neighbour.footholds.items():
                if group not in self.footholds:
                    near, strength = self.prospects.get(group, (0.0, 0.0))
                    near += foothold.armed
                    strength += foothold.armed + foothold.support
                    self.prospects[group] = near, strength

    def ticket(self, group: int) -> int:
        """Return the coordinate of the draws of a group in this place."""
        return self.ground.numbers[group] * 65536 + self.index

    def enter(self, key: np.uint64) -> None:
        """Let groups from next door found footholds here."""
        ground, params = self.ground, self.ground.params
        for group, (near, strength) in self.prospects.items():
            if near <= 0.0:
                continue
            appeal = exp(self.utilities[group] - ground.mean_utility[group])
            appeal = min(5.0, max(0.02, appeal))
            hazard = params.entry_rate / 12.0 * (1.0 - exp(-near / params.entry_reach)) * appeal
            draw = uniform(key, self.ticket(group))
            if draw < 1.0 - exp(-hazard):
                ground.founded.append(self._found(group, min(0.2, params.entry_party / strength)))

    def _found(self, group: int, share: float) -> Foothold:
        """Found a foothold with a share of the members next door."""
        new = self.foothold(group)
        new.fresh = True
        for neighbour in self.neighbours:
            source = neighbour.footholds.get(group)
            if source is not None and not source.fresh:
                armed, support = share * source.armed, share * source.support
                new.armed += armed
                new.support += support
                source.armed -= armed
                source.support -= support
        return new

    def withdraw(self, key: np.uint64) -> None:
        """Let groups give up weak footholds and join the strongest one next door."""
        ground, params = self.ground, self.ground.params
        for group, foothold in list(self.footholds.items()):
            here = foothold.armed + foothold.support
            doubt = exp(ground.mean_utility[group] - self.utilities[group])
            doubt = min(10.0, max(0.1, doubt))
            hazard = params.exit_rate / 12.0 * params.exit_size / (here + params.exit_size) * doubt
            if uniform(key, self.ticket(group)) >= 1.0 - exp(-hazard):
                continue
            best, most = None, 0.0
            for neighbour in self.neighbours:
                other = neighbour.footholds.get(group)
                if other is not None and other.armed > most:
                    best, most = other, other.armed
            if best is not None:
                best.armed += foothold.armed
                best.support += foothold.support
            else:
                ground.dispersed[group] += here
            del self.footholds[group]
            ground.given_up += 1

    def suffer_strikes(self, rate: float) -> None:
        """Lose members to the state by death, capture and surrender."""
        ground = self.ground
        self.clashes = 0.0
        for group, foothold in self.footholds.items():
            here = foothold.armed + foothold.support
            if here > 0.0:
                share = 1.0 - exp(-rate / 12.0 * ground.exposure[group] * self.operations)
                self.clashes += share * foothold.armed
                ground.lost_state[group] += share * here
                foothold.armed *= 1.0 - share
                foothold.support *= 1.0 - share

    def fight(self, deterrence: float, loss: float) -> None:
        """Let the groups that share the place fight, each pair by itself."""
        ground = self.ground
        self.fighting, self.contested = 0.0, False
        calm = max(0.0, 1.0 - deterrence * self.state_presence)
        for (g, one), (h, other) in combinations(self.footholds.items(), 2):
            if one.armed <= 0.0 or other.armed <= 0.0:
                continue
            pair = ground.pairs[g, h]
            total = one.armed + other.armed
            engaged = one.armed * other.armed / total
            pair.overlap += engaged
            self.contested = self.contested or pair.at_war
            burn = engaged * pair.intensity * calm
            if burn > 0.0:
                self.fighting += burn
                dead = min(loss * burn, 0.3 * engaged)
                toll = dead * other.armed / total
                ground.lost_rivals[g] += toll
                ground.lost_rivals[h] += dead - toll
                one.armed -= toll
                other.armed -= dead - toll

    def radiate(self, spill: float, support_weight: float) -> None:
        """Spread the influence of each group here and, in part, next door."""
        for group, foothold in self.footholds.items():
            weight = foothold.armed + support_weight * foothold.support
            if weight > 0.0:
                self.strength[group] = self.strength.get(group, 0.0) + weight
                for neighbour in self.neighbours:
                    strength = neighbour.strength
                    strength[group] = strength.get(group, 0.0) + spill * weight
