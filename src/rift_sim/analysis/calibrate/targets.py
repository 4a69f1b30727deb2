"""Targets of history as a calibration compares them, number by number."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rift_sim.analysis.calibrate.trials import Summary
from rift_sim.analysis.forecasts.modelled import OBSERVATION, modelled
from rift_sim.calendar import Month
from rift_sim.observed.names import MEASURES, Level
from rift_sim.observed.record import Record
from rift_sim.observed.targets import WINDOWS, Target, load_targets, observed_values

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.analysis.calibrate.config import Calibration
    from rift_sim.observed.panels import Panel

__all__ = ["TargetSummaries", "target_summaries"]

_LEVELS = ("national", "department")
_BASELINE = "homicides"
"""The measure whose baseline wanders by chance, apart from errors of observation."""
_LEAST = 1e-3


@dataclass(frozen=True)
class TargetSummaries:
    """Numbers of some targets, and how to read them off a replicate.

    Attributes
    ----------
    known
        Every number by its key, ``target:year`` or ``target:year:department``.
    targets
        The targets they belong to.
    places, departments
        Codes, as in the record.
    homicides
        Homicides by department, if they are known.
    seed
        Of the scenario.
    """

    known: Mapping[str, Summary]
    targets: tuple[Target, ...]
    places: tuple[str, ...]
    departments: tuple[str, ...]
    homicides: Panel | None
    seed: int

    @property
    def municipal(self) -> bool:
        """No target needs municipal arrays."""
        return False

    @cached_property
    def digest(self) -> str:
        """Hash of every number, with its target."""
        lines = [f"{key} {summary!r}" for key, summary in self.known.items()]
        lines += [repr(target) for target in self.targets]
        total = hashlib.sha256("\n".join(lines).encode())
        if self.homicides is not None:
            total.update(self.homicides.values.tobytes())
        return total.hexdigest()

    def summarise(self, data: xr.Dataset, draw: Mapping[str, float]) -> dict[str, float]:
        """Return what the sources would have reported, without errors of observation."""
        import xarray as xr

        columns = {name: ("replicate", [draw[name]]) for name in OBSERVATION}
        parameters = xr.Dataset(columns, {"replicate": data["replicate"]})
        found: dict[str, float] = {}
        for target in self.targets:
            seed = self.seed if target.measure == _BASELINE else None
            series = modelled(target, data, parameters, self._record, seed=seed)
            values = series.isel(replicate=0).to_numpy()
            for place, year in enumerate(series["year"].to_numpy().tolist()):
                if target.level == "national":
                    found[_key(target, year)] = float(values[place])
                    continue
                for code, value in zip(self.departments, values[place].tolist(), strict=True):
                    found[_key(target, year, code)] = value
        return found

    @cached_property
    def _record(self) -> Record:
        """The part of the record that observation models read; it travels to workers."""
        from rift_sim.seeds import load_ledger

        panels: dict[tuple[str, Level], Panel] = {}
        if self.homicides is not None:
            panels[_BASELINE, "department"] = self.homicides
        return Record(self.places, self.departments, panels, {}, {}, (), load_ledger())


def _key(target: Target, year: int, code: str | None = None) -> str:
    return f"{target.id}:{year}" if code is None else f"{target.id}:{year}:{code}"


def target_summaries(calibration: Calibration, record: Record) -> TargetSummaries:
    """Find the numbers that a calibration compares.

    Parameters
    ----------
    calibration
        Names targets, a window, and the months that are simulated.
    record
        What was observed.

    Raises
    ------
    InputError
        When there is no such window or target, the window fits no year of a target that is
        simulated, a target is a map or a pattern, or its data file is missing.
    """
    if calibration.window not in WINDOWS:
        given = calibration.window
        raise calibration.refuse(("window",), f"there is no window '{given}'", WINDOWS, given)
    targets = [_target(name, calibration, record) for name in calibration.weights]
    known: dict[str, Summary] = {}
    for target in targets:
        found = dict(_numbers(target, calibration, record))
        if not found:
            scenario = calibration.scenario
            raise calibration.document.error(
                ("summaries", target.id),
                f"no year that {calibration.window} fits is simulated "
                f"({scenario.start} to {scenario.end})",
            )
        known |= found
    uses = any(target.measure == _BASELINE for target in targets)
    return TargetSummaries(
        known,
        tuple(targets),
        record.places,
        record.departments,
        record.panel(_BASELINE, "department") if uses else None,
        calibration.scenario.seed,
    )


def _target(name: str, calibration: Calibration, record: Record) -> Target:
    """Find a target that can be compared."""
    path = ("summaries", name)
    targets = load_targets(ledger=record.ledger).targets
    if name not in targets:
        raise calibration.refuse(path, f"there is no target '{name}'", targets, name)
    target = targets[name]
    if target.level not in _LEVELS:
        raise calibration.document.error(
            path, f"is a target of level {target.level}", allowed=" or ".join(_LEVELS)
        )
    if not observed_values(target, record):
        raise calibration.document.error(
            path, "its data file is missing", allowed="targets that the ledger or RIFT_DATA holds"
        )
    return target


def _numbers(
    target: Target, calibration: Calibration, record: Record
) -> Iterator[tuple[str, Summary]]:
    """Give each observed number of a target in its fitted years."""
    measure = MEASURES[target.measure]
    observed = observed_values(target, record)
    codes = (None,) if target.level == "national" else record.departments
    for year in target.fitted[calibration.window]:
        first = Month(year, 1 if measure.kind == "flow" else 12)
        scenario = calibration.scenario
        if year not in observed or not scenario.start <= first <= Month(year, 12) <= scenario.end:
            continue
        values = [float(value) for value in observed[year].reshape(-1)]
        # Traces weigh little: a thousandth of the country is added before the logarithm.
        offset = _LEAST * math.fsum(value for value in values if not math.isnan(value))
        for code, value in zip(codes, values, strict=True):
            if not math.isnan(value):
                yield (
                    _key(target, year, code),
                    Summary(
                        target=target.id,
                        label=measure.long_name,
                        units=measure.units,
                        observed=value,
                        spread=target.spread.of(year),
                        offset=offset if target.spread.kind == "log" else None,
                    ),
                )
