"""One random state of the map, twice: as arrays for the kernels, as places of the twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mesa
import numpy as np
from benchmarks.reference.ground import TwinGround
from numpy.typing import NDArray

from rift_sim.initial.start import initial_state
from rift_sim.initial.state import Levels
from rift_sim.initial.world import World
from rift_sim.parameters import Beliefs
from rift_sim.physics.reach import footholds_of

Floats = NDArray[np.float64]

SEED, MONTH = 7, 24313
LIVELY = {"war_onset": 4.0, "war_end": 4.0, "pact_onset": 4.0, "pact_end": 6.0}
"""Assumptions under which most pairs change, so that every way they can is seen."""


class RandomGround:
    """A random state as arrays (`state` and the attributes here) and as a twin (`ground`).

    States are wilder than those of a run: many groups in a place, footholds without
    members, places with few people or none, coca above capacity and about the size from
    which it spreads.
    """

    def __init__(self, world: World, replicate: int) -> None:
        self.world = world
        self.rng = np.random.default_rng(replicate)
        self.draw = Beliefs(world.ledger, LIVELY).draw(SEED, replicate)
        self.groups, self.places = world.shape
        territory = world.territory
        self.indptr, self.indices = territory.indptr, territory.indices
        self.access = 1.0 - territory.remoteness
        self.state = self._state(replicate)
        self.ground = TwinGround(mesa.Model(rng=0), world, self.draw, self.state, SEED, replicate)
        self.ground.begin(MONTH)
        self.twins = list(self.ground.places)
        self.exposure = self.rng.uniform(0.2, 1.5, self.groups)
        self.ground.exposure = self.exposure.tolist()
        self.key = self.ground.key
        self.held, self.lodgers = footholds_of(self.state.present)
        self.scratch = np.zeros((4, self.places))

    def _state(self, replicate: int) -> Any:
        rng, shape = self.rng, self.world.shape
        groups, places = shape
        present = (rng.random(shape) < 0.3).astype(np.uint8)
        manned = present * (rng.random(shape) < 0.9)
        war = np.triu(rng.integers(0, 3, (groups, groups)), 1)
        shock = np.triu(rng.normal(size=(groups, groups)), 1)
        empty = rng.random(places) < 0.1
        capacity = np.where(rng.random(places) < 0.7, rng.exponential(500.0, places), 0.0)
        coca = np.where(rng.random(places) < 0.3, rng.exponential(1.0, places) * capacity, 0.0)
        coca = np.where(rng.random(places) < 0.2, rng.uniform(0.0, 60.0, places), coca)
        few = rng.random(places) < 0.3
        people = np.where(few, rng.uniform(300.0, 600.0, places), rng.exponential(2e4, places))
        levels = Levels(
            violence=rng.uniform(0.001, 0.02, 3),
            displaced=rng.uniform(0.1, 1.0),
            mass_events=rng.uniform(0.001, 0.1),
            confined=rng.uniform(0.1, 30.0),
            mean_rent=rng.uniform(0.0, 0.6, groups),
            mean_utility=rng.uniform(-1.0, 1.0, groups),
            reach=rng.exponential(20.0, places),
            extortion=rng.uniform(1.0, 20.0),
        )
        return replace(
            initial_state(self.world, self.draw, SEED, replicate),
            armed=manned * rng.exponential(40.0, shape),
            support=manned * rng.exponential(30.0, shape),
            present=present,
            state_presence=rng.uniform(0.0, 1.0, places),
            operations=rng.uniform(0.0, 3.0, places),
            violence=np.where(empty, 0.0, rng.exponential(0.5, places)),
            memory=rng.exponential(0.5, places),
            coca=coca,
            coca_capacity=capacity,
            coca_ceiling=rng.exponential(20_000.0, len(self.world.territory.departments) + 1),
            resident=np.where(empty, 0.0, people),
            away=np.where(empty, 0.0, rng.exponential(300.0, places)),
            protracted=rng.exponential(2000.0, places),
            noise=rng.normal(size=places),
            detection=rng.exponential(20.0, shape),
            attention=rng.exponential(20.0, places),
            pair_state=war + war.T,
            pair_shock=shock + shock.T,
            levels=levels,
        )

    def of_places(self, attribute: str) -> Floats:
        """Read an attribute of every place, shape (place,)."""
        return np.array([getattr(place, attribute) for place in self.twins], dtype=float)

    def of_footholds(self, attribute: str) -> Floats:
        """Read an attribute of every foothold, 0 where there is none, shape (group, place)."""
        return self.of_groups(
            lambda place: {g: getattr(f, attribute) for g, f in place.footholds.items()}
        )

    def of_groups(self, read: Callable[[Any], Any]) -> Floats:
        """Spread a mapping by group, or a set of groups, of every place over (group, place)."""
        out = np.zeros((self.groups, self.places))
        for place in self.twins:
            found = read(place)
            for group in found:
                out[group, place.index] = found[group] if isinstance(found, dict) else 1.0
        return out

    def give(self, attribute: str, values: Floats) -> Floats:
        """Hand every place its value of an attribute; return the values."""
        for place, value in zip(self.twins, values, strict=True):
            setattr(place, attribute, float(value))
        return values

    def give_groups(self, attribute: str, values: Floats) -> Floats:
        """Hand every place its values by group; return the values, shape (group, place)."""
        for place in self.twins:
            setattr(place, attribute, dict(enumerate(values[:, place.index].tolist())))
        return values
