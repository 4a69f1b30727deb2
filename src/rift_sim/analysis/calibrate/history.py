"""What calibration compares: a few numbers that say how each series of history went.

A single year of a single run says little, because chance moves it as it moved history. So a
national series of four years or more is compared by its level, its growth and how it jumps from
year to year, and a table of departments of two years or more by how they move against each other;
what is observed in fewer years, year by year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.analysis.calibrate.statistics import SHORT, error_of, of_departments, of_series
from rift_sim.analysis.calibrate.targets import TargetSummaries, target_summaries
from rift_sim.analysis.calibrate.trials import Summary
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.analysis.calibrate.config import Calibration
    from rift_sim.observed import Record

__all__ = ["HistorySummaries", "Span", "history_summaries"]

_WORDS = {
    "level": "mean of",
    "growth": "growth of",
    "jumps": "year-to-year sd of",
    "spread": "departments moving apart in",
    "order": "departments keeping their order in",
}
_UNITS = {"growth": "1/year", "jumps": "1", "spread": "1", "order": "1"}
_DEPARTMENTS = {"spread": 0.1, "order": 0.05}
"""Errors of numbers of departments: relative, and absolute (judgement)."""
_TINY = 1e-9


class Span(NamedTuple):
    """What a target that is compared as a whole is made of.

    Attributes
    ----------
    years
        Ascending.
    departments
        Codes of those that were observed in all of these years; none for a national series.
    """

    years: tuple[int, ...]
    departments: tuple[str, ...]


@dataclass(frozen=True)
class HistorySummaries:
    """Numbers that say how the targets of a window went, and how to read them off a replicate.

    Attributes
    ----------
    known
        Every number by its key, ``target:statistic``, or ``target:year`` where years are few.
    yearly
        The numbers they are made of, year by year.
    spans
        Of each target that is compared as a whole.
    """

    known: Mapping[str, Summary]
    yearly: TargetSummaries
    spans: Mapping[str, Span]

    @property
    def municipal(self) -> bool:
        """No target needs municipal arrays."""
        return self.yearly.municipal

    @cached_property
    def digest(self) -> str:
        """Hash of every number, with its target."""
        lines = [f"{key} {summary!r}" for key, summary in self.known.items()]
        return hashlib.sha256("\n".join([self.yearly.digest, *lines]).encode()).hexdigest()

    def summarise(self, data: xr.Dataset, draw: Mapping[str, float]) -> dict[str, float]:
        """Return what the sources would have reported, without errors of observation."""
        found = self.yearly.summarise(data, draw)
        for name, span in self.spans.items():
            found |= _statistics(name, span, found)
        return {key: found[key] for key in self.known}


def history_summaries(calibration: Calibration, record: Record) -> HistorySummaries:
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
        As `rift_sim.analysis.calibrate.targets.target_summaries` does.
    """
    yearly = target_summaries(calibration, record)
    by_target: dict[str, dict[str, Summary]] = {}
    for key, summary in yearly.known.items():
        by_target.setdefault(summary.target, {})[key] = summary
    known: dict[str, Summary] = {}
    spans: dict[str, Span] = {}
    levels = {target.id: target.level for target in yearly.targets}
    for name, parts in by_target.items():
        years = tuple(sorted({int(key.split(":")[1]) for key in parts}))
        local = levels[name] == "department"
        complete = [
            code
            for code in yearly.departments
            if all(f"{name}:{year}:{code}" in parts for year in years)
        ]
        if len(years) < (2 if local else SHORT) or (local and not complete):
            known |= parts
            continue
        spans[name] = Span(years, tuple(complete))
        known |= _compared(name, spans[name], parts)
    return HistorySummaries(known, yearly, spans)


def _compared(name: str, span: Span, parts: Mapping[str, Summary]) -> dict[str, Summary]:
    """Put the statistics of one target in place of its numbers by year."""
    observed = {key: summary.observed for key, summary in parts.items()}
    error = float(np.mean([summary.spread for summary in parts.values()]))
    first = next(iter(parts.values()))
    known = {}
    for key, value in _statistics(name, span, observed).items():
        statistic = key.split(":")[1]
        spread = _DEPARTMENTS.get(statistic)
        if spread is None:
            spread = error_of(statistic, _series(name, span.years, observed), span.years, error)
        known[key] = Summary(
            name,
            f"{_WORDS[statistic]} {first.label[:1].lower()}{first.label[1:]}",
            _UNITS.get(statistic, first.units),
            value,
            spread,
            _TINY if statistic in ("level", "jumps", "spread") else None,
        )
    return known


def _series(name: str, years: tuple[int, ...], found: Mapping[str, float]) -> Floats:
    return np.array([found[f"{name}:{year}"] for year in years])


def _statistics(name: str, span: Span, found: Mapping[str, float]) -> dict[str, float]:
    """Return the statistics of one target from its numbers by year."""
    if span.departments:
        rows = [[found[f"{name}:{year}:{d}"] for d in span.departments] for year in span.years]
        numbers = of_departments(np.array(rows))
    else:
        numbers = of_series(_series(name, span.years, found), span.years)
    return {f"{name}:{statistic}": value for statistic, value in numbers.items()}
