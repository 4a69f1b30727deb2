"""Where single groups came and went between two survey waves: runs beside naive models.

Scores over all places only: what a run says of one group in one municipality is a hypothesis, and
no function here gives it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.forecasts.modelled import groups_of
from rift_sim.analysis.onset.features import earlier_transition, place_features
from rift_sim.analysis.onset.start import wave_of
from rift_sim.analysis.onset.transitions import Features, transition
from rift_sim.analysis.onset.trial import OnsetRow, Told, event_rows, told_of
from rift_sim.errors import InputError
from rift_sim.observed.panels import by_municipality
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.analysis.municipal.runs import Municipal
    from rift_sim.observed import Panel, PresenceYear, Record
    from rift_sim.territory import Territory

__all__ = ["EVENTS", "comparable", "group_rows", "joined", "wave_flags"]

Flags = NDArray[np.bool_]

EVENTS = ("onset", "exit", "churn")
_ACTORS: Mapping[str, tuple[str, ...]] = {
    "EGC": ("Criminal organizations/Los Urabennos", "Paramilitaries/AGC"),
    "ELN": ("Insurgents/ELN",),
    "DISIDENCIAS": (
        "FARC Dissidents/Generic",
        "FARC Dissidents/Leader",
        "FARC Dissidents/Specific group",
        "Insurgents/FARC",
    ),
}
"""Names of the groups in ViPAA; dissidents and those they came from are one."""
_FEWEST = 30
"""Places with a group in both waves from which on areas under a curve are worth a line."""


def comparable(first: PresenceYear, last: PresenceYear, record: Record) -> list[str]:
    """Return the groups that both waves tell apart, by the names of the first.

    A collective stands for all groups of its family. Groups with few places in either wave are
    left out.
    """
    found = []
    for row in first.groups:
        try:
            seen = [wave_flags(wave, row, record).sum() for wave in (first, last)]
        except InputError:
            continue
        if min(seen) >= _FEWEST:
            found.append(row)
    return found


def wave_flags(wave: PresenceYear, row: str, record: Record) -> Flags:
    """Return where a group, or any of a collective, was seen, shape (place,).

    Raises
    ------
    InputError
        When the wave names none of them.
    """
    members = groups_of(row, record.ledger, wave.groups) or wave.groups
    return np.asarray(wave.flags[[wave.groups.index(name) for name in members]].any(axis=0))


def group_rows(
    record: Record, territory: Territory, runs: Mapping[str, Municipal], first: int, last: int
) -> list[OnsetRow]:
    """Score onset, exit and churn of single groups, by runs and by naive models.

    Parameters
    ----------
    record
        Holds both waves, and the past of each place.
    territory
        Neighbours, people and areas.
    runs
        Replicates that start after the first wave and reach the second, by forecaster.
    first, last
        Years of the waves.

    Returns
    -------
    list
        Events are named with their group, such as ``onset of ELN``. One that could happen in a
        single department only is left out.

    Raises
    ------
    InputError
        When a wave is missing.
    """
    before, after = wave_of(record, first), wave_of(record, last)
    department = np.array([code[:2] for code in record.places])
    rows: list[OnsetRow] = []
    for group in comparable(before, after, record):
        here, later = (wave_flags(wave, group, record) for wave in (before, after))
        seen = transition(here, later)
        known = _features(record, territory, here, before.any, first)
        chances = {name: _chance(run, group, last, record) for name, run in runs.items()}
        panel = _events_of(record, territory, group)
        told: dict[str, dict[str, Told]] = {}
        for event in ("onset", "exit"):
            outcome: Floats = getattr(seen, event)
            earlier = _earlier(record, territory, panel, first, event)
            told[event] = told_of(event, outcome, chances, known, department, earlier)
        told["churn"] = joined(told["onset"], told["exit"], here)
        for event in EVENTS:
            outcome = getattr(seen, event)
            rows += event_rows(f"{event} of {group}", outcome, told[event], department, first, last)
    return rows


def joined(onset: Mapping[str, Told], leave: Mapping[str, Told], here: Flags) -> dict[str, Told]:
    """Put chances of onset and of exit together as chances of a change.

    Forecasters that tell only one of them are left out.

    Parameters
    ----------
    onset, leave
        Chances, shape (place,), with what was known.
    here
        Presence at the first wave, shape (place,).
    """
    return {
        name: (np.where(here, leave[name][0], chance), knows)
        for name, (chance, knows) in onset.items()
        if name in leave
    }


def _chance(run: Municipal, group: str, year: int, record: Record) -> Floats:
    return np.asarray(run.group(year, group, record.ledger).mean(axis=0), np.float64)


def _features(
    record: Record, territory: Territory, here: Flags, anyone: Flags, origin: int
) -> Features:
    """Add presence of any group, here and nearby, to what is known of places with one group."""
    own = place_features(record, territory, here, origin)
    wide = place_features(record, territory, anyone, origin)
    shown = [wide.names.index(name) for name in ("present", "neighbours")]
    names = (*own.names, *(f"any group, {wide.names[k]}" for k in shown))
    return Features(names, np.concatenate([own.values, wide.values[:, shown]], axis=1))


def _events_of(record: Record, territory: Territory, group: str) -> Panel | None:
    """Return violent events by the group; None without data or a name for it there."""
    holding, labels = record.holdings.get("vipaa"), _ACTORS.get(group)
    if holding is None or labels is None:
        return None
    return by_municipality(holding, territory, measure="events", counts=labels.__contains__)


def _earlier(
    record: Record, territory: Territory, panel: Panel | None, origin: int, event: str
) -> tuple[Features, Floats] | None:
    """Return an earlier transition of the group with the columns of `_features`."""
    if panel is None:
        return None
    own = earlier_transition(record, territory, origin, event, panel)
    wide = earlier_transition(record, territory, origin, event)
    if own is None or wide is None:
        return None
    shown = [wide[0].names.index(name) for name in ("present", "neighbours")]
    names = (*own[0].names, *(f"any group, {wide[0].names[k]}" for k in shown))
    values = np.concatenate([own[0].values, wide[0].values[:, shown]], axis=1)
    return Features(names, values), own[1]
