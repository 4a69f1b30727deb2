"""Patterns of the municipal map: the record's beside those of runs, computed alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.municipal.patterns import (
    contested_ratio,
    log_correlation,
    refill_ratio,
    variance_power,
)
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.analysis.municipal.runs import Municipal
    from rift_sim.observed import Record
    from rift_sim.territory import Territory

__all__ = ["PatternRow", "observed_patterns", "pattern_rows", "seen_places"]

Flags = NDArray[np.bool_]
Found = list[tuple[str, Floats]]
"""Values over replicates, with the years of the run they are of."""

CONTESTED, REFILL = "displacement, two groups or more over one", "presence, FARC places over others"
SPREAD, LASTING = "variance of displacement, power of mean", "displacement, correlation over years"
_FARC_YEARS = (2011, 2014)
_GAPS = (0, 6, 11)
"""Years of the register relative to its first: 2002, 2008, 2013."""
_LASTING = 5
_BAND = (0.05, 0.5, 0.95)


class PatternRow(NamedTuple):
    """A pattern in the record and in runs.

    Attributes
    ----------
    pattern
        Which.
    years
        Of the record, and of the run where they differ.
    origin, mode, given
        First year of the run, whether history's later events were given, and what the run took
        from the record's map.
    observed
        In the record.
    low, median, high
        5, 50 and 95 % of the replicates.
    inside
        Whether the record lies within, 1 or 0.
    """

    pattern: str
    years: str
    origin: int
    mode: str
    given: str
    observed: float
    low: float
    median: float
    high: float
    inside: int


def residents(record: Record, territory: Territory) -> Floats:
    """Return people by municipality about 2011, from the record or else the territory."""
    panel = record.panel("population", "municipality")
    people = None if panel is None else panel.year(2011)
    return people if people is not None else territory.population[~territory.is_zone]


def kinds_seen(record: Record, year: int) -> NDArray[np.int64]:
    """Count the kinds of armed actors besides the state that ViPAA names, shape (place,)."""
    cells = record.holdings["vipaa"].cells
    named = {(key.code, key.label.split("/")[0]) for key in cells if key.year == year}
    order = {code: k for k, code in enumerate(record.places)}
    places = [order[code] for code, kind in named if kind != "Government" and code in order]
    return np.bincount(np.array(places, dtype=np.intp), minlength=len(order)).astype(np.int64)


def farc_seen(record: Record) -> Flags:
    """Return where ViPAA names the FARC in the years before their peace, shape (place,)."""
    first, last = _FARC_YEARS
    cells = record.holdings["vipaa"].cells
    named = {k.code for k in cells if k.label.endswith("/FARC") and first <= k.year <= last}
    return np.array([code in named for code in record.places])


def observed_patterns(record: Record, territory: Territory) -> dict[tuple[str, str], float]:
    """Compute the patterns of the record, by name and years; those without data are left out."""
    found: dict[tuple[str, str], float] = {}
    register = record.panel("newly_displaced_ruv", "municipality")
    events = "vipaa" in record.holdings
    if register is not None and events:
        people = residents(record, territory)
        for year, displaced in zip(register.years.tolist(), register.values, strict=True):
            if year >= 2005:
                ratio = contested_ratio(displaced, people, kinds_seen(record, year))
                found[CONTESTED, str(year)] = float(ratio)
    if events:
        for year, wave in record.waves.items():
            if "EGC" in wave.groups:
                found[REFILL, str(year)] = float(refill_ratio(farc_seen(record), wave.any))
    if register is not None and register.years.tolist() == [2002 + gap for gap in _GAPS]:
        found[SPREAD, "2002, 2008, 2013"] = float(variance_power(register.values))
        found[LASTING, "2008 to 2013"] = float(log_correlation(*register.values[1:]))
    return found


def pattern_rows(
    record: Record, territory: Territory, runs: Sequence[Municipal], given: str
) -> list[PatternRow]:
    """Set the patterns of runs beside those of the record, where the run has the years.

    Places that the record lacks are left out of both, and so are replicates in which a pattern
    cannot be computed (no place with one group alone, say).

    Parameters
    ----------
    record, territory
        What was observed, and the map.
    runs
        Replicates by municipality.
    given
        What the runs took from the record's map, in words.
    """
    rows = []
    for run in runs:
        for (pattern, years), observed in observed_patterns(record, territory).items():
            for label, values in _MAKERS[pattern](years, run, record, territory):
                known = values[np.isfinite(values)]
                if not known.size:
                    continue
                low, median, high = np.quantile(known, _BAND).tolist()
                held = int(low <= observed <= high)
                rows.append(
                    PatternRow(
                        pattern,
                        years if label == years else f"{years}; run: {label}",
                        run.origin,
                        run.mode,
                        given,
                        observed,
                        low,
                        median,
                        high,
                        held,
                    )
                )
    return rows


def _contested(years: str, run: Municipal, record: Record, territory: Territory) -> Found:
    year = int(years)
    if year not in run.years:
        return []
    displaced = seen_places(run.people(year), record, year)
    people = np.broadcast_to(residents(record, territory), displaced.shape)
    return [(years, contested_ratio(displaced, people, run.count(year)))]


def _refill(years: str, run: Municipal, record: Record, territory: Territory) -> Found:
    """Compare by the FARC's own places of the run, or the record's where it starts later."""
    del territory
    year, (first, last) = int(years), _FARC_YEARS
    # Without the events after an early origin the FARC never leave.
    if year not in run.years or (run.origin <= last and run.mode == "forecast"):
        return []
    after = run.count(year) > 0
    if run.origin > first:
        before = np.broadcast_to(farc_seen(record), after.shape)
    else:
        spans = [run.group(y, "FARC", record.ledger) for y in range(first, last + 1)]
        before = np.logical_or.reduce(spans)
    return [(years, refill_ratio(before, after))]


def _spread(years: str, run: Municipal, record: Record, territory: Territory) -> Found:
    del years, territory
    chosen = [run.origin + gap for gap in _GAPS]
    if chosen[-1] not in run.years:
        return []
    stack = np.stack([seen_places(run.people(year), record) for year in chosen], axis=-2)
    return [(", ".join(map(str, chosen)), variance_power(stack))]


def _lasting(years: str, run: Municipal, record: Record, territory: Territory) -> Found:
    """Correlate within the run, and from the register before the origin to the run."""
    del years, territory
    found = []
    first, last = run.origin, run.origin + _LASTING
    if last in run.years:
        start, end = (seen_places(run.people(year), record) for year in (first, last))
        found.append((f"{first} to {last}", log_correlation(start, end)))
    register = record.panel("newly_displaced_ruv", "municipality")
    known = None if register is None else register.year(2008)
    if known is not None and run.origin <= 2013 and 2013 in run.years:
        people = seen_places(run.people(2013), record, 2013)
        before = np.broadcast_to(known, people.shape)
        found.append(("register of 2008 to run of 2013", log_correlation(before, people)))
    return found


_MAKERS: dict[str, Callable[[str, Municipal, Record, Territory], Found]] = {
    CONTESTED: _contested,
    REFILL: _refill,
    SPREAD: _spread,
    LASTING: _lasting,
}


def seen_places(people: Floats, record: Record, year: int | None = None) -> Floats:
    """Blank places that the register lacks in a year, or in any of its years."""
    register = record.panel("newly_displaced_ruv", "municipality")
    if register is None:
        return people
    values = register.values if year is None else register.values[register.years == year]
    return np.where(np.isfinite(values).all(axis=0), people, np.nan)
