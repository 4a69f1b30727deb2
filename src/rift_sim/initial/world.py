"""The world: everything that the replicates of a scenario share and none changes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.calendar import Month, month_axis
from rift_sim.initial.map_file import PresenceMap, read_presence
from rift_sim.initial.resources import coca_places, destinations, resource_indices
from rift_sim.parameters import Beliefs
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.physics.reach import Cells
from rift_sim.physics.relationship import PHASES
from rift_sim.physics.streams import group_number
from rift_sim.seeds import load_ledger
from rift_sim.seeds.posterior import Posterior, load_posterior
from rift_sim.territory import load_territory
from rift_sim.vocabulary import AID_LINES, PILLARS, SERIES

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["Variable", "World"]

Floats = NDArray[np.float64]

_PAIR_STATE = {"war": WAR, "pact": PACT, "coexistence": COEXISTENCE}


class Variable(NamedTuple):
    """Shape and meaning of one output of a replicate.

    Attributes
    ----------
    dims
        Names of the dimensions, without ``replicate``.
    dtype
        Numpy type of the stored values.
    attrs
        ``long_name``, ``units``, ``kind`` (CF conventions).
    """

    dims: tuple[str, ...]
    dtype: str
    attrs: dict[str, str]


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
    presence_counts, any_group
        Municipalities at the start by (department, group) and by department.
    coca_hectares, coca_counts
        Last survey by department, and number of places with coca.
    destination_index, log_population, log_distance
        Where people flee to, shape (place, destination).
    """

    def __init__(self, scenario: Scenario, *, municipal: bool = False) -> None:
        self.scenario = scenario
        self.municipal = municipal
        self.ledger: Ledger = load_ledger()
        self.posterior: Posterior | None = load_posterior(scenario.parameters, self.ledger)
        place = scenario.territory
        self.territory: Territory = load_territory(
            place.municipalities, place.neighbours, strict=place.strict
        )
        self.warnings = list(self.territory.warnings)
        self.map_file: PresenceMap | None = None
        if scenario.initial.presence is not None:
            chosen = scenario.initial.presence
            self.map_file = read_presence(
                chosen.file,
                chosen.year,
                self.ledger,
                self.territory,
                scenario.start,
                strict=place.strict,
            )
            self.warnings += self.map_file.warnings
        self.groups = self._active_groups()
        self.numbers = np.array([group_number(name) for name in self.groups], dtype=np.int64)
        self.mix = np.array(
            [[getattr(self.ledger.groups[g].rents, rent) for rent in _RENTS] for g in self.groups]
        )
        self.members = self._members()
        self.resources = resource_indices(self.territory, self.ledger)
        self.presence_counts, self.any_group = self._presence()
        self.coca_hectares, self.coca_counts = coca_places(self.territory, self.ledger)
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
    def armed_share(self) -> Floats:
        """Armed part of the members of each group that it keeps to, shape (group,)."""
        shares = self.members[:, 1] / np.maximum(self.members[:, 0], 1e-9)
        return np.where(shares > 0.0, shares, 0.5)

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
        state = np.full((len(self.groups), len(self.groups)), COEXISTENCE, dtype=np.int64)
        order = {g: n for n, g in enumerate(self.groups)}
        for relation in self.ledger.relations:
            a, b = relation.pair
            if a in order and b in order:
                state[order[a], order[b]] = state[order[b], order[a]] = _PAIR_STATE[relation.state]
        return state

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
        wanted = set(self.scenario.observe or SERIES)
        found: dict[str, Variable] = {}
        for name, series in SERIES.items():
            if name not in wanted:
                continue
            attrs = {"long_name": series.long_name, "units": series.units, "kind": series.kind}
            found[name] = Variable(("time",), "float64", attrs)
            for dim in series.also:
                kind = "float32" if dim == "department" else "float64"
                label = f"{series.long_name}, by {dim}"
                found[f"{name}_{dim}"] = Variable(
                    ("time", dim), kind, {**attrs, "long_name": label}
                )
        if "presence_survey" in wanted:
            found["presence_survey_department_group"] = Variable(
                ("time", "department", "group"),
                "uint16",
                {
                    "long_name": "Municipalities with a group, survey count",
                    "units": "count",
                    "kind": "stock",
                },
            )
        if "relationship_index" in wanted:
            found["relationship_phase"] = Variable(
                ("time", "phase"),
                "uint8",
                {"long_name": "Phase of the relationship", "units": "1", "kind": "stock"},
            )
        if self.municipal:
            found.update(_MUNICIPAL)
        return found

    def _active_groups(self) -> tuple[str, ...]:
        """Find the groups with members at the start, and those that map or events name."""
        start, end = self.scenario.start, self.scenario.end
        named: set[str] = set(self.map_file.groups) if self.map_file else set()
        for event in (*self.scenario.history, *self.scenario.timeline):
            named |= event.groups
        ids = []
        for name, group in self.ledger.groups.items():
            alive = group.start <= end and (group.until is None or group.until >= start)
            if name in named or (alive and _latest_members(group.members, start) is not None):
                ids.append(name)
        return tuple(ids)

    def _members(self) -> Floats:
        """Total and armed members of each group at the start.

        A group of the user's map for which no figure is known gets the usual members of a
        foothold (effect E034), armed like all groups together.
        """
        start = self.scenario.start
        known = [_latest_members(self.ledger.groups[name].members, start) for name in self.groups]
        rows = np.array([(0.0, 0.0) if k is None else (k.total, k.armed) for k in known])
        rows = rows.reshape(-1, 2)
        if self.map_file is None:
            return rows
        usual = self.ledger.effects["E034"].value
        total, armed = rows.sum(axis=0)
        for row, name in enumerate(self.groups):
            held = self.map_file.count(name)
            if rows[row, 0] == 0.0 and held and isinstance(usual, float | int):
                rows[row] = held * usual * np.array([1.0, armed / total if total else 0.5])
        absent = [
            f"{name} ({figure:,.0f} members)"
            for name, figure in zip(self.groups, rows[:, 0], strict=True)
            if figure and not self.map_file.count(name)
        ]
        if absent:
            self.warnings.append(f"not on the map and left out: {', '.join(absent)}")
        return rows

    def _presence(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        table = self.ledger.facts["D_PRESENCE_2025"].table
        assert table is not None
        departments = self.territory.departments
        counts = np.array(
            [
                [int(table[d].get(g, 0)) if d in table else 0 for g in self.groups]
                for d in departments
            ],
            dtype=np.int64,
        ).reshape(len(departments), len(self.groups))
        any_group = np.array(
            [int(table[d].get("any", 0)) if d in table else 0 for d in departments], dtype=np.int64
        )
        return counts, any_group


_RENTS = ("coca", "mining", "smuggling", "extortion")
_YEARLY = ("year", "municipality")
_MUNICIPAL = {
    "presence_municipality": Variable(
        _YEARLY,
        "uint8",
        {"long_name": "Armed group present in December (survey)", "units": "1", "kind": "stock"},
    ),
    "control_municipality": Variable(
        _YEARLY,
        "uint8",
        {"long_name": "Controlled by a group in December", "units": "1", "kind": "stock"},
    ),
    "newly_displaced_municipality": Variable(
        _YEARLY,
        "float32",
        {"long_name": "People newly displaced in the year", "units": "people", "kind": "flow"},
    ),
    "presence_municipality_group": Variable(
        (*_YEARLY, "group"),
        "uint8",
        {"long_name": "Group present in December (survey)", "units": "1", "kind": "stock"},
    ),
    "control_municipality_group": Variable(
        (*_YEARLY, "group"),
        "uint8",
        {"long_name": "Controlled by the group in December", "units": "1", "kind": "stock"},
    ),
}


def _latest_members(members: Any, start: Month) -> Any:
    """Return the newest figure dated before the start, or the oldest one after it."""
    dated = sorted((Month.parse(str(date)), figure) for date, figure in members.items())
    if not dated:
        return None
    before = [figure for month, figure in dated if month < start]
    return before[-1] if before else dated[0][1]
