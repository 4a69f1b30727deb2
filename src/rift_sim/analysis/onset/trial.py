"""Where groups appear or vanish between two survey waves: chances from runs beside naive models.

Presence of any group is compared, so that a split or a new name is no event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rift_sim.analysis.forecasts.cases import MODEL
from rift_sim.analysis.onset.chances import naive_chances
from rift_sim.analysis.onset.discrimination import (
    Calibration,
    auc_difference,
    auc_interval,
    brier,
    calibration_curve,
)
from rift_sim.analysis.onset.features import earlier_transition, place_features
from rift_sim.analysis.onset.start import wave_of
from rift_sim.analysis.onset.transitions import Features, transition
from rift_sim.analysis.resample import Estimate
from rift_sim.errors import InputError
from rift_sim.observed import Record
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.analysis.forecasts.forecast import Mode
    from rift_sim.ensemble.run import Run
    from rift_sim.territory import Territory

__all__ = ["OURS", "OnsetRow", "Told", "curves", "event_rows", "onset_rows", "told_of"]

OURS: Mapping[Mode, str] = {"forecast": MODEL, "conditional": f"{MODEL}, later events known"}
"""Names of our forecasters, by the mode of their runs."""

Told = tuple[Floats, str]
"""Chances, shape (place,), and what was known to whom gave them."""


class OnsetRow(NamedTuple):
    """How well chances of an event are told by one forecaster.

    Attributes
    ----------
    event
        ``onset`` or ``exit``; of single groups also ``churn``, and with their name.
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
    known = place_features(record, territory, before.any, first)
    department = np.array([code[:2] for code in record.places])
    chances = {name: _chances(run, last) for name, run in runs.items()}
    rows: list[OnsetRow] = []
    for event in ("onset", "exit"):
        outcome: Floats = getattr(seen, event)
        earlier = earlier_transition(record, territory, first, event)
        told = told_of(event, outcome, chances, known, department, earlier)
        rows += event_rows(event, outcome, told, department, first, last)
    return rows


def told_of(
    event: str,
    outcome: Floats,
    chances: Mapping[str, Floats],
    known: Features,
    department: ArrayLike,
    earlier: tuple[Features, Floats] | None,
) -> dict[str, Told]:
    """Put what runs and naive models tell of an event side by side.

    Parameters
    ----------
    event
        ``onset`` or ``exit``.
    outcome
        1, 0, or NaN where there is none, shape (place,).
    chances
        Of presence at the second wave, shape (place,), by run.
    known, department, earlier
        As `rift_sim.analysis.onset.chances.naive_chances` takes them.

    Returns
    -------
    dict
        Chances of the event by forecaster, runs first. Nothing where it could happen in a single
        department only: naive models learn from the others.
    """
    if np.unique(np.asarray(department)[np.isfinite(outcome)]).size < 2:
        return {}
    leaves = event == "exit"
    told: dict[str, Told] = {
        name: (1.0 - chance if leaves else chance, "state at the origin")
        for name, chance in chances.items()
    }
    for name, (chance, knows) in naive_chances(known, outcome, department, earlier).items():
        # Shares rank places by presence, the others by the event.
        told[name] = (1.0 - chance if leaves and name.endswith("share") else chance, knows)
    return told


def event_rows(
    event: str,
    outcome: Floats,
    told: Mapping[str, Told],
    department: ArrayLike,
    first: int,
    last: int,
) -> list[OnsetRow]:
    """Score what forecasters told of one event; no rows where nobody told anything.

    Parameters
    ----------
    event
        Its name.
    outcome
        1, 0, or NaN where there is none, shape (place,).
    told
        Chances, or anything that ranks, and what was known, by forecaster; ours first. Shares
        are no chances and get no Brier score.
    department
        Label of each place.
    first, last
        The two waves.
    """
    if not told:
        return []
    best = next(iter(told.values()))[0]
    rows = []
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
