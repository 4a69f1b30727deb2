"""Where groups appear or vanish between two survey waves: chances from runs beside naive models.

Presence of any group is compared, so that a split or a new name is no event.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.discrimination import (
    Calibration,
    auc_difference,
    auc_interval,
    brier,
    calibration_curve,
)
from rift_sim.analysis.onset import Features, features, transition
from rift_sim.analysis.onset_chances import naive_chances
from rift_sim.analysis.resample import Estimate
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.observed import Record
from rift_sim.physics.arrays import Floats, Indices

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run
    from rift_sim.observed import PresenceYear
    from rift_sim.territory import Territory

__all__ = ["OnsetRow", "check_waves", "curves", "earlier_transition", "onset_rows", "write_initial"]

_PAST = {
    "displaced": "newly_displaced_ruv",
    "homicides": "homicides",
    "events": "conflict_events_groups",
    "coca": "coca_ha",
}
_LAG = 3
"""Years of events that stand for a survey."""


class OnsetRow(NamedTuple):
    """How well chances of an event are told by one forecaster.

    Attributes
    ----------
    event
        ``onset`` or ``exit``.
    forecaster, knows
        Who, and what it was given.
    first, last
        The two waves.
    places, events
        Places at risk, and with the event.
    auc, within
        Area under the ROC curve, over all places and within departments; 95 % intervals from
        drawing departments again.
    brier
        Mean squared error; NaN where the forecaster gives no chances.
    ahead, ahead_within
        By how much the area of our first forecaster exceeds this one, paired.
    """

    event: str
    forecaster: str
    knows: str
    first: int
    last: int
    places: int
    events: int
    auc: Estimate
    within: Estimate
    brier: float
    ahead: Estimate
    ahead_within: Estimate


def check_waves(record: Record, first: int, last: int) -> None:
    """Refuse waves that are not on record, or cannot be the start of a run.

    Raises
    ------
    InputError
        When a wave is missing, or the first names a group that is younger than the run.
    """
    before, start = _wave(record, first), Month(first + 1, 1)
    _wave(record, last)
    for group in before.groups:
        if not record.ledger.groups[group].active(start):
            raise InputError(
                f"the survey of {first} names {group}, which does not exist in {start}",
                allowed="a first wave whose groups exist when the run starts",
            )


def write_initial(record: Record, origin: int, coverage: float, folder: Path) -> dict[str, object]:
    """Write what was known of places before an origin, as files of an initial state.

    Parameters
    ----------
    record
        The record; only years before `origin` are read.
    origin
        First year of the run.
    coverage
        Share of places with groups that the survey wave covered.
    folder
        Where the files go.

    Returns
    -------
    dict
        The ``initial`` of a scenario: the newest presence wave, coca and displacement. A place
        where the newest year of displacement is not known counts like one with none.

    Raises
    ------
    InputError
        When no wave of presence lies before the origin.
    """
    waves = [year for year in record.waves if year < origin]
    if not waves:
        raise InputError(f"no survey of presence lies before {origin}")
    wave = record.waves[max(waves)]
    # Absolute, because a scenario means paths as seen from where it is written.
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    presence = folder / f"presence-{wave.year}.csv"
    rows = [
        (record.places[place], group)
        for row, group in enumerate(wave.groups)
        for place in np.flatnonzero(wave.flags[row])
    ]
    _write(presence, ("code", "group"), rows)
    found: dict[str, object] = {"presence": {"file": str(presence), "coverage": coverage}}
    for key, measure in (("coca", "coca_ha"), ("displaced", "newly_displaced_ruv")):
        panel = record.panel(measure, "municipality")
        years = [] if panel is None else [year for year in panel.years.tolist() if year < origin]
        if panel is None or not years:
            continue
        values = panel.values[panel.years == max(years)][0]
        file = folder / f"{key}-{max(years)}.csv"
        known = zip(record.places, values.tolist(), strict=True)
        _write(file, ("code", "value"), [(code, repr(value)) for code, value in known if value > 0])
        found[key] = str(file)
    return found


def _write(file: Path, header: tuple[str, str], rows: list[tuple[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


def onset_rows(
    record: Record, territory: Territory, runs: Mapping[str, Run], first: int, last: int
) -> list[OnsetRow]:
    """Score onset and exit between two waves, by runs and by naive models.

    An event that could happen in a single department only is left out: naive models learn from
    the others.

    Parameters
    ----------
    record
        Holds both waves, and the past of each place.
    territory
        Neighbours, people and areas.
    runs
        Runs with municipal arrays that start after the first wave, by name of the forecaster;
        the first is the one that others are compared with.
    first, last
        Years of the waves.

    Raises
    ------
    InputError
        When a wave is missing, or a run does not reach the second.
    """
    before, after = _wave(record, first), _wave(record, last)
    seen = transition(before.any, after.any)
    known = _features(record, territory, before.any, first)
    department = np.array([code[:2] for code in record.places])
    ours = {name: _chances(run, last) for name, run in runs.items()}
    rows = []
    for event in ("onset", "exit"):
        outcome: Floats = getattr(seen, event)
        if np.unique(department[np.isfinite(outcome)]).size < 2:
            continue
        told = {
            name: (chance if event == "onset" else 1.0 - chance, "state at the origin")
            for name, chance in ours.items()
        }
        earlier = earlier_transition(record, territory, first, event)
        for name, (chance, knows) in naive_chances(known, outcome, department, earlier).items():
            sign = -1.0 if event == "exit" and name.endswith("share") else 1.0
            told[name] = (sign * chance, knows)
        best = told[next(iter(ours))][0]
        for name, (chance, knows) in told.items():
            rows.append(
                OnsetRow(
                    event,
                    name,
                    knows,
                    first,
                    last,
                    int(np.isfinite(outcome).sum()),
                    int(np.nansum(outcome)),
                    auc_interval(outcome, chance, clusters=department),
                    auc_interval(outcome, chance, groups=department, clusters=department),
                    float("nan") if name.endswith("share") else brier(outcome, chance),
                    auc_difference(outcome, best, chance, clusters=department),
                    auc_difference(outcome, best, chance, groups=department, clusters=department),
                )
            )
    return rows


def curves(
    record: Record, runs: Mapping[str, Run], first: int, last: int
) -> dict[str, Calibration]:
    """Set the chances of onset of each run beside what happened, by class of chance."""
    before, after = _wave(record, first), _wave(record, last)
    outcome = transition(before.any, after.any).onset
    return {name: calibration_curve(outcome, _chances(run, last)) for name, run in runs.items()}


def _wave(record: Record, year: int) -> PresenceYear:
    wave = record.presence(year)
    if wave is None:
        raise InputError(
            f"no survey of presence of {year}", allowed=[str(known) for known in record.waves]
        )
    return wave


def _chances(run: Run, last: int) -> Floats:
    """Return the chance that a run gives each place to have a group in December of a year."""
    data = run.dataset
    if "presence_probability" not in data:
        raise InputError("the run has no municipal arrays", allowed="a run with --municipal")
    if last not in data["year"].to_numpy():
        raise InputError(f"the run does not reach {last}")
    return np.asarray(data["presence_probability"].sel(year=last).to_numpy(), np.float64)


def _features(
    record: Record, territory: Territory, present: NDArray[np.bool_], origin: int
) -> Features:
    """Gather what was known of each place at the end of a year; `present` says where groups are."""
    inside = ~territory.is_zone
    panels = {name: record.panel(measure, "municipality") for name, measure in _PAST.items()}
    indptr, indices = _inner(territory)
    return features(
        present,
        origin=origin,
        indptr=indptr,
        indices=indices,
        department=territory.department_index[inside],
        population=territory.population[inside],
        area=territory.area_km2[inside],
        past={name: (p.years, p.values) for name, p in panels.items() if p is not None},
    )


def earlier_transition(
    record: Record, territory: Territory, origin: int, event: str
) -> tuple[Features, Floats] | None:
    """Return features and outcome of a transition that was over at the origin.

    Surveys of presence began just before the first origin, so presence is read off recorded
    violence: a group counts as present where ViPAA names an event of one within three years. The
    transition is that from the three years before the last three to the last three.

    Returns
    -------
    tuple or None
        As `rift_sim.analysis.onset_chances.naive_chances` takes it; None without event data.
    """
    panel = record.panel("conflict_events_groups", "municipality")
    if panel is None or panel.years.min() > origin - 2 * _LAG + 1 or panel.years.max() < origin:
        return None

    def seen(last: int) -> NDArray[np.bool_]:
        chosen = (panel.years > last - _LAG) & (panel.years <= last)
        return np.asarray(np.nansum(panel.values[chosen], axis=0) > 0.0)

    before, after = seen(origin - _LAG), seen(origin)
    outcome: Floats = getattr(transition(before, after), event)
    return _features(record, territory, before, origin - _LAG), outcome


def _inner(territory: Territory) -> tuple[Indices, Indices]:
    """Return the neighbours of municipalities among municipalities, compressed rows."""
    count = int((~territory.is_zone).sum())
    rows = [
        [k for k in territory.indices[territory.indptr[i] : territory.indptr[i + 1]] if k < count]
        for i in range(count)
    ]
    indptr = np.cumsum([0, *(len(row) for row in rows)]).astype(np.uint32)
    return indptr, np.array([k for row in rows for k in row], dtype=np.uint32)
