"""The record of a twin replicate: every series, observed by asking the agents."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.relationship import PHASES, phase_of
from rift_sim.vocabulary import AID_LINES, PILLARS

if TYPE_CHECKING:
    from benchmarks.reference.model import TwinModel
    from benchmarks.reference.municipality import Municipality
    from rift_sim.initial.world import World

__all__ = ["TwinRecorder"]


class TwinRecorder:
    """Collect what one replicate shows; `arrays` has the shapes of `rift_sim.recorder`."""

    def __init__(self, world: World) -> None:
        self.world = world
        sizes = {name: len(values) for name, values in world.coords.items()}
        self.arrays: dict[str, NDArray[Any]] = {
            name: np.zeros([sizes[dim] for dim in variable.dims], dtype=variable.dtype)
            for name, variable in world.variables.items()
        }
        self.departments = len(world.territory.departments)
        self.groups = len(world.groups)
        inside = world.territory.department_index.tolist()
        self.sizes = [max(1, inside.count(d)) for d in range(self.departments)]
        self.step = 0
        self._indices: list[float] = []

    def record(self, model: TwinModel) -> None:
        """Write the month that the model has just lived."""
        places = list(model.ground.places)
        municipalities = [place for place in places if not place.is_zone]
        self._hosted(places)
        self._map(municipalities)
        self._members(places, municipalities)
        self._elsewhere(model, municipalities)
        self._people(model, municipalities)
        self._politics(model)
        if self.world.municipal:
            self._municipal(model, municipalities)
        self.step += 1

    def _put(self, name: str, value: Any) -> None:
        if name in self.arrays:
            self.arrays[name][self.step] = value

    def _hosted(self, places: list[Municipality]) -> None:
        """Count the displaced people who live in each place."""
        for place in places:
            place.hosted = place.protracted
        for place in places:
            place.count_hosted()

    def _sum(
        self, municipalities: list[Municipality], value: Callable[[Municipality], float]
    ) -> tuple[float, list[float]]:
        """Add up a value over the nation and by department."""
        total, by_department = 0.0, [0.0] * self.departments
        for municipality in municipalities:
            here = value(municipality)
            total += here
            by_department[municipality.department] += here
        return total, by_department

    def _map(self, municipalities: list[Municipality]) -> None:
        count = len(municipalities)
        people, _ = self._sum(municipalities, lambda m: m.resident + m.hosted)
        for name, report in (
            ("presence_alert", "alert"),
            ("presence_survey", "survey"),
            ("control", "control"),
        ):
            named, living = 0, 0.0
            by_department = [0] * self.departments
            by_group = [0] * self.groups
            by_both = [[0] * self.groups for _ in range(self.departments)]
            for municipality in municipalities:
                groups = getattr(municipality, report)
                if groups:
                    named += 1
                    living += municipality.resident + municipality.hosted
                    by_department[municipality.department] += 1
                    for group in groups:
                        by_group[group] += 1
                        by_both[municipality.department][group] += 1
            self._put(name, named / count)
            self._put(f"{name}_population", living / people)
            self._put(f"{name}_department", _shares(by_department, self.sizes))
            self._put(f"{name}_group", [held / count for held in by_group])
            self._put(f"{name}_department_group", by_both)
        contested, by_place = self._sum(municipalities, lambda m: float(m.contested))
        self._put("contested", contested / count)
        self._put("contested_department", _shares(by_place, self.sizes))

    def _members(self, places: list[Municipality], municipalities: list[Municipality]) -> None:
        armed, support = [0.0] * self.groups, [0.0] * self.groups
        for place in places:
            for group, foothold in (*place.footholds.items(), *place.resting.items()):
                armed[group] += foothold.armed
                support[group] += foothold.support
        both = [a + s for a, s in zip(armed, support, strict=True)]
        for name, by_group in (("members", both), ("members_armed", armed)):
            self._put(name, sum(by_group))
            self._put(f"{name}_group", by_group)
        _, by_department = self._sum(municipalities, lambda m: m.members)
        self._put("members_department", by_department)
        _, by_department = self._sum(
            municipalities, lambda m: sum(foothold.armed for foothold in m.footholds.values())
        )
        self._put("members_armed_department", by_department)

    def _elsewhere(self, model: TwinModel, municipalities: list[Municipality]) -> None:
        """Say who is abroad, how remote those inside are, and who was lost to the state."""
        self._put("members_abroad", sum(model.ground.count_abroad()))
        members, _ = self._sum(municipalities, lambda m: m.members)
        remote, _ = self._sum(municipalities, lambda m: m.members * m.remoteness)
        self._put("members_remoteness", remote / max(members, 1e-300))
        self._put("members_lost", sum(model.ground.lost_state))

    def _people(self, model: TwinModel, municipalities: list[Municipality]) -> None:
        for name, attribute in (
            ("newly_displaced", "newly"),
            ("confined", "confined"),
            ("conflict_deaths", "dead"),
            ("coca_ha", "coca"),
            ("displaced_stock", "hosted"),
            ("extortion", "extorted"),
            ("self_defence", "guards"),
        ):
            total, by_department = self._sum(municipalities, attrgetter(attribute))
            self._put(name, total)
            self._put(f"{name}_department", by_department)
        self._put("returned", model.ground.flows[0])
        self._put("crossed_border", model.ground.flows[1])
        self._put("eradicated_ha", model.ground.coca_flows[1])

    def _politics(self, model: TwinModel) -> None:
        government, states = model.government, model.united_states
        for name in ("capability", "mobility", "intelligence", "leadership", "force"):
            self._put(name, getattr(government, name))
        self._put("relationship_index", model.relationship.index)
        self._put("relationship_index_pillar", [model.relationship.pillars[p] for p in PILLARS])
        for name in ("crises", "decertified", "concessions"):
            self._put(name, getattr(model.relationship, name))
        usual = model.draw.extraditions_usual / 12.0
        self._put("extraditions", usual * model.government.extraditing)
        self._put("us_anticrime", states.anticrime)
        self._put("china_engagement", model.china.engagement)
        emigration = sum(neighbour.emigration for neighbour in model.neighbours.values())
        self._put("emigration", emigration)
        self._put("emigration_us", emigration * model.draw.emigration_us_share)
        self._indices.append(model.relationship.index)
        phase = int(phase_of(np.array(self._indices))[-1])
        self._put("relationship_phase", [k == phase for k in range(len(PHASES))])
        usd = [states.usd(line) for line in AID_LINES]
        self._put("aid_usd", sum(usd))
        self._put("aid_usd_line", usd)

    def _municipal(self, model: TwinModel, municipalities: list[Municipality]) -> None:
        """Stocks as in the last month of the year that the run reaches; flows summed."""
        year = list(self.world.coords["year"]).index(model.month.year)
        for name, report in (("presence", "survey"), ("control", "control")):
            for column, municipality in enumerate(municipalities):
                groups = getattr(municipality, report)
                self.arrays[f"{name}_municipality"][year, column] = bool(groups)
                self.arrays[f"{name}_municipality_group"][year, column] = [
                    group in groups for group in range(self.groups)
                ]
        for column, municipality in enumerate(municipalities):
            self.arrays["newly_displaced_municipality"][year, column] += municipality.newly


def _shares(counts: list[Any], sizes: list[int]) -> list[float]:
    return [held / size for held, size in zip(counts, sizes, strict=True)]
