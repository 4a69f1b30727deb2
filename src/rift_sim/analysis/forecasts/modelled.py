"""The model's side of a target: what its source would have reported in each replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.analysis.forecasts import measures, observing
from rift_sim.errors import InputError
from rift_sim.physics.streams import Process

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.observed.record import Record
    from rift_sim.observed.targets import Target
    from rift_sim.seeds.ledger import Ledger

__all__ = ["OBSERVATION", "groups_of", "modelled"]

OBSERVATION = (
    "ruv_ratio",
    "ruv_error",
    "idmc_error",
    "coca_error",
    "coca_department_error",
    "ucdp_error",
    "members_error",
    "homicide_conflict_share",
    "homicide_persistence",
    "homicide_noise_sd",
    "homicide_noise_national",
    "survey_coverage_2019",
    "survey_coverage_2022",
    "alert_coverage_2019",
    "alert_coverage_2022",
    "alert_coverage_2023",
    "alert_coverage_2025",
)
"""Parameters that `modelled` needs, for `observing.observation_parameters`."""

_EVERYONE = ("all", "any")
_COLLECTIVE = {"DISIDENCIAS": "dissident", "BACRIM": "successor"}


class _Case(NamedTuple):
    """What the makers below work on: the arguments of `modelled`."""

    target: Target
    data: xr.Dataset
    parameters: xr.Dataset
    record: Record
    seed: int | None

    def series(self, name: str) -> xr.DataArray:
        """Return a monthly series at the level and for the groups of the target."""
        if self.target.level == "department":
            return self.data[f"{name}_department"]
        groups = groups_of(self.target.row, self.record.ledger, self.present)
        if groups is None:
            return self.data[name]
        return self.data[f"{name}_group"].sel(group=groups).sum("group")

    @property
    def present(self) -> list[str]:
        """Groups of the run."""
        return [str(group) for group in self.data["group"].to_numpy()]

    def noise(self, source: str, *, local: bool, process: Process) -> xr.DataArray | float:
        """Draw errors for every year of the run, by department or not; 0 without a seed."""
        if self.seed is None:
            return 0.0
        return observing.observation_noise(
            self.seed,
            self.data["replicate"].to_numpy().tolist(),
            sorted(set(self.data["time"].dt.year.to_numpy().tolist())),
            source,
            self.record.departments if local else None,
            process=process,
        )

    def error(self) -> xr.DataArray | float:
        """Draw the errors of the source of the target."""
        target = self.target
        name = "/".join(part for part in (target.measure, target.row) if part)
        local = target.level == "department"
        return self.noise(name, local=local, process=Process.OBSERVATION)


def _register(case: _Case) -> xr.DataArray:
    ratio, error = case.parameters["ruv_ratio"], case.parameters["ruv_error"]
    series = case.series("newly_displaced")
    return measures.displaced_register(series, ratio, error, case.error())


def _idmc(case: _Case) -> xr.DataArray:
    series = case.series("newly_displaced")
    return measures.displaced_idmc(series, case.parameters["idmc_error"], case.error())


def _confined(case: _Case) -> xr.DataArray:
    return measures.annual(case.series("confined"))


def _coca(case: _Case) -> xr.DataArray:
    local = case.target.level == "department"
    name = "coca_department_error" if local else "coca_error"
    return measures.coca(case.series("coca_ha"), case.parameters[name], case.error())


def _deaths(case: _Case) -> xr.DataArray:
    series = case.series("conflict_deaths")
    return measures.conflict_deaths(series, case.parameters["ucdp_error"], case.error())


def _members(case: _Case) -> xr.DataArray:
    match case.target.measure:
        case "members_support":
            people = case.series("members") - case.series("members_armed")
        case name:
            people = case.series(name)
    return measures.members(people, case.parameters["members_error"], case.error())


def _presence(case: _Case) -> xr.DataArray:
    """Sum the shares of the groups of a row: a place with two dissident groups counts twice."""
    found = measures.presence(case.series(case.target.measure), len(case.record.places))
    coverage = found["year"].astype(np.float64) * 0.0 + 1.0
    for year, name in case.target.detection.items():
        coverage = coverage.where(coverage["year"] != int(year), case.parameters[name])
    return found * coverage


def _homicides(case: _Case) -> xr.DataArray:
    """Carry the homicides of the year before the run forward; see `measures.homicides`."""
    deaths = case.data["conflict_deaths_department"]
    first = int(measures.annual(deaths)["year"][0])
    parameters, share = case.parameters, case.parameters["homicide_conflict_share"]
    before = _homicides_before(case.record, first)
    conflict = _latest(case.record.national("conflict_deaths"), first)
    base = measures.homicide_base(before, conflict, share)
    local = case.noise("homicides", local=True, process=Process.HOMICIDES)
    shared = case.noise("homicides/national", local=False, process=Process.HOMICIDES)
    noise = parameters["homicide_noise_sd"] * local + parameters["homicide_noise_national"] * shared
    found = measures.homicides(
        deaths, base, share, parameters["homicide_persistence"], spread=1.0, noise=noise
    )
    return found.sum("department") if case.target.level == "national" else found


def _homicides_before(record: Record, first: int) -> xr.DataArray:
    """Return homicides by department in the year before `first`.

    The nation's, shared out as in the last year of the municipal file before; without the
    file, by population.
    """
    import xarray as xr

    panel = record.panel("homicides", "department")
    earlier = [] if panel is None else [year for year in panel.years.tolist() if year < first]
    weights = panel.year(max(earlier)) if panel is not None and earlier else None
    if weights is None:
        people = record.ledger.table("D_POPULATION")
        weights = np.array([people[code]["population"] for code in record.departments])
    total = _latest(record.national("homicides"), first)
    coords = {"department": list(record.departments)}
    return xr.DataArray(total * weights / weights.sum(), coords, ("department",))


def _latest(series: Mapping[int, float], before: int) -> float:
    return series[max(year for year in series if year < before)]


_MAKERS: Mapping[str, Callable[[_Case], xr.DataArray]] = {
    "newly_displaced_ruv": _register,
    "newly_displaced_idmc": _idmc,
    "confined": _confined,
    "coca_ha": _coca,
    "conflict_deaths": _deaths,
    "homicides": _homicides,
    "members": _members,
    "members_armed": _members,
    "members_support": _members,
    "presence_survey": _presence,
    "presence_alert": _presence,
}


def groups_of(row: str | None, ledger: Ledger, present: Sequence[str]) -> list[str] | None:
    """Say which groups of a run a row of a table stands for; None for all together.

    A collective name (FARC dissidents, successors of paramilitaries) stands for every
    group of its family in the run.

    Raises
    ------
    InputError
        When the run has none of them.
    """
    if row is None or row in _EVERYONE:
        return None
    family = _COLLECTIVE.get(row)
    wanted = {row} | {key for key, group in ledger.groups.items() if group.family == family}
    found = [group for group in present if group in wanted]
    if not found:
        raise InputError(f"the run has no group '{row}'", allowed=present, given=row)
    return found


def modelled(
    target: Target,
    data: xr.Dataset,
    parameters: xr.Dataset,
    record: Record,
    *,
    seed: int | None = None,
) -> xr.DataArray:
    """Return what the source of a target would have reported, for every year of a run.

    Parameters
    ----------
    target
        At level national or department.
    data
        Dataset of a run.
    parameters
        Draws of `OBSERVATION`, dimension replicate (`observing.observation_parameters`).
    record
        Gives the places, the ledger, and the homicides before the run.
    seed
        Of the errors of observation; None leaves them out, for comparisons that take the
        spread of the target into account themselves.

    Returns
    -------
    xarray.DataArray
        Dimensions of the run with ``year`` for ``time`` last, and ``department`` after it at
        that level; whole years (stocks: years whose December is in the run).

    Raises
    ------
    InputError
        When the target is a pattern or municipal (see `rift_sim.analysis.municipal.patterns`), the
        run has no such group, or the model has nothing for the measure.
    """
    if target.level not in ("national", "department"):
        raise InputError(f"the target '{target.id}' needs municipal arrays of single replicates")
    if target.measure not in _MAKERS:
        raise InputError(f"the model has nothing for the measure '{target.measure}'")
    found = _MAKERS[target.measure](_Case(target, data, parameters, record, seed))
    return found.transpose(..., "year", "department", missing_dims="ignore")
