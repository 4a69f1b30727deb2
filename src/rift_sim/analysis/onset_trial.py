"""Where groups appear or vanish between two survey waves: chances from runs beside naive models.

Presence of any group is compared, so that a split or a new name is no event.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from rift_sim.analysis.onset_chances import NaiveChances, naive_chances
from rift_sim.analysis.onset_start import wave_of
from rift_sim.analysis.resample import Estimate
from rift_sim.errors import InputError
from rift_sim.observed import Record
from rift_sim.physics.arrays import Floats, Indices

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run
    from rift_sim.territory import Territory

__all__ = ["OnsetRow", "curves", "earlier_transition", "onset_rows"]

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
    before, after = wave_of(record, first), wave_of(record, last)
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
        told |= _naive(event, naive_chances(known, outcome, department, earlier))
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


def _naive(event: str, found: Mapping[str, NaiveChances]) -> dict[str, tuple[Floats, str]]:
    """Return what naive models say; groups all around speak for onset, and against exit."""
    return {
        name: (-chance if event == "exit" and name.endswith("share") else chance, knows)
        for name, (chance, knows) in found.items()
    }


def curves(
    record: Record, runs: Mapping[str, Run], first: int, last: int
) -> dict[str, Calibration]:
    """Set the chances of onset of each run beside what happened, by class of chance."""
    before, after = wave_of(record, first), wave_of(record, last)
    outcome = transition(before.any, after.any).onset
    return {name: calibration_curve(outcome, _chances(run, last)) for name, run in runs.items()}


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
