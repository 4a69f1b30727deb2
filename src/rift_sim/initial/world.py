"""The world: everything that the replicates of a scenario share and none changes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.calendar import Month, month_axis
from rift_sim.extension.registry import ledger_with, use
from rift_sim.initial.as_of import (
    counts_of,
    department_counts,
    groups_of,
    has_table,
    homelands,
    map_members,
    members_of,
    pair_states,
    stand_ins,
)
from rift_sim.initial.given import Displaced, displaced_of, read_maps
from rift_sim.initial.outputs import Variable, output_variables
from rift_sim.initial.resources import coca_at_start, destinations, resource_indices
from rift_sim.parameters import Beliefs
from rift_sim.physics.reach import Cells
from rift_sim.physics.relationship import PHASES
from rift_sim.physics.streams import group_number
from rift_sim.scenario.named import check_strategies
from rift_sim.seeds.posterior import Posterior, load_posterior
from rift_sim.territory import load_territory
from rift_sim.vocabulary import AID_LINES, PILLARS

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["World"]

Floats = NDArray[np.float64]


class World:
    """What the replicates of one scenario share: map, ledger, groups, starting figures.

    Parameters
    ----------
    scenario
        A resolved scenario without sweep axes.
    municipal
        Also record yearly figures for each municipality.

    Attributes
    ----------
    posterior
        Table that parameters are drawn from; None where they come from the priors.
    extensions
        Extensions that the scenario names, in its order.
    groups
        Ids of the groups that can act, in the order of the ledger.
    numbers
        Lasting numbers of the groups, for their random numbers, shape (group,).
    resources
        Mining, smuggling and extortion indices, shape (3, place).
    mix
        Income shares of coca, mining, smuggling, extortion, shape (group, 4).
    members
        Total and armed members at the start, shape (group, 2).
    municipalities
        Municipalities with each group at the start, shape (group,).
    presence_counts, any_group
        The same by (department, group), and with any group by department; 0 where the start is
        earlier than the survey by department.
    coca
        Coca of the last survey before the start, or as the scenario gives it.
    displaced
        Where people are newly displaced at the start, if the scenario says so.
    destination_index, log_population, log_distance
        Where people flee to, shape (place, destination).
    """

    def __init__(self, scenario: Scenario, *, municipal: bool = False) -> None:
        self.scenario = scenario
        self.municipal = municipal
        self.extensions = use(scenario.extensions)
        self.ledger: Ledger = ledger_with(scenario.extensions)
        self.posterior: Posterior | None = load_posterior(scenario.parameters, self.ledger)
        place = scenario.territory
        self.territory: Territory = load_territory(
            place.municipalities, place.neighbours, place.departments, strict=place.strict
        )
        self.warnings = list(self.territory.warnings)
        maps = read_maps(
            scenario.initial, self.ledger, self.territory, scenario.start, strict=place.strict
        )
        self.warnings += maps.warnings
        self.map_file = maps.presence
        self.groups = groups_of(self.ledger, scenario.start, self._named_groups())
        self.numbers = np.array([group_number(name) for name in self.groups], dtype=np.int64)
        self.mix = np.array(
            [[getattr(self.ledger.groups[g].rents, rent) for rent in _RENTS] for g in self.groups],
            dtype=np.float64,
        ).reshape(-1, len(_RENTS))
        self.members = self._members()
        self.resources = resource_indices(self.territory, self.ledger)
        self._check_president()
        check_strategies(scenario, self.groups)
        self._presence()
        self.coca = coca_at_start(self.territory, self.ledger, scenario.start, maps.coca)
        self.displaced: Displaced | None = None
        if maps.displaced is not None:
            self.displaced = displaced_of(maps.displaced, self.territory)
        self.destination_index, self.log_population, self.log_distance = destinations(
            self.territory
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of groups and places."""
        return len(self.groups), len(self.territory.code)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """True for the municipalities of Colombia, False for border zones; shape (place,)."""
        return ~self.territory.is_zone

    @cached_property
    def municipalities_by_department(self) -> Floats:
        """Municipalities in each department, at least 1, shape (department,)."""
        inside = self.territory.department_index[self.inside]
        counts = np.bincount(inside, minlength=len(self.territory.departments))
        return np.maximum(counts, 1).astype(np.float64)

    @cached_property
    def rural_people(self) -> Floats:
        """Rural population; 1,000 for a border zone (judgement), shape (place,)."""
        territory = self.territory
        return np.where(self.inside, territory.population * territory.rural_share, 1000.0)

    @cached_property
    def seen(self) -> NDArray[np.uint8] | None:
        """What the presence file of the scenario names, shape (group, place); None without one."""
        if self.map_file is None:
            return None
        found = np.zeros(self.shape, dtype=np.uint8)
        order = {name: row for row, name in enumerate(self.groups)}
        for group, place in self.map_file.footholds:
            found[order[group], place] = 1
        return found

    @property
    def coverage(self) -> float:
        """Share of footholds that the presence file names."""
        chosen = self.scenario.initial.presence
        return 1.0 if chosen is None else chosen.coverage

    @cached_property
    def displaced_by_place(self) -> Floats | None:
        """Share of all newly displaced, as the scenario's file says, shape (place,)."""
        if self.displaced is None:
            return None
        unit, inside = self.displaced.unit, self.displaced.unit >= 0
        each = self.displaced.share / np.bincount(unit[inside], minlength=self.displaced.share.size)
        return np.where(inside, each[unit], 0.0)

    @cached_property
    def stand_in(self) -> NDArray[np.int64]:
        """Whose places and habits stand for each group at the start (`stand_ins`), or -1."""
        return stand_ins(self.ledger, self.groups, self.members)

    @cached_property
    def armed_share(self) -> Floats:
        """Armed part of the members of each group that it keeps to, shape (group,)."""
        shares = self.members[:, 1] / np.maximum(self.members[:, 0], 1e-9)
        shares = np.where(self.stand_in >= 0, shares[self.stand_in], 0.0)
        return np.where(shares > 0.0, shares, 0.5)

    @cached_property
    def homeland(self) -> NDArray[np.bool_]:
        """True where a department is of the core of a group, shape (group, place)."""
        return homelands(self.ledger, self.groups, self.territory)

    @cached_property
    def trade(self) -> Floats:
        """Index of legal trade in [0, 1], 0 in border zones, shape (place,)."""
        return np.where(self.inside, self.resources[2], 0.0)

    @cached_property
    def closed_borders(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Neighbours as in the territory, but nobody's across a border (C16 off)."""
        territory, inside = self.territory, self.inside
        links = territory.indptr[1:].astype(np.int64) - territory.indptr[:-1]
        owner = np.repeat(np.arange(inside.size), links)
        kept = inside[owner] == inside[territory.indices]
        indptr = np.zeros_like(territory.indptr)
        np.cumsum(np.bincount(owner[kept], minlength=inside.size), out=indptr[1:])
        return indptr, territory.indices[kept]

    @cached_property
    def zone_rows(self) -> dict[str, NDArray[np.uint32]]:
        """Border zones by neighbour."""
        zone, country = self.territory.is_zone, np.array(self.territory.country)
        return {
            name: np.flatnonzero(zone & (country == name)).astype(np.uint32)
            for name in ("venezuela", "ecuador")
        }

    @cached_property
    def beliefs(self) -> Beliefs:
        """What the scenario believes about every parameter."""
        return Beliefs(self.ledger, self.scenario.assumptions, self.posterior)

    @cached_property
    def everywhere(self) -> Cells:
        """Every place, for each group."""
        groups, places = self.shape
        return Cells(
            np.full(groups, places, dtype=np.uint32),
            np.tile(np.arange(places, dtype=np.uint32), (groups, 1)),
        )

    @cached_property
    def pair_state(self) -> NDArray[np.int64]:
        """War, pact or coexistence of each pair at the start, shape (group, group)."""
        return pair_states(self.ledger, self.groups, self.scenario.start)

    @cached_property
    def coords(self) -> dict[str, Any]:
        """Coordinates of every dimension but the replicate."""
        start, months = self.scenario.start, self.scenario.months
        codes = [
            c
            for c, zone in zip(self.territory.code, self.territory.is_zone, strict=True)
            if not zone
        ]
        return {
            "time": month_axis(start, months),
            "department": list(self.territory.departments),
            "group": list(self.groups),
            "pillar": list(PILLARS),
            "phase": list(PHASES),
            "line": list(AID_LINES),
            "year": np.array(sorted({start.shift(m).year for m in range(months)})),
            "municipality": codes,
        }

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Every array that a replicate returns, by name."""
        return output_variables(self.scenario.observe, municipal=self.municipal)

    def _named_groups(self) -> set[str]:
        """Name the groups that the map and events of the scenario speak of."""
        named: set[str] = set(self.map_file.groups) if self.map_file else set()
        for event in (*self.scenario.history, *self.scenario.timeline):
            named |= event.groups
        return named

    def _members(self) -> Floats:
        members = members_of(self.ledger, self.groups, self.scenario.start)
        if self.map_file is not None:
            warning = map_members(self.ledger, self.groups, members, self.map_file)
            self.warnings += [warning] if warning else []
        elif not members.any():
            self.warnings.append(
                f"the ledger has no members of armed groups at {self.scenario.start}"
            )
        return members

    def _check_president(self) -> None:
        """Warn where a past government would be taken for that of 2022 to 2026."""
        start, history = self.scenario.start, self.scenario.history
        if start < _LEFT_SINCE and not any(event.inauguration for event in history):
            self.warnings.append(
                f"no inauguration in history: a president of type left governs at {start}"
            )

    def _presence(self) -> None:
        """Count municipalities with presence at the start, by department where known."""
        start, departments = self.scenario.start, self.territory.departments
        counts, any_group = department_counts(self.ledger, self.groups, departments)
        if has_table(start):
            counts[:, self.members[:, 0] <= 0.0] = 0
            self.municipalities = counts.sum(axis=0)
        else:
            counts[:], any_group[:] = 0, 0
            self.municipalities = counts_of(self.ledger, self.groups, self.members, start)
        self.presence_counts, self.any_group = counts, any_group


_LEFT_SINCE = Month(2022, 8)
"""Month in which the president took office whose type the model starts from."""

_RENTS = ("coca", "mining", "smuggling", "extortion")
