"""What a run between two survey waves starts from: what was known before, written as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.analysis.forecasts.known_start import write_figures, write_rows
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.observed import Record

if TYPE_CHECKING:
    from rift_sim.observed import PresenceYear

__all__ = ["check_waves", "wave_of", "write_initial"]


def wave_of(record: Record, year: int) -> PresenceYear:
    """Return a survey wave, or refuse.

    Raises
    ------
    InputError
        When there is none of that year.
    """
    wave = record.presence(year)
    if wave is None:
        raise InputError(
            f"no survey of presence of {year}", allowed=[str(known) for known in record.waves]
        )
    return wave


def check_waves(record: Record, first: int, last: int) -> None:
    """Refuse waves that are not on record, or cannot be the start of a run.

    Raises
    ------
    InputError
        When a wave is missing, or the first names a group that is younger than the run.
    """
    before, start = wave_of(record, first), Month(first + 1, 1)
    wave_of(record, last)
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
    rows = [
        (record.places[place], group)
        for row, group in enumerate(wave.groups)
        for place in np.flatnonzero(wave.flags[row])
    ]
    file = write_rows(folder / f"presence-{wave.year}.csv", ("code", "group"), rows)
    given: dict[str, object] = {"presence": {"file": file, "coverage": coverage}}
    return given | write_figures(record, origin, folder)
