"""The record of a replicate: every observed series, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.displacement import hosted
from rift_sim.physics.tally import tally_members, tally_places, tally_reports
from rift_sim.vocabulary import AID_LINES, PILLARS

if TYPE_CHECKING:
    from rift_sim.initial.world import World
    from rift_sim.model import RiftModel

__all__ = ["Recorder"]


class Recorder:
    """Collect what one replicate shows, into arrays made once.

    Parameters
    ----------
    world
        Says which series are wanted, and their shapes.

    Attributes
    ----------
    arrays
        One array for each entry of ``world.variables``.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        sizes = {name: len(values) for name, values in world.coords.items()}
        self.arrays: dict[str, NDArray[Any]] = {
            name: np.zeros([sizes[d] for d in variable.dims], dtype=variable.dtype)
            for name, variable in world.variables.items()
        }
        territory = world.territory
        self.inside = world.inside
        self.department = territory.department_index
        self.municipalities = int(self.inside.sum())
        departments, groups = len(territory.departments), len(world.groups)
        self.per_department = np.maximum(
            np.bincount(self.department[self.inside], minlength=departments), 1
        )
        self.years = np.asarray(world.coords["year"])
        self.hosted, self.people = np.zeros(world.shape[1]), np.zeros(world.shape[1])
        self.by_department, self.by_group = np.zeros(departments), np.zeros(groups)
        self.pairs = np.zeros((departments, groups), dtype=np.uint16)
        self.someone = np.zeros(world.shape[1], dtype=np.uint8)
        self.step = 0

    def record(self, model: RiftModel) -> None:
        """Write the month that the model has just lived."""
        self._map(model)
        self._members(model)
        self._people(model)
        self._politics(model)
        if self.world.municipal:
            self._municipal(model)
        self.step += 1

    def _put(self, name: str, value: Any) -> None:
        if name in self.arrays:
            self.arrays[name][self.step] = value

    def _map(self, model: RiftModel) -> None:
        ground, state = model.ground, model.state
        hosted(
            self.hosted,
            state.away,
            state.protracted,
            self.world.destination_index,
            state.destination_weights,
        )
        np.add(state.resident, self.hosted, out=self.people)
        everyone = tally_places(self.people, self.department, self.by_department)
        for name, report in (
            ("presence_alert", ground.alert),
            ("presence_survey", ground.survey),
            ("control", ground.control),
        ):
            living = tally_reports(
                report,
                self.department,
                self.people,
                self.by_department,
                self.by_group,
                self.pairs,
                self.someone,
            )
            self._put(name, self.by_department.sum() / self.municipalities)
            self._put(f"{name}_population", living / everyone)
            self._put(f"{name}_department", self.by_department / self.per_department)
            self._put(f"{name}_group", self.by_group / self.municipalities)
            self._put(f"{name}_department_group", self.pairs)
        contested = ground.contested.astype(np.float64)
        total = tally_places(contested, self.department, self.by_department)
        self._put("contested", total / self.municipalities)
        self._put("contested_department", self.by_department / self.per_department)

    def _members(self, model: RiftModel) -> None:
        state = model.state
        for name, members in (("members", state.members), ("members_armed", state.armed)):
            tally_members(members, self.department, self.by_department, self.by_group)
            self._put(name, self.by_group.sum())
            self._put(f"{name}_group", self.by_group)
            self._put(f"{name}_department", self.by_department)

    def _people(self, model: RiftModel) -> None:
        ground, state = model.ground, model.state
        for name, values in (
            ("newly_displaced", ground.newly),
            ("confined", ground.confined),
            ("conflict_deaths", ground.dead),
            ("coca_ha", state.coca),
            ("displaced_stock", self.hosted),
        ):
            self._put(name, tally_places(values, self.department, self.by_department))
            self._put(f"{name}_department", self.by_department)
        self._put("returned", ground.flows[0])
        self._put("crossed_border", ground.flows[1])
        self._put("eradicated_ha", ground.coca_flows[1])

    def _politics(self, model: RiftModel) -> None:
        government, states = model.government, model.united_states
        for name in ("capability", "mobility", "intelligence", "leadership", "force"):
            self._put(name, getattr(government, name))
        self._put("relationship_index", model.relationship.index)
        self._put("relationship_index_pillar", [model.relationship.pillars[p] for p in PILLARS])
        self._put("crises", model.relationship.crises)
        usd = [states.usd(line) for line in AID_LINES]
        self._put("aid_usd", sum(usd))
        self._put("aid_usd_line", usd)

    def _municipal(self, model: RiftModel) -> None:
        """Stocks as in the last month of the year that the run reaches; flows summed."""
        ground = model.ground
        row = int(np.searchsorted(self.years, model.month.year))
        for name, reports in (("presence", ground.survey), ("control", ground.control)):
            inner = reports[:, self.inside]
            self.arrays[f"{name}_municipality"][row] = inner.any(axis=0)
            self.arrays[f"{name}_municipality_group"][row] = inner.T
        self.arrays["newly_displaced_municipality"][row] += ground.newly[self.inside]
