"""What calibration fits and forecasts are scored on: ``seeds/targets.yaml``, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from rift_sim.errors import InputError
from rift_sim.observed.names import MEASURES
from rift_sim.observed.target_checks import check_targets, figures
from rift_sim.resources import shipped
from rift_sim.seeds.base import FROZEN, Frozen, Loose, Record, Series, Text, Texts
from rift_sim.seeds.records import Origin
from rift_sim.seeds.validate import read_entries, section
from rift_sim.yamlfile import read_yaml

if TYPE_CHECKING:
    from rift_sim.observed.record import Record as History
    from rift_sim.seeds.ledger import Ledger

__all__ = ["WINDOWS", "Excluded", "Spread", "Target", "Targets", "load_targets", "observed_values"]

WINDOWS: Mapping[str, int] = {"to-2019": 2019, "to-2025": 2025}
"""Windows of calibration, and the last year each of them may look at."""

_SECTIONS = ("targets", "excluded")


def _years(value: object) -> object:
    """Write spans out: ``[2010, 2012-2014]`` is 2010, 2012, 2013, 2014."""
    if not isinstance(value, list):
        return value
    years: list[object] = []
    for item in value:
        span = re.fullmatch(r"([0-9]{4})-([0-9]{4})", item) if isinstance(item, str) else None
        if span is None:
            years.append(item)
        else:
            years += range(int(span[1]), int(span[2]) + 1)
    # What is no year is refused by its type.
    if all(isinstance(year, int) for year in years) and years != sorted(set(years), key=str):
        raise ValueError("years must ascend, each once")
    return years


Years = Annotated[tuple[int, ...], BeforeValidator(_years), Field(strict=False)]


class Spread(Record):
    """Error of observation: how far a source may miss what it counts, one sd.

    Attributes
    ----------
    kind
        ``log``: standard deviation of the logarithm; ``absolute``: in the measure's unit.
    value
        Of every year but those in `years`.
    years
        Years with an error of their own, such as those that late reports still raise.
    source
        What it rests on.
    """

    kind: Literal["log", "absolute"]
    value: float = Field(gt=0)
    years: Annotated[Mapping[str, float], *FROZEN] = Frozen({})
    source: Origin

    def of(self, year: int) -> float:
        """Return the error of a year."""
        return self.years.get(str(year), self.value)


class Target(Record):
    """One series, map or pattern that the model is held against.

    Attributes
    ----------
    measure
        What is measured (`names.MEASURES`).
    level
        ``national``, ``department``, ``municipality``, or ``pattern``.
    fact, row, minus
        Series or table of the ledger; the row of a table; a table whose same row is taken
        off (the support network is all members minus the armed ones).
    file
        Format of data files (`formats.FORMATS`), for what the ledger does not hold.
    values, source, where, verified
        Numbers of the target's own, by year, for statistics that were computed; where
        they come from. What is not verified is refused.
    fitted
        Years that each window of `WINDOWS` fits.
    scored
        Years that are scored out of sample, by fits that do not hold them.
    detection
        By year, the parameter that says how much of what is there a wave finds; a year
        without one is taken to find all that the model's observer reports.
    spread
        Error of observation.
    note
        Why these years.
    """

    id: Text
    measure: Text
    level: Literal["national", "department", "municipality", "pattern"]
    fact: Text | None = None
    row: Loose | None = None
    minus: Text | None = None
    file: Text | None = None
    values: Series | None = None
    source: Text | None = None
    where: Loose | None = None
    verified: bool = True
    fitted: Annotated[Mapping[str, Years], *FROZEN]
    scored: Years
    detection: Annotated[Mapping[str, str], *FROZEN] = Frozen({})
    spread: Spread
    note: Text

    @model_validator(mode="after")
    def _check(self) -> Target:
        given = [k for k in ("fact", "file", "values") if getattr(self, k) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"needs exactly one of fact, file and values, found {found}")
        if self.values is not None and (self.source is None or self.where is None):
            raise ValueError("values of its own need a source and where in it")
        if (self.level == "pattern") != (self.values is not None):
            raise ValueError("patterns have values of their own, and only they")
        if self.measure not in MEASURES:
            raise ValueError(f"'{self.measure}' is not a measure ({', '.join(MEASURES)})")
        if tuple(self.fitted) != tuple(WINDOWS):
            raise ValueError(f"fitted needs the windows {' and '.join(WINDOWS)}, in this order")
        for window, last in WINDOWS.items():
            late = [year for year in self.fitted[window] if year > last]
            if late:
                raise ValueError(f"the window {window} must not fit {late[0]}")
        seen = sorted(set(self.scored) & set(self.fitted["to-2019"]))
        if seen:
            raise ValueError(f"{seen[0]} is fitted in every window, so it is not out of sample")
        return self

    def out_of_sample(self, window: str, years: Collection[int] | None = None) -> tuple[int, ...]:
        """Return the years, those scored if not given, that a fit to `window` has not seen."""
        asked = self.scored if years is None else years
        return tuple(year for year in asked if year not in self.fitted[window])


class Excluded(Record):
    """What is on record and is no target, and why.

    Attributes
    ----------
    quantity
        What it is.
    facts
        Ids of facts or effects, if the ledger holds it.
    status
        ``excluded``: it would mislead; ``not_modelled``: the model has nothing for it.
    reason
        Why.
    """

    id: Text
    quantity: Text
    facts: Texts = ()
    status: Literal["excluded", "not_modelled"]
    reason: Text


@dataclass(frozen=True)
class Targets:
    """All targets and all that was left out, by id, in file order."""

    targets: Mapping[str, Target]
    excluded: Mapping[str, Excluded]

    def fitted(self, window: str) -> dict[str, Target]:
        """Return the targets that a window fits.

        Raises
        ------
        InputError
            When there is no such window.
        """
        if window not in WINDOWS:
            raise InputError(f"there is no window '{window}'", allowed=WINDOWS, given=window)
        return {key: target for key, target in self.targets.items() if target.fitted[window]}


def load_targets(folder: Path | None = None, *, ledger: Ledger | None = None) -> Targets:
    """Load and check the targets.

    Parameters
    ----------
    folder
        Where ``targets.yaml`` lies; the one shipped with the package if not given.
    ledger
        What its ids refer to; the shipped one if not given.

    Raises
    ------
    InputError
        When the file is malformed, an id refers to nothing, a fact is not verified, or a
        year is not in its series.
    """
    from rift_sim.seeds import load_ledger

    ledger = ledger or load_ledger()
    document = read_yaml((folder or shipped("seeds")) / "targets.yaml")
    for name in _SECTIONS:
        section(document, name, _SECTIONS)
    found = Targets(
        Frozen(read_entries(document, "targets", Target)),
        Frozen(read_entries(document, "excluded", Excluded)),
    )
    check_targets(found, document, ledger)
    return found


def observed_values(target: Target, record: History) -> dict[int, NDArray[np.float64]]:
    """Return what was observed, by year.

    Parameters
    ----------
    target
        The target.
    record
        Where it was observed.

    Returns
    -------
    dict
        Arrays of shape () at the levels national and pattern, else (department,) or
        (municipality,) in the order of the record. Empty where the data file of the
        target is not there.
    """
    match target.level:
        case "national" | "pattern":
            found = figures(target, record.ledger)
            return {year: np.asarray(value, dtype=np.float64) for year, value in found.items()}
        case level:
            panel = record.panel(target.measure, level)
    if panel is None:
        return {}
    return dict(zip(panel.years.tolist(), panel.values, strict=True))
