"""What the record knows of each place at an origin, and a transition that was over by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rift_sim.analysis.onset.transitions import Features, features, transition
from rift_sim.observed import Panel, Record
from rift_sim.physics.arrays import Floats, Indices

if TYPE_CHECKING:
    from rift_sim.territory import Territory

__all__ = ["earlier_transition", "inner_neighbours", "place_features"]

_PAST = {
    "displaced": "newly_displaced_ruv",
    "homicides": "homicides",
    "events": "conflict_events_groups",
    "coca": "coca_ha",
}
_LAG = 3
"""Years of events that stand for a survey."""


def place_features(
    record: Record, territory: Territory, present: ArrayLike, origin: int
) -> Features:
    """Gather what was known of each municipality at an origin.

    Parameters
    ----------
    record
        The record; nothing later than `origin` is looked at.
    territory
        Neighbours, people and areas.
    present
        Flags of presence at the origin, shape (place,).
    origin
        Year.
    """
    inside = ~territory.is_zone
    indptr, indices = inner_neighbours(territory)
    panels = {name: record.panel(measure, "municipality") for name, measure in _PAST.items()}
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
    record: Record, territory: Territory, origin: int, event: str, panel: Panel | None = None
) -> tuple[Features, Floats] | None:
    """Return features and outcome of a transition that was over at the origin.

    Surveys of presence began just before the first origin, so presence is read off recorded
    violence: a group counts as present where ViPAA names an event of one within three years. The
    transition is that from the three years before the last three to the last three.

    Parameters
    ----------
    record, territory
        As in `place_features`.
    origin
        Last year of the later three.
    event
        ``onset``, ``exit`` or ``churn``.
    panel
        Events by municipality; those of all groups if not given.

    Returns
    -------
    tuple or None
        As `rift_sim.analysis.onset.chances.naive_chances` takes it; None without event data.
    """
    if panel is None:
        panel = record.panel("conflict_events_groups", "municipality")
    if panel is None or panel.years.min() > origin - 2 * _LAG + 1 or panel.years.max() < origin:
        return None
    years, values = panel.years, panel.values

    def seen(last: int) -> NDArray[np.bool_]:
        chosen = (years > last - _LAG) & (years <= last)
        return np.asarray(np.nansum(values[chosen], axis=0) > 0.0)

    before, after = seen(origin - _LAG), seen(origin)
    outcome: Floats = getattr(transition(before, after), event)
    return place_features(record, territory, before, origin - _LAG), outcome


def inner_neighbours(territory: Territory) -> tuple[Indices, Indices]:
    """Return the neighbours of municipalities among municipalities, compressed rows."""
    count = int((~territory.is_zone).sum())
    rows = [
        [k for k in territory.indices[territory.indptr[i] : territory.indptr[i + 1]] if k < count]
        for i in range(count)
    ]
    indptr = np.cumsum([0, *(len(row) for row in rows)]).astype(np.uint32)
    return indptr, np.array([k for row in rows for k in row], dtype=np.uint32)
