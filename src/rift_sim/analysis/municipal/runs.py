"""Single replicates by municipality: who is where each December, who was displaced each year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.forecasts.forecast import Mode, forecast_scenario
from rift_sim.analysis.forecasts.modelled import groups_of
from rift_sim.analysis.forecasts.observing import observation_noise, observation_parameters
from rift_sim.analysis.paired import run_series
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.observed import Record
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Municipal", "run_municipal"]

_PRESENT, _DISPLACED = "presence_municipality_group", "newly_displaced_municipality"


@dataclass(frozen=True)
class Municipal:
    """Replicates of one scenario by municipality; places in the order of the record.

    Attributes
    ----------
    mode, origin
        With the later events of history or without, and the first year.
    years
        Shape (year,).
    groups
        Ids of the groups.
    present
        Group in a place in December, shape (replicate, year, place, group).
    displaced
        People newly displaced in a year as the victims' register counts them, with its error,
        shape (replicate, year, place).
    """

    mode: Mode
    origin: int
    years: tuple[int, ...]
    groups: tuple[str, ...]
    present: NDArray[np.bool_] = field(repr=False)
    displaced: Floats = field(repr=False)

    def group(self, year: int, row: str, ledger: Ledger) -> NDArray[np.bool_]:
        """Return where a group, or any of a collective, is in a year, (replicate, place)."""
        members = groups_of(row, ledger, self.groups) or self.groups
        chosen = [self.groups.index(name) for name in members]
        return np.asarray(self.present[:, self._at(year)][..., chosen].any(axis=-1))

    def count(self, year: int) -> NDArray[np.int64]:
        """Count the groups in a place in December of a year, shape (replicate, place)."""
        return np.asarray(self.present[:, self._at(year)].sum(axis=-1, dtype=np.int64))

    def people(self, year: int) -> Floats:
        """Return the newly displaced of a year, shape (replicate, place)."""
        return np.asarray(self.displaced[:, self._at(year)])

    def _at(self, year: int) -> int:
        return self.years.index(year)


def run_municipal(
    record: Record,
    origin: int,
    end: int,
    mode: Mode,
    *,
    parameters: str = "prior",
    initial: Mapping[str, Any] | None = None,
    mechanisms: Mapping[str, str] | None = None,
    replicates: int = 100,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Municipal:
    """Run from an origin and keep what happened in each municipality.

    Nothing is stored: a run of a few years takes some hundredths of a second.

    Parameters
    ----------
    record, origin, end, mode, parameters, initial, mechanisms
        As in `rift_sim.analysis.forecasts.forecast.forecast_scenario`.
    replicates, workers, progress
        As in `rift_sim.analysis.paired.run_series`.

    Raises
    ------
    InputError
        As these two do.
    """
    from rift_sim.initial.world import World

    scenario = forecast_scenario(
        record,
        origin,
        end,
        mode,
        parameters=parameters,
        initial=initial,
        mechanisms=mechanisms,
        observe=("newly_displaced",),
    )
    if progress is not None:
        progress.say(f"{scenario.name} to {end}, by municipality")
    names = [_PRESENT, _DISPLACED]
    arrays = run_series([scenario], [names], replicates, workers, progress, municipal=True)
    world = World(scenario, municipal=True)
    years = tuple(int(year) for year in world.coords["year"])
    members = range(replicates)
    drawn = observation_parameters(
        world.beliefs, ("ruv_ratio", "ruv_error"), scenario.seed, members
    )
    departments = list(world.territory.departments)
    noise = observation_noise(
        scenario.seed, members, years, _DISPLACED, departments, process=Process.OBSERVATION
    )
    error = drawn["ruv_ratio"] * np.exp(drawn["ruv_error"] * noise)
    place = world.territory.department_index[world.inside]
    counted = error.transpose("replicate", "year", "department").to_numpy()[..., place]
    return Municipal(
        mode,
        origin,
        years,
        world.groups,
        arrays[0, _PRESENT] > 0,
        np.asarray(arrays[0, _DISPLACED] * counted, np.float64),
    )
