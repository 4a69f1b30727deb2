"""Where groups appear between two survey waves: chances from runs beside naive models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rift_sim.analysis.discrimination import (
    Calibration,
    auc_difference,
    auc_interval,
    brier,
    calibration_curve,
)
from rift_sim.analysis.known_start import write_figures, write_rows
from rift_sim.analysis.onset import transition
from rift_sim.analysis.onset_chances import naive_chances
from rift_sim.analysis.onset_features import earlier_transition, place_features
from rift_sim.analysis.resample import Estimate
from rift_sim.errors import InputError
from rift_sim.observed import Record
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run
    from rift_sim.observed import PresenceYear
    from rift_sim.territory import Territory

__all__ = ["OURS", "OnsetRow", "curves", "event_rows", "onset_rows", "wave_of", "write_initial"]

OURS = "model"


class OnsetRow(NamedTuple):
    """How well chances of an event are told by one forecaster.

    Attributes
    ----------
    event
        ``onset``, ``exit`` or ``churn``.
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
        By how much our area exceeds this one, paired.
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
        The ``initial`` of a scenario: the newest presence wave, coca and displacement.

    Raises
    ------
    InputError
        When no wave of presence lies before the origin.
    """
    waves = [year for year in record.waves if year < origin]
    if not waves:
        raise InputError(f"no survey of presence lies before {origin}")
    wave = record.waves[max(waves)]
    folder.mkdir(parents=True, exist_ok=True)
    presence = folder / f"presence-{wave.year}.csv"
    rows = [
        (record.places[place], group)
        for row, group in enumerate(wave.groups)
        for place in np.flatnonzero(wave.flags[row])
    ]
    write_rows(presence, ("code", "group"), rows)
    given: dict[str, object] = {"presence": {"file": str(presence), "coverage": coverage}}
    return given | write_figures(record, origin, folder)


def onset_rows(
    record: Record, territory: Territory, runs: Mapping[str, Run], first: int, last: int
) -> list[OnsetRow]:
    """Score onset, exit and churn between two waves, by runs and by naive models.

    Parameters
    ----------
    record
        Holds both waves, and the past of each place.
    territory
        Neighbours, people and areas.
    runs
        Runs with municipal arrays that start after the first wave, by name of the forecaster.
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
    ours = {name: _chances(run, last) for name, run in runs.items()}
    rows: list[OnsetRow] = []
    for event in ("onset", "exit"):
        outcome: Floats = getattr(seen, event)
        told = {
            name: (chance if event == "onset" else 1.0 - chance, "state at the origin")
            for name, chance in ours.items()
        }
        earlier = earlier_transition(record, territory, first, event)
        for name, (chance, knows) in naive_chances(known, outcome, department, earlier).items():
            sign = -1.0 if event == "exit" and name.endswith("share") else 1.0
            told[name] = (sign * chance, knows)
        rows += event_rows(event, outcome, told, department, first, last)
    return rows


def event_rows(
    event: str,
    outcome: Floats,
    told: Mapping[str, tuple[Floats, str]],
    department: ArrayLike,
    first: int,
    last: int,
) -> list[OnsetRow]:
    """Score what forecasters told of one event.

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


def wave_of(record: Record, year: int) -> PresenceYear:
    """Return a wave of the survey of presence; an error where there is none."""
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
