"""The ground of the twin: a network of places, and the processes of a month upon it."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, sqrt
from types import SimpleNamespace
from typing import TYPE_CHECKING

import mesa
import networkx as nx  # type: ignore[import-untyped]
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import Network

from benchmarks.reference.armed import Weights
from benchmarks.reference.municipality import BorderZone, Municipality
from benchmarks.reference.pairs import make_pairs
from rift_sim.physics.quantiles import normal
from rift_sim.physics.streams import Process, stream, uniform
from rift_sim.vocabulary import COUNTRIES

if TYPE_CHECKING:
    from benchmarks.reference.place import Foothold
    from rift_sim.agents.self_defence import SelfDefence
    from rift_sim.initial.state import State
    from rift_sim.initial.world import World
    from rift_sim.parameters import Draw

__all__ = ["TwinGround"]

Switch = Callable[[str], bool]


class TwinGround:
    """The processes of the month, carried out by the places themselves.

    Parameters
    ----------
    model
        The Mesa model that the places belong to.
    world, draw, state
        Shared world, parameters, and the arrays of the start: they are copied into the
        places and not used again.
    seed, replicate
        Coordinates of the draws.
    closed
        Nobody crosses a border (C16 off).

    Attributes
    ----------
    network
        Cells of the map, one place in each.
    places, municipalities, zones
        All places in the order of the territory, and its two parts.
    pairs
        By the orders of two groups, the lower one first.
    numbers
        Lasting numbers of the groups, for their draws.
    recruits, lost_state, lost_rivals, dispersed
        Members gained and lost in the month, by group.
    abroad
        Members across the border of Venezuela and of Ecuador when the month began.
    flows
        Returned, crossed the border, solved, natural increase (people).
    coca_flows
        Hectares planted (net) and removed.
    """

    def __init__(
        self,
        model: mesa.Model,
        world: World,
        draw: Draw,
        state: State,
        seed: int,
        replicate: int,
        closed: bool = False,
    ) -> None:
        self.closed = closed
        self.world, self.seed, self.replicate, self.month = world, seed, replicate, 0
        self.params = SimpleNamespace(**draw)
        self.levels = state.levels
        self.violence_levels = [float(level) for level in state.levels.violence]
        self.mean_rent = [float(rent) for rent in state.levels.mean_rent]
        self.mean_utility = [float(utility) for utility in state.levels.mean_utility]
        self.mix = [[float(share) for share in row] for row in world.mix]
        # The last entry stands for places outside the country, whose department is -1.
        self.coca_ceiling = [float(hectares) for hectares in state.coca_ceiling]
        self.armed_share = [float(share) for share in world.armed_share]
        self.groups = len(world.groups)
        self.numbers = [int(number) for number in world.numbers]
        self.pairs = make_pairs(self.numbers, state)
        self.region_shock = [float(shock) for shock in state.region_shock]
        self.country_shock = [float(shock) for shock in state.country_shock]
        self.enemies: list[set[int]] = [set() for _ in range(self.groups)]
        self.exposure, self.recruitment = [1.0] * self.groups, [0.0] * self.groups
        self.turned = [0.0] * self.groups
        self.recruits, self.dispersed = [0.0] * self.groups, [0.0] * self.groups
        self.lost_state, self.lost_rivals = [0.0] * self.groups, [0.0] * self.groups
        self.founded: list[Foothold] = []
        self.given_up = 0
        self.flows, self.coca_flows = [0.0] * 4, [0.0] * 2
        self._build(model, state)
        self.refresh_start()

    def _build(self, model: mesa.Model, state: State) -> None:
        """Put every place into its cell, and tell it where its people would flee to."""
        territory = self.world.territory
        graph = nx.Graph()
        graph.add_nodes_from(range(len(territory.code)))
        for i in graph.nodes:
            graph.add_edges_from((i, int(j)) for j in territory.neighbours_of(i))
        self.network = Network(graph, capacity=1, random=model.random)
        kinds = {False: Municipality, True: BorderZone}
        places = [
            kinds[bool(territory.is_zone[cell.coordinate])](
                model, cell, self, state, cell.coordinate
            )
            for cell in self.network.all_cells
        ]
        for place in places:
            towns = self.world.destination_index[place.index]
            shares = state.destination_weights[place.index]
            place.destinations = [
                (places[town], float(share)) for town, share in zip(towns, shares, strict=True)
            ]
        self.places = AgentSet(places, random=model.random)
        self.municipalities = self.places.select(lambda place: not place.is_zone)
        self.zones = self.places.select(lambda place: place.is_zone)

    def members(self, group: int) -> float:
        """Return the members of a group over all places."""
        held = (
            holding[group]
            for place in self.places
            for holding in (place.footholds, place.resting)
            if group in holding
        )
        return float(sum(foothold.armed + foothold.support for foothold in held))

    def count_abroad(self) -> list[float]:
        """Return the members in the border zones of Venezuela and of Ecuador."""
        found = dict.fromkeys(COUNTRIES, 0.0)
        for zone in self.zones:
            for holding in (zone.footholds, zone.resting):
                found[zone.country] += sum(f.armed + f.support for f in holding.values())
        return list(found.values())

    def expect(self, pressure: float) -> None:
        """Scale deaths between state and groups to the pressure of the start."""
        self.violence_levels[1] /= max(pressure, 1e-6)

    def refresh_start(self) -> None:
        """Take the present members as those of the start, and give every place room."""
        self.abroad = self.count_abroad()
        self.members_start = [self.members(group) for group in range(self.groups)]
        for place in self.places:
            place.capacity = max(place.capacity, 1.5 * place.members)

    def key(self, process: Process) -> np.uint64:
        """Return the stream of a process in this month."""
        return stream(self.seed, self.replicate, self.month, process)

    def begin(self, month: int) -> None:
        """Open the accounts of a month."""
        self.month = month
        self.abroad = self.count_abroad()
        for account in (
            self.turned,
            self.recruits,
            self.dispersed,
            self.lost_state,
            self.lost_rivals,
        ):
            account[:] = [0.0] * self.groups
        self.flows[:], self.coca_flows[:] = [0.0] * 4, [0.0] * 2
        self.founded.clear()
        self.given_up = 0

    def stand_guard(self, agent: SelfDefence | None) -> None:
        """Let self-defence units form, grow and turn (C15)."""
        if agent is not None:
            form, turn = self.key(Process.SELF_DEFENCE), self.key(Process.TURNING)
            self.municipalities.do(
                "stand_guard", agent.order, agent.formation, agent.turning, form, turn
            )

    def deploy(self, ratio: float, permissiveness: dict[str, float]) -> None:
        """Move state presence and operations, toward violence and those exposed."""
        self.municipalities.do("deploy", ratio)
        self.zones.do("shelter", permissiveness)
        mean = sum(place.memory for place in self.places) / len(self.places) + 1e-9
        weighted = exposed = 0.0
        for place in self.places:
            force = place.ask_for_operations(mean, self.params.operations_focus)
            weighted += place.operations * force
            exposed += force
        scale = exposed / weighted if weighted > 0.0 else 0.0
        for place in self.places:
            place.operations *= scale

    def weigh(self, pressure: float, ratio: float, on: Switch) -> None:
        """Let groups value and weigh the places within their reach (C05, C07, C14)."""
        self._face_enemies()
        self.places.do("value")
        params = self.params
        weights = Weights(
            rent=params.utility_rent if on("C07") else 0.0,
            state=params.utility_state,
            operations=params.utility_operations * pressure if on("C14") else 0.0,
            rivals=params.utility_rivals,
        )
        if on("C05"):
            weights = weights._replace(operations=weights.operations * ratio)
        for place in self.places:
            place.weigh(weights, place.state_presence if on("C05") else place.state_reference)

    def _face_enemies(self) -> None:
        self.enemies = [set() for _ in range(self.groups)]
        for pair in self.pairs.values():
            if pair.at_war:
                self.enemies[pair.first].add(pair.second)
                self.enemies[pair.second].add(pair.first)

    def recruit(self, on: Switch) -> None:
        """Recruit; without C07 rents do not matter."""
        self.places.do("recruit", self.params.recruitment_rent if on("C07") else 0.0)

    def move(self) -> None:
        """Let members move, enter new places and give up old ones."""
        self.places.do("attract")
        self.places.do("offer")
        self.places.do("gather", self.params.movement_share)
        self.places.do("scout")
        self.places.do("enter", self.key(Process.ENTRY))
        for foothold in self.founded:
            foothold.fresh = False
        self.places.do("withdraw", self.key(Process.EXIT))

    def strike(self, rate: float) -> None:
        """Let the state take members out."""
        self.places.do("suffer_strikes", rate)

    def contest(self, on: Switch) -> None:
        """Let groups fight where they meet (C09, C10), and count the dead."""
        params = self.params
        pair_key, shock_key = self.key(Process.PAIR), self.key(Process.PAIR_SHOCK)
        for pair in self.pairs.values():
            pair.reconsider(params, pair_key)
            pair.warm_up(params, shock_key)
            pair.overlap = 0.0
            if not on("C09"):
                pair.intensity = 0.0
        self.places.do("fight", params.deterrence if on("C10") else 0.0, params.battle_loss / 12.0)
        for place in self.places:
            place.strength = {}
        self.places.do("radiate", params.spill, params.support_weight)
        self._wander()
        tempo = exp(self.country_shock[0])
        self.places.do("count_violence", self.violence_levels, tempo, params.violence_months)
        self.places.do("bury", params.deaths_spread, self.key(Process.DEATHS))
        self.municipalities.do("extort", self.levels.extortion, params.extortion_scale, on("C08"))

    def people(self, on: Switch) -> None:
        """Displace, confine, return and settle people (C11)."""
        self.places.do("fear", *self._shared_shock())
        if not on("C11"):
            for place in self.places:
                place.expected = 0.0
        self.places.do(
            "flee",
            (self.levels.displaced, self.levels.mass_events),
            self.key(Process.DISPLACEMENT_NOISE),
            self.key(Process.DISPLACEMENT),
            self.key(Process.MASS_EVENT),
            self.key(Process.MASS_SIZE),
        )
        self.places.do("confine", self.levels.confined, self.key(Process.CONFINEMENT))
        self.places.do("resettle")
        self.places.do("settle")

    def _shared_shock(self) -> tuple[float, dict[int, float]]:
        """Advance the log-shocks of the country and of its departments; return both."""
        params, key = self.params, self.key(Process.DEPARTMENT_SHOCK)
        rho, spread = params.region_shock_persistence, params.region_shock_sd
        step = sqrt(1.0 - rho**2) * spread
        for d, shock in enumerate(self.region_shock):
            self.region_shock[d] = rho * shock + step * normal(uniform(key, d))
        regional = {d: shock - 0.5 * spread**2 for d, shock in enumerate(self.region_shock)}
        return self.country_shock[1], regional

    def _wander(self) -> None:
        """Advance what the whole country shares: violence and displacement."""
        params, key = self.params, self.key(Process.COUNTRY_SHOCK)
        rho = params.national_shock_persistence
        for row, yearly in enumerate((params.violence_shock_sd, params.national_shock_sd)):
            fresh = yearly / sqrt(12.0) * normal(uniform(key, row))
            self.country_shock[row] = rho * self.country_shock[row] + fresh

    def grow_coca(self, eradication: float, gone: float) -> None:
        """Let coca be eradicated, grow and spread (C13).

        `eradication` in hectares a year, `gone` the share of fields hit that stays away.
        """
        params = self.params
        shared, own = (
            sd * sqrt(1.0 / 12.0) for sd in (params.coca_national_sd, params.coca_department_sd)
        )
        national = shared * normal(uniform(self.key(Process.COCA_NATIONAL), 0)) - 0.5 * shared**2
        key = self.key(Process.COCA_DEPARTMENT)
        regional = {}
        for d in range(len(self.region_shock)):
            area = sum(place.coca for place in self.places if place.department == d)
            spread = own * (max(area, 100.0) / 5000.0) ** -params.coca_size_exponent
            regional[d] = spread * normal(uniform(key, d)) - 0.5 * spread**2
        within_reach = sum(place.eradicable for place in self.places)
        hit = 1.0 - exp(-eradication / within_reach) if within_reach > 0.0 else 0.0
        removed = gone * hit / 12.0
        self.places.do("clear", removed)
        planted = [place for place in self.places if place.coca > 0.0]
        areas: dict[int, float] = {}
        for place in planted:
            areas[place.department] = areas.get(place.department, 0.0) + place.coca
        drift = {d: self._coca_drift(area, self.coca_ceiling[d]) for d, area in areas.items()}
        grown, moved = dict.fromkeys(areas, 0.0), dict.fromkeys(areas, 0.0)
        for place in planted:
            grown[place.department] += place.tend(drift, national, regional)
            moved[place.department] += place.shift(self.key(Process.COCA_LOCAL))
        for place in planted:
            place.coca *= grown[place.department] / moved[place.department]
        self.places.do("plant", self.key(Process.COCA_ENTRY))

    def _coca_drift(self, area: float, ceiling: float) -> float:
        """Return the growth of a department's fields in a month: logistic."""
        trend: float = self.params.coca_growth / 12.0
        room = 1.0 - area / max(ceiling, 1.0)
        if room < 0.0:
            return min(trend * room, 0.05 * room)
        return trend * room if trend > 0.0 else trend

    def observe(self, on: Switch) -> None:
        """Let the observers report; without C06 control looks at the state of the start."""
        margin, demand = self.params.control_margin, self.params.control_demand
        for place in self.places:
            presence = place.state_presence if on("C06") else place.state_reference
            place.observe(presence, margin, demand)
