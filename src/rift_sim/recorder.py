"""The record of a replicate: every observed series, month by month."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.month import record_month
from rift_sim.physics.relationship import PHASES, phase_of
from rift_sim.physics.tally import REPORTS, Tallies
from rift_sim.vocabulary import AID_LINES, PILLARS

if TYPE_CHECKING:
    from rift_sim.initial.world import World
    from rift_sim.model import RiftModel

__all__ = ["Recorder"]

_PLACES = (
    "newly_displaced",
    "confined",
    "conflict_deaths",
    "coca_ha",
    "displaced_stock",
    "extortion",
    "self_defence",
)
"""Series of places after `contested`, in the order in which `tally_places` takes them."""

_FORCES = ("capability", "mobility", "intelligence", "leadership", "force")
_RELATIONS = (
    "crises",
    "decertified",
    "concessions",
    "extraditions",
    "us_anticrime",
    "china_engagement",
    "emigration",
    "emigration_us",
)
_FLOWS = ("returned", "crossed_border", "eradicated_ha")

_Reader = Callable[["RiftModel"], Any]


class Recorder:
    """Collect what one replicate shows, into buffers made once.

    Each month is added up where it is; shares and selections are made at the end.

    Parameters
    ----------
    world
        Says which series are wanted, and their shapes.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.step = 0
        territory, months = world.territory, world.scenario.months
        groups, places = world.shape
        departments = len(territory.departments)
        self._tallies = Tallies(
            named_department=np.zeros((months, len(REPORTS), departments)),
            named_group=np.zeros((months, len(REPORTS), groups)),
            living=np.zeros((months, len(REPORTS) + 1)),
            surveyed=np.zeros((months, departments, groups), dtype=np.uint16),
            members_department=np.zeros((months, 2, departments)),
            members_group=np.zeros((months, 2, groups)),
            places=np.zeros((months, 1 + len(_PLACES), departments)),
            elsewhere=np.zeros((months, 4)),
        )
        self._flows = np.zeros((months, len(_FLOWS)))
        columns = len(_FORCES) + len(_RELATIONS) + len(PILLARS) + len(AID_LINES)
        self._politics = np.zeros((months, columns))
        self._people, self._named = np.zeros(places), np.zeros(places, dtype=np.uint8)
        self._added, self._read = self._of_extensions()
        self._municipal: dict[str, NDArray[Any]] = {}
        if world.municipal:
            sizes = {name: len(values) for name, values in world.coords.items()}
            self._municipal = {
                name: np.zeros([sizes[d] for d in variable.dims], dtype=variable.dtype)
                for name, variable in world.variables.items()
                if "municipality" in variable.dims
            }

    def record(self, model: RiftModel) -> None:
        """Write the month that the model has just lived."""
        ground = model.ground
        record_month(ground.realm, self.step, self._tallies, self._people, self._named)
        returned, crossed = ground.flows[:2]
        self._flows[self.step] = returned, crossed, ground.coca_flows[1]
        government, states = model.government, model.united_states
        relationship = model.relationship
        emigration = sum(neighbour.emigration for neighbour in model.neighbours.values())
        self._politics[self.step] = (
            government.capability,
            government.mobility,
            government.intelligence,
            government.leadership,
            government.force,
            relationship.crises,
            relationship.decertified,
            relationship.concessions,
            model.draw.extraditions_usual / 12.0 * government.extraditing,
            states.anticrime,
            model.china.engagement,
            emigration,
            emigration * model.draw.emigration_us_share,
            *[relationship.pillars[pillar] for pillar in PILLARS],
            *[states.usd(line) for line in AID_LINES],
        )
        for name, read in self._read:
            self._added[name][self.step] = read(model)
        if self._municipal:
            self._record_places(model)
        self.step += 1

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """One array for each entry of ``world.variables``; months to come are 0."""
        found = self._national() | self._municipal | self._added
        return {
            name: np.asarray(found[name], dtype=variable.dtype)
            for name, variable in self.world.variables.items()
        }

    def _of_extensions(self) -> tuple[dict[str, NDArray[Any]], list[tuple[str, _Reader]]]:
        """Make room for the series of extensions that are observed, and say who reads them."""
        world = self.world
        read: list[tuple[str, _Reader]] = []
        for extension in world.extensions:
            for name, series in extension.series.items():
                if name in world.scenario.observe:
                    read += [(name, series.read)]
                    read += [(f"{name}_{part}", reader) for part, reader in series.by.items()]
        sizes = {name: len(values) for name, values in world.coords.items()}
        room = {
            name: np.zeros([sizes[dim] for dim in world.variables[name].dims]) for name, _ in read
        }
        return room, read

    def _national(self) -> dict[str, NDArray[Any]]:
        return self._reports() | self._sums() | self._decisions()

    def _reports(self) -> dict[str, NDArray[Any]]:
        """Turn counts of municipalities and people into shares."""
        tallies, municipalities = self._tallies, max(int(self.world.inside.sum()), 1)
        sizes = self.world.municipalities_by_department
        everyone = np.maximum(tallies.living[:, -1], 1e-300)
        found: dict[str, NDArray[Any]] = {
            "contested": tallies.places[:, 0].sum(axis=1) / municipalities,
            "contested_department": tallies.places[:, 0] / sizes,
            "presence_survey_department_group": tallies.surveyed,
        }
        for k, name in enumerate(REPORTS):
            named = tallies.named_department[:, k]
            found[name] = named.sum(axis=1) / municipalities
            found[f"{name}_population"] = tallies.living[:, k] / everyone
            found[f"{name}_department"] = named / sizes
            found[f"{name}_group"] = tallies.named_group[:, k] / municipalities
        return found

    def _sums(self) -> dict[str, NDArray[Any]]:
        tallies = self._tallies
        abroad, remoteness, inside, lost = tallies.elsewhere.T
        found: dict[str, NDArray[Any]] = {
            "members_abroad": abroad,
            "members_remoteness": remoteness / np.maximum(inside, 1e-300),
            "members_lost": lost,
        }
        for k, name in enumerate(("members", "members_armed")):
            found[name] = tallies.members_group[:, k].sum(axis=1)
            found[f"{name}_group"] = tallies.members_group[:, k]
            found[f"{name}_department"] = tallies.members_department[:, k]
        for k, name in enumerate(_PLACES, start=1):
            found[name] = tallies.places[:, k].sum(axis=1)
            found[f"{name}_department"] = tallies.places[:, k]
        for k, name in enumerate(_FLOWS):
            found[name] = self._flows[:, k]
        return found

    def _decisions(self) -> dict[str, NDArray[Any]]:
        politics, first = self._politics, len(_FORCES) + len(_RELATIONS)
        pillars = politics[:, first : first + len(PILLARS)]
        index = pillars.mean(axis=1)
        # A run that is still going has months that are all 0.
        phase = phase_of(index)[:, None] == np.arange(len(PHASES))
        usd = politics[:, first + len(PILLARS) :]
        return {
            **{name: politics[:, k] for k, name in enumerate((*_FORCES, *_RELATIONS))},
            "relationship_index": index,
            "relationship_phase": phase,
            "relationship_index_pillar": pillars,
            "aid_usd": usd.sum(axis=1),
            "aid_usd_line": usd,
        }

    def _record_places(self, model: RiftModel) -> None:
        """Stocks as in the last month of the year that the run reaches; flows summed."""
        ground, inside, arrays = model.ground, self.world.inside, self._municipal
        row = model.month.year - int(self.world.coords["year"][0])
        for name, reports in (("presence", ground.survey), ("control", ground.control)):
            inner = reports[:, inside]
            arrays[f"{name}_municipality"][row] = inner.any(axis=0)
            arrays[f"{name}_municipality_group"][row] = inner.T
        arrays["newly_displaced_municipality"][row] += ground.newly[inside]
